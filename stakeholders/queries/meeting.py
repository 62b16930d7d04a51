"""What the projector shows of a round in a meeting: how many have answered, and whether results may be on the wall."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Q

from stakeholders import kinds
from stakeholders.kinds import Conclusion
from stakeholders.models import Reveal, Round
from stakeholders.rules.shares import Segment, segments
from stakeholders.rules.tokens import hash_of

FEWEST = 3
"""With fewer people's answers in it, a result on the wall says whose answers they are."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """One round as the room sees it.

    state       open, counting (the deadline has passed, no outcome yet), closed or cancelled
    reveal      the standing act of a manager by which results show while the round is open
    conclusion  how it stands or ended; only where `shows_results`
    """

    round: Round
    state: str
    asked: int
    answered: int
    started: int
    reveal: Reveal | None
    conclusion: Conclusion | None
    results_url: str

    @property
    def silent(self) -> int:
        return self.asked - self.answered - self.started

    @property
    def shows_results(self) -> bool:
        return self.state == "closed" or (self.reveal is not None and self.has_enough)

    @property
    def has_enough(self) -> bool:
        """Whether so many have begun that what shows names nobody."""
        return self.answered + self.started >= FEWEST

    @property
    def segments(self) -> list[Segment]:
        """The bar of three pieces, which is 1000 wide."""
        return segments({"answered": self.answered, "started": self.started}, self.asked)

    @property
    def etag(self) -> str:
        """A tag made of the facts alone: it changes when the part would look different, and only then."""
        outcome = self.conclusion.sentence if self.conclusion else ""
        facts = [
            self.round.pk, self.round.deadline_at.isoformat(), self.state, self.asked, self.answered, self.started,
            self.reveal.pk if self.reveal else 0, outcome,
        ]  # fmt: skip
        return f'"{hash_of("|".join(map(str, facts)))[:24]}"'


def meeting(round: Round, *, now: datetime) -> Meeting:
    """Return what the projector shows of a round; three queries, and those of the kind's sentence where it shows."""
    kind = kinds.kind_of(round)
    counts = round.invitations.standing().aggregate(
        asked=Count("pk"),
        through=Count("pk", filter=Q(answered_at__isnull=False)),
        begun=Count("pk", filter=Q(answered_at=None, answered__gt=0)),
    )
    found = Meeting(
        round=round,
        state=round.state_at(now),
        asked=counts["asked"],
        answered=counts["through"],
        started=counts["begun"],
        reveal=round.reveals.filter(hidden_at=None).select_related("by__user").first(),
        conclusion=None,
        results_url=kind.results_url(round),
    )
    if not found.shows_results:
        return found
    return replace(found, conclusion=kind.conclusion(round, now))
