"""Brings ratings that were given elsewhere in as a closed round: nobody is mailed, and all of it comes in or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isclose

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from prioritization.actions.criteria import change_criteria
from prioritization.models import Ballot, Rating, RatingChange, VotingFeature, VotingRound
from prioritization.queries.criteria import criteria_of, fingerprint, locking_round
from prioritization.queries.rating_sheets import PlannedCriterion, PlannedSheet, was_imported
from prioritization.rules.criteria import AskedCriterion
from prioritization.rules.rating_sheets import made_address
from roadmap.models import Product
from stakeholders import kinds
from stakeholders.actions.closing import hold_alone
from stakeholders.actions.people import department_named, user_at
from stakeholders.activity import record
from stakeholders.models import Invitation, Round, Seat, Verb
from stakeholders.rules.addresses import LONGEST_ADDRESS

BATCH = 500


class CriteriaAreLocked(Exception):
    """The file brings criteria that the product lacks, and a voting round is open; `round` is it."""

    def __init__(self, round: Round) -> None:
        super().__init__(round.title)
        self.round = round


class NotImported(Exception):
    """The round was held here: what people answered in it is not undone."""


class SheetIsFaulty(Exception):
    """Rows are wrong, and nothing was asked to be left out."""


@dataclass(frozen=True)
class Imported:
    """What came in."""

    round: Round
    ratings: int
    people: int
    features: int


@transaction.atomic
def import_ratings(
    product: Product,
    sheet: PlannedSheet,
    *,
    title: str,
    given_at: datetime,
    by: Seat | None,
    now: datetime,
    costs: Sequence[str] = (),
    leaves_out: bool = False,
) -> Imported:
    """Write the ratings of a planned sheet as a round that opened and closed when they were given.

    given_at    when; what people said later, in another round, stays what counts
    costs       keys of new criteria whose 5 is the bad end
    leaves_out  write the good rows although others are wrong

    Who has a seat is found by address or name. An address that is new gets a stakeholder's seat; a name alone gets one
    that has left, so that the votes count and nobody is asked under it again. Asks for new scores. Raises SheetIsFaulty,
    CriteriaAreLocked, and ValidationError for a date to come or a sheet without ratings.
    """
    if sheet.faults and not leaves_out:
        raise SheetIsFaulty
    if not sheet.cells:
        raise ValidationError(_("There is no rating in it."), code="empty")
    if given_at > now:
        raise ValidationError(_("The ratings cannot have been given on a day that is yet to come."), code="future")
    _add_criteria(product, sheet.criteria, costs, by=by, now=now)
    seats = {key: _seat(product, key, sheet, now=now) for key in sorted({cell.person for cell in sheet.cells})}
    round = Round(
        product=product,
        kind="voting",
        title=title,
        opened_at=given_at - timedelta(days=1),
        opened_by=by,
        deadline_at=given_at,
        zone=product.time_zone,
        wall_time="",
    )
    round.wall_time = f"{round.deadline_local:%Y-%m-%dT%H:%M:%S}"
    round.full_clean(exclude=None if by else ["opened_by"])
    round.save()
    _write(round, sheet, seats)
    round.closed_at, round.closed_by, round.closed_why = given_at, by, _("imported")
    round.outcome = kinds.kind_of(round).on_close(round, now)
    round.outcome["asked"] = len(seats)
    round.save(update_fields=["closed_at", "closed_by", "closed_why", "outcome"])
    record(by, Verb.IMPORTED, round, at=now, ratings=len(sheet.cells), people=len(seats))
    return Imported(round, len(sheet.cells), len(seats), len({cell.feature for cell in sheet.cells}))


@transaction.atomic
def undo_ratings_import(round: Round, *, by: Seat, now: datetime) -> None:
    """Withdraw a round that an import made, so that its ratings count no more. Repeating it changes nothing.

    Nothing is deleted: ratings, people and criteria that came with it stay, and what somebody said in another round
    counts again. Asks for new scores. Raises NotImported for a round that people were asked in.
    """
    round = hold_alone(round)
    if not was_imported(round):
        raise NotImported
    if round.cancelled_at:
        return
    round.closed_at, round.cancelled_at, round.cancelled_by = None, now, by
    round.cancelled_why = _("the import was undone")
    round.save(update_fields=["closed_at", "cancelled_at", "cancelled_by", "cancelled_why"])
    kinds.kind_of(round).on_withdraw(round, now)
    record(by, Verb.UNDID_IMPORT, round, at=now)


def _add_criteria(
    product: Product, planned: Sequence[PlannedCriterion], costs: Sequence[str], *, by: Seat | None, now: datetime
) -> None:
    """Give the product the criteria that only the file has.

    They take the place of the defaults while nothing was rated by these; else they come after the product's own with a
    weight of 0, so that an import never changes what others agreed on.
    """
    new = [each for each in planned if each.is_new]
    if not new:
        return
    if lock := locking_round(product):
        raise CriteriaAreLocked(lock)
    held = criteria_of(product)
    added = [
        AskedCriterion(each.key, each.name, "", "1", "5", weight=each.weight, is_cost=each.key in costs) for each in new
    ]
    kept = [] if all(each.replaces for each in new) else held
    if not any(isclose(each.weight, 0) is False for each in [*kept, *added]):
        raise ValidationError(_("No criterion would have a weight."), code="weights")
    change_criteria(product, criteria=[*kept, *added], seen=fingerprint(held), by=by, now=now)


def _seat(product: Product, key: str, sheet: PlannedSheet, *, now: datetime) -> Seat:
    """Return the seat of a person of the file, made where there is none."""
    if key in sheet.seats:
        return Seat.objects.get(pk=sheet.seats[key])
    name = sheet.people[key]
    department = department_named(sheet.departments.get(key, ""))
    address, is_address = _address(name, product)
    user = user_at(address, name="" if is_address else name[:120])
    seat, _made = Seat.objects.get_or_create(
        user=user,
        product=product,
        defaults={
            "role": Seat.Role.STAKEHOLDER,
            "department": department,
            "weight": sheet.weights.get(key, 1.0),
            "joined_at": now,
            "left_at": None if is_address else now,
        },
    )
    return seat


def _address(name: str, product: Product) -> tuple[str, bool]:
    """Return the person's address, and whether it is one: else a made one that takes no mail."""
    try:
        validate_email(name)
        MaxLengthValidator(LONGEST_ADDRESS)(name)
    except ValidationError:
        return made_address(name, product.slug), False
    return name.casefold(), True


