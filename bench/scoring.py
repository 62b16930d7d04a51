"""How long the scoring engine takes: in memory, reading from PostgreSQL, and after one vote while 50 people vote.

    python -m bench.scoring [--features 10000] [--voters 200] [--draws 400] [--votes 60] [--parts memory database fresh]

memory    the whole ranking (fit, intervals, drawn ranks, tiers) from tables in memory, 20 % full and full, beside the plain
          numpy weighted mean and argsort of the same arrays, and the peak memory of a process that does nothing else
database  reading every rating of the product (1.6 million at the default sizes), beside COPY of the same rows
fresh     50 people vote in turn on a product of that many features while the worker scores: the feature's own score at
          once, and how long until a run that holds the vote is written; how many standings a run rewrote

Exits 1 when a limit is passed. The last two start a PostgreSQL cluster of their own and throw it away.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from prioritization.rules.fit import Voters
from prioritization.rules.scoring import Judged, place_features, score_features

WEIGHTS = (0.35, 0.25, 0.15, 0.25)
SPARSE_SECONDS, FULL_SECONDS, PEAK_MB = 0.7, 0.5, 600
READ_SECONDS, FRESH_SECONDS = 2.0, 2.0
REPEATS = 5
PARTS = ("memory", "database", "fresh")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", type=int, default=10_000)
    parser.add_argument("--voters", type=int, default=200)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--votes", type=int, default=60)
    parser.add_argument("--parts", nargs="+", choices=[*PARTS, "peak"], default=list(PARTS))
    options = parser.parse_args()
    if options.parts == ["peak"]:
        return peak(options)
    passed = [in_memory(options)] if "memory" in options.parts else []
    if {"database", "fresh"} & set(options.parts):
        passed.append(with_database(options))
    return 0 if all(passed) else 1


def tables(features: int, voters: int, full: float, seed: int = 1) -> tuple[list[Judged], Voters]:
    """Return a product's ratings, `full` of all cells rated, in eight departments."""
    draw = np.random.default_rng(seed)
    worth, style = draw.normal(0, 0.6, (features, 1)), draw.normal(0, 0.5, voters)
    rated = draw.random((features, voters)) < full
    criteria = []
    for weight in WEIGHTS:
        thought = 3 + worth + draw.normal(0, 0.6, (features, 1)) + style + draw.normal(0, 0.9, (features, voters))
        criteria.append(Judged(weight, False, (np.clip(np.round(thought), 1, 5) * rated).astype(np.int8)))
    return criteria, Voters(np.ones(voters), draw.integers(0, 8, voters), np.ones(8))


def whole(ids: np.ndarray, criteria: list[Judged], voters: Voters, draws: int) -> None:
    scored = score_features(ids, criteria, voters)
    place_features(ids, scored, cut=lambda order: len(order) // 4, seed=1, draws=draws)


def plain(ids: np.ndarray, criteria: list[Judged], voters: Voters) -> np.ndarray:
    """The sum and the order that a script would make: mean of the ratings, weighted, sorted."""
    score = np.zeros(len(ids))
    for each in criteria:
        n = np.count_nonzero(each.table, axis=1)
        score += each.weight * np.divide(each.table.sum(axis=1), n, out=np.full(len(ids), 3.0), where=n > 0)
    return np.argsort(-score)


def best(act: Callable[[], object]) -> tuple[float, float]:
    """Return the least of some repeats in seconds, after one that warms up: by the clock, and of all processors together."""
    act()
    took = []
    for _ in range(REPEATS):
        began, worked = time.perf_counter(), time.process_time()
        act()
        took.append((time.perf_counter() - began, time.process_time() - worked))
    return min(clock for clock, _ in took), min(work for _, work in took)


def in_memory(options: argparse.Namespace) -> bool:
    ids = np.arange(options.features)
    print(f"{options.features:,} features x {len(WEIGHTS)} criteria x {options.voters} voters, {options.draws} draws, "
          f"best of {REPEATS}, warm; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")  # fmt: skip
    held = True
    for full, limit in ((0.2, SPARSE_SECONDS), (1.0, FULL_SECONDS)):
        criteria, voters = tables(options.features, options.voters, full)
        ratings = sum(int(np.count_nonzero(each.table)) for each in criteria)
        ours, worked = best(lambda: whole(ids, criteria, voters, options.draws))  # noqa: B023
        theirs, _ = best(lambda: plain(ids, criteria, voters))  # noqa: B023
        held &= ours <= limit
        print(f"{full:4.0%} full, {ratings:>9,} ratings: {ours:.3f} s (limit {limit}; {worked:.3f} s of processor), "
              f"plain mean and argsort {theirs:.3f} s, ratio {ours / theirs:.1f}")  # fmt: skip
    sizes = ["--features", str(options.features), "--voters", str(options.voters), "--draws", str(options.draws)]
    shown = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "bench.scoring", "--parts", "peak", *sizes], check=True, capture_output=True, text=True
    )
    megabytes = float(shown.stdout)
    print(f"peak memory {megabytes:.0f} MB (limit {PEAK_MB})")
    return held and megabytes <= PEAK_MB


