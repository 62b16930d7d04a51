"""Reads a feature's own score as the votes are now, before the worker has ranked anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from prioritization.models import ScoreRun, VoterCheck
from prioritization.queries.ratings import Vote
from prioritization.rules.own_score import Criterion, Given, own_score


def score_now(run: ScoreRun, votes: Iterable[Vote]) -> float | None:
    """Return what the next run will give a feature with these votes (`standing_votes`), 0 to 100; None when nobody rated it.

    The averages, the pull and the rating styles are those of `run`, the last one, which one vote hardly moves; everything
    else is exact. Its rank, interval and tier are the last run's until the next: they need everybody's. One query at most,
    whatever the size of the product, and no numpy.
    """
    styles = (
        dict(VoterCheck.objects.filter(product=run.product_id).values_list("seat_id", "style"))
        if run.used.get("rating_style")
        else {}
    )
    ratings: dict[str, list[Given]] = defaultdict(list)
    for vote in votes:
        if vote.value is not None:
            bias = styles.get(vote.seat_id, {}).get(vote.criterion, 0.0)
            ratings[vote.criterion].append(Given(vote.value, vote.weight, vote.department_id or 0, bias))
    priors = run.used["priors"]
    criteria = {
        each["key"]: Criterion(each["weight"], each["is_cost"], priors[each["key"]]["mu"], priors[each["key"]]["k"])
        for each in run.criteria
    }
    return own_score(
        {key: given for key, given in ratings.items() if key in criteria},
        criteria,
        department_weights={int(pk): weight for pk, weight in run.used["departments"].items()},
        beta=run.used["beta"],
        largest_share=run.used.get("largest_share", 0.5),
    )
