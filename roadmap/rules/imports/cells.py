"""Cells that a spreadsheet would run as formulas: made harmless on the way out, and given back on the way in."""

_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """Return the cell with an apostrophe in front where a spreadsheet might take it for a formula."""
    return f"'{text}" if text.startswith(_STARTS) else text


def plain_cell(text: str) -> str:
    """Return what `safe_cell` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_STARTS) else text
