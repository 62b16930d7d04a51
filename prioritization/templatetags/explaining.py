"""How templates say what would change a rank and how two features compare.

{% load explaining %}   {% weight_move_in_words outlook %}   {% comparison_in_words compared %}   {% score_chart history %}
"""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prioritization.queries.agenda import Agenda, Item
from prioritization.queries.comparison import Comparison
from prioritization.queries.explanation import StyleOfVoter
from prioritization.queries.outlook import Outlook, Past, WeightSwing, Without
from stakeholders import wording

register = template.Library()

SURE, LIKELY = 0.9, 0.65
LEFT, WIDTH, HEIGHT = 26, 214, 64
SWING_WIDTH = 120


@register.simple_tag
def weight_move_in_words(outlook: Outlook) -> str:
    """The nearest weight at which the feature changes sides of the line."""
    move, top = outlook.move, outlook.top
    if outlook.is_alone:
        return _("It is the only feature that has a rank, so no weight changes that.")
    if move is None:
        if outlook.is_in:
            sentence = ngettext(
                "No weight of one criterion would take the first place from it.",
                "No weight of one criterion would push it out of the first %(top)d.",
                top,
            )
        else:
            sentence = ngettext(
                "No weight of one criterion would bring it to the first place.",
                "No weight of one criterion would bring it among the first %(top)d.",
                top,
            )
        return sentence % {"top": top}
    words = {
        "top": top,
        "name": move.name,
        "then": wording.share(round(move.then, 3)),
        "now": wording.share(move.share),
    }
    if outlook.is_in:
        sentence = ngettext(
            "↓ Off the first place if %(name)s weighed %(then)s instead of %(now)s.",
            "↓ Out of the first %(top)d if %(name)s weighed %(then)s instead of %(now)s.",
            top,
        )
    else:
        sentence = ngettext(
            "↑ To the first place if %(name)s weighed %(then)s instead of %(now)s.",
            "↑ Among the first %(top)d if %(name)s weighed %(then)s instead of %(now)s.",
            top,
        )
    return sentence % words


@register.simple_tag
def without_in_words(without: Without) -> str:
    """The rank without one department's votes."""
    return ngettext(
        "About rank %(rank)s without the %(votes)d vote of %(name)s.",
        "About rank %(rank)s without the %(votes)d votes of %(name)s.",
        without.votes,
    ) % {"rank": wording.decimal(without.rank), "votes": without.votes, "name": without.department}


@register.simple_tag
def next_vote_in_words(outlook: Outlook) -> str:
    """What one more vote would do."""
    words = {"step": wording.decimal(outlook.step, 1), "ranks": wording.decimal(outlook.step_ranks)}
    if not outlook.step_ranks:
        return _("One more vote: no other rank, it moves the score by about %(step)s points.") % words
    return (
        ngettext(
            "One more vote moves the score by about %(step)s points, at most %(ranks)s rank.",
            "One more vote moves the score by about %(step)s points, at most %(ranks)s ranks.",
            outlook.step_ranks,
        )
        % words
    )


@register.simple_tag
def tornado_in_words(outlook: Outlook) -> str:
    """Whose weight moves the score most, and from where to where."""
    widest = outlook.widest
    if widest is None and outlook.is_moved:
        return _(
            "No weight moves its score: it has about the same points in every criterion. Its rank moves as others do."
        )
    if widest is None:
        return _("No weight moves its score: it has the same points in every criterion.")
    low, high = sorted(widest.ends.scores)
    words = {
        "name": widest.name,
        "scores": wording.interval(low, high, 1),
        "ranks": wording.interval(min(widest.ends.ranks), max(widest.ends.ranks)),
    }
    if widest.ends.ranks[0] == widest.ends.ranks[1] == outlook.rank:
        return _("The weight of %(name)s moves it most: score %(scores)s, the rank stays.") % words
    return _("The weight of %(name)s moves it most: score %(scores)s, rank %(ranks)s.") % words


@register.simple_tag
def tornado_bar(swing: WeightSwing, outlook: Outlook) -> SafeString:
    """One criterion's swing around the score now: hollow to where a lower weight leads, full to a higher one."""
    ends = [score for each in outlook.swings for score in each.ends.scores]
    low, high = min([outlook.score, *ends]), max([outlook.score, *ends])
    room = max(high - low, 1.0)

    def x(score: float) -> float:
        return 3 + (score - low) / room * (SWING_WIDTH - 6)

    def end(score: float, css: str) -> SafeString:
        left, width = min(x(score), x(outlook.score)), abs(x(score) - x(outlook.score))
        return format_html(
            '<rect class="tornado__{}" x="{}" y="4" width="{}" height="8"/>', css, f"{left:.1f}", f"{width:.1f}"
        )

    lower, higher = swing.ends.scores
    words = _("%(name)s: score %(lower)s at the lower weight, %(higher)s at the higher") % {
        "name": swing.name,
        "lower": wording.decimal(lower, 1),
        "higher": wording.decimal(higher, 1),
    }
    return format_html(
        '<svg class="tornado__bar" viewBox="0 0 {} 16" role="img"><title>{}</title>{}{}'
        '<path class="tornado__now" d="M{} 0V16"/></svg>',
        SWING_WIDTH, words, end(lower, "lower"), end(higher, "higher"), f"{x(outlook.score):.1f}",
    )  # fmt: skip


