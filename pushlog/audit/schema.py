"""The tables of an audit's dataset: every column, its type and what it means. Names and meanings never change.

A column may be added; then `VERSION` stays. When one changes its meaning or goes, `VERSION` is counted up, and every
log is read again. It stands in the metadata of each Parquet file under `pushlog.schema`.
"""

from __future__ import annotations

import hashlib

from pushlog.record_class import record

VERSION = "pushlog-audit/1"


@record(kw_only=False)
class Column:
    """One column. `type`: string, int, float, bool, moment or strings (a list). Any but a key may be null."""

    name: str
    type: str
    meaning: str


# The columns that each row of an audit fills.
_REQUIRED = frozenset(
    {
        *("log", "input", "member", "status", "pushes", "notes"),
        *("push", "client", "store", "registry_kind", "tags", "outcome", "at_least", "clock", "layers_total"),
        *("layers_done", "retries", "retry_seconds", "first_line", "last_line"),
        *("position", "layer", "state", "basis", "attempts", "retry_wait"),
        *("rule", "name", "severity", "confidence", "title", "layers", "line"),
    }
)


def is_required(column: Column) -> bool:
    """Whether a column is never null."""
    return column.name in _REQUIRED


_LOG = Column("log", "string", "the log: the first 16 digits of `sha256`; of one that was not read, made from its name")
_PUSH = Column("push", "int", "which push of the log, from 0; with `log` the key of a push")

