"""The site of the rules: a page for each, whole without script, under the policy of the reports; links to it."""

import json
import re
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from importlib import import_module

import pytest

from pushlog.knowledge.base import shipped
from pushlog.knowledge.signatures import signatures
from pushlog.manual.rule_pages import generic, pages
from pushlog.manual.rule_site import systems, write_site
from pushlog.report import html, sarif, text
from pushlog.report.rule_links import describe_by, publish_at
from tests.diagnoses import body_limit, log

BASE = "https://rules.example.com/pushlog/"


class Page(HTMLParser):
    """What a page links to, and which anchors it has."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids, self.tags, self.policy, self.inline = [], [], [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        self.links += [attributes[key] for key in ("href", "src") if attributes.get(key)]
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.inline += [key for key in attributes if key.startswith("on") or key == "style"]
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    names = write_site(folder)
    return {name: (folder / name).read_text("utf-8") for name in names}


@pytest.fixture
def published():
    publish_at(BASE)
    describe_by(generic)
    yield
    publish_at(None)
    describe_by(None)


def test_every_rule_row_registry_and_system_has_its_place(site):
    assert {f"{page.name}.html" for page in pages()} <= set(site)
    for row in signatures():
        assert f'id="{row.id}"' in site[f"{row.family.value}.html"]
    assert all(f'id="{entry.kind}"' in site["registries.html"] for entry in shipped().registries)
    assert all(f'id="{system.id}"' in site["ci-systems.html"] for system in systems())


def test_all_links_lead_somewhere_inside(site):
    parsed = {name: Page(text) for name, text in site.items() if name.endswith(".html")}
    for name, page in parsed.items():
        for link in page.links:
            target, _, anchor = link.partition("#")
            assert target in site, f"{name}: {link}"
            assert not anchor or anchor in parsed[target].ids, f"{name}: {link}"
        assert len(page.ids) == len(set(page.ids)), name


def test_nothing_is_inline_and_the_policy_forbids_the_rest(site):
    for name, page_text in site.items():
        if name.endswith(".html"):
            page = Page(page_text)
            assert page.policy.startswith("default-src 'none'; style-src 'self'"), name
            assert page.inline == []
            assert "style" not in page.tags
            assert not re.search(r"<script(?! src=)", page_text)


def test_the_index_holds_every_error_message_without_script(site):
    index = html_text(site["index.html"])
    assert [row.id for row in signatures() if row.sample[0].split("\n")[0] not in index] == []


def html_text(text):
    return unescape(re.sub(r"<[^>]+>", "", text))


def test_the_command_writes_the_site_and_a_list(tmp_path):
    def called(*arguments):
        command = [sys.executable, "-m", "pushlog", "rules", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    done = called("-f", "html=site/")
    assert (done.returncode, done.stdout) == (0, "")
    assert "index.html" in done.stderr
    assert (tmp_path / "site" / "retry-exhausted.html").is_file()
    assert {rule["name"] for rule in json.loads(called("-f", "json").stdout)} == {page.name for page in pages()}
    assert called("-f", "markdown").returncode == 2


@pytest.mark.usefixtures("published")
def test_findings_link_to_their_pages_only_where_they_are_published():
    assert f'href="{BASE}proxy-body-limit.html"' in html.render([log(body_limit())])
    publish_at(None)
    assert "rules.example.com" not in html.render([log(body_limit())])


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("name", ["markdown", "github", "text"])
def test_the_other_outputs_for_people_link_there_too(name):
    address = f"{BASE}proxy-body-limit.html"
    options = {"width": 200, "detail": text.Detail.EVERYTHING} if name == "text" else {}
    render = import_module(f"pushlog.report.{name}").render
    assert address in render([log(body_limit())], **options)
    publish_at(None)
    assert "https://rules.example.com" not in render([log(body_limit())], **options)


@pytest.mark.usefixtures("published")
def test_rules_of_sarif_say_nothing_of_a_push_and_have_an_address():
    driver = json.loads(sarif.render([log(body_limit())]))["runs"][0]["tool"]["driver"]
    assert driver["informationUri"] == BASE
    rule = next(rule for rule in driver["rules"] if rule["name"] == "proxy-body-limit")
    assert rule["helpUri"] == f"{BASE}proxy-body-limit.html"
    assert "refused the upload for its size" in rule["fullDescription"]["text"]
    assert "registry.example.com" not in json.dumps(driver["rules"])


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://x", 'https://x/" onclick="y', "https://x y"])
def test_only_an_address_is_linked_to(address):
    with pytest.raises(ValueError, match="is no address"):
        publish_at(address)
