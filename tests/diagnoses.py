"""Diagnoses made by hand, for the tests of outputs: each tells one story that an output must carry."""

from dataclasses import replace

from pushlog.model import (
    Basis,
    Client,
    Clock,
    Concurrency,
    Confidence,
    Diagnosis,
    Duration,
    Estimate,
    Evidence,
    Failure,
    Family,
    Finding,
    Interval,
    Layer,
    Log,
    Outcome,
    Phase,
    Progress,
    Reference,
    Severity,
    State,
    Store,
)
from tests.records import diagnosis, interval, layer, log

__all__ = ["diagnosis", "interval", "layer", "log"]


def retried_intervals() -> tuple[Interval, ...]:
    """Five uploads of 0.2 s with the waits of 5, 10, 15 and 20 s that Docker makes between them."""
    at = 0.2
    made: list[Interval] = []
    for attempt, wait in enumerate((5, 10, 15, 20, 0), 1):
        made.append(interval(Phase.UPLOADING, at, at + 0.2, attempt))
        if wait:
            made.append(interval(Phase.RETRYING, at + 0.2, at + 0.2 + wait, attempt))
        at += 0.2 + wait
    return tuple(made)


ERROR_LINES = (
    "unknown: <html>",
    "<head><title>413 Request Entity Too Large</title></head>",
    "<body>",
    "<center><h1>413 Request Entity Too Large</h1></center>",
    "<hr><center>nginx/1.22.1</center>",
)


def body_limit_findings() -> tuple[Finding, ...]:
    page = {57 + i: text for i, text in enumerate(ERROR_LINES)}
    ticks = tuple(Evidence(line=n, text="8fca24a28722: Retrying in 1 second") for n in range(7, 57))
    return (
        Finding(
            rule="PL102",
            name="proxy-body-limit",
            severity=Severity.ERROR,
            title="A proxy refused the upload for its size",
            explanation="The answer is an nginx error page, not a registry error: the request never reached the "
            "registry. nginx allows 1 MiB unless told otherwise.",
            remedy=(
                "On the proxy, in the `server` block that serves `/v2/`, lift the limit: `client_max_body_size 0;`",
                "Not your proxy? Find its instruction and shrink it: `docker history --no-trunc team/my-api:1.4.2`",
            ),
            evidence=tuple(Evidence(line=n, text=page[n]) for n in (57, 58, 61)),
            confidence=Confidence.CERTAIN,
            layers=("8fca24a28722",),
        ),
        Finding(
            rule="PL901",
            name="retrying-the-unretryable",
            severity=Severity.WARNING,
            title="Docker spent 50 seconds retrying what could not succeed",
            explanation="Five uploads, four waits (5 + 10 + 15 + 20 s), one and the same answer.",
            remedy=(),
            evidence=ticks,
            confidence=Confidence.CERTAIN,
        ),
        Finding(
            rule="PL310",
            name="size-figures-basis",
            severity=Severity.INFO,
            title="The figures count uncompressed bytes",
            explanation="`Preparing` lines are printed by the graphdriver store only; it counts before gzip.",
            remedy=(),
            evidence=(Evidence(line=2, text="f3a1a53fa62a: Preparing"),),
            confidence=Confidence.LIKELY,
        ),
    )


def body_limit() -> Diagnosis:
    """Two layers pushed, one refused five times by nginx, nothing sent after."""
    findings = body_limit_findings()
    quoted = {2: "f3a1a53fa62a: Preparing", 3: "8fca24a28722: Preparing"}
    quoted |= {56: "8fca24a28722: Retrying in 1 second"} | {57 + i: text for i, text in enumerate(ERROR_LINES)}
    upload = interval(Phase.UPLOADING, 0, 0.2)
    layers = (
        layer("f3a1a53fa62a", size=400_000, lines=(2, 5), intervals=(upload,)),
        layer(
            "8fca24a28722",
            State.FAILED,
            9_000_000,
            (3, 56),
            intervals=retried_intervals(),
            attempts=5,
            retry_wait=50.0,
        ),
        layer("f6314e3fade5", size=250_000, lines=(4, 6), intervals=(interval(Phase.UPLOADING, 0, 0.4),)),
    )
    return replace(
        diagnosis(layers, Outcome.FAILED, findings=findings),
        error=Failure(
            text="\n".join(ERROR_LINES), line=57, family=Family.SIZE_LIMIT, http_status=413, retry_helps=False
        ),
        duration=Duration(seconds=None, at_least=50.0),
        concurrency=Concurrency(observed=3, limit=5, limit_from="default"),
        verdict="nginx in front of the registry refused layer 8fca24a28722: it is larger than the proxy's body limit",
        advice="Pushing again will not help. Raise `client_max_body_size` on the proxy, or make the layer smaller.",
        excerpt=tuple(Evidence(line=n, text=text) for n, text in sorted(quoted.items())),
    )


