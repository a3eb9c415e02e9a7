"""Records with sensible values, for tests that care about one or two fields of them."""

from collections.abc import Sequence

from pushlog.model import (
    Basis,
    Capture,
    Client,
    Clock,
    Diagnosis,
    Duration,
    Fate,
    Finding,
    Interval,
    Layer,
    Log,
    Outcome,
    Phase,
    Progress,
    Reference,
    Source,
    State,
    Store,
)


def interval(phase: Phase, start: float, end: float, attempt: int = 1) -> Interval:
    return Interval(phase=phase, start=start, end=end, attempt=attempt)


def fate(state: State, attempts: int) -> Fate:
    """What becomes of a layer in this state where the push fails."""
    if state.done or state is State.SKIPPED:
        return Fate.DONE
    if state is State.FAILED:
        return Fate.GAVE_UP if attempts > 1 else Fate.FAILED
    return Fate.NOT_STARTED if state in (State.WAITING, State.PREPARING) else Fate.CANCELLED


def layer(
    name: str = "f3a1a53fa62a",
    state: State = State.PUSHED,
    size: int | None = 400_000,
    lines: tuple[int, int] = (2, 5),
    intervals: tuple[Interval, ...] = (),
    *,
    attempts: int | None = None,
    retry_wait: float = 0.0,
) -> Layer:
    started = state in (State.PUSHED, State.PUSHING, State.FAILED)
    return Layer(
        id=name,
        state=state,
        mounted_from="team/base" if state is State.MOUNTED else None,
        bytes_done=size if state.done else None,
        bytes_total=size,
        basis=Basis.UNKNOWN if size is None else Basis.UNCOMPRESSED,
        attempts=int(started) if attempts is None else attempts,
        retry_wait=retry_wait,
        start=None,
        end=None,
        created_by=None,
        lines=lines,
        intervals=intervals,
        fate=fate(state, int(started) if attempts is None else attempts),
    )


def progress(layers: Sequence[Layer]) -> Progress:
    done = [item for item in layers if item.state.done]
    known = bool(layers) and all(item.bytes_total is not None for item in layers)
    total = sum(item.bytes_total or 0 for item in layers) if known else None
    sent = sum(item.bytes_total or 0 for item in done) if known else None
    return Progress(
        layers_total=len(layers),
        layers_done=len(done),
        bytes_done=sent,
        bytes_total=total,
        fraction=sent / total if sent is not None and total else None,
        exact=False,
        why="Sizes are read from progress figures, rounded to four digits." if known else "The log has no sizes.",
    )


def diagnosis(
    layers: Sequence[Layer] = (),
    outcome: Outcome = Outcome.SUCCEEDED,
    *,
    findings: tuple[Finding, ...] = (),
) -> Diagnosis:
    return Diagnosis(
        client=Client.DOCKER,
        store=Store.GRAPHDRIVER,
        lines=(1, 64),
        reference=Reference(registry="registry.example.com:5000", repository="team/my-api"),
        registry_kind="unknown",
        outcome=outcome,
        error=None,
        layers=tuple(layers),
        progress=progress(layers),
        clock=Clock.INFERRED,
        duration=Duration(seconds=None, at_least=0.0),
        findings=findings,
        lines_understood=64,
    )


def log(
    *pushes: Diagnosis,
    name: str = "push-log.txt",
    lines: int = 64,
    decoration: str | None = None,
    notes: tuple[str, ...] = (),
) -> Log:
    made = Source(
        name=name,
        bytes=lines * 40,
        lines=lines,
        sha256="9f2c" + "0" * 56 + "41ab",
        capture=Capture.TTY,
        decoration=decoration,
        coverage=1.0,
        notes=notes,
    )
    return Log(source=made, pushes=pushes)
