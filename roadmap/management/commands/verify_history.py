"""Checks every published version and every closed confirmation; exits 1 and names the first bad row of each product."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from roadmap.models import Product
from roadmap.queries.history import closed_confirmations, first_fault


class Command(BaseCommand):
    help = "Check that no published version, answer or outcome was changed afterwards."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="*", help="products to check; all of them by default")

    def handle(self, *args: Any, **options: Any) -> None:
        products = Product.objects.filter(purge_started_at=None).order_by("name")
        if options["slug"]:
            products = products.filter(slug__in=options["slug"])
            if missing := set(options["slug"]) - {product.slug for product in products}:
                raise CommandError(f"No product is called {', '.join(sorted(missing))}.")
        faults = []
        for product in products:
            if fault := first_fault(product):
                faults.append(f"{product.name}, {fault.where}: {fault.what}.")
            else:
                versions, closed = product.versions.count(), len(closed_confirmations(product))
                self.stdout.write(
                    f"{product.name}: {_count(versions, 'version')}, {_count(closed, 'closed confirmation')}, "
                    "nothing was changed."
                )
        if faults:
            raise CommandError("\n".join(faults))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
