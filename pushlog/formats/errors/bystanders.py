"""Tell lines that are surely not the error of a push: prompts, commands, reports of a job's end, sentences."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.formats.errors.detect import starts_error
from pushlog.intake.unwrap.prefix import is_noise
from pushlog.knowledge.stops import stop_reason
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.intake.log_text import Piece

# A prompt, alone or with a command behind it, and the trace of a shell (`set -x`): PowerShell, cmd, POSIX shells and
# themes of zsh and fish.
_PROMPTS = (
    r"[\w.@:~/\\()\[\]{}+ -]{0,120}?[$#%\u276f\u279c\u03bb\xbb\u25b6\u2717]",
    r"(?:\w:\\|PS )[^<>|\n]{0,120}>",
    r"\u279c[^\n]{0,80}",
    r"\++|>",
)
# Reports that a command or a job ended, and of what comes then.
_ENDINGS = (
    # Programs that run commands: GitHub, Azure, Jenkins, CircleCI, Travis, GitLab, Docker, Python, Go.
    r".{0,200}\bexit(?:ed)?\b.{0,40}\b(?:code|status)\b.{0,20}",
    r".{0,200}\b(?:non-?zero|(?:exited|failed|completed) with (?:error )?code -?\d+|return code:? -?\d+).{0,40}",
    r"The command \".*\" exited with .*|Exited with .*|(?:Finished|Result): \w+|\[(?:Pipeline|Container)\].*",
    r"(?:ERROR|Error): (?:Job|Build|Process|Script|Command|Task|Step)\b.*",
    r"(?:Build|Job|Stage|Step|Task|Pipeline|Script)\b.{0,80}\b(?:failed|failure|aborted|cancell?ed|finished|skipped).*",
    # Builders that run commands.
    # A time may be left before a line of theirs; make up to 4.2 names the recipe first.
    (
        r"(?:\[\d[^\]]{6,28}\] )?(?:g?make|mingw32-make|nmake|ninja|npm|yarn|pnpm|lerna|task|just|rake)(?:\[\d+\])?"
        r"(?:: | ERR!? | error ).*"
    ),
    r"\S*[Mm]akefile\S*:\d+: recipe for target .*",
    # Steps that follow the script of a job: GitHub, GitLab.
    r"(?:Post job cleanup|Cleaning up|Uploading|Downloading|Saving|Restoring|Creating cache|Running after.script)\b.*",
    r"(?:Stopping|Removing|Deleting|Logging out|Login Succeeded)\b.*",
    # Bitbucket; Concourse, whose resources end with one word.
    r"Build teardown started\..*|Searching for (?:files matching|test report)\b.*|(?:failed|succeeded)",
    # The last line of a screen that tmux drew: its session, windows, host and time.
    r"\[[^\]\n]{1,40}\] ?\d{1,3}:\w[^\n]{0,300}\"[^\"\n]{0,80}\" \d\d:\d\d \d\d-[A-Z][a-z]{2}-\d\d\s*",
    # What stopped it: signals, Jenkins, GitHub, a terminal.
    r"Sending interrupt signal to process.*|(?:Aborted|Cancell?ing)\b.*",
    # skaffold looks for the image again.
    r".{0,200}: Not [Ff]ound\. (?:Reb|B)uilding\W*",
    r"(?:Terminated|Killed|Interrupted|Cancell?ed)\W*",
    r"\^C.*|The operation was cancell?ed.*|.*\bcontext cancell?ed\W*",
    # The daemon's own log.
    r"(?:time=\S+ )?level=(?:info|debug|trace|warn(?:ing)?)\b.*|.*\bUpload failed, retrying.*",
    # `time`, and the stacks of Python, node and Java.
    r"(?:real|user|sys)\s+\d.*|\d+(?:\.\d+)?user .*",
    r"Traceback \(most recent call last\):|File \".*\", line \d+.*|\.\.\. \d+ more|Caused by: .*",
    # Where an error of Go came from, as `%+v` and a panic print it, and Helm's own words around that.
    r"(?:\S+/)?[\w.@%-]+\.go:\d+(?: \+0x[0-9a-f]+)?|\w+\.go:\d+: \[debug\] .*|goroutine \d+ \[[^\]\n]+\]:",
    r"(?:(?:[\w-]+\.)+[a-z]{2,}/[\w.@/%-]+|main|runtime)\.(?:\(\*?\w+\)\.)?[\w.]+(?:\([^\n]{0,200}\))?",
    r"at [\w.$<>/]+ ?\(.*\)|at (?:async )?[\w.<>/: -]+:\d+:\d+\)?",
    # A level or a verdict alone.
    r"(?:error|failed|failure|fatal|warning)\W*",
    # What stands above any output of a command, whatever it is.
    r"sudo: (?:unable to resolve host|setrlimit\(|/etc/\S+ is world writable).*",
    # What people paste below: `docker --version`, `docker version`, `docker info`.
    r"Docker version \d.*|(?:Client|Server|Containers|Images):.{0,40}",
    # A record of PowerShell.
    r"At \S.* ?char:\d+|\+ .*",
    # Rules and ellipses.
    r"[-=_*~.\xb7\u2014]{3,}.*|(?:\\[nrt]\b|[\W_])*",
)
_BYSTANDER = lazy_pattern(f"(?:(?:{'|'.join(_PROMPTS)})(?:\\s+\\S[^\\n]*)?|{'|'.join(_ENDINGS)})$", re.IGNORECASE)
# Words of a step that went well, or of the next one.
_SUCCESS = lazy_pattern(
    r"\b(?:success(?:ful(?:ly)?)?|succeeded|done|completed?|deployed|deploying|pushed|published|finished|passed|ok"
    r"|took|elapsed|duration)\b"
    r"|\b(?:has|have|was) (?:been )?(?:updated|uploaded|created|saved|added|registered|built|tagged)\b"
    r"|[\u2713\u2714\u2705]",
    re.IGNORECASE,
)
# Announcements of a step, and marks that stand alone.
_STEP = lazy_pattern(
    r"\W*(?!Missing|Nothing|Failing)[A-Z][a-z]{2,}ing\b(?!.*\b(?:fail|error|denied|refused|invalid|unable|cannot|not\b))"
    r"|Step \d+/\d+|#\d+ |\[\d+/\d+\]|(?:status|exit_?code|rc|result|state)\W*[:=]"
    r"|(?:(?:</?\w[^<>\n]*>|\{/?\w[^{}\n]*\}|\[/?\w+\]|`{3}\w*|\]\]>)\s*)+$"
    # A bar of tqdm, with a line of the program behind it.
    r"|\d{1,3}%\|[^|\n]{0,80}\| \d+/\d+ \["
    # Org, LaTeX, reStructuredText.
    r"|#?\+(?:BEGIN|END)_\w+\b.*|\\(?:begin|end)\{\w+\}.*"
    # Cloud Build begins each step so.
    r"|Already have image(?: \(with digest\))?: "
)
# Words of an error, whoever tells it.
_OF_ERRORS = lazy_pattern(
    r"err|fail|denied|refus|reject|invalid|illegal|unable|can't|cannot|could not|not |n't|no |unauthor|forbid|exceed"
    r"|expire|unsupport|unknown|missing|bad |wrong|timed? ?out|\b[45]\d\d\b|panic|abort|disconnect|broken|closed",
    re.IGNORECASE,
)
# People write sentences below what they paste.
_SENTENCE = lazy_pattern(
    r"\?\s*$|\b(?:I|I'm|I've|Im|we|my|please|pls|thanks|thx|anyone|any idea|help)\b", re.IGNORECASE
)
_TITLE = lazy_pattern(r"#{1,6} .{1,80}|[*_]*[\w' ]{1,60}:[*_]*|(?P<strong>\*\*|__)[^*_\n]{1,80}(?P=strong):?")
# How people go on below what they paste; those of the second kind may begin an error too.
_REMARK = lazy_pattern(
    r"\W*(?i:and|but|so|then|however|also|now|after(?:wards)?|before|when|while|until|since|because|still|just|seems?"
    r"|looks? like|not sure|as you can see|at this point|what|why|how|any|expected|actual|steps to|describe|additional"
    r"|environment|versions?|docker info|output of|at the same time|meanwhile|finally|sometimes|even)\b(?!\W*[:=])"
)
_REMARK_PERHAPS = lazy_pattern(
    r"\W*(?:It|It's|This|That|These|There|Here|Same|Nothing|Only|Is|Are|Everything|All|Everyone|Someone)\b \w+"
)
# A command behind a prompt or in the trace of a shell: what follows is its output.
_COMMAND = lazy_pattern(
    # A comment of several words is none, nor one in another script than commands are.
    r"(?!# (?:[A-Z][\w']* [a-z']+ [a-z']+ |[^\x00-\x7f]))"
    r"(?:\S{0,80}[$#\u276f\u279c\xbb\u25b6]|PS [^<>|]{0,120}>|\w:\\[^<>|]{0,120}>|\++)\s+"
    # PowerShell lists the parts of an error behind a plus.
    r"(?!(?:CategoryInfo|FullyQualifiedErrorId) )\w"
    # People paste a command without its prompt; a verb that is none of a push tells that it is one.
    r"|(?:sudo )?(?:docker|podman|nerdctl) (?:pull|run|log(?:in|out|s)|build|compose|rmi?|tag|inspect|start|stop|exec)"
    r" (?!(?:fail|error|is|was|again|and|or|with|to|for)\w*\b)\S"
)
_WAITS = lazy_pattern(r"(?:[\w.@:~/()\[\]+-]{1,120}? ?[$#%\u276f\u279c\xbb\u25b6]|(?:PS )?\w:\\[^<>|]{0,120}>)")
# The level that a logger puts before each line.
LEVEL = lazy_pattern(r"\[[A-Z]{3,8}\] *")
# Maven tells with so many lines that a build has ended, and what its error was below them.
_REPORT = 8
_ENDING = lazy_pattern(f"(?:{'|'.join(_ENDINGS)})$", re.IGNORECASE)


def is_ending(line: str) -> bool:
    """Return whether a line reports that a command or a job ended, or comes from what follows then."""
    return _ENDING.match(line.strip()) is not None


def nearest(pieces: Iterator[Piece], near: int | None) -> Iterator[Piece]:
    """Return so many pieces, and with them the lines of a report that a build has ended. None: all pieces."""
    if near is None:
        yield from pieces
        return
    for piece in islice(pieces, near + _REPORT):
        yield piece
        near -= not is_ending(LEVEL.sub("", piece.text))
        if near <= 0:
            return


def is_command(line: str) -> bool:
    """Return whether a line is a command that a shell ran."""
    return _COMMAND.match(line.strip()) is not None


def is_prompt(line: str) -> bool:
    """Return whether a line is the prompt of a shell that waits, or runs a command."""
    return _WAITS.fullmatch(line.strip()) is not None or is_command(line)


def is_step(line: str) -> bool:
    """Return whether a line announces a step of a program."""
    return _STEP.match(line.strip()) is not None


def is_title(line: str) -> bool:
    """Return whether a line is a heading of Markdown, or words that announce what stands below."""
    return _TITLE.fullmatch(line.strip()) is not None and not starts_error(line.strip().lstrip("#*_ "))


def is_remark(line: str) -> bool:
    """Return whether a line begins as people go on below what they paste, and no client or registry begins an error."""
    return _REMARK.match(line) is not None or (_REMARK_PERHAPS.match(line) is not None and not speaks_of_error(line))


def speaks_of_error(line: str) -> bool:
    """Return whether a line has words that errors have."""
    return _OF_ERRORS.search(line) is not None


def is_bystander(line: str) -> bool:
    """Return whether a line is surely not an error of a push."""
    stripped = line.strip()
    return bool(
        is_noise(stripped)
        or stop_reason(stripped)
        or _BYSTANDER.match(stripped)
        or _SUCCESS.search(stripped)
        or _STEP.match(stripped)
        or _SENTENCE.search(stripped)
    )


def ends_output(line: str, last: str) -> bool:
    """Return whether a line is surely not of a push, or Maven's report of a build that `last` ended, an error."""
    return is_bystander(line) or (speaks_of_error(last) and is_ending(LEVEL.sub("", line)))


