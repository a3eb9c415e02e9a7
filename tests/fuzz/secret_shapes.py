"""Texts with a secret in them, as programs print them: made-up values under made-up names, none was ever valid."""

from __future__ import annotations

import base64
import json
import string
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

ALPHANUMERIC = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"
_WHOSE = "db registry docker ci_registry my_app harbor nexus admin npm redis smtp quay old proxy github deploy"
_WHAT = (
    "password passwd token secret api_key access_key secret_key client_secret auth_token access_token private_token "
    "passphrase secret_access_key credentials refresh_token api_token webhook_secret encryption_key signing_key"
)


def word(chance: random.Random, length: int, letters: str = ALPHANUMERIC) -> str:
    """So many letters."""
    return "".join(chance.choice(letters) for _ in range(length))


def mixed(chance: random.Random) -> str:
    """Letters of both cases and digits, as generators of passwords make them."""
    body = word(chance, chance.choice((8, 10, 14, 18, 24, 32, 40)))
    return f"{body[:3]}{chance.choice(string.ascii_uppercase)}{body[3:5]}{chance.randrange(10)}{body[5:]}q"


def special(chance: random.Random) -> str:
    """The same with a sign that some of the languages around it know."""
    text = mixed(chance)
    place = chance.randrange(3, len(text) - 3)
    return text[:place] + chance.choice("!@#%^*+/=.-_~,;:?") + text[place:]


def encoded(chance: random.Random, size: int = 24) -> str:
    """Base64 of random bytes."""
    return base64.b64encode(chance.randbytes(size)).decode()


def jwt(chance: random.Random) -> str:
    """A token of three parts."""
    parts = ({"alg": "RS256", "typ": "JWT"}, {"sub": word(chance, 8), "exp": chance.randrange(10**9)})
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*coded, word(chance, chance.choice((43, 342)))])


# Values that say nothing of themselves; the name before them tells.
PLAIN: tuple[Callable[[random.Random], str], ...] = (
    mixed,
    mixed,
    special,
    encoded,
    lambda chance: word(chance, chance.choice((32, 40, 64)), _HEX),
    lambda chance: f"{word(chance, 14, string.ascii_lowercase + string.digits)}7q",
    lambda chance: "-".join(word(chance, size, _HEX) for size in (8, 4, 4, 4, 12)),
)
# Values that say what they are.
TELLING: tuple[Callable[[random.Random], str], ...] = (
    lambda chance: f"gh{chance.choice('pousr')}_{word(chance, 36)}",
    lambda chance: f"github_pat_{word(chance, 22)}_{word(chance, 59)}",
    lambda chance: f"glpat-{word(chance, 20)}",
    lambda chance: f"dckr_pat_{word(chance, 27)}",
    lambda chance: f"AKIA{word(chance, 16, string.ascii_uppercase + '234567')}",
    lambda chance: f"npm_{word(chance, 36)}",
    lambda chance: f"xoxb-{word(chance, 12, string.digits)}-{word(chance, 24)}",
    lambda chance: f"hvs.CAES{word(chance, 40)}",
    lambda chance: f"AIza{word(chance, 35)}",
    lambda chance: f"pypi-AgEI{word(chance, 60)}",
    lambda chance: f"AKCp8{word(chance, 64)}",
    lambda chance: f"sk-proj-{word(chance, 48)}",
    jwt,
)


def names(chance: random.Random) -> dict[str, str]:
    """A name in every style: `A_B`, `a_b`, `a-b`, `aB`, `AB`, `a.b`, `a b`, `X-A-B`."""
    whose = chance.choice(_WHOSE.split()) if chance.random() < 0.8 else ""
    words = (
        [*whose.split("_"), *chance.choice(_WHAT.split()).split("_")]
        if whose
        else chance.choice(_WHAT.split()).split("_")
    )
    titles = [part.title() for part in words]
    return {
        "UP": "_".join(words).upper(),
        "snake": "_".join(words),
        "kebab": "-".join(words),
        "camel": words[0] + "".join(titles[1:]),
        "Pascal": "".join(titles),
        "dotted": ".".join(words),
        "words": " ".join(words),
        "Header": "X-" + "-".join(titles),
    }


