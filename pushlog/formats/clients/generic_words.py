"""The words by which any program tells of a failed push, and the image that it names."""

from __future__ import annotations

from pushlog.formats.reference import host, names_in, split
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client

# distribution/reference: a host has a dot, a port, or is localhost.
_HOST = r"(?:localhost|[a-z0-9][\w-]*(?:\.[\w-]+)+|[a-z0-9][\w-]*(?=:\d))(?::\d+)?"
_IMAGE = rf"{_HOST}(?:/[a-z0-9*][\w.*-]*)+(?::\w[\w.-]*)?(?:@sha256:[0-9a-f]{{64}})?"
# An image with its tag, whose registry may be left out.
_TAGGED = r"[a-z0-9][\w.-]*(?:/[\w.-]+)*:\w[\w.-]*"
# The verbs of a push, and the things that are pushed to registries of images only.
_PUSH = r"(?:[Pp]ush(?:ing|ed)?|PUSH)"
_SEND = (
    r"(?:[Pp]ublish(?:ing)?|[Uu]pload(?:ing)?|[Ee]xport(?:ing)?|[Cc]opy(?:ing)?|[Ww]rit(?:e|ing)|[Ss]end(?:ing)?"
    r"|[Ss]ynchroniz(?:e|ing))"
)
_THING = (
    r"(?:docker |container |oci |OCI |app(?:lication)? |base |built |invocation |the |an? |all |multi-?arch )*"
    r"(?:[Ii]mages?|manifests?(?: lists?)?|tags?\(?s?\)?|layers?|blobs?|image index|artifacts?|charts?)"
)
_FAILED = (
    r"(?:[Ff]ail(?:ed|ure)|FAILED|[Ee]rror|ERROR|[Uu]nable|[Cc]ould(?: no|n'|n)t|[Cc]an(?:no|'|n')t"
    r"|[Ee]xception|Caused by)"
)
# A request that only a push makes (distribution-spec): its method, an address below /v2/ and no other method's.
REQUEST = lazy_pattern(
    r"\b(?:(?:PUT|Put|POST|Post|PATCH|Patch)\b(?: request to)? \"?https?://[^\s\"]+/v2/[^\s\"]+/(?:blobs/uploads|manifests)/"
    r"|(?:HEAD|Head|GET|Get)\b \"?https?://[^\s\"]+/v2/[^\s\"]+/blobs/uploads/"
    # A token to push (distribution docs/spec/auth/token.md).
    r"|(?:GET|Get)\b \"?https?://[^\s\"]+[?&]scope=[^\s\"]*repository(?::|%3A)[^\s\"&]+(?:[:,]|%3A|%2C)push\b)"
)
# google/go-containerregistry pkg/v1/remote/transport/error.go: codes in capitals, where no request stands before them.
_CODES = (
    r"(?:UNAUTHORIZED|DENIED|TOOMANYREQUESTS|NAME_(?:UNKNOWN|INVALID)|MANIFEST_(?:UNKNOWN|INVALID|UNVERIFIED|BLOB_UNKNOWN)"
    r"|BLOB_(?:UNKNOWN|UPLOAD_UNKNOWN|UPLOAD_INVALID)|DIGEST_INVALID|SIZE_INVALID|TAG_INVALID|UNSUPPORTED)"
)
CODED = lazy_pattern(rf": (?P<cause>{_CODES}: \S.*)")
# What docker printed of an answer before version 1.10, whose protocol named the repository.
OLD_ANSWER = lazy_pattern(r"\bStatus \d{3} trying to push repository (?P<name>[^\s:]+): ")
# Skaffold names the image before the error of its push; that of a build has words of its own before it.
BUILT = lazy_pattern(
    r"\bbuild(?:ing)? \[(?P<name>[^\]\s]+)\](?: failed)?: (?:build failed: )?(?:build artifact: |build step: )?"
    r"(?:running push: )?"
)
# What BuildKit logs of a try (util/resolver/retryhandler/retry.go).
BUILDKIT = lazy_pattern(r"(?:^|\s)#\d+ (?:\d+\.\d+ error|ERROR): ")
# An error that says no more than how a command ended; what it printed stands above.
ENDED = lazy_pattern(r"[Ee]xit(?:ed)?(?: with)?(?: error)? (?:status|code):? \d+\.?$")
_QUOTED_IMAGE = lazy_pattern(rf"(?<![\w/.@-])(?P<name>{_IMAGE})(?![\w/])")
_TO_IMAGE = lazy_pattern(rf"\bfrom \S+ to [\"'`]?(?P<name>{_IMAGE})(?![\w/])")
_PUSHED = lazy_pattern(rf"\b{_FAILED} (?:to )?{_PUSH} (?:{_THING} )?\\*[\"'`](?={_IMAGE}\\*[\"'`])")
_SHORT_IMAGE = lazy_pattern(
    rf"{_PUSH} (?:{_THING} )?(?:to )?[\"'`\[]?"
    rf"(?P<name>{_TAGGED}|[a-z0-9][\w.-]*(?::\d{{2,5}})?(?:/[\w.-]+)+)(?=[\s\"'`\]:])"
)
# docker-maven-plugin says `from`, and puts a path behind the host, if it is told to.
_TO_REGISTRY = lazy_pattern(rf"\b(?:to|from) registry '(?P<host>{_HOST}(?:/[\w./-]*\w)?)'")
PUSHES_THING = lazy_pattern(
    rf"(?<![\w/-]){_PUSH} {_THING}\b|{_THING} (?:push|upload) (?:failed|error)"
    r"|[Rr]un(?:ning)? push\b|rendering push status stream|docker push\b"
)
PUSHES_IMAGE = lazy_pattern(
    rf"(?<![\w/-])(?:{_PUSH}|{_SEND}) (?:{_THING} )?(?:from \S+ )?(?:to )?(?:registry )?[\"'`\[(]?{_IMAGE}"
)
PUSHES_TAGGED = lazy_pattern(
    rf"{_FAILED} (?:to )?{_PUSH} (?:{_THING} )?"
    rf"(?:[\"'`]{_TAGGED}[\"'`](?: (?:to|from) registry '[^'\n]*')? ?|{_TAGGED})(?: after \d+ tries)?: "
)
STATED = lazy_pattern(
    rf"{_FAILED} (?:to )?{_PUSH} (?:{_THING} )?(?:[\"'`\[]?{_IMAGE}[\"'`\]]?|[\"'`]{_TAGGED}[\"'`])"
    r"(?: (?:to|from) registry (?:'[^'\n]*'|\[[^\]\n]*\]))? ?: (?P<cause>\S.*)"
)
# The status of the daemon's answer, as fabric8 and its forebears add it.
ANSWERED = lazy_pattern(r" \((?:[A-Z][\w ]{1,40}: \d{3})\)$")
FAILS = lazy_pattern(rf"(?<!\w){_FAILED}(?!\w)")
# Programs that say in their own words that a push failed: wasme; CUE actions of Dagger (2022), which users name;
# viash; GoCD's plug-in for artifacts (PublishArtifactExecutor); docker-maven-plugin before 0.10; GoReleaser
# (internal/pipe/publish/publish.go, ko/ko.go), which has ko as a library; Terraform
# (internal/provider/resource_docker_registry_image_funcs.go), with advice before the cause; Copilot
# (internal/pkg/repository/repository.go); sbt-docker (DockerPush.scala), and Porter (cnab-to-oci/registry.go), Harbor's
# replication (transfer/image/transfer.go), image-syncer (pkg/sync/task.go) and okteto (pkg/errors, published reports).
OWN_WORDS = (
    (
        # A CI hid the name: the others are told without GoReleaser's words.
        Client.DOCKER,
        lazy_pattern(
            r"\bfailed to publish artifacts: failed to push (?P<name>[\w.*:/-]*\*[\w.*:/-]*?)(?: after \d+ tries)?: "
            r"(?:failed to push \S+: )?exit status \d+: (?P<cause>(?!The push refers to )\S.*)"
        ),
    ),
    (
        Client.DOCKER,
        lazy_pattern(
            r"\bError pushing docker image: Error pushing image\. [^\n]{0,400}?Full error: (?P<cause>\S.*)(?P<name>)"
        ),
    ),
    (Client.DOCKER, lazy_pattern(rf"\bpush to repo \S+: docker push (?P<name>{_IMAGE}): (?P<cause>exit status \d+)$")),
    (
        Client.DOCKER,
        lazy_pattern(
            r"\[error\] \((?:[^()\n]{1,80} / )?docker(?:BuildAnd)?Push\) (?:java\.lang\.RuntimeException: )?"
            r"(?P<cause>Failed to push)(?P<name>)$"
        ),
    ),
    (Client.DOCKER, lazy_pattern(r"\bDockerClientException: (?P<cause>Could not push image)(?P<name>)(?:: ?)?$")),
    (
        Client.DOCKER,
        lazy_pattern(
            rf"\bFailed to run 'docker push' on image (?P<name>{_IMAGE}|{_TAGGED})\. (?P<cause>Exit code \d+)$"
        ),
    ),
    (
        Client.UNKNOWN,
        lazy_pattern(
            rf"\bPut (?:(?:list-type )?manifest|blob sha256:\w+\(\d+\)) to (?P<name>{_IMAGE}) (?:error|failed): "
            r"(?P<cause>\S.*)"
        ),
    ),
    (
        Client.UNKNOWN,
        lazy_pattern(rf"\bfailed to push manifest of artifact (?P<name>{_TAGGED}): (?P<cause>\S.*)"),
    ),
    (
        Client.DOCKER,
        # GoReleaser keeps what docker printed behind this, of which a report shows the first line alone.
        lazy_pattern(
            r"\bfailed to publish artifacts: failed to push (?P<name>[\w.*:/-]+)(?: after \d+ tries)?: "
            r"(?P<cause>exit status \d+): The push refers to repository \[[^\]\n]+\]$"
        ),
    ),
    (
        Client.UNKNOWN,
        # estesp/manifest-tool docker/createml.go (mountBlobs)
        lazy_pattern(
            r"\bCouldn't mount blobs for cross-repository push: "
            r"(?P<cause>Blob mount failed to url https?://\S+: HTTP status \d+)(?P<name>)"
        ),
    ),
    (
        Client.UNKNOWN,
        lazy_pattern(rf"\berror pushing the bundle to (?P<name>{_IMAGE}): (?P<cause>\S.*)"),
    ),
    (
        # Coolify (app/Jobs/ApplicationDeploymentJob.php), which keeps what docker printed for its debug logs.
        Client.DOCKER,
        lazy_pattern(r"\b(?P<cause>Failed to push image to docker registry)\. Please check debug logs\b(?P<name>)"),
    ),
    (
        Client.DOCKER,
        lazy_pattern(
            r"\bFailed to publish Artifact\[id=[^\]\n]{1,200}, artifactPlanConfig=\{"
            r"(?:\"BuildFile\":|\"Image\":\"(?P<name>[\w.-]+(?::\d+)?(?:/[\w.-]+)*)(?=[:\"]))[^\n]{0,300}?\"\}\]: "
            r"(?:(?:[a-z]\w*\.)+[A-Z]\w*(?:Exception|Error): ?)*(?P<cause>\S[^\n]*?)(?:'\])?$"
        ),
    ),
    (Client.CRANE, lazy_pattern(r"\bko: failed to publish artifacts: publish: (?P<cause>\S.*)(?P<name>)")),
    (Client.UNKNOWN, lazy_pattern(rf"\b[Ee]rror publishing image: (?P<cause>{_CODES}: \S.*)(?P<name>)")),
    (Client.ORAS, lazy_pattern(r"\boras push failed: (?P<cause>\S.*)(?P<name>)")),
    (Client.BUILDX, lazy_pattern(r"\bactions\.[\w.]{0,80}push[\w.]{0,80} +\| failed: (?P<cause>\S.*)(?P<name>)")),
    (
        Client.DOCKER,
        lazy_pattern(
            rf"\b(?:Container|Error while pushing image) '(?P<name>{_IMAGE})' (?:push errored\. |(?=\(code: \d))"
            r"(?P<cause>\([^)\n]*\)|[^(\n]+)"
        ),
    ),
    (
        # A base that may not be read is `pull access denied`.
        Client.BUILDX,
        lazy_pattern(
            rf"\b[Ee]rror building image '(?P<name>{_IMAGE}|{_TAGGED})': build failed: failed to solve: "
            r"(?P<cause>(?:rpc error: code = \w+ desc = )?(?:server message: insuffi|denied: req)\w+.*)"
        ),
    ),
    (
        # Maven tells the message of the last exception alone.
        Client.DOCKER,
        lazy_pattern(
            r"\bdocker-maven-plugin:[\w.-]+:push \([^)\n]*\) on project \S+ "
            rf"(?P<cause>Unable to push '(?P<name>{_IMAGE}|{_TAGGED})')(?= -> \[Help 1\]|$)"
        ),
    ),
)
# Sentences of servers, which speak to who reads them.
SERVERS = lazy_pattern(
    r"\(or it may not exist\)|[Yy]ou (?:don't|do not) have (?:the needed )?permissions?[^.\n]*"
    r"|,? and you may have invalid credentials|To authenticate your request, follow the steps in: ?"
    r"|if present, mediaType in [\w ]+ should be '[^'\n]*' not '[^'\n]*'"
    r"|repository does not exist or may require [^:\n]*"
    # distribution registry/api/v2/descriptors.go: what an error means in general, which some registries send along.
    r"|\bdescription:\"?(?:During upload, manifests undergo|This error|This is returned|When a|If a) [^\n]*"
)
ADDRESS = lazy_pattern(r"\"?https?://[^\s\"]+\"?")
ANNOUNCED = lazy_pattern(
    rf"[Pp]ushing (?:{_THING}:? )?(?:to )?(?:docker registry \()?[\"'`]?"
    rf"(?P<name>{_IMAGE}|(?<=`){_TAGGED}(?=` to docker registry `)|(?<=docker registry \(){_TAGGED}(?=\)\.))"
)


