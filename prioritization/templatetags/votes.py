"""How templates draw the votes on one criterion, and say who sees them.

{% load votes %}  {% histogram criterion %}  {% secrecy_promise voting product %}  {% score_over_time history product.time_zone %}
"""

from collections.abc import Sequence
from datetime import datetime
from math import ceil, floor

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prioritization import secrecy_wording
from prioritization.models import VotingRound
from prioritization.queries.feature_votes import CriterionVotes
from prioritization.queries.outlook import Past
from roadmap.models import Product
from stakeholders import wording

register = template.Library()

BAR, STEP, TALLEST = 22, 29, 18
FROM, ACROSS, TOP, DOWN, FOOT = 7.0, 71.0, 8, 88, 116
"""The plot of a score over time: left edge and width in per cent, upper edge, height and base line of the dates in px."""
LABEL = 15.0
"""A date needs so many per cent of the width."""


@register.simple_tag
def histogram(votes: CriterionVotes) -> SafeString:
    """Five bars, one a value from 1 to 5, with their counts below and the whole in words."""
    words = ", ".join(
        ngettext("%(value)d: %(n)d vote", "%(value)d: %(n)d votes", count) % {"value": value, "n": count}
        for value, count, _ in votes.bars
    )
    bars = format_html_join(
        "",
        '<rect class="histogram__bar" x="{}" y="{}" width="{}" height="{}"/>'
        '<text class="histogram__count" x="{}" y="{}">{}</text>',
        (
            (at * STEP, round(TALLEST - height, 1), BAR, height, at * STEP + BAR / 2, TALLEST + 13, count)
            for at, (_, count, share) in enumerate(votes.bars)
            for height in [round(max(TALLEST * share, 1 if count else 0.5), 1)]
        ),
    )
    return format_html(
        '<svg class="histogram" viewBox="0 0 {} {}" role="img"><title>{}</title>{}</svg>',
        4 * STEP + BAR,
        TALLEST + 16,
        words,
        bars,
    )


@register.simple_tag
def secrecy_promise(voting: VotingRound, product: Product) -> str:
    """Who will see how one voted, to the person who votes."""
    return secrecy_wording.promise(voting, product)


@register.simple_tag
def score_over_time(history: Sequence[Past], zone: str) -> SafeString:
    """Scores by date: a line with its 90 % band, dates below, the last value at its end. Fewer than two: nothing.

    Line and band stretch with the page; texts and dots do not, so that it can be read on a phone.
    """
    if len(history) < 2:
        return SafeString("")
    low, high, step = _scale(min(each.low for each in history), max(each.high for each in history))
    across = _places([each.closed_at for each in history])

    def down(score: float) -> float:
        return round(TOP + DOWN * (high - score) / (high - low), 1)

    def point(at: float, score: float) -> str:
        return f"{round(100 * at, 2)},{round(100 * (high - score) / (high - low), 2)}"

    line = [point(at, each.score) for at, each in zip(across, history, strict=True)]
    upper = [point(at, each.high) for at, each in zip(across, history, strict=True)]
    lower = [point(at, each.low) for at, each in zip(across, history, strict=True)]
    last = history[-1]
    return format_html(
        '<svg class="over-time" role="img"><title>{}</title>{}'
        '<svg x="{}%" y="{}" width="{}%" height="{}" viewBox="0 0 100 100" preserveAspectRatio="none">'
        '<polygon class="over-time__band" points="{}"/><polyline class="over-time__line" points="{}"/></svg>{}{}'
        '<text class="over-time__now" x="{}%" y="{}">{} {}</text></svg>',
        _("Score after each round: %(scores)s") % {"scores": ", ".join(wording.decimal(e.score) for e in history)},
        format_html_join(
            "",
            '<line class="over-time__rule" x1="{}%" x2="{}%" y1="{}" y2="{}"/><text class="over-time__label" x="0" y="{}">{}</text>',
            (
                (FROM, FROM + ACROSS, down(at), down(at), down(at) + 4, at)
                for at in range(low, high + 1, step)
            ),
        ),
        FROM, TOP, ACROSS, DOWN, " ".join([*upper, *reversed(lower)]), " ".join(line),
        format_html_join(
            "",
            '<circle class="over-time__dot" cx="{}%" cy="{}" r="3"/>',
            ((round(FROM + ACROSS * at, 2), down(each.score)) for at, each in zip(across, history, strict=True)),
        ),
        format_html_join(
            "",
            '<text class="over-time__label over-time__label--{}" x="{}%" y="{}">{}</text>',
            (
                (anchor, round(FROM + ACROSS * at, 2), FOOT, wording.day(history[i].closed_at, zone))
                for i, at, anchor in _dated(across)
            ),
        ),
        FROM + ACROSS + 2, down(last.score) + 4,
        wording.decimal(last.score), wording.plus_minus((last.high - last.low) / 2, 0),
    )  # fmt: skip


def _scale(low: float, high: float) -> tuple[int, int, int]:
    """Return the ends of the axis and the step of its rules, in points: tens where little moves, else twenties."""
    step = 10 if high - low <= 30 else 20
    least, most = max(0, floor(low / step) * step), min(100, ceil(high / step) * step)
    return least, max(most, least + step), step


def _places(instants: Sequence[datetime | None]) -> list[float]:
    """Return where each instant stands between the first and the last, in [0, 1]; evenly where they cannot tell."""
    known = [each for each in instants if each is not None]
    whole = (known[-1] - known[0]).total_seconds() if len(known) == len(instants) else 0.0
    if whole <= 0:
        return [i / (len(instants) - 1) for i in range(len(instants))]
    return [(each - known[0]).total_seconds() / whole for each in known]


def _dated(across: Sequence[float]) -> list[tuple[int, float, str]]:
    """Return which points bear their date, where, and how it is anchored: the ends, and between them what has room."""
    shown = [(0, across[0], "start")]
    for i, at in enumerate(across[1:-1], start=1):
        if ACROSS * (at - shown[-1][1]) >= LABEL and ACROSS * (across[-1] - at) >= LABEL:
            shown.append((i, at, "middle"))
    return [*shown, (len(across) - 1, across[-1], "end")]
