"""Voting rounds, ballots and ratings."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from roadmap.models import Feature
from stakeholders.models import Invitation, Round, Seat

WAITED = "how long it waited in the page for the network, as the page says"


class VotingRound(models.Model):
    """A round that asks for ratings; its criteria and weights are frozen when it opens."""

    class Results(models.TextChoices):
        AFTER_CLOSING = "after-closing", _("when the round has closed")
        AFTER_DONE = "after-done", _("to each person when they are done")

    class Secrecy(models.TextChoices):
        NAMED = "named", _("everybody who sees the results")
        MANAGERS = "managers", _("only those who run the round")
        ANONYMOUS = "anonymous", _("nobody: the round is anonymous")

    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="voting")
    criteria = models.JSONField(
        help_text="list of {key, name, question, low_anchor, high_anchor, is_cost, weight, raters: [department ids]}"
    )
    results = models.CharField(_("results are shown"), max_length=13, choices=Results, default=Results.AFTER_CLOSING)
    secrecy = models.CharField(
        _("who voted how is seen by"),
        max_length=9,
        choices=Secrecy,
        default=Secrecy.MANAGERS,
        help_text="promised to those who vote: a trigger keeps it as it was when the round opened",
    )
    revealed_at = models.DateTimeField(
        null=True, blank=True, help_text="when all its answers began to count: at closing; see rules.secrecy"
    )
    features = models.ManyToManyField(Feature, through="VotingFeature", related_name="voting_rounds")
    frozen_by = models.ForeignKey(
        "ScoreRun",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="the run whose standings were kept as this round's ScoreResults; None: open, or not scored since",
    )

    def __str__(self) -> str:
        return f"voting {self.round_id}"

    @cached_property
    def feature_ids(self) -> frozenset[int]:
        """What is asked about, which stays as it was when the round opened; one query an instance."""
        return frozenset(self.asked.values_list("feature_id", flat=True))

    @property
    def is_anonymous(self) -> bool:
        return self.secrecy == self.Secrecy.ANONYMOUS


class VotingFeature(models.Model):
    """A feature asked about in a voting round."""

    voting = models.ForeignKey(VotingRound, on_delete=models.CASCADE, related_name="asked")
    # Deleted with its round only: a feature that people were asked about can be dropped, not deleted.
    feature = models.ForeignKey(Feature, on_delete=models.RESTRICT, related_name="asked_in")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["voting", "feature"], name="feature_asked_once_a_round")]

    def __str__(self) -> str:
        return f"{self.feature_id} in {self.voting_id}"


class Ballot(models.Model):
    """One seat's ballot in one voting round. `seed` shuffles the features for this person, once and for all."""

    voting = models.ForeignKey(VotingRound, on_delete=models.CASCADE, related_name="ballots")
    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="ballot")
    seed = models.PositiveIntegerField()
    done_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"ballot {self.pk}"


class Rating(models.Model):
    """The rating that stands: one a ballot, feature and criterion. Without value it is “no opinion”.

    While an anonymous round is open, what is counted is not the rating but its `shown_value`: see rules.secrecy.
    """

    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="ratings")
    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="ratings")
    criterion = models.CharField(max_length=20)
    value = models.PositiveSmallIntegerField(null=True)
    entered_by = models.ForeignKey(
        Seat,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="the delegate or manager who gave it in the person's place; empty: the person",
    )
    arrived_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True, blank=True, help_text="when an anonymous rating came out with its batch")
    shown_value = models.PositiveSmallIntegerField(null=True, help_text="what it was then")
    waited_ms = models.PositiveIntegerField(default=0, help_text=WAITED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ballot", "feature", "criterion"], name="one_rating_a_cell"),
            models.CheckConstraint(
                condition=models.Q(value=None) | models.Q(value__range=(1, 5)), name="rating_is_1_to_5"
            ),
        ]
        indexes = [models.Index(fields=["feature", "criterion"], name="rating_by_cell")]

    def __str__(self) -> str:
        return f"{self.feature_id}.{self.criterion} = {self.value}"

    @property
    def given_at(self) -> datetime:
        """When it was tapped: before it arrived by as long as it waited."""
        return self.arrived_at - timedelta(milliseconds=self.waited_ms)


class RatingChange(models.Model):
    """Every rating as it came in. Append-only."""

    ballot = models.ForeignKey(Ballot, on_delete=models.PROTECT, related_name="changes")
    feature_id = models.BigIntegerField()
    criterion = models.CharField(max_length=20)
    value = models.PositiveSmallIntegerField(null=True)
    entered_by = models.ForeignKey(
        Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="as in Rating"
    )
    arrived_at = models.DateTimeField()
    waited_ms = models.PositiveIntegerField(default=0, help_text=WAITED)
    nonce = models.CharField(
        max_length=40, blank=True, help_text="of the tap or the form, so that a repeated request is one answer"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ballot", "nonce", "feature_id", "criterion"],
                condition=~models.Q(nonce=""),
                name="one_rating_change_a_nonce",
            )
        ]
        indexes = [models.Index(fields=["ballot", "feature_id"], name="rating_change_by_ballot")]

    def __str__(self) -> str:
        return f"{self.feature_id}.{self.criterion} = {self.value}"
