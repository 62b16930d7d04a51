"""The only way from a request to a ballot, and from a user to what a product is judged by."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest

from prioritization.actions.voting import ballot_of
from prioritization.models import Ballot, VotingRound
from stakeholders import access, grants
from stakeholders.access import ANSWER, EDIT, OWN, READ, seat
from stakeholders.models import Round, Seat

__all__ = ["ANSWER", "EDIT", "OWN", "READ", "ballot", "can_see_results", "hiding_round", "seat"]


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


def hiding_round(seat: Seat) -> Round | None:
    """Return the open voting round that still keeps its votes from this person; None when they may see results.

    Managers and owners see everything at once, marked as live. Everybody else sees nothing that an open round's votes
    went into, because what one has seen sways what one gives; unless the round says that it shows them to each who is
    done, and this person is. Of several such rounds the one that closes last is returned: until then nothing shows.
    """
    if seat.reaches(EDIT):
        return None
    is_done = Ballot.objects.filter(voting__round=OuterRef("pk"), invitation__seat=seat, done_at__isnull=False)
    may_look = Q(voting__results=VotingRound.Results.AFTER_DONE) & Exists(is_done)
    open_rounds = Round.objects.open().filter(product_id=seat.product_id, kind="voting")
    return open_rounds.exclude(may_look).select_related("voting").order_by("-deadline_at").first()


def can_see_results(seat: Seat) -> bool:
    """Whether this person may see scores, ranks and votes now; asked by every page, part, file and API that shows them."""
    return hiding_round(seat) is None
