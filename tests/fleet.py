"""A made fleet: jobs of three CI systems over a month, with planted causes of failures among chance and decoys.

    python -m tests.fleet OUT COUNT [--shuffle] [--seed N]     write that many logs
    python -m tests.fleet --check AUDIT [--shuffle]            what an audit of them found, beside what was planted

With `--shuffle` the errors are dealt out again by chance: nothing explains them any more.

Planted: an outage of two days at a registry, a bad runner, the expired credential of one repository, the limit of a
registry, a faulty version of a client, a slow week, an hour of every day with a rate limit, a workflow without rights,
a project with a wrong certificate for some days, a CI system without name resolution, a client that damages uploads, a
bad day. Decoys: noise of every kind at a low rate, a busy runner, a busy repository, a busy day, a registry whose
repositories only fail in the outage, a tiny repository that always fails, jobs that push twelve images and fail with
all of them, runners that carry the faulty version, projects that use the faulty client, logs without a date, logs
without an origin, copies of failed logs.
"""

import json
import random
import sys
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pushlog.audit.frames import Frames, frames
from pushlog.audit.rows import rows
from pushlog.audit.schema import TABLES
from pushlog.audit.tables import Tables
from pushlog.model import (
    Client,
    Clock,
    Dated,
    DatedBy,
    Duration,
    Failure,
    Family,
    Log,
    Origin,
    Outcome,
    Reference,
)
from tests.records import diagnosis, log

START, DAYS = datetime(2026, 10, 1, tzinfo=UTC), 31
REGISTRIES = ("hub.acme.example", "harbor.example.org", "registry.corp.example", "acme.azurecr.io")
# Each project has a CI system, and repositories of which each has a registry.
PROJECTS = {
    f"{team}/{app}": ("github-actions", "gitlab-ci", "jenkins")[(row + column) % 3]
    for row, team in enumerate(("shop", "data", "infra", "mobile", "web"))
    for column, app in enumerate(("api", "worker", "gateway", "search"))
}
REPOSITORIES = [
    (REGISTRIES[(number + extra) % 4], f"{project}{suffix}", project)
    for number, project in enumerate(PROJECTS)
    for extra, suffix in enumerate(("", "-base", "-debug"))
]
WORKFLOWS = ("build", "build", "build", "release", "nightly", "pull-request")
RUNNERS = {ci: [f"{ci[:4]}-runner-{n}" for n in range(8)] for ci in ("github-actions", "gitlab-ci")}
OLD, NEW = "27.3.1", "29.1.0"
BUSY_RUNNER, BUSY_REPOSITORY, BUSY_DAY = "gitl-runner-5", 7, 27
TINY = ("registry.corp.example", "shop/tiny", "shop/api")