SOURCES = (
    _LOG,
    Column("input", "string", "the file as it was named; a URL without password and signature"),
    Column("member", "string", "the place in the archive; empty when the input is the log"),
    Column("status", "string", "read; no-push; partial: only a part could be read; unreadable; skipped; duplicate"),
    Column("reason", "string", "why it was not read, or not whole"),
    Column("sha256", "string", "hash of the log's bytes, unpacked"),
    Column("bytes", "int", "size of the log, unpacked"),
    Column("lines", "int", "physical lines"),
    Column("capture", "string", "piped, tty, screen, json, asciicast, typescript or mixed"),
    Column("decoration", "string", "what put something before every line, such as github-actions"),
    Column("coverage", "float", "share of the lines inside pushes that were understood, 0 to 1"),
    Column("pushes", "int", "pushes found in it; 0 for a duplicate, whose pushes count once"),
    Column("notes", "strings", "what had to be said about the reading"),
    Column("ci", "string", "the CI system that ran the job"),
    Column("project", "string", "the project of the job, as the CI system calls it"),
    Column("workflow", "string", "the workflow or pipeline"),
    Column("job", "string", "the job"),
    Column("run_url", "string", "the address of the run"),
    Column("runner", "string", "the machine or agent that ran it"),
    Column("ref", "string", "the branch or tag that was built"),
    Column("sha", "string", "the commit that was built"),
    Column("dated", "moment", "when the log was written, in UTC"),
    Column("dated_by", "string", "who says so: stamps, recording, registry, path, archive or file"),
    Column("missed", "strings", "lines that hold words of a push and are part of none, as `LINE: TEXT`"),
)
PUSHES = (
    _LOG,
    _PUSH,
    Column("input", "string", "as in sources"),
    Column("member", "string", "as in sources"),
    Column("client", "string", "the program that pushed"),
    Column("store", "string", "Docker's image store: graphdriver, containerd or unknown"),
    Column("registry", "string", "host and port"),
    Column("registry_kind", "string", "such as docker-hub, ecr, harbor, unknown"),
    Column("repository", "string", "without registry and tag"),
    Column("tags", "strings", "tags that were pushed"),
    Column("digest", "string", "of the manifest, where the log shows it"),
    Column("outcome", "string", "succeeded, failed, interrupted or incomplete"),
    Column("family", "string", "the kind of failure, such as server-error"),
    Column("code", "string", "the registry's error code"),
    Column("http_status", "int", "the status of the answer"),
    Column("retry_helps", "bool", "whether pushing again would help; null: can't be told"),
    Column("error", "string", "the error as printed, at most 2,000 characters of it"),
    Column("cause", "string", "the rule that names the cause, such as proxy-body-limit"),
    Column("verdict", "string", "the sentence that the reports lead with"),
    Column("advice", "string", "what to do now, in a sentence"),
    Column("began", "moment", "when the push began, in UTC; null unless the log carries dates"),
    Column("seconds", "float", "how long it took; null unless measured"),
    Column("at_least", "float", "a bound in seconds that always holds"),
    Column("clock", "string", "stamped, recorded, inferred or none"),
    Column("layers_total", "int", "layers that the log names"),
    Column("layers_done", "int", "of these, in the registry at the end"),
    Column("bytes_done", "int", "bytes that the registry has; null where not printed"),
    Column("bytes_total", "int", "bytes of all layers; null where not printed"),
    Column("retries", "int", "uploads beyond the first, all layers together"),
    Column("retry_seconds", "float", "the longest time that a layer spent in countdowns; layers wait side by side"),
    Column("first_line", "int", "physical lines of the log"),
    Column("last_line", "int", "physical lines of the log"),
    Column("page", "string", "the page of this push, from the audit's folder; null for one that succeeded"),
    Column("dated", "moment", "when, in UTC: `began`, or else the date of its log"),
    Column("dated_by", "string", "who says so: stamps, recording, registry, path, archive or file"),
    Column("version", "string", "the version of the client, where the log prints it"),
    Column("failure", "string", "what went wrong, in a sentence"),
    Column("remedy", "strings", "what to do now, most useful first"),
    Column("hop", "string", "the proxy or other hop that answered instead of the registry"),
    Column(
        "fingerprint", "string", "the cause: the same for the same text, hop and registry; before the dash without it"
    ),
    Column("unread", "strings", "lines of it that were not understood, the first ones, as `LINE: TEXT`"),
    Column("what_if", "strings", "the answers to --what-if as asked, each as JSON: change, seconds, low and high"),
)
LAYERS = (
    _LOG,
    _PUSH,
    Column("position", "int", "order in the log, from 0"),
    Column("layer", "string", "the id as printed"),
    Column("state", "string", "the last one seen: pushed, exists, mounted, pushing, retrying, waiting, failed, …"),
    Column("mounted_from", "string", "the repository that it was mounted from"),
    Column("bytes_done", "int", "furthest point of the last attempt"),
    Column("bytes_total", "int", "its size, where printed"),
    Column("basis", "string", "what the bytes count: compressed, uncompressed or unknown"),
    Column("attempts", "int", "uploads started"),
    Column("retry_wait", "float", "seconds in countdowns"),
    Column("start", "float", "seconds since the push began; null unless measured"),
    Column("end", "float", "seconds since the push began; null unless measured"),
    Column("created_by", "string", "the instruction that made it, where told"),
)
FINDINGS = (
    _LOG,
    _PUSH,
    Column("position", "int", "order in the report, from 0; the first error is the cause"),
    Column("rule", "string", "the stable code, such as PL101"),
    Column("name", "string", "the rule's name, such as retry-exhausted"),
    Column("severity", "string", "error, warning or info"),
    Column("confidence", "string", "certain, likely or possible"),
    Column("title", "string", "what was found, in a sentence"),
    Column("layers", "strings", "the layers it is about"),
    Column("line", "int", "the first line of the log that proves it"),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "sources": SOURCES,
    "pushes": PUSHES,
    "layers": LAYERS,
    "findings": FINDINGS,
}


def columns_hash() -> str:
    """Return what changes when a column is added: results without it are read again."""
    names = "\0".join(f"{table}.{column.name}" for table, columns in TABLES.items() for column in columns)
    return hashlib.sha256(names.encode()).hexdigest()[:8]
