"""Recall on secrets: every form, in every surrounding that logs put around it; look-alikes stay."""

import json
import re

import pytest

from pushlog.redaction.whole import redact_log_bytes
from tests.logs import HEADER
from tests.redaction.forms import FORMS, LOOKALIKES


def cleaned(text: str) -> str:
    return redact_log_bytes(text.encode()).data.decode()


def plain(text: str) -> str:
    return text


def coloured(text: str) -> str:
    """A colour code every seven characters."""
    return "\n".join(
        "\x1b[36m" + "".join(f"{line[at : at + 7]}\x1b[1m" for at in range(0, len(line), 7)) + "\x1b[0m"
        for line in text.split("\n")
    )


def wrapped(text: str) -> str:
    """Broken at 80 columns, with the beginning of a long line before a text of one line."""
    long = text if "\n" in text else f"{'- ' * 22}{text}"
    return "\n".join(line[at : at + 80] for line in long.split("\n") for at in range(0, len(line), 80))


def stamped(text: str) -> str:
    return "\n".join(f"2024-01-01T00:00:{at:02d}.0000000Z {line}" for at, line in enumerate(text.split("\n")))


def in_json(text: str) -> str:
    records = ({"log": f"{line}\n", "stream": "stdout", "time": "2024-01-01"} for line in text.split("\n"))
    return "\n".join(map(json.dumps, records))


def wrapped_and_stamped(text: str) -> str:
    return stamped(wrapped(text))


def with_returns(text: str) -> str:
    return wrapped(text).replace("\n", "\r\n")


SURROUNDINGS = (plain, coloured, wrapped, stamped, in_json, wrapped_and_stamped, with_returns)


def leaks(text: str, secret: str) -> bool:
    """Whether eight characters in a row of the secret are left."""
    left, letters = (
        re.sub(r"\x1b\[[0-9;]*m|REDACTED-[a-z-]+|[^A-Za-z0-9]", "", part) for part in (cleaned(text), secret)
    )
    length = min(8, len(letters))
    return any(letters[at : at + length] in left for at in range(len(letters) - length + 1))


def test_there_are_many_forms() -> None:
    assert len(FORMS) > 200
    assert len(LOOKALIKES) > 50


@pytest.mark.parametrize("surrounding", SURROUNDINGS, ids=lambda surrounding: surrounding.__name__)
def test_every_form_is_hidden(surrounding) -> None:
    missed = [
        form for form, secret in FORMS if leaks(f"{HEADER}\n{surrounding(form.replace('@@', secret))}\nend\n", secret)
    ]
    assert missed == []


@pytest.mark.parametrize("surrounding", SURROUNDINGS, ids=lambda surrounding: surrounding.__name__)
def test_what_only_looks_like_a_secret_stays(surrounding) -> None:
    assert [text for text in LOOKALIKES if cleaned(surrounding(text)) != surrounding(text)] == []
