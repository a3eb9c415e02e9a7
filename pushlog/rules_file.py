"""The rules files of a user, added to the rows of pushlog; a row must match its samples, as our rows must."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pushlog.formats.errors.classify import classify
from pushlog.formats.errors.detect import starts_error
from pushlog.intake.deadline import TimeUpError, deadline
from pushlog.intake.read import read
from pushlog.knowledge.base import Knowledge, shipped
from pushlog.knowledge.tables import KnowledgeError, document
from pushlog.knowledge.user_rules import with_user_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.knowledge.signatures import Signature

# The catalogue of pushlog has a tenth of this size, in bytes.
LARGEST = 1 << 20
# Seconds: a file of that size is read in one, but tables inside tables by the thousand take hours.
LONGEST = 5


def load_rules(paths: Sequence[str]) -> Knowledge:
    """Return the knowledge with the rows of these files; later files go first. Raises UserError."""
    knowledge = shipped()
    for path in paths:
        text = _text(path)
        with _in_time(path):
            knowledge = _with_rules(knowledge, text, path)
    return knowledge


def lint_rules(path: str) -> tuple[str, ...]:
    """Return all that is wrong with a rules file, a message for each fault. Raises UserError for one that is no text.

    A file that is no TOML has one fault, for nothing behind it can be read.
    """
    text = _text(path)
    problems: list[KnowledgeError] = []
    with _in_time(path):
        try:
            knowledge = with_user_rules(shipped(), text, path, problems)
        except KnowledgeError as error:
            return (str(error),)
        for row in knowledge.own_signatures:
            try:
                _try_samples(row, knowledge, path, text)
            except KnowledgeError as error:
                problems.append(error)
    return tuple(map(str, problems))


def _text(path: str) -> str:
    source = read(path)
    if source.size > LARGEST:
        raise KnowledgeError(f"{path}: is larger than 1 MiB; a rules file is short")
    try:
        return source.data[:].decode("utf-8")
    except UnicodeDecodeError as error:
        line = source.data[: error.start].count(b"\n") + 1
        raise KnowledgeError(f"{path}: not valid TOML: line {line} is not UTF-8") from None


@contextmanager
def _in_time(path: str) -> Iterator[None]:
    try:
        with deadline(LONGEST):
            yield
    except TimeUpError:
        raise KnowledgeError(f"{path}: takes more than {LONGEST} s of processor time to be read") from None


def _with_rules(before: Knowledge, text: str, path: str) -> Knowledge:
    knowledge = with_user_rules(before, text, path)
    for row in knowledge.own_signatures:
        if row not in before.own_signatures:
            _try_samples(row, knowledge, path, text)
    return knowledge


def _try_samples(row: Signature, knowledge: Knowledge, file: str, text: str) -> None:
    for sample in row.sample:
        match = classify(sample, catalogue=knowledge.signatures).signature
        if match is None or match.id != row.id:
            why = f"matches row '{match.id}' first" if match else "is not matched by its row"
            raise _wrong(row, file, text, f"{sample!r} {why}")
        if not starts_error(sample.strip("\n").split("\n", 1)[0], knowledge):
            raise _wrong(
                row, file, text, f"{sample!r} is no form of error that is known; say how it begins in key 'starts'"
            )


def _wrong(row: Signature, file: str, text: str, why: str) -> KnowledgeError:
    rows = document(text, file, origin=file).rows("error", "id")
    return next(entry for entry in rows if entry.name == row.id).wrong("sample", why)
