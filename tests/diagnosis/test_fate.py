"""What becomes of each layer in the end, whatever its last line says."""

from pushlog.model import Fate
from tests.logs import DONE, HEADER, A, B, C, D, exhausted, push


def fates(*lines):
    return [layer.fate for layer in push(*lines).layers]


def test_layers_of_a_good_push_are_done():
    assert fates(HEADER, f"{A}: Preparing", f"{B}: Layer already exists", f"{A}: Pushed", DONE) == [Fate.DONE] * 2


def test_the_layer_that_used_up_its_retries_gave_up_and_the_others_were_cancelled():
    lines = [HEADER, *(f"{layer}: Preparing" for layer in (A, B, C, D)), f"{B}: Pushed", f"{C}: Pushing [>] 1MB/9MB"]
    assert fates(*lines, f"{D}: Waiting", exhausted(A), "EOF") == [
        Fate.GAVE_UP,
        Fate.DONE,
        Fate.CANCELLED,
        Fate.NOT_STARTED,
    ]


def test_of_several_layers_under_way_nobody_knows_which_failed():
    lines = [HEADER, f"{A}: Pushing [>] 1MB/9MB", f"{B}: Pushing [>] 1MB/9MB", "EOF"]
    assert fates(*lines) == [Fate.UNFINISHED, Fate.UNFINISHED]


def test_the_only_layer_under_way_failed():
    assert fates(HEADER, f"{A}: Pushed", f"{B}: Pushing [>] 1MB/9MB", "EOF") == [Fate.DONE, Fate.FAILED]


def test_a_stopped_push_cancels_what_had_begun():
    lines = [HEADER, f"{A}: Pushing [>] 1MB/9MB", f"{B}: Waiting", "^C"]
    assert set(fates(*lines)) <= {Fate.CANCELLED, Fate.NOT_STARTED}


def test_a_log_that_was_cut_leaves_layers_unfinished():
    assert fates(HEADER, f"{A}: Pushing [>] 1MB/9MB", f"{B}: Waiting") == [Fate.UNFINISHED, Fate.NOT_STARTED]
