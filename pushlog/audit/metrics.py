"""Counts for Prometheus: the text format 0.0.4, which node_exporter's textfile collector and Pushgateway read.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/. No label has more values than there are
registries, families and the like: a repository is no label.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pushlog.audit.totals import UNNAMED
from pushlog.record_class import record
from pushlog.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from pushlog.audit.frames import Frames

_LONGEST = 120


@record
class Metric:
    """One family of samples: its name, kind and meaning, and a value for each set of labels."""

    name: str
    kind: str
    meaning: str
    samples: tuple[tuple[dict[str, str], float], ...]


def render(frames: Frames) -> str:
    """Return the text; the same tables give the same text."""
    return "".join(line for metric in metrics(frames) for line in _lines(metric))


def metrics(frames: Frames) -> Iterator[Metric]:
    """Yield all metrics."""
    columns = ["log", "push", "registry", "outcome", "family", "retry_seconds", "retries", "moment"]
    pushes = frames.pushes[columns].assign(registry=frames.pushes["registry"].fillna(UNNAMED))
    keys = [pushes["registry"], pushes["outcome"], pushes["family"].fillna("")]
    yield Metric(
        name="pushlog_pushes_total",
        kind="counter",
        meaning="Pushes in the audited logs.",
        samples=_samples(("registry", "outcome", "family"), pushes.groupby(keys).size()),
    )
    by_registry = pushes.groupby("registry")
    yield Metric(
        name="pushlog_retry_seconds_total",
        kind="counter",
        meaning="Seconds waited in retry countdowns, of each push the longest.",
        samples=_samples(("registry",), by_registry["retry_seconds"].sum()),
    )
    yield Metric(
        name="pushlog_retries_total",
        kind="counter",
        meaning="Uploads started again.",
        samples=_samples(("registry",), by_registry["retries"].sum()),
    )
    yield Metric(
        name="pushlog_bytes_total",
        kind="counter",
        meaning="Bytes of uploaded layers, as the logs print them.",
        samples=_samples(("registry", "basis"), _bytes(frames, pushes)),
    )
    dated = pushes.dropna(subset=["moment"])
    newest = dated.groupby("registry")["moment"].max()
    yield Metric(
        name="pushlog_last_push_timestamp_seconds",
        kind="gauge",
        meaning="When the newest dated push was.",
        samples=_samples(("registry",), newest.map(lambda moment: moment.timestamp())),
    )
    status = frames.sources["status"].value_counts().sort_index()
    yield Metric(
        name="pushlog_logs_total",
        kind="counter",
        meaning="Audited logs by what became of them.",
        samples=_samples(("status",), status),
    )


def _bytes(frames: Frames, pushes: pd.DataFrame) -> pd.Series[Any]:
    layers = frames.layers
    size = layers["bytes_total"].fillna(layers["bytes_done"])
    sized = layers.loc[layers["state"].eq("pushed") & size.notna(), ["log", "push", "basis"]].assign(size=size)
    sizes = sized.merge(pushes[["log", "push", "registry"]], on=["log", "push"])
    total: pd.Series[Any] = sizes.groupby(["registry", "basis"], observed=True)["size"].sum()
    return total


def _samples(names: tuple[str, ...], values: pd.Series[Any]) -> tuple[tuple[dict[str, str], float], ...]:
    keys: Iterable[object] = values.index
    return tuple(
        (dict(zip(names, map(str, key if isinstance(key, tuple) else (key,)), strict=True)), float(value))
        for key, value in zip(keys, values, strict=True)
    )


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.meaning}\n"
    yield f"# TYPE {metric.name} {metric.kind}\n"
    for labels, value in metric.samples:
        text = ",".join(f'{name}="{_label(label)}"' for name, label in labels.items())
        yield f"{metric.name}{{{text}}} {value:.17g}\n"


def _label(value: str) -> str:
    return visible(value[:_LONGEST]).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
