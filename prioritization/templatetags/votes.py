"""How templates draw the votes on one criterion, and say who sees them.

{% load votes %}  {% histogram criterion %}  {% secrecy_promise voting product %}
"""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from prioritization import secrecy_wording
from prioritization.models import VotingRound
from prioritization.queries.feature_votes import CriterionVotes
from roadmap.models import Product

register = template.Library()

BAR, STEP, TALLEST = 22, 29, 18


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
