"""The clients whose push is a few fixed lines: text that each prints, beside its grammar of the same name."""

from __future__ import annotations

from pushlog.formats.clients.few_lines import FewLines
from pushlog.intake.start_pattern import StartPattern
from pushlog.model import Client

JIB = FewLines(
    name="jib",
    client=Client.JIB,
    adds_latest=True,
    OPENING=StartPattern(
        signs=(
            rb"Containerizing application to ",
            rb"Built and pushed image as ",
            rb"Build image failed",
            rb"Tried to push ",
        ),
        pattern=rb"Containerizing application to (?:\x1b\[\d+m)?[\w.*-]+[/:.]|Built and pushed image as |Build image failed[,:]"
        rb"|Tried to push (?:BLOB|image manifest) for ",
    ),
)
HELM = FewLines(
    name="helm",
    client=Client.HELM,
    OPENING=StartPattern(
        signs=(rb"Pushed: ", rb": pushed to remote ", rb"Error: failed to perform ", rb"ref:     "),
        pattern=rb"Pushed: [\w.-]+(?::\d+)?/\S+:|: pushed to remote \(|Error: failed to perform \"\w+\"|ref: +[\w.-]+(?::\d+)?/",
    ),
    COMMAND=StartPattern(signs=(rb"helm ",), pattern=rb"\bhelm (?:[^\n]{0,160} )?push [^\n]*(?:oci://|[\w.-]+/)"),
)
BUILDPACKS = FewLines(
    name="buildpacks",
    client=Client.BUILDPACKS,
    adds_latest=True,
    OPENING=StartPattern(
        signs=(rb"failed to write image to the following tags: ",),
        pattern=rb"failed to write image to the following tags: \[",
    ),
)
SPRING_BOOT = FewLines(
    name="spring_boot",
    client=Client.DOCKER,
    adds_latest=True,
    OPENING=StartPattern(
        signs=(rb"> Pushing image '", rb"> Pushed image '", rb"Error response received when pushing image: "),
        pattern=rb"> Push(?:ing|ed) image '|Error response received when pushing image: ",
    ),
)
EARTHLY = FewLines(
    name="earthly",
    client=Client.EARTHLY,
    adds_latest=True,
    OPENING=StartPattern(
        signs=(rb"% pushing ", rb"] pushing ", rb"Pushed image ", rb" (pushed)", rb"failed to SAVE IMAGE: "),
        pattern=rb"\] +(?:\d+% )?pushing (?:layers|manifest for )|Pushed image \S+ as |Image \S+ as \S+ \(pushed\)"
        rb"|failed to SAVE IMAGE: ",
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
            rb": signing \[",
            rb": attesting \[",
        ),
        pattern=rb"Pushing signature to: |Uploading (?:signature|attestation|SBOM file) for \[|(?:[Ee]rror|execution): (?:sign|attest)ing \[",
    ),
)
DOTNET = FewLines(
    name="dotnet",
    client=Client.DOTNET,
    OPENING=StartPattern(
        signs=(rb"ploading layer '?sha256:", rb"Pushed (?:image|container)", rb"error CONTAINER10"),
        pattern=rb"ploading layer '?sha256:|Pushed (?:image index|image|container) '[^'\n]+' to registry '|error CONTAINER10(?:01|13): ",
    ),
)
APPTAINER = FewLines(
    name="apptainer",
    client=Client.APPTAINER,
    OPENING=StartPattern(
        signs=(rb"Unable to push image to oci registry: ",), pattern=rb"Unable to push image to oci registry: "
    ),
    COMMAND=StartPattern(
        signs=(rb"(?:apptainer|singularity) ",),
        pattern=rb"\b(?:apptainer|singularity) (?:[^\n]{0,160} )?push [^\n]*oras://",
    ),
)
BAZEL = FewLines(
    name="bazel",
    client=Client.BAZEL,
    OPENING=StartPattern(
        signs=(
            rb"Successfully pushed ",
            rb"Error pushing image to ",
            rb"Error publishing ",
            rb" was published with digest: ",
        ),
        pattern=rb"Successfully pushed \w+ image to |Error pushing image to \S+/\S+: unable to push|_pusher_\.py:\d+\] ",
    ),
)
IMGPKG = FewLines(
    name="imgpkg",
    client=Client.IMGPKG,
    OPENING=StartPattern(
        signs=(rb"Pushed '", rb"Error: Writing '"), pattern=rb"Pushed '[^'\n]+@sha256:|Error: Writing '[\w.-]+[/:]"
    ),
)
REGCTL = FewLines(
    name="regctl",
    client=Client.REGCTL,
    OPENING=StartPattern(
        signs=(
            rb"failed to send blob",
            rb"failed to put manifest ",
            rb"Failed to push (?:blob|manifest|config|layer)\"",
        ),
        pattern=rb"failed to send blob[^\n]*, ref |failed to put manifest [\w.-]+[/:]|msg=\"Failed to push \w+\"",
    ),
)

CLIENTS: tuple[FewLines, ...] = (
    JIB,
    HELM,
    BUILDPACKS,
    SPRING_BOOT,
    EARTHLY,
    COSIGN,
    DOTNET,
    APPTAINER,
    BAZEL,
    IMGPKG,
    REGCTL,
)