def _write(round: Round, sheet: PlannedSheet, seats: Mapping[str, Seat]) -> None:
    """Write invitations, ballots, ratings and their history, while the round is open: the triggers hold it to that."""
    given_at = round.deadline_at - timedelta(seconds=1)
    criteria = [each for each in criteria_of(round.product) if each.key in {e.key for e in sheet.criteria}]
    voting = VotingRound.objects.create(round=round, criteria=[each.as_json() for each in criteria])
    features = sorted({cell.feature for cell in sheet.cells})
    VotingFeature.objects.bulk_create(
        (VotingFeature(voting=voting, feature_id=pk, position=i) for i, pk in enumerate(features, start=1)),
        batch_size=BATCH,
    )
    answered: dict[str, int] = defaultdict(int)
    for cell in sheet.cells:
        answered[cell.person] += 1
    invitations = Invitation.objects.bulk_create(
        (
            Invitation(
                round=round,
                seat=seat,
                is_required=False,
                weight=sheet.weights.get(key, seat.weight),
                department_id=seat.department_id,
                created_at=given_at,
                asked=answered[key],
                answered=answered[key],
                answered_at=given_at,
                last_answer_at=given_at,
            )
            for key, seat in seats.items()
        ),
        batch_size=BATCH,
    )
    ballots = Ballot.objects.bulk_create(
        (Ballot(voting=voting, invitation=each, seed=each.seat_id, done_at=given_at) for each in invitations),
        batch_size=BATCH,
    )
    of_person = dict(zip(seats, ballots, strict=True))
    keys = {each.folded: each.key for each in sheet.criteria}
    rows = [
        {
            "ballot": of_person[cell.person],
            "feature_id": cell.feature,
            "criterion": keys[cell.criterion],
            "value": cell.value,
            "arrived_at": given_at,
        }
        for cell in sheet.cells
    ]
    Rating.objects.bulk_create((Rating(**row) for row in rows), batch_size=BATCH)
    RatingChange.objects.bulk_create((RatingChange(**row) for row in rows), batch_size=BATCH)
