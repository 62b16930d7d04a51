"""Value per effort: what a feature brings for the work that it takes. The greedy order for one budget, never the ranking.

The problem: a feature of 80 points that takes 40 days ranks above one of 60 points that takes 5, and who has one pot of
days to spend gets more by beginning with the small one. The choice is to show that order beside the ranking, not to mix
effort into the ranking a second time: it favours small work, and knows neither teams nor what needs what.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from prioritization.rules.scales import HIGHEST, LOWEST

COST_BASE = 2.0
"""A step on the scale of ratings doubles the cost: the table 1, 2, 4, 8, 16."""
SLACK = 1e-9


@dataclass(frozen=True)
class Taken:
    """What a budget takes from the top of the order.

    features  how many; the first that does not fit ends it
    days      their effort together
    value     their benefit together, in points
    most      no choice whatever for that budget brings more: `value` and the fitting part of the next feature
    """

    features: int
    days: float
    value: float
    most: float


def value_per_effort(benefit: float, effort: float | None) -> float | None:
    """Return benefit points per unit of effort; None where effort is unknown, 0 or less: such a feature is listed apart.

    benefit  0 to 100, from `score.benefit`
    effort   on a ratio scale: person-days, else `cost_of_rating` of the mean rating

    Sorting by it is the greedy order for one budget.
    Source: Dantzig, "Discrete-variable extremum problems", 1957.
    """
    return benefit / effort if effort and effort > 0 else None


def cost_of_rating(mean: float, *, is_cost: bool) -> float:
    """Return what a mean rating of effort, 1 to 5, stands for where nothing has a size: 1, 2, 4, 8 or 16, and between.

    is_cost  whether 5 is the heavy end; else 5 is very light and costs 1

    Ratings are an interval scale at best and have no quotients; doubling with each step is an assumption, and said so.
    """
    return COST_BASE ** (mean - LOWEST if is_cost else HIGHEST - mean)


def taken(order: Iterable[tuple[float, float]], budget: float) -> Taken:
    """Return what `budget` takes from the top of an order, without skipping.

    order   (benefit, effort) of features, most value per effort first; every effort above 0
    budget  in the unit of effort, 0 or more

    The part of the next feature that still fits makes the bound: with one budget and nothing else to obey, the best
    choice lies between `value` and `most`. Stops reading `order` at the first that does not fit.
    Source: Dantzig, "Discrete-variable extremum problems", 1957.
    """
    features, days, value = 0, 0.0, 0.0
    for benefit, effort in order:
        if days + effort > budget + SLACK:
            return Taken(features, days, value, value + benefit * (budget - days) / effort)
        features += 1
        days += effort
        value += benefit
    return Taken(features, days, value, value)
