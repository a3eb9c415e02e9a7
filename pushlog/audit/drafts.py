"""Rows for `--rules` from an audit: one for each error text that no row explains."""

from __future__ import annotations

import json
from pathlib import Path

from pushlog.audit.schema import VERSION
from pushlog.faults import InputError
from pushlog.report.visible import visible

_LARGEST = 64 << 20
_HEAD = """# Error texts that pushlog does not know, the most frequent first. Fill in family, title, cause and remedy,
# then check the file with `pushlog rules lint FILE` and use it with `--rules FILE`.
"""


def drafts(folder: str) -> str:
    """Return a rules file for the unknown texts in the folder of an audit. Raises InputError."""
    path = Path(folder) / "audit.json" if Path(folder).is_dir() else Path(folder)
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path}: is larger than any audit.json")
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: can't be read: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, RecursionError):
        raise InputError(f"{path}: not the audit.json of an audit") from None
    texts = document.get("unknown_texts") if isinstance(document, dict) and document.get("schema") == VERSION else None
    if not isinstance(texts, list):
        raise InputError(f"{path}: not the audit.json of an audit")
    rows = [(text.get("pushes"), text.get("draft")) for text in texts if isinstance(text, dict)]
    if not rows:
        return "# No unknown error text.\n"
    return "\n".join([_HEAD, *(f"# {pushes} pushes\n{visible(str(draft))}" for pushes, draft in rows)])
