"""One line's answer depends on that line alone: a parser that has read others before gives the same marks."""

import random

import pytest

from pushlog.formats.dialects import DIALECTS
from pushlog.formats.docker import candidate_lines
from pushlog.formats.docker import lines as docker_lines
from pushlog.formats.grammar.line_parser import LineParser
from pushlog.formats.grammar.regex import literal_digits
from pushlog.intake.log_text import LogText
from pushlog.pipeline import analyze
from pushlog.report.json import render
from tests.golden import logs

GRAMMARS = [*DIALECTS, docker_lines]
# Digits that a grammar might look at take the places of others.
SHUFFLES = [str.maketrans("0123456789", digits) for digits in ("2222222222", "9876543210", "1111111111")]
ACCOUNTS = ("112345678901", "212345678901", "912345678901")


def push(account: str) -> str:
    host = f"{account}.dkr.ecr.us-east-1.amazonaws.com/app"
    return (
        f"$ docker push {host}:1.4\nThe push refers to repository [{host}]\n0123456789ab: Preparing\n"
        "denied: requested access to the resource is denied\n"
    )


def lines() -> list[str]:
    """Lines of all samples, each also with other digits, in an order of no meaning."""
    texts = [LogText(path.read_bytes()) for path in logs() if path.stat().st_size < 100_000]
    plain = {piece.text for text in texts for piece in text.pieces(0, len(text.data)) if len(piece.text) < 300}
    every = sorted({*plain, *(line.translate(table) for line in plain for table in SHUFFLES)})
    random.Random(7).shuffle(every)
    return every


@pytest.fixture(scope="module")
def sampled() -> list[str]:
    return lines()


@pytest.mark.parametrize("dialect", GRAMMARS, ids=lambda dialect: dialect.__name__.rpartition(".")[2])
def test_a_warm_parser_says_what_a_cold_one_says_in_any_order(dialect, sampled):
    parser = dialect.LINES
    taken = [line for line in sampled if parser.pattern.fullmatch(line)]
    taken = taken[:300] if len(taken) > 300 else taken
    cold = {line: LineParser(parser.file, parser.starts).line(line) for line in taken}
    for order in (taken, taken[::-1]):
        warm = LineParser(parser.file, parser.starts)
        assert {line: warm.line(line) for line in order} == cold


def test_digits_that_a_grammar_names_are_told():
    assert "2" not in literal_digits(candidate_lines.grammar())
    assert docker_lines.row("docker push 2.example/app:1") != docker_lines.row("docker push 1.example/app:1")


@pytest.mark.parametrize("order", [ACCOUNTS, ACCOUNTS[::-1]])
def test_an_answer_depends_neither_on_the_logs_before_nor_on_the_pushes_before(order):
    alone = {account: render([analyze(push(account).encode())]) for account in order}
    again = {account: render([analyze(push(account).encode())]) for account in sorted(order)}
    assert alone == again
    together = analyze("".join(map(push, order)).encode())
    assert [one.reference.tags for one in together.pushes] == [("1.4",)] * 3
