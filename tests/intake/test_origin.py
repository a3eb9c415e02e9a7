"""Where logs come from and when they were written: the log's head, the form of its path, a side file, an archive."""

import io
import json
import os
import re
import zipfile
from dataclasses import fields

import pytest

import pushlog
from pushlog.faults import InputError
from pushlog.intake.metadata import read_metadata
from pushlog.intake.origin import OriginOptions, origin_of, versions_of
from pushlog.intake.source_pattern import SourcePatternError, parse_source_pattern
from pushlog.knowledge.origins import origins
from pushlog.model import DatedBy
from pushlog.pipeline import Options

PUSH = "The push refers to repository [docker.io/acme/web]\n0a1b2c3d4e5f: Preparing\ndenied: requested access\n"
GITHUB = """\
2026-11-23T21:26:40.0000000Z Current runner version: '2.321.0'
2026-11-23T21:26:40.0000000Z Runner name: 'runner-1'
2026-11-23T21:26:40.0000000Z Runner group name: 'default'
2026-11-23T21:26:40.0000000Z Complete job name: build / push
2026-11-23T21:26:41.0000000Z Syncing repository: acme/web
2026-11-23T21:26:41.0000000Z [command]/usr/bin/git checkout --progress --force -B main refs/remotes/origin/main
2026-11-23T21:26:41.0000000Z [command]/usr/bin/git log -1 --format=%H
2026-11-23T21:26:41.0000000Z 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567
"""
GITLAB = """\
Running with gitlab-runner 18.3.0 (5a021a1c)
  on runner-1 AbCdEfGh, system ID: s_0a1b2c3d4e5f
Initialized empty Git repository in /builds/acme/group/web/.git/
Checking out 0a1b2c3d as detached HEAD (ref is feature/x)...
"""
JENKINS = """\
Started by user ci-bot
Running on agent-1 in /var/lib/jenkins/workspace/web@2
Cloning repository https://git.example.com/acme/web.git
Checking out Revision 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567 (origin/main)
"""
AZURE = """\
2026-11-23T21:26:40.0000000Z ##[section]Starting: Prepare job Build
2026-11-23T21:26:40.0000000Z Agent name: 'agent-1'
2026-11-23T21:26:40.0000000Z Agent machine name: 'vm-1'
2026-11-23T21:26:41.0000000Z Syncing repository: acme/web (GitHub)
"""
TEAMCITY = """\
Build 'Acme :: Web :: Push' #123, branch 'main'
Started 'Mon Nov 23 21:26:40 UTC 2026' on 'agent-1' by 'ci-bot'
TeamCity URL https://teamcity.example.com/viewLog.html?buildId=7&buildTypeId=Web_Push
"""
TEAMCITY_NEW = """\
Build 'Acme / Push' #123, default branch 'refs/heads/main'
Triggered 2026-11-23 21:26:40 by 'Git'
Started 2026-11-23 21:26:41 on agent 'agent-1'
VCS revisions: 'Acme_Web' (Git, instance id 4): '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567' (branch: 'refs/heads/main')
"""
AZURE_WHOLE = """\
2026-11-23T21:26:40.0000000Z ##[section]Starting: Linux arm64
2026-11-23T21:26:40.0000000Z ##[section]Starting: Initialize job
2026-11-23T21:26:40.0000000Z Agent name: 'agent-1'
"""
SHA = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"
MAIN = {"databaseId": 12345, "headBranch": "main", "headSha": SHA, "workflowName": "CI"}
RUNS = [
    {**MAIN, "attempt": 1, "url": "https://x/12345"},
    {**MAIN, "attempt": 2, "url": "https://x/12345/2"},
    {"attempt": 1, "databaseId": 12346, "headBranch": "dev", "url": "https://x/12346", "workflowName": "CI"},
]


def told(text: str, name: str = "push.log", decoration: str | None = None, **options) -> dict[str, str]:
    found = origin_of(name, text.encode(), decoration, OriginOptions(**options))
    return {field.name: value for field in fields(found) if (value := getattr(found, field.name)) is not None}


@pytest.mark.parametrize("line", origins().lines, ids=lambda line: line.id)
def test_a_row_takes_its_sample(line):
    assert re.search(line.pattern.encode(), line.sample.encode(), re.MULTILINE)
    assert line.word in line.sample


