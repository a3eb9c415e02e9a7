"""Tell the sentences around an error: a person tells of a push that failed, or says what to run."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.docker.headings import is_heading
from pushlog.formats.errors.bystanders import is_ending
from pushlog.formats.errors.told import tells
from pushlog.formats.image_names import named_by
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.push_command import pushed_by
from pushlog.knowledge.push_words import docker_push, push_words
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.docker.error_lines import ErrorLines
    from pushlog.intake.log_text import LogText, Piece

_FAILS = lazy_pattern(
    r"\b(?:fail\w*|errors?|denied|unable|can(?:'t|not)|(?:get|got|getting) th(?:e|is))\b", re.IGNORECASE
)
# A line that tells which command to run, or what to do if it fails: a file that was searched, a workflow, a manual.
_ADVICE = lazy_pattern(
    r"^(?!\[?\d{4}-\d\d-\d\d)\S+:\d+[:-]|^\s*(?:-\s+)?(?:run|script|command|cmd|args|push|summary|description|title)\s*:|^\s*-\s+(?:[\"']?docker\b|name:)"
    r"|\b(?:(?<!\bsure )(?<!\bknow )(?<!\bsee )(?<!\bas )(?<!\beven )(?<!wonder )(?<!wondering )"
    r"(?<!happens )(?<!occurs )if (?:it|you|this|the|that)"
    r"|in case|whenever(?! (?:I|we)\b)|e\.g\.|for (?:example|instance)|you (?:can|should|must|need)|make sure"
    r"|unlike (?:most|other|docker|\w{1,3}cr)"
    r"|(?:may|might|could|would) (?:also |even |then )?(?:produce|print|show|report|return|output|relate)"
    # The same `if` in other languages: in German, French, Spanish, Portuguese, Russian, Vietnamese, Turkish and Polish.
    r"|falls (?:der|die|das|du|sie|ein|es|beim)|si (?:vous|tu|l['\u2019]erreur|le push)"
    r"|si (?:recibes?|obtienes?|aparece|ves?|te|el push|sale)"
    r"|en caso de|caso (?:ocorra|receba|apare\xe7a|o push)|se (?:voc\xea|receber|aparecer|o push|der)"
    r"|\u0435\u0441\u043b\u0438|n\u1ebfu|e\u011fer|je\u015bli)\b"
    # In Korean, Chinese and Japanese.
    r"|(?:\uc624\ub958|\uc5d0\ub7ec)\uac00 (?:\ub098\uba74|\ubc1c\uc0dd\ud558\uba74|\ub728\uba74|\ub098\uc624\uba74)"
    r"|\u5982\u679c|\u5047\u5982|\u82e5(?!\u5e72)|\u5982\u9047|\u4e07\u4e00|\u5834\u5408|\u3082\u3057",
    re.IGNORECASE,
)
# Words before a command that was not run.
_NOT_RUN = lazy_pattern(
    r"\b(?:skip(?:s|ped|ping)?|instead of|without|would(?: have)?(?: run)?|wo(?:n't| not)|will not|do(?:n't| not)"
    r"|not running|no need to)(?: (?:the|run|running|do|doing))?:? ?[`\"']?$",
    re.IGNORECASE,
)
# A sentence names the command whose error stands by itself: it has more words than a command with its image.
_ASKED = lazy_pattern(
    rf"\b(?:Docker {push_words()}|{docker_push()})\b(?: [^\s`\"']+)?"
    r"|\b[Pp]ush(?:ing|ed)? (?:[\w-]+ ){0,4}images?\b(?![\w./:-])"
    r"|\b[Pp]ush(?:es|ing)? (?:\w+ )?fail(?:s|ed|ing)?\b"
    r"|\b[Ff]ail\w* (?:to|at|on|in|when|while|during) (?:the )?push(?:ing)?\b"
    r"|\b(?:during|while|when|on) (?:the |a )?push(?:ing|ed)?\b"
    r"|\b(?:when(?:ever)?|while|as soon as|after|every time) (?:I|we) (?:(?:try|tried|want|attempt) to )?push\b"
    r"|\b(?:try|tried|trying|attempt(?:s|ed|ing)?|unable|cannot|can't|not able) (?:to )?push\b(?! through)"
)
# A title says what became of the push in few words.
_TITLE = lazy_pattern(
    rf"[\W_]{{0,4}}(?:[\w'-]+ ){{0,4}}?{docker_push()} (?:[\w'-]+ ){{0,4}}?"
    r"(?:errors?|fail\w*|denied|problems?|issues?|time-?outs?|refused|hang\w*|not work\w*)\b[^\n]{0,60}$",
    re.IGNORECASE,
)
# A guide announces what its reader may meet. A report tells what came of some case: "if you push, you get this error:".
_MAY_BE_MET = lazy_pattern(
    r"\b(?:if|in case|should) you (?:\w{1,10} ){0,2}?"
    r"(?:get|see|encounter|receive|hit|face|meet|have|notice|find|run into|come across)\b"
    r"|\b(?:if|in case of) (?:this|the following|an?|such an?) (?:\w{1,10} )?(?:error|message|issue|problem)\b"
    r"|\b(?:may|might|could|can) (?:also |then )?"
    r"(?:throw|produce|print|show|report|return|output|give|prevent|cause|fail with|end with|result in|lead to)\b"
    r"|\b(?:e\.g\.|for (?:example|instance))(?:[^\n]{0,40}\berrors?)?\W*$"
    # What a change makes a program say: "Show this message when ...:", "... is refused, print the error:".
    r"|(?:^\W*|, |\bto )(?:now )?(?:show|print|display|raise|emit|log) (?:the|this|an?) (?:\w{1,12} ){0,2}?"
    r"(?:errors?|messages?|hints?|warnings?)\b"
    # What comes if something is not done.
    r"|\b(?:otherwise|or(?: else)?|if not),? (?:you(?:'ll|'d| will| would| are going to| may| might)?"
    r" (?:\w{1,10} )?(?:get|see|receive|encounter|hit|face|meet)\b"
    r"|(?:docker|it|(?:the|your) (?:push|registry|command))(?:'ll| will| would| is going to)\b)"
    r"|\b(?:sonst|ansonsten|andernfalls) (?:erh|bekomm|komm|erschein|sieh|seh|meld)"
    r"|\bsinon,? (?:vous|tu|on|docker|le)\b|\bde lo contrario\b|\bcaso contr\xe1rio\b|\bsen\xe3o\b"
    r"|\baltrimenti\b|\b\u0438\u043d\u0430\u0447\u0435\b"
    r"|\u5426\u5219|\u4e0d\u7136|\u3067\u306a\u3044\u3068|\u3057\u306a\u3044\u3068"
    r"|\uadf8\ub807\uc9c0 \uc54a\uc73c\uba74"
    # In German, French, Spanish, Portuguese, Russian and Chinese.
    r"|\b(?:falls|wenn) (?:du|sie|ihr|diese[rs]?|der folgende|folgender)\b[^\n]{0,40}fehler"
    r"|\bsi (?:vous|tu) (?:obten|rencontr|voy|recev)|\bsi (?:te sale|recibes?|obtienes?|aparece|ves?)\b"
    r"|\b(?:caso|se)(?: voc\xea)? (?:receb|obtiver|apare\xe7|aparecer|encontrar|ocorra)"
    r"|\u0435\u0441\u043b\u0438 (?:\u0432\u044b )?(?:\u043f\u043e\u043b\u0443\u0447|\u0443\u0432\u0438\u0434"
    r"|\u0432\u0438\u0434|\u0432\u0441\u0442\u0440\u0435\u0442|\u043f\u043e\u044f\u0432)"
    r"|(?:\u5982\u679c|\u82e5|\u5047\u5982)[^\n]{0,6}(?:\u9047|\u51fa\u73b0|\u62a5|\u770b\u5230|\u6536\u5230|\u63d0\u793a)",
    re.IGNORECASE,
)
# So many lines above what it announces such a sentence stands.
_NEAR = 4
# What the builder of Docker Hub says below it.
_HOOK = lazy_pattern(r"post_push hook failed! \(\d+\)")
_OF_GIT = lazy_pattern(r"\bgit\b|\bbranch|\bcommits?\b|\bpull request", re.IGNORECASE)
_OF_IMAGES = lazy_pattern(r"\bpush(?:ing|ed)? (?:\w+ ){0,2}images?\b", re.IGNORECASE)
_WORDS = lazy_pattern(r"[^\W\d_]{2,}")
_SHELL = lazy_pattern(r"[|&;<>$]|^\s*[#%+]")
_FEWEST_WORDS = 3
# A sentence that ends with a colon announces the error below it.
_ANNOUNCES = lazy_pattern(
    r"(?=[^\n]*\b[Pp]ush)(?=[^\n]*\b(?i:fail\w*|errors?|gives?|g[eo]t|getting|says?|shows?|returns?|message|output|throws?"
    r"|sees?|receiv\w+)\b)(?![^\n]*\b(?i:if|in case|whenever(?! (?:I|we)\b)|should|might|may|would|git|helm|you"
    r"|unlike|otherwise"
    # Of a push that went well, before the pull that did not.
    r"|instead)\b|[^\n]*\b(?:when|while|on|but)(?: \w+){0,3} pull(?:ing)?\b)[^\n]*[:\uff1a]\W*$"
)
# A program says in a line of its own that it pushes now, to no address.
_PUSHES = lazy_pattern(
    r"\W{0,8}pushing (?:(?:the|docker|container|built|your|new) )*(?:images?|to (?:the )?registry)\b"
    r"(?![^\n]*(?:\bgit\b|://|\b(?:done|fail\w*|success\w*)\b))[^\n]{0,80}$",
    re.IGNORECASE,
)
# A command of a program that runs a push; other clients have errors of their own.
_RUNS_PUSH = lazy_pattern(
    r"(?:[^\n]{0,80}[$%\u276f\u279c] *|[#>] +|\++ +|(?:PS )?\w?:?[^<>\n]{0,80}> *)"
    r"(?![^\n]*\b(?:git|helm|oras|crane|cosign|podman|buildah|skopeo|nerdctl|pull|echo|cat|grep)\b)"
    r"[\w./-]+ (?:[^\n]*[\s:_-])?(?:push|(?:\w+[a-z])?Push)"
)
_DOCKER = lazy_pattern(r"docker(?!\.io\b)")
# Pulumi names the resource above its error; Packer its post-processor before it.
_RESOURCE = lazy_pattern(r"\s*docker(?:-build)?:(?:index|image):(?:Registry)?Image \([^()\n]{1,200}\):\s*$")
_POST_PROCESSOR = lazy_pattern(r"(?:==> |\s*)[\w.-]{1,120} \(docker-push\): ")


def advises(line: str) -> bool:
    """Return whether a line tells which command to run, or what to do in some case."""
    return _ADVICE.search(line) is not None


def was_not_run(head: str) -> bool:
    """Return whether the words before a command say that it was not run."""
    return _NOT_RUN.search(head) is not None


def asks(line: str) -> bool:
    """Return whether a line is a sentence about a push."""
    if _HOOK.match(line) or _TITLE.match(line):
        return True
    if _OF_GIT.search(line) and not _OF_IMAGES.search(line):
        return False
    about = _ASKED.search(line)
    rest = f"{line[: about.start()]} {line[about.end() :]}" if about else ""
    return len(_WORDS.findall(rest)) >= _FEWEST_WORDS and not _SHELL.search(rest)


def reports(line: str) -> bool:
    """Return whether a line is the sentence of a person whose push failed."""
    return asks(line) and tells(line) and _FAILS.search(line) is not None


def reports_itself(line: str, error: str) -> bool:
    """Return whether a person tells around an error, in its own line, that a push gave it."""
    around = line.replace(error.partition("\n")[0], " \N{HORIZONTAL ELLIPSIS} ")
    return asks(around) and tells(around) and not advises(around) and _MAY_BE_MET.search(around) is None


def is_announced(error: ErrorLines, pieces: Sequence[Piece]) -> bool:
    """Return whether the line right above an error says that a push gave it: of a person, a shell or a program.

    A program may say so right before it.
    """
    if any(piece.line == error.lines[0] and _POST_PROCESSOR.match(piece.text) for piece in pieces):
        return True
    lines = (piece.text for piece in reversed(pieces) if piece.line < error.lines[0])
    above = next((line for line in lines if not is_heading(line) or _ANNOUNCES.match(line)), "")
    return any(form.match(above) is not None for form in (_ANNOUNCES, _RUNS_PUSH, _PUSHES, _RESOURCE))


def pushed_above(error: ErrorLines, pieces: Sequence[Piece]) -> tuple[Mark, ...]:
    """Return the command right above an error by which a program that nobody knows pushed an image."""
    lines = (piece for piece in reversed(pieces) if piece.line < error.lines[0])
    above = next((piece for piece in lines if not is_heading(piece.text)), None)
    name = pushed_by(above.text) if above and _RUNS_PUSH.match(above.text) and not _DOCKER.search(above.text) else None
    if above is None or name is None:
        return ()
    return (
        Mark(kind=MarkKind.COMMAND, start=above.start, stop=above.stop, line=above.line, fields={"REFERENCE": name}),
    )


def is_supposed(above: Sequence[str]) -> bool:
    """Return whether the nearest line above an error says what to do in case it comes, and nobody tells that it did."""
    nearest = next((line for line in reversed(above) if not is_heading(line)), "")
    return advises(nearest) and not tells(nearest)


def is_of_case(text: LogText, line: int) -> bool:
    """Return whether a sentence announces what stands on a line as something that its reader may meet."""
    return any(_is_case(text.shown(number).strip()) for number in text.above(line, _NEAR))


def _is_case(sentence: str) -> bool:
    """Return whether a sentence, with a colon or such words at its end, says what its reader may meet."""
    met = _MAY_BE_MET.search(sentence)
    if met is None or tells(sentence):
        return False
    return sentence.endswith((":", "\uff1a")) or met.end() == len(sentence)


def is_framed(error: ErrorLines, pieces: Sequence[Piece]) -> bool:
    """Return whether people or a CI set an error apart: a heading or a fence above it, the end of a step below."""
    above = next((piece.text for piece in reversed(pieces) if piece.line < error.lines[0]), "")
    lines = (piece.text for piece in pieces if piece.line > error.lines[1])
    # A CI repeats an error in a channel of its own.
    below = next((line for line in lines if not line.endswith(error.text)), "")
    is_rule = above != "" and not any(map(str.isalnum, above))
    return (is_rule or is_heading(above)) and (is_heading(below) or is_ending(below))


def only_command(marks: Sequence[Mark], text: LogText, error: str) -> tuple[Mark, ...]:
    """Return the command of an error that stands by itself and names no image: the only push that a log speaks of."""
    kinds = (MarkKind.MENTION, MarkKind.COMMAND)
    commands = [mark for mark in marks if mark.kind in kinds and "REFERENCE" in mark.fields]
    if len({mark.fields["REFERENCE"] for mark in commands}) != 1 or named_by(error).repository is not None:
        return ()
    is_advice = any(advises(text.shown(mark.line)) for mark in commands)
    return () if is_advice else (replace(commands[0], kind=MarkKind.COMMAND),)
