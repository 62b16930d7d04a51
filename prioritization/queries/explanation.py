"""Reads why a feature stands where it stands: in words, by department, and as the sum that makes its score."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import isclose, sqrt

from django.utils.translation import gettext as _

from prioritization.models import ScoreRun
from prioritization.queries.lineup import pulled
from prioritization.queries.outlook import Past, score_history
from prioritization.queries.own_score import score_now
from prioritization.queries.place import place_of
from prioritization.queries.ranking import Weighed, weighed_criteria
from prioritization.queries.ratings import ANONYMOUS, Vote, standing_votes
from prioritization.rules.rounding import round_to, round_to_total
from prioritization.rules.scales import SPLIT_FROM, points
from prioritization.rules.secrecy import AT_LEAST, put_together
from prioritization.rules.value_per_effort import value_per_effort
from roadmap.models import Feature, Objective, Product, Standing
from roadmap.queries.features import lanes
from stakeholders.models import Invitation, Seat

OTHERS = -1
"""Stands for the departments that are shown together."""
Scores = dict[int | None, tuple[float, int, list[float]]]
"""Department id (None: of nobody, OTHERS: several) -> points, how many voted, the points that each of them gave."""
FAR_FROM_SCORE = 15
FAR_APART = 40
WHOLE = 0.005
"""A percentage that is nearer than this to a whole number is shown as one."""


@dataclass(frozen=True)
class Part:
    """One criterion's part of a score.

    mean       weighted mean of the votes, rating style taken out; None where nobody rated, and then the average alone
               makes the points
    raw        the same of the votes as they were given
    pulled     the mean after it was drawn toward the average
    effective  as how many equal voters its votes count
    prior_mean, prior_weight  the average of all features, and how many voters it counts as
    share      the criterion's weight in [0, 1]
    exact      points of the score before the pull; `shown` is the same, rounded so that the column adds up
    pulled_shown  points of the score after the pull, rounded so that those of all parts are the score shown
    of_max     points of the score in [0, 1] of the most that this criterion could give
    """

    name: str
    mean: float | None
    pulled: float
    effective: float
    votes: int
    prior_mean: float
    prior_weight: float
    is_fallback: bool
    is_cost: bool
    share: float
    exact: float
    shown: Decimal
    pulled_shown: Decimal
    raw: float | None = None
    is_effort: bool = False

    @property
    def style(self) -> float:
        """By how much evening out rating styles moved the mean; 0 where that is off or there are no votes."""
        return 0.0 if self.mean is None or self.raw is None else self.mean - self.raw

    @property
    def share_places(self) -> int:
        """How many decimals its weight needs as a percentage, so that a reader can multiply by it: 0 or 1."""
        return 0 if abs(100 * self.share - round(100 * self.share)) < WHOLE else 1

    @property
    def pulled_points(self) -> float:
        """Points of the score after the pull, not rounded."""
        return self.share * points(self.pulled, is_cost=self.is_cost)

    @property
    def of_max(self) -> float:
        return self.exact / (100 * self.share) if self.share else 0.0


@dataclass(frozen=True)
class DepartmentVotes:
    """How a department voted on a feature, as points of 0 to 100.

    people  the points that each of them gave, in order; empty where fewer than three voted, so that nobody is shown, and
            wherever a vote is anonymous
    """

    name: str
    mean: float
    people: list[float]
    voted: int
    asked: int


@dataclass(frozen=True)
class StyleOfVoter:
    """How much higher than others a voter rates, in rating points over the criteria; read as that much lower."""

    seat: Seat
    higher: float


@dataclass(frozen=True)
class Explanation:
    """Why a feature stands where it stands. Without votes there is no standing, and nothing but the feature.

    parts        one a criterion; their `shown` and `pull` add up to `score_shown`
    before, after  keys of the features one rank up and down, "" at the ends
    voters         ids of the seats that gave a value on it, anonymous ones too, so they stay out of its repr; empty while
                   nothing is shown of votes
    remarks        how many remarks about it whoever looks may read
    own_now      its score with the votes that came since the run, where that is another one; everything else is the run's
    """

    feature: Feature
    objective: Objective | None
    size_days: float | None
    run: ScoreRun | None
    standing: Standing | None
    parts: list[Part]
    pull: Decimal
    score_shown: Decimal
    departments: list[DepartmentVotes]
    before: str
    after: str
    voters: frozenset[int] = field(repr=False)
    styles: list[StyleOfVoter] = field(default_factory=list)
    history: list[Past] = field(default_factory=list)
    remarks: int = 0
    own_now: Decimal | None = None

    @property
    def interval(self) -> tuple[int, int] | None:
        """The plausible ranks, 90 %; None while there are none."""
        held = self.standing
        return (held.rank_low, held.rank_high) if held and held.rank_low and held.rank_high else None

    @property
    def is_wide(self) -> bool:
        """Whether the plausible ranks span more than a dozen, or more than a third of a short ranking."""
        return bool(
            self.interval and self.run and self.interval[1] - self.interval[0] > min(12, max(2, self.run.ranked / 3))
        )

    @property
    def effort(self) -> Part | None:
        """The part that the benefit leaves out; None where no criterion asks for effort."""
        return next((part for part in self.parts if part.is_effort), None)

    @property
    def value_per_day(self) -> float | None:
        """Benefit points for a person-day; None without a size or a benefit."""
        benefit = self.standing.benefit if self.standing else None
        return None if benefit is None else value_per_effort(benefit, self.size_days)

    @property
    def cut(self) -> int:
        """How many features the run's line lets in; 0 where it drew none, or nothing is below it."""
        return self.run.cut_after if self.run else 0

    @property
    def is_alone(self) -> bool:
        """Whether no other feature is ranked."""
        return bool(self.run and self.run.ranked == 1)

    @property
    def chance_error(self) -> float:
        """The standard error that comes from drawing the scores anew so and so often."""
        chance, draws = self.standing and self.standing.cut_chance, self.run and self.run.used.get("draws")
        return sqrt(chance * (1 - chance) / draws) if chance is not None and draws else 0.0

    @property
    def has_style(self) -> bool:
        return bool(self.run and self.run.used.get("rating_style"))

    @property
    def has_votes(self) -> bool:
        return bool(self.parts)

    @property
    def is_split(self) -> bool:
        return bool(self.standing and self.standing.split is not None and self.standing.split > SPLIT_FROM)

    @property
    def is_contested(self) -> bool:
        """Whether departments stand on both sides, and far apart, however the votes lie within them."""
        means = [each.mean for each in self.departments]
        return bool(self.in_favour and self.against and max(means) - min(means) >= FAR_APART)

    @property
    def is_few(self) -> bool:
        return bool(self.standing and self.standing.votes < AT_LEAST)

    @property
    def lifted_by(self) -> str:
        """The criterion whose points reach furthest above the score; "" when none stands out."""
        best = max((part for part in self.parts if part.mean is not None), key=lambda part: part.of_max, default=None)
        return best.name if best and 100 * best.of_max > float(self.score_shown) + 5 else ""

    @property
    def held_by(self) -> str:
        """The criterion whose points stay furthest below the score; "" when none stands out."""
        worst = min((part for part in self.parts if part.mean is not None), key=lambda part: part.of_max, default=None)
        return worst.name if worst and 100 * worst.of_max < float(self.score_shown) - 5 else ""

    @property
    def in_favour(self) -> list[str]:
        """Departments whose mean lies well above the score."""
        return [each.name for each in self.departments if each.mean >= float(self.score_shown) + FAR_FROM_SCORE]

    @property
    def against(self) -> list[str]:
        return [each.name for each in self.departments if each.mean <= float(self.score_shown) - FAR_FROM_SCORE]


