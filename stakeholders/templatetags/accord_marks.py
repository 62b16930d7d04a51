"""Small drawings for a table's cell: rank interval, criterion mean, split of the votes, progress. Words stand beside them.

All are SVG with presentation attributes only, as the CSP demands, and take their colours from components/marks.css.
"""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from stakeholders import wording
from stakeholders.templatetags.accord import lane_class

register = template.Library()

SPLIT_FROM = 0.6
"""From this disagreement on the split mark warns (LOOK 3)."""


@register.simple_tag
def range_mark(
    low: int | None, rank: int | None, high: int | None, ranks: int, cut: float | None = None, *, wide: int = 88
) -> SafeString:
    """Rank with its plausible interval on a line from 1 to `ranks`; `cut` is the rank after which capacity ends.

    `wide` is the drawing's width in px. The line of the cut reaches out of the drawing: rows of a table share it.
    """

    def x(value: float) -> float:
        return 4 + (value - 1) / max(ranks - 1, 1) * (wide - 8)

    parts = [f'<line class="mark__base" x1="4" y1="10" x2="{wide - 4}" y2="10"/>']
    if cut is not None:
        parts.append(f'<line class="mark__cut" x1="{x(cut + 0.5):.1f}" y1="-12" x2="{x(cut + 0.5):.1f}" y2="32"/>')
    if low is not None and high is not None:
        doubt = " mark__interval--wide" if high - low > min(12, ranks / 3) else ""
        left, width = x(low) - 2.5, x(high) - x(low) + 5
        parts.append(
            f'<rect class="mark__interval{doubt}" x="{left:.1f}" y="7.5" width="{width:.1f}" height="5" rx="2.5"/>'
        )
    if rank is None:
        return _drawing(wide, parts, _("not ranked"))
    parts.append(f'<circle class="mark__dot" cx="{x(rank):.1f}" cy="10" r="3.7"/>')
    if low is None or high is None:
        return _drawing(wide, parts, _("rank %(rank)s") % {"rank": rank})
    return _drawing(
        wide,
        parts,
        _("rank %(rank)s, plausible %(interval)s") % {"rank": rank, "interval": wording.interval(low, high)},
    )


@register.simple_tag
def dot_mark(mean: float | None, low: float | None = None, high: float | None = None, *, wide: int = 44) -> SafeString:
    """Mean of the ratings, 1 to 5, with its 90 % interval; without votes the line alone. Right is better. `wide` is in px."""

    def x(value: float) -> float:
        return 4 + (min(max(value, 1), 5) - 1) / 4 * (wide - 8)

    parts = [f'<line class="mark__base" x1="4" y1="10" x2="{wide - 4}" y2="10"/>']
    parts += [
        f'<line class="mark__tick" x1="{x(tick):.0f}" y1="8" x2="{x(tick):.0f}" y2="12"/>' for tick in range(1, 6)
    ]
    if mean is None:
        return _drawing(wide, parts, _("no votes"))
    if low is not None and high is not None:
        parts.append(f'<line class="mark__range" x1="{x(low):.1f}" y1="10" x2="{x(high):.1f}" y2="10"/>')
    parts.append(f'<circle class="mark__dot" cx="{x(mean):.1f}" cy="10" r="3.7"/>')
    words = _("mean %(mean)s") % {"mean": wording.decimal(mean, 1)}
    if low is not None and high is not None:
        words = _("mean %(mean)s, 90\u00a0%% interval %(interval)s") % {
            "mean": wording.decimal(mean, 1),
            "interval": wording.interval(low, high, 1),
        }
    return _drawing(wide, parts, words)


@register.simple_tag
def split_mark(disagreement: float | None) -> SafeString:
    """Two dots, further apart the more the votes are divided; None: too few votes to say."""
    if disagreement is None:
        return format_html('<span class="quiet" title="{}">–</span>', _("too few votes"))
    apart = min(max((disagreement - 0.15) / 0.6, 0), 1) * 11
    is_split = disagreement > SPLIT_FROM
    css = "mark__pair mark__pair--split" if is_split else "mark__pair"
    left, right = 16 - max(apart, 1.5), 16 + max(apart, 1.5)
    parts = [
        f'<line class="{css}" x1="{left:.1f}" y1="10" x2="{right:.1f}" y2="10"/>',
        f'<circle class="{css}" cx="{left:.1f}" cy="10" r="2.4"/><circle class="{css}" cx="{right:.1f}" cy="10" r="2.4"/>',
    ]
    return _drawing(32, parts, _("split") if is_split else _("mixed") if disagreement > 0.3 else _("agreed"))


@register.simple_tag
def progress(share: float, objective: Any = None) -> SafeString:
    """How much of something is done, a share in [0, 1], in the objective's colour."""
    return format_html(
        '<svg class="progress {}" viewBox="0 0 100 6" preserveAspectRatio="none" role="img"><title>{}</title>'
        '<rect class="progress__track" width="100" height="6"/><rect class="progress__done" width="{}" height="6"/></svg>',
        lane_class(objective.letter) if objective else "",
        wording.share(share),
        f"{100 * min(max(share, 0), 1):.1f}",
    )


def _drawing(width: int, parts: list[str], title: str) -> SafeString:
    drawing = mark_safe("".join(parts))  # noqa: S308 - shapes and numbers, nobody's text
    return format_html(
        '<svg class="mark" width="{}" height="20" viewBox="0 0 {} 20" role="img"><title>{}</title>{}</svg>',
        width,
        width,
        title,
        drawing,
    )
