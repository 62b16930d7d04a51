"""The only way from a request to a ballot, and from a user to what a product is judged by."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest

from prioritization.actions.voting import ballot_of
from prioritization.models import Ballot, VotingRound
from prioritization.queries.frozen import voting_of
from stakeholders import access, grants
from stakeholders.access import ANSWER, EDIT, OWN, READ, seat
from stakeholders.models import Round, Seat
from stakeholders.statements import known

__all__ = [
    "ANSWER",
    "EDIT",
    "OWN",
    "READ",
    "ballot",
    "ballot_to_answer",
    "can_see_names",
    "can_see_results",
    "hiding_round",
    "kept_from",
    "names_seen_by",
    "seat",
]


def ballot(request: HttpRequest, public_id: str) -> Ballot:
    """Return the ballot that this browser may fill in, with voting, invitation, round, product, seat and user loaded.

    The right is read anew on every request. Raises Http404 without one, and `grants.Gone` (410) when it was taken back
    or the round was withdrawn. A closed round's ballot can still be read by its person.
    """
    invitation = access.granted_invitation(request, public_id, kind="voting")
    round = invitation.round
    if round.cancelled_at:
        raise grants.Gone("cancelled", round=round, product=round.product)
    found = ballot_of(invitation)
    found.invitation, found.voting.round = invitation, round
    return found


ANSWERING = grants.Reading(
    "ballot",
    columns="b.id, b.voting_id, b.seed",
    joins="LEFT JOIN prioritization_ballot b ON b.invitation_id = i.id",
)


def ballot_to_answer(request: HttpRequest, public_id: str) -> Ballot:
    """Return the ballot by the same right as `ballot`, with no more than an answer needs; one query.

    Everything else, such as a name in the sentence that refuses an answer, is read when something asks for it.
    """
    right = ANSWERING.right(request, public_id, kind="voting")
    round = right.round
    if round.cancelled_at:
        raise grants.Gone("cancelled", round=round, product=round.product)
    pk, voting_id, seed = right.more
    if pk is None:  # invited after the opening
        return ballot(request, public_id)
    found = known(Ballot, {"id": pk, "voting_id": voting_id, "invitation_id": right.invitation_id, "seed": seed})
    found.invitation = access.for_its_person(request, right.invitation())
    found.voting = voting_of(round, voting_id)
    return found


def hiding_round(seat: Seat) -> Round | None:
    """Return the open voting round that still keeps its votes from this person; None when they may see results.

    The same rule as `can_see_results`, over all voting rounds of the product, because scores and ranks are made from all
    of them: every page, part, file and API that shows them asks here. Of several such rounds the one that closes last is
    returned: until then nothing shows.
    """
    if seat.reaches(EDIT):
        return None
    is_done = Ballot.objects.filter(voting__round=OuterRef("pk"), invitation__seat=seat, done_at__isnull=False)
    may_look = Q(voting__results=VotingRound.Results.AFTER_DONE) & Exists(is_done)
    open_rounds = Round.objects.open().filter(product_id=seat.product_id, kind="voting")
    return open_rounds.exclude(may_look).select_related("voting").order_by("-deadline_at").first()


def kept_from(seats: Iterable[Seat]) -> frozenset[int]:
    """Return the ids of those seats that may not see ranks and scores now, as `hiding_round` would say; two queries."""
    low = [each for each in seats if not each.reaches(EDIT)]
    if not low:
        return frozenset()
    rounds = Round.objects.open().filter(product__in={each.product_id for each in low}, kind="voting")
    open_rounds = list(rounds.select_related("voting"))
    done = set(
        Ballot.objects.filter(
            voting__round__in=open_rounds, invitation__seat__in=low, done_at__isnull=False
        ).values_list("voting__round_id", "invitation__seat_id")
    )
    return frozenset(
        seat.pk
        for seat in low
        if any(
            each.product_id == seat.product_id
            and not (each.voting.results == VotingRound.Results.AFTER_DONE and (each.pk, seat.pk) in done)
            for each in open_rounds
        )
    )


def can_see_results(voting: VotingRound, seat: Seat) -> bool:
    """Whether this person may see what a voting round brings, without names.

    Managers and owners see everything at once, marked as live; of an anonymous round only what came out. Everybody else
    sees nothing that an open round's votes went into, because what one has seen sways what one gives; unless the round
    says that it shows them to each who is done, and this person is.
    """
    if seat.reaches(EDIT) or not voting.round.is_open:
        return True
    if voting.results != VotingRound.Results.AFTER_DONE:
        return False
    return voting.ballots.filter(invitation__seat=seat, done_at__isnull=False).exists()


def names_seen_by(seat: Seat) -> frozenset[str]:
    """Return the kinds of secrecy (VotingRound.Secrecy) that do not keep from this person who voted how."""
    seen = {VotingRound.Secrecy.NAMED} | ({VotingRound.Secrecy.MANAGERS} if seat.reaches(EDIT) else set())
    return frozenset(map(str, seen))


def can_see_names(voting: VotingRound, seat: Seat) -> bool:
    """Whether this person may see who voted how in a round. Of an anonymous one nobody does, whatever their role."""
    return str(voting.secrecy) in names_seen_by(seat) and can_see_results(voting, seat)
