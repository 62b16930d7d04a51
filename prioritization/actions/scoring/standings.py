"""Writes what a run found: the standings that changed, and the results of rounds that have closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prioritization.actions.scoring.inputs import Inputs
from prioritization.actions.scoring.memory import Figures
from prioritization.actions.scoring.overwriting import overwrite
from prioritization.actions.scoring.tables import NOBODYS_DEPARTMENT
from prioritization.models import ScoreResult, ScoreRun, VotingRound
from prioritization.rules.departments import Apart, furthest_apart
from prioritization.rules.fit import Fit
from prioritization.rules.intervals import NINETY_PERCENT
from prioritization.rules.scales import HIGHEST, LOWEST
from prioritization.rules.scoring import Placed, Scored
from roadmap.models import Product, Standing

ROWS_A_STATEMENT = 500
Positions = NDArray[np.intp]
DIGITS = 6
"""Figures are kept to a millionth of a point: what differs by less is the same standing."""
EXACT = 11
"""What a score can be computed from again is kept to the last bit that means anything."""

SCALARS = (
    "score", "score_low", "score_high", "benefit", "variance", "rank", "rank_low", "rank_high", "tier", "cut_chance",
    "votes", "effective", "split", "vote_value", "heat",
)  # fmt: skip
FIELDS = (*SCALARS, "apart", "criteria")
WITHOUT_VOTES = {"feature_id", "votes", "criteria"}
"""What a feature has that nobody rated."""


def write_standings(
    product: Product, run: ScoreRun, inputs: Inputs, scored: Scored, placed: Placed, *, before: Figures | None = None
) -> Figures:
    """Write the standings that differ from what is held; return the figures of all.

    before  those of the run before this one, where they are remembered: only rows whose figures differ are looked at
    """
    figures = figures_of(run, inputs, scored, placed)
    if before is not None and before.covers(figures):
        overwrite(product.pk, run.pk, _named_rows(SCALARS, inputs, scored, placed, before.only_places_differ(figures)))
        overwrite(product.pk, run.pk, _named_rows(FIELDS, inputs, scored, placed, before.votes_differ(figures)))
        return figures
    held = {row[0]: row[1:] for row in Standing.objects.filter(product=product).values_list("feature_id", *FIELDS)}
    changed = []
    for row in _named_rows(FIELDS, inputs, scored, placed, np.arange(len(inputs.ids))):
        known = held.get(row["feature_id"])
        had_votes = known is not None and known[0] is not None
        if known != tuple(row[name] for name in FIELDS) and (had_votes or row["score"] is not None):
            changed.append(row)
    overwrite(product.pk, run.pk, changed)
    return figures


def figures_of(run: ScoreRun, inputs: Inputs, scored: Scored, placed: Placed) -> Figures:
    """Return all that the standings say, or follow from, rounded as it is kept."""
    exact: list[NDArray] = []
    rounded: list[NDArray] = [scored.polarized, inputs.people()]
    for each in scored.fits:
        exact += [each.mean, each.shrunk, each.effective]
        rounded += [each.raw, each.variance, each.counts, each.department_means, each.department_votes]
    places = [
        *(scored.scores, scored.low, scored.high, scored.benefits, scored.variances),
        *(scored.ranks, placed.low, placed.high, placed.tiers, placed.chances, placed.vote_value, placed.heat),
    ]
    votes = np.hstack([_beside(exact, EXACT), _beside(rounded, DIGITS)])
    about = (*(each.key for each in inputs.criteria), *inputs.departments.tolist())
    return Figures(run.pk, about, inputs.ids, votes, _beside(places, DIGITS)).only(_has_votes(scored))


def _beside(columns: Sequence[NDArray], digits: int) -> NDArray[np.float64]:
    """Return columns, (n,) or (n, k), beside each other and rounded."""
    beside: NDArray[np.float64] = np.column_stack(columns).astype(np.float64)
    return beside.round(digits)


def freeze_rounds(product: Product, run: ScoreRun) -> int:
    """Keep the standings as the results of every round that closed and has none yet; return how many rounds that were.

    Results are written once: a later run leaves them as they are.
    """
    closed = VotingRound.objects.filter(
        round__product=product, round__closed_at__isnull=False, round__cancelled_at=None, frozen_by=None
    )
    rounds = list(closed.select_for_update().values_list("pk", "round_id"))
    if not rounds:
        return 0
    standings = list(
        Standing.objects.filter(product=product, score__isnull=False).values_list("feature_id", *FIELDS).order_by("pk")
    )
    for voting_id, round_id in rounds:
        ScoreResult.objects.bulk_create(
            [
                ScoreResult(round_id=round_id, feature_id=pk, run=run, **dict(zip(FIELDS, values, strict=True)))
                for pk, *values in standings
            ],
            batch_size=ROWS_A_STATEMENT,
        )
        VotingRound.objects.filter(pk=voting_id).update(frozen_by=run)
    return len(rounds)


def _named_rows(
    fields: Sequence[str], inputs: Inputs, scored: Scored, placed: Placed, at: Positions
) -> list[dict[str, Any]]:
    """Return a row for each of the features `at`, with these fields; no votes: nothing but zeros and None."""
    has_votes = _has_votes(scored)[at].tolist()
    columns: dict[str, Sequence[Any]] = {
        "feature_id": inputs.ids[at].tolist(),
        "score": _floats(scored.scores[at], digits=EXACT),
        "score_low": _floats(scored.low[at]),
        "score_high": _floats(scored.high[at]),
        "benefit": _floats(scored.benefits[at]),
        "variance": _floats(scored.variances[at]),
        "rank": _ranks(scored.ranks[at]),
        "rank_low": _ranks(placed.low[at]),
        "rank_high": _ranks(placed.high[at]),
        "tier": _ranks(placed.tiers[at]),
        "cut_chance": _floats(placed.chances[at]),
        "votes": inputs.people()[at].tolist(),
        "effective": _floats(scored.effective[at]),
        "split": _floats(scored.splits[at]),
        "vote_value": _floats(placed.vote_value[at]),
        "heat": _floats(placed.heat[at]),
    }
    if "criteria" in fields:
        columns |= {"apart": _apart(inputs, scored, at), "criteria": _criteria(inputs, scored, at)}
    rows = []
    for voted, *values in zip(has_votes, *columns.values(), strict=True):
        row = dict(zip(columns, values, strict=True))
        if not voted:
            row |= dict.fromkeys(row.keys() - WITHOUT_VOTES)
        rows.append(row)
    return rows


def _has_votes(scored: Scored) -> NDArray[np.bool_]:
    """Return of which features anything counts, (n,)."""
    return np.any([each.counts.any(axis=1) for each in scored.fits], axis=0)


def _criteria(inputs: Inputs, scored: Scored, at: Positions) -> list[dict[str, Any]]:
    """Return what each criterion's mark needs, by key, one dictionary a feature."""
    cells = [_cells(fit_, scored.polarized[at, c], at) for c, fit_ in enumerate(scored.fits)]
    keys = [each.key for each in inputs.criteria]
    return [dict(zip(keys, row, strict=True)) for row in zip(*cells, strict=True)]


