"""Limits: each is said when it is hit, what was read is kept, and no input takes longer than its size."""

import gc
import io
import itertools
import sys
import time
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushlog import cli, pipeline
from pushlog.exits import Exit, status
from pushlog.formats.errors.wrapped import error_in
from pushlog.intake import read as reading
from pushlog.intake.limit_option import parse_limits
from pushlog.intake.limits import LONGEST_PIECE, Limits, loads, long_lines
from pushlog.intake.read import raw
from pushlog.knowledge.base import shipped
from pushlog.knowledge.stops import stop_reason
from pushlog.pipeline import Options, analyze_raw
from tests.logs import DIGEST, DONE, HEADER, A, B, exhausted


def limited(data: str | bytes, **limits):
    given = raw("push-log.txt", data.encode() if isinstance(data, str) else data)
    return analyze_raw(given, Options(limits=Limits(**limits)))


def ended(log) -> Exit:
    return status([log], fail_on="never", classes=False, strict=False)


def ids(number: int) -> list[str]:
    return [f"{n:012x}" for n in range(number)]


def test_a_log_within_all_limits_is_complete() -> None:
    log = limited("\n".join([HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE]))
    assert not log.source.incomplete
    assert ended(log) is Exit.DONE


def test_a_long_line_is_cut_and_the_push_around_it_is_read() -> None:
    log = limited("\n".join([HEADER, f"{A}: Preparing", "x" * 100_000, f"{A}: Pushed", DONE]))
    assert log.source.notes == ("line 3 cut at 64 KiB: 34464 bytes were not read",)
    assert log.pushes[0].outcome == "succeeded"
    assert max(len(item.text) for item in log.pushes[0].unread) <= LONGEST_PIECE
    assert ended(log) is Exit.INCOMPLETE_ANALYSIS


def test_a_line_that_is_drawn_over_is_long_only_between_its_returns() -> None:
    assert long_lines(b"abc\r" * 100_000, 64) == ()
    assert long_lines(b"abc\r" * 10 + b"x" * 65 + b"\ny", 64) == ("line 1 cut at 0 KiB: 1 byte were not read",)
    assert long_lines(b"\n" + b"x" * 70 + b"\n" + b"y" * 66, 64)[0].startswith("line 2 cut at 0 KiB, and 1 line below")


@given(st.lists(st.sampled_from(["\r", "\n", "x", "xxxxx", "xxxxxxxxxxxxxx"]), max_size=40), st.integers(1, 12))
def test_what_is_longer_than_the_limit_is_counted_to_the_byte(parts, limit) -> None:
    data = "".join(parts).encode()
    more = sum(max(0, len(piece) - limit) for piece in data.replace(b"\r", b"\n").split(b"\n"))
    said = "".join(long_lines(data, limit))
    assert (f" {more} byte{'s' if more > 1 else ''} were not read" in said) if more else not said


def test_a_log_is_read_up_to_its_limit(tmp_path) -> None:
    path = tmp_path / "x.log"
    path.write_bytes(f"{HEADER}\n{A}: Preparing\n".encode() + b"x\n" * 1000)
    given = reading.read(str(path), 200)
    assert (given.size, given.incomplete) == (200, True)
    assert given.notes == ("only the first 200 bytes were read, the limit for a log",)
    assert ended(analyze_raw(given)) is Exit.INCOMPLETE_ANALYSIS
    assert not reading.read(str(path), path.stat().st_size).incomplete


