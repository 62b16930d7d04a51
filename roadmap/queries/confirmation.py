"""Reads a round of confirmation: who said what, what it comes to, and in which words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from hashlib import sha256
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from roadmap.models import Answer, Confirmation
from roadmap.queries.changes import small_number
from roadmap.rules.outcome import Choice, Outcome, Rule, Signer, Silence, Verdict, from_plain, outcome
from roadmap.rules.snapshot import canonical
from roadmap.rules.working_days import working_days_after
from stakeholders import wording
from stakeholders.models import Invitation, Message, Round, Seat

STATES = {
    Choice.CONFIRM: "confirmed",
    Choice.CONCERNS: "concerns",
    Choice.OBJECT: "objects",
    Choice.ABSTAIN: "abstains",
    None: "silent",
}
"""The names of the agreement marks."""

LABELS = {
    "confirmed": gettext_lazy("Confirmed"),
    "concerns": gettext_lazy("With concerns"),
    "objects": gettext_lazy("Objects"),
    "abstains": gettext_lazy("Abstains"),
    "silent": gettext_lazy("No answer yet"),
}

VERDICTS = {
    Verdict.LAPSED: gettext_lazy("lapsed"),
    Verdict.NOT_CONFIRMED: gettext_lazy("not confirmed"),
    Verdict.WITH_CONCERNS: gettext_lazy("confirmed with concerns"),
    Verdict.CONFIRMED: gettext_lazy("confirmed"),
}

TONES = {Verdict.LAPSED: "bad", Verdict.NOT_CONFIRMED: "bad", Verdict.WITH_CONCERNS: "warn", Verdict.CONFIRMED: "ok"}

REACHED_AFTER = 5
"""Working days after which silence may count as consent for the quorum."""

MOST_NAMED = 3
"""People whom a sentence names before it only counts them."""


@dataclass(frozen=True)
class PersonRow:
    """One person asked, with the answer that stands.

    needs   as stakeholders.kinds.ShownAnswer
    """

    seat: Seat
    department: str
    is_required: bool
    state: str
    label: str
    said: str
    at: datetime | None
    needs: int
    features: tuple[str, ...]
    has_left: bool


@dataclass(frozen=True)
class DepartmentRow:
    name: str
    counts: Mapping[str, int]
    answered: int
    asked: int


def confirmation_of(round: Round) -> Confirmation:
    """Return the confirmation that a round is about, with its version and product loaded."""
    return Confirmation.objects.select_related("round", "version__product", "version__published_by__user").get(
        round=round
    )


def rule_of(confirmation: Confirmation) -> Rule:
    """Return the rule in exact shares: a stored 0.6666… means two thirds."""
    return Rule(
        quorum=Fraction(confirmation.quorum).limit_denominator(100),
        threshold=Fraction(confirmation.threshold).limit_denominator(100),
        silence=Silence(confirmation.silence),
    )


def last_answers(confirmation: Confirmation) -> dict[int, Answer]:
    """Return the answer that stands of each seat that gave one, with the features it names loaded; two queries."""
    rows = confirmation.answers.order_by("pk").prefetch_related("features__feature__product")
    return {answer.seat_id: answer for answer in rows}


def signers(confirmation: Confirmation, *, now: datetime) -> list[Signer]:
    """Return everyone who is or was asked, with the answer that stands; four queries."""
    answers = {
        seat: Choice(verdict) for seat, verdict in confirmation.answers.order_by("pk").values_list("seat_id", "verdict")
    }
    reached = _reached(confirmation, now) if confirmation.silence != Confirmation.Silence.NOTHING else set()
    return [
        Signer(
            seat=invitation.seat_id,
            is_required=invitation.is_required,
            choice=answers.get(invitation.seat_id),
            department=invitation.department_id,
            is_reached=invitation.seat_id in reached,
            has_left=invitation.removed_at is not None or invitation.seat.left_at is not None,
        )
        for invitation in confirmation.round.invitations.select_related("seat")
    ]


def _reached(confirmation: Confirmation, now: datetime) -> set[int]:
    zone = wording.as_zone(confirmation.round.zone)
    sent = Message.objects.filter(
        round=confirmation.round_id, kind=Message.Kind.INVITATION, sent_at__isnull=False, failed_at=None
    ).values_list("seat_id", "sent_at")
    today = now.astimezone(zone).date()
    return {seat for seat, at in sent if at and working_days_after(at.astimezone(zone).date(), today) >= REACHED_AFTER}


def outcome_of(confirmation: Confirmation, *, now: datetime) -> Outcome:
    """Return the outcome: as it was written when the round closed, or as it would be if it closed now."""
    stored = confirmation.round.outcome
    if confirmation.round.closed_at and stored:
        return from_plain(stored)
    return outcome(signers(confirmation, now=now), rule_of(confirmation))


def digest_of_answers(confirmation: Confirmation) -> str:
    """Return a SHA-256 over every answer row of a round, so that a change of one after closing can be found."""
    features: dict[int, list[int]] = {}
    named = confirmation.answers.filter(features__isnull=False).values_list("pk", "features__feature_id")
    for answer, feature in named:
        features.setdefault(answer, []).append(feature)
    rows = [
        [row.pk, row.seat_id, row.verdict, row.text, row.arrived_at, row.nonce, sorted(features.get(row.pk, []))]
        for row in confirmation.answers.order_by("pk")
    ]
    return sha256(canonical(rows)).hexdigest()


# people


def people(confirmation: Confirmation) -> list[PersonRow]:
    """Return everyone who is or was asked, those first who need the manager most, then by name."""
    answers = last_answers(confirmation)
    rows = [
        _person(invitation, answers.get(invitation.seat_id))
        for invitation in confirmation.round.invitations.select_related("seat__user", "department")
    ]
    return sorted(rows, key=lambda row: (row.has_left, -row.needs, row.seat.user.get_full_name().casefold()))


def _person(invitation: Invitation, answer: Answer | None) -> PersonRow:
    state = STATES[Choice(answer.verdict) if answer else None]
    needs = {"objects": 3, "concerns": 2, "silent": 1 if invitation.is_required else 0}
    return PersonRow(
        seat=invitation.seat,
        department=invitation.department.name if invitation.department else "",
        is_required=invitation.is_required,
        state=state,
        label=str(LABELS[state]),
        said=answer.text if answer else "",
        at=answer.arrived_at if answer else None,
        needs=needs.get(state, 0),
        features=tuple(f"{each.feature.key} {each.feature.title}" for each in answer.features.all()) if answer else (),
        has_left=invitation.removed_at is not None or not invitation.seat.is_current,
    )


def counts(rows: Iterable[PersonRow], *, required_only: bool = False) -> dict[str, int]:
    """Return how many of those still asked are in which state, in the order of the marks."""
    found = dict.fromkeys(LABELS, 0)
    for row in rows:
        if not row.has_left and (row.is_required or not required_only):
            found[row.state] += 1
    return {state: count for state, count in found.items() if count}


def departments(rows: Sequence[PersonRow]) -> list[DepartmentRow]:
    """Return each department's answers, by name, people without one last."""
    groups: dict[str, list[PersonRow]] = {}
    for row in rows:
        if not row.has_left:
            groups.setdefault(row.department, []).append(row)
    found = []
    for name in sorted(groups, key=lambda name: (not name, name.casefold())):
        states = counts(groups[name])
        asked = sum(states.values())
        found.append(DepartmentRow(name or _("no department"), states, asked - states.get("silent", 0), asked))
    return found


# sentences


def sentence(found: Outcome, version: int) -> str:
    """Return what everyone may read for ever: the verdict and the numbers, without a name, since names can be erased."""
    return " ".join([*_verdict(found, version, bold=False), *_counted(found, names={}, said={})])


def sentence_with_names(found: Outcome, version: int, rows: Sequence[PersonRow]) -> SafeString:
    """Return the same with the people whom it is about and what they said, the verdict in bold."""
    names = {
        row.seat.pk: f"{row.seat.user.get_full_name()} ({row.department})" if row.department else str(row.seat.user)
        for row in rows
    }
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


def rule_in_words(confirmation: Confirmation, *, required: int) -> str:
    """Return how the outcome is found, in two or three sentences.

    required   how many people must answer
    """
    rule = rule_of(confirmation)
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


def outcome_in_store(found: Outcome, stored: Mapping[str, Any]) -> bool:
    """Whether a stored outcome says what `found` says."""
    try:
        return from_plain(stored) == found
    except (KeyError, TypeError, ValueError):
        return False
