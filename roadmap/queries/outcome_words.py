"""Says in words what a confirmation comes to, and by which rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from roadmap.models import Confirmation
from roadmap.queries.changes import small_number
from roadmap.queries.confirmation import PersonRow, outcome_of, state_of
from roadmap.rules.outcome import Outcome, Rule, Silence, Verdict
from stakeholders import wording
from stakeholders.models import Round

VERDICTS = {
    Verdict.LAPSED: gettext_lazy("lapsed"),
    Verdict.NOT_CONFIRMED: gettext_lazy("not confirmed"),
    Verdict.WITH_CONCERNS: gettext_lazy("confirmed with concerns"),
    Verdict.CONFIRMED: gettext_lazy("confirmed"),
}

TONES = {Verdict.LAPSED: "bad", Verdict.NOT_CONFIRMED: "bad", Verdict.WITH_CONCERNS: "warn", Verdict.CONFIRMED: "ok"}

MOST_NAMED = 3
"""People whom a sentence names before it only counts them."""


def sentence(found: Outcome, version: int) -> str:
    """Return what everyone may read for ever: the verdict and the numbers, without a name, since names can be erased."""
    return " ".join([*_verdict(found, version, bold=False), *_counted(found, names={}, said={})])


def sentence_with_names(found: Outcome, version: int, rows: Sequence[PersonRow]) -> SafeString:
    """Return the same with the people whom it is about and what they said, the verdict in bold."""
    names = {row.seat.pk: row.signature for row in rows}
    parts = [
        *_verdict(found, version, bold=True),
        *_counted(found, names=names, said={row.seat.pk: row.said for row in rows}),
    ]
    return mark_safe(" ".join(format_html("{}", part) for part in parts))  # noqa: S308


def _verdict(found: Outcome, version: int, *, bold: bool) -> Iterable[str]:
    words = VERDICTS[found.verdict]
    shown = format_html("<strong>{}</strong>", words) if bold else words
    if found.verdict is Verdict.LAPSED:
        yield format_html(_("The confirmation of version {number} has {verdict}."), number=version, verdict=shown)
        if not found.required.asked:
            yield _("Nobody is left who had to answer.")
        else:
            yield _("%(counted)s of %(asked)s answered, and %(needed)s had to.") % {
                "counted": found.counted,
                "asked": found.required.asked,
                "needed": found.needed,
            }
    else:
        yield format_html(_("Version {number} is {verdict}."), number=version, verdict=shown)
    yield from _confirming(found)


def _confirming(found: Outcome) -> Iterable[str]:
    required = found.required
    if not required.asked:
        return
    facts = {"count": required.confirming, "asked": required.asked, "concerned": small_number(required.concerns)}
    if not required.confirming:
        yield _("None of the %(asked)s who had to answer confirms it.") % facts
    elif required.concerns and required.concerns == required.confirming:
        yield (
            ngettext(
                "%(count)s of %(asked)s confirms it, with concerns.",
                "%(count)s of %(asked)s confirm it, all with concerns.",
                required.confirming,
            )
            % facts
        )
    elif required.concerns:
        yield _("%(count)s of %(asked)s confirm it, %(concerned)s of them with concerns.") % facts
    else:
        yield (
            ngettext("%(count)s of %(asked)s confirms it.", "%(count)s of %(asked)s confirm it.", required.confirming)
            % facts
        )
    if required.abstain:
        yield ngettext("One trusts the owner.", "%(count)s trust the owner.", required.abstain) % {
            "count": small_number(required.abstain).capitalize()
        }
    if required.unopposed:
        yield ngettext(
            "One said nothing, which this round counts as no objection.",
            "%(count)s said nothing, which this round counts as no objection.",
            required.unopposed,
        ) % {"count": small_number(required.unopposed).capitalize()}


def _counted(found: Outcome, *, names: Mapping[int, str], said: Mapping[int, str]) -> Iterable[str]:
    """Who objects and who is silent: by name where names are given and few enough, else by number."""
    if names and 0 < len(found.objecting) <= MOST_NAMED:
        for seat in found.objecting:
            facts = {"who": names.get(seat, _("Someone who left")), "why": _quoted(said.get(seat, ""))}
            yield _("%(who)s objects: %(why)s") % facts
    elif found.objecting:
        count = len(found.objecting)
        yield ngettext("One objects.", "%(count)s object.", count) % {"count": small_number(count).capitalize()}
    consulted = found.consulted.concerns
    if consulted:
        yield ngettext(
            "One person who was consulted has concerns.",
            "%(count)s people who were consulted have concerns.",
            consulted,
        ) % {"count": small_number(consulted).capitalize()}
    if names and 0 < len(found.silent) <= MOST_NAMED:
        people = _listed([names.get(seat, _("someone who left")) for seat in found.silent])
        yield ngettext("%(who)s has not answered.", "%(who)s have not answered.", len(found.silent)) % {"who": people}
    elif found.silent:
        count = len(found.silent)
        yield ngettext("One has not answered.", "%(count)s have not answered.", count) % {
            "count": small_number(count).capitalize()
        }


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line}”" if len(line) <= 160 else f"“{line[:159].rstrip()}…”"


def _listed(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def rule_in_words(rule: Rule, *, required: int) -> str:
    """Return how the outcome is found, in two or three sentences.

    required   how many people must answer
    """
    needed = -(-rule.quorum.numerator * required // rule.quorum.denominator)
    parts = [
        _("At least %(needed)s of the %(required)s people who must answer have to, or it lapses.")
        % {"needed": needed, "required": required}
        if required > 1
        else _("The one person who must answer has to, or it lapses.")
    ]
    if rule.threshold == 1:
        parts.append(_("One objection of theirs that stands means “not confirmed”."))
    else:
        parts.append(
            _("Of those who take a side %(share)s must confirm; fewer objections leave “with concerns”.")
            % {"share": share_in_words(rule.threshold)}
        )
    parts.append(silence_in_words(rule.silence))
    return " ".join(parts)


def share_in_words(share: Fraction) -> str:
    """Return a share as one says it: "two thirds", "all", "80 %"."""
    known = {
        Fraction(1): _("all"),
        Fraction(1, 2): _("half"),
        Fraction(2, 3): _("two thirds"),
        Fraction(3, 4): _("three quarters"),
    }
    return known.get(share) or wording.share(float(share))


def silence_in_words(silence: Silence) -> str:
    match silence:
        case Silence.CONSENT_OF_CONSULTED:
            return _("Silence of those who are only consulted counts as no objection, never as a yes.")
        case Silence.CONSENT_OF_ALL:
            return _("Silence counts as no objection, never as a yes.")
    return _("Silence says nothing: it is never a yes.")


@dataclass(frozen=True)
class RoundStanding:
    """A confirmation in a list: how it stands or ended."""

    confirmation: Confirmation
    state: str
    counts: Mapping[str, int]
    required: int
    confirming: int
    verdict: str
    tone: str

    @property
    def round(self) -> Round:
        return self.confirmation.round


def standing_of(confirmation: Confirmation, *, now: datetime) -> RoundStanding:
    """Return how a confirmation stands (open, counting) or ended (closed, cancelled)."""
    found = outcome_of(confirmation, now=now)
    is_closed = confirmation.round.closed_at is not None
    tally = found.required
    by_state = {
        "confirmed": tally.confirm,
        "concerns": tally.concerns,
        "objects": tally.object,
        "abstains": tally.abstain,
        "silent": tally.silent + tally.unopposed,
    }
    return RoundStanding(
        confirmation=confirmation,
        state=state_of(confirmation, now),
        counts={state: count for state, count in by_state.items() if count},
        required=tally.asked,
        confirming=tally.confirming,
        verdict=str(VERDICTS[found.verdict]) if is_closed else "",
        tone=TONES[found.verdict] if is_closed else "",
    )
