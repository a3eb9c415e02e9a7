"""What a person quotes inside a line of their own."""

import pytest

from pushlog.formats.marked_up import may_quote, quoted_lines

ERROR = "Error: writing blob: uploading layer chunked: EOF"


@pytest.mark.parametrize(
    "line",
    [
        f"`{ERROR}`",
        f"``` {ERROR} ```",
        f"**{ERROR}**",
        f"_{ERROR}_",
        f'"{ERROR}"',
        f"> {ERROR}",
        f">  `{ERROR}`",
        f"- `{ERROR}`",
        f"2. `{ERROR}`",
        f"- **{ERROR}**",
        f"`{ERROR}",
        f"Actual result: `{ERROR}`",
        f"I get `{ERROR}` since yesterday",
        f"It fails with `{ERROR}`.",
    ],
)
def test_the_quoted_line_is_taken_without_its_marks(line):
    assert may_quote(line)
    assert ERROR in list(quoted_lines(line))


def test_code_inside_a_quoted_error_is_part_of_it():
    assert list(quoted_lines("Getting: `error: Missing `from` argument`")) == ["error: Missing `from` argument"]


@pytest.mark.parametrize(
    "line",
    [
        f"If it fails with `{ERROR}`, push again",
        f"When it says: `{ERROR}`",
        f"* Fixed: `{ERROR}`",
        f"- `{ERROR}` means that a proxy closed the connection",
        f"Show `{ERROR}` in the summary",
        ERROR,
    ],
)
def test_what_a_document_says_of_an_error_is_no_quote(line):
    assert ERROR not in list(quoted_lines(line))
