"""A paste of a push tells the same facts behind any prompt, in any frame of a page, with any words of others around it.

Each surrounding is tried on a part of all pairs of an error and of what is left of the push; all pairs take a minute.
"""

import html
import itertools
import json
from collections.abc import Callable

import pytest

from pushlog.pipeline import analyze
from tests.examples import examples

NAME = "r.example.com/acme/app"
COMMAND = f"docker push {NAME}:1.4"
HEADER = f"The push refers to repository [{NAME}]"
ROWS = ["0123456789ab: Preparing", "123456789abc: Waiting", "0123456789ab: Pushing  3.4MB/10MB"]
DIGEST = "sha256:" + "3c9d" * 16

ERRORS = [
    "denied: requested access to the resource is denied",
    "unauthorized: authentication required",
    "no basic auth credentials",
    'Get "https://r.example.com/v2/": dial tcp 203.0.113.7:443: connect: connection refused',
    "Get https://r.example.com/v1/_ping: dial tcp 203.0.113.7:443: i/o timeout",
    "read tcp 10.0.0.2:40000->203.0.113.7:443: read: connection reset by peer",
    "received unexpected HTTP status: 500 Internal Server Error",
    "blob upload unknown",
    (
        "tag invalid: The image tag '1.4' already exists in the 'acme/app' repository and cannot be overwritten"
        " because the repository is immutable."
    ),
    "denied: Your authorization token has expired. Reauthenticate and try again.",
    "An image does not exist locally with the tag: r.example.com/acme/app",
    (
        f'failed commit on ref "manifest-{DIGEST}": unexpected status from PUT request to'
        " https://r.example.com/v2/acme/app/manifests/1.4: 400 Bad Request"
    ),
    (
        "push access denied, repository does not exist or may require authorization: server message:"
        " insufficient_scope: authorization failed"
    ),
    "lstat /var/lib/docker/overlay2/0a1b: no such file or directory",
]
# What is left of the push: the command and its output.
LEFT: list[tuple[list[str], list[str]]] = [
    ([COMMAND], [HEADER, *ROWS]),
    ([COMMAND], [HEADER]),
    ([COMMAND], []),
    ([], [HEADER, *ROWS]),
    ([], ROWS),
]
PUSHES = [(command, [*output, error]) for error, (command, output) in itertools.product(ERRORS, LEFT)]
PUSHES.append(([COMMAND], [HEADER, "0123456789ab: Pushed", f"1.4: digest: {DIGEST} size: 740"]))
PUSHES.append(([COMMAND], ["Using default tag: latest", HEADER, *ROWS]))
# Docker up to 1.9, and the protocol of before.
OLD_HEADER = f"The push refers to a repository [{NAME}] (len: 1)"
PUSHES.append(([COMMAND], [OLD_HEADER, "0123456789ab: Image already exists", f"Digest: {DIGEST}"]))
PUSHES.append(
    (
        [f"docker push {NAME}"],
        [
            OLD_HEADER,
            "Image 0123456789ab already pushed, skipping",
            "123456789abc: Image successfully pushed",
            "Pushing tag for rev [123456789abc] on {https://r.example.com/v1/repositories/acme/app/tags/1.4}",
        ],
    )
)

PROMPTS = [
    *("# ", "> ", "+ ", "% ", "$", "sudo ", "$ sudo ", "Run ", "Command: ", "Executing: ", "1. ", "* ", "    ", "\t"),
    *("ann@host:~$ ", "[ann@host app]$ ", "root@0123456789ab:/app# ", "bash-5.1$ ", "(base) ann@host:~$ ", "/ # "),
    *("PS C:\\Users\\ann\\app> ", "C:\\Users\\ann>", "➜  app git:(main) ✗ ", "\u276f ", "ann@mbp app % ", "λ ", "! "),
    *("[command]/usr/bin/", "##[command]", "+ sudo ", "==> ", "ann@pc MINGW64 ~/app (main)\n$ ", "Mac:app ann$ "),
]
PREFIXES = [
    *("> ", ">> ", "| ", "# ", "// ", "- ", "* ", "    ", "\t", "10:00:01 ", "[10:00:01] ", "2024-05-01 10:00:00 "),
    *("2024-05-01T10:00:00.1234567Z ", "[2024-05-01T10:00:00.123Z] ", "[INFO] ", 'Step #2 - "push": '),
    *("stdout: ", "INFO:root:"),
]
Change = Callable[[list[str], list[str]], list[str]]


def lines(command: list[str], output: list[str]) -> list[str]:
    return [*(f"$ {line}" for line in command), *output]


def around(above: str, below: str) -> Change:
    return lambda command, output: [*above.splitlines(), *lines(command, output), *below.splitlines()]


def each(change: Callable[[str], str]) -> Change:
    return lambda command, output: [change(line) for line in lines(command, output)]


def last(change: Callable[[str], str]) -> Change:
    return lambda command, output: [*lines(command, output)[:-1], change(output[-1])]


def joined(sign: str) -> Change:
    return lambda command, output: [sign.join(lines(command, output))]


def behind_prompt(prompt: str) -> Change:
    return lambda command, output: [*(prompt + line for line in command), *output]


