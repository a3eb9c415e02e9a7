"""The settings of a user: `pushlog.toml` or `[tool.pushlog]` of pyproject.toml, and what they may do.

A file that is found, not named, may have come with a stranger's folder. It counts only if it belongs to the user, to
root, or to whom the working directory belongs; it names no file outside its folder and none to write, sets no limits,
and what it hides or adds is said in every result.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.faults import UserError
from pushlog.file_keys import Key, Kind
from pushlog.record_class import record

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from pushlog.knowledge.tables import Row

FILE, PROJECT_FILE = "pushlog.toml", "pyproject.toml"
# Bytes: nobody writes more by hand.
LARGEST = 1 << 20
# Seconds of processor time: tables inside tables by the thousand take hours.
LONGEST = 2
# A project's root: nothing above it belongs to it.
ROOTS = (".git", ".hg")

_RULE = Key(
    name="rule", kind=Kind.TEXT, meaning="name or code of a rule; PL3 stands for all that begin so", required=True
)
SUPPRESS = (
    _RULE,
    Key(name="reason", kind=Kind.TEXT, meaning="why; shown in the notes of every result", required=True),
    Key(name="until", kind=Kind.DATE, meaning="the last day; later the findings are shown again, with a word"),
    Key(name="image", kind=Kind.TEXT, meaning="only for these images, such as registry.example.com/team/*"),
)


def _key(name: str, kind: Kind, meaning: str, choices: tuple[str, ...] = ()) -> Key:
    return Key(name=name, kind=kind, meaning=meaning, choices=choices)


# Each is the long option of the same name, for every command that has it.
SETTINGS = (
    _key("format", Kind.TEXTS, "outputs, as --format takes them"),
    _key("fail-on", Kind.TEXT, "exit with 1 when a push failed, or for warnings too", ("never", "failed", "warning")),
    _key("exit-class", Kind.FLAG, "exit with the kind of failure"),
    _key("strict", Kind.FLAG, "exit with 4 when a line inside a push was not understood"),
    _key("select", Kind.TEXTS, "show only findings of these rules"),
    _key("ignore", Kind.TEXTS, "show no findings of these rules"),
    _key("color", Kind.TEXT, "colour on a terminal", ("auto", "always", "never")),
    _key("rules", Kind.TEXTS, "rules files of your own"),
    _key("rules-url", Kind.TEXT, "where the pages of `pushlog rules -f html=DIR/` are published; findings link there"),
    _key("daemon-config", Kind.TEXT, "the daemon's daemon.json"),
    _key("timezone", Kind.TEXT, "zone of time stamps that name none"),
    _key("what-if", Kind.TEXTS, "questions, as --what-if takes them"),
    _key("source-pattern", Kind.TEXT, "what the ends of paths say of runs"),
    _key("metadata", Kind.TEXT, "a table of the runs"),
    _key("time-limit", Kind.NUMBER, "CPU time limit per log in seconds"),
    _key("limit", Kind.TEXTS, "how much of a log is read"),
)
# What an audit writes has other names.
_NOT_FOR = {"audit": {"format"}}
# Values of these are paths, which stand beside the file.
_PATHS = {"rules", "daemon-config", "metadata"}
# A found file may not set these: they would keep logs from being read, or read without bounds.
_NAMED_ONLY = {"time-limit", "limit"}
CONFIG_FILE = (
    *SETTINGS,
    Key(name="suppress", kind=Kind.ROWS, meaning="findings not to show, with the reason", keys=SUPPRESS),
)
EXAMPLE = """
fail-on = "failed"
ignore = ["no-clock"]
rules = ["registry-rules.toml"]

[[suppress]]
rule = "low-reuse"
reason = "the nightly build starts without a cache"
until = 2027-01-31
image = "registry.example.com/nightly/*"
"""
NOTES = (
    (
        f"Settings stand in {FILE}, or in [tool.pushlog] of {PROJECT_FILE}. The nearest one counts, from the working "
        "directory up to the root of the project; --config FILE names another one, --isolated reads none. An option "
        "goes before the environment (PUSHLOG_FAIL_ON=failed; several values with blanks between), the environment "
        "before the file. `pushlog config` shows every value and where it comes from."
    ),
    (
        "A file that is found may name files only inside its folder, none to write, and no limits; it must belong to "
        "you, to root, or to whom the working directory belongs. What it hides or adds stands in the notes of every "
        "result. What is hidden changes no verdict, no outcome, and no exit status of a failed push."
    ),
)


def settings_for(command: str | None) -> tuple[Key, ...]:
    """Return the settings that a command obeys, if it has the option."""
    return tuple(key for key in SETTINGS if key.name not in _NOT_FOR.get(command or "", ()))


@record
class Suppression:
    """Findings that are not shown. `until`: the last day; `image`: a pattern, None for all; `place`: file and line."""

    rule: str
    reason: str
    until: dt.date | None
    image: str | None
    place: str


@record
class Settings:
    """The settings of a file: its path as messages name it, its values by name, and the line of each.

    `is_named`: the user named the file. `passed_over`: files that were found and not read, with the reason.
    """

    path: str | None = None
    values: Mapping[str, object]
    lines: Mapping[str, int | None]
    suppressions: tuple[Suppression, ...] = ()
    is_named: bool = False
    passed_over: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's own name, which says nothing of the machine."""
        return Path(self.path or "").name


