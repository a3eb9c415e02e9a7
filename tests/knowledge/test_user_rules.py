"""`--rules FILE`: a user's own errors, registries and limits stand before ours or in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pushlog.faults import UserError
from pushlog.intake.read import raw
from pushlog.knowledge.base import Knowledge, shipped
from pushlog.knowledge.signatures import signatures
from pushlog.knowledge.user_rules import with_user_rules
from pushlog.knowledge.wording import words
from pushlog.model import Family, Outcome
from pushlog.pipeline import Options, analyze_raw
from pushlog.rules_file import load_rules
from tests.logs import HEADER, A

if TYPE_CHECKING:
    from pathlib import Path

ERROR = """
[[error]]
id = 'acme-freeze'
family = 'permission'
match = { has = 'release freeze', text = 'freeze until \\d+' }
title = 'Pushes to {registry} are frozen'
cause = 'The platform team has closed the registry until the release.'
remedy = ['Ask in #release.']
starts = 'ACME gateway: '
sample = 'ACME gateway: release freeze until 17'
"""
REGISTRY = """
[[registry]]
kind = 'acme'
hosts = '^registry\\.acme\\.example$'
"""
TEXT = "ACME gateway: release freeze until 17"


def known(text: str) -> Knowledge:
    return with_user_rules(shipped(), text, "mine.toml")


def told(text: str, tmp_path: Path) -> Knowledge:
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    return load_rules([str(path)])


def test_an_error_that_only_a_user_knows_is_found_and_explained() -> None:
    data = f"{HEADER}\n{A}: Preparing\n{TEXT}\nJob failed\n".encode()
    (push,) = analyze_raw(raw("x", data), Options(knowledge=known(ERROR))).pushes
    assert push.outcome is Outcome.FAILED
    assert push.error is not None
    assert (push.error.line, push.error.family) == (3, Family.PERMISSION)
    cause = push.findings[0]
    assert cause.title == "Pushes to registry.example.com are frozen"
    assert cause.data["signature"] == "acme-freeze"
    (unexplained,) = analyze_raw(raw("x", data)).pushes
    assert unexplained.error is not None
    assert unexplained.error.family is Family.UNKNOWN


def test_a_new_row_comes_before_ours() -> None:
    row = ERROR.replace("'release freeze', text = 'freeze until \\d+'", "'denied'").partition("starts")[0]
    assert known(row).signatures[0].id == "acme-freeze"


def test_a_row_with_the_id_of_ours_takes_its_place_and_keeps_what_it_does_not_say() -> None:
    ours = next(row for row in signatures() if row.id == "harbor-quota")
    found = known(
        "[[error]]\nid = 'harbor-quota'\nremedy = ['Ask Jane.']\ntitle = 'Full'\nfamily = 'size-limit'\n"
    ).signatures
    assert [row.id for row in found] == [row.id for row in signatures()]
    mine = found[signatures().index(ours)]
    assert (mine.remedy, mine.title, mine.family) == (
        (words(others="Ask Jane."),),
        words(others="Full"),
        Family.SIZE_LIMIT,
    )
    assert (mine.retry_helps, mine.verified) == (ours.retry_helps, ours.verified)
    assert (mine.match, mine.cause, mine.sample, mine.source) == (ours.match, ours.cause, ours.sample, ours.source)


def test_what_docker_does_is_told_anew_when_a_row_says_so() -> None:
    mine = known("[[error]]\nid = 'eof'\nretried = 'never'\n").signatures
    assert next(row for row in mine if row.id == "eof").daemon == "never retried"


def test_a_registry_of_ones_own_is_known_by_its_host() -> None:
    mine = known(REGISTRY)
    assert mine.registry_kind("registry.acme.example:5000") == "acme"
    assert mine.registry_kind("registry.acme.example.evil") == "unknown"
    assert mine.registry_kind("ghcr.io") == "ghcr"
    entry = mine.registry("acme")
    assert entry is not None
    assert (entry.name, entry.login) == ("acme", words(others="{login} {registry}"))


def test_hosts_of_a_known_kind_go_first() -> None:
    mine = known("[[registry]]\nkind = 'harbor'\nhosts = ['^registry\\.gitlab\\.acme$']\n")
    assert mine.registry_kind("registry.gitlab.acme") == "harbor"
    assert [entry.kind for entry in mine.registries].count("harbor") == 1
    ours, entry = shipped().registry("harbor"), mine.registry("harbor")
    assert ours is not None
    assert entry is not None
    assert (entry.name, entry.token_seconds, entry.notes) == (ours.name, ours.token_seconds, ours.notes)


def test_limits_are_replaced_one_by_one() -> None:
    limit = "[[registry.limit]]\nid = 'layer-size'\nvalue = 1000\nunit = 'bytes'\nwords = '1 kB'\n"
    mine = known(f"[[registry]]\nkind = 'ghcr'\n{limit}")
    assert next((x.id, x.value, x.source) for x in mine.limits("ghcr")) == ("layer-size", 1000, "mine.toml")
    assert {x.id for x in mine.limits("ghcr")} == {x.id for x in shipped().limits("ghcr")}
    assert [entry.kind for entry in mine.registries] == [entry.kind for entry in shipped().registries]


def test_the_life_of_a_token_is_a_users_own_when_he_says_it() -> None:
    entry = known("[[registry]]\nkind = 'gitlab'\ntoken_seconds = 3600\n").registry("gitlab")
    assert entry is not None
    assert (entry.token_seconds, entry.token_source, entry.token_verified) == (3600, "mine.toml", True)


@pytest.mark.parametrize("key", ["proxy", "hop"])  # older files say `hop`
def test_a_proxy_of_ones_own_and_one_of_ours_changed(key: str) -> None:
    new = f"[[{key}]]\nid = 'acme'\nname = 'ACME gateway'\nserver = '^acmegw'\nwords = '5 MB'\nsetting = '`max`'\n"
    mine = known(f"{new}[[{key}]]\nid = 'nginx'\nname = 'our nginx'\n")
    gateway, nginx = mine.proxy("AcmeGW/2"), mine.proxy("nginx/1.22.1")
    assert gateway is not None
    assert nginx is not None
    assert (gateway.name, nginx.name) == ("ACME gateway", "our nginx")
    assert nginx.setting == next(proxy.setting for proxy in shipped().proxies if proxy.id == "nginx")


def test_later_files_go_first() -> None:
    twice = with_user_rules(known(ERROR), "[[error]]\nid = 'acme-freeze'\ntitle = 'Frozen'\n", "more.toml")
    (row,) = twice.own_signatures
    assert (row.title, row.remedy) == (words(others="Frozen"), (words(others="Ask in #release."),))


def test_samples_are_tried(tmp_path: Path) -> None:
    assert told(ERROR, tmp_path).own_signatures
    for old, new, why in [
        (
            "sample = 'ACME gateway: release freeze until 17'",
            "sample = 'ACME gateway: no'",
            "is not matched by its row",
        ),
        ("starts = 'ACME gateway: '", "", "say how it begins in key 'starts'"),
    ]:
        with pytest.raises(UserError, match=rf"mine\.toml:\d+: row 'acme-freeze': key 'sample': .*{why}"):
            told(ERROR.replace(old, new), tmp_path)


def test_a_sample_that_another_own_row_takes_is_refused(tmp_path: Path) -> None:
    both = ERROR.replace("acme-freeze", "first") + ERROR
    with pytest.raises(UserError, match=r"row 'acme-freeze': key 'sample': .* matches row 'first' first"):
        told(both, tmp_path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[error]]\nid = 'x'\nfamily =", r"not valid TOML: Invalid value: family ="),
        ("[[error]]\nid = 'x", r"not valid TOML: .*: id = 'x"),
        ("[[error]]\nid = 'x'\n", "row 'x': key 'family': is missing"),
        ("[[error]]\nid = 'eof'\nfamily = 'qouta'\n", "row 'eof': key 'family': must be one of auth"),
        ("[[error]]\nid = 'eof'\nremdy = ['x']\n", "row 'eof': key 'remdy': is not known here"),
        (
            "[[error]]\nid = 'eof'\nmatch = { text = '(?=x)' }\n",
            "row 'eof' in 'match': key 'text': is no regular expression of RE2: invalid perl operator",
        ),
        ("[[errors]]\nid = 'eof'\n", "key 'errors': is not known here"),
        ("[[registry]]\nkind = 'new'\n", "row 'new': key 'hosts': is missing"),
        (
            "[[registry]]\nkind = 'new'\nhosts = ['a++']\n",
            "row 'new': key 'hosts': is no regular expression of RE2: bad repetition operator",
        ),
        (
            "[[registry]]\nkind = 'ghcr'\n[[registry.limit]]\nid = 'layer-size'\nvalue = 5\n",
            "row 'layer-size': key 'unit'",
        ),
        ("[[hop]]\nid = 'nginx'\nvalue = 5\n", "row 'nginx': key 'words': is missing"),
        ("error = 1\n", "key 'error': must be a list of tables"),
        ("x = " + "[" * 3000, "not valid TOML: too many brackets inside brackets"),
        ("[[hop]]\nid = 'x'\n" * 1001, "key 'hop': has more than 1,000 rows"),
    ],
)
def test_what_is_wrong_is_named_with_file_row_and_key(text: str, why: str) -> None:
    with pytest.raises(UserError, match=rf"^mine\.toml:(?:\d+:)? {why}"):
        known(text)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    binary = tmp_path / "mine.toml"
    binary.write_bytes(b"# ok\nx = '\xff'\n")
    with pytest.raises(UserError, match=r"mine\.toml: not valid TOML: line 2 is not UTF-8"):
        load_rules([str(binary)])
    with pytest.raises(UserError, match="no such file"):
        load_rules([str(tmp_path / "missing.toml")])
    binary.write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(UserError, match="larger than 1 MiB"):
        load_rules([str(binary)])
