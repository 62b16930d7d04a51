"""The activity log: who did what, when. Append-only; it holds seat ids, never names."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class Verb(models.TextChoices):
    CREATED = "created", _("created")
    CHANGED = "changed", _("changed")
    DELETED = "deleted", _("deleted")
    IMPORTED = "imported", _("imported")
    UNDID_IMPORT = "undid-import", _("undid the import of")
    INVITED = "invited", _("invited")
    REMOVED = "removed", _("removed")
    OPENED = "opened", _("opened")
    REMINDED = "reminded", _("reminded")
    EXTENDED = "extended", _("extended")
    CLOSED = "closed", _("closed")
    CANCELLED = "cancelled", _("withdrew")
    STOOD_IN = "stood-in", _("answered for")
    ENTERED = "entered", _("entered the answers of")
    DELEGATED = "delegated", _("asked somebody else to answer for them in")
    APPROVED = "approved", _("let in the delegate of")
    DECLINED = "declined", _("did not let in the delegate of")
    REVEALED = "revealed", _("showed the room how it stands in")
    HID = "hid", _("hid again how it stands in")
    VOTED = "voted", _("voted in")
    COMMENTED = "commented", _("left a comment in")
    ASKED = "asked", _("asked a question in")
    PLANNED = "planned", _("planned")
    UNPLANNED = "unplanned", _("took out of the plan")
    MOVED = "moved", _("moved")
    DECIDED = "decided", _("decided about")
    PUBLISHED = "published", _("published")
    ANSWERED = "answered", _("answered")
    SHARED = "shared", _("shared")
    REVOKED = "revoked", _("revoked")
    COPIED_LINK = "copied-link", _("copied the link of")
    SENT_AGAIN = "sent-again", _("sent again the mail to")
    ENDED_LINK = "ended-link", _("ended the link of")
    NO_REMINDERS = "no-reminders", _("wants no reminders of")
    REMINDERS_AGAIN = "reminders-again", _("wants reminders again of")
    DISOWNED = "disowned", _("says that an answer was not theirs in")


class ActivityQuerySet(models.QuerySet["Activity"]):
    def about(self, kind: str, pk: int) -> ActivityQuerySet:
        return self.filter(object_kind=kind, object_id=pk)


class Activity(models.Model):
    """One thing that happened. `by_seat` is None when Accord did it by itself."""

    product = models.ForeignKey("roadmap.Product", on_delete=models.CASCADE, related_name="activity")
    at = models.DateTimeField()
    by_seat = models.BigIntegerField(null=True, blank=True)
    verb = models.CharField(max_length=16, choices=Verb)
    object_kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField(null=True, blank=True)
    object_label = models.CharField(
        max_length=200, blank=True, help_text="a key or title as it was; never a person's name"
    )
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "activity"
        indexes = [
            models.Index(fields=["product", "-at"], name="activity_by_product"),
            models.Index(fields=["object_kind", "object_id", "-at"], name="activity_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_kind} {self.object_id}"
