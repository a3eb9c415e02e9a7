"""Commands to paste: nothing out of a log stands in one that a shell or a program could take for more than a name."""

import ast
import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pushlog.intake.read import raw
from pushlog.knowledge.clients import clients
from pushlog.knowledge.paste import pasteable
from pushlog.knowledge.signatures import signatures
from pushlog.knowledge.wording import COMMANDS, OWN_NAMES, WORDS, fill
from pushlog.model import Finding
from pushlog.pipeline import analyze_raw
from pushlog.report.prose import CODE, remedy
from tests.logs import DIGEST, A, B, exhausted
from tests.paths import ROOT

SIGNS = [
    "$(pwned)",
    "`pwned`",
    ";pwned",
    "|pwned",
    "&&pwned",
    ">pwned",
    "<pwned",
    "'pwned",
    '"pwned',
    "${IFS}pwned",
    "\\pwned",
]
SIGNS += [
    "*pwned",
    "?pwned",
    "[pwned]",
    "!pwned",
    "#pwned",
    "~pwned",
    "{pwned,x}",
    "(pwned)",
    "=pwned",
    "%pwned%",
    "\tpwned",
    "\u00a0pwned",
    "^pwned",
    "\uff50wned;pwned",
]
NAMES = [
    form.format(sign)
    for sign in SIGNS
    for form in (
        "r.example/a{}",
        "r.example/{}/a",
        "r.example{}/a",
        "{}",
        "r.example/a:1{}",
        "docker.io/{}",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/{}",
    )
]
ERRORS = [
    "denied: requested access to the resource is denied",
    "unauthorized: authentication required",
    "dial tcp: lookup {} on 1.1.1.1:53: no such host",
    "An image does not exist locally with the tag: {}",
    (
        "tag invalid: The image tag '{}' already exists in the '{}' repository and cannot be overwritten because the "
        "repository is immutable."
    ),
    "name unknown: The repository with name '{}' does not exist in the registry with id '{}'",
    "manifest invalid: manifest invalid",
    (
        "error parsing HTTP 413 response body: invalid character '<' looking for beginning of value: "
        '"<html><head><title>413 Request Entity Too Large</title></head><body><hr><center>{}</center></body></html>"'
    ),
    "received unexpected HTTP status: 503 {}",
    'Put "https://{}/v2/{}/manifests/1": EOF',
    "invalid reference format: {}",
    "blob upload unknown: {}",
    "toomanyrequests: {}",
    "EOF",
    "denied: {}",
    "unexpected thing: {}",
]


def commands(finding: Finding) -> Iterator[str]:
    """What a report sets as code in what to do."""
    for step in finding.remedy:
        yield from (hit[1] or hit[2] for hit in CODE.finditer(step))
        if command := remedy(step).command:
            yield command


def said(log: str) -> list[str]:
    pushes = analyze_raw(raw("push-log.txt", log.encode("utf-8", "replace"))).pushes
    return [command for push in pushes for finding in push.findings for command in commands(finding)]


def logs(name: str, error: str) -> Iterator[str]:
    """Pushes of that name by several clients, as they end in an error."""
    error = error.format(*[name] * error.count("{}"))
    waits = "\n".join(exhausted(A))
    yield f"The push refers to repository [{name}]\n{A}: Preparing\n{error}\n"
    begun = f"The push refers to repository [{name}]\n{A}: Preparing\n{B}: Preparing\n{B}: Pushed"
    yield f"$ docker push {name}\n{begun}\n{waits}\n{error}\n"
    yield f"$ docker push {name}\n{error}\n"
    yield f"The push refers to repository [{name}]\n{A}: Pushed\n1: digest: {DIGEST} size: 1\n{error}\n"
    yield f"$ podman push {name}\nGetting image source signatures\nCopying blob {DIGEST}\nError: {error}\n"
    failed = f"failed to push {name}: {error}"
    build = f"$ docker buildx build --push -t {name} .\n#5 pushing layers\n#5 ERROR: {failed}"
    yield f"{build}\nERROR: failed to solve: {failed}\n"
    yield f"$ crane push a.tar {name}\nError: pushing {name}: {error}\n"
    yield f"$ skopeo copy docker-archive:a.tar docker://{name}\nGetting image source signatures\nFATA[0001] {error}\n"


