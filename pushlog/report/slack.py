"""A message for a Slack webhook, printed and never sent: Block Kit, https://docs.slack.dev/block-kit/.

Text of the log can't ring anybody or make a link: `&`, `<` and `>` are escaped, which is all that Slack asks for.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pushlog.report.headline import headline, messages, more
from pushlog.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.model import Log
    from pushlog.report.headline import Message

# Characters that Slack takes in a section, a field and a header, as they arrive.
SECTION, FIELD, HEADER = 3000, 2000, 150
_SIGNS = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SHORT = 300

Block = dict[str, object]


def render(logs: Sequence[Log]) -> str:
    """Return the payload as JSON."""
    title = headline(logs)
    blocks: list[Block] = [{"type": "header", "text": {"type": "plain_text", "text": _cut(title, HEADER)}}]
    shown, left = messages(logs), more(logs)
    for message in shown:
        blocks += _blocks(message, titled=len(shown) > 1)
    if left:
        blocks.append(_section(f"and {count(left, 'push')} more"))
    return json.dumps({"text": _escaped(title, SECTION), "blocks": blocks}, ensure_ascii=True, indent=1) + "\n"


def _blocks(message: Message, *, titled: bool) -> Iterator[Block]:
    title = f"*{_escaped(message.title.replace('*', ''), _SHORT)}*\n" if titled else ""
    step = f"\n{_escaped(message.step, _SHORT * 3)}" if message.step else ""
    yield _section(f"{title}{_escaped(message.sentence, _SHORT * 3)}{step}")
    fields = [_markdown(f"*{name}*\n{_escaped(value, _SHORT)}") for name, value in message.facts]
    if fields:
        yield {"type": "section", "fields": fields}
    if message.quote:
        yield {"type": "context", "elements": [{"type": "plain_text", "text": _cut(message.quote, _SHORT)}]}


def _section(text: str) -> Block:
    return {"type": "section", "text": _markdown(text)}


def _markdown(text: str) -> Block:
    """Return Slack's Markdown; `verbatim`: addresses and names in it become no links."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _escaped(text: str, most: int) -> str:
    """Return the text without signs that mean something to Slack, no longer than told."""
    shown: list[str] = []
    room = most
    for sign in text:
        escaped = _SIGNS.get(sign, sign)
        room -= len(escaped)
        if room < 1:
            return "".join(shown) + "…"
        shown.append(escaped)
    return "".join(shown)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
