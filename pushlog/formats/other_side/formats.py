"""All formats of logs of the other side, in the order in which they are tried."""

from __future__ import annotations

from pushlog.formats.other_side.access import ACCESS, NEXUS, REGISTRY_ACCESS, TRAEFIK
from pushlog.formats.other_side.alb import ALB
from pushlog.formats.other_side.apache_error import APACHE_ERROR
from pushlog.formats.other_side.artifactory import ARTIFACTORY
from pushlog.formats.other_side.distribution import DISTRIBUTION
from pushlog.formats.other_side.dockerd import DOCKERD
from pushlog.formats.other_side.envoy import ENVOY
from pushlog.formats.other_side.gitea import GITEA
from pushlog.formats.other_side.haproxy import HAPROXY
from pushlog.formats.other_side.json_programs import CADDY, ENVOY_GATEWAY, GITLAB, ISTIO_JSON, PROXY_JSON, TRAEFIK_JSON
from pushlog.formats.other_side.nginx_error import NGINX_ERROR

# The more specific ones first: of two that read equally many of the first lines, the earlier one counts.
FORMATS = (
    NGINX_ERROR,
    APACHE_ERROR,
    HAPROXY,
    ALB,
    TRAEFIK,
    TRAEFIK_JSON,
    ENVOY,
    ISTIO_JSON,
    ENVOY_GATEWAY,
    CADDY,
    GITLAB,
    PROXY_JSON,
    GITEA,
    ARTIFACTORY,
    NEXUS,
    REGISTRY_ACCESS,
    ACCESS,
    DISTRIBUTION,
    DOCKERD,
)
