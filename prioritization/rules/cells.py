"""Cells of a file that people open in a spreadsheet."""

from __future__ import annotations

from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: a text that could begin one gets an apostrophe in front.

    Numbers, also negative ones, and None stay what they are. Source: OWASP, "CSV Injection".
    """
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell
