"""What pages, mails and consoles did to a log is undone, and a log that nothing happened to stays as it is."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pushlog.intake.literal_search import beginnings
from pushlog.intake.unwrap import restore
from pushlog.intake.unwrap.restore import restored
from pushlog.pipeline import analyze
from tests.examples import examples
from tests.golden import logs
from tests.paths import SHARED

TERMINALS = [path for path in logs() if "-tty" in path.name] + sorted(
    (SHARED / "captures" / "docker").glob("*tty120*/push-log.txt")
)
# How the ESC byte and the carriage return can be kept: lost, or as other signs.
MANGLED = {
    "gone": (b"", b"\r"),
    "caret": (b"^[", b"\r"),
    "picture": ("\u241b".encode(), b"\r"),
    "question": (b"?", b"\r"),
    "both gone": (b"", b""),
    "returns as feeds": (b"", b"\n"),
    "both carets": (b"^[", b"^M"),
}
PARTS = [
    *("[1A", "[2K", "[0m", "^[", "^M", "&gt;", "&amp;", "=\n", "=3D", "\n", "\r\n", " ", "[", "]", "\\\n", "\u00a0"),
    *(
        "The push refers to repository [r.example/app",
        "1.4: digest: sha256:",
        "a" * 40,
        "a" * 64,
        " size: 7",
        "docker push",
    ),
    *(
        "](https://x.example/1)",
        '{\n"status": "Pushed",\n"id": "1"\n}',
        "\u200b",
        "0123456789ab: Pushing [=&gt; ]",
        "<p>",
    ),
]


def facts(data: bytes) -> list[tuple[object, ...]]:
    return [
        (push.outcome, push.error and push.error.family, push.reference.tags, push.client)
        for push in analyze(data).pushes
    ]


@pytest.mark.parametrize("form", MANGLED)
@pytest.mark.parametrize(
    "path", TERMINALS, ids=lambda path: path.parent.name if path.name == "push-log.txt" else path.stem
)
def test_a_terminal_capture_that_lost_its_escapes_tells_the_same(path, form):
    data = path.read_bytes()
    if "podman" in path.name or "skopeo" in path.name or "compose" in path.name:
        pytest.skip("the bars of other clients are drawn with sequences of their own")
    escape, carriage = MANGLED[form]
    mangled = data.replace(b"\r\n", b"\n") if carriage in (b"", b"\n") else data
    assert facts(mangled.replace(b"\x1b", escape).replace(b"\r", carriage)) == facts(data)


@pytest.mark.parametrize("path", logs(), ids=lambda path: path.stem)
def test_a_sample_has_no_damage(path):
    data = path.read_bytes()
    assert restored(data) is data


def test_what_all_of_a_log_is_searched_for_begins_with_one_plain_text(monkeypatch):
    """Any other beginning is looked for at each byte: one such pattern took as long as all else that is restored."""
    asked: dict[str, bytes] = {}

    class Asked:
        def __init__(self, name: str, pattern: re.Pattern[bytes]) -> None:
            self.name, self.pattern = name, pattern

        def __getattr__(self, method: str) -> object:
            asked[self.name] = self.pattern.pattern
            return getattr(self.pattern, method)

    for name, value in vars(restore).items():
        if isinstance(getattr(value, "pattern", None), bytes):
            monkeypatch.setattr(restore, name, Asked(name, value))
    noise = b'step [1/2] RUN docker build \\\n x=1\n{"status":"ok"} and push it with docker push r/x\n'
    push = b"The push refers to repository [r/x]\n0123456789ab: Pushed\n1: digest: sha256:%s size: 12\n" % (b"a" * 64)
    restored(noise + push)
    assert len(asked) > 5
    assert {
        name for name, pattern in asked.items() if len(beginnings(pattern)) > 1 or b"" in beginnings(pattern)
    } == set()


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=5), max_size=30))
def test_lines_keep_their_numbers_and_nothing_is_restored_twice(parts):
    data = "".join(parts).encode()
    once = bytes(restored(data))
    assert once.count(b"\n") == data.count(b"\n")


@pytest.mark.parametrize(
    "log",
    [
        "[1/3] build\n[2/3] test [1A] [2K]\n",
        "timeout [5m]\nretry [10m] left\n",
        "FOO=\nBAR=1\nMIICsDCC=\nfoo==\n",
        "a [0](https://x.example/1) b\n",
        "x = {\n}\n",
        "echo &amp; done\n",
        "docker push \\\nThe push refers to repository [r.example/app]\n",
    ],
)
def test_what_only_looks_like_damage_stays(log):
    assert restored(log.encode()) == log.encode()


def test_a_broken_line_is_whole_and_leaves_empty_lines():
    log = b"The push refers to repository [r.exam\nple/app]\nnext\n"
    assert restored(log) == b"The push refers to repository [r.example/app]\n\nnext\n"


def test_soft_breaks_and_codes_of_a_mail_are_undone():
    log = b"0123456789ab: Pushing [=3D=3D>   =\n  ]  1MB/2MB\nnext\n"
    assert restored(log) == b"0123456789ab: Pushing [==>     ]  1MB/2MB\n\nnext\n"
    assert restored(b"A=\nB=3D1\n") == b"AB=1\n\n"
