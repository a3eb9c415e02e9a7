"""Undo the damage that pages, mails and consoles do to the text of a log. Lines keep their numbers.

Damaged logs are pasted ones, which are short: only logs up to `LONGEST` bytes are searched for damage.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.intake.unwrap.broken_errors import with_whole_errors
from pushlog.intake.unwrap.enclosing_marks import without_enclosing_marks
from pushlog.intake.unwrap.line_marks import without_line_marks
from pushlog.intake.unwrap.page_text import without_page
from pushlog.intake.unwrap.printed_messages import with_json_messages
from pushlog.knowledge.push_words import push_words
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pushlog.intake.mapped import Data

LONGEST = 16 << 20
_SHORT = 1 << 20

# Nothing in place of the ESC byte, its caret form, its picture, a question mark, or its escape in a language.
_ESC = rb"(?:\^\[|\xe2\x90\x9b|\xef\xbf\xbd|\?|\\u001[bB]|\\x1[bB]|\\033|\\e)?"
# The cursor goes up and erases, or a colour is switched off: ECMA-48.
# The bracket comes first, so that it is found as a plain byte.
_LOST = lazy_pattern(
    rb"\[(?<!\x1b\[)(?:\d{1,3}A" + _ESC + rb"\[\d{0,3}[A-K]|(?:0;?)?m(?![\w\]])|0K(?=\S|$)"
    # The colour of a level, as logrus sets it.
    rb"|3[1-7]m(?:DEBU|INFO|WARN|ERRO|FATA)\[)"
)
_SEQUENCE = lazy_pattern(
    _ESC + rb"(?<!\x1b)(\[(?:\d{1,3}[ABCDG]|[0-2]?[JK]|\?\d{1,4}[hl]|\d{1,3}(?:;\d{0,3})*m|m(?!\w))(?!\]))"
)
_CARRIAGE_RETURN = lazy_pattern(rb"\^M|\xe2\x90\x8d")
# What an editor shows at the end of each line of a file from Windows.
_RETURN_AT_END = lazy_pattern(rb"(?:\^M|\xe2\x90\x8d)+(?=\r?(?:\n|\Z))")
_ESCAPED_ESC = lazy_pattern(rb"\\(?:u001[bB]|x1[bB]|033|e)\[")
_ESCAPED_RETURN = lazy_pattern(rb"\\r(?!\\n)")

# RFC 2045: a line of quoted-printable text has up to 76 characters, the last one `=` where it continues.
_LONG_BREAK = lazy_pattern(rb"(?m)^[^\n]{69,75}[^=\n]=\r?$")
_QUOTED = lazy_pattern(rb"=([0-9A-F]{2})")
_SOFT_END = lazy_pattern(rb"=\r?\n")
_SURELY_QUOTED = lazy_pattern(rb"=3D|=20\r?$|=C2=A0", re.MULTILINE)

_BAR_BEFORE = lazy_pattern(rb"(?m)^ *\d{1,3}%\|[^|\n]{0,200}\| \d+/\d+ \[[^\]\n]{0,60}\](?=\S)")
# A command that continues on the next line; a header and a digest line broken by the width of a console.
# Most patterns begin with plain text, which is found sooner; that a word begins there is asked behind it.
_CONTINUED = lazy_pattern(
    rb"docker\b(?<!\wdocker)[^\n]* push\b[^\n]*?[ \t]\\\r?\n[ \t]*(?!The push |Using |[0-9a-f]{12}: )[^\s#][^\n]*"
)
# A command whose name goes on in the next line, or stands there, right above what it printed.
_NAMED_BELOW = lazy_pattern(
    rb"docker (?<!\wdocker )" + push_words().encode() + rb"(?:[ \t]*\r?\n[ \t]*(?=\$|[^\s/]{1,300}/)"
    rb"|[ \t][^\n]{0,300}[^\s\"'`]\r?\n(?!docker\.io/))"
    rb"[\w./:@${}-]{0,300}[\w}][ \t]*\r?(?=\n{1,3}(?:The push refers to |Using default tag|[0-9a-f]{12}: ))"
)
# The same of the programs built on containers/image: an operand goes on in the next line, or the last one stands there.
_OPERAND_BELOW = lazy_pattern(
    rb"(?:buildah|podman|skopeo) (?:[^\n]{0,200} )?(?:copy|push) [^\n]{1,400}[^\s\"'`\\]\r?\n"
    rb"(?=[\w.@-]{0,200}[:/])[\w./:@${}=-]{1,300}(?: [\w./:@${}=-]{1,300}){0,4}[ \t]*\r?"
    rb"(?=\n(?:Getting image source |Copying (?:blob|config) ))"
)
_TRANSPORT = lazy_pattern(rb"(?:docker|oci|dir|docker-archive|docker-daemon|oci-archive|containers-storage):")
# AWS CodeBuild's report of a command, which its table or a person broke inside the command or behind it.
_REPORTED = lazy_pattern(
    rb"Error while executing command: (?:[^\s:]{1,80} )?docker (?:image )?push(?![^\n]*exit status)[^\n]{0,400}\r?\n"
    rb"(?:[^\n]{1,400}\r?\n)??[^\n]{0,400}Reason: exit status \d"
)
# What a shell's trace (`set -x`) shows of a push whose output was put into a variable.
_KEPT_OUTPUT = lazy_pattern(
    rb"(\+ (?<![^\n+]\+ )[^\n]{1,400} push [^\n]*\n(?:[^\n]*\n){0,8}?)"
    rb"\+ (?:(?:local|export|readonly|declare(?: -\w+)?) )?(?!\w*(?i:expect|want|pattern))"
    rb"\w+='([^'\n][^']*)'(?=[ \t\r]*(?:\n|\Z))"
)
# No console is so narrow.
_NARROWEST = 60
# The tag of the first protocol.
_V1_TAG = lazy_pattern(
    rb"Pushing tags? for rev \[\w+\] on(?: \{[^\s{}]*(?:\r?\n[^\s{}]*){1,3}\}| ?\r?\n ?\{[^\s{}]+\})"
)
# What two alternatives begin with stands before them: then it is searched for as plain text.
_HEADER = lazy_pattern(
    rb"The push refers to(?: (?:a )?repository"
    rb"(?: \[[^\s\[\]]+(?:\r?\n[^\s\[\]]*)+\]| ?\r?\n ?\[[^\s\[\]]+\])"
    rb"|(?: a)? ?\r?\n ?(?:a )?repository \[[^\s\[\]]+\])"
)
_DIGEST = lazy_pattern(
    rb"(?:: ?d|\bD)igest: ?(?:\r?\n ?)?sha256:"
    rb"(?:(?:[0-9a-f](?:\r?\n)?){64}(?:(?<=\n)size|(?: |\r?\n ?)size):(?:[ \r\n]{1,3}\d+)?"
    rb"|(?:[0-9a-f](?:\r?\n)?){63}[0-9a-f])"
)
# A digest and its size that stand in one line are whole: nearly all do, which is seen much sooner.
_PERHAPS_BROKEN = lazy_pattern(rb"igest:(?! ?sha256:[0-9a-f]{64}(?: size: \d|[^ \r\n]| (?!size)|\Z))")
_BREAK = lazy_pattern(rb"\r?\n")
# A page lost the line breaks of its code, and joined a title, a number and lines of docker. A line break written as
# letters and the codes of a terminal end in letters too. A program's own line may end in dots.
_BEFORE_HEADER = rb"(?<=[0-9A-GIL-Za-ln-z.\xa6]%s)(?<!\\[nrt]%s)"
_GLUED = lazy_pattern(
    rb"The push refers to (?:%s|[^\n\]]{1,300}\][0-9a-f]{12}: [A-Z])"
    % (_BEFORE_HEADER % (b"The push refers to ", b"The push refers to "))
)
_GLUED_LINES = lazy_pattern(
    _BEFORE_HEADER % (b"", b"") + rb"(?=The push refers to )|(?<=\])(?=[0-9a-f]{12}: [A-Z])"
    rb"|(?:(?<=: Pushed)|(?<=: Waiting)|(?<=: Preparing)|(?<=: Layer already exists))"
    rb"(?=[0-9a-f]{12}: [A-Z]|\w[\w.-]{0,127}: digest: |denied: |unauthorized: |no basic |Get \"?http|error )"
)
# A message that a console or a page broke.
_BROKEN_MESSAGE = lazy_pattern(
    rb'\{"status":"[^{}\n]*+(?:\{[^{}\n]*+\}?+[^{}\n]*+)?+\n[^{}\n]*+(?:\{[^{}\n]*+\}[^{}\n]*+)?+\}'
)
# A message of the Engine API over several lines, as a program that formats JSON prints it.
_MESSAGE = lazy_pattern(
    rb"(?m)^[ \t]*\{[ \t]*\r?\n[ \t]*\"(?:status|id|progressDetail|progress|error|errorDetail|aux)\": ?"
    rb"[^{}]*(?:\{[^{}]*\}[^{}]*){0,3}\}(?=,?[ \t]*\r?$)"
)
# A shell's break, and one at a space; a break in place of a space leaves none.
_SPACED_BREAK = lazy_pattern(rb"[ \t]+\\\r?\n[ \t]*|[ \t]+\r?\n[ \t]*|[ \t]*\r?\n[ \t]+")
_LOST_SPACE = lazy_pattern(
    rb"(?<=refers to)(?=(?:a )?repository)|(?<=refers to a)(?=repository)|(?<=repository)(?=\[)"
    rb"|(?<=\] on)(?=\{)|(?<=igest:)(?=sha256)|(?<=[0-9a-f])(?=size:)|(?<=size:)(?=\d)"
)


def restored(data: Data) -> Data:
    """Return the log as the client printed it, as far as its damage can be undone."""
    if len(data) > LONGEST:
        return data
    text = data[:]
    for repair in _REPAIRS:
        text = repair(text)
    return data if text == data else text


def rejoined_lines(lines: bytes, size: int) -> bytes:
    """Return whole lines without their prefixes, where a console or a person broke what stood behind these.

    `size`: that of the log.
    """
    return with_whole_errors(_with_whole_lines(lines)) if size <= LONGEST else lines


def _without_bars(text: bytes) -> bytes:
    """Return the text without the bars of tqdm before lines that a program wrote over them."""
    return _BAR_BEFORE.sub(b"", text) if b"%|" in text else text


def _with_escapes(text: bytes) -> bytes:
    """Return the capture of a terminal with the ESC bytes and carriage returns that it lost."""
    if b"^M\n" in text or b"^M\r\n" in text:
        text = _RETURN_AT_END.sub(b"\r", text)
    if b"[" not in text or not _LOST.search(text):
        return text
    restored = _SEQUENCE.sub(b"\x1b\\1", text)
    if restored.count(b"\x1b") == text.count(b"\x1b"):
        return text
    restored = _CARRIAGE_RETURN.sub(b"\r", restored)
    return _ESCAPED_RETURN.sub(b"\r", restored) if _ESCAPED_ESC.search(text) else restored


def _without_quoting(text: bytes) -> bytes:
    """Return the text of a mail out of its quoted-printable encoding."""
    if not _SOFT_END.search(text):
        return text
    is_quoted = _SURELY_QUOTED.search(text) is not None
    if not is_quoted and not _LONG_BREAK.search(text):
        return text
    joined = b"\n".join(_joined_lines(text.split(b"\n")))
    return _QUOTED.sub(lambda code: bytes((int(code[1], 16),)), joined) if is_quoted else joined


def _joined_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join lines at their soft breaks; the empty lines that take their places follow the joined line."""
    joined, count = b"", 0
    for line in lines:
        body = line.removesuffix(b"\r")
        joined += body.removesuffix(b"=") if body.endswith(b"=") else line
        if body.endswith(b"=") and not body.endswith(b"=="):
            count += 1
            continue
        yield joined
        yield from [b""] * count
        joined, count = b"", 0
    if count:
        yield joined
        yield from [b""] * (count - 1)


