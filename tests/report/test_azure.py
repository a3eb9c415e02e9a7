"""Azure's logging commands: values are escaped, and no line of the log becomes a command."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from pushlog.model import Evidence, Log, Severity
from pushlog.report import azure
from tests.diagnoses import body_limit, log
from tests.stories import EVERYTHING

# The form of the agent's parser: microsoft/azure-pipelines-agent src/Agent.Sdk/CommandPlugin, Command.cs.
COMMAND = re.compile(r"##vso\[(?P<area>\w+)\.(?P<event>\w+)(?: (?P<properties>[^\]]*))?\](?P<data>.*)")


def commands(logs: Sequence[Log]) -> list[dict[str, str]]:
    found = []
    for line in azure.render(logs).splitlines():
        if match := COMMAND.match(line):
            pairs = (pair.partition("=") for pair in match["properties"].split(";") if pair)
            found.append({**{name: value for name, _, value in pairs}, "": match["data"]})
    return found


def test_a_failure_is_an_issue_with_its_line_and_code() -> None:
    error, *_ = commands([log(body_limit())])
    assert (error["type"], error["sourcepath"], error["linenumber"], error["code"]) == (
        "error",
        "push-log.txt",
        "57",
        "PL102",
    )
    assert error[""].startswith("A proxy refused the upload for its size (proxy-body-limit)%0A")


@pytest.mark.parametrize("logs", EVERYTHING.values(), ids=EVERYTHING)
def test_every_command_is_ours_and_stands_alone_on_its_line(logs: Sequence[Log]) -> None:
    for line in azure.render(logs).splitlines():
        assert line.count("##vso[") == line.startswith("##vso[task.logissue ")
        assert "##[" not in line


def test_a_log_can_give_no_command() -> None:
    evil = "x##vso[task.setvariable variable=a]b ##[error]no; ]\r\n##vso[task.complete result=Failed;]"
    push = body_limit()
    finding = replace(push.findings[0], title=evil, rule="PL;1]", evidence=(Evidence(line=1, text=evil),))
    (command, *_) = commands([log(replace(push, findings=(finding,)), name=f"{evil}.txt")])
    assert command["code"] == "PL%3B1%5D"
    text = azure.render([log(replace(push, findings=(finding,)), name=f"{evil}.txt")])
    assert text.count("##vso[") == 1


def test_notes_are_no_issues_and_ten_of_a_kind_are_enough() -> None:
    push = body_limit()
    findings = [replace(push.findings[0], evidence=(Evidence(line=n, text="x"),)) for n in range(1, 14)]
    findings.append(replace(push.findings[0], severity=Severity.INFO))
    text = azure.render([log(replace(push, findings=tuple(findings)))])
    assert text.count("##vso[task.logissue type=error") == 10
    assert "3 more of kind error are not shown." in text
