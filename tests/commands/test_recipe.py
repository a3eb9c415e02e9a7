"""Every recipe is run against stand-ins for the programs that it calls, and the audit reads what it fetched."""

import base64
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pushlog import cli
from pushlog.knowledge.recipes import recipes

LINES = ("The push refers to repository [docker.io/acme/web]", "0a1b2c3d4e5f: Preparing", "denied: requested access")
SHA = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"
TEXT = "".join(f"2026-11-23T21:26:4{n}.8474245Z {line}\n" for n, line in enumerate(LINES))
PLAIN = "".join(f"{line}\n" for line in LINES)


def zipped(**files: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("_txt", ".txt"), text)
    return data.getvalue()


RUN = zipped(**{"0_build_txt": TEXT, "build__1_Push_txt": TEXT[:-9]})
PODS = "".join(f"[pod/push-1/main] 2026-11-23T21:26:4{n}.847424500Z {line}\n" for n, line in enumerate(LINES))
STAMPED = [(f"2026-11-23T21:26:4{n}.000Z", line) for n, line in enumerate(LINES)]
# Of each recipe: what a call whose words hold a text answers, the first that fits; and a field that is known then.
Answers = list[tuple[str, object]]
ANSWERS: dict[str, tuple[Answers, dict[str, str]]] = {
    "github-actions": (
        [
            (
                "run list",
                [
                    {
                        "attempt": 1,
                        "databaseId": 12345,
                        "headBranch": "main",
                        "headSha": SHA,
                        "workflowName": "CI",
                        "url": "https://github.com/acme/web/actions/runs/12345",
                    }
                ],
            ),
            ("runs/12345/attempts/1/logs", RUN),
        ],
        {"run_url": "https://github.com/acme/web/actions/runs/12345", "workflow": "CI", "sha": SHA, "job": "build"},
    ),
    "gitlab-ci": (
        [
            (
                "jobs?",
                [
                    {
                        "id": 70001,
                        "name": "push",
                        "stage": "deploy",
                        "ref": "main",
                        "commit": {"id": SHA},
                        "web_url": "https://gitlab.com/acme/web/-/jobs/70001",
                        "runner": {"description": "runner-1"},
                    }
                ],
            ),
            ("jobs/70001/trace", PLAIN),
        ],
        {"run_url": "https://gitlab.com/acme/web/-/jobs/70001", "job": "push", "runner": "runner-1", "ref": "main"},
    ),
    "jenkins": (
        [
            (
                "allBuilds",
                {"allBuilds": [{"number": 7, "url": "https://jenkins.example.com/job/web/7/", "builtOn": "agent-1"}]},
            ),
            ("timestamps/", "".join(f"2026-11-23T21:26:4{n}.847Z  {line}\n" for n, line in enumerate(LINES))),
        ],
        {"run_url": "https://jenkins.example.com/job/web/7/", "runner": "agent-1", "job": "web"},
    ),
    "azure-pipelines": (
        [
            (
                "$top=1000",
                {
                    "count": 1,
                    "value": [
                        {
                            "id": 4711,
                            "definition": {"name": "CI"},
                            "sourceBranch": "refs/heads/main",
                            "sourceVersion": SHA,
                            "project": {"name": "web"},
                            "_links": {"web": {"href": "https://dev.azure.com/acme/web/_build/results?buildId=4711"}},
                        }
                    ],
                },
            ),
            ("builds/4711/logs", RUN),
        ],
        {"run_url": "https://dev.azure.com/acme/web/_build/results?buildId=4711", "workflow": "CI", "ref": "main"},
    ),
    "buildkite": (
        [
            (
                "per_page=100",
                [
                    {
                        "number": 7,
                        "branch": "main",
                        "commit": SHA,
                        "pipeline": {"slug": "web"},
                        "jobs": [
                            {
                                "id": "0a1b-22",
                                "type": "script",
                                "name": "push",
                                "web_url": "https://buildkite.com/acme/web/builds/7#0a1b-22",
                                "agent": {"name": "agent-1"},
                            },
                            {"id": "wait", "type": "waiter"},
                        ],
                    }
                ],
            ),
            ("jobs/0a1b-22/log", "".join(f"\x1b_bk;t=179546920{n}847\x07{line}\n" for n, line in enumerate(LINES))),
        ],
        {
            "run_url": "https://buildkite.com/acme/web/builds/7#0a1b-22",
            "runner": "agent-1",
            "job": "push",
            "ci": "buildkite",
        },
    ),
    "circleci": (
        [
            (
                "limit=100",
                [
                    {
                        "build_num": 321,
                        "build_url": "https://circleci.com/gh/acme/web/321",
                        "branch": "main",
                        "vcs_revision": SHA,
                        "username": "acme",
                        "reponame": "web",
                        "workflows": {"job_name": "push", "workflow_name": "ci"},
                    }
                ],
            ),
            (
                "gh/acme/web/321",
                {
                    "steps": [
                        {
                            "actions": [
                                {"step": 104, "index": 0, "output_url": "https://out.example.com/1"},
                                {"step": 0, "index": 0},
                            ]
                        }
                    ]
                },
            ),
            (
                "out.example.com/1",
                [{"message": "".join(f"{line}\r\n" for line in LINES), "time": "2026-11-23T21:26:44Z", "type": "out"}],
            ),
        ],
        {"run_url": "https://circleci.com/gh/acme/web/321", "job": "push", "workflow": "ci", "project": "acme/web"},
    ),
    "teamcity": (
        [
            (
                "app/rest/builds",
                {
                    "build": [
                        {
                            "id": 900,
                            "webUrl": "https://teamcity.example.com/build/900",
                            "branchName": "main",
                            "agent": {"name": "agent-1"},
                        }
                    ]
                },
            ),
            (
                "downloadBuildLog.html?buildId=900",
                "".join(f"[21:26:4{n}] :\t [push] {line}\n" for n, line in enumerate(LINES)),
            ),
        ],
        {"run_url": "https://teamcity.example.com/build/900", "runner": "agent-1", "workflow": "Web_Push"},
    ),
    "drone": (
        [
            ("per_page=100", [{"number": 123, "source": "main", "after": SHA}]),
            ("builds/123/logs/1/2", [{"pos": n, "out": f"{line}\n", "time": n} for n, line in enumerate(LINES)]),
            ("builds/123", {"stages": [{"number": 1, "steps": [{"number": 2}]}]}),
        ],
        {"ci": "drone", "project": "acme/web", "ref": "main", "sha": SHA},
    ),
    "bitbucket": (
        [
            (
                "pagelen=100",
                {
                    "values": [
                        {"build_number": 123, "uuid": "{u-1}", "target": {"ref_name": "main", "commit": {"hash": SHA}}}
                    ]
                },
            ),
            ("{u-1}/steps/{s-1}/log", PLAIN),
            ("{u-1}/steps/", {"values": [{"uuid": "{s-1}"}]}),
        ],
        {"project": "acme/web", "ref": "main", "sha": SHA},
    ),
    "codebuild": (
        [
            ("describe-log-streams", {"logStreams": [{"logStreamName": "a/b-1"}]}),
            (
                "--log-stream-names a/b-1",
                {
                    "events": [
                        {"timestamp": 1795469204847 + n, "message": line, "ingestionTime": 1795469205000}
                        for n, line in enumerate(LINES)
                    ]
                },
            ),
        ],
        {},
    ),
    "cloud-build": (
        [
            ("builds list", "0a1b-1\n"),
            ("build_id=0a1b-1", [{"insertId": "x", "textPayload": line, "timestamp": at} for at, line in STAMPED]),
        ],
        {"project": "acme-web"},
    ),
    "kubernetes": ([("get pods", "pod/push-1\n"), ("logs -n ci pod/push-1", PODS)], {"project": "ci", "job": "push-1"}),
    "loki": (
        [
            (
                "2026-11-23T00",
                "".join(
                    json.dumps({"labels": {"pod": "p"}, "line": line, "timestamp": at}) + "\n" for at, line in STAMPED
                ),
            ),
            ("2026-11-24T00", ""),
        ],
        {},
    ),
    "elasticsearch": (
        [
            (
                "_search",
                {
                    "hits": {
                        "hits": [
                            {"_index": "ci", "_source": {"@timestamp": at, "message": line}} for at, line in STAMPED
                        ]
                    }
                },
            )
        ],
        {},
    ),
}
STAND_IN = """#!{python}
import base64, json, sys
words = " ".join(sys.argv[1:])
for text, answer in json.load(open({file!r})):
    if text in words:
        sys.stdout.buffer.write(base64.b64decode(answer))
        sys.exit(0)
sys.exit(f"no answer for {{words}}")
"""
SECRETS = (
    "JENKINS_USER",
    "JENKINS_TOKEN",
    "AZURE_TOKEN",
    "BUILDKITE_TOKEN",
    "CIRCLE_TOKEN",
    "TEAMCITY_TOKEN",
    "DRONE_TOKEN",
    "BITBUCKET_USER",
    "BITBUCKET_APP_PASSWORD",
)
NAMES = ("curl", "gh", "glab", "aws", "gcloud", "kubectl", "logcli")


