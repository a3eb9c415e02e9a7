"""The clients whose push is a few fixed lines: text that each prints, beside its grammar of the same name."""

from __future__ import annotations

from pushlog.formats.clients import saved_images
from pushlog.formats.clients.chart_header import with_own_headers
from pushlog.formats.clients.few_lines import FewLines
from pushlog.formats.clients.small_with_own_end import (
    BALENA,
    CH_IMAGE,
    GRADLE_DOCKER,
    MANIFEST_TOOL,
    OLLAMA,
    TERRAFORM_IMAGE,
)
from pushlog.intake.start_pattern import StartPattern
from pushlog.model import Client

JIB = FewLines(
    name="jib",
    client=Client.JIB,
    adds_latest=True,
    OPENING=StartPattern(
        signs=(rb"Containerizing application to ", rb"Built and pushed image as "),
        pattern=rb"Containerizing application to (?:\x1b\[\d+m)?[\w.*-]+[/:.]|Built and pushed image as ",
    ),
    INSIDE=StartPattern(
        signs=(
            rb"Build image failed",
            rb"Tried to push ",
            rb"RegistryUnauthorizedException: ",
            rb"Skipping push; BLOB ",
            rb"This push refers to: ",
            rb"DOCKER> Pushing image: ",
            rb"Exception occurred while pushing the image: ",
            rb"jib-maven-plugin:",
            rb"> launching ",
            rb"> pushing ",
            rb"\.tools\.jib\.builder\.steps\.",
            rb"\.tools\.jib\.registry\.RegistryClient\.",
        ),
        pattern=rb"Build image failed[,:]|Tried to push (?:BLOB|image manifest) for "
        rb"|This push refers to: \S|DOCKER> Pushing image: \S|Exception occurred while pushing the image: \S"
        rb"|Failed to execute goal [\w.:-]{0,60}jib-maven-plugin:[\w.-]{1,40}:build [^\n]{0,200} on project "
        rb"|Skipping push; BLOB already exists|> launching \w+ pushers|> pushing (?:blob|manifest|image)"
        rb"|jib\.(?:api|registry)\.RegistryUnauthorizedException: "
        rb"|at com\.google\.cloud\.tools\.jib\.builder\.steps\.\w{0,20}Push"
        rb"|at com\.google\.cloud\.tools\.jib\.registry\.RegistryClient\.(?:push|checkBlob|doPush)",
    ),
)
HELM = FewLines(
    name="helm",
    client=Client.HELM,
    OPENING=StartPattern(
        signs=(rb"Pushed: ", rb": pushed to remote ", rb"Error: failed to perform ", rb"ref:     "),
        pattern=rb"Pushed: [\w.-]+(?::\d+)?/\S+:|\w[\w.+-]*: pushed to remote \("
        rb"|Error: failed to perform \"\w+\"|ref: +[\w.-]+(?::\d+)?/",
    ),
    COMMAND=StartPattern(
        signs=(rb"helm(?:v?3)? ",), pattern=rb"\bhelm(?:v?3)? (?:[^\n]{0,160} )?push [^\n]*(?:oci://|[\w.-]+/)"
    ),
    gathers=with_own_headers,
)
BUILDPACKS = FewLines(
    name="buildpacks",
    client=Client.BUILDPACKS,
    adds_latest=True,
    OPENING=StartPattern(
        signs=(rb"ERROR: failed to export: ",),
        pattern=rb"ERROR: failed to export: (?:saving image: )?failed to write image to the following tags: \[",
    ),
    INSIDE=StartPattern(
        signs=(rb"failed to write image to the following tags: ", rb"Images \(sha256:", rb"Images:", rb"failed to : "),
        pattern=rb"Error: failed to : (?:PUT|POST|PATCH) https?://"
        rb"|failed to write image to the following tags: \[|\*\*\* Images(?: \(sha256:|:(?=\s))",
    ),
    gathers=saved_images.gathered,
)
SPRING_BOOT = FewLines(
    name="spring_boot",
    client=Client.DOCKER,
    adds_latest=True,
    OPENING=StartPattern(
        signs=(rb"> Pushing image '", rb"> Pushed image '"),
        pattern=rb"> Push(?:ing|ed) image '",
    ),
    INSIDE=StartPattern(
        signs=(rb"Error response received when pushing image: ",),
        pattern=rb"Error response received when pushing image: ",
    ),
)
EARTHLY = FewLines(
    name="earthly",
    client=Client.EARTHLY,
    adds_latest=True,
    OPENING=StartPattern(
        signs=(rb"output \| (?:\[|WARN)", rb"Pushed image "),
        pattern=rb"output +\| \[[^\]\n]*\] +(?:\d+% )?pushing (?:layers|manifest for )"
        rb"|output +\| WARN: The command 'exporting outputs'|Pushed image \S+ as ",
    ),
    INSIDE=StartPattern(
        signs=(rb"% pushing ", rb"\] pushing ", rb" \(pushed\)", rb"failed to SAVE IMAGE: "),
        pattern=rb"\] +(?:\d+% )?pushing (?:layers|manifest for )|Image \S+ as \S+ \(pushed\)|failed to SAVE IMAGE: ",
    ),
)
COSIGN = FewLines(
    name="cosign",
    client=Client.COSIGN,
    signs=True,
    OPENING=StartPattern(
        signs=(
            rb"Pushing signature to: ",
            rb"Uploading (?:signature|attestation|SBOM)",
            rb"Error: (?:sign|attest)ing ",
        ),
        pattern=rb"Pushing signature to: |Uploading (?:signature|attestation|SBOM file) for \["
        rb"|Error: (?:sign|attest)ing (?:\[|attachment |[\w.-]+[.:/])",
    ),
    INSIDE=StartPattern(
        signs=(rb"rror: signing ", rb"execution: signing ", rb"private key: Pushing "),
        pattern=rb"private key: Pushing signature to: "
        rb"|(?:[Ee]rror|execution): signing (?:\[|attachment |[\w.-]+(?::\d+)?/)",
    ),
)
DOTNET = FewLines(
    name="dotnet",
    client=Client.DOTNET,
    OPENING=StartPattern(
        signs=(rb"Uploading layer ", rb"Finished uploading layer ", rb"Pushed (?:image|container)"),
        pattern=rb"(?:U|Finished u)ploading layer '?sha256:"
        rb"|Pushed (?:image index|image|container) '[^'\n]+' to registry '",
    ),
    INSIDE=StartPattern(
        signs=(rb"rror CONTAINER", rb": Failed to push to the output ", rb"URI: http"),
        pattern=rb"[Ee]rror CONTAINER(?:1001|1013|001): (?!   at | *--->)"
        rb"|[Ee]rror CONTAINER00\d: CONTAINER\d{4}: Registry push failed|URI: https?://[^\s/]+/v2/"
        rb"|: Failed to push to the output registry: ",
    ),
)
APPTAINER = FewLines(
    name="apptainer",
    client=Client.APPTAINER,
    OPENING=StartPattern(
        signs=(rb"FATAL:   Unable to push ",), pattern=rb"FATAL:   Unable to push image to oci registry: "
    ),
    COMMAND=StartPattern(
        signs=(rb"(?:apptainer|singularity) ",),
        pattern=rb"\b(?:apptainer|singularity) (?:[^\n]{0,160} )?push [^\n]*(?:oras|docker)://",
    ),
)
BAZEL = FewLines(
    name="bazel",
    client=Client.BAZEL,
    OPENING=StartPattern(
        signs=(
            rb"Successfully pushed ",
            rb"Error pushing image to ",
            rb"containerregistry\.client\.",
            rb"httplib\.",
            rb"httplib2\.",
            rb"socket\.",
            rb"ssl\.SSL",
        ),
        pattern=rb"Successfully pushed \w+ image to |Error pushing image to \S+/\S+: unable to push"
        rb"|containerregistry\.client\.[\w.]+: |(?:httplib2?|socket|ssl)\.\w+: ",
    ),
    INSIDE=StartPattern(
        signs=(rb"_(?:pusher|session)_\.py:", rb":root:Error ", rb" was published with digest: "),
        pattern=rb"_(?:pusher|session)_\.py:\d+\] |:root:Error (?:publishing|during upload of: )"
        rb"| was published with digest: sha256:",
    ),
)
IMGPKG = FewLines(
    name="imgpkg",
    client=Client.IMGPKG,
    copies=True,
    OPENING=StartPattern(
        signs=(
            rb"Pushed (?:image )?'",
            rb"imgpkg: Error: ",
            rb"kbld: Error: ",
            rb"copy \| importing ",
            rb"unpackage \| importing ",
            rb"relocate \| importing ",
        ),
        pattern=rb"Pushed (?:image )?'[^'\n]+@sha256:|(?:copy|unpackage|relocate) \| importing \d+ images\.\.\."
        rb"|(?:imgpkg|kbld): Error: "
        rb"(?:Writing (?:Tag )?'[\w.-]+[/:]|Importing image \S+:|Pushing locations image to '"
        rb"|(?:(?:Retried \d+ times|Non-retryable error|Writing image(?: index)?): )*(?:PUT|POST|PATCH) https?://[^\s/]+/v2/)",
    ),
    INSIDE=StartPattern(signs=(rb"Error: Writing ",), pattern=rb"Error: Writing (?:Tag )?'[\w.-]+[/:]"),
    COMMAND=StartPattern(signs=(rb"imgpkg copy ",), pattern=rb"\bimgpkg copy \S"),
)
REGCTL = FewLines(
    name="regctl",
    client=Client.REGCTL,
    OPENING=StartPattern(
        signs=(rb"failed to send blob", rb"failed to mount blob", rb"failed to put manifest "),
        pattern=rb"failed to (?:push [a-z ]{1,40}: failed to )?(?:(?:send|mount) blob[^\n\"]*, ref |put manifest )"
        rb"[\w.-]+[/:][^\n\"]*\[http \d+\](?=\n|\Z)",
    ),
    INSIDE=StartPattern(
        signs=(
            rb"failed to send blob",
            rb"failed to mount blob",
            rb"failed to put manifest ",
            rb"Failed to push (?:blob|manifest|config|layer)\"",
        ),
        pattern=rb"failed to (?:send|mount) blob[^\n]*, ref "
        rb"|failed to put manifest [\w.-]+[/:][^\n]*(?:\[http \d|request failed)|msg=\"Failed to push \w+\"",
    ),
)
FUNC = FewLines(
    name="func",
    client=Client.DOCKER,
    OPENING=StartPattern(
        signs=(rb"Pushing function image to ",), pattern=rb"Pushing function image to the registry(?=\s|\Z)"
    ),
    INSIDE=StartPattern(
        signs=(rb"Pushing function image to ", rb"unction built: ", rb"unction image built: "),
        pattern=rb"Pushing function image to the registry(?=\s|\Z)|Function (?:image )?built: [\w.-]+(?::\d+)?/",
    ),
)
SPIN = FewLines(
    name="spin",
    client=Client.UNKNOWN,
    # Other programs say that something was pushed with a digest, too.
    OPENING=StartPattern(signs=(rb"Pushing app to the Registry",), pattern=rb"Pushing app to the Registry"),
    COMMAND=StartPattern(signs=(rb"spin (?:oci|registry) push ",), pattern=rb"\bspin (?:oci|registry) push \S"),
)

CLIENTS: tuple[FewLines, ...] = (
    JIB,
    HELM,
    BUILDPACKS,
    SPRING_BOOT,
    GRADLE_DOCKER,
    BALENA,
    EARTHLY,
    COSIGN,
    DOTNET,
    APPTAINER,
    BAZEL,
    IMGPKG,
    REGCTL,
    FUNC,
    SPIN,
    CH_IMAGE,
    OLLAMA,
    MANIFEST_TOOL,
    TERRAFORM_IMAGE,
)
