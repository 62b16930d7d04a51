"""Personal links, the rights a browser got through one, and tokens for programs."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from stakeholders.models.delegations import Delegation
from stakeholders.models.people import Seat, User
from stakeholders.models.rounds import Round
from stakeholders.rules.tokens import public_id


class Link(models.Model):
    """A secret address. Only the secret's hash is kept; `kind` stands in every look-up."""

    class Kind(models.TextChoices):
        SEAT = "seat", _("seat link")
        DELEGATE = "delegate", _("delegate’s link")
        SHARE = "share", _("share link")
        SIGN_IN = "sign-in", _("sign-in link")
        SET_UP = "set-up", _("set-up link")
        UNSUBSCRIBE = "unsubscribe", _("unsubscribe link")
        NOT_ME = "not-me", _("“this was not me” link")

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    generation = models.PositiveIntegerField(default=1)
    secret_hash = models.CharField(max_length=64, unique=True)
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, null=True, blank=True, related_name="links")
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="links")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, null=True, blank=True, related_name="links")
    delegation = models.OneToOneField(
        Delegation,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="link",
        help_text="delegate’s links only",
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True, help_text="single-use kinds only: the one time it was used")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "round"], condition=models.Q(kind="seat"), name="one_seat_link_a_round"
            ),
            models.UniqueConstraint(
                fields=["kind", "seat", "round"],
                condition=models.Q(kind__in=["unsubscribe", "not-me"]),
                name="one_link_of_a_kind_a_seat_and_round",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    def is_live_at(self, now: datetime) -> bool:
        """Neither revoked nor expired; says nothing of the round."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Grant(models.Model):
    """The right of one browser to answer as one seat in one round, got by pressing a link's button."""

    browser_hash = models.CharField(max_length=64)
    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="grants")
    generation = models.PositiveIntegerField(help_text="the link's generation when the button was pressed")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["browser_hash", "link"], name="one_grant_a_browser_and_link")]

    def __str__(self) -> str:
        return f"grant of {self.link_id}"


class ApiToken(models.Model):
    """A key for programs: `acc_<key>.<secret>`, of which only the secret's hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("what it is for"), max_length=80)
    key = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    secret_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"acc_{self.key}"