def encoded(answer: object) -> str:
    data = (
        answer
        if isinstance(answer, bytes)
        else answer.encode()
        if isinstance(answer, str)
        else json.dumps(answer).encode()
    )
    return base64.b64encode(data).decode()


@pytest.fixture
def shell(tmp_path: Path) -> Callable[[str, Answers], Path]:
    """Run a script in a folder of its own, where programs answer as told."""

    def run(script: str, answers: Answers) -> Path:
        file = tmp_path / "answers.json"
        file.write_text(json.dumps([(text, encoded(answer)) for text, answer in answers]))
        programs = tmp_path / "bin"
        programs.mkdir(exist_ok=True)
        for name in NAMES:
            (programs / name).write_text(STAND_IN.format(python=sys.executable, file=str(file)))
            (programs / name).chmod(0o755)
        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        secrets = dict.fromkeys(SECRETS, "x")
        env = {**os.environ, **secrets, "DRONE_SERVER": "https://drone.example.com", "ES": "https://es.example.com",
               "PATH": f"{programs}:{os.environ['PATH']}"}  # fmt: skip
        subprocess.run(["sh", "-euc", script], cwd=work, env=env, check=True)
        return work

    return run


@pytest.mark.skipif(shutil.which("jq") is None, reason="NO JQ: recipes go untested")
@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.id)
def test_what_a_recipe_fetches_is_audited(recipe, shell, monkeypatch, capfd):
    answers, origin = ANSWERS[recipe.id]
    work = shell(recipe.script, answers)
    monkeypatch.chdir(work)
    monkeypatch.setattr("sys.argv", [*shlex.split(recipe.audit), "-j", "1"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0, capfd.readouterr()
    report = json.loads((work / "pushlog-audit" / "audit.json").read_text())
    assert (report["totals"]["pushes"], report["totals"]["failed"]) == (1, 1)
    # Run again, it fetches nothing that is there.
    shell(
        recipe.script,
        [(text, answer) for text, answer in answers if text not in ("jobs/70001/trace", "12345/attempts")],
    )
    paths = [path for path in (work / "logs").rglob("*") if path.is_file() and path.stat().st_size]
    words = shlex.split(recipe.audit)
    logs = [path for path in paths if str(path.relative_to(work)).startswith(words[2] + "/")]
    name = f"{logs[0].relative_to(work)}"
    arguments = [name, *words[3:], "-f", "json"]
    monkeypatch.setattr("sys.argv", ["pushlog", "analyze", *arguments])
    capfd.readouterr()
    with pytest.raises(SystemExit):
        cli.main()
    source = json.loads(capfd.readouterr().out)["logs"][0]["source"]
    assert {field: source["origin"][field] for field in origin} == origin


def test_the_program_prints_them(monkeypatch, capfd):
    assert set(ANSWERS) == {recipe.id for recipe in recipes()}
    for arguments, code in (([], 0), (["gitlab-ci"], 0), (["nothing"], 2)):
        monkeypatch.setattr("sys.argv", ["pushlog", "recipe", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfd.readouterr()
        assert (ended.value.code, "glab api" in out, "'pushlog recipe' lists them all" in err) == (
            code,
            arguments == ["gitlab-ci"],
            code == 2,
        )