ERRORS = {
    "server-error": "received unexpected HTTP status: 503 Service Unavailable",
    "connection-reset": 'Patch "https://{host}/v2/{name}/blobs/uploads/{id}": write tcp 10.0.0.{n}:4{n:03}->'
    "10.1.2.3:443: write: connection reset by peer",
    "auth": "unauthorized: authentication required",
    "size-limit": "error parsing HTTP 413 response body: invalid character '<' looking for beginning of value: "
    '"<html>\\r\\n<head><title>413 Request Entity Too Large</title></head>\\r\\n<body>\\r\\n'
    "<center><h1>413 Request Entity Too Large</h1></center>\\r\\n<hr><center>nginx</center>\\r\\n</body>"
    '\\r\\n</html>\\r\\n"',
    "manifest-invalid": "manifest invalid: manifest invalid",
    "rate-limit": "toomanyrequests: Rate exceeded",
    "permission": "denied: requested access to the resource is denied",
    "tls": 'Get "https://{host}/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    "dns": "dial tcp: lookup {host} on 10.0.0.2:53: no such host",
    "blob-upload-invalid": "blob upload invalid: blob upload invalid",
    "timeout": 'Get "https://{host}/v2/": net/http: TLS handshake timeout',
    "eof": "EOF",
    "local-storage": "write /var/lib/docker/tmp/layer-{n}: no space left on device",
}
NOISE = 0.004


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job that pushes one image, or twelve. `error`: the family of its failure; `seconds`: how long it took."""

    number: int
    at: datetime
    ci: str | None
    project: str
    workflow: str
    runner: str | None
    images: tuple[tuple[str, str], ...]
    client: str
    version: str
    error: str | None = None
    seconds: float = 20.0
    is_dated: bool = True


# What must be found: family (or slow), dimension, value.
PLANTED = {
    ("server-error", "registry", "hub.acme.example"),
    ("server-error", "day", "2026-10-09/2026-10-10"),
    ("connection-reset", "runner", "gith-runner-3"),
    ("auth", "repository", "acme.azurecr.io/shop/search"),
    ("auth", "day", "2026-10-20/2026-10-31"),
    ("size-limit", "registry", "harbor.example.org"),
    ("manifest-invalid", "version", f"docker {NEW}"),
    ("slow", "day", "2026-10-14/2026-10-20"),
    ("rate-limit", "hour", "09:00"),
    ("permission", "workflow", "nightly"),
    ("tls", "project", "mobile/gateway"),
    ("tls", "day", "2026-10-05/2026-10-07"),
    ("dns", "ci", "jenkins"),
    ("blob-upload-invalid", "client", "podman"),
    ("timeout", "day", "2026-10-25"),
}


def seconds_between(rng: random.Random) -> timedelta:
    return timedelta(seconds=rng.uniform(0, 86_400))


def drawn(number: int, rng: random.Random) -> Job:
    """One job, before anything goes wrong."""
    registry, repository, project = rng.choice(REPOSITORIES)
    if rng.random() < 0.05:
        registry, repository, project = REPOSITORIES[BUSY_REPOSITORY]
    ci = PROJECTS[project]
    runner = None
    if ci in RUNNERS:
        runner = BUSY_RUNNER if ci == "gitlab-ci" and rng.random() < 0.3 else rng.choice(RUNNERS[ci])
    day = BUSY_DAY if rng.random() < 0.06 else rng.randrange(DAYS)
    if (START + timedelta(days=day)).weekday() > 4 and rng.random() < 0.5:
        day = rng.randrange(DAYS)
    client = "podman" if project in ("data/gateway", "web/worker", "infra/search") else "docker"
    # A third of the runners have the new version; without a runner the job's image brings one.
    new = hash_of(runner or f"{number}") % 3 == 0
    return Job(
        number=number,
        at=START + timedelta(days=day) + seconds_between(rng),
        ci=ci,
        project=project,
        workflow=rng.choice(WORKFLOWS),
        runner=runner,
        images=((registry, repository),),
        client=client,
        version="5.2.2" if client == "podman" else NEW if new else OLD,
        seconds=20.0 * rng.lognormvariate(0, 0.22),
    )


def hash_of(text: str) -> int:
    """The same number for the same text in every process."""
    return int.from_bytes(text.encode()[-6:], "big") * 2654435761 >> 7


def gone_wrong(job: Job, rng: random.Random) -> Job:
    """The job with what was planted, and noise."""
    day = (job.at - START).days + 1
    registry, repository = job.images[0]
    causes = (
        ("server-error", registry == "hub.acme.example" and day in (9, 10), 0.8),
        ("connection-reset", job.runner == "gith-runner-3", 0.3),
        ("auth", repository == "shop/search" and registry == "acme.azurecr.io" and day >= 20, 1.0),
        ("size-limit", registry == "harbor.example.org", 0.05),
        ("manifest-invalid", job.version == NEW, 0.12),
        ("rate-limit", job.at.hour == 9, 0.3),
        ("permission", job.workflow == "nightly", 0.25),
        ("tls", job.project == "mobile/gateway" and day in (5, 6, 7), 0.9),
        ("dns", job.ci == "jenkins", 0.07),
        ("blob-upload-invalid", job.client == "podman", 0.15),
        ("timeout", day == 25, 0.3),
    )
    error = next((family for family, hit, share in causes if hit and rng.random() < share), None)
    for family in ERRORS:
        if error is None and rng.random() < (5 * NOISE if family == "eof" else NOISE):
            error = family
    return replace(job, error=error, seconds=job.seconds * (3.0 if 14 <= day <= 20 else 1.0))


def jobs(count: int, seed: int = 1, *, shuffle: bool = False) -> list[Job]:
    """That many jobs in order of time, with the decoys at the end."""
    rng = random.Random(seed)
    made = [gone_wrong(drawn(number, rng), rng) for number in range(count - count // 100)]
    made += list(decoys(len(made), count, rng))
    if shuffle:
        ends = [(job.error, job.seconds) for job in made]
        rng.shuffle(ends)
        made = [replace(job, error=error, seconds=took) for job, (error, took) in zip(made, ends, strict=True)]
    return sorted(made, key=lambda job: (job.at, job.number))


def decoys(start: int, count: int, rng: random.Random) -> Iterator[Job]:
    """Jobs that look like causes and are none."""
    for extra in range(count // 100):
        job = drawn(start + extra, rng)
        kind = extra % 5
        if extra < 3:
            yield replace(job, images=(TINY[:2],), project=TINY[2], error="permission")
        elif kind == 0 and extra < 12:
            registry, name = job.images[0]
            yield replace(job, images=tuple((registry, f"{name}-part-{n}") for n in range(12)), error="quota")
        elif kind == 1:
            yield replace(job, ci=None, runner=None)
        else:
            yield replace(job, is_dated=False, error="server-error" if rng.random() < NOISE else None)


def error_text(job: Job, registry: str, repository: str) -> str:
    rng = random.Random(f"{job.number} {repository}")
    text = ERRORS.get(
        job.error or "", "denied: adding 12 MiB of storage resource will exceed the configured upper limit"
    )
    upload = uuid.UUID(int=rng.getrandbits(128))
    text = text.format_map({"host": registry, "name": repository, "n": rng.randrange(10, 250), "id": upload})
    if job.client == "podman" and not text.startswith(("Patch", "Get")):
        return f"writing blob: initiating layer upload to /v2/{repository}/blobs/uploads/ in {registry}: {text}"
    return f"writing blob: {text}" if job.client == "podman" else text


def push_lines(job: Job) -> Iterator[str]:
    """What the client prints."""
    for registry, repository in job.images:
        layers = [f"{random.Random(f'{job.number} {repository} {n}').getrandbits(256):064x}" for n in range(3)]
        yield f"$ {job.client} push {registry}/{repository}:{job.number}"
        if job.client == "podman":
            yield "Getting image source signatures"
            yield from (f"Copying blob sha256:{layer}" for layer in layers)
            if job.error:
                yield f"Error: {error_text(job, registry, repository)}"
            else:
                yield f"Copying config sha256:{layers[0]}"
                yield "Writing manifest to image destination"
            continue
        yield f"The push refers to repository [{registry}/{repository}]"
        yield from (f"{layer[:12]}: Preparing" for layer in layers)
        if job.error:
            yield error_text(job, registry, repository)
        else:
            yield from (f"{layer[:12]}: Pushed" for layer in layers)
            yield f"{job.number}: digest: sha256:{layers[0]} size: 949"


def head_lines(job: Job) -> Iterator[str]:
    """What the CI system and the job print before."""
    if job.ci == "github-actions":
        yield "Current runner version: '2.328.0'"
        yield f"Runner name: '{job.runner}'"
        yield f"Syncing repository: {job.project}"
    elif job.ci == "gitlab-ci":
        yield "Running with gitlab-runner 18.3.0 (5a021a1c)"
        yield f"  on {job.runner} AbCdEfGh, system ID: s_0a1b2c3d4e5f"
        yield f"Initialized empty Git repository in /builds/{job.project}/.git/"
    elif job.ci == "jenkins":
        yield "Started by user ci-bot"
    version = (
        f"podman version {job.version}" if job.client == "podman" else f"Docker version {job.version}, build ce12230"
    )
    yield version


def as_log(job: Job) -> tuple[str, str]:
    """The path and the text of the job's log."""
    lines = [*head_lines(job), *push_lines(job)]
    first = next(n for n, line in enumerate(lines) if line.startswith("$ "))
    took = timedelta(seconds=job.seconds / (len(lines) - first - 2))
    times = [job.at + took * max(n - first - 1, 0) for n in range(len(lines))]
    if not job.is_dated:
        return f"undated/{job.number}.log", "".join(f"{line}\n" for line in lines)
    if job.ci is None:
        return f"elsewhere/{job.number}.log", "".join(
            f"{at:%Y-%m-%dT%H:%M:%S.%f}Z {line}\n" for at, line in zip(times, lines, strict=True)
        )
    path = f"{job.ci}/{job.at:%Y-%m-%d}/{job.project}/{job.workflow}/{100_000 + job.number}.log"
    if job.ci == "jenkins":  # its logs carry no time; the folder has the day
        return path, "".join(f"{line}\n" for line in lines)
    form = "%Y-%m-%dT%H:%M:%S.%f0Z " if job.ci == "github-actions" else "%Y-%m-%dT%H:%M:%S.%fZ 01O "
    return path, "".join(f"{at.strftime(form)}{line}\n" for at, line in zip(times, lines, strict=True))


