"""Reads how people voted on one feature, criterion by criterion: counts, mean, and the departments furthest apart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from prioritization.models import ScoreRun, Tally
from prioritization.queries.criteria import criteria_of
from prioritization.queries.outlook import Past, score_history
from prioritization.queries.ranking import weighed_criteria
from prioritization.queries.voters import Voter, voters
from prioritization.rules.scales import SPLIT_FROM
from prioritization.rules.secrecy import AT_LEAST
from roadmap.models import Feature, Standing
from stakeholders.models import Department, Invitation

VALUES = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class DepartmentMean:
    name: str
    mean: float


@dataclass(frozen=True)
class CriterionVotes:
    """How one criterion was voted on.

    counts         votes for 1 … 5
    no_opinion     people who said so
    mean           as the score uses it; low and high are its 90 % interval, None until it is computed
    lowest, highest  the departments furthest apart; None with fewer than two of three voters each, or when all agree
    """

    name: str
    low_anchor: str
    high_anchor: str
    counts: tuple[int, ...]
    no_opinion: int
    mean: float | None
    low: float | None
    high: float | None
    lowest: DepartmentMean | None
    highest: DepartmentMean | None

    @property
    def votes(self) -> int:
        return sum(self.counts)

    @property
    def uncertainty(self) -> float | None:
        """Half of the 90 % interval, on the scale 1 to 5; None until it is computed."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2

    @property
    def bars(self) -> list[tuple[int, int, float]]:
        """(value, votes, share of the most chosen one) for each value."""
        most = max(self.counts) or 1
        return [(value, count, count / most) for value, count in zip(VALUES, self.counts, strict=True)]


@dataclass(frozen=True)
class FeatureVotes:
    """All criteria of a feature; `standing` is None before the first score.

    history  its score after every closed round that left one, the oldest first, and last how it stands now where votes
             have come since
    """

    feature: Feature
    standing: Standing | None
    criteria: list[CriterionVotes]
    voters: list[Voter]
    voted: int
    asked: int
    ranked: int
    history: list[Past] = field(default_factory=list)

    @property
    def has_votes(self) -> bool:
        return any(each.votes or each.no_opinion for each in self.criteria)

    @property
    def is_split(self) -> bool:
        return bool(self.standing and self.standing.split is not None and self.standing.split > SPLIT_FROM)


def feature_votes(feature: Feature, *, names: Collection[str] = ()) -> FeatureVotes:
    """Return the votes on a feature, whose product is loaded; from tallies, in a fixed number of queries.

    names  as `access.names_seen_by` gives them: whose names may stand beside their votes
    """
    standing = Standing.objects.filter(feature=feature).first()
    run = ScoreRun.objects.filter(product=feature.product_id).first()
    tallies = defaultdict(list)
    for tally in Tally.objects.filter(feature=feature, votes__gt=0):
        tallies[tally.criterion].append(tally)
    departments = {tally.department_id for rows in tallies.values() for tally in rows if tally.department_id}
    titles = dict(Department.objects.filter(pk__in=departments).values_list("pk", "name"))
    asked_now = {each.key: each for each in criteria_of(feature.product)}
    shown = [(each.key, each.name) for each in weighed_criteria(run)] or [
        (each.key, each.name) for each in asked_now.values()
    ]
    held = standing.criteria if standing else {}
    people = Invitation.objects.filter(round__voting__asked__feature=feature, round__cancelled_at=None, removed_at=None)
    asked = people.order_by().values("seat").distinct().count()
    voted = standing.votes if standing else 0
    return FeatureVotes(
        feature=feature,
        standing=standing,
        criteria=[_criterion(name, asked_now.get(key), tallies[key], held.get(key, {}), titles) for key, name in shown],
        voters=voters(feature, [key for key, _name in shown], names=names),
        voted=voted,
        asked=max(asked, voted),
        ranked=run.ranked if run else 0,
        history=_history(feature, standing, run),
    )


def _history(feature: Feature, standing: Standing | None, run: ScoreRun | None) -> list[Past]:
    history = score_history(feature)
    if run is None or standing is None or standing.score is None:
        return history
    now = Past(
        "",
        run.at,
        standing.score,
        standing.score_low or 0.0,
        standing.score_high or 100.0,
        standing.rank,
        standing.votes,
    )
    is_new = not history or (history[-1].score, history[-1].votes) != (now.score, now.votes)
    return [*history, now] if is_new else history


def _criterion(name: str, criterion, tallies: Sequence[Tally], cell: dict, names: dict[int, str]) -> CriterionVotes:
    counts: Counter[int | None] = Counter()
    weight: dict[int, float] = defaultdict(float)
    total: dict[int, float] = defaultdict(float)
    people: Counter[int] = Counter()
    for tally in tallies:
        counts[tally.value] += tally.votes
        if tally.value is not None and tally.department_id is not None:
            people[tally.department_id] += tally.votes
            weight[tally.department_id] += tally.weight_sum
            total[tally.department_id] += tally.weight_sum * tally.value
    means = sorted(
        (total[pk] / weight[pk], names[pk]) for pk, count in people.items() if count >= AT_LEAST and weight[pk] > 0
    )
    are_apart = len(means) > 1 and round(means[0][0], 1) < round(means[-1][0], 1)
    return CriterionVotes(
        name=name,
        low_anchor=str(criterion.low_anchor) if criterion else "",
        high_anchor=str(criterion.high_anchor) if criterion else "",
        counts=tuple(counts[value] for value in VALUES),
        no_opinion=counts[None],
        mean=cell.get("mean"),
        low=cell.get("low"),
        high=cell.get("high"),
        lowest=DepartmentMean(means[0][1], means[0][0]) if are_apart else None,
        highest=DepartmentMean(means[-1][1], means[-1][0]) if are_apart else None,
    )
