"""The HTML report in a real browser: nothing overflows, nothing is blocked, nothing leaves the page."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from pushlog.report import html
from tests.diagnoses import bare, body_limit, cut_off, hostile, log, long_success, no_layers

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER: chromium is not installed, layout goes untested")

PAGES = {
    "refused": [log(body_limit())],
    "long": [log(long_success())],
    "cut-off": [log(cut_off())],
    "no-layers": [log(no_layers())],
    "bare": [log(bare())],
    "several": [log(body_limit(), long_success(8), cut_off()), log(name="empty.txt")],
    "hostile": [hostile("<script>document.title='broken'</script>" + "x" * 300)],
}
WIDTHS = (360, 800, 1280)
# The policy that Jenkins serves archived reports with.
STRICT = "sandbox; default-src 'none'; img-src 'self'; style-src 'self'"
# Frames of given widths, measured from outside: the report itself may not run a script.
MEASURE = """<!doctype html><body><script>
const sizes = %s, out = {};
const done = sizes.map(([page, width]) => new Promise(ready => {
  const frame = document.createElement("iframe");
  frame.width = width; frame.height = 900; frame.style.border = 0;
  frame.onload = () => {
    const doc = frame.contentDocument;
    out[page + " " + width] = [doc.documentElement.scrollWidth, doc.title,
      Math.round(doc.querySelector(".plot svg rect")?.getBoundingClientRect().height ?? 0)];
    ready();
  };
  frame.src = page + "/index.html";
  document.body.append(frame);
}));
Promise.all(done).then(() => { document.body.textContent = JSON.stringify(out); });
</script></body>"""


class Handler(SimpleHTTPRequestHandler):
    """Serves the reports, `/strict/` under the strict policy, and remembers what was asked for."""

    asked: ClassVar[list[str]] = []

    def end_headers(self) -> None:
        if "/strict/" in self.path:
            self.send_header("Content-Security-Policy", STRICT)
        super().end_headers()

    def send_response(self, code: int, message: str | None = None) -> None:
        self.asked.append(self.path)
        super().send_response(code, message)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("site")
    for name, logs in PAGES.items():
        html.write_folder(logs, root / name)
    html.write_folder(PAGES["refused"], root / "strict")
    sizes = [(name, width) for name in PAGES for width in WIDTHS]
    (root / "measure.html").write_text(MEASURE % json.dumps(sizes), encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def browse(url: str, profile: Path, *options: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None
    switches = ("disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-sync")
    return subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-component-update",
            *(f"--{switch}" for switch in switches),
            f"--user-data-dir={profile}",
            "--enable-logging=stderr",
            "--virtual-time-budget=5000",
            *options,
            url,
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


@pytest.fixture(scope="module")
def measured(site: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, int]]:
    dump = browse(f"{site}/measure.html", tmp_path_factory.mktemp("profile"), "--dump-dom").stdout
    found = re.search(r"<body>(\{.*\})</body>", dump, re.DOTALL)
    assert found is not None, dump
    return {name: (int(w), str(title), int(h)) for name, (w, title, h) in json.loads(unescape(found[1])).items()}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_its_window(measured: dict[str, tuple[int, str, int]], name: str, width: int) -> None:
    assert measured[f"{name} {width}"][0] <= width


def test_a_script_in_a_log_does_not_run(measured: dict[str, tuple[int, str, int]]) -> None:
    assert all(title != "broken" for _, title, _ in measured.values())


def test_the_bars_of_the_waterfall_keep_their_height_on_a_telephone(measured: dict[str, tuple[int, str, int]]) -> None:
    assert measured["refused 360"][2] == measured["refused 1280"][2] == 14


def test_under_a_strict_policy_nothing_is_blocked_and_nothing_else_is_fetched(site: str, tmp_path: Path) -> None:
    Handler.asked.clear()
    shot = tmp_path / "page.png"
    console = browse(f"{site}/strict/index.html", tmp_path / "profile", f"--screenshot={shot}").stderr
    assert not re.search(r"Refused|violates|CONSOLE", console)
    # Browsers ask every site for its icon, whatever the page says.
    assert set(Handler.asked) - {"/favicon.ico"} == {"/strict/index.html", "/strict/report.css"}
    assert shot.stat().st_size > 10_000
