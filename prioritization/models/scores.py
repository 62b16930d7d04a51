"""Tallies of ratings, and the runs of the scoring engine."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from roadmap.models import Feature, Product
from stakeholders.models import Department, Round, Seat


class Tally(models.Model):
    """How many people of a department gave a feature a value on a criterion: all that scoring needs of the ratings.

    It counts each seat's latest rating. `weight_sum` and `weight_square_sum` are of the seats' weights a_u (METHODS b).
    Beside the criteria's rows stands one a feature and department with criterion PEOPLE: how many people of it gave the
    feature a value on at least one criterion.
    """

    PEOPLE = ""

    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="tallies")
    criterion = models.CharField(max_length=20)
    department = models.ForeignKey(Department, on_delete=models.CASCADE, null=True, related_name="+")
    value = models.PositiveSmallIntegerField(null=True, help_text="1..5; None counts “no opinion”")
    votes = models.PositiveIntegerField()
    counted = models.PositiveIntegerField(default=0, help_text="of them, those of seats whose weight is above 0")
    weight_sum = models.FloatField()
    weight_square_sum = models.FloatField()

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(
                "feature", "criterion", Coalesce("department", 0), Coalesce("value", 0), name="one_tally_a_cell"
            )
        ]

    def __str__(self) -> str:
        return f"{self.feature_id}.{self.criterion}: {self.votes} × {self.value}"


class ScoreRun(models.Model):
    """One run of the scoring engine over a product: what went in, what was used, when.

    What `used` holds, beside `split` (how many ranked features are split) and `beta`:

    priors        criterion -> mu, k, s2, tau2 (METHODS c2, c3), is_fallback
    departments   department id as text -> weight
    rating_style  whether it was taken out; `coverage` is the share of cells rated, `voters` how many people rated
    between       criterion -> tb2, variance between voters' levels; their own are in VoterCheck
    correlation   C, a row a criterion in their order (c6)
    level         L, doubt about the level that all scores share, points squared (c7)
    draws         B, how many times the scores were drawn for ranks and chances
    cut           k, and the release whose capacity ends there: its id, or None where no release has a capacity and k is
                  the upper third
    tiers, contested, hot  how many tiers; features neither surely above nor surely below the cut; with heat
    alpha, concordance     criterion -> Krippendorff's alpha, Kendall's W with `raters` and `features`; None: undefined
    effective     mean effective number of voters of the ranked features
    effort        key of the criterion that is left out of the benefit; None: there is none
    largest_share the cap on a voter's share, and `capped`, in how many cells it held somebody back
    robust        written by the sweep, as is concordance: trimmed, median -> tau (Kendall's, with the ranking), entering and leaving the first k (feature ids)
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="score_runs")
    at = models.DateTimeField()
    seed = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the inputs; equal inputs are not scored twice")
    criteria = models.JSONField(help_text="criteria and normalised weights that were used")
    used = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="what was estimated and set; see above")
    ranked = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["product", "-at"], name="score_run_latest")]

    def __str__(self) -> str:
        return f"run {self.pk}"

    @property
    def cut_after(self) -> int:
        """After how many ranks its line is drawn; 0 where it lets in all that are ranked, or none."""
        k: int = (self.used.get("cut") or {}).get("k") or 0
        return k if k < self.ranked else 0


class ScoringTerms(models.Model):
    """How a product's scores are made, where that is not as usual. A product without a row uses the defaults."""

    product = models.OneToOneField(Product, on_delete=models.CASCADE, related_name="scoring_terms")
    takes_out_style = models.BooleanField(
        _("take out rating style"), default=True, help_text="while fewer than 80 % of the cells are rated"
    )
    largest_share = models.FloatField(
        _("largest share of one voter"),
        default=0.5,
        validators=[MinValueValidator(0.05), MaxValueValidator(1)],
        help_text="of the weight behind one feature and criterion, from three voters up; in (0, 1]",
    )

    class Meta:
        verbose_name_plural = "scoring terms"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(largest_share__gt=0, largest_share__lte=1), name="largest_share_is_a_share"
            )
        ]

    def __str__(self) -> str:
        return f"terms of {self.product_id}"