def explanation(product: Product, number: int, *, names: Collection[str]) -> Explanation | None:
    """Return the explanation of the feature with that number, None when the product has none. A fixed number of queries.

    names  as `access.names_seen_by` gives them: where a vote's secrecy is not among them, fewer than three people of a
           department are shown together with others

    Score, parts, pull and neighbours are of one run, however often another is written meanwhile.
    """
    place = place_of(product, number)
    if place is None:
        return None
    feature, run, standing = place.feature, place.run, place.standing
    score = standing.score if standing and run else None
    criteria = weighed_criteria(run)
    parts, pull = _parts(standing, run, criteria) if standing and run and score is not None else ([], Decimal(0))
    votes = standing_votes([feature.pk]) if parts or place.has_newer else []
    rated = [vote for vote in votes if vote.value is not None] if parts else []
    return Explanation(
        feature=feature,
        objective=lanes([feature.pk]).get(feature.pk),
        size_days=place.size_days,
        run=run,
        standing=standing,
        parts=parts,
        pull=pull,
        score_shown=round_to(score or 0.0, 1),
        departments=_departments(feature, rated, criteria, names),
        before=place.before,
        after=place.after,
        voters=frozenset(vote.seat_id for vote in rated),
        history=score_history(feature),
        own_now=_own_now(run, votes, score) if run and place.has_newer else None,
    )


