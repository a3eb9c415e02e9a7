"""The pushes of an audit as OTLP JSON: those that were measured, each with its layers; see `report/otlp.py`."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from pushlog.report import otel

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from pushlog.audit.frames import Frames

_MEASURED = ("stamped", "recorded")
Row = dict[str, object]


def render(frames: Frames) -> str:
    """Return the export request, a resource for each log; the same tables give the same text."""
    pushes = frames.pushes
    timed = pushes[pushes["clock"].isin(_MEASURED) & pushes["seconds"].notna() & pushes["began"].notna()]
    layers = frames.layers.merge(timed[["log", "push"]], on=["log", "push"])
    by_push: dict[tuple[object, object], list[Row]] = {}
    for layer in _rows(layers):
        by_push.setdefault((layer["log"], layer["push"]), []).append(layer)
    by_log: dict[str, list[Row]] = {}
    for push in _rows(timed):
        by_log.setdefault(str(push["log"]), []).append(push)
    made = version("pushlog")
    jobs = {str(row["log"]): row for row in _rows(frames.sources.drop_duplicates("log"))}
    return otel.document(
        otel.resource(
            _job(jobs.get(log, {})),
            [span for push in own_pushes for span in _push(push, by_push.get((push["log"], push["push"]), []))],
            made,
        )
        for log, own_pushes in by_log.items()
    )


def _rows(table: pd.DataFrame) -> list[Row]:
    cells = table.astype(object)
    return [
        {str(key): value for key, value in row.items()} for row in cells.where(cells.notna(), None).to_dict("records")
    ]


def _job(source: Row) -> Row:
    return {
        "cicd.pipeline.name": source.get("workflow") or source.get("project"),
        "cicd.pipeline.run.url.full": source.get("run_url"),
        "cicd.worker.name": source.get("runner"),
        "vcs.ref.head.name": source.get("ref"),
        "vcs.ref.head.revision": source.get("sha"),
        "pushlog.ci": source.get("ci"),
        "pushlog.project": source.get("project"),
        "pushlog.source": source.get("input"),
    }


def _push(push: Row, layers: list[Row]) -> Iterator[otel.Span]:
    began, took = otel.moment(str(push["began"])), push["seconds"]
    if began is None or not isinstance(took, float):
        return
    trace, key = otel.trace_id(str(push["log"])), f"{push['first_line']}-{push['last_line']}"
    push_id = otel.span_id(trace, key)
    end = began + otel.nanoseconds(took)
    name = "/".join(str(part) for part in (push["registry"], push["repository"]) if part)
    outcome, error = str(push["outcome"]), push["error"]
    family = None
    if outcome != "succeeded":
        family = push["family"] if push["family"] not in (None, "unknown") else "_OTHER"
    yield otel.span(
        (trace, push_id, ""),
        f"push {name or push['input']}",
        (began, end),
        {
            "cicd.pipeline.task.name": f"{push['client']} push",
            "cicd.pipeline.task.run.id": f"{push['log']}-{key}",
            "cicd.pipeline.task.run.url.full": push["run_url"],
            "cicd.pipeline.task.run.result": otel.RESULTS[outcome],
            "error.type": family,
            "container.image.name": name or None,
            "container.image.tags": tuple(push["tags"]) if isinstance(push["tags"], list) else (),
            "oci.manifest.digest": push["digest"],
            "http.response.status_code": push["http_status"],
            "pushlog.fingerprint": push["fingerprint"],
        },
        otel.status(outcome, None if error is None else str(error)),
    )
    for layer in layers:
        start, stop = layer["start"], layer["end"]
        if isinstance(start, float) and isinstance(stop, float):
            first, last = (min(max(began + otel.nanoseconds(at), began), end) for at in (start, max(start, stop)))
            yield otel.span(
                (trace, otel.span_id(trace, key, layer["position"], layer["layer"]), push_id),
                f"layer {layer['layer']}",
                (first, last),
                {
                    "pushlog.layer.id": layer["layer"],
                    "pushlog.layer.state": layer["state"],
                    "pushlog.layer.bytes": layer["bytes_total"],
                    "pushlog.layer.attempts": layer["attempts"],
                },
                {"code": otel.UNSET},
            )
