"""What a manager does to the screen of a meeting: show how an open round stands, and hide it again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from stakeholders.actions.closing import RoundIsClosed, hold_alone
from stakeholders.activity import record
from stakeholders.models import Reveal, Round, Seat, Verb


@transaction.atomic
def reveal_standing(round: Round, *, by: Seat, now: datetime) -> Reveal:
    """Let the projector page of an open round show how it stands; the log says who did, and when.

    What one has seen sways what one gives, so this is an act of its own and never a setting. It widens nobody's rights:
    the page is a manager's, who sees live results anyway. Repeating it changes nothing. Raises RoundIsClosed once the
    round has ended: then there is nothing to reveal, everybody got the outcome.
    """
    round = hold_alone(round)
    if not round.is_open:
        raise RoundIsClosed(round)
    standing, is_new = Reveal.objects.get_or_create(round=round, hidden_at=None, defaults={"by": by, "at": now})
    if is_new:
        record(by, Verb.REVEALED, round, at=now)
    return standing


@transaction.atomic
def hide_standing(round: Round, *, by: Seat, now: datetime) -> None:
    """Take the results off the projector page again. Safe to repeat."""
    round = hold_alone(round)
    if Reveal.objects.filter(round=round, hidden_at=None).update(hidden_at=now):
        record(by, Verb.HID, round, at=now)
