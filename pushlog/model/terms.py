"""The words of the domain: how a push ended, what a layer is doing, what figures count, how sure a finding is."""

from __future__ import annotations

from enum import StrEnum


class Family(StrEnum):
    """What kind of failure ended a push; each has a rule of the same name."""

    AUTH = "auth"
    PERMISSION = "permission"
    REPOSITORY_MISSING = "repository-missing"
    SIZE_LIMIT = "size-limit"
    QUOTA = "quota"
    RATE_LIMIT = "rate-limit"
    IMMUTABLE_TAG = "immutable-tag"
    MANIFEST_INVALID = "manifest-invalid"
    BLOB_UPLOAD_INVALID = "blob-upload-invalid"
    DIGEST_MISMATCH = "digest-mismatch"
    DNS = "dns"
    CONNECTION_REFUSED = "connection-refused"
    CONNECTION_RESET = "connection-reset"
    TIMEOUT = "timeout"
    EOF = "eof"
    TLS = "tls"
    PROXY = "proxy"
    HTTP_INSTEAD_OF_HTTPS = "http-instead-of-https"
    SERVER_ERROR = "server-error"
    REDIRECT = "redirect"
    LOCAL_IMAGE_MISSING = "local-image-missing"
    LOCAL_STORAGE = "local-storage"
    DAEMON_UNREACHABLE = "daemon-unreachable"
    CANCELLED = "cancelled"
    TOKEN_EXPIRED = "token-expired"  # noqa: S105 - a kind of failure, not a secret
    CLIENT_USAGE = "client-usage"
    UNKNOWN = "unknown"


class Capture(StrEnum):
    """How the output was kept; `screen` is a paste of what a terminal showed last."""

    PIPED = "piped"
    TTY = "tty"
    SCREEN = "screen"
    JSON = "json"
    ASCIICAST = "asciicast"
    TYPESCRIPT = "typescript"
    MIXED = "mixed"


class Client(StrEnum):
    """The program that pushed."""

    DOCKER = "docker"
    BUILDX = "buildx"
    COMPOSE = "compose"
    PODMAN = "podman"
    BUILDAH = "buildah"
    SKOPEO = "skopeo"
    CRANE = "crane"
    KANIKO = "kaniko"
    NERDCTL = "nerdctl"
    ORAS = "oras"
    JIB = "jib"
    HELM = "helm"
    BUILDPACKS = "buildpacks"
    EARTHLY = "earthly"
    COSIGN = "cosign"
    DOTNET = "dotnet"
    APPTAINER = "apptainer"
    BAZEL = "bazel"
    IMGPKG = "imgpkg"
    REGCTL = "regctl"
    UNKNOWN = "unknown"


class Store(StrEnum):
    """Docker's image store: it decides what the figures count, what is retried and how errors read."""

    GRAPHDRIVER = "graphdriver"
    CONTAINERD = "containerd"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """How the push ended; `incomplete` means that the log does not tell."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    INCOMPLETE = "incomplete"


class State(StrEnum):
    """The state of a layer, the last one seen."""

    PUSHED = "pushed"
    EXISTS = "exists"
    MOUNTED = "mounted"
    PUSHING = "pushing"
    RETRYING = "retrying"
    WAITING = "waiting"
    PREPARING = "preparing"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def done(self) -> bool:
        """Whether the registry has the layer now."""
        return self in (State.PUSHED, State.EXISTS, State.MOUNTED)


class Basis(StrEnum):
    """What the printed byte figures count."""

    COMPRESSED = "compressed"
    UNCOMPRESSED = "uncompressed"
    UNKNOWN = "unknown"


class Clock(StrEnum):
    """Where the seconds come from; an inferred clock gives the earliest time that the log allows."""

    STAMPED = "stamped"
    RECORDED = "recorded"
    INFERRED = "inferred"
    NONE = "none"

    @property
    def measured(self) -> bool:
        """Whether the times are those of the push, and no bounds."""
        return self in (Clock.STAMPED, Clock.RECORDED)


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Confidence(StrEnum):
    """How sure a finding is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Phase(StrEnum):
    """What a layer did during an interval; `unseen`: it was uploaded within it, but no line shows from when on."""

    WAITING = "waiting"
    UNSEEN = "unseen"
    UPLOADING = "uploading"
    RETRYING = "retrying"
    FINISHING = "finishing"


class DatedBy(StrEnum):
    """What says when a log was written."""

    STAMPS = "stamps"
    RECORDING = "recording"
    REGISTRY = "registry"
    PATH = "path"
    ARCHIVE = "archive"
    FILE = "file"


class Fate(StrEnum):
    """What became of a layer in the end; its state is the last one printed."""

    DONE = "done"  # the registry has it, or need not
    FAILED = "failed"
    GAVE_UP = "gave-up"  # after the last of its retries
    CANCELLED = "cancelled"  # the client stopped it, since another layer failed or the push was stopped
    UNFINISHED = "unfinished"  # under way when the log ended, or one of several that can have failed
    NOT_STARTED = "not-started"