PATTERN = "{ci}/{date}/{owner}/{repo}/{workflow}/{run}.log"


def write(out: Path, made: Sequence[Job]) -> None:
    """The logs as files, and copies of twenty failed ones."""
    copies = 20
    for job in made:
        name, text = as_log(job)
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        if job.error and copies:
            copies -= 1
            (out / f"copy-{job.number}.log").write_text(text, "utf-8")


def as_record(job: Job) -> Log:
    """The job as the analysis of its log would give it."""
    pushes = []
    for n, (registry, repository) in enumerate(job.images):
        error = None
        if job.error:
            family = Family(job.error)
            error = Failure(text=error_text(job, registry, repository), line=9, family=family, retry_helps=None)
        is_stamped = job.is_dated and job.ci != "jenkins"
        pushes.append(
            replace(
                diagnosis((), Outcome.FAILED if error else Outcome.SUCCEEDED),
                client=Client(job.client),
                lines=(10 * n + 1, 10 * n + 9),
                reference=Reference(registry=registry, repository=repository, tags=() if error else (str(job.number),)),
                error=error,
                clock=Clock.STAMPED if is_stamped else Clock.NONE,
                duration=Duration(
                    seconds=job.seconds if is_stamped else None,
                    at_least=0.0,
                    began=job.at.isoformat() if is_stamped else None,
                ),
            )
        )
    name, _ = as_log(job)
    made = log(*pushes, name=name)
    origin = Origin(
        ci=job.ci,
        project=job.project if job.ci else None,
        workflow=job.workflow if job.ci else None,
        runner=job.runner,
        run_url=f"https://ci.example.com/{job.project}/{job.number}" if job.ci else None,
    )
    dated = Dated(at=job.at.date().isoformat(), by=DatedBy.PATH) if job.is_dated and job.ci else Dated()
    source = replace(made.source, sha256=f"{job.number:016x}" + "0" * 48, origin=origin, dated=dated)
    return replace(made, source=source)