def _cells(found: Fit, polarized: NDArray[np.float64], at: Positions) -> list[dict[str, Any]]:
    half = NINETY_PERCENT * np.sqrt(found.variance[at])
    names = ("mean", "raw", "pulled", "low", "high", "variance", "votes", "effective", "split")
    columns = (
        _floats(found.mean[at], digits=EXACT),
        _floats(found.raw[at]),
        _floats(found.shrunk[at], digits=EXACT),
        _floats(np.maximum(found.shrunk[at] - half, LOWEST)),
        _floats(np.minimum(found.shrunk[at] + half, HIGHEST)),
        _floats(found.variance[at]),
        found.counts[at].sum(axis=1).astype(int).tolist(),
        _floats(found.effective[at], digits=EXACT),
        _floats(polarized),
    )
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _apart(inputs: Inputs, scored: Scored, at: Positions) -> list[dict[str, Any] | None]:
    found = furthest_apart(
        [each.department_means[at] for each in scored.fits],
        [each.department_votes[at] for each in scored.fits],
        feature_means=[each.shrunk[at] for each in scored.fits],
        prior_weights=[each.prior.weight for each in scored.fits],
        within=[each.prior.within for each in scored.fits],
    )
    departments = [pk if pk != NOBODYS_DEPARTMENT else None for pk in inputs.departments.tolist()]
    keys = [each.key for each in inputs.criteria]
    return [None if each is None else _named(each, keys, departments) for each in found]


def _named(gap: Apart, keys: Sequence[str], departments: Sequence[int | None]) -> dict[str, Any]:
    return {
        "criterion": keys[gap.criterion],
        "low": departments[gap.low],
        "high": departments[gap.high],
        "low_mean": round(gap.low_mean, DIGITS),
        "high_mean": round(gap.high_mean, DIGITS),
        "z": round(gap.z, DIGITS),
    }


def _floats(values: NDArray[np.float64], *, digits: int = DIGITS) -> list[float | None]:
    return [None if value != value else value for value in np.round(values, digits).tolist()]


def _ranks(values: NDArray[np.intp]) -> list[int | None]:
    return [value or None for value in values.tolist()]
