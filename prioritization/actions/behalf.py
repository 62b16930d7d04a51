"""A manager enters the answers that a person gave by word of mouth.

Who can't open a ballot says their answers on the phone or in the room. They count, under two names: every such rating says
who typed it, on the manager's page, in the person's mail and in the history. The person is mailed what was entered with
their link, and whatever they answer themselves replaces it, even if it was on its way before. Where they, or whom they
named, have answered already, nothing can be entered. An anonymous round has none of this: what a manager types, a manager
knows. Confirmations have none either: see roadmap.actions.confirming.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from prioritization.actions.ballots import Answers, Saved, save_sheet
from prioritization.models import Ballot, VotingRound
from stakeholders.actions import outbox
from stakeholders.activity import record
from stakeholders.models import Message, Seat, Verb


class NotForOthers(ValidationError):
    """The round lets nobody enter answers for others."""


def enter_answers(ballot: Ballot, sheet: Mapping[int, Answers], *, by: Seat, arrived: datetime) -> Saved:
    """Write what a person said, typed in by a manager, mail it to the person and log it: all of that, or nothing.

    sheet    feature id -> criterion -> 1..5, or None for "no opinion"
    arrived  `clock.arrived_at()`, taken before anything else

    The same answers again change nothing and mail nothing. Raises NotForOthers in an anonymous round and for one's own
    ballot, OwnAnswerStands where the person or their delegate has answered otherwise, and what `save_sheet` raises.
    """
    invitation = ballot.invitation
    if ballot.voting.secrecy == VotingRound.Secrecy.ANONYMOUS:
        raise NotForOthers(_("This round is anonymous: nobody can enter answers for others."))
    if invitation.seat_id == by.pk:
        raise NotForOthers(_("That is your own ballot: open it by your own link."))
    return save_sheet(
        ballot, sheet, arrived=arrived, entered_by=by, tell=partial(_tell, ballot, sorted(sheet), by=by, at=arrived)
    )


def _tell(ballot: Ballot, features: list[int], changed: int, *, by: Seat, at: datetime) -> None:
    """Mail the person what was entered, and log it."""
    invitation = ballot.invitation
    latest = ballot.changes.order_by("-pk").values_list("pk", flat=True).first() or 0
    outbox.queue(
        Message.Kind.RECEIPT,
        invitation.round,
        [invitation],
        due_at=at,
        now=at,
        name=f"entered-{latest}",
        facts={"entered_by": by.pk, "features": features},
    )
    record(by, Verb.ENTERED, invitation.round, at=at, seat=invitation.seat_id, answers=changed)