@pytest.mark.parametrize("error", ERRORS)
def test_no_name_puts_anything_into_a_command(error: str) -> None:
    # Each error meets other names, and all of them together every sign.
    names = NAMES[ERRORS.index(error) % 7 :: 7]
    told = {command for name in names for log in logs(name, error) for command in said(log)}
    assert [command for command in told if any(sign in command for sign in SIGNS)] == []


@pytest.mark.parametrize("name", ["-v", "--help", "-v/x", "docker.io/-v", "r.example/--privileged"])
def test_no_name_stands_in_a_command_as_an_option(name: str) -> None:
    told = {command for error in ERRORS[:6] for log in logs(name, error) for command in said(log)}
    option = re.escape(name.rpartition("/")[2])
    assert [command for command in told if re.search(rf"[ /]{option}(?![\w.-])", command)] == []


@pytest.mark.parametrize("error", ERRORS[:6])
def test_a_name_of_the_grammar_stands_in_the_commands(error: str) -> None:
    told = [command for log in logs("r.example:5000/team/my-app_x.y:1.2-rc_3", error) for command in said(log)]
    assert any("r.example:5000" in command or "team/my-app_x.y" in command for command in told)


TEMPLATES = [text for row in signatures() for words in row.remedy for text in words.texts]
TEMPLATES += [step for facts in clients().values() for own in facts.remedies for step in [own.text]]
HOSTILE = st.one_of(st.sampled_from([*SIGNS, *NAMES]), st.text(max_size=40))
SAFE = re.compile(r"[A-Za-z0-9_.:/@\[\]-]*")


# What logs give; the names of programs and machines are our own.
GIVEN = sorted(name for name in WORDS if name not in OWN_NAMES)


@given(st.dictionaries(st.sampled_from(GIVEN), HOSTILE), st.sampled_from(TEMPLATES))
@example(dict.fromkeys(GIVEN, "`pwned`"), "Ask from {machine}: `nslookup {host}`.")
def test_a_template_takes_nothing_that_a_shell_reads(values: dict[str, str], template: str) -> None:
    names = {name: values.get(name) for name in WORDS}
    own = {verb: f"docker {verb}" for verb in COMMANDS}
    before, after = fill(template, {**names, **own}), fill(template, {**dict.fromkeys(WORDS), **own})
    # As many commands as before, and in them no sign that the template has not.
    plain, filled = after.split("`"), before.split("`")
    assert len(plain) == len(filled)
    for empty, command in zip(plain[1::2], filled[1::2], strict=True):
        assert set(re.sub(SAFE, "", command)) <= set(empty)


@given(st.sampled_from(sorted(WORDS)), HOSTILE)
def test_what_is_pasteable_is_a_word(name: str, value: str) -> None:
    found = pasteable(name, value)
    assert SAFE.fullmatch(found)
    assert not found.startswith("-")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("registry", "registry-1.docker.io"),
        ("registry", "localhost:5000"),
        ("registry", "[::1]:5000"),
        ("host", "123456789012.dkr.ecr.eu-west-1.amazonaws.com"),
        ("repository", "library/ubuntu"),
        ("repository", "a__b/c--d.e_f"),
        ("reference", "ubuntu"),
        ("reference", "r.example:5000/Team".lower()),
        ("reference", f"r.example/a:1@{DIGEST}"),
        ("tag", "v1.2_3-RC"),
        ("region", "us-gov-west-1"),
        ("config", "/var/lib/jenkins/.docker/config.json"),
    ],
)
def test_names_of_the_grammar_are_pasteable(name: str, value: str) -> None:
    assert pasteable(name, value) == value


def test_no_rule_writes_a_value_into_a_command_by_itself() -> None:
    """Commands are made by `fill`: in an f-string a command may hold constants of the module alone."""
    for path in sorted((ROOT / "pushlog").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                for text, value in _in_commands(node):
                    is_constant = isinstance(value, ast.Name) and value.id.isupper()
                    assert is_constant, f"{path}:{node.lineno}: {text}{{{ast.unparse(value)}}}"


def _in_commands(node: ast.JoinedStr) -> Iterator[tuple[str, ast.expr]]:
    """The values that stand in a command of several words, with what stands before them."""
    before = ""
    for part in node.values:
        if isinstance(part, ast.Constant):
            before += str(part.value)
        elif isinstance(part, ast.FormattedValue):
            command = before.rpartition("`")[2] if before.count("`") % 2 else ""
            if re.match(r"(?:docker|podman|aws|az|gcloud|curl|script|sudo|for|nslookup|openssl) ", command):
                yield command, part.value
            before += "x"
