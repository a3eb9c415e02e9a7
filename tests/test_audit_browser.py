"""The index of an audit in a real browser: no wider than its window, nothing blocked that matters, and it sorts."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from pushlog.audit import index
from pushlog.audit.summary import summary
from pushlog.report.html import stylesheet
from tests.browser import CHROMIUM, Browser
from tests.test_audit_summary import HOSTILE, failed, found, hostile, push
from tests.test_report_browser import STRICT, Handler

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER: chromium is not installed, layout goes untested")

WIDTHS = (360, 800, 1280)
# What stands in the second column of the list of pushes, as far as it is shown.
IMAGES = """[...document.getElementById("pushes").tBodies[0].rows].filter(row => !row.hidden)
  .map(row => row.cells[1].textContent.trim())"""
SORT = """document.querySelectorAll("#pushes th button")[1].click()"""
FILTER = """(input => { input.value = "web"; input.dispatchEvent(new Event("input", {bubbles: true})); })
  (document.querySelector(".filter input"))"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("audit")
    many = found(push("10:00:00", repository="team/app"), push("10:01:00", repository="team/web"), failed("11:00:00"))
    for name, frames in (("plain", many), ("strict", many), ("hostile", hostile())):
        (root / name / "push").mkdir(parents=True)
        (root / name / "push" / "report.css").write_text(stylesheet(), "utf-8")
        index.write(summary(frames), frames, root / name)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["plain", "hostile"])
def test_the_index_is_never_wider_than_its_window(site: str, browser: Browser, name: str, width: int) -> None:
    with browser.page(f"{site}/{name}/index.html", width=width) as page:
        assert page.tell("document.documentElement.scrollWidth") <= width
        assert page.complaints() == []


def test_the_list_sorts_and_filters(site: str, browser: Browser) -> None:
    with browser.page(f"{site}/plain/index.html") as page:
        page.tell(SORT)
        assert page.tell(IMAGES) == ["team/web:1.0", "team/app:1.0", "team/app:1.0"]
        page.tell(FILTER)
        assert page.tell(IMAGES) == ["team/web:1.0"]


def test_what_strangers_wrote_is_text(site: str, browser: Browser) -> None:
    with browser.page(f"{site}/hostile/index.html") as page:
        assert page.tell("document.title") == "3 of 4 pushes did not succeed (75 %)"
        assert any(HOSTILE[:20] in image for image in page.tell(IMAGES))


def test_the_list_is_there_without_script(site: str, browser: Browser) -> None:
    with browser.page(f"{site}/plain/index.html", scripts=False) as page:
        assert len(page.tell(IMAGES)) == 3


def test_under_a_strict_policy_only_the_script_is_blocked(site: str, browser: Browser, tmp_path: Path) -> None:
    assert "script" not in STRICT
    with browser.page(f"{site}/strict/index.html") as page:
        refused = [str(complaint) for complaint in page.complaints()]
        assert refused
        assert all("script" in complaint for complaint in refused)
        (tmp_path / "page.png").write_bytes(page.picture())
    assert (tmp_path / "page.png").stat().st_size > 10_000
