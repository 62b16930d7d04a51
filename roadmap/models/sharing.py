"""Links by which others read a roadmap."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from roadmap.models.products import Product
from roadmap.models.versions import Version
from stakeholders.models import Link, Seat


class ShareLink(models.Model):
    """A link that shows one version, or always the latest, to an audience."""

    link = models.OneToOneField(Link, on_delete=models.CASCADE, related_name="share")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="share_links")
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, blank=True, help_text="empty: always the latest"
    )
    audience = models.CharField(_("for whom"), max_length=120)
    summary = models.TextField(_("what it says above the drawing"), blank=True, max_length=1000)
    shows_names = models.BooleanField(_("show who answered"), default=False)
    shows_sizes = models.BooleanField(
        _("show sizes and capacity"),
        default=False,
        help_text="of features and releases, and the rank; no score or vote",
    )
    password = models.CharField(max_length=128, blank=True, help_text="hashed")
    created_by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    last_used_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"share for {self.audience}"
