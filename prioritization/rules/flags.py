"""Flags: ballots that a manager may want to ask about. Each says what it rests on; nothing follows from it by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prioritization.rules.rating_tables import Table
from prioritization.rules.scales import HIGHEST, LOWEST

Array = NDArray[np.float64]

ENOUGH_RATINGS = 10
MOSTLY_ENDS, SELDOM_ENDS = 0.8, 0.4
ENOUGH_FOR_BLOC = 15
ENOUGH_OTHERS = 3
PUSHED_FROM = 3.0
ENOUGH_OWN = 3
PERMUTATIONS = 20
UNLIKELY = 0.99
MOST_VOTERS_COMPARED = 300


@dataclass(frozen=True)
class Flag:
    """What was noticed about one voter: `kind`, and the figures that it rests on."""

    kind: str
    evidence: dict[str, Any]


@dataclass(frozen=True)
class Others:
    """What the others gave in each cell that a voter rated: one entry a rating, (r,) each, criterion after criterion.

    feature, voter  indices; `cell` is feature and criterion as one number
    value           the rating
    n, mean         how many others rated the same cell, and their mean; NaN where nobody did
    spread          standard deviation of all ratings in the cell, drawn toward the criterion's (four ratings' worth)
    ends            share of the others at either end of the scale
    """

    feature: NDArray[np.intp]
    voter: NDArray[np.intp]
    cell: NDArray[np.intp]
    value: Array
    n: Array
    mean: Array
    spread: Array
    ends: Array


def compare(tables: Sequence[Table]) -> Others:
    """Set every rating beside those of the others in its cell; `tables` one a criterion, (n, v), 0 is a gap."""
    parts = []
    for index, table in enumerate(tables):
        feature, voter = np.nonzero(table)
        value = table[feature, voter].astype(float)
        size = len(table)
        n = np.bincount(feature, minlength=size).astype(float)
        sums = np.bincount(feature, value, minlength=size).astype(float)
        squares = np.bincount(feature, np.square(value), minlength=size).astype(float)
        at_end = (value == LOWEST) | (value == HIGHEST)
        ends = np.bincount(feature, at_end, minlength=size).astype(float)
        around = squares - np.divide(np.square(sums), n, out=np.zeros(size), where=n > 0)
        pooled = around.sum() / max(float((n - 1).clip(0).sum()), 1.0)
        spread = np.sqrt((4 * max(pooled, 1 / 12) + around) / (4 + (n - 1).clip(0)))
        others = n[feature] - 1
        known = others > 0
        nan = np.full(len(value), np.nan)
        parts.append(
            (
                feature,
                voter,
                feature * len(tables) + index,
                value,
                others,
                np.divide(sums[feature] - value, others, out=nan.copy(), where=known),
                spread[feature],
                np.divide(ends[feature] - at_end, others, out=nan.copy(), where=known),
            )
        )
    return Others(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def flags_of(
    tables: Sequence[Table], department: NDArray[np.intp], own: NDArray[np.bool_], *, seed: int
) -> list[list[Flag]]:
    """Return what stands out about each of v voters, a list for each, mostly empty.

    tables      one a criterion, (n, v) ratings, 0 is a gap
    department  (v,)
    own         (d, n) which features each department stands behind

    straight  ten ratings or more, all the same
    extreme   four of five at the ends of the scale, where of the others less than two of five are in the same cells
    odd       further from everybody than chance explains, see `odd_ones`
    bloc      equal to another's ballot on 15 cells or more that others split on, and different on none
    push      own department's features up, all others down, see `push`
    Source: Wright & Masters, *Rating Scale Analysis*, 1982 (outfit); the other thresholds are starting values.
    """
    voters = tables[0].shape[1] if len(tables) else 0
    found: list[list[Flag]] = [[] for _ in range(voters)]
    if not voters:
        return found
    seen = compare(tables)
    given = np.bincount(seen.voter, minlength=voters)
    for u in range(voters):
        mine = seen.voter == u
        values = seen.value[mine]
        if given[u] >= ENOUGH_RATINGS and np.ptp(values) == 0:
            found[u].append(Flag("straight", {"value": int(values[0]), "ratings": int(given[u])}))
        if given[u] >= ENOUGH_RATINGS and seen.n[mine].any():
            ends, others = float(((values == LOWEST) | (values == HIGHEST)).mean()), float(np.nanmean(seen.ends[mine]))
            if ends >= MOSTLY_ENDS and others < SELDOM_ENDS:
                found[u].append(Flag("extreme", {"share": round(ends, 3), "others": round(others, 3)}))
    outfit, limit = odd_ones(seen, voters, seed=seed)
    for u in np.flatnonzero(outfit > limit).tolist():
        if given[u] >= ENOUGH_RATINGS:
            found[u].append(Flag("odd", {"outfit": round(float(outfit[u]), 3), "usual": round(float(limit), 3)}))
    for one, other, equal in blocs(tables, seen, voters):
        found[one].append(Flag("bloc", {"with": other, "cells": equal}))
        found[other].append(Flag("bloc", {"with": one, "cells": equal}))
    z, up, down = push(seen, voters, department, own)
    for u in np.flatnonzero(z > PUSHED_FROM).tolist():
        evidence = {"z": round(float(z[u]), 2), "own": round(float(up[u]), 2), "others": round(float(down[u]), 2)}
        found[u].append(Flag("push", evidence))
    return found


def odd_ones(seen: Others, voters: int, *, seed: int) -> tuple[Array, float]:
    """Return each voter's outfit, (v,), and the limit above which it is odd.

    Outfit is the mean square of standardised residuals against the others, the voter's own level taken off: being strict
    or mild is no offence. What is usual is learnt from the round itself: what people said about a feature is dealt out
    anew among those who rated it, each one's criteria together, 20 times, so that nobody is anybody; the limit is the
    99 % point of the *largest* outfit of a deal, because a manager is shown a round's oddest ballots, not one of each voter.
    """
    known = seen.n > 0
    residual = (seen.value - np.nan_to_num(seen.mean))[known]
    scale = (seen.spread * np.sqrt(1 + 1 / np.maximum(seen.n, 1)))[known]
    pairs, pair = np.unique(seen.feature[known] * voters + seen.voter[known], return_inverse=True)
    of_feature, of_voter = np.divmod(pairs, voters)

    def outfit(voter: NDArray[np.intp]) -> Array:
        n = np.bincount(voter, minlength=voters)
        level = np.divide(np.bincount(voter, residual, minlength=voters), n, out=np.zeros(voters), where=n > 0)
        squares = np.square((residual - level[voter]) / scale)
        total = np.bincount(voter, squares, minlength=voters)
        return np.divide(total, n, out=np.zeros(voters), where=n >= ENOUGH_RATINGS)

    draw = np.random.default_rng(seed)
    largest = []
    for _ in range(PERMUTATIONS):
        dealt = of_voter[np.lexsort((draw.random(len(pairs)), of_feature))]
        largest.append(outfit(dealt[pair]).max(initial=0.0))
    return outfit(seen.voter[known]), float(np.quantile(largest, UNLIKELY))


def blocs(tables: Sequence[Table], seen: Others, voters: int) -> list[tuple[int, int, int]]:
    """Return (voter, voter, cells) for every two ballots that agree on all of 15 cells or more that others split on.

    A cell is split when the others (at least three) neither all agree with them nor nearly so: their standard deviation
    is half a point or more. Above 300 voters only those are compared who rated most.
    """
    size = len(tables[0]) * len(tables)
    n = np.bincount(seen.cell, minlength=size)
    sums = np.bincount(seen.cell, seen.value, minlength=size)
    squares = np.bincount(seen.cell, np.square(seen.value), minlength=size)
    by_cell = np.stack(tables, axis=1).reshape(size, voters)
    rated = np.bincount(seen.voter, minlength=voters)
    some = np.sort(np.argsort(-rated, kind="stable")[:MOST_VOTERS_COMPARED])
    some = some[rated[some] >= ENOUGH_FOR_BLOC]
    found = []
    for one, other in combinations(some.tolist(), 2):
        both = (by_cell[:, one] > 0) & (by_cell[:, other] > 0)
        if np.count_nonzero(both) < ENOUGH_FOR_BLOC or (by_cell[both, one] != by_cell[both, other]).mean() > 0.5:
            continue
        a, b = by_cell[both, one].astype(float), by_cell[both, other].astype(float)
        left = n[both] - 2
        mean = np.divide(sums[both] - a - b, left, out=np.zeros(len(a)), where=left > 0)
        square = np.divide(squares[both] - a**2 - b**2, left, out=np.zeros(len(a)), where=left > 0)
        is_split = (left >= ENOUGH_OTHERS) & (square - mean**2 >= 0.25)
        if is_split.sum() >= ENOUGH_FOR_BLOC and (a[is_split] == b[is_split]).all():
            found.append((one, other, int(is_split.sum())))
    return found


def push(seen: Others, voters: int, department: NDArray[np.intp], own: NDArray[np.bool_]) -> tuple[Array, Array, Array]:
    """Return z, the mean residual on one's own features and that on all others; (v,) each, z is 0 where it is not known.

    own  (d, n) which features each department stands behind

    z is the difference of the means over its standard error, from the voter's own spread around both; a feature counts once, however
    many criteria of it were rated, because who likes it rates it high in all. It counts where the own ones are rated above
    the others' mean and the rest below, and needs three features of each.
    """
    known = seen.n > 0
    pairs, pair = np.unique(seen.feature[known] * voters + seen.voter[known], return_inverse=True)
    residual = np.bincount(pair, (seen.value - np.nan_to_num(seen.mean))[known]) / np.bincount(pair)
    of_feature, of_voter = np.divmod(pairs, voters)
    z, up, down = np.zeros(voters), np.zeros(voters), np.zeros(voters)
    for u in range(voters):
        mine = of_voter == u
        is_own = own[department[u]][of_feature[mine]]
        ups, downs = residual[mine][is_own], residual[mine][~is_own]
        if len(ups) < ENOUGH_OWN or len(downs) < ENOUGH_OWN:
            continue
        around = np.square(ups - ups.mean()).sum() + np.square(downs - downs.mean()).sum()
        error = sqrt((around / (len(residual[mine]) - 2) + 1e-9) * (1 / len(ups) + 1 / len(downs)))
        up[u], down[u] = ups.mean(), downs.mean()
        if up[u] > 0 > down[u]:
            z[u] = (up[u] - down[u]) / error
    return z, up, down
