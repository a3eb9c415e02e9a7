"""The HTML report in a real browser: it fits, it can be used by everyone, nothing runs, nothing leaves the page."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import pushlog
from pushlog.model import Log
from pushlog.report import html
from tests.browser import CHROMIUM, Browser
from tests.diagnoses import bare, body_limit, containerd_failure, cut_off, hostile, log, long_success, no_layers
from tests.paths import ROOT

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER: chromium is not installed, pages go unseen")
# `.ci/run` puts it there: npm install --prefix .axe axe-core
AXE = ROOT / ".axe" / "node_modules" / "axe-core" / "axe.min.js"

PAYLOADS = (
    "<script>document.title='ran'</script>",
    "<img src=x onerror=\"document.title='ran'\">",
    "</style></title><style>*{display:none}</style>",
    "<svg onload=\"document.title='ran'\"><rect width=9999 height=9999></svg>",
    "{{ 7*7 }}{% for x in range(9) %}{# x #}{% endfor %}",
    '" onmouseover="document.title=\'ran\'" style="position:fixed',
)
HARMLESS = "plain words of a log"


def captured(text: str) -> Log:
    """A failed push in whose every free text stands the given one, read as any log is."""
    lines = (
        "The push refers to repository [registry.example.com/team/app]",
        "8fca24a28722: Preparing",
        text,
        "8fca24a28722: Retrying in 5 seconds",
        f"denied: {text}",
        text,
    )
    return pushlog.analyze("\n".join(lines).encode())


PAGES: dict[str, Sequence[Log]] = {
    "refused": [log(body_limit())],
    "long": [log(long_success(24))],
    "sixty": [log(long_success(75))],
    "cut-off": [log(cut_off())],
    "containerd": [log(containerd_failure())],
    "no-layers": [log(no_layers())],
    "bare": [log(bare())],
    "no-push": [log(name="empty.txt", notes=("12 invalid UTF-8 bytes replaced",))],
    "several": [log(body_limit(), *[long_success(4)] * 6), log(name="empty.txt")],
    "hostile": [hostile("<script>document.title='ran'</script>" + "x" * 300)],
}
WIDTHS = (360, 800, 1400)
# The policies that Jenkins serves archived reports with: the strict one, and today's.
STRICT = "sandbox; default-src 'none'; img-src 'self'; style-src 'self'"
MILDER = "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self'"

# Where every part of a page lies, whatever is written in it: left edge, width, and whether it can be seen.
LAYOUT = """[...document.body.querySelectorAll('header,main,section,article,figure,svg,table,dl,pre,.log,.line,footer')]
  .map(e => [e.tagName, Math.round(e.getBoundingClientRect().left), Math.round(e.getBoundingClientRect().width),
             getComputedStyle(e).display])"""
DRAWN = """[...document.querySelectorAll('.plot rect')].map(e => [
  e.getAttribute('class'), Math.round(e.getBoundingClientRect().width),
  Math.round(e.getBoundingClientRect().height), getComputedStyle(e).fill])"""
RUN = """axe.run(document, {resultTypes: ['violations']})
  .then(r => r.violations.map(v => [v.impact, v.id, v.nodes[0].html]))"""


class Handler(SimpleHTTPRequestHandler):
    """Serves the reports: what lies under `/strict/` and `/milder/` with the policy of that name."""

    def end_headers(self) -> None:
        for name, policy in {"strict": STRICT, "milder": MILDER}.items():
            if self.path.startswith(f"/{name}/"):
                self.send_header("Content-Security-Policy", policy)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


@contextmanager
def served(root: Path) -> Iterator[str]:
    """The address of a server of these files, for as long as they are looked at."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("site")
    for name, logs in PAGES.items():
        for policy in ("open", "strict", "milder"):
            html.write_folder(logs, root / policy / name)
        (root / f"{name}.html").write_text(html.render(logs), encoding="utf-8")
    for at, payload in enumerate((HARMLESS, *PAYLOADS)):
        html.write_folder([captured(payload)], root / "open" / f"captured-{at}")
    with served(root) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