def as_frames(made: Sequence[Job]) -> Frames:
    """The tables of an audit of these jobs."""
    tables = Tables()
    for job in made:
        record = as_record(job)
        told = rows(record, record.source.name, "", None, {job.client: job.version})
        for table in TABLES:
            for row in told[table]:
                tables.add(table, row)
    return frames(tables)


def found(document: dict[str, list[dict[str, str]]]) -> set[tuple[str, str, str]]:
    """What an audit.json names: family, dimension and value."""
    named = {(row["family"], row["dimension"], row["value"]) for row in document["where"]}
    return named | {("slow", row["dimension"], row["value"]) for row in document["slow"]}


def main(arguments: list[str]) -> None:
    shuffle = "--shuffle" in arguments
    if "--check" in arguments:
        document = json.loads((Path(arguments[arguments.index("--check") + 1]) / "audit.json").read_text("utf-8"))
        named = found(document)
        wanted = set() if shuffle else PLANTED
        for title, rows_of in (("found", wanted & named), ("MISSED", wanted - named), ("FALSE", named - wanted)):
            sys.stdout.write("".join(f"{title:7} {' · '.join(row)}\n" for row in sorted(rows_of)))
        return
    seed = int(arguments[arguments.index("--seed") + 1]) if "--seed" in arguments else 1
    write(Path(arguments[0]), jobs(int(arguments[1]), seed, shuffle=shuffle))
    sys.stdout.write(f"pushlog audit {arguments[0]} --source-pattern '{PATTERN}'\n")


if __name__ == "__main__":
    main(sys.argv[1:])
