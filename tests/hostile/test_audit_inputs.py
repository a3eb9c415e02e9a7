"""Names, URLs and folders that an audit is given: a wrong one is a row or status 2, and never the end of the others."""

import gzip
import json
import os
import re
import shutil

import pytest

from tests.hostile.bounded import MEGABYTES, called, pushlog
from tests.paths import SAMPLES

LOG = SAMPLES / "push-log.txt"
# Bytes that are no UTF-8, that a file name may hold all the same.
NAME = b"caf\xe9.log"
CAN_NAME = os.name == "posix" and os.uname().sysname == "Linux"
needs_bytes = pytest.mark.skipif(not CAN_NAME, reason="file names are text here")


def told(folder):
    return json.loads((folder / "out" / "audit.json").read_text("utf-8"))


def whole(done, folder):
    assert done.status in (0, 4), done
    assert "Traceback" not in done.err
    assert (folder / "out" / "index.html").exists()
    assert (folder / "out" / "pushes.parquet").exists() or "pyarrow" in done.err


@needs_bytes
@pytest.mark.parametrize("where", ["file", "folder", "member", "list", "dangling", "archive", "pattern"])
def test_a_name_that_is_not_utf_8_is_a_row(tmp_path, where):
    root, name = tmp_path / "in", os.fsdecode(NAME)
    root.mkdir()
    shutil.copy(LOG, tmp_path / "in" / "plain.log")
    names, stdin = ["in"], b""
    if where == "file":
        shutil.copy(LOG, root / name)
    elif where == "folder":
        (root / os.fsdecode(b"d\xff")).mkdir()
        shutil.copy(LOG, root / os.fsdecode(b"d\xff") / "a.log")
    elif where == "member":
        import tarfile

        with tarfile.open(tmp_path / "in" / "a.tar", "w", encoding="utf-8", errors="surrogateescape") as archive:
            archive.add(LOG, name)
    elif where == "list":
        shutil.copy(LOG, root / name)
        names, stdin = ["-"], b"in/plain.log\nin/" + NAME + b"\nin/gone\xfe.log\n"
    elif where == "dangling":
        (root / name).symlink_to("nowhere")
    elif where == "pattern":
        shutil.copy(LOG, root / name)
        names = ["in/*"]
    else:
        with gzip.open(root / f"{name}.gz", "wb") as file:
            file.write(LOG.read_bytes())
    for _ in range(2):
        done = called("audit", *names, "--out", "out", cwd=tmp_path, stdin=stdin)
        whole(done, tmp_path)
    assert "\\ud" not in (tmp_path / "out" / "audit.json").read_text("utf-8")
    assert called("compare", "out", "out", cwd=tmp_path).status == 0


URLS = ["https://[x", "https://[::1", "http://a:b:c/", "s3://", "https://%00/", "https://x:99999999/", "file://\udcff/x",
        "https://" + "a" * 70_000]  # fmt: skip


@pytest.mark.parametrize("url", URLS)
def test_a_url_that_cannot_be_read_is_a_row_of_a_list_and_status_2_by_name(tmp_path, url):
    stdin = f"{LOG}\n{url}\n".encode("utf-8", "surrogateescape")
    done = called("audit", "-", "--out", "out", cwd=tmp_path, stdin=stdin)
    whole(done, tmp_path)
    assert told(tmp_path)["totals"]["pushes"] >= 1
    if len(url) < 1000 and "\udcff" not in url:
        named = called("audit", url, "--out", "out2", cwd=tmp_path)
        assert named.status == 2, named
        assert named.err.count("\n") == 1


