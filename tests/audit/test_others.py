"""An audit of many clients' logs with one set of other logs, and of a server's own log."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pushlog.audit import run
from pushlog.audit.run import Plan, audit
from pushlog.audit.worker import Settings
from pushlog.commands import audit as audit_command
from pushlog.faults import InputError
from pushlog.formats.other_side import shared
from pushlog.formats.other_side.table import side_table
from tests.many_pushes import many_pushes
from tests.side_logs import access, request, upload

UPLOAD = "1b1c9a0e-7d34-4b0f-8a21-6c2e9d4f7a10"


@pytest.fixture(autouse=True)
def threads(monkeypatch):
    """A thread does the work here: what processes add has tests of its own."""
    monkeypatch.setattr(run, "processes", ThreadPoolExecutor)


def written(folder, sides):
    """Other logs in a folder, and those of the clients in another one."""
    for name, lines in sides.lines().items():
        (folder / f"{name}.log").write_text("\n".join(lines) + "\n", "utf-8")
    clients = folder / "clients"
    clients.mkdir()
    for number, client in enumerate(sides.clients):
        (clients / f"{number:03d}.txt").write_text("\n".join(client) + "\n", "utf-8")
    return clients, tuple(str(path) for path in sorted(folder.glob("*.log")))


def test_each_client_s_log_gets_its_own_lines_and_the_other_logs_are_read_once(tmp_path, monkeypatch):
    clients, paths = written(tmp_path, many_pushes(2, 8, containerd=False, users=8))
    reads = []

    def counted(*given):
        reads.append(given)
        return side_table(*given)

    monkeypatch.setattr(shared, "side_table", counted)
    out = tmp_path / "out"
    done = audit([str(clients)], Plan(out=out, jobs=1, settings=Settings(others=paths)))
    assert (done.read, done.summary.totals.pushes) == (8, 8)
    assert len(reads) == 1
    pages = [page.read_text("utf-8") for page in (out / "push").rglob("*.html")]
    assert any("access.log" in page for page in pages)


def test_results_are_made_anew_when_one_of_the_other_logs_has_grown(tmp_path):
    clients, paths = written(tmp_path, many_pushes(2, 3, containerd=False))
    plan = Plan(out=tmp_path / "out", jobs=1, settings=Settings(others=paths))
    assert audit([str(clients)], plan).read == 3
    assert audit([str(clients)], plan).read == 0
    with (tmp_path / "access.log").open("a", encoding="utf-8") as file:
        file.write(access(50, request("GET"), 200) + "\n")
    assert audit([str(clients)], plan).read == 3


def test_a_server_s_own_log_is_audited_as_the_pushes_of_its_clients(tmp_path):
    log = tmp_path / "access.log"
    refused = access(9, request("PATCH", upload(UPLOAD, 8)), 413)
    log.write_text("\n".join([access(8, request("POST", "blobs/uploads/"), 202), refused]) + "\n", "utf-8")
    done = audit([str(log)], Plan(out=tmp_path / "out", jobs=1))
    assert (done.summary.totals.pushes, done.summary.totals.failed) == (1, 1)
    assert [cause.family for cause in done.summary.causes] == ["size-limit"]


def test_standard_input_is_no_log_for_several_processes():
    with pytest.raises(InputError, match="give a file"):
        audit_command._others(["-"])
