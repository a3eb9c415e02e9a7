"""Where outputs go: by format and path, by a file name alone, by -o."""

import pytest

from pushlog.faults import OutputError
from pushlog.outputs import ENDINGS, FORMATS, Output, outputs


def pairs(*arguments):
    return [(output.format, output.path) for output in outputs(*arguments)]


@pytest.mark.parametrize(
    ("names", "paths", "expected"),
    [
        ([], [], [("text", None)]),
        (["json"], [], [("json", None)]),
        (["html=r.html", "text"], [], [("html", "r.html"), ("text", None)]),
        (["report.html"], [], [("html", "report.html")]),
        (["dir/"], [], [("html", "dir/")]),
        (["json=gl-code-quality-report.json"], [], [("json", "gl-code-quality-report.json")]),
        ([], ["r.json", "r.md"], [("json", "r.json"), ("markdown", "r.md")]),
        ([], ["out.sarif"], [("sarif", "out.sarif")]),
        ([], ["x.trace.json"], [("trace", "x.trace.json")]),
        ([], ["gl-code-quality-report.json"], [("gitlab", "gl-code-quality-report.json")]),
        (["json"], ["out.dat"], [("json", "out.dat")]),
        (["text"], ["r.html", "r.xml"], [("text", None), ("html", "r.html"), ("junit", "r.xml")]),
        (["json"], ["-"], [("json", None)]),
    ],
)
def test_a_name_tells_the_format(names, paths, expected):
    assert pairs(names, paths) == expected


@pytest.mark.parametrize(
    ("names", "paths", "why"),
    [
        ([], ["out.dat"], "write -f FORMAT=out.dat"),
        (["htlm"], [], "did you mean 'html'?"),
        (["json", "text"], [], "only one format"),
        (["json="], [], "a path is missing"),
    ],
)
def test_what_tells_no_format_is_refused(names, paths, why):
    with pytest.raises(OutputError, match=why.replace("?", r"\?")):
        outputs(names, paths)


def test_every_ending_stands_for_a_format():
    assert set(ENDINGS.values()) <= set(FORMATS)
    assert isinstance(outputs(())[0], Output)
