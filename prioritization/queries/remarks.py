"""What people said on their ballots, as far as whoever looks may see it.

Words of an anonymous round show once it is over, in the order of the alphabet and without a date. Who answered when stands
on the manager's page and in the outbox: a remark that turns up beside it, or the order of several, would name its writer.
A question of such a round is mailed when it closes, for the same reason; the ballot says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from prioritization.models import Ballot, Remark, VotingRound
from roadmap.models import Feature
from stakeholders.access import EDIT
from stakeholders.models import Round, Seat


@dataclass(frozen=True, slots=True)
class ShownRemark:
    """A remark as it is shown; `who` and `department` are empty where the round keeps them secret."""

    remark: Remark
    who: str = ""
    department: str = ""

    @property
    def is_question(self) -> bool:
        return self.remark.kind == Remark.Kind.QUESTION

    @property
    def text(self) -> str:
        return self.remark.text

    @property
    def at(self) -> datetime:
        return self.remark.arrived_at

    @property
    def feature(self) -> Feature | None:
        return self.remark.feature


def remarks_about(feature: Feature, *, seen_by: Seat) -> list[ShownRemark]:
    """Return what was said about a feature in all rounds that were not withdrawn, the latest first; one query.

    Managers see all of it. Others see it where the round names its voters to everybody, and only the names that it
    shows. Whether an open round hides everything from them is asked before (`access.hiding_round`).
    """
    found = _of(Remark.objects.filter(feature=feature, round__cancelled_at=None))
    return [each for each in found if seen_by.reaches(EDIT) or _names_to_all(each.remark.round)]


def count_about(feature: Feature, *, seen_by: Seat) -> int:
    """Return how many remarks `remarks_about` would; one query."""
    found = Remark.objects.filter(feature=feature, round__cancelled_at=None)
    if not seen_by.reaches(EDIT):
        found = found.filter(round__voting__secrecy=VotingRound.Secrecy.NAMED)
    return found.count()


def remarks_in(round: Round) -> list[ShownRemark]:
    """Return what was said in a voting round, the latest first, for those who run it; one query. See `are_held_back`."""
    return _of(Remark.objects.filter(round=round))


def own_remarks(ballot: Ballot, feature_id: int | None) -> list[Remark]:
    """Return what this person has said on this ballot about a feature, or about the whole of it, in order; one query.

    Nothing to whoever stands in for them.
    """
    invitation = ballot.invitation
    if invitation.standing_in is not None:
        return []
    return list(Remark.objects.filter(round=invitation.round_id, seat=invitation.seat_id, feature=feature_id))


def asker_of(remark: Remark) -> Seat | None:
    """Return who said it; None in an anonymous round."""
    return None if is_anonymous(remark.round) else remark.seat


def are_held_back(round: Round) -> bool:
    """Whether what is said in a round shows to nobody yet."""
    return is_anonymous(round) and round.is_open and round.voting.revealed_at is None


def _of(remarks) -> list[ShownRemark]:
    rows = remarks.select_related("round__voting", "seat__user", "seat__department", "feature__product")
    shown = [_shown(each) for each in rows.order_by("-arrived_at", "-pk") if not are_held_back(each.round)]
    return [each for each in shown if each.who] + sorted(
        (each for each in shown if not each.who), key=lambda each: each.text
    )


def _shown(remark: Remark) -> ShownRemark:
    asker = asker_of(remark)
    if asker is None:
        return ShownRemark(remark)
    return ShownRemark(remark, asker.user.get_full_name(), asker.department.name if asker.department else "")


def is_anonymous(round: Round) -> bool:
    return round.voting.secrecy == VotingRound.Secrecy.ANONYMOUS


def _names_to_all(round: Round) -> bool:
    return round.voting.secrecy == VotingRound.Secrecy.NAMED
