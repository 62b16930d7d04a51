"""Publishes a roadmap as a numbered, hashed version, and opens the round that asks people to confirm it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from roadmap.models import Confirmation, Product, Version
from roadmap.queries.snapshots import CONFIRMATION, check_of, plan_of
from roadmap.queries.versions import gaps_of, open_confirmation, snapshot_of
from roadmap.rules.differences import differences
from roadmap.rules.outcome import Silence
from roadmap.rules.snapshot import canonical, digest, fingerprint, plan_in, seal
from stakeholders.actions.rounds import Invitee, open_round
from stakeholders.activity import record
from stakeholders.models import Seat, Verb
from stakeholders.rules.deadlines import Deadline


class VersionTaken(Exception):
    """This number, or a later one, has been published meanwhile; `version` is the newest."""

    def __init__(self, version: Version) -> None:
        super().__init__(version.pk)
        self.version = version


class PlanHasChanged(Exception):
    """The roadmap is not any more what the person who publishes has looked at."""


class ConfirmationIsOpen(Exception):
    """Another version is still out for confirmation; `confirmation` says which."""

    def __init__(self, confirmation: Confirmation) -> None:
        super().__init__(confirmation.pk)
        self.confirmation = confirmation


@dataclass(frozen=True)
class Terms:
    """Whom a version is put to, until when, and by which rule.

    required     seats that must answer; at least one
    consulted    seats that are asked too, without being counted
    """

    deadline: Deadline
    required: Sequence[Seat]
    consulted: Sequence[Seat] = ()
    quorum: Fraction = Fraction(2, 3)
    threshold: Fraction = Fraction(1)
    silence: Silence = Silence.NOTHING
    reminders: Sequence[datetime] | None = field(default=None)

    @property
    def invitees(self) -> list[Invitee]:
        return [
            *(Invitee(seat, is_required=True, asked=1) for seat in self.required),
            *(Invitee(seat, is_required=False, asked=1) for seat in self.consulted),
        ]


@transaction.atomic
def publish_version(
    product: Product,
    *,
    number: int,
    seen: str,
    note: str,
    gaps_why: str,
    terms: Terms,
    by: Seat,
    now: datetime,
) -> Version:
    """Publish the plan as it stands as version `number`, and ask people to confirm it.

    number     the one that the person who publishes has seen announced
    seen       the fingerprint of the plan that they have looked at
    gaps_why   why it goes out although the SMART check found something; needed only then

    Of two who publish at once one wins; the other, if it was the same person with the same words about the same plan,
    gets the same version back, so that a repeated request is one act. Raises VersionTaken, PlanHasChanged,
    ConfirmationIsOpen, and ValidationError with a sentence for what is missing.
    """
    product = Product.objects.select_for_update().get(pk=product.pk)
    note, gaps_why = _tidy(note), _tidy(gaps_why)
    last = product.versions.select_related("published_by").first()
    if last is not None and number <= last.number:
        if number == last.number and _is_repeated(last, seen=seen, note=note, by=by):
            return last
        raise VersionTaken(last)
    if number != (last.number if last else 0) + 1:
        raise ValidationError(_("The next version is %(number)s.") % {"number": (last.number if last else 0) + 1})
    if running := open_confirmation(product):
        raise ConfirmationIsOpen(running)
    if not terms.required:
        raise ValidationError(_("Choose at least one person who must confirm."), code="nobody")

    plan = plan_of(product)
    if not plan["features"]:
        raise ValidationError(_("Nothing is planned yet. Give a feature a release or dates first."), code="empty")
    if fingerprint(plan) != seen:
        raise PlanHasChanged
    check = check_of(plan)
    if check.findings and not gaps_why:
        raise ValidationError(_("Say why it goes out although something is missing."), code="why")
    gaps = gaps_of(check, why=gaps_why if check.findings else "")
    snapshot = seal(plan, number=number, at=now, by=by.pk, note=note, gaps=gaps)
    previous = last.snapshot_hash if last else ""
    version = Version(
        product=product,
        number=number,
        published_at=now,
        published_by=by,
        note=note,
        gaps=gaps,
        feature_count=len(plan["features"]),
        change_count=len(differences(snapshot_of(last), snapshot)) if last else None,
        snapshot=canonical(snapshot).decode(),
        snapshot_hash=digest(snapshot, previous=previous),
        previous_hash=previous,
    )
    version.full_clean()
    version.save(force_insert=True)
    record(by, Verb.PUBLISHED, version, at=now, label=_("version %(number)s") % {"number": number}, number=number)
    open_confirmation_round(version, terms=terms, by=by, now=now)
    return version


@transaction.atomic
def open_confirmation_round(version: Version, *, terms: Terms, by: Seat, now: datetime) -> Confirmation:
    """Ask people to confirm a version. Raises ConfirmationIsOpen, and what `open_round` raises."""
    if running := open_confirmation(version.product):
        raise ConfirmationIsOpen(running)
    round = open_round(
        version.product,
        kind=CONFIRMATION,
        title=_("Confirm version %(number)s") % {"number": version.number},
        deadline=terms.deadline,
        invitees=terms.invitees,
        by=by,
        now=now,
        reminders=terms.reminders,
        note=version.note[:2000],
    )
    confirmation = Confirmation(
        round=round,
        version=version,
        quorum=float(terms.quorum),
        threshold=float(terms.threshold),
        silence=terms.silence.value,
    )
    confirmation.full_clean()
    confirmation.save()
    return confirmation


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _is_repeated(version: Version, *, seen: str, note: str, by: Seat) -> bool:
    snapshot = snapshot_of(version)
    same = version.published_by_id == by.pk and version.note == note
    return same and fingerprint(plan_in(snapshot)) == seen