def long_success(number: int = 60) -> Diagnosis:
    """Sixty layers, five at a time, on a true clock: some existed, one was mounted, one waited to retry."""
    layers: list[Layer] = []
    for i in range(number):
        name = f"{i * 7919 + 0xA1B2C3D4E5:012x}"[-12:]
        lines = (2 + i, 70 + i)
        if i % 5 == 4:
            layers.append(layer(name, State.EXISTS, None, lines))
            continue
        if i == 7:
            layers.append(layer(name, State.MOUNTED, None, lines))
            continue
        begin, took = (i // 5) * 3.0, 2.0 + i % 5
        phases = [interval(Phase.WAITING, 0, begin, 0)] if begin else []
        phases += [
            interval(Phase.UPLOADING, begin, begin + took),
            interval(Phase.FINISHING, begin + took, begin + took + 0.6),
        ]
        pushed = layer(name, State.PUSHED, 1_000_000 * (i + 1), lines, tuple(phases))
        layers.append(replace(pushed, start=begin, end=begin + took))
    return replace(
        diagnosis(layers),
        clock=Clock.RECORDED,
        duration=Duration(seconds=43.2, at_least=43.2),
        lines=(1, 190),
        reference=Reference(
            registry="ghcr.io",
            repository="acme/monolith",
            tags=("1.4.2", "latest"),
            digest="sha256:" + "ab" * 32,
            digests={"1.4.2": "sha256:" + "ab" * 32, "latest": "sha256:" + "ab" * 32},
        ),
        registry_kind="ghcr",
        verdict="All 60 layers of acme/monolith are in the registry",
        advice="Nothing to do.",
        what_if=(
            Estimate(
                change={"concurrency": 10}, seconds=31.0, low=28.0, high=39.0, assumptions=("The path had room left.",)
            ),
            Estimate(change={"bandwidth": 20_000_000.0}, seconds=None, low=None, high=None, assumptions=()),
        ),
    )


def cut_off() -> Diagnosis:
    """A piped log that ends in the middle: no sizes, no clock, nobody knows how it went on."""
    states = [State.PUSHED, State.PUSHING, State.RETRYING, State.WAITING, State.PREPARING, State.UNKNOWN, State.EXISTS]
    layers = [layer(f"{0xA0 + i:012x}", state, None, (2 + i, 12 + i)) for i, state in enumerate(states)]
    return replace(
        diagnosis(layers, Outcome.INCOMPLETE),
        clock=Clock.NONE,
        lines=(1, 20),
        lines_understood=18,
        unread=(Evidence(line=9, text="Puhsed"), Evidence(line=10, text="???")),
        verdict="The log ends while layers are still being sent",
        advice="Whether the push went on can't be known from this log.",
    )


def sending(item: Layer, done: int) -> Layer:
    return replace(item, basis=Basis.COMPRESSED, bytes_done=done)


def containerd_failure() -> Diagnosis:
    """The containerd store: one connection error ends the push, figures count compressed bytes."""
    uploading = (interval(Phase.UPLOADING, 0, 4),)
    layers = (
        sending(layer("1d2e3f4a5b6c", State.FAILED, 55_000_000, (2, 9), uploading), 31_000_000),
        sending(layer("2d2e3f4a5b6c", State.PUSHING, 9_000_000, (3, 8), uploading), 3_000_000),
        layer("3d2e3f4a5b6c", State.EXISTS, None, (4, 4)),
    )
    return replace(
        diagnosis(layers, Outcome.FAILED),
        store=Store.CONTAINERD,
        error=Failure(
            text='failed to do request: Put "https://r.example/v2/a/blobs/uploads/1": EOF',
            line=9,
            family=Family.EOF,
            retry_helps=True,
        ),
        lines=(1, 9),
        lines_understood=9,
        duration=Duration(seconds=None, at_least=4.0),
        reference=Reference(registry="r.example", repository="a", tags=("v1",)),
        verdict="The connection broke while layer 1d2e3f4a5b6c was being sent",
        advice="Push again.",
    )


def no_layers() -> Diagnosis:
    """Refused before the first layer: one line, nothing measured."""
    text = "denied: requested access to the resource is denied"
    finding = Finding(
        rule="PL002",
        name="permission",
        severity=Severity.ERROR,
        title="The registry denied access",
        explanation="The account may not push to this repository.",
        remedy=("Log in with an account that may push: `docker login registry.example.com`", "Check the name."),
        evidence=(Evidence(line=3, text=text),),
        confidence=Confidence.CERTAIN,
    )
    return replace(
        diagnosis((), Outcome.FAILED, findings=(finding,)),
        clock=Clock.NONE,
        lines=(2, 3),
        lines_understood=2,
        error=Failure(text=text, line=3, family=Family.PERMISSION, code="DENIED"),
        verdict="The registry denied access to team/my-api",
        advice="Log in, then push again.",
        excerpt=(Evidence(line=2, text="The push refers to repository [team/my-api]"), *finding.evidence),
    )


def bare() -> Diagnosis:
    """A diagnosis in which everything that may be missing is missing."""
    return replace(
        diagnosis([layer("abcdefabcdef", State.UNKNOWN, None, (1, 1))], Outcome.INCOMPLETE),
        client=Client.UNKNOWN,
        store=Store.UNKNOWN,
        lines=(1, 1),
        lines_understood=0,
        reference=Reference(),
        progress=Progress(
            layers_total=1, layers_done=0, bytes_done=None, bytes_total=None, fraction=None, exact=False, why=""
        ),
        clock=Clock.NONE,
    )


def hostile_diagnosis(payload: str) -> Diagnosis:
    """A diagnosis with the payload in every field that text from a log or a file can reach."""
    quoted = (Evidence(line=1, text=payload), Evidence(line=2, text=payload))
    finding = Finding(
        rule=payload,
        name=payload,
        severity=Severity.ERROR,
        title=payload,
        explanation=payload,
        remedy=(payload, f"Do: `a {payload}`"),
        evidence=quoted[:1],
        confidence=Confidence.POSSIBLE,
        layers=(payload,),
        data={payload: payload},
    )
    made = layer(payload, State.MOUNTED, 5, intervals=(interval(Phase.RETRYING, 0, 9),))
    return replace(
        diagnosis([replace(made, mounted_from=payload, created_by=payload)], Outcome.FAILED, findings=(finding,)),
        error=Failure(text=payload, line=1, family=Family.UNKNOWN, code=payload),
        reference=Reference(
            registry=payload, repository=payload, tags=(payload,), digest=payload, digests={payload: payload}
        ),
        registry_kind=payload,
        progress=Progress(
            layers_total=1, layers_done=1, bytes_done=5, bytes_total=5, fraction=1.0, exact=True, why=payload
        ),
        duration=Duration(seconds=9.0, at_least=9.0),
        what_if=(Estimate(change={payload: [payload]}, seconds=1.0, low=None, high=None, assumptions=(payload,)),),
        concurrency=Concurrency(observed=1, limit=1, limit_from=payload),
        verdict=payload,
        advice=payload,
        unread=quoted,
        excerpt=quoted,
    )


def hostile(payload: str) -> Log:
    """A log whose every field carries the payload."""
    return log(hostile_diagnosis(payload), name=payload, decoration=payload, notes=(payload,))
