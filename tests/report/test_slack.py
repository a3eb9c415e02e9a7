"""The payload for Slack: within its limits, and nothing in it rings or links."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from pushlog.model import Failure, Family, Log, Outcome, Reference
from pushlog.report import slack
from tests.diagnoses import body_limit, diagnosis, log
from tests.stories import EVERYTHING

RINGING = "<!here> <@U123> <https://evil.example|click> & *bold* `code` [click](https://evil.example) " + "x" * 10_000


def failing(text: str, pushes: int = 1) -> list[Log]:
    error = Failure(text=text, line=9, family=Family.UNKNOWN)
    push = replace(
        diagnosis((), Outcome.FAILED),
        error=error,
        verdict=text,
        reference=Reference(registry=text[:300], repository=text[:300]),
    )
    return [log(*[push] * pushes)]


ALL = {**EVERYTHING, "ringing": failing(RINGING), "many": failing(RINGING, 40), "body limit": [log(body_limit())]}


def texts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of text in a payload."""
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(item)
    if isinstance(value, dict) and isinstance(value.get("text"), str):
        yield value


@pytest.mark.parametrize("logs", ALL.values(), ids=ALL)
def test_slack_takes_the_blocks(logs: Sequence[Log]) -> None:
    payload = json.loads(slack.render(logs))
    assert payload.keys() == {"text", "blocks"}
    assert 1 <= len(payload["blocks"]) <= 50
    for block in payload["blocks"]:
        assert block["type"] in ("header", "section", "context")
        if block["type"] == "header":
            assert block["text"]["type"] == "plain_text"
            assert 1 <= len(block["text"]["text"]) <= 150
        elif block["type"] == "section":
            assert ("text" in block) != ("fields" in block)
            assert len(block.get("text", {"text": "x"})["text"]) <= 3000
            assert len(block.get("fields", ())) <= 10
            assert all(1 <= len(field["text"]) <= 2000 for field in block.get("fields", ()))
    for part in texts(payload["blocks"]):
        if part["type"] == "mrkdwn":
            assert part["verbatim"] is True
            assert not set("<>") & set(part["text"]), "no mention, no link"