def _with_lines_apart(text: bytes) -> bytes:
    """Return the text with a blank between lines of docker that a page joined; lines keep their numbers."""
    if b"The push refers to " not in text or not _GLUED.search(text):
        return text
    return _GLUED_LINES.sub(b" ", text)


def _with_whole_lines(text: bytes) -> bytes:
    """Return the text with the longest lines of a push whole, where a console or a shell broke them."""
    if b"The push refers to" in text:
        text = _HEADER.sub(_joined_match, text)
    if _PERHAPS_BROKEN.search(text):
        text = _DIGEST.sub(_joined_match, text)
    if b" for rev [" in text:
        text = _V1_TAG.sub(_joined_match, text)
    if b"Error while executing command: " in text:
        text = _REPORTED.sub(_joined_report, text)
    if b" push" in text:
        text = _NAMED_BELOW.sub(_joined_command, text)
    if b"Getting image source " in text:
        text = _OPERAND_BELOW.sub(_joined_copy, text)
    # Two bytes are found slowly: of a long log only the parts around pushes are asked for them.
    if len(text) <= _SHORT and b"='" in text and b"+ " in text:
        text = _KEPT_OUTPUT.sub(rb"\1\2", text)
    # A single byte is found ten times as fast as two.
    is_continued = b"\\" in text and (b"\\\n" in text or b"\\\r\n" in text)
    return _CONTINUED.sub(_joined_match, text) if is_continued else text


