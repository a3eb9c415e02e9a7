"""What an audit writes for other programs, read by the libraries of those programs."""

import csv
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from pushlog.audit import exports, metrics, otlp, run, table_files
from pushlog.audit.exports import parsed_exports, parsed_kinds
from pushlog.audit.frames import frames
from pushlog.audit.rows import rows
from pushlog.audit.run import Plan, audit
from pushlog.audit.schema import TABLES
from pushlog.audit.summary import summary
from pushlog.audit.tables import Tables
from pushlog.faults import OutputError
from tests.audit.test_summary import HOSTILE, failed, found, hostile, push
from tests.fleet import as_frames, as_record, jobs
from tests.paths import SAMPLES
from tests.records import layer, log


@pytest.fixture
def threads(monkeypatch):
    monkeypatch.setattr(run, "processes", ThreadPoolExecutor)


def tables_of(made):
    tables = Tables()
    for job in made:
        record = as_record(job)
        for table, of_table in rows(record, record.source.name, "", None).items():
            for row in of_table:
                tables.add(table, row)
    return tables


def test_prometheus_reads_the_counts_and_they_are_those_of_the_audit():
    parser = pytest.importorskip("prometheus_client.parser", reason="NO PROMETHEUS: the counts go unchecked")
    made = as_frames(jobs(400))
    families = {family.name: family for family in parser.text_string_to_metric_families(metrics.render(made))}
    totals = summary(made).totals
    pushes = families["pushlog_pushes"].samples
    assert sum(sample.value for sample in pushes) == totals.pushes
    ended = {word: sum(s.value for s in pushes if s.labels["outcome"] == word) for word in ("failed", "succeeded")}
    assert ended == {"failed": totals.failed, "succeeded": totals.succeeded}
    assert {s.labels["registry"] for s in pushes} == {r.registry for r in summary(made).registries}
    assert sum(s.value for s in families["pushlog_logs"].samples) == totals.logs
    assert max(s.value for s in families["pushlog_last_push_timestamp_seconds"].samples) > 1.7e9
    assert all(
        s.labels.keys() <= {"registry", "outcome", "family", "basis", "status"}
        for f in families.values()
        for s in f.samples
    )


def test_a_hostile_label_stays_one_label():
    parser = pytest.importorskip("prometheus_client.parser", reason="NO PROMETHEUS: the counts go unchecked")
    families = parser.text_string_to_metric_families(metrics.render(hostile()))
    names = {sample.labels.get("registry") for family in families for sample in family.samples}
    assert any(name and HOSTILE[:20] in name for name in names)


def test_the_dashboard_asks_for_metrics_that_there_are():
    text = exports._render("grafana", found())
    dashboard = json.loads(text)
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    known = {metric.name for metric in metrics.metrics(found(push("10:00:00"), failed("11:00:00")))}
    import re

    assert {name for expr in asked for name in re.findall(r"pushlog_\w+", expr)} == known
    boxes = [panel["gridPos"] for panel in dashboard["panels"]]
    cells = [(x, y) for b in boxes for x in range(b["x"], b["x"] + b["w"]) for y in range(b["y"], b["y"] + b["h"])]
    assert len(cells) == len(set(cells)), "panels lie on one another"
    assert max(x for x, _ in cells) == 23


def test_the_spans_of_an_audit_are_taken_by_opentelemetry():
    import base64

    format_ = pytest.importorskip("google.protobuf.json_format", reason="NO OPENTELEMETRY: the export goes unchecked")
    service = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    made = found(push("10:00:00", layers=[layer()]), failed("11:00:00"), push(None))
    request = json.loads(otlp.render(made))
    spans = [s for part in request["resourceSpans"] for scope in part["scopeSpans"] for s in scope["spans"]]
    assert [span["status"]["code"] for span in spans] == [1, 2]
    for span in spans:
        for key in ("traceId", "spanId", "parentSpanId"):
            span[key] = base64.b64encode(bytes.fromhex(span[key])).decode()
    format_.Parse(json.dumps(request), service.ExportTraceServiceRequest())
    assert otlp.render(made) == otlp.render(made)


