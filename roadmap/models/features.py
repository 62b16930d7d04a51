"""Features: what they are, whom they serve, what they need, what they cost, and where they stand."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from roadmap.models.products import Objective, Product
from roadmap.models.schedule import Release, Team
from stakeholders.models import Seat


class FeatureQuerySet(models.QuerySet["Feature"]):
    def planned(self) -> FeatureQuerySet:
        """Features that have a place on the roadmap: a release, a start, an end, or "later"."""
        return self.exclude(release=None, starts_on=None, ends_on=None, precision__in=["day", "month", "quarter"])

    def alive(self) -> FeatureQuerySet:
        """Features that can still be decided about: neither shipped nor dropped."""
        return self.exclude(status__in=[Feature.Status.SHIPPED, Feature.Status.DROPPED])


class Feature(models.Model):
    """Something that may be built. Its key is the product's key and its number: BCN-175."""

    class Status(models.TextChoices):
        IDEA = "idea", _("Idea")
        CANDIDATE = "candidate", _("Candidate")
        PLANNED = "planned", _("Planned")
        IN_PROGRESS = "in-progress", _("In progress")
        SHIPPED = "shipped", _("Shipped")
        DROPPED = "dropped", _("Dropped")

    class Precision(models.TextChoices):
        DAY = "day", _("day")
        MONTH = "month", _("month")
        QUARTER = "quarter", _("quarter")
        LATER = "later", _("later")

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="features")
    number = models.PositiveIntegerField(editable=False)
    title = models.CharField(_("title"), max_length=200)
    summary = models.CharField(_("summary"), max_length=600, blank=True)
    description = models.TextField(_("description"), blank=True, max_length=20000)
    owner = models.ForeignKey(
        Seat, on_delete=models.SET_NULL, null=True, blank=True, related_name="owned_features", verbose_name=_("owner")
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.CANDIDATE)
    progress = models.FloatField(_("progress"), default=0, validators=[MinValueValidator(0), MaxValueValidator(1)])
    lead_team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="led_features", verbose_name=_("lead team")
    )
    release = models.ForeignKey(
        Release, on_delete=models.SET_NULL, null=True, blank=True, related_name="features", verbose_name=_("release")
    )
    starts_on = models.DateField(_("starts"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    precision = models.CharField(_("known to the"), max_length=8, choices=Precision, default=Precision.DAY)
    external_key = models.CharField(_("key elsewhere"), max_length=80, blank=True)
    edition = models.PositiveIntegerField(default=1, help_text="raised by every edit; two editors can't both win")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(
        Seat, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    objectives = models.ManyToManyField(Objective, through="Contribution", related_name="features")
    needs = models.ManyToManyField("self", through="Dependency", symmetrical=False, related_name="needed_by")

    objects = FeatureQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["product", "number"], name="feature_number_unique_in_product"),
            models.UniqueConstraint(
                fields=["product", "external_key"],
                condition=~models.Q(external_key=""),
                name="feature_external_key_unique_in_product",
            ),
            models.CheckConstraint(
                condition=models.Q(progress__gte=0, progress__lte=1), name="feature_progress_is_a_share"
            ),
            models.CheckConstraint(
                condition=models.Q(starts_on=None)
                | models.Q(ends_on=None)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="feature_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["product", "status"], name="feature_by_status"),
            models.Index(fields=["product", "release"], name="feature_by_release"),
            models.Index(fields=["product", "title"], name="feature_by_title"),
            models.Index(fields=["product", "-updated_at"], name="feature_by_update"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def key(self) -> str:
        """The name people call it by, such as BCN-175; needs the product loaded."""
        return f"{self.product.key}-{self.number}"


class Contribution(models.Model):
    """How much a feature does for an objective; the strongest one is the feature's lane."""

    class Strength(models.TextChoices):
        SOME = "some", _("some")
        STRONG = "strong", _("strong")
        DIRECT = "direct", _("direct")

    SHARE = {Strength.SOME: 1 / 3, Strength.STRONG: 2 / 3, Strength.DIRECT: 1.0}

    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="contributions")
    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="contributions")
    strength = models.CharField(_("strength"), max_length=6, choices=Strength, default=Strength.DIRECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feature", "objective"], name="one_contribution_a_feature_and_objective")
        ]

    def __str__(self) -> str:
        return f"{self.feature_id} → {self.objective_id}: {self.strength}"

    @property
    def share(self) -> float:
        """The strength as a number in [0, 1]: 1/3, 2/3 or 1."""
        return self.SHARE[self.Strength(self.strength)]


class Dependency(models.Model):
    """`feature` can't start before `needs` has ended."""

    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="dependencies")
    needs = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="dependents")

    class Meta:
        verbose_name_plural = "dependencies"
        constraints = [
            models.UniqueConstraint(fields=["feature", "needs"], name="one_dependency_a_pair"),
            models.CheckConstraint(condition=~models.Q(feature=models.F("needs")), name="feature_does_not_need_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.feature_id} needs {self.needs_id}"


class Relation(models.Model):
    """Two features that have to do with each other, in no order; stored with the lower id first."""

    first = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="relations_as_first")
    second = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="relations_as_second")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_relation_a_pair"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="relation_lower_id_first"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} – {self.second_id}"


