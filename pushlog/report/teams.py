"""A message for a Teams workflow, printed and never sent: an Adaptive Card 1.4, https://adaptivecards.io/explorer/.

Text of the log stands in plain text runs, which Teams does not read as Markdown.
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

# Bytes that Teams takes of one message.
LARGEST = 28_000
_SHORT, _LONG = 200, 600

Element = dict[str, object]


def render(logs: Sequence[Log]) -> str:
    """Return the payload as JSON; pushes are left out from the end until it is small enough."""
    shown, left = list(messages(logs)), more(logs)
    while len((text := _payload(headline(logs), shown, left)).encode()) > LARGEST and shown:
        shown.pop()
        left += 1
    return text


def _payload(title: str, shown: Sequence[Message], left: int) -> str:
    body: list[Element] = [_text(title, _SHORT, size="Medium", weight="Bolder")]
    for message in shown:
        body += _elements(message, titled=len(shown) > 1 or left > 0)
    if left:
        body.append(_text(f"and {count(left, 'push')} more", _SHORT))
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return json.dumps({"type": "message", "attachments": [attachment]}, ensure_ascii=True, indent=1) + "\n"


def _elements(message: Message, *, titled: bool) -> Iterator[Element]:
    if titled:
        yield _text(message.title, _SHORT, weight="Bolder", separator=True)
    for text in (message.sentence, message.step, *(f"{name}: {value}" for name, value in message.facts)):
        if text:
            yield _text(text, _LONG)
    if message.quote:
        yield _text(message.quote, _LONG, fontType="Monospace")


def _text(text: str, most: int, *, separator: bool = False, **style: str) -> Element:
    """Return a block of one run of text: a TextBlock would be read as Markdown."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    block: Element = {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": cut, **style}]}
    return {**block, "separator": True} if separator else block