def _own_now(run: ScoreRun, votes: Sequence[Vote], score: float | None) -> Decimal | None:
    """Return what the feature's score will be with the votes that came since the run of `score`; None if that."""
    found = score_now(run, votes)
    shown = None if found is None else round_to(found, 1)
    return None if shown is None or (score is not None and shown == round_to(score, 1)) else shown


def _parts(standing: Standing, run: ScoreRun, criteria: Sequence[Weighed]) -> tuple[list[Part], Decimal]:
    """Return the parts of a score and the pull, in points that add up to the score as it is shown."""
    cells = [standing.criteria[each.key] for each in criteria]
    priors = [run.used["priors"][each.key] for each in criteria]
    exact = [
        each.share * points(prior["mu"] if cell["mean"] is None else cell["mean"], is_cost=each.is_cost)
        for each, cell, prior in zip(criteria, cells, priors, strict=True)
    ]
    *shown, pull = round_to_total([*exact, standing.score - sum(exact)], standing.score)
    means = [pulled(cell, prior) for cell, prior in zip(cells, priors, strict=True)]
    after = [each.share * points(mean, is_cost=each.is_cost) for each, mean in zip(criteria, means, strict=True)]
    after_shown = round_to_total(
        after, standing.score if isclose(sum(after), standing.score, abs_tol=1e-6) else sum(after)
    )
    parts = [
        Part(
            name=each.name,
            mean=cell["mean"],
            pulled=mean,
            effective=cell["effective"],
            votes=cell["votes"],
            prior_mean=prior["mu"],
            prior_weight=prior["k"],
            is_fallback=prior["is_fallback"],
            is_cost=each.is_cost,
            share=each.share,
            exact=one,
            shown=rounded,
            pulled_shown=in_the_end,
            raw=cell.get("raw", cell["mean"]),
            is_effort=each.is_effort,
        )
        for each, cell, prior, mean, one, rounded, in_the_end in zip(
            criteria, cells, priors, means, exact, shown, after_shown, strict=True
        )
    ]
    return parts, pull