@register.simple_tag
def style_in_words(style: StyleOfVoter) -> str:
    """How one voter rates, and how the votes were read."""
    words = {"name": style.seat.user.get_full_name(), "by": wording.decimal(abs(style.higher), 1)}
    if style.higher > 0:
        return _("%(name)s rates %(by)s higher than others; these votes were read %(by)s lower.") % words
    return _("%(name)s rates %(by)s lower than others; these votes were read %(by)s higher.") % words


@register.simple_tag
def comparison_in_words(compared: Comparison) -> str:
    """Which of two is better, by how much, and how surely."""
    lead, sure = abs(compared.lead), compared.sureness
    words = {
        "better": compared.better.feature.title,
        "worse": compared.worse.feature.title,
        "lead": wording.decimal(lead, 1),
        "sure": wording.share(None if sure is None else round(sure, 2)),
    }
    if not lead:
        return _("“%(better)s” and “%(worse)s” score the same.") % words
    if sure is None:
        return _("“%(better)s” is %(lead)s points ahead of “%(worse)s”.") % words
    if sure >= SURE:
        return _("“%(better)s” beats “%(worse)s”: %(lead)s points, with a probability of %(sure)s.") % words
    if sure >= LIKELY:
        return _("“%(better)s” is probably better than “%(worse)s”, but it is too close to call: %(sure)s.") % words
    return _("“%(better)s” and “%(worse)s” are as good as level: %(lead)s points, a probability of %(sure)s.") % words


@register.simple_tag
def shifts_in_words(compared: Comparison) -> str:
    """The least change of weights that makes them level."""
    if compared.shifts is None:
        return _("No weights would: “%(title)s” is at least as good in everything.") % {
            "title": compared.better.feature.title
        }
    if not compared.shifts:
        return _("They are level: any change of weights decides.")
    parts = [
        _("%(points)s points of weight from %(giver)s to %(taker)s")
        % {"points": wording.decimal(100 * each.share, 1), "giver": each.giver, "taker": each.taker}
        for each in compared.shifts
    ]
    return _("Move %(moves)s, and they are level; a little more, and the order turns.") % {"moves": ", ".join(parts)}


@register.simple_tag
def why_in_words(item: Item, agenda: Agenda) -> str:
    """Why a feature is on the agenda: how open it is, and in what the votes are split."""
    words = {
        "k": agenda.cut,
        "chance": wording.share(item.standing.cut_chance),
        "rank": wording.decimal(item.standing.rank),
        "ranks": wording.interval(item.standing.rank_low, item.standing.rank_high),
        "split": ", ".join(item.split),
    }
    open_ = (
        ngettext(
            "Ranked %(rank)s, plausible %(ranks)s; first in %(chance)s of the draws.",
            "Ranked %(rank)s, plausible %(ranks)s; among the first %(k)d in %(chance)s of the draws.",
            agenda.cut,
        )
        if agenda.cut
        else _("Ranked %(rank)s, plausible %(ranks)s.")
    )
    if item.split:
        return f"{open_ % words} {_('Votes are split on %(split)s.') % words}"
    return f"{open_ % words} {_('Votes differ on everything a little.')}"


@register.simple_tag
def score_chart(history: Sequence[Past]) -> SafeString:
    """Scores over closed rounds: a line with its 90 % band; the table below it has the numbers. One round: nothing."""
    if len(history) < 2:
        return SafeString("")
    low, high = min(each.low for each in history), max(each.high for each in history)
    room = max(high - low, 1.0)

    def at(i: int, value: float) -> str:
        x = LEFT + i / (len(history) - 1) * WIDTH
        return f"{x:.1f},{4 + (high - value) / room * (HEIGHT - 8):.1f}"

    upper = [at(i, each.high) for i, each in enumerate(history)]
    lower = [at(i, each.low) for i, each in reversed(list(enumerate(history)))]
    dots = format_html_join(
        "",
        '<circle class="score-chart__dot" cx="{}" cy="{}" r="2.5"/>',
        (at(i, each.score).split(",") for i, each in enumerate(history)),
    )
    words = _("Score over the rounds: %(scores)s") % {
        "scores": ", ".join(wording.decimal(each.score, 1) for each in history)
    }
    return format_html(
        '<svg class="score-chart" viewBox="0 0 {} {}" role="img"><title>{}</title>'
        '<text class="strip__label" x="0" y="10">{}</text><text class="strip__label" x="0" y="{}">{}</text>'
        '<polygon class="score-chart__band" points="{}"/><polyline class="score-chart__line" points="{}"/>{}</svg>',
        LEFT + WIDTH + 6, HEIGHT, words, wording.decimal(high), HEIGHT - 2, wording.decimal(low),
        " ".join([*upper, *lower]), " ".join(at(i, each.score) for i, each in enumerate(history)), dots,
    )  # fmt: skip
