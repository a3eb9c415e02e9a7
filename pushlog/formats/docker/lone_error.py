"""Judge whether an error that a log shows without its push is one of a push, by the words in it and around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.formats.docker.headings import is_heading
from pushlog.formats.docker.other_things import answers_other, is_change, speaks_of_push
from pushlog.formats.docker.sentences import (
    advises,
    asks,
    is_announced,
    is_framed,
    is_supposed,
    reports,
    reports_itself,
)
from pushlog.formats.errors.bystanders import (
    is_bystander,
    is_ending,
    is_of_cache,
    is_of_local_store,
    is_source,
    is_step,
)
from pushlog.formats.errors.classify import classify
from pushlog.formats.errors.told import tells
from pushlog.formats.quoting.comment import in_comment
from pushlog.formats.quoting.document import explains, lists_questions
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.docker.error_lines import ErrorLines
    from pushlog.intake.log_text import Piece

# A question around an error has so many lines at most, or so many that nothing explains. A person who tells what
# happened may tell more, and says what was done in so many lines above the error.
_FEW = 6
_FEWER = 3
_NEAR = 5
# So many letters of an error tell that it is the same.
_SAME = 12
# A line that runs something else: what stands below it is its answer.
OTHER_COMMAND = lazy_pattern(
    r"[$+]+ +(?:\./)?\w|(?:[#>]+ +|\S+[#$] )?(?:helm|kubectl|oc|git|npm|npx|yarn|pnpm|make|docker|podman|aws|gcloud|az"
    r"|terraform|ansible\S*|curl|wget|cd|export|sleep|python3?|pip3?|go|mvn|\./\S+|gradle|ssh|scp|bash|sh) +[\w./$\"'-]"
)
# Texts that stand in no errors but those of a push.
UPLOAD = lazy_pattern(
    r"failed commit on ref|blobs(?:/|&#47;)uploads|/images/\S+/push[?\":\s]"
    r"|blob upload|blob unknown|digest invalid|size invalid|tag invalid"
    r"|manifest (?:blob unknown|invalid)|push access denied|uploadArtifacts|write_package"
    r"|ecr:(?:InitiateLayerUpload|UploadLayerPart|CompleteLayerUpload|PutImage)"
    r"|An image does not exist locally|tag does not exist: |cannot be overwritten because|configured as immutable"
    r"|action: push\b|not allowed to (?:Create|Write) organization package|permission 'storage\.buckets\.get'"
    r"|\btrying to push (?:repository )?\S|\bwhile uploading (?:layer|metadata)\b|\b413 (?:Request|Payload|Content)\b"
    r"|cannot update tag|will exceed the configured upper limit|registry contains \d+ repositories, limit is"
    r"|(?:Put|Patch|Post|PUT|PATCH|POST)(?: request to)? \"?https?://\S+/"
    # The first protocol puts layers, checksums and lists of images.
    r"(?:v2/\S+/(?:blobs|manifests)/|v1/images/[0-9a-f]{64}/|v1/repositories/)"
)
# What only a push prints so, without the daemon's words before it: a pull is refused before its first line.
_BARE = lazy_pattern(
    r"name unknown: The repository with name |denied: requested access to the resource is denied"
    r"|denied: (?:permission_denied|installation not allowed|Token exchange failed for project )"
    r"|denied: access forbidden$"
    r"|(?:failed to solve: )?(?:rpc error: code = \w+ desc = )?server message: insufficient_scope"
    r"|denied: Permission \"?artifactregistry\.repositories\.uploadArtifacts"
    r"|unauthorized: (?:unauthenticated: User cannot|authentication required, visit https://aka\.ms/acr/authorization)"
)
# A pull and a login print the daemon's words before such a request.
_BARE_PING = lazy_pattern(
    r"[\s`\"'>*-]*(?:[^\n:]{0,40}\b[Ee]rror(?: message| is| was)?: ?[\"'`]?)?"
    r"Get \"?https?://[^/\s]+/v[0-2]/(?:_ping)?\"?: "
)
# The end of a connection: to the daemon where the words stand alone, to a registry behind its address.
_ENDS = {"EOF", "unexpected EOF"}
# A registry is asked below `/v2/`, before docker 1.10 below `/v1/`.
_REQUEST = lazy_pattern(r"\b(?:Get|Head|Put|Post|Patch|Delete|GET|HEAD|PUT|POST|PATCH|DELETE) \\?\"?https?://")
_REGISTRY_REQUEST = lazy_pattern(
    r"https?://[^/\n]{1,300}/(?:\S+/)?v[012](?:\.\d+)?/(?:_ping\b|_catalog\b|auth\b|token\b|images/|repositories/|info\b"
    r"|[^\s\"]*(?:blobs|manifests|tags|referrers|_uploads)/|[\\\"':\s]|$)|/token\b"
)
# The words of a program before the error of its push.
SAYS_PUSH = lazy_pattern(r"(?:[Cc]ould not|(?:[Ff]ailed|[Uu]nable) to|[Ee]rror) push|(?<=\w):push \(|[Pp]ush failed:")
# Words that an error of a push has, where nobody knows the whole text: the daemon answers to all commands alike.
_OF_A_PUSH = lazy_pattern(r"push|upload|blob|manifest|registry|digest|/v[12]/|\bHTTP\b|status", re.IGNORECASE)
# Words of other commands: of a pull, a login, a build, an orchestrator that pulls; of `docker tag` and `docker rmi`,
# which look an image up by moby's daemon/images/image.go and not by that of a push.
_LOGIN = lazy_pattern(r"\blogin\b(?!/password|-)")
_ELSEWHERE = lazy_pattern(
    r"\bdocker (?:image )?(?:pull|build|run|compose|buildx)\b(?![^\n]* --push\b)|\bpull access denied\b"
    r"|\b[Pp]ull(?:ing|ed|s)?\b|[Ii]magePull|\bgit (?:push|fetch|clone|says)\b"
    r"|\bNo such image: |docker-builder\d|\bDockerfile\b"
    # A token that is asked for no push.
    r"|scope=repository(?![^\s\"]*push)[^\s\"]*%3Apull\b"
    # What BuildKit asks for, whose errors of a push name the image; nobody but Docker pushes to `library`.
    r"|^\W*ERROR: unexpected status from HEAD request to \S+/manifests/|https?://[^\s\"/]+/v2/library/[^\s\"]+/manifests/"
    # Where Jib reads the image that it builds on.
    r"|\bRegistryClient\.pull|\b(?:Pull|Obtain)BaseImage"
    # Another address of the Engine API (moby client/) than that of a push.
    r"|https?://\S+/v\d\.\d+/(?!images/\S+/push[?\":\s]|info\b)\w"
    r"|^\s*[Uu]sage: |\bFROM \S|kubectl|manifest for \S+ not found"
    r"|^\s*[$#%>+]\s+(?!sudo docker|docker|(?!git\b)[^\n]*\bpush\b)\S"
    # Requests of a pull in both protocols, of a list of tags, of a removal.
    r"|\bD(?:elete|ELETE) \"?https?://\S+/(?:manifests|blobs|tags)/(?!uploads/)"
    # The daemon's first request of a pull (moby distribution/pull_v2.go); containerd asks so before a push, too.
    r"|(?<!failed to do request: )\bHead \"https?://\S+/manifests/[^\s\"]+\": "
    r"|\bG[Ee][Tt] \"?https?://\S+/(?:(?:manifests|blobs|tags)/|v1/repositories/\S+/(?:tags|images)\b|images/\w+/ancestry\b)"
)

# Words before an error that tell of a pull: a step that is named after a push may do that too.
_PULLS = lazy_pattern(
    r"\b(?:[Ff]ailed|[Uu]nable|[Cc]ould not|[Cc]annot) (?:to )?pull\b|\b[Ee]rror pulling\b|\b[Pp]ulling image\b"
    r"|\bImagePull"
)
# containers/image docker/docker_image_src.go: only what fetches or looks at an image reads its manifest.
_READS = lazy_pattern(r"\b[Rr]eading manifest \S+ in \S+: ")


def _is_elsewhere(lines: Sequence[str], *, is_bare: bool = False) -> bool:
    """Return whether lines speak of other commands; a login gives no error that only a push gives so (`is_bare`)."""
    return any(_ELSEWHERE.search(line) or (not is_bare and _LOGIN.search(line)) for line in lines)


def _is_same(line: str, error: str) -> bool:
    """Return whether a line is an error again, behind any mark of a CI; the log may end within it."""
    words = line.rpartition("]")[2]
    return line.endswith(error) or (len(words) >= _SAME and error.startswith(words))


def _is_beside(line: str) -> bool:
    """Return whether a line is surely no error, and announces no other step of a program."""
    return is_bystander(line) and (is_ending(line) or not is_step(line))


def is_alone(error: ErrorLines, pieces: Sequence[Piece]) -> bool:
    """Return whether a log holds nothing beside an error that could have printed it: neither output nor a command.

    A few words around an error that only an upload has are a sentence of the person who asks about it, and so are those
    that speak of a push. A person who says `I` may tell a long story; what stands near the error counts.
    """
    above = [piece.text for piece in pieces if piece.line < error.lines[0]]
    line = next((piece.text for piece in pieces if piece.line == error.lines[0]), "")
    # The answer of a registry may begin below the request that it is to.
    line = f"{above[-1]} {line}" if above and above[-1].endswith(": errors:") else line
    if not _can_be_of_push(error.text, line) or in_comment(error, pieces):
        return False
    first = error.text.split("\n")[0]
    below = (piece.text for piece in pieces if piece.line > error.lines[1])
    # A CI repeats an error in a channel of its own.
    others = [*above, *(other for other in below if not _is_same(other, first))]
    if not speaks_of_push(error, line, others) or lists_questions([line, *others]):
        return False
    if is_announced(error, pieces) or reports_itself(line, error.text):
        return True
    unexplained = [other for other in others if not is_heading(other) and not _is_beside(other)]
    is_few = len(others) <= _FEW or (len(unexplained) <= _FEWER and not any(map(OTHER_COMMAND.match, others)))
    is_told = any(map(tells, others))
    is_apart = _BARE.match(error.text) is not None and is_framed(error, pieces)
    is_bare = _BARE.match(error.text) is not None or (is_told and _BARE_PING.match(line) is not None)
    if is_few or is_told or is_apart:
        beside = others if is_few else above[-_NEAR:]
        is_advice = any(map(advises, beside))
        if (UPLOAD.search(error.text) or SAYS_PUSH.search(line)) and (is_few or not is_advice):
            return not is_supposed(above)
        is_asked = error.text not in _ENDS and any(map(asks, beside))
        is_asked = is_asked or (is_bare and (is_told or is_apart))
        is_advice = is_advice and not any(map(reports, above))
        if (is_asked or any(map(reports, above))) and not is_advice and not _is_elsewhere(beside, is_bare=is_bare):
            return True
    return not unexplained and not _is_elsewhere(others) and not answers_other(error, pieces)


def _can_be_of_push(error: str, line: str) -> bool:
    """Return whether an error that stands by itself in a line can be one of a push: no other request, no command."""
    if error in _ENDS and "://" in line:
        return False
    request = f"{line}\n{error}"
    if _REQUEST.search(request) and not _REGISTRY_REQUEST.search(request):
        return False
    if (
        _is_elsewhere([error])
        or _PULLS.search(line.partition(error.partition("\n")[0])[0])
        or _READS.search(line)
        or is_of_cache(line)
        or is_of_local_store(line)
        or is_source(line)
        or explains(line)
        or is_change(line)
    ):
        return False
    return _OF_A_PUSH.search(error) is not None or classify(error).signature is not None
