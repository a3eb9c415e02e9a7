"""The program that drove a client is named by the lines that it prints near a push, the nearest first."""

import pytest

from pushlog.formats.wrapper import wrapper_of
from pushlog.intake.log_text import LogText
from pushlog.knowledge.decorations import decorations
from pushlog.knowledge.tables import KnowledgeError
from pushlog.knowledge.wrappers import read_wrappers, wrappers
from pushlog.pipeline import analyze
from tests.logs import DIGEST, HEADER, A

ROWS = wrappers()
PUSH = (HEADER, f"{A}: Preparing", f"{A}: Pushed", f"latest: digest: {DIGEST} size: 528")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_takes_its_samples_by_one_of_its_literals(row):
    for sample in row.sample:
        text = LogText(sample.encode())
        wrapper = wrapper_of(text, len(sample), len(sample))
        assert wrapper is not None, sample
        assert wrapper.id == row.id, sample


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_leaves_its_lookalikes(row):
    assert [line for line in row.lookalike if row.prints(line)] == []


def test_the_nearest_line_decides():
    lines = [b"$ skaffold run", b"==> Pushing image to fly", b"denied: no"]
    text = LogText(b"\n".join(lines))
    start = text.start_of(3)
    nearest = wrapper_of(text, start, start + 10)
    assert nearest is not None
    assert nearest.id == "fly"
    assert wrapper_of(text, start, start + 10, first=start) is None


def test_a_row_without_a_sample_is_refused():
    row = "[[wrapper]]\nid = 'x'\nhas = ['x ']\nline = ['x ']\nsource = 'test'\n"
    with pytest.raises(KnowledgeError, match="sample"):
        read_wrappers(row, "mine.toml")


OWN_PREFIXES = [form for form in decorations().forms if form.wrapper]


@pytest.mark.parametrize("form", OWN_PREFIXES, ids=lambda form: form.id)
def test_a_prefix_that_no_other_program_writes_names_it(form):
    prefix = form.sample.removesuffix(form.inside)
    (push,) = analyze("\n".join(prefix + line for line in PUSH).encode()).pushes
    assert push.wrapper == form.wrapper
    assert push.wrapper in {row.id for row in ROWS}


def test_a_prefix_that_others_write_too_names_nobody():
    """Vagrant's lines look like Packer's."""
    (push,) = analyze("\n".join(f"    default: {line}" for line in PUSH).encode()).pushes
    assert push.wrapper is None
