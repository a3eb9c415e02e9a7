"""What an HTML page in an error tells: its title, the status it names and the server that wrote it."""

from __future__ import annotations

import re

PAGE = re.compile(r"<(?:!doctype|html|head|title|body|\?xml)\b", re.IGNORECASE)
TITLE = re.compile(r"<title>\s*([^<]{1,200}?)\s*(?:<|\Z)", re.IGNORECASE)
HEADING = re.compile(r"<h1>\s*([^<]{1,200}?)\s*</h1>", re.IGNORECASE)
STATUS = re.compile(r"\b([45]\d\d)\b")
# nginx, openresty, Cloudflare and Amazon's balancers sign below a rule in the centre, Apache in an address.
SIGNATURES = (
    re.compile(r"<hr>\s*<center>\s*([^<]{1,80}?)\s*</center>", re.IGNORECASE),
    re.compile(r"<address>\s*([^<]{1,120}?)(?: server at [^<]*)?</address>", re.IGNORECASE),
)
# Products that name themselves elsewhere on the page, in the order in which they are looked for.
MARKS = (
    ("mod_security", "ModSecurity"),
    ("modsecurity", "ModSecurity"),
    ("cloudflare", "cloudflare"),
    ("cloudfront", "CloudFront"),
    ("squid", "squid"),
    ("varnish", "Varnish"),
)
ESCAPE = re.compile(r'\\(?:([nrt"\\])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))')
PLAIN = {"n": "\n", "r": "\r", "t": "\t"}


def is_page(text: str) -> bool:
    """Whether a text is or holds a page, cut off or whole."""
    return PAGE.search(text) is not None


def title(page: str) -> str | None:
    """The title of the page, its first heading where it has none."""
    hit = TITLE.search(page) or HEADING.search(page)
    return hit[1] if hit else None


def status(page: str) -> int | None:
    """The HTTP status that the title names: proxies write it there."""
    hit = STATUS.search(title(page) or "")
    return int(hit[1]) if hit else None


def server(page: str) -> str | None:
    """Who wrote the page, as it signs itself: `nginx/1.22.1`, `openresty`, `cloudflare`, `Apache/2.4.52 (Ubuntu)`."""
    for signature in SIGNATURES:
        if hit := signature.search(page):
            return hit[1]
    lowered = page.lower()
    return next((name for mark, name in MARKS if mark in lowered), None)


def unquoted(quoted: str) -> str:
    """A string as Go's `%q` prints it, read back; a quote that is cut off is read as far as it goes."""
    body = quoted.removeprefix('"').removesuffix('"')
    return ESCAPE.sub(lambda hit: PLAIN.get(hit[1], hit[1]) if hit[1] else chr(int(hit[2] or hit[3], 16)), body)
