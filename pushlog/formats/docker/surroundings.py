"""The lines around a push: those above that name its image, those below that tell that it was stopped."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.formats.image_names import host, short_forms
from pushlog.formats.login import is_of_unread_config
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.name_ends import without_emphasis
from pushlog.formats.quoting.here_document import in_here_document
from pushlog.knowledge.stops import stop_reason
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pushlog.intake.log_text import LogText, Piece

# A tag behind a name, and what stands before a name that is a part of a longer one.
# It is whole where no variable and no mask goes on with it; two stars at most end an emphasis.
_TAG = lazy_pattern(rb"(\w++(?:[.-]++\w++)*+)(?:(?=\*{1,2}(?![\w*])|@sha256:)|(?![\w/@$%{<*-]|\xe2\x80\xa6))")
_IN_NAME = lazy_pattern(rb"[\w./:@-]")
# How far above a push a line may name its image, in bytes; and the lines in which a stop is looked for below it.
ABOVE = 1 << 16
_BELOW = 12
# A line so near above the header names this push.
_NEAR = 3
# A line of a pull or of a Dockerfile names an image that is fetched; of a cache or of a removal, one that was there
# before; of another command, one that is not there; of a run, a scan or a deployment, one that need not be pushed.
_FETCHED = lazy_pattern(
    rb"\b(?:FROM|[Pp]ull(?:ing|ed)?|[Dd]ownload(?:ing|ed)?|load metadata|No such image:|(?:up to date|newer image) for"
    rb"|[Cc]ache[-_ ]?(?:[Ff]rom|[Tt]o)|[Uu]ntagged:|rmi|image rm|[Rr]emov(?:e|ing|ed)|[Dd]elet(?:e|ing|ed)"
    rb"|[Dd]eploy(?:ing|ed)|(?:docker|podman|nerdctl) (?:container )?(?:run|create|scout|save|history|inspect)"
    rb"|(?:trivy|grype|syft|snyk|dockle|dive|cosign)(?: [\w-]+)?|kubectl|helm)(?!\w)"
)
_PUSHED = lazy_pattern(rb"push", re.IGNORECASE)
# A name that is no path on Docker Hub stands in many lines: these words say that it was built or is pushed.
_BUILT = lazy_pattern(rb"push|tag|naming to|build", re.IGNORECASE)
# Refusals of `docker pull`, `run` and `login`: moby daemon/images, distribution/errors.go, registry/auth.go; and what
# the daemon answers to commands for containers, networks, builds and swarms: moby daemon/, builder/, libnetwork/.
# Cobra, which docker and many programs are built on, shows below an unknown option how the command is used.
_OTHER_USAGE = lazy_pattern(r"[^\n]*\bunknown (?:shorthand )?flag: [^\n]*\n\s*Usage:\s+(?![^\n]*\bpush\b)\S")
_NO_PUSH = lazy_pattern(
    r"(?:docker: |Error: )?(?:Error response from daemon: )?"
    r"(?:pull access denied for |manifest for \S+ not found|failed to resolve reference\b)"
    r"|(?:ERROR: |error: )?(?:failed to build: )?failed to solve: "
    r"(?!.*failed to push |(?:rpc error: code = \w+ desc = )?server message: insufficient_scope)"
    # The address of another command at the daemon (moby client/).
    r"|(?:docker: )?error during connect: (?=[^\n]*/v\d\.\d+/(?!images/\S+/push\b|info\b|version\b|_ping\b)\w)"
    r"|(?:docker: |Error: )?Error response from daemon: (?:login attempt to "
    r"|No such (?:container|network|volume|service|task|exec instance)\b"
    r"|(?:network|volume|container|service) \S+ (?:not found|is )"
    r"|[Cc]onflict(?:\. The container |: unable to (?:remove|delete) )|Cannot (?:kill|restart|start|link|pause|remove) "
    r"|(?:OCI runtime|driver failed programming|failed to (?:create|start) (?:shim|task|containerd task))\b"
    r"|could not select device driver"
    r"|error while (?:creating mount source|mounting volume)|invalid mount config|[Dd]ockerfile parse error"
    r"|Cannot locate specified Dockerfile|This node is (?:not a|already part of a) swarm"
    r"|manifest unknown: manifest unknown$"
    r"|Get \"?https?://\S+?/v[0-2]/\"?: unauthorized: incorrect username or password)"
    # helm and kubectl, whose requests go to the cluster.
    r"|(?:Error: )?(?:(?:UPGRADE|INSTALLATION|ROLLBACK) FAILED: |Kubernetes cluster unreachable: )"
    r"|(?:error: |Error: |E\d{4} [^\n]{0,80}\] )?[^\n]{0,120}\bGet \"?https?://[^\s\"/]+/(?:version|apis?/|openapi/)"
)
# How docker begins, and how much of it at least tells that.
_HEADER = "The push refers to repository ["
_LEAST_OF_HEADER = len("The push ")
# A command that shows what a file says.
_SHOWS_FILE = lazy_pattern(r"(?:[^\n]{0,80}[$#%>] |\+ )(?:cat|less|more|head|tail|bat|type|grep|sed -n) ")
# One look at the lines above for its words: a log may have a command in each of its lines.
_SHOWN_BY = lazy_pattern(rb" (?:cat|less|more|head|tail|bat|type|grep|sed -n) ")
_COMMAND = lazy_pattern(r"(?:[^\n]{0,80}[$#%>] |\+ )\w")
_SHOWN_ABOVE = 40
# What a shell or a CI writes before a command that it runs.
_SHELL_PROMPT = lazy_pattern(
    r"[$#%>+\u276f\u279c\xbb\u25b6\u2717](?:\s|$)|\b(?i:sudo|time|run(?:ning)?|command|exec(?:uting)?)\b"
)

# What `docker trust sign` prints before its push: docker/cli cli/command/trust/sign.go. What the daemon logs of a pull:
# moby distribution/pull_v2.go.
_OF_NEXT = lazy_pattern(
    r"Signing and pushing trust (?:meta)?data for "
    r"|[^\n]{0,160}?\blevel=(?:info|debug) msg=\"?(?:[Pp]ulling |Fetching manifest )"
)
# So far below the line before it a note of a push stands: prompts of content trust may come between.
_NOTE_BELOW = 20


def names_above(text: LogText, name: str, start: int, stop: int) -> Iterator[Mark]:
    """Return the lines between two offsets that name the image of a push with a tag.

    The field PUSH is there where the line speaks of a push, NEAR where it stands right above the offset `stop`.
    """
    start = max(start, stop - ABOVE)
    is_short = "/" not in (host(name)[1] or "").removeprefix("library/") and name.startswith("docker.io/")
    for match in _tagged(text, (name, *short_forms(name)), start, stop):
        line_start = max(start, text.data.rfind(b"\n", start, match.start()) + 1)
        line_stop = text.data.find(b"\n", match.end(), stop)
        line = text.data[line_start : line_stop if line_stop >= 0 else stop]
        if _FETCHED.search(line) or (is_short and not _BUILT.search(line)):
            continue
        fields = {"TAG": without_emphasis(match[1].decode(), line.decode("utf-8", "replace"))}
        if _PUSHED.search(line):
            fields["PUSH"] = "yes"
        if text.data[match.end() : stop].count(b"\n") <= _NEAR:
            fields["NEAR"] = "yes"
        yield Mark(
            kind=MarkKind.NAME,
            start=match.start(),
            stop=match.end(),
            line=text.line_of(match.start()),
            fields=fields,
        )


def _tagged(text: LogText, names: Iterable[str], start: int, stop: int) -> Iterator[re.Match[bytes]]:
    """Return where these names stand with a tag, in order. They are found as plain words, which is quick."""
    matches: dict[int, re.Match[bytes]] = {}
    for name in names:
        words = f"{name}:".encode()
        offset = text.data.find(words, start, stop)
        while offset >= 0:
            match = _TAG.match(text.data, offset + len(words), stop)
            if match and not _IN_NAME.match(text.data[max(0, offset - 1) : offset]):
                matches.setdefault(match.end(), match)
            offset = text.data.find(words, offset + len(words), stop)
    yield from (matches[end] for end in sorted(matches))


def stopped(pieces: Iterable[Piece]) -> tuple[Mark, ...]:
    """Return the first line below a push that tells that it was stopped, if there is one."""
    runs_other = False
    for piece in islice(pieces, _BELOW):
        command, caret, _ = piece.text.partition("^C")
        runs_other = runs_other or _COMMAND.match(command.strip()) is not None
        if caret and runs_other:
            return ()
        if why := stop_reason(piece.text):
            fields = {"WHY": why}
            return (Mark(kind=MarkKind.INTERRUPT, start=piece.start, stop=piece.stop, line=piece.line, fields=fields),)
    return ()


def is_of_another_command(line: str) -> bool:
    """Return whether the line is the refusal of a pull, a run or a login, or another command's usage below it."""
    return _NO_PUSH.match(line) is not None or shows_other_usage(line) or is_of_unread_config(line)


