"""No output is written over a file that the call reads, whatever that is called: status 2, a word, nothing changed."""

import os
import shutil
import tarfile

import pytest
import typer

from pushlog.cli import program
from pushlog.commands.inputs import BESIDE, LOGS
from pushlog.outputs import FOLDER_FILES
from tests.hostile.bounded import called
from tests.paths import SAMPLES

LOG = SAMPLES / "push-log.txt"
# Parameters that name a file and are no inputs, or that the settings answer for.
NO_INPUTS = {"output", "files", "out", "formats", "exports", "config_file"}


@pytest.fixture
def folder(tmp_path):
    """The same log under several names, and files beside it."""
    logs = tmp_path / "logs"
    logs.mkdir()
    for name in ("a.txt", "b.txt"):
        shutil.copy(LOG, logs / name)
    (tmp_path / "other").mkdir()
    shutil.copy(LOG, tmp_path / "other" / "c.txt")
    (tmp_path / "linked").symlink_to(logs, target_is_directory=True)
    (tmp_path / "link.txt").symlink_to(logs / "a.txt")
    (tmp_path / "hard.txt").hardlink_to(logs / "a.txt")
    (tmp_path / "key").write_bytes(b"0123456789abcdef0123456789abcdef")
    (tmp_path / "daemon.json").write_bytes(b"{}")
    with tarfile.open(tmp_path / "logs.tar", "w") as archive:
        archive.add(LOG, "a.txt")
    assert called("analyze", "logs/a.txt", "-f", "json=result.json", cwd=tmp_path).status == 0
    return tmp_path


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