# `{v}` is the value, `{q}` percent-encoded, `{x}` with entities, `{j}` as JSON has it, `{b}` base64 of it, `{u}` base64
# of a user's name and it; what else stands in braces is a name.
NAMED = r"""
{UP}={v}
export {UP}="{v}"
declare -x {UP}="{v}"
+ {UP}='{v}'
++ export {UP}={v}
A=1 {UP}={v} B=2 ./run.sh
set -gx {UP} {v}
{UP} := {v}
{UP}?={v}
$env:{UP} = "{v}"
set "{UP}={v}"
Environment={UP}={v}
ENV {UP}={v}
Step 3/9 : ENV {UP} {v}
ARG {UP}={v}
#9 [build 3/4] RUN {UP}={v} make
<missing>  2 days ago  /bin/sh -c #(nop)  ENV {UP}={v}  0B
RUN |1 {UP}={v} /bin/sh -c make # buildkit
docker build --build-arg {UP}={v} .
docker run --rm -e {UP}={v} app
docker run --env={UP}={v} app
docker buildx build --secret id=x,env=Y --build-arg {UP}={v} .
{UP}: {v}
  - {snake}: "{v}"
  {camel}: '{v}'
{{user: bob, {camel}: "{v}"}}
{snake}: >-\n  {v}
- name: {UP}\n  value: "{v}"
    environment:\n      {UP}: {v}\n      X: y
    environment:\n      - {UP}={v}
kind: Secret\nstringData:\n  {kebab}: {v}
kind: Secret\ndata:\n  {kebab}: {b}
{{"user": "bob", "{snake}": "{j}"}}
{{"{camel}":"{j}","n":1}}
{{\n  "name": "a",\n  "{Pascal}": "{j}"\n}}
{{"Env":["PATH=/bin","{UP}={j}"]}}
{{"name":"{UP}","value":"{j}"}}
{{"Key": "{kebab}", "Value": "{j}"}}
{{'user': 'bob', '{snake}': '{v}'}}
{{ user: 'bob', {camel}: '{v}' }}
Credentials {{ username: "bob", {snake}: "{v}" }}
Config{{Username:"bob", {Pascal}:"{v}"}}
{{Username:bob {Pascal}:{v} Addr:r.example}}
map[{snake}:{v} user:bob]
{{"user"=>"bob", "{snake}"=>"{v}"}}
{{:{snake}=>"{v}"}}
    [{snake}] => {v}
'{snake}' => '{v}',
Credentials[username=bob, {camel}={v}]
{snake} = "{v}"
{kebab} = {v}
{dotted}={v}
spring.{dotted}={v}
const {camel} = '{v}';
String {camel} = "{v}";
connect(user='bob', {snake}='{v}')
{camel}("{v}")
      + {snake}     = "{v}"
      ~ {snake} = "{v}" -> (known after apply)
{snake} = "{v}"\nid = "7"
helm upgrade a ./c --set {dotted}={v}
mvn -D{dotted}={v} deploy
gradle publish -P{camel}={v}
tool --{kebab} {v} --verbose
tool --{kebab}={v} go
kubectl create secret generic s --from-literal={kebab}={v}
ansible-playbook -e {snake}={v} x.yml
curl -H '{Header}: {v}' https://r.example/v2/
> {Header}: {v}
{Header}: {v}
curl -d '{snake}={v}&grant_type=x' https://r.example/token
curl --data-urlencode '{snake}={v}' https://r.example/token
GET https://r.example/a?{snake}={q}&b=1
POST /token?grant_type=password&{snake}={q} HTTP/1.1
<{camel}>{x}</{camel}>
<add key="{Pascal}" value="{x}" />
<input type="hidden" name="{snake}" value="{x}">
<entry key="{dotted}">{x}</entry>
error: invalid value {UP}: {v} in the configuration
using {snake}={v} for login
the {words} is {v}
Your {words}: {v}
level=debug msg="sending {kebab}: {v}" id=7
level=debug {snake}={v} msg="x"
level=debug {snake}="{v}" msg="x"
| {UP} | {v} |
{UP}\t{v}
{UP}             {v}
{snake}                         {v}
::set-output name={snake}::{v}
##vso[task.setvariable variable={UP};issecret=true]{v}
echo "{UP}={v}" >> $GITHUB_ENV
##teamcity[setParameter name='{dotted}' value='{v}']
Content-Disposition: form-data; name="{snake}"\n\n{v}
sed -i 's/x/y/' f && {UP}={v} make
""".strip().split("\n")
# The value alone, where a command or a protocol says what it is.
PLACED = r"""
docker login -u bob -p {v} r.example
docker login -u bob -p '{v}' r.example
docker login --username bob --password {v} r.example
echo {v} | docker login -u bob --password-stdin r.example
echo "{v}" | podman login -u bob --password-stdin r.example
printf '%s' '{v}' | skopeo login -u bob --password-stdin r.example
docker login -u bob --password-stdin r.example <<< "{v}"
+ echo {v}\n+ docker login -u bob --password-stdin r.example
helm registry login -u bob -p {v} r.example
crane auth login r.example -u bob -p {v}
oras login r.example -u bob -p {v}
az acr login -n acme -u bob -p {v}
az login --service-principal -u 0a1b -p {v} --tenant t
skopeo copy --dest-creds bob:{v} docker://a docker://b
skopeo inspect --creds=bob:{v} docker://a
curl -sS -u bob:{v} https://r.example/v2/
curl --user 'bob:{v}' https://r.example/v2/
wget --user bob --password {v} https://r.example
sshpass -p {v} ssh bob@host
mysql -u root -p{v} app
htpasswd -Bbn bob {v}
machine r.example login bob password {v}
machine r.example\n  login bob\n  password {v}
//registry.npmjs.org/:_authToken={v}
npm config set //registry.npmjs.org/:_authToken {v}
Server=db;User Id=sa;Password={v};Encrypt=true
git clone https://oauth2:{q}@gitlab.example/a.git
fatal: unable to access 'https://bob:{q}@git.example/a.git/': 403
Looking in indexes: https://bob:{q}@pypi.example/simple
HTTPS_PROXY=http://bob:{q}@proxy.example:3128
postgres://app:{q}@db:5432/x
amqp://app:{q}@mq:5672/
{{"auths":{{"r.example":{{"auth":"{u}"}}}}}}
{{"auths":{{"r.example":{{"username":"bob","password":"{j}"}}}}}}
> Authorization: Basic {u}
> authorization: Bearer {v}
git -c http.extraheader="AUTHORIZATION: basic {u}" fetch
Authorization: Bearer {v}
map[Authorization:[Bearer {v}] Accept:[*/*]]
{{'Authorization': 'Bearer {v}'}}
{{"headers":{{"Authorization":["Basic {u}"]}}}}
X-Registry-Auth: {a}
< Set-Cookie: sid={v}; Path=/; HttpOnly
cookie: sid={v}
Patch "https://r.example/v2/a/blobs/uploads/1?_state={q}&digest=sha256%3A7d27": EOF
https://s3.amazonaws.com/b/k?X-Amz-Algorithm=AWS4&X-Amz-Signature={q}&x=1
https://a.blob.core.windows.net/x?se=2026-01-01&sp=r&sig={q}
Password for 'https://bob@r.example': {v}
{{"token":"{j}","expires_in":300}}
{{"access_token":"{j}","token_type":"Bearer"}}
{{"Credentials":{{"SecretAccessKey":"{j}","SessionToken":"{b}"}}}}
""".strip().split("\n")
BARE = """
fetching with {v}
+ deploy {v} --now
"{v}"
git clone https://{v}@github.com/acme/app
invalid token {v}: expired
x={v}
""".strip().split("\n")