def peak(options: argparse.Namespace) -> int:
    """Print the peak memory of scoring the full tables, in MB; made row by row, so that making them is not counted."""
    draw = np.random.default_rng(1)
    shape = (options.features, options.voters)
    criteria = [Judged(weight, False, draw.integers(1, 6, shape, dtype=np.int8)) for weight in WEIGHTS]
    voters = Voters(np.ones(options.voters), draw.integers(0, 8, options.voters), np.ones(8))
    whole(np.arange(options.features), criteria, voters, options.draws)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return 0


def with_database(options: argparse.Namespace) -> bool:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="accord-bench-")))
        if "DATABASE_URL" not in os.environ:
            from tests.servers import postgresql

            os.environ["DATABASE_URL"] = stack.enter_context(postgresql(folder))
        os.environ.setdefault("LOG_LEVEL", "ERROR")
        import django

        import tests.environment  # noqa: F401  the settings that tests run with

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        began = time.perf_counter()
        product = populate(options)
        print(f"database filled in {time.perf_counter() - began:.0f} s")
        held = True
        if "database" in options.parts:
            held &= reading(product)
        if "fresh" in options.parts:
            held &= freshness(product, options)
        return held


def populate(options: argparse.Namespace):
    """Make a product with an open round in which everybody has rated a fifth of the features; ratings go in by COPY."""
    from io import StringIO

    from django.db import connection

    from prioritization.queries.criteria import default_criteria
    from roadmap.models import Feature
    from tests import factories
    from tests.prioritization.votes import ballot, voting_round

    factories.organisation()
    product = factories.product("bench", key="BNCH", name="Bench")
    Feature.objects.bulk_create(
        (
            Feature(product=product, number=number, title=f"Feature {number}")
            for number in range(1, options.features + 1)
        ),
        batch_size=1000,
    )
    features = list(Feature.objects.filter(product=product).order_by("pk"))
    seats = [factories.seat(product, department_name=f"Department {at % 8}") for at in range(options.voters)]
    voting = voting_round(product, features)
    ballots = [ballot(voting, seat).pk for seat in seats]
    criteria, _ = tables(options.features, options.voters, 0.2)
    at = voting.round.opened_at.isoformat()
    rows = StringIO()
    for asked, each in zip(default_criteria(), criteria, strict=True):
        feature, voter = np.nonzero(each.table)
        given = each.table[feature, voter].tolist()
        rows.writelines(
            f"{ballots[u]}\t{features[i].pk}\t{asked.key}\t{value}\t{at}\t0\n"
            for i, u, value in zip(feature.tolist(), voter.tolist(), given, strict=True)
        )
    rows.seek(0)
    columns = "ballot_id, feature_id, criterion, value, arrived_at, waited_ms"
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY prioritization_rating ({columns}) FROM STDIN", rows)
        cursor.execute("ANALYZE")
    return product


