"""Opens a voting round: what is asked and by which terms is frozen, and everyone gets a ballot."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from prioritization.models import Ballot, VotingFeature, VotingRound
from prioritization.queries.ballot import criteria_for
from prioritization.queries.criteria import criteria_of
from roadmap.models import Feature, Product
from stakeholders.actions.people import NewPerson, add_people
from stakeholders.actions.rounds import Invitee, open_round
from stakeholders.models import Invitation, Round, Seat
from stakeholders.rules.deadlines import Deadline


@transaction.atomic
def open_voting_round(
    product: Product,
    *,
    title: str,
    features: Iterable[Feature],
    seats: Iterable[Seat],
    newcomers: Sequence[NewPerson] = (),
    deadline: Deadline,
    by: Seat,
    now: datetime,
    reminders: Sequence[datetime] | None = None,
    note: str = "",
    results: str = VotingRound.Results.AFTER_CLOSING,
    secrecy: str = VotingRound.Secrecy.MANAGERS,
    replaces: Round | None = None,
    public_id: str = "",
) -> Round:
    """Ask these people about these features until the deadline; the invitations go out at once.

    newcomers  people who get a seat first, by their addresses, and are asked as well
    reminders  instants before the deadline; None for those that fit its length
    results    when people may see the ranking, one of VotingRound.Results
    secrecy    who may see who voted how, one of VotingRound.Secrecy; it stays
    public_id  see `open_round`

    The criteria, their weights and who may rate them stay as they are now. An anonymous round shares no feature with
    another open one: each vote that one brings would otherwise show by what it replaces. Raises ValidationError with a
    sentence.
    """
    features, criteria = list(features), criteria_of(product)
    if not features:
        raise ValidationError(_("Pick at least one feature to ask about."), code="features")
    if any(feature.product_id != product.pk for feature in features):
        raise ValidationError(_("Only features of this product can be asked about."), code="features")
    if mixed := _asked_in_secret(product, features, is_anonymous=secrecy == VotingRound.Secrecy.ANONYMOUS):
        raise ValidationError(
            _(
                "“%(feature)s” is asked about in “%(round)s”, which is open. An anonymous round and another cannot share a feature."
            ),
            code="features",
            params={"feature": mixed.feature.title, "round": mixed.voting.round.title},
        )
    invitees = []
    for seat in [*seats, *_seated(product, newcomers, by=by, now=now)]:
        may_rate = sum(each.may_be_rated_by(seat.department_id) for each in criteria)
        if not may_rate:
            raise ValidationError(
                _("%(name)s may not rate any of the criteria."),
                code="people",
                params={"name": seat.user.get_full_name()},
            )
        invitees.append(Invitee(seat, asked=len(features) * may_rate))
    round = open_round(
        product,
        kind="voting",
        title=title,
        deadline=deadline,
        invitees=invitees,
        by=by,
        now=now,
        reminders=reminders,
        note=note,
        replaces=replaces,
        public_id=public_id,
    )
    voting = VotingRound.objects.create(
        round=round, criteria=[each.as_json() for each in criteria], results=results, secrecy=secrecy
    )
    VotingFeature.objects.bulk_create(
        VotingFeature(voting=voting, feature=feature, position=position)
        for position, feature in enumerate(features, start=1)
    )
    give_ballots(round, voting)
    return round


def _asked_in_secret(product: Product, features: Sequence[Feature], *, is_anonymous: bool) -> VotingFeature | None:
    """Return one of these features asked about in an open round, where either round is anonymous."""
    asked = VotingFeature.objects.filter(
        feature__in=features, voting__round__in=Round.objects.open().filter(product=product)
    )
    if not is_anonymous:
        asked = asked.filter(voting__secrecy=VotingRound.Secrecy.ANONYMOUS)
    return asked.select_related("feature", "voting__round").first()


def _seated(product: Product, newcomers: Sequence[NewPerson], *, by: Seat, now: datetime) -> list[Seat]:
    """Give each a seat; somebody else may have done so a moment ago."""
    if not newcomers:
        return []
    add_people(product, newcomers, by=by, now=now)
    return list(Seat.objects.current().filter(product=product, user__email__in=[each.email for each in newcomers]))


def give_ballots(round: Round, voting: VotingRound) -> None:
    """Give everyone invited who has none yet a ballot with a shuffling seed of their own."""
    invitations = Invitation.objects.filter(round=round, ballot=None)
    Ballot.objects.bulk_create(
        [Ballot(voting=voting, invitation=invitation, seed=secrets.randbelow(2**31)) for invitation in invitations],
        ignore_conflicts=True,
    )


def ballot_of(invitation: Invitation) -> Ballot:
    """Return an invitation's ballot. Whoever was invited after the opening gets theirs when they first come."""
    found = Ballot.objects.select_related("voting").filter(invitation=invitation).first()
    return found or _late_ballot(invitation)


@transaction.atomic
def _late_ballot(invitation: Invitation) -> Ballot:
    voting = VotingRound.objects.get(round=invitation.round_id)
    give_ballots(invitation.round, voting)
    invitation.asked = len(criteria_for(voting, invitation.department_id)) * voting.asked.count()
    invitation.save(update_fields=["asked"])
    return Ballot.objects.select_related("voting").get(invitation=invitation)