def shape(chance: random.Random) -> tuple[str, str, str]:
    """A text, the secret in it, and the shape that it has."""
    shapes = [*NAMED, *PLACED, *BARE]
    index = chance.randrange(len(shapes) + 2)
    if index >= len(shapes):
        text, secret = _key(chance, is_whole=index > len(shapes))
        return text, secret, text[:20]
    pattern = shapes[index]
    value = chance.choice(TELLING if pattern in BARE or chance.random() < 0.15 else PLAIN)(chance)
    if any(sign in value for sign in _ENDS_VALUE) and "{q}" not in pattern and "{j}" not in pattern:
        value = mixed(chance)
    user = base64.b64encode(f"bob:{value}".encode()).decode()
    auth = base64.urlsafe_b64encode(json.dumps({"username": "bob", "password": value}).encode()).decode()
    text = (
        pattern.replace("\\n", "\n")
        .replace("\\t", "\t")
        .format(
            v=value,
            q=quote(value, safe=""),
            x=escape(value),
            j=json.dumps(value)[1:-1],
            b=base64.b64encode(value.encode()).decode(),
            u=user,
            a=auth,
            **names(chance),
        )
    )
    return text, value, pattern


# A value without quotes ends there.
_ENDS_VALUE = ",;:?@#"


def _key(chance: random.Random, *, is_whole: bool) -> tuple[str, str]:
    body = encoded(chance, 600)
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    kind = chance.choice(("RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY"))
    return "\n".join([f"-----BEGIN {kind}-----", *lines, *([f"-----END {kind}-----"] if is_whole else [])]), body