def _departments(
    feature: Feature, rated: list[Vote], criteria: Sequence[Weighed], names: Collection[str]
) -> list[DepartmentVotes]:
    """Return how each department voted, the most in favour first: one query."""
    if not rated:
        return []
    is_anonymous = any(vote.secrecy == ANONYMOUS for vote in rated)
    if not {vote.secrecy for vote in rated} <= set(names):
        together = put_together(_voters(rated))
        if together is None:
            return []
        together |= {None} if is_anonymous else set()
        rated = [vote._replace(department_id=OTHERS) if vote.department_id in together else vote for vote in rated]
    scores = _scores_of_cells(rated, criteria) if is_anonymous else _scores_by_department(rated, criteria)
    asked, titles = _asked_and_named(
        feature, {} if is_anonymous else {vote.seat_id: vote.department_id for vote in rated}
    )
    asked[OTHERS] = max(asked[OTHERS], sum(count for pk, count in asked.items() if pk not in scores))
    shown = [
        DepartmentVotes(
            name=titles.get(pk or 0, ""),
            mean=mean,
            people=sorted(given) if len(given) >= AT_LEAST else [],
            voted=voted,
            asked=max(asked[pk], voted),
        )
        for pk, (mean, voted, given) in scores.items()
    ]
    return sorted(shown, key=lambda each: (-each.mean, each.name))


def _voters(votes: Sequence[Vote]) -> dict[int | None, int]:
    """Return how many people of each department gave a value on one criterion, the one with the most."""
    cells = Counter((vote.department_id, vote.criterion) for vote in votes)
    most: dict[int | None, int] = defaultdict(int)
    for (pk, _criterion), count in cells.items():
        most[pk] = max(most[pk], count)
    return most


def _scores_by_department(votes: Sequence[Vote], criteria: Sequence[Weighed]) -> Scores:
    department_of = {vote.seat_id: vote.department_id for vote in votes}
    people = defaultdict(list)
    for seat_id, score in _scores_of_people(votes, criteria).items():
        people[department_of[seat_id]].append(score)
    return {pk: (sum(scores) / len(scores), len(scores), scores) for pk, scores in people.items()}


def _scores_of_cells(votes: Sequence[Vote], criteria: Sequence[Weighed]) -> Scores:
    """Return the points that each department's means come to; what one person gave on several criteria stays apart."""
    cells: dict[int | None, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for vote in votes:
        cells[vote.department_id][vote.criterion].append(vote.value or 0)
    voted, found = _voters(votes), {}
    for pk, values in cells.items():
        weighed = [each for each in criteria if each.share and values[each.key]]
        given = sum(
            each.share * points(sum(values[each.key]) / len(values[each.key]), is_cost=each.is_cost) for each in weighed
        )
        if weighed:
            found[pk] = (given / sum(each.share for each in weighed), voted[pk], [])
    return found


def _scores_of_people(votes: Sequence[Vote], criteria: Sequence[Weighed]) -> dict[int, float]:
    """Return the points that each seat gave in all: over the criteria that it rated, their weights rescaled."""
    by_key = {each.key: each for each in criteria}
    given: dict[int, float] = defaultdict(float)
    weight: dict[int, float] = defaultdict(float)
    for vote in votes:
        if (criterion := by_key.get(vote.criterion)) and criterion.share:
            given[vote.seat_id] += criterion.share * points(vote.value, is_cost=criterion.is_cost)
            weight[vote.seat_id] += criterion.share
    return {seat_id: total / weight[seat_id] for seat_id, total in given.items()}


def _asked_and_named(
    feature: Feature, department_of: dict[int, int | None]
) -> tuple[Counter[int | None], dict[int, str]]:
    """Return how many people of each department were asked about a feature in rounds that count, and the departments' names.

    Whoever was taken out of a round was not asked; what they had said before still needs their department's name.
    """
    rows = (
        Invitation.objects.filter(round__voting__asked__feature=feature, round__cancelled_at=None)
        .order_by("pk")
        .values_list("seat_id", "department_id", "department__name", "removed_at")
    )
    asked, titles = {}, {OTHERS: _("other departments")}
    for seat_id, department_id, name, removed_at in rows:
        titles[department_id or 0] = name or ""
        if removed_at is None:
            asked[seat_id] = department_id
    return Counter((asked | department_of).values()), titles
