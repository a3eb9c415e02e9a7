"""Exports of log stores and CI systems: every row reads its sample, and what has no row is found all the same."""

import json
import re
import tracemalloc
import zipfile

import pytest

from pushlog.faults import InputError
from pushlog.formats.dialects import openings
from pushlog.intake.log_text import LogText
from pushlog.intake.read import raw
from pushlog.intake.unwrap.exports.assembly import NEWEST_FIRST
from pushlog.intake.unwrap.exports.clocks import iso_text
from pushlog.intake.unwrap.exports.export import unwrap_export
from pushlog.intake.unwrap.exports.json_cursor import JsonCursor, JsonError, utf8
from pushlog.intake.unwrap.exports.paths import parse_path, path_text, paths_at, value_at
from pushlog.intake.unwrap.witnesses import anchors_of
from pushlog.knowledge.exports import exports
from pushlog.pipeline import analyze, analyze_raw
from pushlog.report.json import render

LINES = (
    "The push refers to repository [registry.example.com/acme/web]",
    "0a1b2c3d4e5f: Preparing",
    "received unexpected HTTP status: 503 Service Unavailable",
)


def exported(document: bytes):
    text = LogText(document)
    return unwrap_export(text, openings(), anchors_of(text, openings()), None)


def told(text: str):
    return analyze_raw(raw("export.json", text.encode()))


@pytest.mark.parametrize("row", exports().rows, ids=lambda row: row.id)
def test_a_row_reads_its_sample_and_nothing_of_it_is_another_rows(row):
    export = exported(row.sample.encode())
    assert export is not None
    assert export.text.data[:].decode().strip() == row.inside
    assert export.system == row.system
    assert (export.timestamps is None) == (row.time is None)


def test_what_no_row_knows_is_found_by_the_lines_of_a_push():
    records = [{"a": {"b": [1]}, "zeit": f"2026-11-23T21:26:4{n}Z", "worte": line} for n, line in enumerate(LINES)]
    for text in (
        "\n".join(json.dumps(record) for record in records),
        json.dumps(records, indent=1),
        json.dumps({"meta": {"n": 3}, "seite": {"zeilen": records}}),
        json.dumps({"alles": "\n".join(LINES)}),
        json.dumps({"alles": list(LINES)}),
    ):
        result = told(text)
        assert [(push.outcome, push.error and push.error.http_status) for push in result.pushes] == [("failed", 503)]
        assert result.pushes[0].duration.seconds == (2.0 if "zeit" in text else None)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-11-23 21:26:44.100 UTC", "2026-11-23T21:26:44.100Z"),
        ("Nov 23, 2026 @ 21:26:46.100", "2026-11-23T21:26:46.100"),
        ("11/23/2026, 9:26:46.100 PM", "2026-11-23T21:26:46.100"),
        ("11/23/2026 21:26:46.100 +0000", "2026-11-23T21:26:46.100+0000"),
        ("11/23/2026 09:26:46.100 PM -0500", "2026-11-23T21:26:46.100-0500"),
        ("23/Nov/2026:21:26:46 +0000", "2026-11-23T21:26:46+0000"),
        ("Mon, 23 Nov 2026 21:26:46 GMT", "2026-11-23T21:26:46Z"),
        (1795469206100, "1795469206.100"),
        ("1795469206100000000", "1795469206.100000000"),
        (1795469206.1, "1795469206.1"),
        (12, None),
        ("12:30", None),
        (True, None),
        ("2026-11-23", None),
    ],
)
def test_a_time_is_known_by_its_form(value, moment):
    assert iso_text(value) == moment


@pytest.mark.parametrize("noise", [3, 3_000])
@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_lines_stay_where_they_are_whatever_is_passed_over(noise, end):
    texts = ["noise"] * noise + [*LINES] + ["noise"] * noise + [*LINES]
    lines = [json.dumps({"msg": text, "ts": 1795469204 + n, "pod": "p", "x": "x" * 90}) for n, text in enumerate(texts)]
    result = told("\n".join(lines) + end)
    assert [push.lines for push in result.pushes] == [(noise + 1, noise + 3), (2 * noise + 4, 2 * noise + 6)]
    assert [push.duration.seconds for push in result.pushes] == [2.0, 2.0]
    assert result.source.lines == len(lines) + max(end.count("\n") - 1, 0)
    assert result.source.notes == ()


def test_newest_first_is_turned_round_and_said():
    records = [{"line": line, "ts": f"2026-11-23T21:26:4{n}Z"} for n, line in enumerate(LINES)]
    result = told("\n".join(json.dumps(record) for record in reversed(records)))
    assert NEWEST_FIRST in result.source.notes
    assert [(push.lines, push.duration.seconds) for push in result.pushes] == [((1, 3), 2.0)]


