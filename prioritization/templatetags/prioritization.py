"""How templates show what the ranking knows: a rank in words, the votes of a department, the parts of a score.

{% load prioritization %}   {% rank_in_words explanation %}   {% strip department score %}   {% part_formula part %}
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prioritization.queries.explanation import DepartmentVotes, Explanation, Part
from prioritization.queries.ranking_parts import CutLine, RankingPage
from prioritization.templatetags.value_per_effort import ratio
from stakeholders import wording

register = template.Library()

LEAST_ERROR_SAID = 0.005
"""A smaller one would read as 0 %."""

STRIP_LEFT, STRIP_WIDTH = 5, 190
STRIP_VIEW = STRIP_LEFT * 2 + STRIP_WIDTH


@register.filter
def percent(share: float) -> str:
    """A share in [0, 1] as a number of per cent without the sign, where several stand in a row."""
    return wording.decimal(100 * share)


@register.simple_tag
def ranking_in_words(ranking: RankingPage) -> str:
    """What the ranking decides: who is surely in, who is contested, who is out; or why no line says so. Empty if filtered."""
    if not ranking.is_whole or not ranking.run or not ranking.run.ranked:
        return ""
    line = ranking.cut_line
    if line is None:
        return _("No release to come has any capacity, so no line is drawn through this list.")
    if not line.cut.is_reached or not line.rank:
        return _without_line(line)
    if line.surely is None or line.contested is None:
        return ""
    return _line_in_words(line.release.name, line.rank, line.surely, line.contested, ranking.run.ranked)


def _without_line(line: CutLine) -> str:
    """Why the capacity of a release draws no line: all fits, or nothing does."""
    facts = {
        "release": line.release.name,
        "capacity": wording.days(line.capacity_days),
        "days": wording.decimal(line.cut.days),
        "unsized": wording.decimal(line.cut.unsized),
    }
    if line.cut.is_reached:
        return _("%(release)s has room for none: the first is larger than its capacity of %(capacity)s.") % facts
    if not line.cut.fitting:
        return _("All that are ranked are planned for other releases than %(release)s.") % facts
    if line.cut.unsized == line.cut.fitting:
        return _("Nothing that could go into %(release)s has a size, so nobody knows how many fit.") % facts
    if line.cut.unsized:
        return (
            ngettext(
                "%(release)s has room for all that have a size, %(days)s of %(capacity)s; %(unsized)s has none.",
                "%(release)s has room for all that have a size, %(days)s of %(capacity)s; %(unsized)s have none.",
                line.cut.unsized,
            )
            % facts
        )
    return _("%(release)s has room for all that could go into it: %(days)s of %(capacity)s.") % facts


def _line_in_words(release: str, k: int, surely: int, contested: int, ranked: int) -> str:
    """How sure the votes are of the first `k`."""
    out = ranked - surely - contested
    facts = {
        "release": release,
        "k": wording.decimal(k),
        "in": wording.decimal(surely),
        "contested": wording.decimal(contested),
        "out": wording.decimal(out) if out else _("none"),
    }
    if not out and not surely:
        return (
            _("Nothing is surely in %(release)s yet and nothing surely out: all %(contested)s are contested.") % facts
        )
    if not contested and not surely:
        return (
            _("%(release)s has room for %(k)s, and the votes leave open which: nothing stands out from the rest.")
            % facts
        )
    if not contested:
        return _("%(release)s has room for %(in)s, and which is beyond doubt.") % facts
    at_line = ngettext(
        "%(contested)s is contested at the line, %(out)s surely out.",
        "%(contested)s are contested at the line, %(out)s surely out.",
        contested,
    )
    if not surely:
        return " ".join((_("Nothing is surely in %(release)s yet:") % facts, at_line % facts))
    above = ngettext("%(in)s is surely in %(release)s,", "%(in)s are surely in %(release)s,", surely)
    return " ".join((above % facts, at_line % facts))


@register.simple_tag
def rank_in_words(explanation: Explanation) -> str:
    """One sentence: where a feature stands and what put it there."""
    standing, run = explanation.standing, explanation.run
    if standing is None or run is None:
        return ""
    if standing.rank is None:
        return _("Not ranked any more: it is %(status)s.") % {
            "status": explanation.feature.get_status_display().lower()
        }
    facts = {"rank": wording.ordinal(standing.rank), "ranked": wording.decimal(run.ranked), "votes": standing.votes}
    facts |= {"best": explanation.lifted_by, "worst": explanation.held_by}
    if explanation.interval:
        facts |= {"low": wording.ordinal(explanation.interval[0]), "high": wording.ordinal(explanation.interval[1])}
    return " ".join(filter(None, (_place(explanation) % facts, _lift(facts) if not explanation.is_split else "")))


def _place(explanation: Explanation) -> str:
    """Where it stands, how firmly, and why no more firmly."""
    if explanation.is_alone:
        return _("The only feature that has a rank so far.")
    if explanation.is_wide:
        return _wide(explanation)
    if explanation.is_few:
        return ngettext(
            "Ranked %(rank)s of %(ranked)s, but only %(votes)d person has voted, so it stays close to the average.",
            "Ranked %(rank)s of %(ranked)s, but only %(votes)d people have voted, so it stays close to the average.",
            explanation.standing.votes if explanation.standing else 0,
        )
    if explanation.is_split:
        return _("Ranked %(rank)s of %(ranked)s, and contested: the votes are split, not few.")
    if explanation.is_contested:
        return _("Ranked %(rank)s of %(ranked)s, and contested: the departments are far apart.")
    if explanation.interval and explanation.interval[0] == explanation.interval[1]:
        return _("Ranked %(rank)s of %(ranked)s, and that is firm.")
    if explanation.interval:
        return _("Ranked %(rank)s of %(ranked)s; %(low)s to %(high)s is plausible.")
    return _("Ranked %(rank)s of %(ranked)s.")


def _wide(explanation: Explanation) -> str:
    if explanation.is_few:
        return ngettext(
            "Ranked %(rank)s, but anywhere from %(low)s to %(high)s is plausible: only %(votes)d person has voted.",
            "Ranked %(rank)s, but anywhere from %(low)s to %(high)s is plausible: only %(votes)d people have voted.",
            explanation.standing.votes if explanation.standing else 0,
        )
    if explanation.is_split:
        return _("Ranked %(rank)s, but anywhere from %(low)s to %(high)s is plausible: the votes are split, not few.")
    if explanation.is_contested:
        return _("Ranked %(rank)s, but anywhere from %(low)s to %(high)s is plausible: the departments are far apart.")
    return _("Ranked %(rank)s, but anywhere from %(low)s to %(high)s is plausible: many others score almost the same.")


def _lift(facts: Mapping[str, Any]) -> str:
    if facts["best"] and facts["worst"]:
        return _("%(best)s lifts it, %(worst)s holds it back.") % facts
    if facts["best"]:
        return _("%(best)s lifts it.") % facts
    if facts["worst"]:
        return _("%(worst)s holds it back.") % facts
    return ""


@register.simple_tag
def chance_in_words(explanation: Explanation) -> str:
    """How often it is among the first when the scores are drawn anew."""
    chance = explanation.standing.cut_chance if explanation.standing else None
    error = explanation.chance_error
    said = ngettext(
        "first in %(chance)s of the draws", "among the first %(k)d in %(chance)s of the draws", explanation.cut
    ) % {"k": explanation.cut, "chance": wording.share(chance)}
    return f"{said} (±\N{NO-BREAK SPACE}{wording.share(error)})" if error >= LEAST_ERROR_SAID else said


@register.simple_tag
def departments_in_words(explanation: Explanation) -> str:
    """Who rates it higher than others and who lower; empty where no department stands far from the score, or alone."""
    if len(explanation.departments) < 2:
        return ""
    wants, rejects = explanation.in_favour, explanation.against
    facts = {"wants": _listed(wants), "rejects": _listed(rejects)}
    if wants and rejects and (explanation.is_split or explanation.is_contested):
        return (
            _("Rated higher by %(wants)s, lower by %(rejects)s. Closing that gap needs a talk, not more votes.") % facts
        )
    if wants and rejects:
        return _("Rated higher by %(wants)s, lower by %(rejects)s.") % facts
    if wants:
        return _("Most in favour: %(wants)s.") % facts
    if rejects:
        return _("Least in favour: %(rejects)s.") % facts
    return ""


def _listed(names: Sequence[str]) -> str:
    names = [name or _("people without department") for name in names]
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def _x(points: float) -> float:
    return STRIP_LEFT + points / 100 * STRIP_WIDTH


@register.simple_tag
def strip_axis() -> SafeString:
    """The numbers above the strips, 0 to 100."""
    labels = format_html_join(
        "",
        '<text class="strip__label" x="{}" y="11" text-anchor="middle">{}</text>',
        ((f"{_x(tick):.0f}", tick) for tick in (0, 25, 50, 75)),
    )
    return format_html(
        '<svg class="strip" viewBox="0 0 {} 14" focusable="false">{}'
        '<text class="strip__label" x="{}" y="11" text-anchor="end">100</text></svg>',
        STRIP_VIEW, labels, STRIP_VIEW,
    )  # fmt: skip


@register.simple_tag
def strip(department: DepartmentVotes, score: float) -> SafeString:
    """A department's votes on a line from 0 to 100: a ring a person, a bar at their mean, the score dashed."""
    mean = wording.decimal(department.mean)
    if department.people:
        words = _("mean %(mean)s; each person: %(people)s") % {
            "mean": mean,
            "people": ", ".join(wording.decimal(each) for each in department.people),
        }
    else:
        words = _("mean %(mean)s") % {"mean": mean}
    ticks = format_html_join(
        "", '<path class="strip__tick" d="M{} 0V20"/>', ((f"{_x(tick):.1f}",) for tick in (0, 25, 50, 75, 100))
    )
    rings = format_html_join(
        "", '<circle class="strip__ring" cx="{}" cy="10" r="3"/>', ((f"{_x(each):.1f}",) for each in department.people)
    )
    return format_html(
        '<svg class="strip" viewBox="0 0 {} 20" role="img"><title>{}</title>{}'
        '<path class="strip__score" d="M{} 0V20"/>{}<path class="strip__mean" d="M{} 4V16"/></svg>',
        STRIP_VIEW, words, ticks, f"{_x(score):.1f}", rings, f"{_x(department.mean):.1f}",
    )  # fmt: skip


