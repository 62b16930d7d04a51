"""Writes what a run found: the standings that changed, and the results of rounds that have closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prioritization.actions.scoring.inputs import Inputs
from prioritization.actions.scoring.tables import NOBODYS_DEPARTMENT
from prioritization.models import ScoreResult, ScoreRun, VotingRound
from prioritization.rules.departments import Apart, furthest_apart
from prioritization.rules.intervals import NINETY_PERCENT
from prioritization.rules.scales import HIGHEST, LOWEST
from prioritization.rules.scoring import Placed, Scored
from roadmap.models import Product, Standing

ROWS_A_STATEMENT = 500
DIGITS = 6
"""Figures are kept to a millionth of a point: what differs by less is the same standing."""
EXACT = 11
"""What a score can be computed from again is kept to the last bit that means anything."""

FIELDS = (
    "score", "score_low", "score_high", "variance", "rank", "rank_low", "rank_high", "tier", "cut_chance", "votes",
    "effective", "split", "vote_value", "heat", "apart", "criteria",
)  # fmt: skip


def write_standings(product: Product, run: ScoreRun, inputs: Inputs, scored: Scored, placed: Placed) -> int:
    """Write the standings that differ from what is held, and say how many did.

    In one statement per 500 rows, inserted or overwritten, because an UPDATE per row takes seconds at 10,000 features.
    """
    held = {row[0]: row[1:] for row in Standing.objects.filter(product=product).values_list("feature_id", *FIELDS)}
    changed = []
    for feature_id, values in zip(inputs.ids.tolist(), _rows(inputs, scored, placed), strict=True):
        before = held.get(feature_id)
        if before == values or (before is None and values[0] is None):
            continue
        fields = dict(zip(FIELDS, values, strict=True))
        changed.append(Standing(feature_id=feature_id, product=product, run=run.pk, **fields))
    Standing.objects.bulk_create(
        changed,
        batch_size=ROWS_A_STATEMENT,
        update_conflicts=True,
        unique_fields=["feature"],
        update_fields=["run", *FIELDS],
    )
    return len(changed)


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


def _rows(inputs: Inputs, scored: Scored, placed: Placed) -> Iterable[tuple[Any, ...]]:
    """Yield one tuple of FIELDS a feature, in the order of ids; no votes: nothing but zeros and None."""
    has_votes = np.any([each.counts.any(axis=1) for each in scored.fits], axis=0).tolist()
    columns = (
        _floats(scored.scores, digits=EXACT),
        _floats(scored.low),
        _floats(scored.high),
        _floats(scored.variances),
        _ranks(scored.ranks),
        _ranks(placed.low),
        _ranks(placed.high),
        _ranks(placed.tiers),
        _floats(placed.chances),
        inputs.people().tolist(),
        _floats(scored.effective),
        _floats(scored.splits),
        _floats(placed.vote_value),
        _floats(placed.heat),
        _apart(inputs, scored),
        _criteria(inputs, scored),
    )
    for voted, *values in zip(has_votes, *columns, strict=True):
        yield tuple(values) if voted else (*([None] * 9), values[9], *([None] * 5), values[15])


def _criteria(inputs: Inputs, scored: Scored) -> list[dict[str, Any]]:
    """Return what each criterion's mark needs, by key, one dictionary a feature."""
    cells = [_cells(fit_, scored.polarized[:, c]) for c, fit_ in enumerate(scored.fits)]
    keys = [each.key for each in inputs.criteria]
    return [dict(zip(keys, row, strict=True)) for row in zip(*cells, strict=True)]


def _cells(found: Any, polarized: NDArray[np.float64]) -> list[dict[str, Any]]:
    half = NINETY_PERCENT * np.sqrt(found.variance)
    names = ("mean", "raw", "pulled", "low", "high", "variance", "votes", "effective", "split")
    columns = (
        _floats(found.mean, digits=EXACT),
        _floats(found.raw),
        _floats(found.shrunk, digits=EXACT),
        _floats(np.maximum(found.shrunk - half, LOWEST)),
        _floats(np.minimum(found.shrunk + half, HIGHEST)),
        _floats(found.variance),
        found.counts.sum(axis=1).astype(int).tolist(),
        _floats(found.effective, digits=EXACT),
        _floats(polarized),
    )
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _apart(inputs: Inputs, scored: Scored) -> list[dict[str, Any] | None]:
    found = furthest_apart(
        [each.department_means for each in scored.fits],
        [each.department_votes for each in scored.fits],
        feature_means=[each.shrunk for each in scored.fits],
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