@pytest.mark.parametrize("line", origins().versions, ids=lambda line: line.id)
def test_a_version_is_read_from_its_sample(line):
    assert line.word in line.sample
    assert set(versions_of(f"noise\n{line.sample}\nnoise\n".encode())) == {line.client}


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("Client:       Podman Engine\nVersion:      5.2.2\nAPI Version:  5.2.2\n", {"podman": "5.2.2"}),
        (
            "Client: Docker Engine - Community\n Cloud integration: v1.0.35\n Version:     27.3.1\n",
            {"docker": "27.3.1"},
        ),
        ("Client:\n Version:\tv2.0.0\n", {}),
        ("Using docker image sha256:0a1b for docker:20.10.5-dind with digest docker@sha256:4d5e ...\n", {}),
        (
            (
                "Using docker image sha256:0a1b for docker:20.10.5-dind with digest docker@sha256:4d5e ...\n"
                "Using docker image sha256:6f70 for docker:24.0.7-cli with digest docker@sha256:8192 ...\n"
            ),
            {"docker": "24.0.7"},
        ),
    ],
)
def test_a_version_is_that_of_the_client_which_prints_it(text, versions):
    assert versions_of(text.encode()) == versions


def test_a_sentence_that_names_a_client_has_no_version():
    assert versions_of(b"Docker version is too old\nplease install podman version five\nClient:\n") == {}


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (GITHUB, {"ci": "github-actions", "project": "acme/web", "job": "build / push", "runner": "runner-1",
                  "ref": "main", "sha": SHA}),
        (GITLAB, {"ci": "gitlab-ci", "project": "acme/group/web", "runner": "runner-1", "ref": "feature/x",
                  "sha": "0a1b2c3d"}),
        (JENKINS, {"ci": "jenkins", "project": "acme/web", "job": "web", "runner": "agent-1",
                   "ref": "main", "sha": SHA}),
        (AZURE, {"ci": "azure-pipelines", "project": "acme/web", "job": "Build", "runner": "agent-1"}),
        (TEAMCITY, {"ci": "teamcity", "project": "Acme :: Web", "workflow": "Push", "runner": "agent-1", "ref": "main",
                    "run_url": "https://teamcity.example.com/viewLog.html?buildId=7&buildTypeId=Web_Push"}),
        (TEAMCITY_NEW, {"ci": "teamcity", "project": "Acme", "workflow": "Push", "runner": "agent-1", "ref": "main",
                        "sha": SHA}),
        (AZURE_WHOLE, {"ci": "azure-pipelines", "job": "Linux arm64", "runner": "agent-1"}),
        ("Started by user me\nBuilding remotely on agent-1 in workspace <https://ci.example.com/job/web/ws/>\n",
         {"ci": "jenkins", "runner": "agent-1"}),
        ("CI_JOB_URL=https://git.example.com/acme/web/-/jobs/7\nRunning with gitlab-runner 18.3.0 (5)\n",
         {"ci": "gitlab-ci", "run_url": "https://git.example.com/acme/web/-/jobs/7"}),
        ("echo Started by user me\nhe said that it was Started by user me\n", {}),
        ("", {}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("stamp", ["", "[2026-11-23T21:26:44.847Z] ", "build\tSet up\t"])
def test_a_log_says_where_it_comes_from(head, expected, stamp):
    dressed = "".join(stamp + line for line in head.splitlines(keepends=True))
    assert told(dressed + PUSH) == expected


def test_a_decoration_tells_the_system_where_no_line_does():
    assert told(PUSH, decoration="compose+buildkite") == {"ci": "buildkite"}
    assert told(PUSH, decoration="timestamp") == {}


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("{owner}/{repo}/{run}/{attempt}.zip", "logs/acme/web/123/2.zip/0_build.txt",
         {"project": "acme/web", "run_url": "https://github.com/acme/web/actions/runs/123/attempts/2", "job": "build"}),
        ("{owner}/{repo}/{run}/*.txt", "/data/acme/web/123/0_build.txt",
         {"project": "acme/web", "run_url": "https://github.com/acme/web/actions/runs/123", "job": "build"}),
        ("logs/{project}/{run}/*/*/{job}.log", "logs/a/b/c/9/x/y/push.log",
         {"project": "a/b/c", "job": "push", "run_url": "https://github.com/a/b/c/actions/runs/9"}),
        ("{host}/{project}/{run}.log", "logs/git.example.com/web/7.log",
         {"project": "web", "run_url": "https://git.example.com/web/actions/runs/7"}),
        ("{owner}/{repo}/{run}.zip", "elsewhere.log", {}),
    ],
)  # fmt: skip
def test_a_path_says_where_a_log_comes_from(pattern, name, expected):
    found = told(PUSH, name, "github-actions", pattern=parse_source_pattern(pattern))
    assert found == {"ci": "github-actions", **expected}


