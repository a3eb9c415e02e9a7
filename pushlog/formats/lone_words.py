"""Words by which a log tells of a push that it does not show, or only in part: by its command, its refusal, its end."""

from __future__ import annotations

from pushlog.intake.start_pattern import StartPattern
from pushlog.knowledge.push_words import push_words
from pushlog.lazy_pattern import lazy_pattern

# A command that pushes: it tells of one only where no push was found at all.
COMMAND = lazy_pattern(
    rb"\b(?:docker|podman|buildah|nerdctl)(?:\.exe)? (?:-[\w-]+(?:[= ][^\s-]\S*)? )*"
    + push_words(also=("manifest", "compose")).encode()
    + rb"\b"
    rb"|\bdocker[ -]compose (?:-[\w-]+(?:[= ][^\s-]\S*)? )*push\b"
    rb"|\b[Ff]ailed to push (?!some refs)|\berror pushing image\b|\bpushing image:? "
    rb"|\b(?:ch-image|img|dockle|umoci|stacker|melange|apko|ollama) push\b"
    rb"|\bdocker[\"'], ?[\"'](?:[^\"'\n]{1,80}[\"'], ?[\"']){0,4}push[\"']"
    rb"|\b(?:docker|dockerfile|fabric8)-maven-plugin:[\w.-]+:push\b|\bPush failed\. Attempt \d"
    rb"|(?:Attempting next endpoint for|Not continuing with) push after error\b|\bmsg=\"Upload failed[:,]"
    rb"|\bbuildx (?:\w+ )?failed with: [^\n]{0,200}\bunexpected status: \d{3}\b"
    rb"|\bPushing image '[^'\n]{1,300}'(?: to registry)?|\bPOST /(?:v[\d.]+/)?images/\S{1,300}/push(?:\S* HTTP/|\?tag=)"
    rb"|\bsbtdocker\.DockerPush\b|\bpush for image \S{1,300} failed\b|\bFailed to push image\b"
    rb"|\bRegistryUnauthorizedException: Unauthorized for \S"
    # A task of Gradle; SAM in a traceback; okteto, which says so of a base, too; a program that loads images.
    rb"|\bexceptions\.DockerPushFailedError: |(?<![\w/-])push: (?:Get|Head|Put|Post|Patch) \"?https?://"
    rb"|\bExecution failed for task '[^'\n]{0,80}:(?i:docker\w{0,20}push|push\w{0,20}(?:docker|image))\w{0,40}'"
    rb"|\bbuild failed: failed to solve: [^\n]{0,80}\bauthorization failed\b"
    rb"|\bImage (?:push failed|successfully pushed): [0-9a-f]{12}\b"
    # What Podman, Buildah and Skopeo tell at their most talkative of a try, which may not be the last.
    rb"|\b[Uu]ploading manifest \S{1,200} to \S{1,300}: "
)
# One of these stands in the line of each.
COMMAND_WORDS = (
    b"push",
    b"Push",
    b"authorization failed",
    b"Upload failed",
    b"unexpected status",
    b"RegistryUnauthorizedException",
    b"ploading manifest ",
)
# Refusals of a registry that a pull does not get in these words; a pull's own, and advice that quotes one.
REFUSED = lazy_pattern(
    rb"\brequested access to the resource is denied\b|\bToken exchange failed for project\b"
    rb"|\bpermission_denied: write_package\b|\binstallation not allowed to (?:Create|Write) organization package\b"
    rb"|(?<!: )\bname unknown: The repository with name '"
    # Harbor names the action; containers/image the first request of an upload, and the first protocol its own.
    rb"|\bunauthorized to access repository: \S{1,200}, action: push\b|\binitiating layer upload to /v2/"
    rb"|\bPUT https?://\S{1,200}/v1/repositories/\S{1,200} returned \d{3}\b"
    rb"|\bMANIFEST_BLOB_UNKNOWN\b|\bpush access denied, repository\b|\bno token in bearer response\b"
    rb"|\btag invalid: The image tag '|\bcannot be overwritten because the (?:tag|repository) is immutable\b"
)
REFUSED_WORDS = (
    b"requested access to",
    b"Token exchange failed",
    b"write_package",
    b"organization package",
    b"name unknown: The",
    b"unauthorized to access repository",
    b"initiating layer upload",
    b"/v1/repositories/",
    b"MANIFEST_BLOB_UNKNOWN",
    b"push access denied",
    b"no token in bearer",
    b"tag invalid: ",
    b"is immutable",
)
# A sentence that names the image whose push failed: beside pushes of other images it is all that tells of this one.
FAILED = lazy_pattern(
    rb"(?:\b(?:[Ff]ailed|[Uu]nable) to push (?:the )?(?:docker )?(?:image |tag )?|\b[Ee]rror pushing (?:image )?"
    rb"|\bdocker push (?=\S+ failed\b))"
    rb"[\"'`]?(?!refs/|origin/|https?:)(?P<name>[\w.-]+(?::\d+)?(?:/[\w.-]+)+(?::[\w.-]*\w)?)"
)
# The same of a variable, where all pushes that are told went well.
FAILED_VARIABLE = lazy_pattern(
    rb"\bdocker push (?:-\S+ )*[\"']?\$[^\n]{1,100}?"
    rb"(?:\b(?:failed|returned non-zero)\b|\bexited with (?:code )?[1-9]|: exit status [1-9])"
)
FAILED_WORDS = (b" to push ", b"rror pushing ", b"docker push ")
# What a registry, or the way to one, answers to a client: distribution registry/api/errcode, and Go's net packages.
_ANSWERS = (
    rb"denied: |unauthorized: |toomanyrequests: |name (?:unknown|invalid)\b|manifest (?:blob )?(?:invalid|unknown)\b"
    rb"|blob upload |digest invalid|error parsing HTTP |unexpected HTTP status|server message: "
    rb"|server gave HTTP response|certificate signed by unknown authority"
)
_PUSHING = rb"[Pp]ushing (?:the )?(?:[Dd]ocker )?image\b"
# Commands that are too short for the one pass where any options may follow them.
_COMMANDS = (
    rb"\b(?:helm(?:v?3)? (?:chart )?push|crane (?:push|copy|cp)|oras (?:push|attach|copy|cp)|ctr (?:images?|i) push) "
)
# A long log is read near these, which are looked for in one pass by the seven letters with which each begins: such as
# stand in few lines that tell of no push. Docker's commands are found by its own lines.
OPENING = StartPattern(
    signs=(
        rb"ailed to push ",
        rb"nable to push ",
        rb"rror pushing ",
        rb"ushing (?:the )?(?:[Dd]ocker )?image",
        rb"docker', ?'",
        rb"docker\", ?\"",
        rb"(?:er|ile|ic8)-maven-plugin:",
        rb"Push failed",
        rb" push after error",
        rb"\"Upload failed",
        rb"ected status",
        rb"/push(?: HTTP/|\?tag=)",
        rb"sbtdocker\.DockerPush",
        rb"push for image ",
        rb"Unauthorized for ",
        rb"DockerPushFailedError",
        rb"push: (?:Get \"?h|Head|Put \"?h|Post|Patch)",
        rb"iled for task ",
        rb"zation (?:failed|package)",
        rb"Image (?:push failed|successfully pushed)",
        rb"ding manifest ",
        rb"d access to the resource",
        rb"Token exchange failed",
        rb"write_package",
        rb"name (?:unknown|invalid)",
        rb"ed to access repository: ",
        rb"initiating layer upload",
        rb"/v1/repositories/",
        rb"MANIFEST_BLOB_UNKNOWN",
        rb"push access denied",
        rb"no token in bearer",
        rb"tag invalid: ",
        rb"is immutable",
        rb"denied: ",
        rb"unauthorized: ",
        rb"toomanyrequests: ",
        rb"est (?:invalid|unknown|blob )",
        rb"blob upload ",
        rb"ing HTTP ",
        rb"ected HTTP status",
        rb"ver message: ",
        rb"ver gave HTTP",
        rb"ed by unknown authority",
        rb"helm(?:v?3)? (?:chart )?push ",
        rb"crane (?:push|copy|cp) ",
        rb"oras (?:push|attach|copy|cp) ",
        rb"ctr (?:images?|i) push ",
    ),
    pattern=b"|".join((COMMAND.pattern, REFUSED.pattern, FAILED.pattern, _PUSHING, _ANSWERS, _COMMANDS)),
)
