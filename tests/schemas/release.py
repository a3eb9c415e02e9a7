"""Write `released.json` anew: what users of the version that is being released may rely on."""

import json
from importlib.metadata import version
from pathlib import Path

from pushlog.exits import Exit
from pushlog.manual.rule_pages import pages
from tests.paths import ROOT
from tests.test_versions import bare

if __name__ == "__main__":
    schema = json.loads((ROOT / "pushlog" / "report" / "pushlog-1.schema.json").read_text("utf-8"))
    record = {
        "version": version("pushlog"),
        "rules": {page.code: page.name for page in pages()},
        "exits": {status.name: status.value for status in Exit},
        "schema": bare(schema),
    }
    text = json.dumps(record, indent=1) + "\n"
    Path(__file__).with_name("released.json").write_text(text, "utf-8")
