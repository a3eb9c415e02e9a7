"""The words of `docker push`, written here once for all who look for them; the grammar of docker has them too.

Source: docker/cli cli/command/commands.go, cli/command/image/push.go, cli/command/plugin/push.go, cli/flags/options.go.
"""

from __future__ import annotations

# What may stand before the verb.
_NOUNS = ("image", "plugin")
# No command has more options; without a bound, a line of nothing but options would be read from each of its words.
MOST_OPTIONS = 20


def push_words(gap: str = " ", *, also: tuple[str, ...] = ()) -> str:
    """Return an expression for `push`, `image push` and `plugin push`; `also`: nouns of other commands that push."""
    return rf"(?:(?:{'|'.join((*_NOUNS, *also))}){gap})?push"


def docker_push(gap: str = " ", *, value: str = r"\S") -> str:
    """Return an expression for the words of the command, with the options of docker itself between them.

    `gap`: what stands between two words; `value`: a letter of an option's value.
    """
    words = push_words(gap)
    option = rf"--?[A-Za-z][\w-]*(?:={value}+|{gap}(?!-|{words}\b){value}+)?{gap}"
    return rf"docker(?:\.exe)?{gap}(?:{option}){{0,{MOST_OPTIONS}}}+{words}"
