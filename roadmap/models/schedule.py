"""Who builds and when: teams, releases, milestones, and how many days each team has in each release."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from roadmap.models.products import Product


class Team(models.Model):
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint("product", Lower("name"), name="team_name_unique_in_product")]

    def __str__(self) -> str:
        return self.name


class Release(models.Model):
    """A span of time that ends with something shipped; both days belong to it."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="releases")
    name = models.CharField(_("name"), max_length=60)
    starts_on = models.DateField(_("starts"))
    ends_on = models.DateField(_("ships"))

    class Meta:
        ordering = ["ends_on", "pk"]
        constraints = [
            models.UniqueConstraint("product", Lower("name"), name="release_name_unique_in_product"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="release_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Milestone(models.Model):
    """A day that matters and is not a release: an audit, a fair."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="milestones")
    name = models.CharField(_("name"), max_length=60)
    on = models.DateField(_("day"))

    class Meta:
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return self.name


class Capacity(models.Model):
    """How many person-days a team has in a release."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="capacities")
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="capacities")
    days = models.FloatField(_("person-days"), validators=[MinValueValidator(0)])

    class Meta:
        verbose_name_plural = "capacities"
        constraints = [
            models.UniqueConstraint(fields=["team", "release"], name="one_capacity_a_team_and_release"),
            models.CheckConstraint(condition=models.Q(days__gte=0), name="capacity_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.team} in {self.release}: {self.days:g} d"
