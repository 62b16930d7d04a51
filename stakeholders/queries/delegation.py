"""Who answers for whom in a round, as the pages of the manager and of the person print it."""

from __future__ import annotations

from collections.abc import Collection

from stakeholders.models import Delegation, Invitation, Round


def delegations_of(round: Round) -> list[Delegation]:
    """Return every delegation of a round, the undecided first, then by time; one query."""
    rows = Delegation.objects.filter(invitation__round=round).select_related(
        "delegate__user", "invitation__seat__user", "approved_by__user", "declined_by__user", "ended_by__user"
    )
    return sorted(rows, key=lambda each: (not each.is_pending, each.asked_at))


def delegation_of(invitation: Invitation) -> Delegation | None:
    """Return whom a person named in a round, unless a manager refused it; one query."""
    return invitation.delegations.filter(declined_at=None).select_related("delegate__user", "ended_by__user").first()


def stand_ins_of(round: Round) -> dict[int, Delegation]:
    """Return invitation id -> the delegation by which somebody else gets that person's reminders; one query."""
    rows = Delegation.objects.to_remind().filter(invitation__round=round).select_related("delegate__user")
    return {each.invitation_id: each for each in rows}


def delegates_of(round: Round, seats: Collection[int] | None = None) -> dict[int, int]:
    """Return principal's seat id -> delegate's seat id, of everybody who was ever let in; one query."""
    rows = Delegation.objects.filter(invitation__round=round, delegate__isnull=False)
    if seats is not None:
        rows = rows.filter(invitation__seat__in=seats)
    return dict(rows.values_list("invitation__seat_id", "delegate_id"))