def test_json_lines_and_csv_hold_what_parquet_holds(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="NO PYARROW: the dataset goes untested")
    made = jobs(120)
    for kind in table_files.KINDS:
        exports.write_tables(tables_of(made), (kind,), tmp_path / kind) if (tmp_path / kind).mkdir() is None else None
    for name, columns in TABLES.items():
        wanted = parquet.read_table(tmp_path / "parquet" / f"{name}.parquet").to_pylist()
        lines = (tmp_path / "jsonl" / f"{name}.jsonl").read_text("utf-8").splitlines()
        told = [json.loads(line) for line in lines]
        moments = {column.name for column in columns if column.type == "moment"}
        plain = [
            {
                k: f"{v.isoformat(timespec='microseconds')}Z" if k in moments and v is not None else v
                for k, v in row.items()
            }
            for row in wanted
        ]
        assert told == plain
        with (tmp_path / "csv" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            cells = list(csv.reader(file))
        assert cells[0] == [column.name for column in columns]
        assert len(cells) == len(wanted) + 1
        for row, expected in zip(cells[1:], plain, strict=True):
            shown = [
                "" if v is None else json.dumps(v, separators=(",", ":")) if isinstance(v, list | bool) else str(v)
                for v in expected.values()
            ]
            assert row == shown


def test_duckdb_answers_the_same_from_all_three(tmp_path):
    duckdb = pytest.importorskip("duckdb", reason="NO DUCKDB: the tables go unasked")
    pytest.importorskip("pyarrow", reason="NO PYARROW: the dataset goes untested")
    made = jobs(120)
    answers = []
    for kind in table_files.KINDS:
        exports.write_tables(tables_of(made), (kind,), tmp_path)
        table = f"FROM '{tmp_path}/pushes.{kind}' WHERE outcome = 'failed' GROUP BY ALL ORDER BY ALL"
        query = f"SELECT family, dated::DATE, count(*) {table}"
        answers.append(duckdb.sql(query).fetchall())
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0]) > 5


def test_a_moment_is_a_timestamp_in_the_dataset(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="NO PYARROW: the dataset goes untested")
    exports.write_tables(tables_of(jobs(20)), ("parquet",), tmp_path)
    schema = parquet.read_schema(tmp_path / "pushes.parquet")
    assert {str(schema.field(name).type) for name in ("began", "dated")} == {"timestamp[us]"}


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_pandas_takes_moments_for_timestamps(tmp_path, kind):
    import pandas as pd

    exports.write_tables(tables_of(jobs(200)), (kind,), tmp_path)
    path = tmp_path / f"pushes.{kind}"
    lines = path.read_text("utf-8").splitlines()
    table = pd.read_csv(path) if kind == "csv" else pd.DataFrame(map(json.loads, lines))
    moments = pd.to_datetime(table["dated"])
    assert str(moments.dtype).startswith("datetime64")
    assert moments.notna().sum() > 100


def test_no_cell_is_a_formula(tmp_path):
    tables = Tables()
    row = rows(log(name="=cmd|' /C calc'!A0"), "=cmd|' /C calc'!A0", "", None)["sources"][0]
    tables.add("sources", row)
    table_files.write_csv(tables, tmp_path)
    with (tmp_path / "sources.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1][1] == "'=cmd|' /C calc'!A0"


@pytest.mark.parametrize("acts", ["\x1b", "\x9b", "\u202e", "\u2066", "\u2028", "\0"])
def test_no_cell_acts_on_a_terminal(tmp_path, acts):
    tables = Tables()
    tables.add("sources", rows(log(name=f"a{acts}b"), f"a{acts}b", "", None)["sources"][0])
    table_files.write_csv(tables, tmp_path)
    assert acts not in (tmp_path / "sources.csv").read_text("utf-8")


@pytest.mark.usefixtures("threads")
def test_tables_of_another_kind_do_not_stay_behind(tmp_path):
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "a.log").write_bytes((SAMPLES / "push-log.txt").read_bytes())
    out = tmp_path / "out"
    audit([str(logs)], Plan(out=out, tables=("jsonl", "csv")))
    audit(
        [str(logs)],
        Plan(out=out, tables=("csv",), exports=parsed_exports(["prometheus", f"otlp={tmp_path}/spans.json"])),
    )
    assert (out / "pushes.csv").exists()
    assert not (out / "pushes.jsonl").exists()
    assert "pushlog_pushes_total" in (out / "pushlog.prom").read_text("utf-8")
    assert json.loads((tmp_path / "spans.json").read_text("utf-8")) == {"resourceSpans": []}


@pytest.mark.parametrize("name", ["prometeus", "xml", "otlp="])
def test_an_export_that_there_is_none_of_is_named(name):
    with pytest.raises(OutputError):
        parsed_exports([name])


def test_a_kind_of_tables_that_there_is_none_of_is_named():
    with pytest.raises(OutputError, match="did you mean 'jsonl'"):
        parsed_kinds(["json1"])
    assert parsed_kinds(["jsonl,csv", "csv"]) == ("jsonl", "csv")


def test_frames_are_untouched_by_the_tables(tmp_path):
    tables = tables_of(jobs(30))
    exports.write_tables(tables, ("csv", "jsonl"), tmp_path)
    assert len(frames(tables).pushes) >= 30