def test_standard_input_has_the_same_limit(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x" * 300)))
    assert reading.read("-", 200).incomplete


def test_no_log_holds_more_pushes_than_the_limit() -> None:
    one = f"{HEADER}\n{A}: Preparing\n{A}: Pushed\n{DONE}\n"
    log = limited(one * 5, pushes=3)
    assert len(log.pushes) == 3
    assert log.source.notes[-1] == "the log holds 5 pushes: only the first 3 were analyzed"
    assert ended(log) is Exit.INCOMPLETE_ANALYSIS


def test_no_push_has_more_layers_than_the_limit() -> None:
    log = limited("\n".join([HEADER, *(f"{layer}: Preparing" for layer in ids(9))]), layers=4)
    assert [layer.id for layer in log.pushes[0].layers] == ids(4)
    assert log.source.notes[-1] == "the push on line 1 names 9 layers: the first 4 are kept"
    assert ended(log) is Exit.INCOMPLETE_ANALYSIS


def test_no_push_has_more_findings_than_the_limit() -> None:
    text = "\n".join([HEADER, f"{A}: Preparing", *exhausted(A), "denied: no"])
    assert len(limited(text).pushes[0].findings) > 2
    log = limited(text, findings=2)
    assert len(log.pushes[0].findings) == 2
    assert log.source.notes[-1] == "more than 2 findings on a push: the rest was left out"
    assert ended(log) is Exit.INCOMPLETE_ANALYSIS


def test_a_log_that_takes_too_long_is_stopped_with_what_was_found() -> None:
    log = limited(f"{HEADER}\n{A}: Preparing\n", seconds=0.0)
    assert log.pushes == ()
    assert log.source.notes[-1] == "stopped after half of 0 s: what follows was not analyzed"
    assert ended(log) is Exit.INCOMPLETE_ANALYSIS


def test_a_log_that_takes_too_long_between_two_looks_at_the_time_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr(pipeline, "_build_cases", lambda *_: [n for n in itertools.count() if n < 0])
    log = limited(f"{HEADER}\n{A}: Preparing TOKEN=hunter2\n", seconds=0.1)
    assert (log.pushes, log.source.lines) == ((), 2)
    assert log.source.notes == ("given up after 0.1 s: nothing in it was analyzed",)
    assert ended(log) is Exit.INCOMPLETE_ANALYSIS


@pytest.mark.parametrize(
    "text", ["[" * 101 + "]" * 101, '{"a":' * 200, "[" * 100_000, '["' + "[" * 200 + '"' + "[" * 101]
)
def test_deep_json_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"brackets|Expecting|delimiter"):
        loads(text)


@pytest.mark.parametrize("text", ["[" * 100 + "]" * 100, '{"a":"' + "[{" * 500 + '\\"[[["}', b'["\xff"]'])
def test_json_of_a_usual_depth_is_read_whatever_its_strings_hold(text: str | bytes) -> None:
    assert loads(text)


def test_deep_json_among_the_engines_messages_costs_its_line_alone() -> None:
    message = f'{{"status":"Pushed","progressDetail":{{}},"id":"{A}"}}'
    log = limited("\n".join([f'{{"status":"{HEADER}"}}', message, '{"a":' * 5000, message]))
    assert [layer.state for layer in log.pushes[0].layers] == ["pushed"]


@pytest.mark.parametrize(
    "figures",
    [
        '{"current":99999999999999999999,"total":1e999}',
        '{"current":-5,"total":-3}',
        f'{{"current":{"9" * 4000}}}',
        '{"current":true,"total":"x"}',
    ],
)
def test_figures_that_no_push_has_break_nothing(figures: str) -> None:
    log = limited(f'{{"status":"{HEADER}"}}\n{{"status":"Pushing","progressDetail":{figures},"id":"{A}"}}\n')
    assert (log.pushes[0].layers[0].bytes_done or 0) <= 10**16


@pytest.mark.parametrize("seconds", ["9" * 20, "9" * 3000])
def test_a_countdown_that_no_daemon_prints_breaks_nothing(seconds: str) -> None:
    log = limited(f"{HEADER}\n{A}: Retrying in {seconds} seconds\n{A}: Retrying in {seconds} second \n")
    assert log.pushes[0].layers[0].retry_wait <= 2 * 86_400


