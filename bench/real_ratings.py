"""Ratings that people really gave: imported, ranked, explained; how far they agree, and how long it all takes.

    ACCORD_REAL_DATA=/path/to/data python -m bench.real_ratings

CrowdRE: what a crowd thinks of requirements for smart homes, few ratings each; and the word processor's fifty features,
judged by four experts of different weight. Prints Krippendorff's alpha (1 agree, 0 as by chance), the effective number of
voters a feature, the tiers, and the first features with their intervals and the sum that makes the first one's score.

Exits 1 when a sum does not add up to the score it explains. Works in a SQLite file of its own that it throws away.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

FIRST = 5
LEFT_OUT = ["=role", "=benefit", "=tags", "=domain", "=author", "=created_at"]


def main() -> int:
    data = os.environ.get("ACCORD_REAL_DATA")
    if not data:
        print("ACCORD_REAL_DATA names no folder.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="accord-bench-") as folder:
        os.environ["ACCORD_DATA"] = folder
        os.environ.pop("DATABASE_URL", None)
        import django

        import tests.environment  # noqa: F401  the settings that tests run with

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        ratings = Path(data) / "ratings"
        return 0 if all([crowd(ratings / "crowdre"), experts(ratings / "msword")]) else 1


def crowd(folder: Path) -> bool:
    from tests import factories

    product = factories.product("homes", key="HOME", name="Smart homes")
    features = timed(
        "import_features",
        product="homes",
        features=folder / "requirements.csv",
        column=["title=feature", "key=id", *LEFT_OUT],
        leave_out=True,
    )
    ratings = timed("import_ratings", folder / "ratings.csv", product="homes", leave_out=True, title="CrowdRE")
    return told(product, "CrowdRE", features, ratings)


def experts(folder: Path) -> bool:
    from tests import factories

    product = factories.product("word", key="WORD", name="Word processor")
    columns = ["title=id", "=cost", "=couplings", "=precedes"]
    features = timed("import_features", product="word", features=folder / "features.csv", column=columns)
    for row in (folder / "stakeholders.csv").read_text().splitlines()[1:]:
        name, weight = row.split(",")
        factories.seat(product, name=name, weight=float(weight), department_name="")
    ratings = timed("import_ratings", folder / "ratings.csv", product="word")
    return told(product, "Word processor", features, ratings)


def timed(command: str, *args: Any, **options: Any) -> float:
    """Return how many seconds a management command took."""
    from django.core.management import call_command

    return seconds(lambda: call_command(command, *args, stdout=StringIO(), **options))[0]


def seconds(act: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = act()
    return time.perf_counter() - began, found


def told(product: Any, name: str, features: float, ratings: float) -> bool:
    """Rank and explain; print everything, and return whether each explanation adds up."""
    from prioritization.actions import scoring
    from prioritization.models import Rating
    from prioritization.queries.explanation import explanation
    from roadmap.models import Feature, Standing
    from stakeholders import clock
    from stakeholders.models import Invitation

    ranking, run = seconds(lambda: scoring.score(product, now=clock.now()))
    people = Invitation.objects.filter(round__product=product).count()
    rated = Rating.objects.filter(feature__product=product)
    print(
        f"{name}: {rated.count():,} ratings of {people:,} people on {Feature.objects.filter(product=product).count():,} features"
    )
    print(
        f"  imported in {features:.1f} s (features) and {ratings:.1f} s (ratings), ranked with checks in {ranking:.1f} s"
    )
    for criterion in run.criteria:
        key = criterion["key"]
        found, prior = run.used["alpha"].get(key), run.used["priors"][key]
        if rated.filter(criterion=key).exists():
            print(f"  {criterion['name']}: alpha {'undefined' if found is None else f'{found:.3f}'}, average {prior['mu']:.2f}, "
                  f"pull {prior['k']:.1f} votes{' (too few ratings to estimate it)' if prior['is_fallback'] else ''}")  # fmt: skip
    print(f"  n_eff {run.used['effective']:.2f} a feature; rating style {'out' if run.used['rating_style'] else 'in'}, "
          f"{run.used['coverage']:.1%} of the cells rated; {run.ranked:,} ranked in {run.used['tiers']} tiers")  # fmt: skip
    held = True
    for standing in (
        Standing.objects.filter(product=product, rank__lte=FIRST).select_related("feature").order_by("rank")
    ):
        found = explanation(product, standing.feature.number, names=())
        assert found is not None
        total = sum(part.shown for part in found.parts) + found.pull
        held &= total == found.score_shown
        print(f"  {standing.rank}. ({standing.rank_low} to {standing.rank_high}) {found.score_shown} "
              f"({standing.score_low:.0f} to {standing.score_high:.0f}) of {standing.votes} votes: {standing.feature.title[:60]}")  # fmt: skip
        if standing.rank == 1:
            summands = " + ".join(f"{part.shown} {part.name}" for part in found.parts)
            print(f"     {summands} + {found.pull} pull toward the average = {total}")
    return held


if __name__ == "__main__":
    sys.exit(main())