def reading(product) -> bool:
    """Print how long the ratings take to read, beside COPY of the same rows."""
    from django.db import connection

    from prioritization.actions.scoring.tables import read_tables
    from prioritization.queries.criteria import default_criteria
    from roadmap.models import Feature

    ids = np.array(Feature.objects.filter(product=product).order_by("pk").values_list("pk", flat=True), dtype=np.int64)
    keys = [each.key for each in default_criteria()]

    class Nowhere:
        def write(self, data: bytes) -> int:
            return len(data)

    def copied() -> None:
        with connection.cursor() as cursor:
            cursor.copy_expert(
                "COPY (SELECT feature_id, ballot_id, criterion, value FROM prioritization_rating) TO STDOUT", Nowhere()
            )

    found = read_tables(product.pk, ids, keys)
    ratings = sum(int(np.count_nonzero(table)) for table in found.tables)
    (ours, _), (theirs, _) = best(lambda: read_tables(product.pk, ids, keys)), best(copied)
    print(f"reading {ratings:,} ratings from PostgreSQL: {ours:.2f} s (limit {READ_SECONDS}), COPY of the same rows "
          f"{theirs:.2f} s, ratio {ours / theirs:.1f}")  # fmt: skip
    return ours <= READ_SECONDS


def freshness(product, options: argparse.Namespace) -> bool:
    """Let 50 people vote while a worker scores; print how long each vote waits for a run that holds it."""
    from django.db import close_old_connections
    from django.utils import timezone

    from prioritization.actions import scores, scoring
    from prioritization.actions.ballots import save_ratings
    from prioritization.models import Ballot, ScoreRequest, ScoreRun
    from prioritization.queries.criteria import default_criteria
    from roadmap.models import Standing
    from stakeholders.models import Round

    now = timezone.now()
    Round.objects.filter(product=product).update(opened_at=now, deadline_at=now + timezone.timedelta(days=1))
    scores.wake = lambda product_id: None
    scoring.score(product, now=now)
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            if scoring.score_when_asked(product.pk, clock=timezone.now) is None:
                time.sleep(0.01)
        close_old_connections()

    worker = threading.Thread(target=work)
    worker.start()
    ballots = list(
        Ballot.objects.filter(voting__round__product=product).select_related("invitation__round", "voting")[:50]
    )
    keys = [each.key for each in default_criteria()]
    features = list(Standing.objects.filter(product=product).values_list("feature_id", flat=True)[: options.votes])
    waited, answered, written = [], [], []
    for at, feature_id in enumerate(features):
        began, arrived = time.perf_counter(), timezone.now()
        save_ratings(ballots[at % len(ballots)], feature_id, dict.fromkeys(keys, at % 5 + 1), arrived=arrived)
        answered.append(time.perf_counter() - began)
        while ScoreRequest.objects.filter(product=product).exists():
            run = ScoreRun.objects.filter(product=product, at__gte=arrived).values_list("pk", flat=True).first()
            if run:
                break
            time.sleep(0.005)
        waited.append(time.perf_counter() - began)
        latest = ScoreRun.objects.filter(product=product).values_list("pk", flat=True).first()
        written.append(Standing.objects.filter(product=product, run=latest).count())
    over.set()
    worker.join()
    p95 = statistics.quantiles(waited, n=20)[-1]
    print(f"{len(features)} votes of {len(ballots)} people: saved in {statistics.median(answered):.3f} s, ranking fresh after "
          f"{statistics.median(waited):.2f} s, p95 {p95:.2f} s (limit {FRESH_SECONDS}); a run rewrote "
          f"{statistics.median(written):.0f} of {options.features:,} standings")  # fmt: skip
    return p95 <= FRESH_SECONDS


if __name__ == "__main__":
    sys.exit(main())
