"""The clients of a few fixed lines whose last words count only below others of theirs, or are named by these."""

from __future__ import annotations

from pushlog.formats.clients.few_lines import FewLines
from pushlog.formats.clients.own_end import as_planned, below_build, below_command, below_manifest, each_retried
from pushlog.intake.start_pattern import StartPattern
from pushlog.model import Client

GRADLE_DOCKER = FewLines(
    name="gradle_docker",
    client=Client.DOCKER,
    OPENING=StartPattern(
        signs=(rb"Pushing image (?:with name )?'",),
        pattern=rb"Pushing image (?:with name )?'[\w.-]+(?::\d+)?(?:/[\w.-]+)*(?::[\w.-]+)?'\.(?=\s|\Z)",
    ),
    INSIDE=StartPattern(
        signs=(rb"Could not push image: ", rb"BUILD SUCCESSFUL"), pattern=rb"Could not push image: |BUILD SUCCESSFUL"
    ),
    gathers=below_build,
)
BALENA = FewLines(
    name="balena",
    client=Client.DOCKER,
    OPENING=StartPattern(
        signs=(rb"Retrying \"",), pattern=rb"Retrying \"[\w.-]+(?::\d+)?/\S+\" after [\d.]+m?s \(\d+ of \d+\) due to: "
    ),
    INSIDE=StartPattern(
        signs=(rb"Deploy succeeded!", rb"\(HTTP code \d{3}\) "), pattern=rb"Deploy succeeded!|\(HTTP code \d{3}\) "
    ),
    gathers=each_retried,
)
CH_IMAGE = FewLines(
    name="ch_image",
    client=Client.UNKNOWN,
    adds_latest=True,
    OPENING=StartPattern(signs=(rb"pushing image:  ",), pattern=rb"pushing image: {2,8}[\w.-]"),
    gathers=below_manifest,
)
MANIFEST_TOOL = FewLines(
    name="manifest_tool",
    client=Client.UNKNOWN,
    OPENING=StartPattern(signs=(rb"manifest-tool ",), pattern=rb"manifest-tool (?:[^\n]{0,200} )?push from-"),
    COMMAND=StartPattern(
        signs=(rb"manifest-tool ",), pattern=rb"\bmanifest-tool (?:[^\n]{0,200} )?push from-(?:args|spec) "
    ),
    gathers=below_command,
)
TERRAFORM_IMAGE = FewLines(
    name="terraform_image",
    client=Client.DOCKER,
    adds_latest=True,
    OPENING=StartPattern(
        signs=(rb"docker_registry_image\.",),
        pattern=rb"docker_registry_image\.[\w-]{1,100}(?:\[[^\]\n]{1,100}\])?: Creation complete after \w+ \[id=",
    ),
    INSIDE=StartPattern(
        signs=(rb"docker_registry_image\.", rb"docker_registry_image\""),
        pattern=rb"docker_registry_image\.[\w-]{1,100}(?:\[[^\]\n]{1,100}\])?: Creation complete after "
        rb"|resource \"docker_registry_image\" \"",
    ),
    gathers=as_planned,
)
OLLAMA = FewLines(
    name="ollama",
    client=Client.UNKNOWN,
    # Its command stands above the first, which is said before anything else.
    OPENING=StartPattern(
        signs=(rb"retrieving manifest", rb"pushing manifest"),
        pattern=rb"(?:retrieving|pushing) manifest(?=[ \xe2]*(?:\S\S )?\r?(?:\n|\Z))",
    ),
    gathers=below_manifest,
)
