"""Whether 90 % intervals hold the truth in 90 % of cases, and how often honest voters are flagged.

    python -m bench.calibration [--rounds 200] [--seed 7]

Simulates rounds (bench/rounds.py: ordinal thresholds, rating styles, departments that see things differently) with 8 to
100 voters, 10 to 100 % of the cells rated and 30 to 100 features, scores each as the worker does, and counts how often
the interval of a score holds the score that everybody like these people would give, and the interval of a rank its true
rank. Exits 1 if either share over all features lies outside 86 to 94 %.

Then the flags: how many honest voters are flagged (limit 2 %), and how many of two who rate their own fifth 5 and all
else 1 in rounds of 20 voters and 40 features, 60 % rated.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator

import numpy as np

from bench.rounds import SimulatedRound, simulate
from prioritization.rules.flags import flags_of
from prioritization.rules.scoring import place_features, score_features

LOW, HIGH = 0.86, 0.94
HONEST_LIMIT = 0.02
VOTERS = ((8, 15), (16, 35), (36, 100))
FULL = ((0.1, 0.3), (0.3, 0.7), (0.7, 1.0))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    began = time.perf_counter()
    rounds = list(drawn(options.rounds, options.seed))
    held = covered(rounds)
    honest = flagged_honest(rounds)
    caught = caught_cheats(options.rounds // 4, options.seed)
    print(f"{time.perf_counter() - began:.0f} s")
    return 0 if held and honest <= HONEST_LIMIT and caught >= HONEST_LIMIT else 1


def drawn(rounds: int, seed: int) -> Iterator[tuple[int, float, SimulatedRound]]:
    """Yield voters, share of cells rated and the round, as many as asked, the sizes spread over their whole range."""
    draw = np.random.default_rng(seed)
    for number in range(rounds):
        voters = round(float(np.exp(draw.uniform(np.log(8), np.log(100)))))
        full, features, departments = draw.uniform(0.1, 1), int(draw.integers(30, 101)), int(draw.integers(3, 7))
        sizes = {"voters": voters, "full": full, "features": features, "departments": departments}
        yield voters, full, simulate(seed * 1000 + number, **sizes)


def covered(rounds: list[tuple[int, float, SimulatedRound]]) -> bool:
    """Print how often intervals hold the truth, by size and density; return whether both shares are as they should be."""
    cells: dict[tuple[int, int], list[np.ndarray]] = {}
    for number, (voters, full, each) in enumerate(rounds):
        ids = np.arange(len(each.truth))
        scored = score_features(ids, each.criteria, each.voters)
        placed = place_features(ids, scored, cut=lambda order: len(order) // 3, seed=number)
        ranked = np.flatnonzero(scored.ranks)
        true_rank = np.empty(len(ranked), dtype=int)
        true_rank[np.argsort(-each.truth[ranked])] = np.arange(1, len(ranked) + 1)
        holds_score = (scored.low <= each.truth) & (each.truth <= scored.high)
        holds_rank = (placed.low[ranked] <= true_rank) & (true_rank <= placed.high[ranked])
        row = next(at for at, (_, most) in enumerate(VOTERS) if voters <= most)
        column = next(at for at, (_, most) in enumerate(FULL) if full <= most)
        cells.setdefault((row, column), []).append(np.column_stack([holds_score[ranked], holds_rank]))
    print(f"{len(rounds)} rounds; share of 90 % intervals that hold the truth: score / rank (rounds)")
    print(f"{'voters':>10}" + "".join(f"{f'{a:.0%} to {b:.0%} rated':>26}" for a, b in FULL))
    for row, (least, most) in enumerate(VOTERS):
        shares = []
        for column in range(len(FULL)):
            some = cells.get((row, column), [])
            score, rank = np.concatenate(some).mean(axis=0) if some else (np.nan, np.nan)
            shares.append(f"{f'{score:.1%} / {rank:.1%} ({len(some)})':>26}")
        print(f"{f'{least}-{most}':>10}" + "".join(shares))
    score, rank = np.concatenate([part for some in cells.values() for part in some]).mean(axis=0)
    print(f"all features: score {score:.1%}, rank {rank:.1%} (limits {LOW:.0%} to {HIGH:.0%})")
    return LOW <= score <= HIGH and LOW <= rank <= HIGH


def flagged_honest(rounds: list[tuple[int, float, SimulatedRound]]) -> float:
    """Print how many honest voters are flagged, by kind, and return their share."""
    kinds: Counter[str] = Counter()
    voters = flagged = 0
    for number, (_, _, each) in enumerate(rounds):
        found = flags_of(each.tables, each.voters.department, owners(each, number), seed=number)
        voters += len(found)
        flagged += sum(bool(flags) for flags in found)
        kinds.update(flag.kind for flags in found for flag in flags)
    print(
        f"honest voters flagged: {flagged} of {voters} = {flagged / voters:.2%} (limit {HONEST_LIMIT:.0%}); {dict(kinds)}"
    )
    return flagged / voters


def owners(each: SimulatedRound, seed: int) -> np.ndarray:
    """Return (d, n) which department stands behind which feature: one each, by lot."""
    departments = len(each.voters.department_weights)
    behind = np.random.default_rng(seed).integers(0, departments, len(each.tables[0]))
    return np.arange(departments)[:, None] == behind


def caught_cheats(rounds: int, seed: int) -> float:
    """Print how many of two planted cheats a round are flagged, and by what; return the share."""
    kinds: Counter[str] = Counter()
    caught = 0
    for number in range(rounds):
        each = simulate(seed * 5000 + number, voters=20, features=40, full=0.6, departments=5)
        own = plant(each)
        found = flags_of(each.tables, each.voters.department, own, seed=number)
        caught += bool(found[0]) + bool(found[1])
        kinds.update(flag.kind for flags in found[:2] for flag in flags)
    print(f"cheats flagged: {caught} of {2 * rounds} = {caught / (2 * rounds):.0%}; {dict(kinds)}")
    return caught / (2 * rounds)


def plant(each: SimulatedRound) -> np.ndarray:
    """Let the first two voters, of one department, rate its fifth of the features 5 and all else 1; return who owns what."""
    department = each.voters.department
    department[1] = department[0]
    departments, features = len(each.voters.department_weights), len(each.tables[0])
    own = np.zeros((departments, features), dtype=bool)
    own[(np.arange(features) * departments) // features, np.arange(features)] = True
    for table in each.tables:
        for voter in (0, 1):
            table[:, voter] = np.where(table[:, voter] > 0, np.where(own[department[voter]], 5, 1), 0)
    return own


if __name__ == "__main__":
    sys.exit(main())
