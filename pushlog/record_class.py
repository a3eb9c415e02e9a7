"""The decorator of all records: what a dataclass is, made for a tenth of the cost.

A dataclass compiles six methods when its module is imported, and a start imports more than a hundred of them. Here
`__init__` is compiled when the first instance is made, and the other methods are shared.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast, dataclass_transform, overload

from pushlog.fields import names, values

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from _typeshed import DataclassInstance

    from pushlog.cache.table import KeptTable

# More than there are.
_MOST = 2000
_Record = TypeVar("_Record")


@overload
def record(kind: type[_Record], /) -> type[_Record]: ...
@overload
def record(
    *, frozen: bool = True, slots: bool = True, kw_only: bool = True
) -> Callable[[type[_Record]], type[_Record]]: ...
@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def record(
    kind: type[_Record] | None = None, /, *, frozen: bool = True, slots: bool = True, kw_only: bool = True
) -> type[_Record] | Callable[[type[_Record]], type[_Record]]:
    """Make a class a record: a dataclass that is frozen, has slots and takes its fields by keyword.

    `dataclasses.fields`, `replace` and `is_dataclass` treat it as one. `slots=False` leaves room for cached properties.
    """

    def decorate(kind: type[_Record]) -> type[_Record]:
        return _record(kind, is_frozen=frozen, has_slots=slots, kw_only=kw_only)

    return decorate if kind is None else decorate(kind)


def _record(kind: type[_Record], *, is_frozen: bool, has_slots: bool, kw_only: bool) -> type[_Record]:
    written = set(vars(kind))
    made = dataclass(init=False, repr=False, eq=False, slots=has_slots, kw_only=kw_only)(kind)

    def first(self: object, /, *positional: object, **named: object) -> None:
        init = _init(made, has_slots=has_slots, kw_only=kw_only)
        setattr(made, "__init__", init)  # noqa: B010  # mypy refuses the assignment to a method
        init(self, *positional, **named)

    methods: dict[str, object] = {"__init__": first, "__repr__": _repr, "__eq__": _eq, "__hash__": None}
    if is_frozen:
        methods |= {"__hash__": _hash, "__setattr__": _refuse, "__delattr__": _refuse}
        if has_slots:  # pickle would set each attribute
            methods |= {"__getstate__": values, "__setstate__": _restore}
    for name, method in methods.items():
        if name not in written:
            setattr(made, name, method)
    return made


def _init(kind: type[Any], *, has_slots: bool, kw_only: bool) -> Callable[..., None]:
    """Compile the `__init__` of a record: a slot is filled by its descriptor, past the refusal of `__setattr__`."""
    scope: dict[str, object] = {"MISSING": MISSING}
    parameters = ["self", "*"] if kw_only and fields(kind) else ["self"]
    body = [] if has_slots else [" kept = self.__dict__"]
    for each in fields(kind):
        name, value, parameter = each.name, each.name, each.name
        if each.default_factory is not MISSING:
            scope[f"_new_{name}"] = each.default_factory
            parameter, value = f"{name}=MISSING", f"_new_{name}() if {name} is MISSING else {name}"
        elif each.default is not MISSING:
            scope[f"_default_{name}"] = each.default
            parameter = f"{name}=_default_{name}"
        parameters.append(parameter)
        if has_slots:
            scope[f"_put_{name}"] = getattr(kind, name).__set__  # it may be the slot of a base
        body.append(f" _put_{name}(self, {value})" if has_slots else f" kept[{name!r}] = {value}")
    if hasattr(kind, "__post_init__"):
        body.append(" self.__post_init__()")
    exec(_compiled(f"def __init__({', '.join(parameters)}):\n" + "\n".join([*body, " pass"])), scope)  # noqa: S102  # names of fields
    init = cast("Callable[..., None]", scope["__init__"])
    init.__qualname__ = f"{kind.__qualname__}.__init__"
    return init


def _compiled(source: str) -> CodeType:
    """Return the code of an `__init__`, which is kept on disk as that of modules is."""
    key = source.encode()
    code: CodeType | None = _codes().get(key)
    if code is None:
        code = compile(source, "<record>", "exec")
        _codes().put(key, code)
    return code


@cache
def _codes() -> KeptTable:
    from pushlog.cache.table import KeptTable

    return KeptTable("records", _MOST)


def _restore(self: object, kept: tuple[object, ...]) -> None:
    for name, value in zip(names(type(self)), kept, strict=True):
        object.__setattr__(self, name, value)


def _repr(self: object) -> str:
    shown = ", ".join(f"{name}={value!r}" for name, value in zip(names(type(self)), values(self), strict=True))
    return f"{type(self).__qualname__}({shown})"


@cache
def _compared(kind: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.compare)


def _key(self: DataclassInstance) -> tuple[object, ...]:
    return tuple([getattr(self, name) for name in _compared(type(self))])


def _eq(self: DataclassInstance, other: object) -> object:
    if type(other) is type(self):
        return _key(self) == _key(other)
    return NotImplemented


def _hash(self: DataclassInstance) -> int:
    return hash(_key(self))


def _refuse(self: object, name: str, *_: object) -> NoReturn:
    raise FrozenInstanceError(f"{type(self).__qualname__}: the field {name!r} of a record can't be changed")