@pytest.mark.parametrize(
    "url",
    ["reference://x::{evil}", "reference://::file://{evil}", "python://x", "filecache::file://{evil}", "dask://x",
     "jupyter://x", "generic://file://{evil}", "dir::file://{evil}", "sqlite://x", "zip://a::{evil}"],
)  # fmt: skip
def test_a_url_is_one_of_the_known_stores_and_never_a_template(tmp_path, url):
    """fsspec's `reference` renders Jinja templates of the file that it is given: code, by a name in a list."""
    evil = tmp_path / "evil.json"
    code = "{{ ''.__class__.__mro__[1].__subclasses__() }}"
    evil.write_text(json.dumps({"version": 1, "templates": {"a": code}, "gen": [], "refs": {"x": ["{{a}}", 0, 1]}}))
    done = called("audit", url.format(evil=evil), "--out", "out", cwd=tmp_path)
    assert done.status == 2, done
    assert done.err.count("\n") == 1
    assert re.search(r"no kind of address|no such file|pip install", done.err), done


@pytest.fixture
def audited(tmp_path):
    (tmp_path / "logs").mkdir()
    shutil.copy(LOG, tmp_path / "logs" / "a.log")
    assert called("audit", "logs", "--out", "out", cwd=tmp_path).status == 0
    shutil.copy(SAMPLES / "fail-denied-graphdriver-piped.txt", tmp_path / "logs" / "b.log")
    return tmp_path


def parts(folder):
    return sorted((folder / "out" / "results").glob("*.jsonl.gz"))


def spoil(folder, change):
    (part,) = parts(folder)
    lines = gzip.decompress(part.read_bytes()).decode().split("\n")
    part.write_bytes(gzip.compress(change(lines).encode("utf-8", "surrogatepass")))


def rows_with(lines, edit):
    head, _, body = lines[1].partition("\t")
    rows = json.loads(body)
    edit(rows)
    return "\n".join([lines[0], f"{head}\t{json.dumps(rows)}", ""])


def heads_with(lines, head):
    return "\n".join([lines[0], f"{head}\t{lines[1].partition(chr(9))[2]}", ""])


def set_page(value):
    def edit(rows):
        rows["pushes"][0][-1] = value

    return edit


