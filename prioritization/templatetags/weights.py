"""How templates draw what weights do.  {% load weights %}  {% stability_mark stability %}  {% weight_grid grid %}"""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prioritization.queries.weights import Grid, Preview, Stability
from stakeholders import wording

register = template.Library()

LEFT, WIDTH = 4, 112
SQUARE, GAP, HEAD = 44, 2, 34


def _x(share: float) -> float:
    return LEFT + WIDTH * min(max(share, 0), 1)


@register.simple_tag
def stability_mark(stability: Stability) -> SafeString:
    """A weight from 0 to 100 %: the span in which the first stay the same, in it the span of the whole order, a dot."""
    low, high = stability.top
    first, last = stability.order
    return format_html(
        '<svg class="mark" width="{}" height="20" viewBox="0 0 {} 20" role="img"><title>{}</title>'
        '<line class="mark__base" x1="{}" y1="10" x2="{}" y2="10"/>'
        '<rect class="mark__interval" x="{}" y="7.5" width="{}" height="5" rx="2.5"/>'
        '<line class="mark__range" x1="{}" y1="10" x2="{}" y2="10"/>'
        '<circle class="mark__dot" cx="{}" cy="10" r="3.7"/></svg>',
        WIDTH + 2 * LEFT, WIDTH + 2 * LEFT, stability_in_words(stability),
        LEFT, LEFT + WIDTH,
        f"{_x(low) - 1:.1f}", f"{max(_x(high) - _x(low), 0) + 2:.1f}",
        f"{_x(first):.1f}", f"{_x(last):.1f}",
        f"{_x(stability.share):.1f}",
    )  # fmt: skip


@register.filter
def stability_in_words(stability: Stability) -> str:
    """Between which weights nothing happens to who is among the first."""
    if stability.is_free:
        return _("any weight: the same features stay on top")
    low, high = stability.top
    words = {"low": wording.decimal(100 * low, 1), "high": wording.share(round(high, 3), 1)}
    if low <= 0:
        return _("up to %(high)s the same features stay on top") % words
    if high >= 1:
        return _("from %(low)s %% up the same features stay on top") % words
    return _("%(low)s–%(high)s: the same features stay on top") % words


@register.simple_tag
def preview_in_words(preview: Preview) -> str:
    """One sentence: how many ranks other weights would change, and who would cross the line."""
    if preview.is_now:
        return _("These are the weights in use.")
    if not preview.changed:
        return _("No rank would change.")
    sentence = ngettext("%(n)s rank would change", "%(n)s ranks would change", preview.changed) % {
        "n": wording.decimal(preview.changed)
    }
    entering = len(preview.entering)
    if not entering:
        return ngettext(
            "%(ranks)s; the first stays the same feature.",
            "%(ranks)s; the first %(top)d stay the same features.",
            preview.top,
        ) % {"ranks": sentence, "top": preview.top}
    if preview.top == 1:
        return _("%(ranks)s: another feature would come first.") % {"ranks": sentence}
    crossing = ngettext(
        "%(n)d feature would get among the first %(top)d, and %(n)d fall out",
        "%(n)d features would get among the first %(top)d, and %(n)d fall out",
        entering,
    )
    return _("%(ranks)s: %(crossing)s.") % {
        "ranks": sentence,
        "crossing": crossing % {"n": entering, "top": preview.top},
    }


@register.filter
def points_moved(change: float) -> str:
    """A change of a weight as points of a hundred, "+5", "−10", "0"."""
    return wording.signed(round(100 * change), 0)


@register.simple_tag
def weight_grid(grid: Grid) -> SafeString:
    """A square a pair of changes, darker the more of the first would be replaced; the table beside it says the same."""
    most, size = grid.most or 1, len(grid.rows)
    side = HEAD + size * (SQUARE + GAP)
    heads = format_html_join(
        "",
        '<text class="weight-grid__head" x="{}" y="{}" text-anchor="middle">{}</text>',
        (
            (HEAD + i * (SQUARE + GAP) + SQUARE / 2, 22, points_moved(cell.across))
            for i, cell in enumerate(grid.rows[0])
        ),
    )
    sides = format_html_join(
        "",
        '<text class="weight-grid__head" x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (HEAD - 6, HEAD + i * (SQUARE + GAP) + SQUARE / 2 + 4, points_moved(row[0].down))
            for i, row in enumerate(grid.rows)
        ),
    )
    squares = format_html_join(
        "",
        '<rect class="weight-grid__square" x="{}" y="{}" width="{}" height="{}" rx="3"/>'
        '<rect class="weight-grid__fill" fill-opacity="{}" x="{}" y="{}" width="{}" height="{}" rx="3"/>'
        '<text class="weight-grid__count" x="{}" y="{}" text-anchor="middle">{}</text>',
        (
            (x, y, SQUARE, SQUARE, f"{0.28 * (cell.replaced or 0) / most:.2f}", x, y, SQUARE, SQUARE,
             x + SQUARE / 2, y + SQUARE / 2 + 4, "–" if cell.replaced is None else cell.replaced)
            for i, row in enumerate(grid.rows)
            for j, cell in enumerate(row)
            for x, y in [(HEAD + j * (SQUARE + GAP), HEAD + i * (SQUARE + GAP))]
        ),
    )  # fmt: skip
    title = ngettext(
        "Whether the first would be replaced when %(one)s and %(two)s weigh more or less",
        "How many of the first %(top)d would be replaced when %(one)s and %(two)s weigh more or less",
        grid.top,
    ) % {
        "top": grid.top,
        "one": grid.first.name,
        "two": grid.second.name,
    }
    return format_html(
        '<svg class="weight-grid" viewBox="0 0 {} {}" role="img"><title>{}</title>{}{}{}</svg>',
        side, side, title, heads, sides, squares,
    )  # fmt: skip
