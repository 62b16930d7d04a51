"""The outbox: every mail that is due, sent or given up, as a row."""

from __future__ import annotations

from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from stakeholders.models.people import Seat, User
from stakeholders.models.rounds import Round


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> MessageQuerySet:
        return self.filter(sent_at=None, skipped_at=None, failed_at=None)

    def untried_reminders(self) -> MessageQuerySet:
        """Planned reminders that nobody has tried to send yet."""
        return self.waiting().filter(kind=Message.Kind.REMINDER, claimed_at=None)

    def due(self, now: datetime) -> MessageQuerySet:
        return self.waiting().filter(due_at__lte=now)


class Message(models.Model):
    """One mail to one person. It is rendered when it is claimed, so that it tells the truth of that moment."""

    class Kind(models.TextChoices):
        INVITATION = "invitation", _("Invitation")
        REMINDER = "reminder", _("Reminder")
        EXTENSION = "extension", _("New deadline")
        RECEIPT = "receipt", _("Receipt")
        OUTCOME = "outcome", _("Outcome")
        CANCELLED = "cancelled", _("Withdrawn")
        DELEGATION = "delegation", _("Delegation")
        SIGN_IN = "sign-in", _("Sign-in")
        QUESTION = "question", _("Question")
        DISOWNED = "disowned", _("“This was not me”")

    kind = models.CharField(max_length=12, choices=Kind)
    key = models.CharField(
        max_length=120, unique=True, help_text="what makes it one message, however often it is asked for"
    )
    product = models.ForeignKey(
        "roadmap.Product", on_delete=models.CASCADE, null=True, blank=True, related_name="messages"
    )
    round = models.ForeignKey(Round, on_delete=models.CASCADE, null=True, blank=True, related_name="messages")
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, null=True, blank=True, related_name="messages")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="messages")
    facts = models.JSONField(
        default=dict,
        encoder=DjangoJSONEncoder,
        help_text="what the kind of mail needs besides the rows; never a secret",
    )
    message_id = models.CharField(max_length=200, unique=True)
    subject = models.CharField(max_length=250, blank=True, help_text="as rendered when it was claimed")

    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    skipped_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=500, blank=True, help_text="why it was skipped or failed, in words")

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(sent_at=None, skipped_at=None, failed_at=None),
                name="message_waiting_by_due",
            ),
        ]

    def __str__(self) -> str:
        return self.key
