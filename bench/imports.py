"""How long importing the Kubernetes enhancements takes, beside one bulk_create of the same rows.

    ACCORD_REAL_DATA=… python -m bench.imports [--runs 5]

Prints the median of the runs in seconds and its ratio to the bulk_create; exits 1 if it is 10 s or more. It works in
the database that the settings name, in a transaction that is taken back.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from io import StringIO
from pathlib import Path

import django

LIMIT_S = 10.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.db import connection, transaction

    imports, bulks = [], []
    for _ in range(runs):
        with transaction.atomic():
            took, rows = timed_import()
            imports.append(took)
            bulks.append(timed_bulk_create(rows))
            transaction.set_rollback(True)
    median, bulk = statistics.median(imports), statistics.median(bulks)
    print(f"{connection.vendor}: import of {len(rows)} features with teams, releases, relations")
    print(f"  runs    {', '.join(f'{took:.2f}' for took in imports)} s")
    print(f"  median  {median:.2f} s (limit {LIMIT_S:.0f} s)")
    print(f"  ratio   {median / bulk:.1f} to one bulk_create of the same features ({bulk:.3f} s)")
    return 0 if median < LIMIT_S else 1


def timed_import():
    """Import everything into a new product by the command; return seconds and the features' column values."""
    from django.core.management import call_command

    from roadmap.models import Feature, Product

    folder = Path(os.environ["ACCORD_REAL_DATA"]) / "kep"
    product = Product.objects.create(slug="bench-imports", key="BNCHIMP", name="Kubernetes")
    began = time.perf_counter()
    call_command(
        "import_features",
        product=product.slug,
        features=folder / "features.csv",
        releases=folder / "releases.csv",
        relations=folder / "feature_links.csv",
        column=["related=depends_on"],
        stdout=StringIO(),
    )
    took = time.perf_counter() - began
    rows = list(Feature.objects.filter(product=product).values())
    return took, rows


def timed_bulk_create(rows) -> float:
    from roadmap.models import Feature, Product

    product = Product.objects.create(slug="bench-bulk", key="BNCHBLK", name="Kubernetes")
    skipped = {"id", "product_id", "lead_team_id", "release_id", "owner_id", "updated_by_id"}
    features = [Feature(product=product, **{k: v for k, v in row.items() if k not in skipped}) for row in rows]
    began = time.perf_counter()
    Feature.objects.bulk_create(features)
    took = time.perf_counter() - began
    return took


if __name__ == "__main__":
    sys.exit(main())
