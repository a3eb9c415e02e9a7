"""How far a push got, in layers and bytes, and how exactly that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Basis, Capture, Layer, Outcome, Progress, State

if TYPE_CHECKING:
    from collections.abc import Sequence

# What can tell of success, as a sentence.
PROOFS = {
    "digest": "The digest line proves that every layer and the manifest are in the registry.",
    "done": "The client says that the push is done, so every layer and the manifest are in the registry.",
    "quiet": "With `--quiet` Docker prints the name of the image once all layers and the manifest are in the registry.",
    "v1": "Every tag was sent, which a push to a v1 registry does once its layers are there.",
    "last_word": "The client ended without an error; that the manifest is in the registry it does not say.",
}
_FOREIGN = "The manifest is in the registry; foreign layers are not sent: they stay where the manifest says."
# Of layers whose lines stop in the middle a log with a digest line lacks lines, or has those of another push.
_UNPROVEN = "But the lines of {} of {} layers end before these are done: lines are missing, or it proves another push."
ROWS_WITHOUT_IDS = "The rows of layers have no ids, so the log can't tell how many layers there are."
_UNFINISHED = (State.PUSHING, State.RETRYING, State.WAITING, State.PREPARING)
_NOT_UPLOADED = (State.EXISTS, State.MOUNTED, State.SKIPPED)


def progress(
    layers: Sequence[Layer],
    outcome: Outcome,
    capture: Capture,
    *,
    proof: str = "digest",
    piped: bool = True,
    names: str = "",
    has_rows: bool = False,
) -> Progress:
    """Layers and bytes that the registry has, of those the push was about; `why` says what is known and what is not.

    `proof`: what tells of success, a key of `PROOFS`. `piped`: the client drops its figures in a pipe. `names`: which
    layers it names, where those are not all, as a sentence. `has_rows`: the log has rows of layers.
    Bytes are those of layers that had to be uploaded: the size of a layer that was there is not in any log.
    """
    is_nameless = has_rows and not layers
    names = ROWS_WITHOUT_IDS if is_nameless else names
    sent = [layer for layer in layers if layer.state not in _NOT_UPLOADED]
    figures = any(layer.bytes_done is not None or layer.bytes_total is not None for layer in sent)
    sized = all(layer.bytes_total is not None for layer in sent)
    # Nothing is resumed: once a push has failed, what was sent of an unfinished layer is lost.
    counted = [layer for layer in sent if layer.state.done or outcome is not Outcome.FAILED]
    done = sum(_reached(layer) for layer in counted) if figures else None
    total = sum(layer.bytes_total or 0 for layer in sent) if figures and sized else None
    unfinished = sum(layer.state in _UNFINISHED for layer in layers)
    exact = (outcome is Outcome.SUCCEEDED and not unfinished) or (capture is Capture.JSON and sized)
    if outcome is Outcome.SUCCEEDED:
        meaning = (
            _FOREIGN if proof == "digest" and any(layer.state is State.SKIPPED for layer in layers) else PROOFS[proof]
        )
        why = f"{meaning} {_UNPROVEN.format(unfinished, len(layers))}" if unfinished else meaning
    elif layers or not names:
        why = _why(layers, sent, outcome, capture, figures=figures, piped=piped)
    else:
        why = ""
    return Progress(
        layers_total=len(layers),
        layers_done=sum(layer.state.done for layer in layers),
        bytes_done=done,
        bytes_total=total,
        fraction=_fraction(done, total, outcome),
        exact=exact,
        why=f"{why} {names}".strip(),
        rows_without_ids=is_nameless,
    )


def _reached(layer: Layer) -> int:
    """A tar counts more than the files in it: what was read of it is at most the layer's size."""
    done, total = layer.bytes_done, layer.bytes_total
    if layer.state.done:
        return total if total is not None else done or 0
    return min(done or 0, total) if total is not None else done or 0


def _fraction(done: int | None, total: int | None, outcome: Outcome) -> float | None:
    if outcome is Outcome.SUCCEEDED:
        return 1.0
    return round(done / total, 4) if done is not None and total else None


def _why(
    layers: Sequence[Layer], sent: Sequence[Layer], outcome: Outcome, capture: Capture, *, figures: bool, piped: bool
) -> str:
    if not layers:
        return "The push ended before it named a layer."
    if not figures:
        return "Sizes unknown: Docker prints no progress to a pipe." if piped else "Sizes unknown: none is in the log."
    unsized = [layer for layer in sent if layer.bytes_total is None]
    basis = next((layer.basis for layer in sent if layer.bytes_done is not None), Basis.UNKNOWN)
    counted = {
        Basis.UNCOMPRESSED: "bytes before compression, so not what crossed the network",
        Basis.COMPRESSED: "bytes as stored and sent",
        Basis.UNKNOWN: "bytes, compressed or not: the log does not say",
    }[basis]
    exact = "; exact figures" if capture is Capture.JSON else ""
    unknown = f"; the size of {len(unsized)} of {len(sent)} layers to upload is not in the log" if unsized else ""
    lost = " Partial uploads are discarded." if outcome is Outcome.FAILED else ""
    return f"Counted in {counted}{exact}{unknown}.{lost}"
