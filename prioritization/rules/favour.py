"""How much one person's own answers speak for a feature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from prioritization.rules.criteria import AskedCriterion


def favour(answers: Mapping[str, int | None], criteria: Iterable[AskedCriterion]) -> float | None:
    """Return the mean of one person's answers, 1 to 5 and right is better, by the round's weights.

    answers   criterion key -> 1..5, or None for "no opinion", which is left out
    criteria  as asked; on a cost scale 5 counts as 1

    None when they had no opinion on anything, or on nothing that has a weight. It is for ordering one's own features: it
    is no score, which needs everybody's answers.
    """
    total = weights = 0.0
    for each in criteria:
        value = answers.get(each.key)
        if value is not None:
            total += each.weight * (6 - value if each.is_cost else value)
            weights += each.weight
    return total / weights if weights else None