DAMAGE = {
    "words": lambda _: "xx\n",
    "an-empty-list": lambda _: "[]\n",
    "a-number": lambda _: "5\n",
    "null": lambda _: "null\n",
    "brackets": lambda _: "[" * 100_000 + "\n",
    "a-short-head": lambda lines: heads_with(lines, '["a.log"]'),
    "a-long-head": lambda lines: heads_with(lines, '["a.log",1,"1","","x",7]'),
    "a-head-of-objects": lambda lines: heads_with(lines, "[{},[],{},[],{}]"),
    "a-head-of-numbers": lambda lines: heads_with(lines, "[1,2,3,4,5]"),
    "a-head-that-is-no-json": lambda lines: heads_with(lines, "[x"),
    "a-head-of-brackets": lambda lines: heads_with(lines, "[" * 100_000),
    "a-head-that-is-an-object": lambda lines: heads_with(lines, "{}"),
    "no-tab": lambda lines: f"{lines[0]}\n{lines[1].replace(chr(9), ' ')}\n",
    "rows-that-are-no-json": lambda lines: f"{lines[0]}\n{lines[1].partition(chr(9))[0]}\t{{x\n",
    "rows-that-are-a-list": lambda lines: f"{lines[0]}\n{lines[1].partition(chr(9))[0]}\t[1]\n",
    "rows-of-brackets": lambda lines: f"{lines[0]}\n{lines[1].partition(chr(9))[0]}\t{'[' * 100_000}\n",
    "a-table-that-is-missing": lambda lines: rows_with(lines, lambda rows: rows.pop("layers")),
    "a-table-that-is-a-number": lambda lines: rows_with(lines, lambda rows: rows.update(layers=5)),
    "no-source": lambda lines: rows_with(lines, lambda rows: rows.update(sources=[])),
    "a-row-that-is-short": lambda lines: rows_with(lines, lambda rows: rows["pushes"][0].pop()),
    "a-row-that-is-long": lambda lines: rows_with(lines, lambda rows: rows["pushes"][0].append(1)),
    "a-row-that-is-a-text": lambda lines: rows_with(lines, lambda rows: rows.update(pushes=["x" * 33])),
    "an-object-in-a-row": lambda lines: rows_with(lines, lambda rows: rows["pushes"][0].__setitem__(10, {"a": 1})),
    "a-text-for-a-number": lambda lines: rows_with(lines, lambda rows: rows["pushes"][0].__setitem__(1, "x")),
    "a-number-for-a-text": lambda lines: rows_with(lines, lambda rows: rows["pushes"][0].__setitem__(11, 5)),
    "numbers-for-tags": lambda lines: rows_with(lines, lambda rows: rows["pushes"][0].__setitem__(9, [1, 2])),
    "infinity": lambda lines: rows_with(lines, lambda rows: rows["pushes"][0].__setitem__(22, 1e999)),
    "nan": lambda lines: rows_with(lines, lambda rows: rows["pushes"][0].__setitem__(22, float("nan"))),
    "beyond-64-bits": lambda lines: rows_with(lines, lambda rows: rows["pushes"][0].__setitem__(25, 10**30)),
    "negative": lambda lines: rows_with(lines, lambda rows: rows["pushes"][0].__setitem__(25, -5)),
    "half-a-character": lambda lines: rows_with(lines, lambda rows: rows["pushes"][0].__setitem__(8, "\ud800")),
    "a-page-that-is-a-script": lambda lines: rows_with(lines, set_page("javascript:alert(1)//")),
    "a-page-elsewhere": lambda lines: rows_with(lines, set_page("https://evil.example/x.html")),
    "a-page-above": lambda lines: rows_with(lines, set_page("push/../../x-0.html")),
    "a-page-of-data": lambda lines: rows_with(lines, set_page("data:text/html,<script>alert(1)</script>")),
    "a-page-with-a-host": lambda lines: rows_with(lines, set_page("//evil.example/0123456789abcdef-0.html")),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_spoilt_part_is_read_again_and_never_believed(audited, name):
    spoil(audited, DAMAGE[name])
    compared = called("compare", "out", "out", cwd=audited)
    assert compared.status in (0, 2, 3), compared
    assert "Traceback" not in compared.err
    for _ in range(2):
        done = called("audit", "logs", "--out", "out", cwd=audited)
        assert done.status == 0, done
    page = (audited / "out" / "index.html").read_text()
    assert not re.search(r'href="(?!#|push/[0-9a-f]{16}-\d+\.html"|push/report\.css"|audit\.css")', page)
    assert "evil.example" not in page
    assert told(audited)["totals"]["pushes"] == 2


def test_a_part_that_unpacks_without_end_is_not_unpacked(audited):
    from tests.hostile.archives import zeros_gz

    parts(audited)[0].write_bytes(zeros_gz(1024))
    for command in (["audit", "logs", "--out", "out"], ["compare", "out", "out"]):
        done = pushlog(*command, cwd=audited)
        assert done.status is not None, done
        assert done.megabytes < MEGABYTES, done


def test_the_pages_of_an_audit_have_a_policy(audited):
    called("audit", "logs", "--out", "out", cwd=audited)
    page = (audited / "out" / "index.html").read_text()
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', page)
    assert policy, "no policy"
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    assert page.index("Content-Security-Policy") < page.index("<link")
    for push in (audited / "out" / "push").glob("*.html"):
        assert "Content-Security-Policy" in push.read_text()


VICTIMS = ("0123456789abcdef-0.html", "notes-of-mine.html", "000001-00001.jsonl.gz", ".x.tmp")


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize("link", ["push", "results", "both"])
def test_nothing_is_followed_out_of_the_folder(tmp_path, link):
    shutil.copy(LOG, tmp_path / "a.log")
    victim = tmp_path / "victim"
    victim.mkdir()
    for name in VICTIMS:
        (victim / name).write_text("mine")
    (tmp_path / "out").mkdir()
    for name in ("push", "results"):
        if link in (name, "both"):
            (tmp_path / "out" / name).symlink_to(victim)
    done = called("audit", "a.log", "--out", "out", cwd=tmp_path)
    assert done.status == 2, done
    assert done.err.count("\n") == 1
    assert sorted(path.name for path in victim.iterdir()) == sorted(VICTIMS)
    assert all((victim / name).read_text() == "mine" for name in VICTIMS)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize(
    "name", [".lock", "index.html", "audit.json", "audit.css", "pushes.parquet", "push/report.css"]
)
def test_a_link_in_the_place_of_a_file_is_replaced_and_not_written_through(tmp_path, name):
    shutil.copy(LOG, tmp_path / "a.log")
    assert called("audit", "a.log", "--out", "out", cwd=tmp_path).status == 0
    (tmp_path / "out" / name).unlink(missing_ok=True)
    (tmp_path / "out" / name).symlink_to(tmp_path / "victim")
    done = called("audit", "a.log", "--out", "out", cwd=tmp_path)
    assert "Traceback" not in done.err, done
    assert not (tmp_path / "victim").exists()


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_the_default_folder_is_not_followed_where_a_checkout_brings_it(tmp_path):
    shutil.copy(LOG, tmp_path / "a.log")
    (tmp_path / "victim").mkdir()
    (tmp_path / "pushlog-audit").symlink_to(tmp_path / "victim")
    done = called("audit", "a.log", cwd=tmp_path)
    assert done.status == 2, done
    assert not any((tmp_path / "victim").iterdir())


def test_only_pages_of_an_audit_are_swept(audited):
    mine = audited / "out" / "push" / "notes-of-mine.html"
    mine.write_text("mine")
    called("audit", "logs", "--out", "out", cwd=audited)
    assert mine.exists()


def test_a_reading_without_end_is_a_row_within_its_time(tmp_path):
    """Many small members of a compressed stream: nothing comes out, and reading never ends."""
    (tmp_path / "logs").mkdir()
    shutil.copy(LOG, tmp_path / "logs" / "good.log")
    empty = gzip.compress(b"", mtime=0)
    (tmp_path / "logs" / "slow.gz").write_bytes(empty * (40_000_000 // len(empty)))
    done = pushlog("audit", "logs", "--out", "out", "--time-limit", "1", "-j", "1", cwd=tmp_path, patience=120)
    whole(done, tmp_path)
    assert told(tmp_path)["totals"]["pushes"] >= 1
    assert done.seconds < 60


def test_a_worker_that_holds_the_interpreter_is_killed(tmp_path):
    """A member whose reading is one endless call in C: the limit holds by the clock of another process."""
    (tmp_path / "logs").mkdir()
    shutil.copy(LOG, tmp_path / "logs" / "good.log")
    (tmp_path / "logs" / "evil.log").write_bytes(LOG.read_bytes() + b"hold\n")
    code = (
        "import sys, re\n"
        "import pushlog.audit.executors as executors, pushlog.audit.worker as worker\n"
        "sys.path.insert(0, {root!r})\n"
        "import holding\n"
        "executors.begin = holding.begin\n"
        "sys.argv = ['pushlog', 'audit', 'logs', '--out', 'out', '--time-limit', '0.5', '-j', '1']\n"
        "from pushlog.__main__ import main\n"
        "main()\n"
    )
    (tmp_path / "holding.py").write_text(
        "import re\n"
        "from pushlog.audit import reading, worker\n"
        "real = worker.begin\n"
        "def begin(*a):\n"
        "    real(*a)\n"
        "    before = reading.members\n"
        "    def members(file, *rest, **more):\n"
        "        if 'evil' in file.name: re.match('(a+)+$', 'a' * 40 + 'b')\n"
        "        return before(file, *rest, **more)\n"
        "    reading.members = members\n"
    )
    import sys

    done = pushlog(cwd=tmp_path, bare=True, before=(sys.executable, "-P", "-c", code.format(root=str(tmp_path))),
                   patience=100)  # fmt: skip
    whole(done, tmp_path)
    reasons = [row["reason"] for row in told(tmp_path)["unread"]]
    assert len(reasons) == 1
    assert done.seconds < 60
