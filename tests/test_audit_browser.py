"""The index of an audit in a real browser: no wider than its window, nothing blocked that matters, and it sorts."""

import json
import re
import threading
from collections.abc import Iterator
from functools import partial
from html import unescape
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from pushlog.audit import index
from pushlog.audit.summary import summary
from pushlog.report.html import stylesheet
from tests.test_audit_summary import HOSTILE, failed, found, hostile, push
from tests.test_report_browser import CHROMIUM, STRICT, Handler, browse

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER: chromium is not installed, layout goes untested")

WIDTHS = (360, 1280)
# Measures the frames, clicks a head of the list and filters it, and tells what it saw.
SCRIPT = """<!doctype html><body><script>
const out = {}, sizes = %s;
const done = sizes.map(([page, width]) => new Promise(ready => {
  const frame = document.createElement("iframe");
  frame.width = width; frame.height = 900; frame.style.border = 0;
  frame.onload = () => {
    const doc = frame.contentDocument, list = doc.getElementById("pushes");
    const rows = () => [...list.tBodies[0].rows].filter(row => !row.hidden);
    const first = () => rows().map(row => row.cells[1].textContent.trim());
    list.querySelectorAll("th button")[1].click();
    const sorted = first();
    const input = doc.querySelector(".filter input");
    input.value = "web"; input.dispatchEvent(new Event("input", {bubbles: true}));
    out[page + " " + width] = [doc.documentElement.scrollWidth, doc.title, sorted, first()];
    ready();
  };
  frame.src = page + "/index.html";
  document.body.append(frame);
}));
Promise.all(done).then(() => { document.body.textContent = JSON.stringify(out); });
</script></body>"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("audit")
    many = found(push("10:00:00", repository="team/app"), push("10:01:00", repository="team/web"), failed("11:00:00"))
    for name, frames in (("plain", many), ("strict", many), ("hostile", hostile())):
        (root / name / "push").mkdir(parents=True)
        (root / name / "push" / "report.css").write_text(stylesheet(), "utf-8")
        index.write(summary(frames), frames, root / name)
    sizes = [(name, width) for name in ("plain", "hostile") for width in WIDTHS]
    (root / "measure.html").write_text(SCRIPT % json.dumps(sizes), encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


Seen = dict[str, tuple[int, str, list[str], list[str]]]


@pytest.fixture(scope="module")
def seen(site: str, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    dump = browse(f"{site}/measure.html", tmp_path_factory.mktemp("profile"), "--dump-dom").stdout
    told = re.search(r"<body>(\{.*\})</body>", dump, re.DOTALL)
    assert told is not None, dump
    answer: Seen = json.loads(unescape(told[1]))
    return answer


def test_the_index_is_never_wider_than_its_window(seen: Seen) -> None:
    assert {name: width for name, (width, *_) in seen.items() if width > int(name.split()[1])} == {}


def test_the_list_sorts_and_filters(seen: Seen) -> None:
    _, _, ordered, filtered = seen["plain 1280"]
    assert ordered == ["team/web:1.0", "team/app:1.0", "team/app:1.0"]
    assert filtered == ["team/web:1.0"]


def test_what_strangers_wrote_is_text(seen: Seen) -> None:
    assert seen["hostile 1280"][1] == "3 of 4 pushes did not succeed (75 %)"
    assert any(HOSTILE[:20] in image for image in seen["hostile 1280"][2])


def test_under_a_strict_policy_only_the_script_is_blocked(site: str, tmp_path: Path) -> None:
    assert "script" not in STRICT
    console = browse(f"{site}/strict/index.html", tmp_path / "profile", f"--screenshot={tmp_path}/page.png").stderr
    refused = [line for line in console.splitlines() if re.search(r"Refused|violates|Blocked", line)]
    assert refused
    assert all("script" in line for line in refused)
    assert (tmp_path / "page.png").stat().st_size > 10_000
