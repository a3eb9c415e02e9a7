"""JSON Lines: a push a line, as in the JSON."""

import json

from pushlog.report import json as document
from pushlog.report import jsonl
from tests.diagnoses import body_limit, log, long_success
from tests.stories import EVERYTHING


def test_every_line_is_a_push_with_its_log() -> None:
    logs = [log(body_limit(), long_success()), log(name="empty.txt")]
    lines = [json.loads(line) for line in jsonl.render(logs).splitlines()]
    assert [line["source"]["name"] for line in lines] == ["push-log.txt", "push-log.txt", "empty.txt"]
    assert lines[2]["push"] is None
    whole = json.loads(document.render(logs))
    assert [line["push"] for line in lines[:2]] == whole["logs"][0]["pushes"]


def test_no_text_breaks_a_line() -> None:
    for logs in EVERYTHING.values():
        assert len(jsonl.render(logs).splitlines()) == sum(max(len(log.pushes), 1) for log in logs)
