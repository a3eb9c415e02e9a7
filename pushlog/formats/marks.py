"""Marks: the lines of a push that are not about one layer's progress."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Mapping


class MarkKind(StrEnum):
    """What a line says; the values are the aliases of the grammars.

    A test compares them with the grammars, so that none is missing and none is left over.
    """

    # Words that every dialect shares; see `formats/clients/builder.py`.
    COMMAND = "command"
    REFERENCE = "reference"
    DIGEST = "digest"
    DONE = "done"
    LAST_WORD = "last_word"
    RETRY = "retry"
    ERROR = "error"
    INTERRUPT = "interrupt"
    NOTE = "note"
    MOUNT = "mount"
    LAYER = "layer"

    # docker
    HEADER = "header"
    OLD_HEADER = "old_header"
    DEFAULT_TAG = "default_tag"
    COMPOSED = "composed"
    PULL = "pull"
    AUX = "aux"
    QUIET = "quiet"
    MENTION = "mention"
    UPLOAD_FAILED = "upload_failed"
    TORN_HEADER = "torn_header"
    TURNED = "turned"
    DAEMON_NOTE = "daemon_note"
    # The row of a layer without its id, or with a masked one.
    NAMELESS = "nameless"
    # The v1 protocol: how many tags follow, a layer that the registry has, a tag that is sent.
    V1_TAGS = "v1_tags"
    V1_EXISTS = "v1_exists"
    V1_TAG = "v1_tag"
    # Docker up to 0.7: a layer that is sent now, and how far it is.
    V1_PUSHING = "v1_pushing"
    V1_FIGURES = "v1_figures"
    # A line above the push that names its image.
    NAME = "name"

    # A login above the push.
    LOGIN = "login"
    LOGGING_IN = "logging_in"
    LOGGED_IN = "logged_in"
    LOGIN_REFUSED = "login_refused"
    LOGGED_OUT = "logged_out"
    CONFIG_UNREAD = "config_unread"

    # Other clients.
    ANNOTATION = "annotation"
    AUTH = "auth"
    BARE = "bare"
    BEGIN = "begin"
    BUILD_ERROR = "build_error"
    BUILT = "built"
    CACHE = "cache"
    CANCELED = "canceled"
    CLOSING = "closing"
    COMPLETED = "completed"
    CONFIG = "config"
    COPIED = "copied"
    COPYING = "copying"
    CUT = "cut"
    DRAWN = "drawn"
    ELAPSED = "elapsed"
    EMULATED = "emulated"
    EXCERPT = "excerpt"
    EXISTS = "exists"
    EXPORT = "export"
    FAILED = "failed"
    FATAL = "fatal"
    FETCHED = "fetched"
    FINISHED = "finished"
    HEADING = "heading"
    IMAGE = "image"
    KEPT = "kept"
    LAYERS = "layers"
    LAYERS_DONE = "layers_done"
    LAYER_DONE = "layer_done"
    LOG = "log"
    MANIFEST = "manifest"
    MANIFEST_DONE = "manifest_done"
    MISSING = "missing"
    MOBY = "moby"
    MORE = "more"
    MOUNTED = "mounted"
    NAMING = "naming"
    OBJECT = "object"
    OLD_ERROR = "old_error"
    OTHER = "other"
    PRESENT = "present"
    PROGRESS = "progress"
    PUSHED = "pushed"
    PUSHING = "pushing"
    PUSH_FAILED = "push_failed"
    REFUSED = "refused"
    REFUSED_ROW = "refused_row"
    RESULT = "result"
    ROOT = "root"
    ROW = "row"
    RULE = "rule"
    # Below the last word of a push, of another client.
    SIZED = "sized"
    SKIPPED = "skipped"
    STORED = "stored"
    SUCCESSFUL = "successful"
    TAGGED = "tagged"
    TARGET = "target"
    TOOL = "tool"
    TOOL_MANIFEST = "tool_manifest"
    TO_REGISTRY = "to_registry"
    TRACE = "trace"
    TTY_EXPORT = "tty_export"
    TTY_LAYER = "tty_layer"
    TTY_LAYERS = "tty_layers"
    TTY_MANIFEST = "tty_manifest"
    TTY_MOBY = "tty_moby"
    TTY_NAMING = "tty_naming"
    TTY_NOTE = "tty_note"
    TTY_STEP = "tty_step"
    TTY_TOOL = "tty_tool"
    WAITING = "waiting"


# The line by which docker begins each push, of any version.
HEADERS = (MarkKind.HEADER, MarkKind.OLD_HEADER)
# What asks for a push.
COMMANDS = (MarkKind.COMMAND, MarkKind.COMPOSED, MarkKind.QUIET)


@record
class Mark:
    """A line with its kind, its byte offsets, its physical line, and the grammar's named terminals as `fields`."""

    kind: MarkKind
    start: int
    stop: int
    line: int
    fields: Mapping[str, str] = field(default_factory=dict)