def target(line: str) -> tuple[str | None, str | None]:
    """Return the image that a line says was pushed, and its registry."""
    pushed = _PUSHED.search(line)
    if pushed and len(_QUOTED_IMAGE.findall(line)) > 1:
        line = line[pushed.start() :]  # another program says before it what it builds
    hosted = _TO_REGISTRY.search(line)
    request = names_in([line])
    words = _TO_REGISTRY.sub(" ", ADDRESS.sub(" ", line))
    full = next((match["name"] for form in (_TO_IMAGE, _QUOTED_IMAGE) if (match := form.search(words))), None)
    short = _SHORT_IMAGE.search(words)
    name = full or (short["name"] if short else None)
    # A module or a target of a build can look like an image; the request is the push.
    is_other = name is not None and "*" not in name and host(split(name)[0])[1] != request.repository
    if request.repository and (name is None or (is_other and not request.masked)):
        tag = f":{request.tags[0]}" if request.tags else ""
        name = f"{request.registry}/{request.repository}{tag}"
    if name and hosted and not name.startswith(hosted["host"]):
        name = f"{hosted['host']}/{name}"
    if full and name == full and request.repository == host(split(full)[0])[1]:
        # Zarf names the image as it was before it goes into the registry of the cluster.
        sent_tag = split(full)[1]
        name = f"{request.registry}/{request.repository}{f':{sent_tag}' if sent_tag else ''}"
    return name, request.registry
