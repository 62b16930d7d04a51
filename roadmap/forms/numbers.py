"""How a number stands in a field that one can change."""


def plain_number(value: float | None) -> str:
    """Return "21" for 21.0 and "14.7" for 14.7, so that nobody wonders about a decimal; "" for None."""
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else repr(value)