@pytest.mark.parametrize("pattern", ["{nothing}", "{run", "run}", "logs/*.txt", "{run}/{run}.log", ""])
def test_a_pattern_that_is_none_is_refused(pattern):
    with pytest.raises(SourcePatternError, match="--source-pattern"):
        parse_source_pattern(pattern)


@pytest.mark.parametrize("form", ["list", "lines", "answer", "csv"])
def test_a_side_file_says_where_logs_come_from(tmp_path, form):
    path = tmp_path / "runs"
    keys = sorted({key for run in RUNS for key in run})
    table = "\n".join([",".join(keys), *(",".join(str(run.get(key, "")) for key in keys) for run in RUNS)])
    text = {
        "list": json.dumps(RUNS),
        "lines": "\n".join(map(json.dumps, RUNS)),
        "answer": json.dumps({"total_count": 3, "workflow_runs": RUNS}),
        "csv": table,
    }
    path.write_text(text[form])
    metadata = read_metadata(str(path))
    first = {"workflow": "CI", "run_url": "https://x/12345", "ref": "main", "sha": SHA}
    assert told(PUSH, "logs/12345/1.zip/0_build.txt", metadata=metadata) == first
    assert told(PUSH, "logs/12345/2.zip", metadata=metadata)["run_url"] == "https://x/12345/2"
    assert told(PUSH, "logs/12346.log", metadata=metadata)["ref"] == "dev"
    # Two attempts, and nothing says which.
    assert told(PUSH, "logs/12345.log", metadata=metadata) == {}
    assert told(PUSH, "logs/1234.log", metadata=metadata) == {}
    pattern = parse_source_pattern("{attempt}-{run}.log")
    assert told(PUSH, "logs/2-12345.log", pattern=pattern, metadata=metadata)["run_url"] == "https://x/12345/2"


def test_a_jenkins_log_that_is_named_by_its_address_is_found(tmp_path):
    path = tmp_path / "builds.json"
    builds = [{"number": 7, "builtOn": "agent-1", "url": "https://ci.example.com/job/web/7/", "result": "FAILURE"}]
    path.write_text(json.dumps({"allBuilds": builds}))
    found = told(PUSH, "logs/https:__ci.example.com_job_web_7_.log", metadata=read_metadata(str(path)))
    assert found == {"run_url": "https://ci.example.com/job/web/7/", "runner": "agent-1"}


@pytest.mark.parametrize("text", ["", "[]", "[1, 2]", '[{"id": ', "no table at all"])
def test_a_side_file_that_is_none_is_refused(tmp_path, text):
    path = tmp_path / "runs.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"runs\.json"):
        read_metadata(str(path))


def dated(path, **options):
    found = pushlog.analyze(str(path), Options(**options)).source.dated
    return found.at, found.by


def test_the_best_word_on_the_date_counts(tmp_path):
    stamped = "".join(f"2026-11-23T21:26:4{n}.100Z {line}\n" for n, line in enumerate(PUSH.splitlines()))
    path = tmp_path / "push.log"
    path.write_text(stamped)
    assert dated(path) == ("2026-11-23T21:26:40.100+00:00", DatedBy.STAMPS)
    path.write_text(stamped.replace("Z ", " "))
    assert dated(path) == ("2026-11-23", DatedBy.STAMPS)
    path.write_text(PUSH)
    os.utime(path, (1795469204, 1795469204))
    assert dated(path) == ("2026-11-23T21:26:44+00:00", DatedBy.FILE)
    folder = tmp_path / "2025-10-02"
    folder.mkdir()
    (folder / "push.log").write_text(PUSH)
    assert dated(folder / "push.log") == ("2025-10-02", DatedBy.PATH)
    archive = tmp_path / "run.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("0_build.txt", (2026, 1, 2, 3, 4, 6)), PUSH)
    assert dated(archive) == ("2026-01-02T03:04:06+00:00", DatedBy.ARCHIVE)
    assert pushlog.analyze(PUSH.encode()).source.dated.at is None


def test_a_secret_in_an_address_is_hidden(tmp_path):
    token = "ghp_" + "A1b2C3d4E5" * 3 + "f6G7h8"
    path = tmp_path / "12345.log"
    path.write_text(PUSH)
    side = tmp_path / "runs.json"
    side.write_text(json.dumps([{"id": 12345, "html_url": f"https://x:{token}@git.example.com/1"}]))
    result = pushlog.analyze(str(path), Options(origin=OriginOptions(metadata=read_metadata(str(side)))))
    assert token not in str(result)
    assert io.StringIO(str(result.source.origin.run_url)).read()