def addresses(site: str, name: str) -> dict[str, str]:
    """The page as one file, as a folder, and as a folder under each policy."""
    return {"single": f"{site}/{name}.html"} | {
        policy: f"{site}/{policy}/{name}/index.html" for policy in ("open", "strict", "milder")
    }


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_its_window(browser: Browser, site: str, name: str) -> None:
    with browser.page(f"{site}/open/{name}/index.html") as page:
        page.tell("document.querySelectorAll('details').forEach(e => e.open = true)")
        for width in WIDTHS:
            page.widen(width)
            assert page.tell("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("name", ["refused", "several", "hostile"])
def test_nothing_is_complained_about_and_nothing_but_the_report_is_asked_for(
    browser: Browser, site: str, name: str
) -> None:
    for form, url in addresses(site, name).items():
        with browser.page(url) as page:
            style = [] if form == "single" else [url.replace("index.html", "report.css")]
            # Browsers ask every site for its icon, whatever the page says.
            asked = [request for request in page.requests() if not request.endswith("/favicon.ico")]
            assert (form, page.complaints(), asked) == (form, [], [url, *style])


def test_under_a_strict_policy_the_report_looks_as_it_does_without(browser: Browser, site: str) -> None:
    seen: list[tuple[Any, Any]] = []
    for url in addresses(site, "refused").values():
        with browser.page(url) as page:
            seen.append((page.tell(DRAWN), page.tell(LAYOUT)))
    assert seen[0][0]
    assert all(view == seen[0] for view in seen)


@pytest.mark.parametrize("policy", ["strict", "open"])
def test_timeline_and_tables_show_without_scripts(browser: Browser, site: str, policy: str) -> None:
    with browser.page(f"{site}/{policy}/refused/index.html", scripts=False) as page:
        bars = page.tell(DRAWN)
        assert sum(kind == "uploading" for kind, *_ in bars) == 7
        assert sum(kind == "retrying" for kind, *_ in bars) == 4
        assert all(width > 0 and height == 14 for _, width, height, _ in bars)
        # A style that was blocked would leave every shape black.
        assert len({fill for *_, fill in bars} - {"rgb(0, 0, 0)"}) == 2
        assert page.tell("document.querySelector('.layers table').getBoundingClientRect().height") > 100
        assert page.tell("document.querySelector('.layers table').innerText").count("pushed") == 2


def test_the_bars_of_the_waterfall_keep_their_height_on_a_telephone(browser: Browser, site: str) -> None:
    with browser.page(f"{site}/open/refused/index.html", width=360) as page:
        assert {height for _, _, height, _ in page.tell(DRAWN)} == {14}


def test_dark_and_light_differ_in_colour_and_in_nothing_else(browser: Browser, site: str) -> None:
    looks = {}
    for dark in (False, True):
        with browser.page(f"{site}/refused.html", dark=dark) as page:
            colours = page.tell("[document.body, document.querySelector('h1')].map(e => getComputedStyle(e).color)")
            paper = page.tell("getComputedStyle(document.body).backgroundColor")
            looks[dark] = ([paper, *colours], page.tell(LAYOUT))
    light, dark_look = looks[False], looks[True]
    assert light[0][0] == "rgb(255, 255, 255)"
    assert all(a != b for a, b in zip(light[0], dark_look[0], strict=True))
    assert light[1] == dark_look[1]


@pytest.fixture(scope="module")
def plain(browser: Browser, site: str) -> Any:
    """Where everything lies on the page of a log that means no harm."""
    with browser.page(f"{site}/open/captured-0/index.html") as page:
        return page.tell(LAYOUT)


@pytest.mark.parametrize("at", range(1, len(PAYLOADS) + 1))
def test_a_hostile_log_runs_nothing_and_moves_nothing(browser: Browser, site: str, plain: Any, at: int) -> None:
    # The folder, served without any policy: only escaping stands between the log and the page.
    with browser.page(f"{site}/open/captured-{at}/index.html") as page:
        assert page.tell("document.title") == "Push failed: team/app"
        assert (
            page.tell("document.querySelectorAll('script, img, [onload], [onerror], [onmouseover], [style]').length")
            == 0
        )
        assert page.events("Page.javascriptDialogOpening") == []
        assert page.tell(LAYOUT) == plain
        assert page.complaints() == []
        assert PAYLOADS[at - 1] in page.tell("document.body.textContent")


def test_a_key_reaches_every_link_and_scrolled_table_and_shows_where_it_is(browser: Browser, site: str) -> None:
    with browser.page(f"{site}/refused.html", width=360) as page:
        wanted = page.tell("document.querySelectorAll('a[href], summary, [tabindex=\"0\"]').length")
        reached = []
        for _ in range(wanted):
            page.press("Tab")
            reached.append(page.tell("getComputedStyle(document.activeElement).outlineStyle"))
        inside = "details:not([open]) > :not(summary)"
        folded = f":is({inside}, {inside} *):is(a[href], summary, [tabindex='0'])"
        hidden = page.tell(f'document.querySelectorAll("{folded}").length')
        assert wanted - hidden > 10
        assert reached[: wanted - hidden] == ["solid"] * (wanted - hidden)


@pytest.mark.skipif(not AXE.is_file(), reason="NO AXE: accessibility goes untested; npm install --prefix .axe axe-core")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["refused", "long", "several", "cut-off", "no-push"])
def test_axe_finds_nothing_that_keeps_anyone_out(browser: Browser, site: str, name: str, dark: bool) -> None:
    width = WIDTHS[0] if dark else WIDTHS[-1]
    with browser.page(f"{site}/open/{name}/index.html", width=width, dark=dark) as page:
        page.tell("document.querySelectorAll('details').forEach(e => e.open = true)")
        page.tell(AXE.read_text(encoding="utf-8") + "; 0")
        assert page.tell(RUN) == []


@pytest.mark.parametrize(("name", "most"), [("refused", 5), ("no-layers", 2), ("long", 5), ("sixty", 6)])
def test_a_report_is_printed_whole_on_few_sheets(browser: Browser, site: str, name: str, most: int) -> None:
    with browser.page(f"{site}/{name}.html", media="print") as page:
        assert len(re.findall(rb"/Type\s*/Page\b", page.printed())) <= most
        # A drawing that is higher than a sheet of A4 within its margins would be cut.
        assert page.tell("document.querySelector('.fall')?.getBoundingClientRect().height ?? 0") < 1000
        # Folded parts are open on paper, where there is nothing to click; those that repeat others are left out.
        folded = "[...document.querySelectorAll('details:not([open])')].filter(e => e.offsetHeight)"
        assert page.tell(f"{folded}.every(e => e.lastElementChild.checkVisibility())")