def test_a_torn_document_is_read_up_to_there():
    text = json.dumps([{"line": line, "ts": f"2026-11-23T21:26:4{n}Z"} for n, line in enumerate(LINES)])
    result = told(text[:-20])
    assert [push.outcome for push in result.pushes] == ["incomplete"]
    assert any("can't be read further" in note for note in result.source.notes)


def test_results_of_this_program_are_no_logs():
    from pushlog.report.json import render

    assert told(render([told("\n".join(LINES))])).pushes == ()


def test_a_cursor_reads_what_is_longer_than_its_window():
    document = json.dumps({"skip": ["x" * 3_000_000], "list": [{"n": n, "é": "ü" * 50} for n in range(9_000)]}).encode()
    elements = list(JsonCursor(document).elements(parse_path("list[]")))
    assert [value["n"] for _, _, value in elements if isinstance(value, dict)] == list(range(9_000))
    assert all(json.loads(document[start:stop])["n"] == n for n, (start, stop, _) in enumerate(elements))


@pytest.mark.parametrize("text", ['{"a":[1,2', '{"a" 1}', "[" * 100_000, '{"a":[}', "nul"])
def test_a_cursor_refuses_what_is_no_json(text):
    with pytest.raises(JsonError):
        list(JsonCursor(text.encode()).elements(()))


def test_strings_keep_their_bytes():
    for text in ("é", "\\u00e9", "\\ud83d\\ude00", "😀"):
        ((_, _, value),) = JsonCursor(f'"{text}"'.encode()).elements(())
        assert utf8(str(value)).decode() == str(json.loads(f'"{text}"'))
    ((_, _, value),) = JsonCursor(b'"\\ud83d\xff"').elements(())
    assert utf8(str(value)) == b"?\xff"


def test_a_path_leads_to_the_place_that_it_was_found_at():
    data = b'{"a":{"b.c":[{"d":["x","needle"]}],"e":{}},"f":[1,{}]}'
    ((_, path),) = paths_at(data, [data.find(b"needle")], len(data))
    assert (path_text(path), value_at(json.loads(data), path)) == ("a.b.c[0].d[1]", "needle")
    assert value_at(json.loads(data), parse_path("a.b.c[0].d[]")) == "x\nneedle"


def test_a_large_document_is_not_held_as_objects():
    line = '{"_source":{"@timestamp":"2026-11-23T21:26:44.100Z","message":"noise %d","labels":{"a":"b","c":"d"}}}'
    start = ",".join(line.replace("noise %d", text) for text in LINES)
    document = f'{{"hits":{{"hits":[{start},{",".join(line % n for n in range(20_000))}]}}}}'.encode()
    tracemalloc.start()
    export = exported(document)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert export is not None
    assert export.system == "elasticsearch"
    assert peak < 3 * len(document)


@pytest.mark.parametrize("row", exports().refusals, ids=lambda row: row.id)
def test_what_is_no_text_is_refused_with_a_word_on_how_to_export_instead(row, tmp_path):
    path = tmp_path / "log.bin"
    path.write_bytes(row.begins + b"\0\1\2" * 30)
    with pytest.raises(
        InputError, match=re.escape(f"log.bin: is {row.what}, which holds no lines of text: {row.instead}")
    ):
        analyze(str(path))


def test_a_spreadsheet_is_refused(tmp_path):
    path = tmp_path / "log.xlsx"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    with pytest.raises(InputError, match="save the sheet as CSV"):
        analyze(str(path))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000 + f'"{LINES[0]}"',
        '{"a":' * 50_000 + f'"{LINES[0]}"' + "}" * 50_000,
        f'[{{"x":"{LINES[0]}","t":"2026-11-23T21:26:44Z"}},' + '{"x":' * 50_000,
    ],
)
def test_brackets_inside_brackets_are_no_crash(text):
    assert len(told(text).pushes) <= 1


@pytest.mark.parametrize(
    ("row", "path"),
    [("drone", "time"), ("drone", "pos"), ("harness", "pos"), ("travis-parts", "number"), ("filebeat", "offset")],
)
@pytest.mark.parametrize("figure", [10**400, -(10**400), 1 << 63, 1e308, float("inf"), float("nan")])
def test_a_figure_beyond_all_columns_is_no_place_and_no_time(row, path, figure):
    sample = next(one.sample for one in exports().rows if one.id == row)
    number = re.compile(rf'("{path}": ?)[\d.]+')
    assert number.search(sample)
    text = number.sub(lambda match: match[1] + json.dumps(figure), sample)
    result = told(text)
    assert "Infinity" not in render([result])
    assert exported(text.encode()) is not None
