"""The Engine API's address of a push names the image."""

import pytest

from pushlog.formats.engine_address import asked_push, last_asked_push

PIPE = "http://%2Fvar%2Frun%2Fdocker.sock"


@pytest.mark.parametrize(
    ("line", "image"),
    [
        (f'Post "{PIPE}/v1.47/images/r.example.com/acme/app/push?tag=1.4": EOF', "r.example.com/acme/app:1.4"),
        (f"{PIPE}/v1.47/images/r.example.com%2Facme%2Fapp/push?tag=1.4", "r.example.com/acme/app:1.4"),
        (f"POST {PIPE}/v1.47/images/acme/app/push HTTP/1.1", "acme/app"),
        (f'"{PIPE}/v1.24/images/acme/app/push?fromSrc=&tag=dev&x=1"', "acme/app:dev"),
        (f'Post "{PIPE}/v1.40/images/acme/app/push?tag=": dial tcp: i/o timeout', "acme/app"),
        (f"Post {PIPE}/v1.16/images/acme/app/push?tag=: dial tcp: i/o timeout", "acme/app"),
        (f"{PIPE}/v1.47/images/localhost:5000/app/push?tag=1", "localhost:5000/app:1"),
    ],
)
def test_it_names_the_image(line, image):
    asked = asked_push(line)
    assert asked is not None
    assert asked.image == image


@pytest.mark.parametrize(
    "line",
    [
        "GET /v1.47/images/acme/app/json",
        "GET /v1.47/images/acme/app/pushed",
        "POST /v1.47/images/create?fromImage=acme/app",
        "https://example.com/assets/images/hero/push",
    ],
)
def test_others_are_no_pushes(line):
    assert asked_push(line) is None


def test_the_last_one_above_an_offset_counts():
    log = b"POST /images/acme%2Fone/push\nPOST /v1.41/images/acme/two/push?tag=2\nPOST /images/acme/three/push\n"
    asked = last_asked_push(log, log.index(b"POST /images/acme/three"))
    assert asked is not None
    assert asked.image == "acme/two:2"
    assert log[asked.start : asked.stop] == b"/images/acme/two/push?tag=2"
    assert last_asked_push(log, 4) is None
