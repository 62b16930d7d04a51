"""Reads a feature's own score as the votes are now, before the worker has ranked anew."""

from __future__ import annotations

from collections import defaultdict

from prioritization.models import ScoreRun, VoterCheck
from prioritization.queries.ratings import standing_votes
from prioritization.rules.own_score import Criterion, Given, own_score
from roadmap.models import Feature


def score_now(feature: Feature) -> float | None:
    """Return what the next run will give this feature, 0 to 100; None when nobody rated it or there was no run yet.

    The averages, the pull and the rating styles are those of the last run, which one vote hardly moves; everything else
    is exact. Its rank, interval and tier are the last run's until the next: they need everybody's. Three queries, whatever
    the size of the product, and no numpy.
    """
    run = ScoreRun.objects.filter(product=feature.product_id).first()
    if run is None:
        return None
    styles = (
        dict(VoterCheck.objects.filter(product=feature.product_id).values_list("seat_id", "style"))
        if run.used.get("rating_style")
        else {}
    )
    ratings: dict[str, list[Given]] = defaultdict(list)
    for vote in standing_votes([feature.pk]):
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
