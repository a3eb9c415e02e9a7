"""The index of an audit in a real browser: it fits, it sorts and filters, and it reads the same without its script."""

from collections.abc import Iterator

import pytest

from pushlog.audit import index
from pushlog.audit.summary import summary
from pushlog.report.html import stylesheet
from tests.audit.test_summary import HOSTILE, failed, found, hostile, push
from tests.browser import CHROMIUM, Browser
from tests.report.test_browser import AXE, RUN, served

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER: chromium is not installed, pages go unseen")

IMAGES = """[...document.querySelectorAll("#pushes tbody tr")].filter(row => !row.hidden)
  .map(row => row.cells[1].textContent.trim())"""
CLICK = "document.querySelectorAll('#pushes th button')[1].click()"
FILTER = """(() => { const field = document.querySelector(".filter input"); field.value = "WEB failed";
  field.dispatchEvent(new Event("input", {bubbles: true})); })()"""
WEB, APP = "team/web:1.0", "team/app:1.0"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("audit")
    outage = [failed(f"11:0{n}:00", repository="team/web" if n else "team/app") for n in range(3)]
    many = found(push("10:00:00"), push("10:01:00", repository="team/web"), *outage)
    long = found(
        *[push("10:00:00", repository="team/web") for _ in range(250)], *[failed("11:00:00") for _ in range(3)]
    )
    for name, frames in (("plain", many), ("strict", many), ("hostile", hostile()), ("long", long)):
        (root / name / "push").mkdir(parents=True)
        (root / name / "push" / "report.css").write_text(stylesheet(), "utf-8")
        index.write(summary(frames), frames, root / name)
    with served(root) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.mark.parametrize("name", ["plain", "hostile"])
@pytest.mark.parametrize("width", [360, 1400])
def test_the_index_is_never_wider_than_its_window(browser: Browser, site: str, name: str, width: int) -> None:
    with browser.page(f"{site}/{name}/index.html", width=width) as page:
        assert page.tell("document.documentElement.scrollWidth") == width


def test_the_list_sorts_and_filters(browser: Browser, site: str) -> None:
    with browser.page(f"{site}/plain/index.html") as page:
        assert page.complaints() == []
        assert page.tell(IMAGES) == [WEB, WEB, APP, WEB, APP]
        page.tell(CLICK)
        assert page.tell(IMAGES) == [WEB, WEB, WEB, APP, APP]
        page.tell(FILTER)
        assert page.tell(IMAGES) == [WEB, WEB]
        assert page.tell("document.querySelector('.filter output').textContent") == "2 of 5"


def test_a_long_list_is_turned_page_by_page_and_filtered_by_a_cause(browser: Browser, site: str) -> None:
    with browser.page(f"{site}/long/index.html") as page:
        assert page.complaints() == []
        output = "document.querySelector('.filter output').textContent"
        assert len(page.tell(IMAGES)) == 100
        assert page.tell(output) == "1 to 100 of 253"
        for _ in range(2):
            page.tell("document.querySelector('.filter button:last-of-type').click()")
        assert (len(page.tell(IMAGES)), page.tell(output)) == (53, "201 to 253 of 253")
        page.tell("document.querySelector('a.only').click()")
        assert page.tell(output) == "3 of 253"
        assert {image.split(":")[0] for image in page.tell(IMAGES)} == {"team/app"}
    with browser.page(f"{site}/long/index.html", scripts=False) as page:
        assert len(page.tell(IMAGES)) == 200
        assert "of 253 pushes" in page.tell("document.querySelector('noscript').textContent")


def test_what_strangers_wrote_is_text_and_runs_nothing(browser: Browser, site: str) -> None:
    with browser.page(f"{site}/hostile/index.html") as page:
        assert page.complaints() == []
        assert page.events("Page.javascriptDialogOpening") == []
        assert page.tell("document.querySelectorAll('script').length") == 1
        assert page.tell("document.querySelectorAll('[onload], [style]').length") == 0
        assert HOSTILE[:20] in page.tell(IMAGES)[0]


def test_under_a_strict_policy_everything_is_there_but_the_comfort(browser: Browser, site: str) -> None:
    with browser.page(f"{site}/strict/index.html") as page:
        blocked = [str(complaint) for complaint in page.complaints()]
        assert blocked
        assert all("script" in complaint for complaint in blocked)
        assert page.tell("document.querySelectorAll('.filter').length") == 0
        assert page.tell(IMAGES) == [WEB, WEB, APP, WEB, APP]
        assert page.tell("getComputedStyle(document.querySelector('rect.bad')).fill") != "rgb(0, 0, 0)"


@pytest.mark.skipif(not AXE.is_file(), reason="NO AXE: accessibility goes untested; npm install --prefix .axe axe-core")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_that_keeps_anyone_out(browser: Browser, site: str, dark: bool) -> None:
    with browser.page(f"{site}/plain/index.html", dark=dark) as page:
        page.tell(AXE.read_text(encoding="utf-8") + "; 0")
        assert page.tell(RUN) == []