# Alternatives of a shell, output of a script, and calls that build a message.
_SOURCE = lazy_pattern(
    r"\|\|\s*[{(\w]|&&|\b(?:echo|printf|raise|throw|return) |\b(?:console|fmt|log|logger)\.\w+\(|\bprint\w*\(|;\s*$"
    # A text in a list or a call; what a tool prints as JSON has a name before it.
    r"|^\s*[bfru]{0,2}(?:\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`),\s*$"
    # What a script of PowerShell says, and an alert.
    r"|^\s*(?:Write-(?:Error|Warning|Host|Output|Verbose)|throw)\s+[\"'(]|^\s*(?:summary|expr):\s+[\"']"
    # Of Go, JavaScript and Rust: what is assigned, made an error of, or a field of a record.
    r"|\w\s:=\s*[\"`]|\bnew \w+\([\"'`]|\berrors\.(?:New|Errorf|Wrapf?)\(|\b(?:anyhow|bail|panic|ensure|format)!\(\s*\""
    r"|^\s*[A-Z]\w*:\s+\"[^\n]*\",$"
)


# What git and CI systems print of a commit: its subject is about something else than this job.
_COMMIT = lazy_pattern(
    r"\bHEAD is now at [0-9a-f]{7,40}\b|\b[Cc]ommit message:"
    r"|^\W*(?:[Cc]ommit:|\[[\w./-]+(?: \([\w-]+\))? [0-9a-f]{7,40}\] "
    r"|Merge (?:pull request|branch|commit)\b"
    r"|[*|/\\ ]*[0-9a-f]{7,40} (?:\([^()\n]*\) )?(?:[A-Z]|\w+(?:\([^()\n]*\))?!?: ))"
)
# BuildKit cache/remotecache/export.go, registry/registry.go, gha/gha.go.
_OF_CACHE = lazy_pattern(
    r"\berror writing (?:layer|config|manifest|cache manifest) blob: |\bfailed to configure \w+ cache exporter: "
    r"|\bfailed to reserve cache\b"
    # BuildKit solver/llbsolver: a step of the build looks for its result.
    r"|\bfailed to compute cache key: "
    # GoogleContainerTools/kaniko pkg/executor/build.go.
    r"|\b[Ee]rror uploading layer to cache: "
)
# containerd plugins/content/local/writer.go, core/content/helpers.go: what is written here was fetched or built; a push
# only reads it.
_OF_LOCAL_STORE = lazy_pattern(
    r"\bfailed commit on ref \"[^\"\n]*\": (?:commit failed: )?(?:sync failed|failed to perform sync|rename /"
    r"|unexpected commit |stat on ingest file failed|failed to close ingest file|cannot commit on closed writer)"
    # containers/image, whose command alone tells whether a copy goes to a registry.
    r"|\b[Ww]riting blob: (?:open|write|mkdir|rename) /"
)
# Where a copy by containers/image goes that goes to no registry.
_TO_NO_REGISTRY = lazy_pattern(
    r"\bto \\?\"(?:dir|oci|oci-archive|docker-archive|docker-daemon|containers-storage|ostree|sif|tarball):"
)
# Other things that are pushed, published and uploaded, and requests that only read.
_OTHERWISE = lazy_pattern(
    r"\b(?:git|refs?|commits?|branch(?:es)?|remote:|npm|yarn|pypi|twine|nuget|gem|cargo|crates|metrics?|pushgateway"
    r"|notification|webhook|pull(?:ing|ed)?|fetch(?:ing)?(?! an image)|download(?:ing)?)\b",
    re.IGNORECASE,
)


