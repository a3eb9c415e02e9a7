"""While a log takes long, the terminal shows that something happens; nothing else ever does."""

import io
import time

import pytest

from pushlog.commands import waiting


class Terminal(io.StringIO):
    """Standard error as a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def put(monkeypatch):
    """Put a file in the place of standard error, and let waiting begin after so many seconds."""

    def put(file, seconds):
        monkeypatch.setattr("sys.stderr", file)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(waiting, "SECONDS", seconds)
        return file

    return put


def test_a_bar_is_shown_while_a_log_is_read_and_the_name_is_made_harmless(put):
    stderr = put(Terminal(), 0.01)
    with waiting.waiting("push\x1b]0;x\x07[red].log"):
        deadline = time.monotonic() + 10
        while "reading" not in stderr.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
    shown = stderr.getvalue()
    assert "reading push" in shown
    assert "[red].log" in shown
    assert "\x1b]0;" not in shown


def test_nothing_is_shown_for_a_log_that_is_read_in_no_time(put):
    stderr = put(Terminal(), 60)
    with waiting.waiting("push.log"):
        pass
    assert not stderr.getvalue()


def test_nothing_is_shown_where_standard_error_is_no_terminal(put):
    plain = put(io.StringIO(), 0)
    with waiting.waiting("push.log"):
        time.sleep(0.05)
    assert not plain.getvalue()