def variable(name: str) -> str:
    """Return the variable of the environment for a setting: `PUSHLOG_FAIL_ON` for `fail-on`."""
    return f"PUSHLOG_{name.upper().replace('-', '_')}"


NONE = Settings(values={}, lines={})


def load_settings(named: str | None, start: str = ".") -> Settings:
    """Return the settings of the named file, else of the nearest one. Raises UserError for what is wrong in it."""
    if named is not None:
        settings = _settings_in(named, is_named=True)
        if settings is None:
            raise UserError(f"{named}: has no table [tool.pushlog]")
        return settings
    passed_over: list[str] = []
    for path in _candidates(start):
        owner = _foreign_owner(path, start)
        if owner is not None:
            passed_over.append(f"{path}: not read: it belongs to another user ({owner})")
            continue
        try:
            settings = _settings_in(path, is_named=False)
        except UserError as error:
            raise UserError(f"{error}; --isolated reads no settings") from None
        if settings is not None:
            return replace(settings, passed_over=tuple(passed_over))
    return replace(NONE, passed_over=tuple(passed_over)) if passed_over else NONE


def _settings_in(path: str, *, is_named: bool) -> Settings | None:
    """Return the settings of a file; None for a project that has none."""
    text = _text(path)
    # Most projects have none, and their file need not be read as TOML.
    if Path(path).name == PROJECT_FILE and "pushlog" not in text:
        return None
    from pushlog.intake.deadline import TimeUpError, deadline

    try:
        with deadline(LONGEST):
            section = _section(path, text)
            return None if section is None else _settings(section, path, is_named=is_named)
    except TimeUpError:
        raise UserError(f"{path}: takes more than {LONGEST} s of processor time to be read") from None


def _candidates(start: str) -> Iterator[str]:
    """Yield the files that may hold settings, from the working directory up to the root of its project."""
    folder = Path(start).absolute()
    for place in (folder, *folder.parents):
        yield from (str(place / name) for name in (FILE, PROJECT_FILE) if (place / name).is_file())
        if any((place / root).exists() for root in ROOTS):
            return


def _foreign_owner(path: str, start: str) -> int | None:
    """Return the owner of a file that nobody here answers for; None where it is one of ours, or nobody owns files."""
    if not hasattr(os, "getuid"):
        return None
    owner = Path(path).stat().st_uid
    return None if owner in {os.getuid(), 0, Path(start).stat().st_uid} else owner


def _text(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise UserError(f"{path}: can't be read: {why}") from None
    if len(data) > LARGEST:
        raise UserError(f"{path}: is larger than 1 MiB; settings are short")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not valid TOML: line {data[: error.start].count(10) + 1} is not UTF-8") from None


def _section(path: str, text: str) -> Row | None:
    """Return the table with the settings; None where a project's file has none."""
    from pushlog.knowledge.tables import document

    whole = document(text, path)
    if Path(path).name != PROJECT_FILE:
        return whole
    tool = whole.table("tool") if whole.has("tool") else None
    return tool.table("pushlog") if tool is not None and tool.has("pushlog") else None


def _settings(section: Row, path: str, *, is_named: bool) -> Settings:
    values: dict[str, object] = {}
    for key in SETTINGS:
        value = _value(section, key)
        if value is not None:
            values[key.name] = _checked(section, key, value, path, is_named=is_named)
    suppressions = tuple(_suppression(row, path) for row in section.rows("suppress", "rule", repeats=True))
    section.done()
    lines = {name: section.line(name) for name in values}
    return Settings(path=path, values=values, lines=lines, suppressions=suppressions, is_named=is_named)


def _value(section: Row, key: Key) -> object:
    if not section.has(key.name):
        section.maybe_text(key.name)  # so that a typo of it is told from it
        return None
    if key.choices:
        return section.choice(key.name, key.choices)
    if key.kind is Kind.TEXTS:
        return list(section.texts(key.name))
    if key.kind is Kind.FLAG:
        return section.flag(key.name)
    return section.real(key.name) if key.kind is Kind.NUMBER else section.text(key.name)


def _checked(section: Row, key: Key, value: object, path: str, *, is_named: bool) -> object:
    """Return a value that the file may set, its paths as they are from here. Raises UserError."""
    if not is_named and key.name in _NAMED_ONLY:
        raise section.wrong(key.name, "counts only in a file that --config names")
    if key.name == "format":
        if not is_named and not all(str(item).isalpha() for item in _items(value)):
            raise section.wrong(key.name, "names a file to write: only an option or a file that --config names may")
        return value
    if key.name == "rules-url" and not str(value).startswith(("https://", "http://")):
        raise section.wrong(key.name, "must begin with https:// or http://")
    if key.name not in _PATHS:
        return value
    folder = Path(path).parent
    paths = [folder / str(item) for item in _items(value)]
    if not is_named and not all(item.resolve().is_relative_to(folder.resolve()) for item in paths):
        raise section.wrong(key.name, "names a file outside its folder: only a file that --config names may")
    return [str(item) for item in paths] if isinstance(value, list) else str(paths[0])


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _suppression(row: Row, path: str) -> Suppression:
    line = row.line("rule")
    suppression = Suppression(
        rule=row.text("rule"),
        reason=" ".join(row.text("reason").split()),
        until=row.date("until"),
        image=row.maybe_text("image"),
        place=f"{Path(path).name}{'' if line is None else f':{line}'}",
    )
    row.done()
    return suppression