def _with_whole_messages(text: bytes) -> bytes:
    """Return the text with messages of the Engine API in one line each."""
    text = with_json_messages(text)
    if b'"status":' not in text and b'"errorDetail":' not in text:
        return text
    if b'"status": "' in text or b'"errorDetail": {' in text:
        text = _MESSAGE.sub(_joined_match, text)
    return _BROKEN_MESSAGE.sub(_joined_match, text) if b'{"status":"' in text else text


def _joined_command(broken: re.Match[bytes]) -> bytes:
    """Return a command in one line, where its name was left out of the first or the width of a console broke it."""
    first = broken[0].partition(b"\n")[0].rstrip()
    if first.endswith(b"push"):
        return first + b" " + broken[0].partition(b"\n")[2].strip() + b"\n"
    start = broken.string.rfind(b"\n", 0, broken.start()) + 1
    width = broken.start() - start + len(first)
    return _joined_match(broken) if width >= _NARROWEST else broken[0]


def _joined_copy(broken: re.Match[bytes]) -> bytes:
    """Return a copy or push in one line, where the width of a console broke it."""
    first, _, rest = broken[0].partition(b"\n")
    width = broken.start() - broken.string.rfind(b"\n", 0, broken.start()) - 1 + len(first)
    if not len(rest) <= width >= _NARROWEST:
        return broken[0]
    return first.rstrip(b"\r") + (b" " if _TRANSPORT.match(rest) else b"") + rest + b"\n"


def _joined_report(broken: re.Match[bytes]) -> bytes:
    """Return a report in one line: a break stands at a blank, unless it is inside a name."""
    lines = [line.strip() for line in broken[0].split(b"\n")]
    joined = lines[0]
    for line in lines[1:]:
        is_inside = joined[-1:] in b"/:@-" or line[:1] in b"/:@.-"
        joined += (b"" if is_inside else b" ") + line
    return joined + b"\n" * (len(lines) - 1)


def _joined_match(broken: re.Match[bytes]) -> bytes:
    """Return the broken text in one line, and as many line feeds behind it as it had."""
    count = broken[0].count(b"\n")
    if not count:
        return broken[0]
    joined = _SPACED_BREAK.sub(b" ", broken[0])
    joined = _LOST_SPACE.sub(b" ", _BREAK.sub(b"", joined))
    return joined + b"\n" * count


_REPAIRS: tuple[Callable[[bytes], bytes], ...] = (
    without_line_marks,
    without_enclosing_marks,
    without_page,
    _without_bars,
    _with_escapes,
    _without_quoting,
    _with_lines_apart,
    _with_whole_lines,
    with_whole_errors,
    _with_whole_messages,
)
