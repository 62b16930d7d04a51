"""Draws a web address as a QR code.   {% load qr %}   {% qr address "Scan to vote" %}"""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

QUIET = 4
"""Modules of white around the code, without which cameras do not find it."""


@register.simple_tag
def qr(address: str, title: str) -> SafeString:
    """An SVG with presentation attributes only, as the CSP demands: dark on light whatever the page's colours are.

    Rows of dark modules become one path; the size is the style sheet's.
    """
    import segno  # costs every process 9 MB, and few pages draw a code

    rows = [bytes(row) for row in segno.make(address, error="m").matrix]
    side = len(rows) + 2 * QUIET
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z" for y, row in enumerate(rows) for x, length in _runs(row)
    )
    return format_html(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" shape-rendering="crispEdges"><title>{1}</title>'
        '<rect class="qr__light" width="{0}" height="{0}"/><path class="qr__dark" d="{2}"/></svg>',
        side,
        title,
        mark_safe(path),  # noqa: S308
    )


def _runs(row: bytes):
    """Yield (start, length) of each run of dark modules."""
    start = None
    for x, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, x - start
            start = None
