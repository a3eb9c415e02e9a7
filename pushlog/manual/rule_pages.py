"""The pages of `pushlog rules` and `pushlog explain`: a rule's docstring, a family's rows of the catalogue."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from pushlog.knowledge.clients import clients
from pushlog.knowledge.signatures import Verified, signatures
from pushlog.knowledge.wording import sentences, steps
from pushlog.model import Client, Family
from pushlog.record_class import record
from pushlog.rules import RULES, failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.rule import Rule
    from pushlog.knowledge.signatures import Signature

_WIDTH = 80
# What each family is, in one line.
FAMILIES = {
    Family.AUTH: "Not logged in, or wrong credentials",
    Family.PERMISSION: "Authenticated, but not allowed to push",
    Family.REPOSITORY_MISSING: "The repository or project does not exist",
    Family.SIZE_LIMIT: "A layer or request is larger than the registry or a proxy allows (413)",
    Family.QUOTA: "A storage or count quota is used up",
    Family.RATE_LIMIT: "Rate limit exceeded",
    Family.IMMUTABLE_TAG: "The tag exists and may not be overwritten",
    Family.MANIFEST_INVALID: "The registry did not accept the manifest",
    Family.BLOB_UPLOAD_INVALID: "The upload of a blob went wrong on the registry's side",
    Family.DIGEST_MISMATCH: "Digest mismatch: the registry received different bytes",
    Family.DNS: "DNS: the host name of the registry was not found",
    Family.CONNECTION_REFUSED: "Connection refused, or no route to the registry",
    Family.CONNECTION_RESET: "Connection reset by peer, or broken pipe",
    Family.TIMEOUT: "Timeout: no answer in time",
    Family.EOF: "The registry or a proxy closed the connection without an answer (EOF)",
    Family.TLS: "The certificate or the TLS handshake was not accepted",
    Family.PROXY: "The HTTP proxy of the daemon could not be used",
    Family.HTTP_INSTEAD_OF_HTTPS: "The registry speaks plain HTTP and Docker expects HTTPS",
    Family.SERVER_ERROR: "The registry answered 5xx: an error of its own",
    Family.REDIRECT: "A redirect led nowhere",
    Family.LOCAL_IMAGE_MISSING: "No such image or tag on this machine",
    Family.LOCAL_STORAGE: "The daemon's own storage is full or damaged",
    Family.DAEMON_UNREACHABLE: "Cannot connect to the Docker daemon",
    Family.CANCELLED: "The push was cancelled",
    Family.TOKEN_EXPIRED: "The login or token has expired",
    Family.CLIENT_USAGE: "The command or the image's name is not valid",
    Family.UNKNOWN: "Unknown error: not in the catalogue",
}


@record
class Page:
    """One rule for people: its code, name and severity, what it means in a line, and its page in full."""

    code: str
    name: str
    severity: str
    title: str
    text: str


def pages() -> Iterator[Page]:
    """All rules: the families first, then the others, by code."""
    yield from (_family_page(family) for family in failure.CODES)
    yield from (_rule_page(rule) for rule in _others())


def page(name: str, width: int = _WIDTH) -> Page | None:
    """The page of a rule by its name or code, whatever the case; no other page is written for it."""
    wanted = name.strip().lower()
    family = next((f for f, code in failure.CODES.items() if wanted in {f.value, code.lower()}), None)
    if family:
        return _family_page(family, width)
    rule = next((rule for rule in _others() if wanted in {rule.NAME, rule.CODE.lower()}), None)
    return _rule_page(rule, width) if rule else None


def _others() -> list[Rule]:
    families = set(failure.CODES.values())
    return sorted((rule for rule in RULES if rule.CODE not in families), key=lambda rule: str(rule.CODE))


def _family_page(family: Family, width: int = _WIDTH) -> Page:
    code = failure.CODES[family]
    return Page(
        code=code,
        name=family.value,
        severity=failure.SEVERITY.value,
        title=FAMILIES[family],
        text=_family_text(family, code, width),
    )


def _rule_page(rule: Rule, width: int = _WIDTH) -> Page:
    doc = (rule.__doc__ or "").strip()
    return Page(
        code=rule.CODE,
        name=rule.NAME,
        severity=rule.SEVERITY.value,
        title=doc.split("\n", 1)[0].rstrip("."),
        text=f"{rule.NAME} ({rule.CODE}, {rule.SEVERITY.value})\n\n{_paragraphs(doc, width)}",
    )


def _family_text(family: Family, code: str, width: int) -> str:
    rows = [row for row in signatures() if row.family is family]
    head = f"{family.value} ({code}, {failure.SEVERITY.value})\n\n{FAMILIES[family]}."
    row_texts = "\n\n".join(_row_text(row, width) for row in rows)
    modules = [rule for rule in RULES if rule is not failure and code == rule.CODE]
    module_texts = "".join(f"\n\n{_paragraphs((rule.__doc__ or '').strip(), width)}" for rule in modules)
    return f"{head}{module_texts}\n\nRecognised error messages ({len(rows)}):\n\n{row_texts}"


def _row_text(row: Signature, width: int) -> str:
    again = {True: "may help", False: "does not help", None: "may or may not help"}[row.retry_helps]
    sample = textwrap.shorten(row.sample[0].split("\n", 1)[0], width - 4, placeholder=" ...")
    sure = " This row was inferred, not observed." if row.verified is Verified.INFERRED else ""
    docker = clients()[Client.DOCKER]
    words = docker.words("REFERENCE")
    lines = [
        sentences((row.title,), docker.scopes, words),
        f"    {sample}",
        _wrapped(f"{sentences(row.cause, docker.scopes, words)} Pushing again {again}.{sure}", width),
        *(_wrapped(f"- {step}", width, hang="    ") for step in steps(row.remedy, docker.scopes, words)),
        _wrapped(f"Source: {row.source}", width),
    ]
    return "\n".join(lines)


def _wrapped(text: str, width: int, hang: str = "  ") -> str:
    return textwrap.fill(
        text, width, initial_indent="  ", subsequent_indent=hang, break_long_words=False, break_on_hyphens=False
    )


def _paragraphs(doc: str, width: int) -> str:
    """Return a docstring with its paragraphs wrapped anew."""
    return "\n\n".join(
        textwrap.fill(" ".join(paragraph.split()), width, break_long_words=False, break_on_hyphens=False)
        for paragraph in doc.split("\n\n")
    )


def codes() -> dict[str, str]:
    """Return the code of every rule by its name."""
    families = {family.value: code for family, code in failure.CODES.items()}
    return families | {rule.NAME: rule.CODE for rule in _others()}


def generic(name: str) -> tuple[str, str] | None:
    """Return what a rule means, in a line and in full, without anything of a push; None for what is no rule."""
    rule_page = page(name)
    return (rule_page.title, rule_page.text) if rule_page else None