CALLS = {
    "redact over the log": ("redact", "logs/a.txt", "-o", "logs/a.txt"),
    "by another spelling": ("redact", "logs/a.txt", "-o", "other/../logs/./a.txt"),
    "over the log of a link": ("redact", "link.txt", "-o", "logs/a.txt"),
    "over a link to the log": ("redact", "logs/a.txt", "-o", "link.txt"),
    "under its other name": ("redact", "logs/a.txt", "-o", "hard.txt"),
    "into their folder": ("redact", "logs/a.txt", "logs/b.txt", "-o", "logs"),
    "into the folder of one of them": ("redact", "other/c.txt", "logs/b.txt", "-o", "logs/"),
    "into a link to their folder": ("redact", "logs/a.txt", "logs/b.txt", "-o", "linked"),
    "over the key": ("redact", "logs/a.txt", "--key", "key", "-o", "key"),
    "over the archive": ("redact", "logs.tar/a.txt", "-o", "logs.tar"),
    "analyze": ("analyze", "logs/a.txt", "-f", "json=logs/a.txt"),
    "analyze, named by its ending": ("logs/b.txt", "logs/a.txt", "-o", "logs/a.txt"),
    "analyze, one of several": ("logs/a.txt", "-f", "text", "-f", "json=x.json", "-f", "junit=linked/a.txt"),
    "analyze, its daemon.json": ("logs/a.txt", "--daemon-config", "daemon.json", "-o", "daemon.json"),
    "analyze, the proxy's log": ("logs/a.txt", "--with", "other/c.txt", "-f", "text=other/c.txt"),
    "analyze, in the folder of the proxy's logs": ("logs/a.txt", "--with", "other", "-f", "text=other/c.txt"),
    "report": ("report", "result.json", "-f", "json=result.json"),
    "watch": ("watch", "logs/a.txt", "-f", "text=logs/a.txt"),
    "watch, a log to come": ("watch", "logs/new.txt", "-f", "text=linked/new.txt"),
    "compare, the old one": ("compare", "logs/a.txt", "logs/b.txt", "-f", "json=logs/a.txt"),
    "compare, the new one": ("compare", "logs/a.txt", "logs/b.txt", "-f", "text", "-f", "json=logs/b.txt"),
    "audit": ("audit", "logs/a.txt", "--out", "audit", "-f", "otlp=logs/a.txt"),
    "audit of a folder": ("audit", "logs", "--out", "audit", "-f", "prometheus=logs/b.txt"),
    "audit, its daemon.json": ("audit", "logs", "--daemon-config", "daemon.json", "-f", "otlp=daemon.json"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_nothing_is_written_over_what_is_read(folder, call):
    before = contents(folder)
    done = called(*call, cwd=folder)
    assert done.status == 2, done
    assert "would be written over" in done.err
    assert done.err.count("\n") == 1
    assert contents(folder) == before


def test_nor_over_standard_input(folder):
    before = contents(folder)
    # The descriptor itself, as a shell gives it.
    kept = os.dup(0)
    with (folder / "logs/a.txt").open("rb") as file:
        os.dup2(file.fileno(), 0)
        try:
            for call in (("redact", "-", "-o", "logs/a.txt"), ("analyze", "-f", "text=logs/a.txt")):
                done = called(*call, cwd=folder)
                assert done.status == 2, done
                assert "standard input" in done.err
        finally:
            os.dup2(kept, 0)
            os.close(kept)
    assert contents(folder) == before


def test_nor_over_a_page_that_is_read(folder):
    for name in FOLDER_FILES:
        shutil.copy(LOG, folder / "other" / name)
        assert called("analyze", f"other/{name}", "-f", "html=other/", cwd=folder).status == 2
        assert (folder / "other" / name).read_bytes() == LOG.read_bytes()


def test_nor_over_a_side_file_in_the_folder_of_an_audit(folder):
    (folder / "out").mkdir()
    table = folder / "out" / "sources.csv"
    table.write_text("id,branch\n1,main\n")
    done = called("audit", "logs", "--metadata", "out/sources.csv", "--out", "out", cwd=folder)
    assert done.status == 2, done
    assert "sources.csv" in done.err
    assert table.read_text() == "id,branch\n1,main\n"
    assert [path.name for path in (folder / "out").iterdir()] == ["sources.csv"]


def test_a_key_that_is_one_of_the_logs_is_no_secret(folder):
    done = called("redact", "logs/a.txt", "--key", "link.txt", "-o", "clean.txt", cwd=folder)
    assert done.status == 2, done
    assert "key" in done.err
    assert not (folder / "clean.txt").exists()


def test_what_is_not_read_is_written_over_as_ever(folder):
    for _ in range(2):
        assert called("redact", "logs/a.txt", "logs/b.txt", "-o", "clean", cwd=folder).status == 0
        assert called("redact", "logs/a.txt", "-o", "clean.txt", cwd=folder).status == 0
        assert called("analyze", "logs/a.txt", "-o", "new.json", "-f", "html=page/", cwd=folder).status == 0
        assert called("report", "new.json", "-f", "markdown=new.md", cwd=folder).status == 0
        assert called("compare", "logs/a.txt", "new.json", "-f", "json=old.json", cwd=folder).status == 0
    assert sorted(path.name for path in (folder / "page").iterdir()) == sorted(FOLDER_FILES)
    assert (folder / "logs/a.txt").read_bytes() == LOG.read_bytes()


def test_an_audit_writes_its_exports_again(folder):
    exports = [item for name in ("prometheus", "otlp", "grafana") for item in ("-f", f"{name}=logs/{name}.out")]
    for _ in range(2):
        assert called("audit", "logs", "--out", "audit", *exports, cwd=folder).status == 0
    assert called("compare", "audit", "audit", "-f", "html=audit/compare.html", cwd=folder).status == 0
    assert called("compare", "audit", "audit", "-f", "html=audit/compare.html", cwd=folder).status == 0


def test_the_list_of_inputs_is_complete():
    commands: dict[str, typer.core.TyperCommand] = vars(typer.main.get_command(program(None)))["commands"]
    words = ("FILE", "LOG", "RESULT", "OLD", "NEW", "PATH")
    named = {
        parameter.name
        for name, command in commands.items()
        if name not in ("man", "record", "rules", "explain")
        for parameter in command.params
        if any(word in str(parameter.metavar or "") for word in words)
    }
    assert named - NO_INPUTS == {*LOGS, *BESIDE}
