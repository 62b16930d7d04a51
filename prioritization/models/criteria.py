"""By what features are judged."""

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from roadmap.models import Product
from stakeholders.models import Department


class Criterion(models.Model):
    """One question asked about every feature. A product without rows uses the four defaults (rules.criteria)."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="criteria")
    key = models.CharField(max_length=20, validators=[RegexValidator(r"^[a-z][a-z0-9-]*$")])
    name = models.CharField(_("name"), max_length=60)
    question = models.CharField(_("question"), max_length=160, blank=True)
    low_anchor = models.CharField(_("1 means"), max_length=40)
    high_anchor = models.CharField(_("5 means"), max_length=40)
    is_cost = models.BooleanField(_("a cost: 5 is worst"), default=False)
    weight = models.FloatField(
        _("weight"), default=1, validators=[MinValueValidator(0)], help_text="as entered; normalised when used"
    )
    position = models.PositiveIntegerField(default=0)
    raters = models.ManyToManyField(
        Department, blank=True, related_name="+", verbose_name=_("who may rate"), help_text="empty: everybody"
    )

    class Meta:
        verbose_name_plural = "criteria"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["product", "key"], name="criterion_key_unique_in_product"),
            models.CheckConstraint(condition=models.Q(weight__gte=0), name="criterion_weight_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name
