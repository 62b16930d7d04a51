"""Somebody else who answers for a person in a round."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from stakeholders.models.people import Seat
from stakeholders.models.rounds import Invitation


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def alive(self) -> DelegationQuerySet:
        """Neither refused by a manager nor taken back: waiting for a manager, or let in."""
        return self.filter(declined_at=None, ended_at=None)

    def let_in(self) -> DelegationQuerySet:
        """Those whose delegate may answer, and holds a seat still."""
        return self.alive().filter(delegate__isnull=False, delegate__left_at=None)

    def to_remind(self) -> DelegationQuerySet:
        """Those whose delegate gets the reminders of the person: let in, and they have not said that they want none."""
        return self.let_in().filter(no_reminders_at=None)


class Delegation(models.Model):
    """A person asked in a round names one delegate (METHODS l: one a round, not transitive, their own answer overrides).

    A colleague is let in at once; an address that no seat has waits for a manager. One that a manager refused does not
    use up the one delegate. Every step is a column of its own, so that the row tells its whole story.
    """

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="delegations")
    delegate = models.ForeignKey(
        Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="delegations", help_text="once let in"
    )
    address = models.EmailField(
        blank=True, help_text="of someone without a seat, while a manager has to decide; emptied by the decision"
    )
    note = models.CharField(max_length=500, blank=True, help_text="what the delegate should know")
    asked_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    declined_at = models.DateTimeField(null=True, blank=True)
    declined_by = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    no_reminders_at = models.DateTimeField(
        null=True, blank=True, help_text="when the delegate said that they want no reminders of the round"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["invitation"], condition=models.Q(declined_at=None), name="one_delegate_a_round"
            ),
            models.CheckConstraint(
                condition=models.Q(delegate=None) | models.Q(address=""), name="delegate_has_no_second_address"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegate_id or 'somebody'} for {self.invitation_id}"

    @property
    def is_pending(self) -> bool:
        """Whether a manager has to decide."""
        return self.delegate_id is None and self.declined_at is None and self.ended_at is None

    @property
    def told_at(self) -> datetime:
        """When the delegate was asked: by the person, or by the manager who let them in."""
        return self.approved_at or self.asked_at

    @property
    def is_let_in(self) -> bool:
        return self.delegate_id is not None and self.declined_at is None and self.ended_at is None