# A row of a layer that was cut, masked or has a prefix that nobody knows, or a message of the Engine.
_TORN_ROW = lazy_pattern(
    r"(?:[^\n]{1,200} )?[0-9a-f]{12}: |\S{1,64}: (?:Preparing|Waiting|Pushed|Layer already exists) ?$"
    r"|[^\w{]*\{\"(?:status|progress|id)"
    # A log that ends within an id.
    r"|(?=[a-f]*\d)[0-9a-f]{3,12}:? ?$"
)


def is_torn_row(line: str) -> bool:
    """Return whether a line is a row of a layer, or looks so much like one that it is no error."""
    return _TORN_ROW.match(line) is not None


def is_source(line: str) -> bool:
    """Return whether a line is one of a script or a program, or names a commit: it tells what would be said of one."""
    return _SOURCE.search(line) is not None or _COMMIT.search(line) is not None


def is_of_cache(text: str) -> bool:
    """Return whether an error is that of a build's cache, which a registry can keep too; it is no image."""
    return _OF_CACHE.search(text) is not None


def is_of_local_store(text: str) -> bool:
    """Return whether an error is that of a blob that was fetched or built, as it was written on this machine."""
    return _OF_LOCAL_STORE.search(text) is not None or goes_to_no_registry(text)


def goes_to_no_registry(text: str) -> bool:
    """Return whether an error names a file, a folder or a daemon as what was written to."""
    return _TO_NO_REGISTRY.search(text) is not None


def is_otherwise(words: str) -> bool:
    """Return whether words before an error speak of something else that is pushed, or of a pull."""
    return _OTHERWISE.search(words) is not None


_PROSE = lazy_pattern(
    r"^(?:[-*]|#{1,6}|\d+\.)\s|#{2,6} [\"'`]|\*\*[\"'`][^*\n]{1,300}[\"'`]\*\*"
    r"|^\W*(?:TODO|FIXME|XXX|HACK)\b|^\s*(?:summary|description|title|expr)\s*:|\?\s*$"
    r"|^\s*(?://|/\*|\*\s|#\s|--\s|;)"
    r"|\b(?:I|I'm|we|you|your|please|if|when(?!\s+pushing)|should|would|might|may|because|fixe[ds]|issue)\b"
    r"|\b(?:(?:for|an) example\b(?!\.)|e\.g\.)",
    re.IGNORECASE,
)


def is_prose(line: str) -> bool:
    """Return whether a line is one of a document, and not of a log."""
    return _PROSE.search(line) is not None
