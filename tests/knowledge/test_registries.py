"""Registries: whose host it is, what is documented about it, who stands in front of it."""

from __future__ import annotations

import pytest

from pushlog.knowledge.base import shipped
from pushlog.knowledge.proxies import read_proxies
from pushlog.knowledge.registries import read_registries, registries
from pushlog.knowledge.tables import KnowledgeError

ROW = """
[[registry]]
kind = 'mine'
name = 'My registry'
hosts = ['^r\\.acme\\.example$']
login = 'docker login r.acme.example'

[[registry.limit]]
id = 'layer-size'
value = 1000
unit = 'bytes'
words = '1 kB'
source = 'test'
"""


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("docker.io", "docker-hub"),
        ("registry-1.docker.io", "docker-hub"),
        ("ghcr.io", "ghcr"),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "ecr"),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "ecr"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "ecr"),
        ("public.ecr.aws", "ecr-public"),
        ("europe-west1-docker.pkg.dev", "gar"),
        ("eu.gcr.io", "gcr"),
        ("acme.azurecr.io", "acr"),
        ("quay.io", "quay"),
        ("registry.digitalocean.com", "digitalocean"),
        ("acme.jfrog.io", "artifactory"),
        ("registry.gitlab.com", "gitlab"),
        ("gitlab.acme.example:5050", "gitlab"),
        ("harbor.acme.example", "harbor"),
        ("localhost:5000", "local"),
        ("127.0.0.1:5000", "local"),
        ("[::1]:5000", "local"),
        ("192.168.1.7", "local"),
        ("GHCR.IO", "ghcr"),
        # look-alikes
        ("ghcr.io.evil.example", "unknown"),
        ("my-docker.io", "unknown"),
        ("10gen.example", "unknown"),
        ("localhost.example", "unknown"),
        ("registry.example.com:5000", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_the_host_tells_the_kind(host: str | None, kind: str) -> None:
    assert shipped().registry_kind(host) == kind


def test_documented_limits_are_figures_with_a_source() -> None:
    assert {limit.id: limit.value for limit in shipped().limits("ghcr")} == {
        "layer-size": 10_000_000_000,
        "upload-time": 600,
    }
    assert shipped().limits("ecr")[0].value == 52_000 * 2**20
    assert shipped().limits("acr")[0].value == 200 * 2**30
    assert shipped().limits("distribution")[0].value == 4 * 2**20
    assert shipped().limits("unknown") == ()
    assert all(limit.source for entry in registries() for limit in entry.limits)


def test_the_life_of_a_login_is_known_where_it_is_documented() -> None:
    ecr, gitlab, hub = shipped().registry("ecr"), shipped().registry("gitlab"), shipped().registry("docker-hub")
    assert ecr is not None
    assert gitlab is not None
    assert hub is not None
    assert (ecr.token_seconds, gitlab.token_seconds, hub.token_seconds) == (12 * 3600, 900, None)
    assert shipped().registry("unknown") is None


def test_what_an_account_needs_to_push_has_a_source() -> None:
    needs = {entry.kind: entry for entry in registries() if entry.right}
    assert {"acr", "artifactory", "ecr", "gar", "gcr", "ghcr", "gitlab", "harbor", "quay"} <= needs.keys()
    assert all(entry.right_source for entry in needs.values())
    with pytest.raises(KnowledgeError, match="key 'right_source': is missing"):
        read_registries("[[registry]]\nkind = 'x'\nname = 'X'\nhosts = '^x$'\nlogin = 'x'\nright = 'a key'\n", "x.toml")


@pytest.mark.parametrize(
    ("server", "found"),
    [
        ("nginx/1.22.1", "nginx"),
        ("openresty/1.21", "openresty"),
        ("cloudflare", "cloudflare"),
        ("Apache/2.4.52 (Ubuntu)", "apache"),
        ("ModSecurity", "waf"),
        ("awselb/2.0", "aws-load-balancer"),
        ("lighttpd", None),
        (None, None),
    ],
)
def test_the_server_tells_the_proxy(server: str | None, found: str | None) -> None:
    proxy = shipped().proxy(server)
    assert (proxy.id if proxy else None) == found
    assert proxy is None or proxy.setting


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("hosts = ['^r\\.acme\\.example$']", "hosts = ['(']", r"row 'mine': key 'hosts': is no regular expression"),
        ("value = 1000", "value = 'much'", r"row 'layer-size': key 'value': must be a whole number, not 'much'"),
        ("value = 1000", "", r"row 'layer-size': key 'value': is missing"),
        ("unit = 'bytes'", "unit = 'furlongs'", r"row 'layer-size': key 'unit': must be one of bytes"),
        ("kind = 'mine'", "", r"row 1 of 'registry': key 'kind': is missing"),
        ("login =", "logon =", r"row 'mine': key 'logon': is not known here; did you mean 'login'\?"),
    ],
)
def test_a_wrong_row_is_named_with_file_row_and_key(old: str, new: str, message: str) -> None:
    with pytest.raises(KnowledgeError, match=rf"^mine\.toml:\d+: {message}"):
        read_registries(ROW.replace(old, new), "mine.toml")


def test_a_file_of_ones_own_is_read() -> None:
    assert read_registries(ROW, "mine.toml")[0].limits[0].value == 1000


def test_a_wrong_proxy_is_named_with_file_row_and_key() -> None:
    with pytest.raises(KnowledgeError, match=r"^mine\.toml:\d+: row 'mine': key 'server': is missing"):
        read_proxies("[[proxy]]\nid = 'mine'\nname = 'x'\nwords = 'x'\nsetting = 'x'\nsource = 'x'\n", "mine.toml")
