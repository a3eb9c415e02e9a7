"""Refusals in the same words are told once."""

from pushlog.report.alike import more_like_it, together
from pushlog.report.text import render
from tests.logs import DONE, HEADER, A, log

DENIED = "denied: requested access to the resource is denied"


def refused(name: str, error: str = DENIED) -> list[str]:
    return [HEADER.replace("app", name), f"{A}: Preparing", error]


def test_ten_refusals_are_one_and_nine_more() -> None:
    result = log(*(line for n in range(10) for line in refused(f"app{n}")))
    (alike,) = together(result.pushes)
    assert len(alike) == 10
    text = " ".join(render([result]).split())
    assert text.count(f"error {DENIED}") <= 1
    assert "And 9 more like it, refused in the same words: registry.example.com/team/app1 (lines 4-6), " in text
    assert "(lines 16-18) and 4 more." in text


def test_other_words_between_them_stand_alone() -> None:
    result = log(*refused("a"), *refused("b", "unauthorized: authentication required"), *refused("c"))
    assert [len(alike) for alike in together(result.pushes)] == [2, 1]


def test_pushes_that_went_well_are_not_alike() -> None:
    result = log(*([HEADER, f"{A}: Pushed", DONE] * 3))
    assert [len(alike) for alike in together(result.pushes)] == [1, 1, 1]


def test_the_rest_is_named() -> None:
    result = log(*refused("a"), *refused("b"))
    first, *others = result.pushes
    assert more_like_it(first, others).endswith(": registry.example.com/team/b (lines 4-6).")


def test_tries_of_one_image_are_named_by_their_lines() -> None:
    result = log(*(refused("a") * 8))
    (alike,) = together(result.pushes)
    assert len(alike) == 8
    assert more_like_it(alike[0], alike[1:]).startswith(
        "Refused in the same words 7 more times: lines 4-6, lines 7-9, "
    )
    assert more_like_it(alike[0], alike[1:2]) == "Refused in the same words 1 more time: lines 4-6."
