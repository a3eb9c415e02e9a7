"""Records that a runtime or a runner cut in pieces: what they tell ends on the line of the last piece."""

import json

import pytest

from pushlog.pipeline import analyze
from tests.logs import A, B

HEADER = "The push refers to repository [r.example/a]"
DENIED = ("denied: requested access ", "to the resource is", " denied")
PUSHED = (f"{A}: ", "Push", "ed")


def pieces(*last: str, is_cut: bool = False) -> list[tuple[str, bool]]:
    """The lines of a log with the word whether each goes on, the last ones in pieces."""
    whole = [(line, False) for line in (HEADER, f"{A}: Preparing", f"{A}: Pushing", f"{B}: Preparing")]
    return [*whole, *((piece, True) for piece in last[:-1]), (last[-1], is_cut)]


def cri(lines, pod: str = "") -> list[str]:
    return [
        f"{pod}2026-11-23T10:00:0{at}.000000000Z stdout {'P' if goes_on else 'F'} {text}"
        for at, (text, goes_on) in enumerate(lines)
    ]


def gitlab(lines) -> list[str]:
    goes_on = [False, *(more for _, more in lines)]
    return [
        f"2026-11-23T10:00:0{at}.000000Z 01O{'+' if goes_on[at] else ' '}{text}" for at, (text, _) in enumerate(lines)
    ]


def json_file(lines) -> list[str]:
    return [
        json.dumps({"log": text + "\n" * (not goes_on), "stream": "stdout", "time": f"2026-11-23T10:00:0{at}.0Z"})
        for at, (text, goes_on) in enumerate(lines)
    ]


FORMS = pytest.mark.parametrize("form", [cri, gitlab, json_file], ids=lambda form: form.__name__)


def pushed(lines: list[str]):
    return analyze("".join(f"{line}\n" for line in lines).encode()).pushes


@FORMS
def test_an_error_in_pieces_ends_a_push_on_the_last_of_them(form) -> None:
    (push,) = pushed(form(pieces(*DENIED)))
    assert push.error
    assert (push.error.line, push.error.text) == (5, "".join(DENIED))
    assert push.lines == (1, 7)


@FORMS
def test_the_row_of_a_layer_in_pieces_ends_on_the_last_of_them(form) -> None:
    (push,) = pushed(form(pieces(*PUSHED)))
    assert [(layer.state, layer.lines) for layer in push.layers] == [("pushed", (2, 7)), ("preparing", (4, 4))]
    assert push.lines == (1, 7)


@FORMS
def test_a_whole_record_behind_is_none_of_its_pieces(form) -> None:
    (push,) = pushed(form([*pieces(*DENIED), ("Cleaning up", False)]))
    assert push.lines == (1, 7)


def test_a_record_whose_last_piece_is_missing_ends_with_the_log() -> None:
    (push,) = pushed(cri(pieces(*DENIED, is_cut=True)))
    assert push.error
    assert push.error.text == "".join(DENIED)
    assert push.lines == (1, 7)


def test_pieces_of_another_pod_stand_between() -> None:
    lines = [cri(pieces(*DENIED), pod) for pod in ("[pod/a/c] ", "[pod/b/c] ")]
    first, second = pushed([line for pair in zip(*lines, strict=True) for line in pair])
    assert (first.lines, second.lines) == ((1, 13), (2, 14))


def test_a_line_that_is_whole_ends_where_it_stands() -> None:
    (push,) = pushed(cri(pieces("".join(DENIED))))
    assert push.lines == (1, 5)
