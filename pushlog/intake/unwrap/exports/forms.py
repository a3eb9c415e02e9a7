"""How one export keeps its lines: where in a record the text and the time stand, and what the system is called."""

from __future__ import annotations

import base64
import json
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from pushlog.intake.unwrap.exports.clocks import iso_text
from pushlog.intake.unwrap.exports.json_cursor import utf8
from pushlog.intake.unwrap.exports.lane_names import NamePaths, in_columns, name_at
from pushlog.intake.unwrap.exports.paths import Path, parse_path, path_text, value_at
from pushlog.intake.unwrap.exports.record_times import find_time
from pushlog.knowledge.exports import ExportRow, exports
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# The keys of a message of the Engine's API. Source: moby api/types/jsonstream and pkg/jsonmessage.
_ENGINE = {"status", "stream", "id", "progress", "progressDetail", "aux", "error", "errorDetail"}
_ENGINE_TEXTS = {"status", "aux", "errorDetail"}
# The keys of a command's result: docs.ansible.com, "Return Values"; runners of other tools say the same.
_STREAMS = {"stdout", "stdout_lines"}
_RESULT = {*_STREAMS, "stderr", "stderr_lines", "cmd", "rc", "exit_code", "exitCode", "returncode"}
# A second key for the text must hold this share of the lines of pushes.
_LEAST_SHARE = 0.05
_BYTES = 256
# A number that is larger counts smaller units than seconds.
_MILLISECONDS = 1e11


@record
class Form:
    """Where the parts of a record stand.

    `texts`: paths to the text, of which the first that leads to one counts; `also`: to what is appended to it;
    `command`: to a command that a record without a text says is run now, if it has nothing at `ended`;
    `counts_seconds`: the time counts from the start of a step; `number`: the record's place in its log;
    `names`: what names its pod or container, its part of a job, its process;
    `pairs`: a record is a list of objects with these two keys; `engine`: the path to a message of the Engine's API;
    `is_piecewise`: a text may end within a line.
    """

    system: str
    texts: tuple[Path, ...]
    also: tuple[Path, ...] = ()
    command: Path | None = None
    ended: Path | None = None
    time: Path | None = None
    counts_seconds: bool = False
    number: Path | None = None
    names: NamePaths = NamePaths()
    pairs: tuple[str, ...] = ()
    engine: Path | None = None
    is_base64: bool = False
    is_piecewise: bool = False
    is_in_order: bool = True

    def text_of(self, record: object) -> bytes | None:
        """Return the text of a record; None for a record that has none."""
        if self.engine is not None:
            message = value_at(record, self.engine)
            return utf8(json.dumps(message, separators=(",", ":"))) if isinstance(message, dict) else None
        value = None
        for path in self.texts:
            value = text_value(value_at(record, path))
            if value is not None:
                break
        for path in self.also:
            more = text_value(value_at(record, path))
            value = f"{value}\n{more}" if value and more else value or more
        if value is None:
            value = self._begun(record)
        if value is None:
            return None
        if not self.is_base64:
            return utf8(value)
        try:
            return base64.b64decode(utf8(value), validate=True)
        except ValueError:
            return None

    def _begun(self, record: object) -> str | None:
        """Return the command that a record says is run now, as a shell shows it.

        Of a command with a here-document only the first line is one.
        """
        if self.command is None or (self.ended is not None and value_at(record, self.ended) is not None):
            return None
        lines = (text_value(value_at(record, self.command)) or "").splitlines()
        if any("<<" in line for line in lines):
            lines = lines[:1]
        return "".join(f"$ {line}\n" for line in lines) or None

    def time_of(self, record: object) -> object:
        """Return the time of a record as it stands there."""
        if self.time is None:
            return None
        moment = value_at(record, self.time)
        return name_at(record, self.time) if moment is None else moment

    def number_of(self, record: object) -> int | None:
        """Return the place of a record in its log."""
        value = None if self.number is None else value_at(record, self.number)
        return value if isinstance(value, int) else None


def text_value(value: object) -> str | None:
    """Return a text, or a list of lines as one; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    if isinstance(value, list) and value and all(isinstance(item, int) and 0 <= item < _BYTES for item in value):
        # The journal writes a text with escapes as a list of its bytes.
        return bytes(value).decode("ascii", "surrogateescape")
    return None


def is_engine_message(value: object) -> bool:
    """Return whether an object is a message of the Engine's API, which is read as it is."""
    return isinstance(value, dict) and _ENGINE.issuperset(value) and not _ENGINE_TEXTS.isdisjoint(value)


def is_command_result(value: object) -> bool:
    """Return whether an object is the result of a command, such as Ansible's, with its output in several places."""
    return isinstance(value, dict) and not _STREAMS.isdisjoint(value) and len(_RESULT.intersection(value)) > 1


def normal_record(value: object, pairs: tuple[str, ...]) -> object:
    """Return a list of name and value pairs as an object; any other record as it is."""
    if not pairs or not isinstance(value, list):
        return value
    name, content = pairs
    return {
        str(item[name]): item[content] for item in value if isinstance(item, dict) and name in item and content in item
    }


def choose_form(
    records: Sequence[object], paths: Iterable[Path], place: Path = (), columns: Sequence[str] = ()
) -> Form | None:
    """Return the form of an export; None when it is none.

    `records`: some of them; `paths`: where in them lines of pushes were seen; `place`: to them; `columns`: their names.
    """
    votes = Counter(paths)
    rows = [row for row in exports().rows if row.records in (None, path_text(place))]
    if votes:
        return _named_form(_voted_form(records, votes, rows), records, columns)
    for row in rows:
        fits = sum(_fits(row, record) for record in records)
        if records and fits and 2 * fits >= len(records):
            return row_form(row, records)
    return _usual_form(records)


