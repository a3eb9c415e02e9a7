"""The shipped JSON Schema of `pushlog/1`: complete, and true of everything that is written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pushlog import model
from pushlog.model import Log, terms
from pushlog.report.json import SCHEMA, render
from tests import golden
from tests.stories import STORIES

TEXT = files("pushlog.report").joinpath("pushlog-1.schema.json").read_text("utf-8")
RULES = json.loads(TEXT)
RECORDS = [kind for kind in vars(model).values() if isinstance(kind, type) and is_dataclass(kind)]
WORDS = [kind for kind in vars(terms).values() if isinstance(kind, type) and issubclass(kind, StrEnum)]


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    Draft202012Validator.check_schema(RULES)
    return Draft202012Validator(RULES)


def test_it_is_the_schema_of_the_documents_that_are_written() -> None:
    assert RULES["properties"]["schema"]["const"] == SCHEMA


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_field_of_a_record_is_named_and_required(record) -> None:
    names = [field.name for field in fields(record)]
    assert list(RULES["$defs"][record.__name__]["properties"]) == names
    assert RULES["$defs"][record.__name__]["required"] == names


@pytest.mark.parametrize("words", [kind for kind in WORDS if kind is not StrEnum], ids=lambda words: words.__name__)
def test_every_word_of_the_domain_is_listed(words: type[StrEnum]) -> None:
    assert RULES["$defs"][words.__name__]["enum"] == [word.value for word in words]


@pytest.mark.parametrize("path", golden.logs(), ids=lambda path: path.stem)
def test_every_sample_is_valid(schema: Draft202012Validator, path: Path) -> None:
    schema.validate(json.loads(golden.expected_file(path).read_text("utf-8")))


@pytest.mark.parametrize("logs", STORIES.values(), ids=STORIES)
def test_every_story_is_valid(schema: Draft202012Validator, logs: Sequence[Log]) -> None:
    schema.validate(json.loads(render(logs)))


def places(value: object, path: tuple[str | int, ...] = ()):
    """Every field of a document, by the way to it; of a list the first item stands for all."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield (*path, key)
            if key not in ("data", "change", "digests"):
                yield from places(item, (*path, key))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*path, 0))


def whole() -> object:
    return json.loads(render(STORIES["hostile"]))


@pytest.mark.parametrize("path", list(places(whole())), ids=lambda path: ".".join(map(str, path)))
def test_no_field_may_be_missing_or_of_another_kind(schema: Draft202012Validator, path: tuple[str | int, ...]) -> None:
    for missing in (True, False):
        document = whole()
        *way, last = path
        place = document
        for step in way:
            place = place[step]  # type: ignore[index]
        if missing:
            del place[last]  # type: ignore[attr-defined]
        else:
            # No field holds a list of lists.
            place[last] = [[[]]]  # type: ignore[index]
        assert not schema.is_valid(document)


def test_fields_may_be_added(schema: Draft202012Validator) -> None:
    document = json.loads(render(STORIES["refused"]))
    document["made_by"] = document["logs"][0]["more"] = document["logs"][0]["pushes"][0]["more"] = 1
    schema.validate(document)
