"""The command of a build that pushes: which images it names."""

from __future__ import annotations

from itertools import pairwise

from pushlog.lazy_pattern import lazy_pattern

# Variables stay as they stand.
_IMAGE = lazy_pattern(r"[\w.*${}][\w.*${}/:@-]*")
_OUTPUT_NAME = lazy_pattern(r"(?:^|,)\"?name=([^\",\s]+)")
_TAG, _OUTPUT = {"-t", "--tag"}, {"-o", "--output"}


def names_of_build(command: str) -> list[str]:
    """Return the names that a build pushes to; none where it does not push.

    Its options are those of docker/buildx commands/build.go, the attributes of its outputs those of BuildKit.
    """
    words = [word.strip("\"'") for word in command.split()]
    options = [(key, value) for key, _, value in (word.partition("=") for word in words) if value]
    options += [(key, value) for key, value in pairwise(words)]
    outputs = [value for key, value in options if key in _OUTPUT]
    is_push = any(word in {"--push", "--push=true"} for word in words) or any(
        "push=true" in output or "type=registry" in output for output in outputs
    )
    names = [value for key, value in options if key in _TAG]
    names += [match[1] for output in outputs if (match := _OUTPUT_NAME.search(output))]
    return names if is_push and all(_IMAGE.fullmatch(name) for name in names) else []
