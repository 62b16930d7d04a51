"""Loads Beacon, the sample product."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from prioritization.actions.sample import load_sample
from roadmap.models import Product
from stakeholders import clock


class Command(BaseCommand):
    help = "Load the sample product, Beacon. Loading it again changes nothing."

    def handle(self, *args, **options) -> None:
        was_there = Product.objects.filter(is_sample=True, purge_started_at=None).exists()
        product = load_sample(now=clock.now())
        if options["verbosity"]:
            sentence = _("%(name)s is there already.") if was_there else _("%(name)s is loaded.")
            self.stdout.write(sentence % {"name": product.name})
