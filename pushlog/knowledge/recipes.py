"""Recipes that fetch logs into a folder for `audit`, `recipes.toml`: one row each; the file explains every key."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pushlog.knowledge.shipped import ours
from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.knowledge.tables import Row


@record
class Recipe:
    """One recipe: the script of a POSIX shell, and the command that reads what it fetched."""

    id: str
    title: str
    needs: str
    script: str
    audit: str
    notes: tuple[str, ...]
    source: str

    def __str__(self) -> str:
        """Return it as a script with its explanations as comments."""
        notes = "".join(f"# {note}\n" for note in self.notes)
        return f"# {self.title}\n# Needs {self.needs}.\n{notes}# Source: {self.source}\n\n{self.script}\n{self.audit}\n"


@cache
def recipes() -> tuple[Recipe, ...]:
    """Return the recipes that come with pushlog."""
    table = ours("recipes.toml")
    rows = tuple(_recipe(row) for row in table.rows("recipe", "id"))
    table.done()
    return rows


def _recipe(row: Row) -> Recipe:
    recipe = Recipe(
        id=row.text("id"),
        title=row.text("title"),
        needs=row.text("needs"),
        script=row.text("script"),
        audit=row.text("audit"),
        notes=row.texts("notes"),
        source=row.text("source"),
    )
    row.done()
    return recipe
