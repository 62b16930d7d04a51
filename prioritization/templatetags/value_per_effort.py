"""How templates say what brings most for its size.  {% load value_per_effort %}  {% best_in_words value %}  {{ row.ratio|ratio }}"""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prioritization.queries.value_per_effort import ValuePage, ValueRow
from stakeholders import wording

register = template.Library()


@register.filter
def ratio(value: float | None) -> str:
    """Benefit points for a unit of effort, "18.7"; below 1 with two decimals."""
    return wording.decimal(value, 2 if value is not None and value < 1 else 1)


@register.filter
def ratio_range(row: ValueRow) -> str:
    """What the ratio is when the feature takes its high and its low size, "11.7–26.7"; "" without those."""
    if row.least is None:
        return ""
    if row.most is None:
        return _("at least %(ratio)s") % {"ratio": ratio(row.least)}
    low, high = ratio(row.least), ratio(row.most)
    return "" if low == high else f"{low}–{high}"


@register.simple_tag
def best_in_words(value: ValuePage) -> str:
    """What brings most for its size, and how much of the ranking's top is here too; empty but on the first page."""
    best = value.best
    if best is None or best.standing is None or best.standing.rank is None:
        return ""
    words = {"title": best.feature.title, "ratio": ratio(best.ratio), "rank": wording.ordinal(best.standing.rank)}
    if value.by_votes:
        said = _("“%(title)s” brings most for its effort; in the ranking it is %(rank)s.") % words
    else:
        said = (
            _("“%(title)s” brings most for its size, %(ratio)s points of benefit a day; in the ranking it is %(rank)s.")
            % words
        )
    if value.compared < 3 or value.ranked <= value.compared:
        return said
    shared = ngettext(
        "Of the first %(n)d here %(shared)d is among the first %(n)d of the ranking.",
        "Of the first %(n)d here %(shared)d are among the first %(n)d of the ranking.",
        value.shared,
    ) % {"n": value.compared, "shared": value.shared}
    return f"{said} {shared}"


@register.simple_tag
def taken_in_words(value: ValuePage) -> str:
    """What a budget takes from the top, and what no choice could exceed."""
    if value.taken is None:
        return ""
    found = value.taken
    words = {
        "budget": wording.days(value.budget),
        "n": found.features,
        "days": wording.days(found.days),
        "value": wording.decimal(found.value),
        "most": wording.decimal(found.most),
    }
    if not found.features:
        return _("A budget of %(budget)s does not cover the first one.") % words
    said = (
        ngettext(
            "A budget of %(budget)s covers the first one: %(days)s and %(value)s points of benefit.",
            "A budget of %(budget)s covers the first %(n)d: %(days)s and %(value)s points of benefit together.",
            found.features,
        )
        % words
    )
    if found.features == value.listed:
        return f"{said} {_('That is all there is.')}"
    if words["most"] == words["value"]:
        return f"{said} {_('No other choice for this budget brings more.')}"
    return f"{said} {_('No choice for this budget brings more than %(most)s.') % words}"
