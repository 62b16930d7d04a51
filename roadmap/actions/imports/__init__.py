"""Importing features with their teams, releases and relations, and undoing an import."""

from roadmap.actions.imports.run import ImportHasChanged, Report, Tables, import_tables
from roadmap.actions.imports.undo import ImportWasTouched, Touched, touched_since, undo_import

__all__ = [
    "ImportHasChanged",
    "ImportWasTouched",
    "Report",
    "Tables",
    "Touched",
    "import_tables",
    "touched_since",
    "undo_import",
]
