"""An HTML page taken apart, for tests that look at its tags, attributes and words."""

from html.parser import HTMLParser

# Where a word may break it is still one word.
BREAK = "\0"
VOID = {"meta", "link", "br", "wbr", "input"}


class Document(HTMLParser):
    """A page taken apart: its tags in order, its attributes, its text, and whether every tag is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag == "wbr":
            self.words.append(BREAK)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, key, value in self.attributes if key == name]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).replace(f" {BREAK} ", "").split())


def shape(text: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The page without its words: tags and attribute names, in order; where a long name may break follows the name."""
    document = Document(text)
    return [tag for tag in document.tags if tag != "wbr"], [(tag, name) for tag, name, _ in document.attributes]