def shows_other_usage(lines: str) -> bool:
    """Return whether lines refuse an option and show the usage of a command that is no push."""
    return _OTHER_USAGE.match(lines) is not None


def cut_header(piece: Piece) -> Iterator[Mark]:
    """Yield the last line of a log if it is the header of a push, cut in the middle."""
    line = piece.text
    if len(line) > _LEAST_OF_HEADER and (_HEADER.startswith(line) or (line.startswith(_HEADER) and "]" not in line)):
        yield Mark(kind=MarkKind.CUT, start=piece.start, stop=piece.stop, line=piece.line, fields={})


def has_prompt(command: Mark) -> bool:
    """Return whether a shell's prompt stands before a command, so that it was run, and not a logger's label."""
    return _SHELL_PROMPT.search(command.fields.get("PROMPT", "")) is not None


def in_shown_file(text: LogText, line: int) -> bool:
    """Return whether the nearest command above a line shows what a file says."""
    if not _SHOWN_BY.search(text.data, text.start_of(max(1, line - _SHOWN_ABOVE)), text.start_of(line)):
        return False
    for number in text.above(line, _SHOWN_ABOVE):
        shown = text.shown(number)
        if _COMMAND.match(shown):
            return _SHOWS_FILE.match(shown) is not None
    return False


def is_only_shown(text: LogText, mark: Mark) -> bool:
    """Return whether a command without a prompt is a line of a file, which is written or shown."""
    return in_here_document(text, mark.line) or in_shown_file(text, mark.line)


def is_of_next(text: LogText, line: int, mark: Mark) -> bool:
    """Return whether a mark below the last line of a push stands far below it, or is of the next push or command."""
    if mark.line - line > _NOTE_BELOW or _OF_NEXT.match(text.shown(mark.line).strip()):
        return True
    if mark.kind != MarkKind.INTERRUPT or mark.line <= line:
        return False
    head = text.data[text.start_of(mark.line) : mark.start].decode("utf-8", "replace")
    between = (text.shown(number) for number in range(line + 1, mark.line))
    return any(_COMMAND.match(words.strip()) for words in (*between, head))
