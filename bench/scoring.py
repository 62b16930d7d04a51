"""How long the scoring engine takes: in memory, reading from PostgreSQL, and after one vote while 50 people vote.

    python -m bench.scoring [--features 10000] [--voters 200] [--draws 400] [--seconds 30] [--parts memory database fresh]

memory    the whole ranking (fit, intervals, drawn ranks, tiers) from tables in memory, 20 % full and full, beside the plain
          numpy weighted mean and argsort of the same arrays, and the peak memory of a process that does nothing else
database  reading every rating of the product (1.6 million at the default sizes), beside COPY of the same rows
fresh     50 people vote for some seconds on a product of that many features while a Celery worker on Redis scores: the
          feature's own score at once, and how long until a run that holds the vote is written; then `--votes` votes
          one by one, and how many standings each run rewrote

Exits 1 when a limit is passed. The last two start a PostgreSQL cluster and a Redis of their own and throw them away.
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
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from prioritization.rules.fit import Voters
from prioritization.rules.scoring import Judged, place_features, score_features

WEIGHTS = (0.35, 0.25, 0.15, 0.25)
SPARSE_SECONDS, FULL_SECONDS, PEAK_MB = 0.7, 0.5, 600
READ_SECONDS, FRESH_SECONDS = 2.0, 2.0
PEOPLE, SECONDS_A_VOTE, LONGEST_WAIT = 50, 10, 60
REPEATS = 5
PARTS = ("memory", "database", "fresh")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", type=int, default=10_000)
    parser.add_argument("--voters", type=int, default=200)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--votes", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=30)
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
    from tests.servers import redis

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="accord-bench-")))
        if "REDIS_URL" not in os.environ:
            os.environ["REDIS_URL"] = stack.enter_context(redis(folder))
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

    found, _ = read_tables(product.pk, ids, keys)
    ratings = sum(int(np.count_nonzero(table)) for table in found.tables)
    (ours, _), (theirs, _) = best(lambda: read_tables(product.pk, ids, keys)), best(copied)
    print(f"reading {ratings:,} ratings from PostgreSQL: {ours:.2f} s (limit {READ_SECONDS}), COPY of the same rows "
          f"{theirs:.2f} s, ratio {ours / theirs:.1f}")  # fmt: skip
    return ours <= READ_SECONDS


def freshness(product, options: argparse.Namespace) -> bool:
    """Let 50 people vote for half a minute while a Celery worker on Redis scores; print how long each vote waits.

    Everybody rates, every ten seconds or so, a feature that they have not rated: that its standing counts one person
    more says that it belongs to a run which holds the vote.
    """
    from django.db import close_old_connections
    from django.utils import timezone

    from prioritization.actions import scores, scoring
    from prioritization.actions.ballots import save_ratings
    from prioritization.models import Ballot, Rating, ScoreRequest, ScoreRun
    from prioritization.queries.criteria import default_criteria
    from prioritization.queries.own_score import score_now
    from prioritization.queries.ratings import standing_votes
    from prioritization.queries.runs import latest_run
    from roadmap.models import Feature, Standing
    from stakeholders.models import Round

    now = timezone.now()
    Round.objects.filter(product=product).update(opened_at=now, deadline_at=now + timezone.timedelta(days=1))
    scoring.score(product, now=now)
    ballots = list(
        Ballot.objects.filter(voting__round__product=product).select_related("invitation__round", "voting")[:PEOPLE]
    )
    keys = [each.key for each in default_criteria()]
    features = list(Feature.objects.filter(product=product).order_by("pk"))
    votes = dict(Standing.objects.filter(product=product).values_list("feature", "votes"))
    sent: dict[int, float] = {}
    waited, answered, own = [], [], []
    over = threading.Event()

    def vote(at: int) -> None:
        """One person, who rates features that nobody else rates meanwhile."""
        draw, ballot = np.random.default_rng(at), ballots[at]
        rated = set(Rating.objects.filter(ballot=ballot).values_list("feature", flat=True))
        for feature in features[at :: len(ballots)]:
            if feature.pk in rated:
                continue
            if over.wait(draw.exponential(SECONDS_A_VOTE)):
                break
            began = time.perf_counter()
            answers = dict(zip(keys, draw.integers(1, 6, len(keys)).tolist(), strict=True))
            save_ratings(ballot, feature.pk, answers, arrived=timezone.now())
            answered.append(time.perf_counter() - began)
            sent[feature.pk] = began
            began = time.perf_counter()
            score_now(latest_run(product), standing_votes([feature.pk]))
            own.append(time.perf_counter() - began)
        close_old_connections()

    people = [threading.Thread(target=vote, args=(at,)) for at in range(len(ballots))]
    first = ScoreRun.objects.filter(product=product).values_list("pk", flat=True).first()
    with celery_worker():
        scores.request_scores(product.pk, now=timezone.now())
        while ScoreRequest.objects.filter(product=product).exists():  # the worker is up, and has read all
            time.sleep(0.1)
        for each in people:
            each.start()
        until = time.perf_counter() + options.seconds
        while (at := time.perf_counter()) < until + LONGEST_WAIT and (at < until or sent):
            if at >= until:
                over.set()
            held = Standing.objects.filter(feature__in=list(sent)).values_list("feature", "votes")
            seen = [pk for pk, count in held if count == votes.get(pk, 0) + 1]
            at = time.perf_counter()
            waited += [at - sent.pop(pk) for pk in seen]
            time.sleep(0.02)
        over.set()
        for each in people:
            each.join()
    waited += [LONGEST_WAIT] * len(sent)
    runs = ScoreRun.objects.filter(product=product, pk__gt=first).count()
    p95 = statistics.quantiles(waited, n=20)[-1]
    print(f"{len(waited)} votes of {len(ballots)} people in {options.seconds} s, load {os.getloadavg()[0]:.1f}: saved in "
          f"{statistics.median(answered):.3f} s, own score in {statistics.median(own):.3f} s, ranking fresh after "
          f"{statistics.median(waited):.2f} s, p95 {p95:.2f} s (limit {FRESH_SECONDS}), in {runs} runs")  # fmt: skip
    rewritten(product, ballots[0], [pk for pk in votes if pk not in sent][: options.votes], keys)
    return p95 <= FRESH_SECONDS


def rewritten(product, ballot, features: list[int], keys: list[str]) -> None:
    """Print what one vote costs a worker that remembers the last run: seconds, of processor, and rows written."""
    from django.utils import timezone

    from prioritization.actions import scores, scoring
    from prioritization.actions.ballots import save_ratings
    from roadmap.models import Standing

    memory = scoring.Memory()
    took, worked, rows = [], [], []
    for at, feature in enumerate([features[0], *features]):
        save_ratings(ballot, feature, dict.fromkeys(keys, at % 5 + 1), arrived=timezone.now())
        scores.request_scores(product.pk, now=timezone.now())
        began, used = time.perf_counter(), time.process_time()
        run = scoring.score_when_asked(product.pk, clock=timezone.now, memory=memory)
        took.append(time.perf_counter() - began)
        worked.append(time.process_time() - used)
        rows.append(Standing.objects.filter(product=product, run=run.pk).count())
    print(f"one run: first, all read, {took[0]:.2f} s; then, after one vote, {statistics.median(took[1:]):.2f} s "
          f"({statistics.median(worked[1:]):.2f} s of processor), {statistics.median(rows[1:]):.0f} of "
          f"{Standing.objects.filter(product=product).count():,} standings rewritten (mean {statistics.mean(rows[1:]):.0f})")  # fmt: skip


@contextmanager
def celery_worker() -> Iterator[None]:
    """Run a worker of the queue `long`, as in production; the broker is REDIS_URL's."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "config.celery",
        "worker",
        "-Q",
        "long",
        "-P",
        "solo",
        "-l",
        "ERROR",
    ]
    worker = subprocess.Popen(command)  # noqa: S603
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()


if __name__ == "__main__":
    sys.exit(main())
