"""What a product is for: its vision, its objectives and how they are measured."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stakeholders.models import User
from stakeholders.models.people import WEIGHTS
from stakeholders.zones import validate_zone


class ProductQuerySet(models.QuerySet["Product"]):
    def visible_to(self, user: User) -> ProductQuerySet:
        """Products at which this user holds a seat; one that is being deleted is gone already."""
        return self.filter(seats__user=user, seats__left_at=None, purge_started_at=None)


class Product(models.Model):
    """What a roadmap is about. Everything else hangs on it."""

    class Stage(models.TextChoices):
        IDEA = "idea", _("Idea")
        DEVELOPMENT = "development", _("In development")
        INTRODUCTION = "introduction", _("Introduction")
        GROWTH = "growth", _("Growth")
        MATURITY = "maturity", _("Maturity")
        DECLINE = "decline", _("Decline")

    slug = models.SlugField(max_length=60, unique=True)
    key = models.CharField(
        _("key"),
        max_length=8,
        unique=True,
        validators=[
            RegexValidator(r"^[A-Z][A-Z0-9]{1,7}$", _("Two to eight capital letters or digits, for example BCN."))
        ],
    )
    name = models.CharField(_("name"), max_length=80)
    tagline = models.CharField(_("what it is, in a few words"), max_length=120, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.GROWTH)
    vision = models.CharField(_("vision"), max_length=300, blank=True)
    target_market = models.TextField(_("target market"), blank=True, max_length=5000)
    benefits = models.TextField(_("unique benefits"), blank=True, max_length=5000)
    business_case = models.TextField(_("business case"), blank=True, max_length=20000)
    is_sample = models.BooleanField(default=False)
    edition = models.PositiveIntegerField(
        default=1, help_text="raised by every edit of the form; two editors can't both win"
    )
    last_feature_number = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    purge_started_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def today(self, now: datetime) -> date:
        """Return the day that it is at `now` where the product is at home."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()


class Objective(models.Model):
    """What the product is to achieve, with the measure by which one will know."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="objectives")
    letter = models.CharField(
        max_length=1, help_text="A–H gives the colour; shown wherever there is no room for the name"
    )
    name = models.CharField(_("objective"), max_length=120)
    measure = models.CharField(_("measure"), max_length=120, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    baseline = models.FloatField(_("at the start"), null=True, blank=True)
    target = models.FloatField(_("target"), null=True, blank=True)
    current = models.FloatField(_("now"), null=True, blank=True)
    due_on = models.DateField(_("by when"), null=True, blank=True)
    weight = models.FloatField(_("weight"), default=1, validators=WEIGHTS)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["product", "letter"], name="objective_letter_unique"),
            models.CheckConstraint(condition=models.Q(weight__gte=0), name="objective_weight_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_measurable(self) -> bool:
        """Whether one will be able to tell that it was reached."""
        return bool(self.measure) and self.target is not None


class Measurement(models.Model):
    """What an objective's measure read on a day."""

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="measurements")
    measured_on = models.DateField(_("day"))
    value = models.FloatField(_("value"))

    class Meta:
        ordering = ["measured_on"]
        constraints = [models.UniqueConstraint(fields=["objective", "measured_on"], name="one_measurement_a_day")]

    def __str__(self) -> str:
        return f"{self.measured_on}: {self.value}"
