"""A record is a dataclass in all that its users see: its fields, its order of arguments, its refusals."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, is_dataclass, replace
from functools import cached_property

import pytest

from pushlog.record_class import record


@record
class Row:
    """Each kind of field."""

    name: str
    sizes: tuple[int, ...] = ()
    data: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """The same fields, made by the library."""

    name: str
    sizes: tuple[int, ...] = ()
    data: dict[str, int] = field(default_factory=dict)


@record(slots=False, kw_only=False)
class Measure:
    """Has room for what is computed once, and takes its fields by position."""

    width: int
    height: int = 2

    def __post_init__(self) -> None:
        """Refuse what can't be."""
        if self.width < 0:
            raise ValueError("a width is no less than 0")

    @cached_property
    def area(self) -> int:
        """Kept beside the fields."""
        return self.width * self.height


@record(frozen=False)
class Counter:
    """Is counted up."""

    number: int = 0


@record
class Dated:
    """Has a field that makes no difference."""

    name: str
    at: float | None = field(default=None, compare=False)


@record
class Empty:
    """Has no field."""


def test_a_record_has_the_fields_of_a_dataclass():
    shape = [(each.name, each.default, each.default_factory) for each in fields(Row)]
    assert shape == [(each.name, each.default, each.default_factory) for each in fields(Plain)]
    assert not hasattr(Row(name="a"), "__dict__")
    assert is_dataclass(Row)
    assert Row.__doc__ == "Each kind of field."


@record
class Wider(Row):
    """Has the fields of another record, and one more."""

    depth: int


def test_a_record_may_have_the_fields_of_another():
    wider = Wider(name="a", depth=3)
    assert (wider.name, wider.sizes, wider.depth) == ("a", (), 3)
    assert pickle.loads(pickle.dumps(wider)) == wider != Row(name="a")


def test_instances_compare_and_print_as_those_of_a_dataclass():
    first, second = Row(name="a", sizes=(1,)), Row(name="a", sizes=(1,))
    assert first == second != Row(name="b", sizes=(1,))
    assert first.__eq__(Plain(name="a", sizes=(1,))) is NotImplemented
    assert repr(first) == repr(Plain(name="a", sizes=(1,))).replace("Plain", "Row")
    assert hash(Measure(1)) == hash(Measure(1, 2))
    assert repr(Empty()) == "Empty()"


def test_each_instance_gets_a_default_of_its_own():
    assert Row(name="a").data == {}
    assert Row(name="a").data is not Row(name="b").data


def test_replace_and_copies_keep_the_other_fields():
    row = Row(name="a", sizes=(1, 2), data={"x": 1})
    assert replace(row, name="b") == Row(name="b", sizes=(1, 2), data={"x": 1})
    assert copy.deepcopy(row) == pickle.loads(pickle.dumps(row)) == row
    assert pickle.loads(pickle.dumps(Measure(3))).area == 6


def test_what_is_frozen_can_not_be_changed():
    row = Row(name="a")
    with pytest.raises(FrozenInstanceError, match="'name'"):
        setattr(row, "name", "b")  # noqa: B010  # mypy refuses the assignment
    with pytest.raises(FrozenInstanceError):
        del row.name
    counter = Counter()
    counter.number += 1
    assert counter == Counter(number=1)
    with pytest.raises(TypeError):
        hash(counter)


@pytest.mark.parametrize(
    ("kind", "values", "named", "message"),
    [
        (Row, (), {}, "Row.__init__() missing 1 required keyword-only argument: 'name'"),
        (Row, ("a",), {"name": "b"}, "Row.__init__() takes 1 positional argument but 2 positional arguments"),
        (Row, (), {"name": "a", "nam": "b"}, "unexpected keyword argument 'nam'"),
        (Measure, (-1,), {}, "a width is no less than 0"),
    ],
)
def test_a_wrong_call_is_refused(kind, values, named, message):
    with pytest.raises((TypeError, ValueError)) as refusal:
        kind(*values, **named)
    assert message in str(refusal.value)


def test_a_field_that_is_not_compared_makes_no_difference() -> None:
    assert Dated(name="a", at=1.0) == Dated(name="a")
    assert hash(Dated(name="a", at=1.0)) == hash(Dated(name="a"))
    assert Dated(name="a") != Dated(name="b")
