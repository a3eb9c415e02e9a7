"""What the registry itself says in upload URLs: which upload, since when, how many bytes it has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.diagnosis.failing_layers import failing_layers
from pushlog.formats.marks import MarkKind
from pushlog.formats.upload_state import upload_states
from pushlog.model import RegistrySaid
from pushlog.timeline.blob import is_blob

if TYPE_CHECKING:
    from pushlog.diagnosis.case import Case
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.formats.upload_state import UploadState


def with_registry_word(case: Case) -> Case:
    """Return the case with the last state of each upload at its layer, and the repository where no line names it.

    An upload whose URL names no blob belongs to the only layer that can have failed, if there is one.
    """
    states = case.upload_states
    if not states:
        return case
    push = case.push
    failing = failing_layers(case).layers
    alone = failing[0] if len(failing) == 1 else None
    words = {}
    for state in states:
        layer = next((item.id for item in push.layers if is_blob(item.id, state.digest)), None)
        if layer is None and state.digest is None:
            layer = alone
        if layer is not None:
            words[layer] = RegistrySaid(upload=state.upload, started=state.started, bytes=state.offset)
    layers = tuple(replace(layer, registry_said=words.get(layer.id)) for layer in push.layers)
    reference = push.reference
    names = {state.repository for state in states}
    if reference.repository is None and len(names) == 1:
        reference = replace(reference, repository=names.pop())
    return replace(case, push=replace(push, layers=layers, reference=reference))


def states_of(parsed: ParsedPush) -> tuple[UploadState, ...]:
    """Return the states in the errors and retries of a push, in log order."""
    texts = [mark.fields.get("TEXT", "") for mark in parsed.marks if mark.kind == MarkKind.RETRY]
    if parsed.error is not None:
        texts.append(parsed.error.text)
    return tuple(upload_states(text for text in texts if "_state=" in text))