def families(size: int) -> dict[str, bytes]:
    """Inputs of about that many bytes by which others of this kind became slow."""
    head = f"{HEADER}\n{A}: Pushing\n"
    texts = {
        "one long line": head + "x" * size,
        "digits of layers": head + f"{A}: " * (size // 14),
        "carriage returns": head + "\r" * size,
        "redraws of nothing": head + "a\r" * (size // 2),
        "brackets": head + "[{" * (size // 2),
        "deep messages": head + ('{"a":' * 200 + "\n") * (size // 1001),
        "escapes": head + "\x1b" * size,
        "moves": head + "\x1b[1A\x1b[2K" * (size // 8),
        "titles without an end": head + "\x1b]0;title" * (size // 9),
        "parameters without an end": head + "\x1b[" + "1;" * (size // 2),
        "a page without an end": head + "unknown: <html>\n" + "<p>x</p>\n" * (size // 9),
        "nearly pushing": head + f"{A}: Pushin\n" * (size // 22),
        "nearly a bar": head + f"{A}: Pushing [====>   \n" * (size // 35),
        "nearly a digest": head + "1.2: digest: sha256:zz size: 1\n" * (size // 32),
        "nearly a command": ("x$ " * 50 + "docker push\n") * (size // 162),
        "commands": "$ docker push r.example.com/a/b:1\n" * (size // 34),
        "retries": head + f"{A}: Retrying in 1 second\n" * (size // 27),
        "errors": head + "denied: no\n" * (size // 11),
        "codes in a line": head + "denied: " * (size // 8),
        "quotes": head + "unknown: " + '"' * size,
        "commands in a line": "docker push ; " * (size // 14) + "denied: x\n",
        "a row and stars": head + f"{A}: Pushing " + "*" * size,
        "letters alone": "denied: " + "Ab" * (size // 4) + " denied: x\n",
        "NULs": head + "\0" * size,
        "layers": head + "".join(f"{layer}: Preparing\n" for layer in ids(size // 24)),
        "pushes": (one := f"{HEADER}\n{A}: Preparing\n{A}: Pushed\n{DONE}\n") * (size // len(one)),
        "secrets": head + "x password=x _state=abcdefgh https://a:b@c\n" * (size // 43),
        "backslashes": head + "\\" * size,
        "percents": head + "%" * size,
    }
    return {name: text.encode() for name, text in texts.items()}


@pytest.mark.parametrize("name", families(0))
def test_four_times_the_input_takes_about_four_times_as_long(name: str) -> None:
    def took(size: int) -> float:
        given = raw("x", families(size)[name])
        gc.disable()  # what the other tests left behind would be searched too
        try:
            began = time.process_time()
            analyze_raw(given)
            return time.process_time() - began
        finally:
            gc.enable()

    took(1000)
    # Twice the linear growth and a tenth of a second for the machine: a quadratic one is 16 times.
    assert took(80_000) <= 8 * took(20_000) + 0.1


@pytest.fixture
def command(monkeypatch, capfd, tmp_path):
    """What `pushlog analyze` with such options ends with and says of a log of two pushes, with two layers each."""
    path = tmp_path / "x.log"
    one = [HEADER, f"{A}: Preparing", f"{B}: Preparing", f"{A}: Pushed", f"{B}: Pushed", DONE]
    path.write_text("\n".join(one * 2), "utf-8")

    def run(*options: str) -> tuple[object, str]:
        monkeypatch.setattr(sys, "argv", ["pushlog", "analyze", str(path), *options])
        with pytest.raises(SystemExit) as ended_with:
            cli.main()
        said = capfd.readouterr()
        return ended_with.value.code, said.out + said.err

    return run


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (["--limit", "pushes=2", "--limit", "layers=2", "--limit", "findings=50", "--limit", "size=1"], 0, ""),
        (["--limit", "pushes=1"], 4, "the log holds 2 pushes: only the first 1 were analyzed"),
        (["--limit", "layers=1"], 4, "names 2 layers: the first 1 are kept"),
        (["--limit", "findings=1"], 4, "more than 1 finding"),
        (["--time-limit", "60"], 0, ""),
        (["--limit", "pushes=0"], 2, "--limit 'pushes=0': a whole number from 1 on is needed"),
        (["--limit", "depth=3"], 2, "--limit 'depth=3' is not understood; it takes size=MIB"),
        (["--time-limit", "0"], 2, "--time-limit"),
    ],
)
def test_limits_can_be_set_from_the_command_line(command, options, status, said) -> None:
    code, output = command(*options)
    assert code == status, output
    assert said in output


def test_the_size_that_is_read_is_set_in_mib() -> None:
    assert parse_limits(["size=3"]).log_bytes == 3 << 20


def test_an_input_over_a_limit_ends_the_command_with_4(monkeypatch, capfd, tmp_path) -> None:
    path = tmp_path / "x.log"
    path.write_text("\n".join([HEADER, f"{A}: Preparing", "x" * 70_000, f"1: digest: {DIGEST} size: 1"]), "utf-8")
    monkeypatch.setattr(sys, "argv", ["pushlog", "analyze", str(path)])
    with pytest.raises(SystemExit) as ended_with:
        cli.main()
    assert ended_with.value.code == 4
    assert "cut at 64 KiB" in capfd.readouterr().out


# What stands in one line, and was tried from each of its characters on.
LINES = {
    "blanks": ("denied: a", " ", "b"),
    "blanks before an error": ("foo (x", " ", "denied: b"),
    "blanks and quotes": ("denied: a", ' "', "b"),
    "backslashes": ("denied: a", "\\", "b"),
    "backslashes before an error": ("foo x", "\\", "' denied: b"),
    "arrows": ("denied: a", " <-", "b"),
}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("ask", [partial(error_in, knowledge=shipped()), stop_reason], ids=["error", "stop"])
def test_a_line_four_times_as_long_takes_about_four_times_as_long(ask: Callable[[str], object], name: str) -> None:
    def took(size: int) -> float:
        begin, sign, end = LINES[name]
        line = begin + sign * (size // len(sign)) + end
        began = time.process_time()
        for _ in range(3):
            ask(line)
        return time.process_time() - began

    took(100)
    assert took(7600) <= 8 * took(1900) + 0.02
