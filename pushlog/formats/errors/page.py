"""Read an HTML page in an error: its title, the status that it names, the server that wrote it."""

from __future__ import annotations

import re

from pushlog.lazy_pattern import lazy_pattern

PAGE = lazy_pattern(r"<(?:!doctype|html|head|title|body|\?xml)\b", re.IGNORECASE)
TITLE = lazy_pattern(r"<title>\s*([^<]{1,200}?)\s*(?:<|\Z)", re.IGNORECASE)
HEADING = lazy_pattern(r"<h1>\s*([^<]{1,200}?)\s*</h1>", re.IGNORECASE)
STATUS = lazy_pattern(r"\b([45]\d\d)\b")
# nginx, openresty, Cloudflare and Amazon's balancers sign below a rule in the centre, Apache in an address.
SIGNATURES = (
    lazy_pattern(r"<hr>\s*<center>\s*([^<]{1,80}?)\s*</center>", re.IGNORECASE),
    lazy_pattern(r"<address>\s*([^<]{1,120}?)(?: server at [^<]*)?</address>", re.IGNORECASE),
)
# Products that are named elsewhere on the page, in the order in which they are looked for.
MARKS = (
    ("mod_security", "ModSecurity"),
    ("modsecurity", "ModSecurity"),
    ("cloudflare", "cloudflare"),
    ("cloudfront", "CloudFront"),
    ("squid", "squid"),
    ("varnish", "Varnish"),
)
ESCAPE = lazy_pattern(r'\\(?:([nrt"\\])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))')
PLAIN = {"n": "\n", "r": "\r", "t": "\t"}


def is_page(text: str) -> bool:
    """Return whether a text is or holds a page, whole or cut."""
    return PAGE.search(text) is not None


def title(page: str) -> str | None:
    """Return the title of the page, or its first heading."""
    match = TITLE.search(page) or HEADING.search(page)
    return match[1] if match else None


def status(page: str) -> int | None:
    """Return the HTTP status that the title names, where proxies write it."""
    match = STATUS.search(title(page) or "")
    return int(match[1]) if match else None


def server(page: str) -> str | None:
    """Return the server that wrote the page, as it signs: `nginx/1.22.1`, `openresty`, `Apache/2.4.52 (Ubuntu)`."""
    for signature in SIGNATURES:
        if match := signature.search(page):
            return match[1]
    lowered = page.lower()
    return next((name for mark, name in MARKS if mark in lowered), None)


def unquoted(quoted: str) -> str:
    """Return the text of a string that Go printed with `%q`; a quoted string that was cut is read as far as it goes."""
    body = quoted.removeprefix('"').removesuffix('"')
    return ESCAPE.sub(
        lambda match: PLAIN.get(match[1], match[1]) if match[1] else chr(int(match[2] or match[3], 16)), body
    )
