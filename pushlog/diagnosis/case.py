"""What a rule may look at: one push, read-only."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

from pushlog.knowledge.wording import Words, fill, steps, versions
from pushlog.model import Capture, Diagnosis, Evidence, Layer, Source, State, Store
from pushlog.record_class import record
from pushlog.units import instruction, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from pushlog.diagnosis.hops.facts import OtherSide
    from pushlog.formats.errors.classify import Classified
    from pushlog.formats.login import Login
    from pushlog.formats.marks import MarkKind
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.formats.upload_state import UploadState
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge
    from pushlog.knowledge.clients import ClientFacts
    from pushlog.timeline.event_table import EventTable
    from pushlog.timeline.slots import Slot

# An instruction inside a sentence: enough of it to find it in the Dockerfile.
_INSTRUCTION = 60
_IMAGE = "IMAGE"
_NO_STEP = "Look at the log of the registry for the time of the push; it often says more than the client."


@record(slots=False)
class Case:
    """The facts of one push. `push` has no findings yet; `events` is its event table, `slots` its upload slots.

    `instructions`: which one made a layer of the image, by its id, also of layers that no line is about.
    `gave_up`: the layers whose retries were used up when the push failed. `upload_states`: what the registry says in
    the upload URLs of its errors and retries, in log order. `logins`: the logins above the push, in log order; they are
    looked for only where one matters.
    `side`: what other logs say of it; None without any.
    """

    source: Source
    push: Diagnosis
    parsed: ParsedPush
    events: EventTable
    slots: tuple[Slot, ...]
    text: LogText
    classified: Classified | None
    end: float
    knowledge: Knowledge
    instructions: Mapping[str, str] = field(default_factory=dict)
    gave_up: tuple[str, ...] = ()
    upload_states: tuple[UploadState, ...] = ()
    logins: tuple[Login, ...] = ()
    side: OtherSide | None = None

    @property
    def table(self) -> pd.DataFrame:
        """The events as a DataFrame. Loads pandas, which takes longer than the rest of most analyses."""
        return self.events.pandas

    def quote(self, line: int) -> Evidence:
        """A physical line of the log."""
        return Evidence(line=line, text=self.text.shown(line))

    def row(self, index: int) -> Evidence:
        """The line of one event, as it was drawn."""
        from pushlog.intake.log_text import plain

        events = self.parsed.events
        part = self.text.data[int(events.start[index]) : int(events.stop[index])]
        return Evidence(line=int(events.line[index]), text=plain(part))

    def mark(self, *kinds: MarkKind) -> Evidence | None:
        """The line of the last mark of these kinds."""
        mark = self.parsed.last(*kinds)
        return self.quote(mark.line) if mark else None

    def error_lines(self) -> tuple[Evidence, ...]:
        """The lines of the error, empty ones left out."""
        error = self.parsed.error
        if error is None:
            return ()
        texts = error.text.split("\n")
        if error.lines[0] == error.lines[1]:
            return (Evidence(line=error.lines[0], text=" ".join(texts)),)
        return tuple(Evidence(line=error.lines[0] + i, text=t) for i, t in enumerate(texts) if t.strip())

    def layers(self, *states: State) -> tuple[Layer, ...]:
        """The layers in these states."""
        return tuple(layer for layer in self.push.layers if layer.state in states)

    def rows(self, layer: str) -> Iterator[int]:
        """The events of a layer, by row."""
        code = self.parsed.events.ids.index(layer)
        yield from self.events.by_layer[code].tolist()

    def rows_of(self, *states: State) -> list[int]:
        """The events that print one of these states, by row."""
        from pushlog.formats.events import EventKind

        kinds = [EventKind[state.name] for state in states]
        rows: list[int] = self.events.is_kind(*kinds).nonzero()[0].tolist()
        return rows

    @property
    def client(self) -> ClientFacts:
        """What is known of the client that pushed."""
        return self.knowledge.client(self.push.client).pushing_by(self.parsed.command)

    @property
    def all_in(self) -> bool:
        """Whether the registry has every layer, so that only configuration and manifest were left to send.

        Only the graphdriver store names all layers before it uploads the first.
        """
        done = all(layer.state.done or layer.state is State.SKIPPED for layer in self.push.layers)
        return self.push.store is Store.GRAPHDRIVER and bool(self.push.layers) and done

    @property
    def is_pasted(self) -> bool:
        """Whether the log is what a terminal showed last: a row for each layer, in no order of time."""
        events = self.parsed.events
        is_screen = self.source.capture is Capture.SCREEN and not self.push.clock.measured
        return is_screen and len(events.all_layers) <= len(events.ids)

    @property
    def over(self) -> str:
        """How long the push took, as far as the log tells: `at least 50 s`, `3 min 20 s`; empty if it does not."""
        took = self.push.duration
        if took.seconds is not None:
            return seconds(took.seconds)
        return f"at least {seconds(took.at_least)}" if took.telling else ""

    def made_by(self, layer: str) -> str:
        """Which instruction made a layer, as words to put behind its name; empty where nothing tells."""
        created_by = self.instructions.get(layer)
        return f" (made by `{instruction(created_by, _INSTRUCTION)}`)" if created_by else ""

    @property
    def image(self) -> str:
        """The image as the log names it; a word in capitals to be replaced where it does not."""
        return self.values["reference"] or _IMAGE

    def steps(
        self, *options: str | tuple[str, ...] | Words, image: str | None = None, **names: str | None
    ) -> tuple[str, ...]:
        """Return the steps that the client of this push can take, with their placeholders filled.

        A tuple holds versions of one step (see `wording`). `image`, which may have placeholders too, stands in the
        commands in place of the one that was pushed; `names` are values of further placeholders. Texts of a log don't
        belong into `options` and `image`: they would be filled too.
        """
        values = {**self.values, **names}
        name = fill(f"`{image}`", values).strip("`") if image else self.image
        values |= {"reference": name, **self.client.words(name)}
        parts = (option if isinstance(option, Words) else _versions(option) for option in options)
        return steps(parts, self.scopes, values) or (_NO_STEP,)

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes of texts that hold for this push: by client, by registry and by image store."""
        image = self.push.reference
        unnamed = () if image.registry and not image.masked else ("on-unnamed",)
        registry = (f"on-{self.push.registry_kind}", *unnamed)
        return (*self.client.scopes, *registry, f"store-{self.push.store.value}")

    @cached_property
    def values(self) -> Mapping[str, str | None]:
        """What the placeholders of the catalogue stand for in this push."""
        from pushlog.diagnosis.placeholders import placeholders

        return placeholders(self)


def _versions(option: str | tuple[str, ...]) -> Words:
    return versions(option) if isinstance(option, str) else versions(*option)