class Effort(models.Model):
    """What a feature costs a team, in person-days: low, likely, high."""

    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="efforts")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="efforts")
    low = models.FloatField(_("low"), validators=[MinValueValidator(0)])
    likely = models.FloatField(_("likely"), validators=[MinValueValidator(0)])
    high = models.FloatField(_("high"), validators=[MinValueValidator(0)])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feature", "team"], name="one_effort_a_feature_and_team"),
            models.CheckConstraint(
                condition=models.Q(low__gte=0, likely__gte=models.F("low"), high__gte=models.F("likely")),
                name="effort_low_likely_high",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.feature_id} costs {self.team_id} {self.likely:g} d"


class Standing(models.Model):
    """Where a feature stands in the ranking. Cached: written by prioritization alone, only when it changed.

    All figures of a product's standings belong to its latest ScoreRun together; `run` is the one that wrote this row, at
    most the latest. A page that read a run and finds a standing with a later one has read two: it reads again. Without
    votes a row has None everywhere; shipped and dropped features keep their score and have no rank, tier or chance.
    Intervals hold 90 %. Surely above a cut after the first k: `rank_high <= k`; surely below: `rank_low > k`; else contested.
    """

    feature = models.OneToOneField(Feature, on_delete=models.CASCADE, related_name="standing")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    run = models.BigIntegerField(help_text="the ScoreRun that wrote it")
    score = models.FloatField(null=True, help_text="0..100; None: no votes")
    score_low = models.FloatField(null=True, help_text="0..100; with the doubt about the level that all scores share")
    score_high = models.FloatField(null=True)
    variance = models.FloatField(
        null=True, help_text="of the score, points squared, to compare two; without that doubt"
    )
    benefit = models.FloatField(
        null=True, help_text="0..100, the score without effort, which is the planner's value; None: effort weighs all"
    )
    rank = models.PositiveIntegerField(null=True, help_text="1 is first; None: not ranked")
    rank_low = models.PositiveIntegerField(null=True, help_text="the best plausible rank; None: not ranked")
    rank_high = models.PositiveIntegerField(null=True, help_text="the worst plausible rank")
    tier = models.PositiveIntegerField(null=True, help_text="1 is the best; within a tier it is too close to call")
    cut_chance = models.FloatField(
        null=True, help_text="P(among the first k) in [0, 1]; k stands in the run's `used`, `cut`"
    )
    votes = models.PositiveIntegerField(default=0, help_text="people with at least one rating")
    effective = models.FloatField(
        null=True, help_text="effective number of voters: the criteria's own, averaged by their weights"
    )
    split = models.FloatField(null=True, help_text="weighted polarization in [0, 1]; None: too few votes")
    vote_value = models.FloatField(null=True, help_text="what one more vote is worth (EVSI), in score points")
    heat = models.FloatField(null=True, help_text="how much it deserves a talk, 0..1: uncertain and contested")
    apart = models.JSONField(
        null=True,
        help_text="the criterion and the two departments that stand furthest apart: criterion, low, high (department "
        "ids, None: those without), low_mean, high_mean (1..5, drawn toward the feature's mean), z; None: nobody to differ",
    )
    criteria = models.JSONField(
        default=dict,
        help_text="criterion key -> mean (weighted, rating style taken out; None: nobody rated), raw (as rated), "
        "pulled (toward the average), low and high (90 % of pulled; 1..5), variance (of pulled), votes, effective, "
        "split (polarization 0..1; None: too few)",
    )

    class Meta:
        indexes = [
            models.Index(fields=["product", "rank"], name="standing_by_rank"),
            models.Index(fields=["product", "-score"], name="standing_by_score"),
        ]

    def __str__(self) -> str:
        return f"{self.feature_id}: {self.rank}"
