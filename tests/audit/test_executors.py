"""Units through an executor: what is cut, what is retried, and that a worker's death costs one log at most."""

import json
import multiprocessing
import os
import signal
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool

import pytest

from pushlog.audit import worker
from pushlog.audit.executors import DIED, ExecutorError, Executors, processes
from pushlog.audit.inputs import Input
from pushlog.audit.units import Unit, units
from pushlog.audit.worker import Result, Settings
from tests.logs import DONE, HEADER, A


def inputs(*sizes):
    return [Input(name=f"job-{n:03}.log", size=size, stamp="1") for n, size in enumerate(sizes)]


def test_units_hold_about_as_many_bytes_and_a_huge_log_stands_alone_and_first():
    made = units(inputs(*[100_000] * 60, 50_000_000, *[100_000] * 60), {})
    assert [i.name for i in made[0].inputs] == ["job-060.log"]
    assert all(unit.bytes <= 2_100_000 for unit in made[1:])
    assert sum(len(unit.inputs) for unit in made) == 121


def test_a_unit_knows_the_hashes_of_results_for_files_of_the_same_size():
    (made,) = units(inputs(10, 20), {10: {"a"}, 20: {"c", "b"}, 30: {"d"}})
    assert made.known_hashes == ("a", "b", "c")


def test_a_unit_is_split_into_its_inputs_and_an_archive_into_its_members():
    many = Unit(inputs=tuple(inputs(*[1] * 20)))
    assert [len(piece.inputs) for piece in many.split(1)] == [3] * 6 + [2]
    one = Unit(inputs=tuple(inputs(1)))
    assert [piece.span for piece in one.split(20)] == [(0, 3), (3, 6), (6, 9), (9, 12), (12, 15), (15, 18), (18, 20)]
    assert one.split(1) == (one,)


class Mortal(Executor):
    """Answers at once, and dies as a pool does: what it was given with the fatal input, and all that comes after."""

    born = 0

    def __init__(self, fatal):
        type(self).born += 1
        self.fatal = fatal
        self.dead = False

    def submit(self, call, /, *args, **_):
        unit, _settings = args
        future: Future[object] = Future()
        names = [f"{i.name}:{m}" for i in unit.inputs for m in self.members(i, unit)]
        self.dead = self.dead or (call is worker.work and any(name in self.fatal for name in names))
        if self.dead:
            future.set_exception(BrokenProcessPool("a child process terminated abruptly"))
        elif call is worker.count:
            future.set_result(len(names))
        else:
            future.set_result(Result(lines=tuple(names), pages={}, logs=len(names), bytes=1))
        return future

    @staticmethod
    def members(one, unit):
        return range(*(unit.span or (0, 10))) if one.name.endswith(".zip") else [""]


def ran(given, fatal):
    engine = Executors(lambda: Mortal(fatal), 2, Settings())
    return dict(engine.results(given))


def test_only_the_log_that_kills_its_worker_becomes_a_row_of_error():
    given = [Unit(inputs=tuple(inputs(*[1] * 20)))]
    (result,) = ran(given, {"job-007.log:"}).values()
    told = [text for text in result.lines if "\t" in text]
    assert len(result.lines) == 20
    assert len(told) == 1
    head, rows = (json.loads(part) for part in told[0].split("\t"))
    assert head[0] == "job-007.log"
    assert rows["sources"][0][3:5] == ["unreadable", DIED]


def test_only_the_member_that_kills_its_worker_is_lost_of_an_archive():
    given = [Unit(inputs=(Input(name="logs.zip", size=1, stamp="1"),))]
    (result,) = ran(given, {"logs.zip:6"}).values()
    assert sorted(text for text in result.lines if "\t" not in text) == [f"logs.zip:{n}" for n in range(10) if n != 6]
    assert sum("\t" in text for text in result.lines) == 1


def test_units_that_died_beside_a_fatal_one_are_read_again():
    given = [Unit(inputs=(one,)) for one in inputs(*[1] * 12)]
    found = ran(given, {"job-003.log:", "job-009.log:"})
    assert set(found) == set(given)
    assert sum("\t" in text for result in found.values() for text in result.lines) == 2


def test_an_executor_that_was_closed_ends_the_audit_with_a_word():
    class Closed(Mortal):
        def submit(self, _call, /, *_args, **_):
            future: Future[object] = Future()
            future.cancel()
            future.set_running_or_notify_cancel()
            return future

    engine = Executors(lambda: Closed(()), 2, Settings())
    with pytest.raises(ExecutorError, match="run again"):
        list(engine.results([Unit(inputs=tuple(inputs(1)))]))


@pytest.fixture
def folder(tmp_path):
    """Twelve logs of one push each."""
    for n in range(12):
        text = "\n".join([HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE, f"job {n}"])
        (tmp_path / f"job-{n:03}.log").write_text(text, "utf-8")
    return tmp_path


def test_a_worker_killed_in_the_middle_loses_nothing(folder):
    given = [Unit(inputs=(Input(name=str(path), size=1, stamp="1"),)) for path in sorted(folder.iterdir())]
    found = {}
    for unit, result in Executors(lambda: processes(2), 2, Settings()).results(given):
        found[unit] = result
        if len(found) == 3:
            os.kill(multiprocessing.active_children()[0].pid or 0, signal.SIGKILL)
    assert set(found) == set(given)
    assert [result.lines[0] for result in found.values() if "succeeded" not in result.lines[0]] == []
