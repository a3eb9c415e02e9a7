"""Make README's links absolute and give the project its addresses, for an index where no file stands beside it.

`addresses.py https://github.com/OWNER/NAME v0.2.0`, run by a release in its checkout: the repository that releases is
the only one that knows its own address.
"""

import re
import sys
from pathlib import Path

# A target of Markdown or HTML that is neither absolute nor a place on the page.
_LINK = re.compile(r"""(!?)(\[[^]]*\]\(|(?:src|srcset|href)=")(?![a-z]+:|#|//)([^)"#\s]+)""")
_PICTURE = (".svg", ".png", ".gif", ".jpg")


def absolute(readme: str, address: str, tag: str) -> str:
    """Return README with each relative link at its file of the tag; pictures as bytes, all else as a page."""

    def target(match: re.Match[str]) -> str:
        kind = "raw" if match[3].endswith(_PICTURE) else "blob"
        return f"{match[1]}{match[2]}{address}/{kind}/{tag}/{match[3].removeprefix('./')}"

    return _LINK.sub(target, readme)


def with_urls(project: str, address: str, tag: str) -> str:
    """Return pyproject.toml with the project's addresses."""
    urls = {
        "Homepage": address,
        "Changelog": f"{address}/blob/{tag}/CHANGELOG.md",
        "Issues": f"{address}/issues",
        "Security": f"{address}/blob/{tag}/SECURITY.md",
        "Source": address,
    }
    table = "".join(f'{name} = "{url}"\n' for name, url in urls.items())
    return project.replace("[project.scripts]", f"[project.urls]\n{table}\n[project.scripts]", 1)


if __name__ == "__main__":
    for name, change in (("README.md", absolute), ("pyproject.toml", with_urls)):
        path = Path(name)
        path.write_text(change(path.read_text("utf-8"), *sys.argv[1:3]), "utf-8")
