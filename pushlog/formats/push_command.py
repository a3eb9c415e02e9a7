"""The image that a command line pushes, and whether it goes to a registry at all."""

from __future__ import annotations

import re

from pushlog.lazy_pattern import lazy_pattern

# The end of a command inside a line of shell; `<user>` stands for something.
_OPERATOR = lazy_pattern(r"^(?:[|&;>)]|<(?!\w[^<>]*>)|\d>|\\$)")
# docker/distribution reference/regexp.go: a path with a host or a namespace before it. Parts can be variables or masks.
_PART = r"(?:[\w.*-]|\$\{?\w++\}?|\$\(\w+\)|\[\w+\]|<[\w-]+>)+"
_NAMED = lazy_pattern(rf"{_PART}(?::\d+)?(?:/{_PART})+(?::{_PART})?(?:@sha256:[0-9a-f]{{64}})?")
_SHORT = lazy_pattern(r"[a-z0-9][a-z0-9._-]*(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?")
_IMAGE_ID = lazy_pattern(r"[0-9a-f]{12}|(?:sha256:)?[0-9a-f]{64}")
_TRANSPORT = "docker://"
# containers/image transports/alltransports: destinations that are no registry.
_LOCAL = lazy_pattern(r"(?:dir|oci|oci-archive|docker-archive|docker-daemon|containers-storage|ostree|sif|tarball):")
# What stands for an image whose name the line does not show.
_VARIABLE = lazy_pattern(r"[$<{`%]")
_FILES = (".tar", ".tar.gz", ".tgz", ".json", ".yaml", ".yml", ".txt")
_VERBS = ("push", "copy", "cp", "tag", "attach", "sync")
# Options of podman, buildah, skopeo, nerdctl, ctr, crane and oras that take a value behind a blank (their manuals).
_WITH_VALUE = frozenset(
    {
        "--address",
        "--annotation",
        "--annotation-file",
        "--artifact-type",
        "--authfile",
        "--cert-dir",
        "--cgroup-manager",
        "--command-timeout",
        "--compression-format",
        "--compression-level",
        "--concurrency",
        "--config",
        "--conmon",
        "--connection",
        "--cosign-key",
        "--creds",
        "--default-mounts-file",
        "--dest-authfile",
        "--dest-cert-dir",
        "--dest-creds",
        "--dest-registry-token",
        "--digestfile",
        "--encrypt-layer",
        "--encryption-key",
        "--events-backend",
        "--format",
        "--hooks-dir",
        "--hosts-dir",
        "--identity",
        "--image-refs",
        "--imagestore",
        "--jobs",
        "--log-level",
        "--manifest",
        "--manifest-type",
        "--max-concurrent-uploaded-layers",
        "--module",
        "--namespace",
        "--network-cmd-path",
        "--out",
        "--override-arch",
        "--override-os",
        "--override-variant",
        "--password",
        "--platform",
        "--policy",
        "--registries-conf",
        "--registries-conf-dir",
        "--retry",
        "--retry-delay",
        "--retry-times",
        "--root",
        "--runroot",
        "--short-name-alias-conf",
        "--sign",
        "--sign-by",
        "--sign-by-sigstore",
        "--sign-by-sigstore-private-key",
        "--sign-passphrase-file",
        "--signature-policy",
        "--snapshotter",
        "--src-authfile",
        "--src-cert-dir",
        "--src-creds",
        "--src-registry-token",
        "--ssh",
        "--storage-driver",
        "--storage-opt",
        "--subject",
        "--tmpdir",
        "--url",
        "--user",
        "--username",
        "--userns-gid-map",
        "--userns-uid-map",
        "--volumepath",
        "-a",
        "-f",
        "-j",
        "-p",
        "-u",
    }
)
_COPIES = lazy_pattern(r" (?:copy|cp) ")
_HELP = {"--help", "-h"}


def operands(command: str) -> list[str]:
    """Return the operands of the push or copy in a line of shell: the words behind its verb that are no options."""
    words = [word.strip("\"'") for word in command.split()]
    verb = next((number for number, word in enumerate(words) if number and word in _VERBS), None)
    if verb is None:
        return []
    rest = words[verb + 1 :]
    end = next((number for number, word in enumerate(rest) if _OPERATOR.match(word)), len(rest))
    operand_words: list[str] = []
    is_value = False
    for word in rest[:end]:
        if is_value or (word.startswith("-") and len(word) > 1):
            is_value = not is_value and word in _WITH_VALUE
        else:
            operand_words.append(word)
    return operand_words


def reaches_registry(command: str) -> bool:
    """Return whether a push or copy goes to a registry: its last operand names no file, folder or daemon."""
    words = operands(command)
    if "skopeo" in command and len(words) > 1:  # it takes no name without a transport
        return any(word.startswith(_TRANSPORT) or _VARIABLE.search(word) for word in words[1:])
    return not (words and _LOCAL.match(words[-1]))


def is_help(command: str) -> bool:
    """Return whether a command only asks for its help."""
    return bool(_HELP & set(command.split()))


def pushed_by(command: str) -> str | None:
    """Return the reference that a command pushes to: what `docker://` names last, else the last name of an image.

    None where the line names none.
    """
    words = operands(command)
    if len(words) > 1 and _COPIES.search(command) and not _names(words[-1]):
        is_hidden = words[-1].startswith(_TRANSPORT) or _VARIABLE.search(words[-1])
        words = [] if is_hidden else words  # what is named above is the source
    direct = [word.removeprefix(_TRANSPORT) for word in words if word.startswith(_TRANSPORT)]
    direct = list(filter(_names, direct))
    options = ("/", ".")
    names = [word for word in words if "://" not in word and not word.startswith(options) and _NAMED.fullmatch(word)]
    # A media type or a folder has a slash too; a registry's name has a dot, a port or a variable.
    hosted = [word for word in names if re.match(r"[^/]*[.:$*\[]|localhost/", word) and not word.endswith(_FILES)]
    return next(iter((*direct[-1:], *hosted[-1:], *names[-1:])), None)


def _names(word: str) -> bool:
    name = word.removeprefix(_TRANSPORT)
    return _NAMED.fullmatch(name) is not None or _SHORT.fullmatch(name) is not None


def short_name(command: str) -> str | None:
    """Return the name without host and namespace that a command pushes; None where it names something else."""
    words = operands(command)
    if len(words) != 1 or _IMAGE_ID.fullmatch(words[0]):
        return None
    return words[0] if _SHORT.fullmatch(words[0]) else None


def with_default_tag(name: str) -> str:
    """Return a reference with the tag `latest` unless it has a tag, a digest, or a part that may hide one."""
    last = name.rpartition("/")[2]
    return name if ":" in last or "@" in name or re.search(r"[$*\[<{#]", last) else f"{name}:latest"