class VoterCheck(models.Model):
    """What the latest run found about one voter's ratings. For managers; nothing follows from it by itself.

    flags  a list of {"kind": one of Flag, ...its evidence}; rules.flags says what each means
    """

    class Flag(models.TextChoices):
        STRAIGHT = "straight", _("gave one value throughout")
        EXTREME = "extreme", _("kept to the ends of the scale where others did not")
        ODD = "odd", _("rated unlike anybody else")
        BLOC = "bloc", _("rated exactly like another person")
        PUSH = "push", _("raised their own department’s features and lowered the others’")

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="+")
    run = models.BigIntegerField(help_text="the ScoreRun that wrote it")
    ratings = models.PositiveIntegerField(help_text="how many cells this person rated")
    style = models.JSONField(
        default=dict, help_text="criterion -> how many rating points higher than others; read as that much lower; or {}"
    )
    influence = models.FloatField(help_text="sum over features of |score with − score without them|, points")
    bound = models.FloatField(help_text="the most that they alone can move any one score, points")
    flags = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "seat"], name="one_check_a_voter")]

    def __str__(self) -> str:
        return f"check of seat {self.seat_id}"


class ScoreResult(models.Model):
    """A feature's standing as a closed voting round left it: written once, by the first run after the closing.

    The fields mean what they mean in roadmap's Standing, and are all of its: with `run.used` a score can be added up
    again years later. Read in the order of rounds they are a feature's score history.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="results")
    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="results")
    run = models.ForeignKey(ScoreRun, on_delete=models.CASCADE, related_name="results")
    score = models.FloatField()
    score_low = models.FloatField()
    score_high = models.FloatField()
    benefit = models.FloatField(null=True)
    rank = models.PositiveIntegerField(null=True)
    rank_low = models.PositiveIntegerField(null=True)
    rank_high = models.PositiveIntegerField(null=True)
    tier = models.PositiveIntegerField(null=True)
    votes = models.PositiveIntegerField()
    effective = models.FloatField()
    split = models.FloatField(null=True)
    variance = models.FloatField(null=True)
    cut_chance = models.FloatField(null=True)
    vote_value = models.FloatField(null=True)
    heat = models.FloatField(null=True)
    apart = models.JSONField(null=True)
    criteria = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "feature"], name="one_result_a_round")]

    def __str__(self) -> str:
        return f"{self.feature_id} after {self.round_id}: {self.rank}"


class ScoreRequest(models.Model):
    """A product whose scores are out of date: due work is a row. One a product; the worker deletes what it has done."""

    product = models.OneToOneField(Product, on_delete=models.CASCADE, related_name="score_request")
    asked_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    is_new = models.BooleanField(
        default=True, help_text="whether anybody has asked since it was last taken; whoever sets it sets attempts to 0"
    )
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="how often it was taken since it was last asked, and no run came of it"
    )
    why = models.CharField(max_length=300, blank=True, help_text="of the last attempt: the error")

    MOST_ATTEMPTS = 5
    """Taken so often in vain, it is parked: see actions.scores."""

    def __str__(self) -> str:
        return f"score {self.product_id}"

    @property
    def is_parked(self) -> bool:
        return self.attempts >= self.MOST_ATTEMPTS


class CountRequest(models.Model):
    """A feature whose ratings changed and whose tallies are to be counted anew: due work is a row.

    Many a feature, and each vote adds its own, so that nobody who votes waits for another; whoever counts deletes them.
    """

    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="count_requests")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="count_requests")

    def __str__(self) -> str:
        return f"count {self.feature_id}"


class RatingStamp(models.Model):
    """Which state a feature's ratings are in: another number whenever they changed and were counted.

    Whoever keeps what it read of a product's ratings sees by these what to read again. Random, because a row that was
    rolled back must not come again with the same number and other votes.
    """

    feature = models.OneToOneField(Feature, on_delete=models.CASCADE, related_name="rating_stamp")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    stamp = models.BigIntegerField()

    def __str__(self) -> str:
        return f"ratings of {self.feature_id}"