def _usual_form(records: Sequence[object]) -> Form | None:
    """Return the form of records that have a text and a time under usual names, all of them the same."""
    texts = [_usual_text(record) for record in records]
    times = [find_time(record) for record in records]
    if not records or len(set(texts)) > 1 or texts[0] is None or None in times:
        return None
    return Form(
        system="json",
        texts=(texts[0],),
        time=times[0],
        names=NamePaths.of(records),
        is_piecewise=_ends_lines(records, (texts[0],)),
    )


def _usual_text(record: object) -> Path | None:
    if not isinstance(record, dict) or "status" in record or "vertexes" in record:
        return None
    names = [key for key in record if key.lower() in exports().text_keys and isinstance(record[key], str)]
    return (names[0],) if len(names) == 1 else None


def _voted_form(records: Sequence[object], votes: Counter[Path], rows: Sequence[ExportRow]) -> Form | None:
    best, most = votes.most_common(1)[0]
    texts = tuple(path for path, count in votes.most_common() if count >= _LEAST_SHARE * most)[:4]
    holders = [record for record in records if text_value(value_at(record, best)) is not None]
    for row in rows:
        if path_text(best) in _texts_of(row) and any(_fits(row, record) for record in holders):
            form = row_form(row, records)
            others = tuple(path for path in texts if path not in (*form.texts, *form.also))
            return form if form.also else replace(form, texts=(*form.texts, *others))
    time = next((path for record in holders if (path := find_time(record)) is not None), None)
    is_engine = best[-1:] == ("status",) and any(is_engine_message(value_at(record, best[:-1])) for record in records)
    return Form(
        system="json",
        texts=texts,
        time=time,
        engine=best[:-1] if is_engine else None,
        names=NamePaths.of(holders),
        is_piecewise=_ends_lines(records, texts),
    )


def _named_form(form: Form | None, records: Sequence[object], columns: Sequence[str]) -> Form | None:
    """Return the form with the time and the writers of rows by the names of their columns."""
    if form is None or not columns:
        return form
    objects = [dict(zip(columns, record, strict=True)) for record in records if isinstance(record, list)]
    time = next((path for item in objects if (path := find_time(item)) is not None), None)
    names = NamePaths.of(objects).in_columns(columns)
    return replace(form, time=form.time if time is None else in_columns(time, columns), names=names)


def _texts_of(row: ExportRow) -> tuple[str, ...]:
    """Return the paths to the text, with and without the brackets of a list of lines."""
    paths = [path_text(parse_path(text)) for text in (*row.text, *row.also)]
    return (*paths, *(path.removesuffix("[]") for path in paths))


@cache
def _paths(texts: tuple[str, ...]) -> tuple[Path, ...]:
    return tuple(parse_path(text) for text in texts)


def row_form(row: ExportRow, records: Sequence[object]) -> Form:
    """Return the form of a row, for these records of an export."""
    texts = _paths(row.text)
    normal = [normal_record(record, row.pairs) for record in records]
    number = parse_path(row.number) if row.number else None
    if number is not None and all(value_at(record, number) is None for record in records):
        number = None
    return Form(
        system=row.system,
        texts=texts,
        also=_paths(row.also),
        command=parse_path(row.command) if row.command else None,
        ended=parse_path(row.ended) if row.ended else None,
        time=parse_path(row.time) if row.time else _common_time(records),
        counts_seconds=row.clock == "seconds",
        number=number,
        names=NamePaths.of(normal),
        pairs=row.pairs,
        is_base64=row.is_base64,
        is_piecewise=row.is_piecewise
        if row.is_base64
        else _ends_lines(records, texts, least=0 if row.is_piecewise else 0.5),
        is_in_order=row.is_in_order,
    )


def _common_time(records: Sequence[object]) -> Path | None:
    """Return the path to a time that several records have."""
    paths = {find_time(record) for record in records} if len(records) > 1 else set()
    return paths.pop() if len(paths) == 1 else None


def _fits(row: ExportRow, record: object) -> bool:
    """Return whether a record has the keys of a row, and a time that reads as its does."""
    if isinstance(record, dict) and "progressDetail" in record:
        return False
    value = normal_record(record, row.pairs)
    if any(value_at(value, path) is None for path in _paths(row.has)):
        return False
    form = row_form(row, ())
    places = (*form.texts, *form.also, *((form.command,) if form.command else ()))
    if not any(text_value(value_at(value, path)) is not None for path in places):
        return False
    if row.is_base64 and form.text_of(value) is None:
        return False
    return form.time is None or _is_time(form.time_of(value), row.clock)


def _is_time(moment: object, clock: str | None) -> bool:
    """Return whether a value is a time, of a clock if a row names one."""
    is_number = isinstance(moment, int | float)
    if clock == "seconds":
        return is_number
    if clock == "epoch" and not (isinstance(moment, int | float) and moment < _MILLISECONDS):
        return False
    return iso_text(moment) is not None


def _ends_lines(records: Sequence[object], texts: Sequence[Path], least: float = 0.5) -> bool:
    """Return whether texts carry their own line ends, so that one without goes on in the next.

    `least`: more than this share of them must.
    """
    values = [value for record in records for path in texts if (value := text_value(value_at(record, path)))]
    return bool(values) and sum(value.endswith("\n") for value in values) > least * len(values)
