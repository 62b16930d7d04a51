"""The one deadline machine: rounds, their extensions and invitations."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from stakeholders.models.people import Department, Seat
from stakeholders.rules.tokens import public_id
from stakeholders.rules.weights import HEAVIEST
from stakeholders.zones import validate_zone


class RoundQuerySet(models.QuerySet["Round"]):
    def open(self) -> RoundQuerySet:
        """Opened, neither closed nor cancelled (the deadline may have passed: then they are counting)."""
        return self.filter(opened_at__isnull=False, closed_at=None, cancelled_at=None)

    def due(self, now: datetime) -> RoundQuerySet:
        """Open rounds whose deadline, and that of everyone who got more time, is at or before `now`."""
        return self.open().filter(deadline_at__lte=now).exclude(last_deadline_at__gt=now)


class Round(models.Model):
    """People are asked something until a deadline. What is asked is the kind's business (stakeholders.kinds)."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    product = models.ForeignKey("roadmap.Product", on_delete=models.CASCADE, related_name="rounds")
    kind = models.CharField(max_length=20)
    title = models.CharField(_("title"), max_length=160)
    note = models.TextField(_("what people should know"), blank=True, max_length=2000)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")

    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, related_name="+")
    deadline_at = models.DateTimeField(_("deadline"))
    zone = models.CharField(_("time zone"), max_length=64, validators=[validate_zone])
    wall_time = models.CharField(
        max_length=19, help_text="as entered: 2026-11-27T17:00, or 2026-11-27 for the end of that day"
    )

    # cached, written by actions.rounds
    last_deadline_at = models.DateTimeField(
        null=True, blank=True, help_text="the latest of the deadlines that single people got; empty while all have one"
    )

    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_why = models.CharField(max_length=500, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    cancelled_why = models.CharField(max_length=500, blank=True)
    outcome = models.JSONField(
        null=True, blank=True, encoder=DjangoJSONEncoder, help_text="written once, when it closes"
    )

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at=None) | models.Q(cancelled_at=None),
                name="round_closed_or_cancelled_not_both",
            ),
            models.CheckConstraint(
                condition=models.Q(opened_at=None) | models.Q(deadline_at__gt=models.F("opened_at")),
                name="round_deadline_after_opening",
            ),
        ]
        indexes = [
            models.Index(
                fields=["deadline_at"],
                condition=models.Q(closed_at=None, cancelled_at=None),
                name="round_open_by_deadline",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Opened and neither closed nor cancelled. It takes answers only while the clock is before the deadline."""
        return self.opened_at is not None and self.closed_at is None and self.cancelled_at is None

    def takes_answers_at(self, now: datetime) -> bool:
        """Whether everyone asked may answer. Someone who got more time may longer: see Invitation."""
        return self.is_open and now < self.deadline_at

    def state_at(self, now: datetime) -> str:
        """Return open (takes answers), counting (the deadline has passed, no outcome yet), closed or cancelled."""
        if self.cancelled_at:
            return "cancelled"
        if self.closed_at:
            return "closed"
        return "open" if self.takes_answers_at(now) else "counting"

    @property
    def closes_at(self) -> datetime:
        """When the last of those asked has no time left: before that, and the grace, it does not close by itself."""
        return max(self.deadline_at, self.last_deadline_at or self.deadline_at)

    @property
    def is_date_only(self) -> bool:
        """Whether the deadline was entered as a day, so that it ends with that day."""
        return "T" not in self.wall_time

    @property
    def deadline_local(self) -> datetime:
        """The deadline in the round's own zone."""
        return self.deadline_at.astimezone(ZoneInfo(self.zone))


class Extension(models.Model):
    """One postponement of a deadline, for everyone or for one seat: from when to when, by whom, and why. Append-only."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="extensions")
    seat = models.ForeignKey(
        Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="empty: for everyone"
    )
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(to_at__gt=models.F("from_at")), name="extension_goes_forward")
        ]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.from_at:%F} → {self.to_at:%F}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def standing(self) -> InvitationQuerySet:
        """Invitations that were not taken back, of people who have not left."""
        return self.filter(removed_at=None, seat__left_at=None)

    def silent(self) -> InvitationQuerySet:
        return self.standing().filter(answered_at=None)


class Invitation(models.Model):
    """A seat asked in a round. Weight and department are as they were when the round opened."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="invitations")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="invitations")
    is_required = models.BooleanField(default=True)
    weight = models.FloatField(default=1)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    extended_to = models.DateTimeField(
        null=True, blank=True, help_text="a deadline of this person's own; the later of it and the round's counts"
    )
    opened_at = models.DateTimeField(null=True, blank=True, help_text="first time the person pressed the link's button")
    no_reminders_at = models.DateTimeField(
        null=True, blank=True, help_text="when the person said that they want no reminders of this round"
    )
    disowned_at = models.DateTimeField(
        null=True, blank=True, help_text="when the person said that an answer was not theirs; a new link clears it"
    )

    # written by the upper apps
    asked = models.PositiveIntegerField(default=0, help_text="cells asked (voting) or 1 (confirming)")
    answered = models.PositiveIntegerField(default=0)
    answered_at = models.DateTimeField(
        null=True, blank=True, help_text="when everything asked had an answer, or “Done” was pressed"
    )
    last_answer_at = models.DateTimeField(null=True, blank=True)

    standing_in: Seat | None = None
    """Not a column: who answers for this person in the request at hand, by a delegation; None is the person."""

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "seat"], name="one_invitation_a_round_and_seat"),
            models.CheckConstraint(condition=models.Q(weight__gte=0), name="invitation_weight_not_negative"),
            models.CheckConstraint(condition=models.Q(weight__lte=HEAVIEST), name="invitation_weight_not_too_big"),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} in {self.round_id}"

    @property
    def answerer(self) -> str:
        """Who answers in the request at hand, and for whom: what a page carries, so that what it sends is theirs."""
        return f"{self.pk}-{self.standing_in.pk}" if self.standing_in else str(self.pk)

    @property
    def deadline_at(self) -> datetime:
        """Until when this person may answer."""
        return max(self.round.deadline_at, self.extended_to or self.round.deadline_at)

    @property
    def has_more_time(self) -> bool:
        return self.deadline_at > self.round.deadline_at

    @property
    def zone(self) -> str:
        return self.round.zone

    @property
    def is_date_only(self) -> bool:
        """Whether the deadline is the end of a day; one of the person's own is, when it falls on midnight."""
        return self.deadline_local.time() == time.min if self.has_more_time else self.round.is_date_only

    @property
    def deadline_local(self) -> datetime:
        """The deadline in the round's own zone."""
        return self.deadline_at.astimezone(ZoneInfo(self.zone))

    def takes_answers_at(self, now: datetime) -> bool:
        """Whether an answer of this person that arrives now is in time."""
        return self.round.is_open and now < self.deadline_at