@register.simple_tag
def part_bar(part: Part) -> SafeString:
    """How much of what a criterion could give at most it does give; the track is as long as its weight."""
    track = 60 * part.share / 0.5
    return format_html(
        '<svg class="part-bar" viewBox="0 0 60 8" role="img"><title>{}</title>'
        '<rect class="part-bar__track" width="{}" height="8"/><rect class="part-bar__done" width="{}" height="8"/></svg>',
        wording.share(part.of_max), f"{min(track, 60):.1f}", f"{min(track, 60) * min(max(part.of_max, 0), 1):.1f}",
    )  # fmt: skip


@register.simple_tag
def benefit_in_words(explanation: Explanation) -> str:
    """The score without effort, as a sum of the points shown, and what that is for a person-day."""
    standing, effort = explanation.standing, explanation.effort
    words = {
        "benefit": wording.decimal(standing.benefit if standing else None, 1),
        "score": wording.decimal(standing.score if standing else None, 2),
        "effort": effort.name if effort else "",
        "points": wording.decimal(effort.pulled_points if effort else None, 2),
        "rest": wording.share(1 - effort.share, effort.share_places) if effort else "",
        "days": wording.days(explanation.size_days),
        "ratio": ratio(explanation.value_per_day),
    }
    said = _("Benefit %(benefit)s: no criterion asks for effort, so it is the score.") % words
    if effort:
        said = _("Benefit without %(effort)s: (%(score)s − its %(points)s) ÷ %(rest)s = %(benefit)s.") % words
    if explanation.value_per_day is None:
        return said
    return f"{said} {_('%(benefit)s ÷ %(days)s = %(ratio)s a day.') % words}"


@register.simple_tag
def part_formula(part: Part) -> str:
    """The sum behind one criterion, with its numbers."""
    facts = {
        "votes": wording.decimal(part.effective, 2),
        "k": wording.decimal(part.prior_weight, 2),
        "mu": wording.decimal(part.prior_mean, 2),
        "pulled": wording.decimal(part.pulled, 2),
        "share": wording.share(part.share, part.share_places),
        "points": wording.decimal(part.pulled_shown, 1),
    }
    if part.mean is None:
        start = _("no votes, so the average %(mu)s") % facts
    else:
        facts["mean"] = wording.decimal(part.mean, 2)
        start = _("(%(votes)s voters × %(mean)s + %(k)s × %(mu)s) ÷ (%(votes)s + %(k)s) = %(pulled)s") % facts
    if part.is_cost:
        return _("%(start)s; 25 × (5 − %(pulled)s) × %(share)s = %(points)s") % (facts | {"start": start})
    return _("%(start)s; 25 × (%(pulled)s − 1) × %(share)s = %(points)s") % (facts | {"start": start})
