"""Reads what one person sees who is asked to confirm a version: what changed for them, and what they said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from roadmap.models import Answer, Confirmation, LateAnswer, Version
from roadmap.queries.changes import ChangeGroup, ShownChange, grouped, shown
from roadmap.queries.confirmation import (
    PersonRow,
    counts,
    outcome_of,
    people,
    rule_of,
    state_of,
)
from roadmap.queries.outcome_words import rule_in_words, sentence_with_names
from roadmap.queries.versions import covers, names_of, snapshot_of, told_now
from roadmap.rules.differences import Kind, differences
from roadmap.rules.outcome import Silence
from stakeholders.models import Invitation
from stakeholders.rules.voices import standing


@dataclass(frozen=True)
class Since:
    """What changed since a version that a person knows.

    version        the version that it is compared with; None: there is none, so everything is new
    confirmed_at   when this person confirmed that version; None: they did not, it is simply the one before
    """

    version: Version | None
    confirmed_at: datetime | None
    changes: tuple[ShownChange, ...]
    groups: list[ChangeGroup]
    kept: int

    @property
    def count(self) -> int:
        return len(self.changes)


@dataclass(frozen=True)
class FeatureChoice:
    """A feature that a concern or objection may name."""

    id: int
    key: str
    title: str


@dataclass(frozen=True)
class ConfirmPage:
    """Everything on the page of one person in one round; `state` is open, counting, closed or cancelled."""

    invitation: Invitation
    confirmation: Confirmation
    version: Version
    snapshot: Mapping[str, Any]
    covers: str
    since: Since
    choices: tuple[FeatureChoice, ...]
    answer: Answer | None
    named: tuple[FeatureChoice, ...]
    people: list[PersonRow]
    counts: Mapping[str, int]
    answered: int
    asked: int
    rule: str
    doing_nothing: str
    state: str
    conclusion: str
    notes: list[LateAnswer]


def confirm_page(invitation: Invitation, *, now: datetime) -> ConfirmPage:
    """Return the page of an invitation, whose round, seat and department are loaded."""
    round = invitation.round
    confirmation = Confirmation.objects.select_related("version__product", "version__published_by__user").get(
        round=round
    )
    confirmation.round = round
    version = confirmation.version
    snapshot = snapshot_of(version)
    rows = people(confirmation)
    found = counts(rows)
    asked = sum(found.values())
    required = sum(row.is_required and not row.has_left for row in rows)
    answer = standing_answer(confirmation, invitation)
    found_since = since(invitation, version, snapshot)
    removed = [change for change in found_since.changes if change.is_feature and change.kind is Kind.REMOVED]
    choices = (
        *(FeatureChoice(each["id"], each["key"], each["title"]) for each in snapshot["features"]),
        *(FeatureChoice(change.id, change.key, change.label) for change in removed),
    )
    named = {each.feature_id for each in answer.features.all()} if answer else set()
    return ConfirmPage(
        invitation=invitation,
        confirmation=confirmation,
        version=version,
        snapshot=snapshot,
        covers=covers(snapshot),
        since=found_since,
        choices=choices,
        answer=answer,
        named=tuple(choice for choice in choices if choice.id in named),
        people=sorted((row for row in rows if not row.has_left), key=_newest_first),
        counts=found,
        answered=asked - found.get("silent", 0),
        asked=asked,
        rule=rule_in_words(rule_of(confirmation), required=required),
        doing_nothing=doing_nothing(confirmation, is_required=invitation.is_required),
        state=state_of(confirmation, now, invitation),
        conclusion=sentence_with_names(outcome_of(confirmation, now=now), version.number, rows)
        if round.closed_at
        else "",
        notes=list(confirmation.late_answers.select_related("seat__user")),
    )


@dataclass(frozen=True)
class LatePage:
    """What is told to whose answer came too late: many may at the same moment, so it reads nothing of anybody else."""

    invitation: Invitation
    version: Version
    answer: Answer | None


def late_page(invitation: Invitation) -> LatePage:
    """Return the page of an invitation, whose round is read afresh; at most three queries, whatever the size of it all."""
    found = Confirmation.objects.select_related("version", "round__product").defer("version__snapshot")
    confirmation = found.get(round=invitation.round_id)
    invitation.round = confirmation.round
    return LatePage(invitation, confirmation.version, standing_answer(confirmation, invitation))


def _newest_first(row: PersonRow) -> tuple[bool, float, str]:
    return row.at is None, -row.at.timestamp() if row.at else 0.0, row.seat.user.get_full_name().casefold()


def standing_answer(confirmation: Confirmation, invitation: Invitation) -> Answer | None:
    """Return the answer of this seat that counts: its own last one, else its delegate's."""
    rows = confirmation.answers.filter(seat=invitation.seat_id).select_related("entered_by__user")
    return standing(rows.prefetch_related("features")).get(invitation.seat_id)


def since(invitation: Invitation, version: Version, snapshot: Mapping[str, Any]) -> Since:
    """Return what changed since the newest earlier version that this person confirmed, with or without concerns.

    Someone who has confirmed none is told what changed since the version before this one.
    """
    confirmed = last_confirmed(invitation.seat_id, version)
    before = (
        confirmed.confirmation.version
        if confirmed
        else version.product.versions.filter(number__lt=version.number).order_by("-number").first()
    )
    old = snapshot_of(before) if before else None
    changes = shown(differences(old, snapshot), before=old, after=snapshot, names=names_of(version.product))
    return Since(
        version=before,
        confirmed_at=confirmed.arrived_at if confirmed else None,
        changes=changes,
        groups=grouped(changes, seat=invitation.seat_id, department=invitation.department_id),
        kept=len(snapshot["features"]) - told_now(changes),
    )


def last_confirmed(seat_id: int, before: Version) -> Answer | None:
    """Return the answer by which a seat confirmed the newest version below `before`; None when it confirmed none.

    Of each round the last answer counts, also where the round was withdrawn: the person did read that version. What a
    delegate answered does not: it is the delegate who read it.
    """
    rows = (
        Answer.objects.filter(
            seat=seat_id,
            entered_by=None,
            confirmation__version__product=before.product_id,
            confirmation__version__number__lt=before.number,
        )
        .select_related("confirmation__version")
        .order_by("pk")
    )
    last = {row.confirmation_id: row for row in rows}
    confirming = [row for row in last.values() if row.verdict in (Answer.Verdict.CONFIRM, Answer.Verdict.CONCERNS)]
    return max(confirming, key=lambda row: (row.confirmation.version.number, row.pk), default=None)


def doing_nothing(confirmation: Confirmation, *, is_required: bool) -> str:
    """Return what happens to someone who does not answer."""
    silence = Silence(confirmation.silence)
    consents = silence is Silence.CONSENT_OF_ALL or (silence is Silence.CONSENT_OF_CONSULTED and not is_required)
    if consents:
        return _(
            "If you do nothing, that counts as no objection. It is not a yes: the outcome says that you have not answered."
        )
    if is_required:
        return _(
            "If you do nothing, that is not a yes. You are reminded, and the outcome names you as not having answered; "
            "if too few answer, the version is not confirmed."
        )
    return _("If you do nothing, nothing happens: you are consulted, and nobody has to wait for you.")
