"""The payload for Teams: within its limits, no Markdown; and what both kinds of message say."""

import json
from collections.abc import Sequence

import pytest

from pushlog.model import Log
from pushlog.report import slack, teams
from tests.diagnoses import body_limit, diagnosis, log
from tests.report.test_slack import ALL, failing


@pytest.mark.parametrize("logs", ALL.values(), ids=ALL)
def test_teams_takes_the_card(logs: Sequence[Log]) -> None:
    text = teams.render(logs)
    assert len(text.encode()) <= 28_000
    (attachment,) = json.loads(text)["attachments"]
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    for block in card["body"]:
        # A TextBlock would make links of [text](address); a RichTextBlock takes it as it stands.
        assert block["type"] == "RichTextBlock"
        assert [run["type"] for run in block["inlines"]] == ["TextRun"]


@pytest.mark.parametrize("render", [slack.render, teams.render])
def test_one_failure_is_the_headline_and_many_are_counted(render) -> None:
    one = json.dumps(render([log(body_limit())]))
    assert one.count("Push failed: ") == {slack.render: 2, teams.render: 1}[render]
    assert "client_max_body_size" in one
    many = render(failing("no", 40))
    assert "40 pushes in 1 log: 40 failed" in many
    assert "more" in many


@pytest.mark.parametrize("render", [slack.render, teams.render])
def test_when_all_went_well_there_is_one_line(render) -> None:
    assert "1 push in 1 log: 1 succeeded" in render([log(diagnosis())])
