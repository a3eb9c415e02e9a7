"""When what a row tells of began, by its own clock: a request, or an upload of the daemon."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pushlog.formats.other_side.record import SideKind
from pushlog.model import HopName

if TYPE_CHECKING:
    from pushlog.diagnosis.hops.daemon import DaemonSection
    from pushlog.diagnosis.hops.rows import SideRow, SideRows


def begun_at(
    rows: SideRows, row: SideRow, section: DaemonSection | None, layer: str | None, attempt: int
) -> float | None:
    """Return the seconds since 1970; None where no line tells."""
    record = row.record
    if record.at is None or math.isnan(row.when):
        return None
    ahead = record.at - row.when
    if record.hop is not HopName.DAEMON:
        since = float(rows.frame["since"].iloc[row.index])
        return since + ahead if record.request and since < row.when else None
    if section is None or not layer:
        return None
    lines = section.rows[section.rows["kind"] == SideKind.LAYER_BEGAN]
    begins = lines.loc[lines["layer"].str.startswith(f"sha256:{layer}"), "when"].to_list()
    return float(begins[attempt - 1]) + ahead if 0 < attempt <= len(begins) else None
