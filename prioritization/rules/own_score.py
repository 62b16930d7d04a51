"""One feature's own score, at once and in plain Python: what the next run will say of it, the averages held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prioritization.rules.scales import HIGHEST, LOWEST, points

SOLID = 1e-12


@dataclass(frozen=True, slots=True)
class Given:
    """One rating of one feature and criterion: 1 to 5, the seat's weight, and the department (0: none)."""

    value: int
    weight: float
    department: int
    bias: float = 0.0


@dataclass(frozen=True, slots=True)
class Criterion:
    """What the last run used for a criterion: its share of the score, its average and how hard that pulls."""

    share: float
    is_cost: bool
    mu: float
    k: float


def pulled_mean(
    ratings: Sequence[Given],
    criterion: Criterion,
    *,
    department_weights: Mapping[int, float],
    beta: float,
    largest_share: float,
) -> float:
    """Return the mean of one feature and criterion, drawn toward the average; as `fit.fit` does for all at once.

    ratings             of one feature; those of weight 0 count nothing
    department_weights  by department; one that is missing weighs 1

    Nobody whose vote counts: the average.
    """
    counting = [each for each in ratings if each.weight > 0]
    size = Counter(each.department for each in counting)
    omegas = _capped(
        [
            each.weight * department_weights.get(each.department, 1.0) * size[each.department] ** -beta
            for each in counting
        ],
        largest_share,
    )
    total = sum(omegas)
    if total <= 0:
        return criterion.mu
    mean = sum(omega * (each.value - each.bias) for omega, each in zip(omegas, counting, strict=True)) / total
    mean = min(max(mean, LOWEST), HIGHEST)
    effective = total**2 / sum(omega**2 for omega in omegas)
    return (effective * mean + criterion.k * criterion.mu) / (effective + criterion.k)


def own_score(
    ratings: Mapping[str, Sequence[Given]],
    criteria: Mapping[str, Criterion],
    *,
    department_weights: Mapping[int, float],
    beta: float,
    largest_share: float,
) -> float | None:
    """Return the score of one feature, 0 to 100, from all its ratings by criterion; None when nobody rated it."""
    if not any(each.weight > 0 for given in ratings.values() for each in given):
        return None
    return sum(
        criterion.share
        * points(
            pulled_mean(
                ratings.get(key, ()),
                criterion,
                department_weights=department_weights,
                beta=beta,
                largest_share=largest_share,
            ),
            is_cost=criterion.is_cost,
        )
        for key, criterion in criteria.items()
    )


def _capped(omegas: list[float], largest_share: float) -> list[float]:
    """Return weights of which none is more than `largest_share` of all; see `influence.capped`."""
    heavy = sorted((omega for omega in omegas if omega > 0), reverse=True)
    if len(heavy) < 3:
        return omegas
    if largest_share * len(heavy) <= 1:
        return [1.0 if omega > 0 else 0.0 for omega in omegas]
    for held in range(len(heavy)):
        if held * largest_share >= 1:
            break
        cap = largest_share * sum(heavy[held:]) / (1 - largest_share * held)
        if heavy[held] <= cap * (1 + SOLID):
            return [min(omega, cap) for omega in omegas] if held else omegas
    return omegas
