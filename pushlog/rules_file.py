"""A user's rules files, read over what comes with pushlog; a row with a sample must match it, as ours must."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.errors.classify import classify
from pushlog.formats.errors.detect import starts_error
from pushlog.intake.read import read
from pushlog.knowledge.base import Knowledge, shipped
from pushlog.knowledge.tables import KnowledgeError
from pushlog.knowledge.user_rules import with_user_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.knowledge.signatures import Signature

# The catalogue that comes with pushlog has a tenth of this.
LARGEST = 1 << 20


def load_rules(paths: Sequence[str]) -> Knowledge:
    """What is known with the rows of these files, of which later ones go first. Raises UserError."""
    known = shipped()
    for path in paths:
        given = read(path)
        if given.size > LARGEST:
            raise KnowledgeError(f"{path}: is larger than 1 MiB; a rules file is short")
        try:
            text = given.data[:].decode("utf-8")
        except UnicodeDecodeError as error:
            line = given.data[: error.start].count(b"\n") + 1
            raise KnowledgeError(f"{path}: is no TOML: line {line} is not UTF-8") from None
        before, known = known, with_user_rules(known, text, path)
        for row in known.own_signatures:
            if row not in before.own_signatures:
                _try_samples(row, known, path)
    return known


def _try_samples(row: Signature, known: Knowledge, file: str) -> None:
    for sample in row.sample:
        found = classify(sample, catalogue=known.signatures).signature
        if found is None or found.id != row.id:
            why = f"matches row '{found.id}' first" if found else "is not matched by its row"
            raise _wrong(row, file, f"{sample!r} {why}")
        if not starts_error(sample.strip("\n").split("\n", 1)[0], known):
            raise _wrong(row, file, f"{sample!r} is no form of error that is known; say how it begins in key 'starts'")


def _wrong(row: Signature, file: str, why: str) -> KnowledgeError:
    return KnowledgeError(f"{file}: row '{row.id}': key 'sample': {why}")