FRAMES: dict[str, Change] = {
    "fence": around("Hello, I get this:\n\n```", "```\n\nAny ideas?"),
    "fence-of-a-shell": around("```sh", "```"),
    "fence-of-org": around("#+BEGIN_SRC sh", "#+END_SRC"),
    "fence-of-latex": around("\\begin{verbatim}", "\\end{verbatim}"),
    "output-of-a-test": lambda command, output: [
        "<system-out><![CDATA[" + "\n".join(lines(command, output)),
        "]]></system-out>",
    ],
    "code-of-html": around("<pre><code>", "</code></pre>"),
    "fold": around("<details><summary>log</summary>\n\n```", "```\n\n</details>"),
    "heading": around("### Actual behavior\n", "\n### Expected behavior\n\nThe image should be there."),
    "story": around("When I push my image I get the following error:\n", "\nDocker version 24.0.7, build afdd53b"),
    "question": around("", "What am I doing wrong? I am logged in and the repository exists."),
    "ellipses": around("...", "..."),
    "prompt-below": around("", "ann@host:~$ "),
    "make": around("", "make: *** [Makefile:12: push] Error 1"),
    "github": around("", "##[error]Process completed with exit code 1."),
    "gitlab": around("", "Cleaning up project directory and file based variables\nERROR: Job failed: exit code 1"),
    "jenkins": around("", "script returned exit code 1\n[Pipeline] }\n[Pipeline] // stage\nFinished: FAILURE"),
    "cloud-build": around("", 'ERROR\nERROR: build step 1 "docker" failed: step exited with non-zero status: 1'),
    "time": around("", "\nreal\t0m12.345s\nuser\t0m0.123s\nsys\t0m0.045s"),
    "login-above": around("$ docker login r.example.com\nLogin Succeeded", ""),
    "entities": each(html.escape),
    "breaks": each("{}<br>".format),
    "back-ticks": each("`{}`".format),
    "bold": each("**{}**".format),
    "italics": each("*{}*".format),
    "two-back-ticks": each("``{}``".format),
    "quotes": each('"{}"'.format),
    "quotes-of-books": each("\u201c{}\u201d".format),
    "angled-quotes": each("\xab{}\xbb".format),
    "items-of-a-list": each('"{}",'.format),
    "brackets": each("[{}]".format),
    "block": each("<div>{}</div>".format),
    "row-of-a-page": each("<tr><td>{}</td></tr>".format),
    "frame": each("| {} |".format),
    "board-code": each("[color=red]{}[/color]".format),
    "macro-of-a-wiki": each("{{color:red}}{}{{color}}".format),
    "corner-quotes": each("\u300c{}\u300d".format),
    "bar-behind": each("{} |".format),
    "trailing-blanks": each("{}  ".format),
    "empty-lines-between": lambda command, output: "\n\n".join(lines(command, output)).split("\n"),
    "windows": each("{}\r".format),
    "windows-as-letters": each("{}^M".format),
    "colours": each("\x1b[0m{}\x1b[0m".format),
    "colours-as-letters": each("^[[0m{}^[[0m".format),
    "numbers": lambda command, output: [f"{n:3d}  {line}" for n, line in enumerate(lines(command, output), 1)],
    "red-error": last("\x1b[31m{}\x1b[0m".format),
    "labelled-error": last("[ERROR] {}".format),
    "marked-error": last("##[error]{}".format),
    "crossed-error": last("❌ {}".format),
    "bold-error": last("**{}**".format),
    "quoted-error": last('"{}"'.format),
    "error-with-an-arrow": last("{}   <--- here".format),
    "list-of-python": lambda command, output: [repr(lines(command, output))],
    "string-of-python": lambda command, output: [repr("\n".join(lines(command, output)))],
    "string-of-json": lambda command, output: [json.dumps({"exit": 1, "log": "\n".join(lines(command, output))})],
    "breaks-as-letters": joined("\\n"),
    "windows-breaks-as-letters": joined("\\r\\n"),
}
SURROUNDINGS: dict[str, Change] = {
    **FRAMES,
    **{f"prompt {prompt.strip()!r}": behind_prompt(prompt) for prompt in PROMPTS},
    **{f"prefix {prefix.strip()!r}": each((prefix + "{}").format) for prefix in PREFIXES},
}
STEP = 1 if examples(1) > 1 else 11


def facts(text: str) -> list[tuple[object, ...]]:
    return [
        (
            push.outcome.value,
            push.error and (push.error.family.value, push.error.text),
            push.reference.registry,
            push.reference.repository,
            push.reference.tags,
            len(push.layers),
        )
        for push in analyze(text.encode()).pushes
    ]


@pytest.mark.parametrize("surrounding", SURROUNDINGS)
def test_a_paste_tells_the_same_in_any_surrounding(surrounding: str) -> None:
    number = list(SURROUNDINGS).index(surrounding)
    wrong = []
    for command, output in PUSHES[number % STEP :: STEP]:
        plain = "\n".join(lines(command, output))
        text = "\n".join(SURROUNDINGS[surrounding](command, output))
        if facts(f"{text}\n") != facts(f"{plain}\n"):
            wrong.append((text, facts(f"{text}\n")))
    assert wrong == []
