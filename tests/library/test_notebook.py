"""The tutorial for notebooks, `tests/tutorial.ipynb`: every cell runs, and shows what its text says."""

import json

import pytest

from tests.paths import ROOT

TUTORIAL = ROOT / "tests" / "tutorial.ipynb"

pytestmark = pytest.mark.filterwarnings("ignore")  # those of the notebook's own libraries


@pytest.fixture(scope="module")
def cells():
    """The cells after a run from top to bottom in a kernel of their own."""
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    notebook = nbformat.read(TUTORIAL, as_version=4)
    client = nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(ROOT)}})
    client.execute()
    return notebook.cells


def shown(cells, word):
    """What the first cell of code that holds a word shows, by kind."""
    cell = next(cell for cell in cells if cell.cell_type == "code" and word in cell.source)
    kinds: dict[str, str] = {}
    for output in cell.outputs:
        kinds |= {"text/plain": output.text} if output.output_type == "stream" else dict(output.data)
    return kinds


def test_the_report_is_shown_in_the_notebook(cells):
    report = shown(cells, "import pushlog")
    assert report["text/html"].startswith("<iframe sandbox srcdoc=")
    assert report["text/plain"].startswith("<Log 'samples/push-log.txt': 1 push: failed>")


def test_the_verdict_and_the_cause_are_those_of_the_command(cells):
    assert shown(cells, "push.outcome")["text/plain"].startswith("failed · nginx in front of the registry")
    assert "proxy-body-limit" in shown(cells, "pushlog.findings")["text/plain"]
    assert "client_max_body_size" in shown(cells, "remedy")["text/plain"]


def test_the_tables_hold_what_the_text_says(cells):
    assert "uncompressed" in shown(cells, "pushlog.layers")["text/plain"]
    assert "retrying" in shown(cells, "pushlog.timeline")["text/plain"]
    assert "docker" in shown(cells, "pushlog.pushes")["text/plain"]
    assert shown(cells, "max_uploads")["text/plain"] == "5 uploads at a time\n"


def test_the_tutorial_is_kept_without_outputs():
    notebook = json.loads(TUTORIAL.read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"]] == []
    texts = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    assert len(texts) >= len(code) - 2, "a tutorial says what it does"
