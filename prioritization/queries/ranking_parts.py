"""What a page of the ranking is made of: rows, tiers, the line of capacity, and what one can choose from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from django.db.models import Sum

from prioritization.filters import RankingFilter
from prioritization.models import ScoreRun
from prioritization.queries.ranking_columns import USUAL, Column
from prioritization.rules.criteria import EFFORT
from prioritization.rules.cut_line import Cut
from prioritization.rules.scales import SPLIT_FROM
from roadmap.models import Feature, Objective, Product, Release, Team

PAGE = 50


def page_number(text: str | None, pages: int) -> int:
    """Return the page that an address asks for, 1 to `pages`; the first where it asks for none."""
    return min(max(int(text), 1), pages) if text and text.isascii() and text.isdigit() and len(text) < 8 else 1


@dataclass(frozen=True)
class Weighed:
    """A criterion as the run weighed it; `share` in [0, 1], all of them together 1."""

    key: str
    name: str
    short: str
    share: float
    is_cost: bool

    @property
    def is_effort(self) -> bool:
        return self.key == EFFORT


@dataclass(frozen=True)
class Mark:
    """What the dot mark of a criterion draws; interval None until it is computed, mean None where nobody rated."""

    name: str
    mean: float | None
    low: float | None
    high: float | None
    votes: int


@dataclass(frozen=True)
class RankingRow:
    """One feature in the ranking; without votes rank and score are None.

    low, high     the plausible ranks, 90 %; None until they are worked out
    chance        P(above the run's cut) in [0, 1]
    effective     as how many equal voters its votes count
    value         what one more vote is worth, in score points
    is_above_cut  whether the capacity reaches this far down
    ends_capacity whether the cut line is drawn below this row
    certainty     "in", "contested" or "out" of the capacity, whatever rank in the interval is true; "" without a line
    """

    feature: Feature
    rank: int | None
    score: float | None
    marks: list[Mark]
    split: float | None
    votes: int
    objective: Objective | None
    size_days: float | None
    low: int | None = None
    high: int | None = None
    tier: int | None = None
    chance: float | None = None
    effective: float | None = None
    value: float | None = None
    is_above_cut: bool = False
    ends_capacity: bool = False
    certainty: str = ""

    @property
    def is_split(self) -> bool:
        return self.split is not None and self.split > SPLIT_FROM


@dataclass(frozen=True)
class Tier:
    """Rows of one tier that stand on a page: among them it is too close to call. `number` None: no tiers, or unranked.

    goes_on, began  whether more of the tier stands on the next page or the one before
    """

    number: int | None
    rows: list[RankingRow]
    began: bool = False
    goes_on: bool = False

    @property
    def first(self) -> int | None:
        return self.rows[0].rank

    @property
    def last(self) -> int | None:
        return self.rows[-1].rank

    @property
    def is_one(self) -> bool:
        return len(self.rows) == 1 and not self.began and not self.goes_on


@dataclass(frozen=True)
class CutLine:
    """How far the capacity of a release reaches down the ranking; `rank` is the last that fits, 0 when none does.

    surely     how many are above the line whatever plausible ranks are true; None where ranks have no intervals
    contested  how many may be on either side
    tier       the tier that the line cuts through; None where it runs between two

    Only what is not planned yet, or planned for this release, takes of its capacity; `elsewhere` is how many features
    above the line are planned for another one.
    """

    release: Release
    capacity_days: float
    rank: int
    cut: Cut
    surely: int | None = None
    contested: int | None = None
    tier: int | None = None

    @property
    def elsewhere(self) -> int:
        return self.rank - self.cut.fitting


@dataclass(frozen=True)
class Choices:
    """What the ranking of a product can be filtered by; `releases` carry `capacity_days`."""

    objectives: list[Objective]
    teams: list[Team]
    releases: list[Release]

    @classmethod
    def of(cls, product: Product) -> Choices:
        """Read them, in three queries."""
        releases = product.releases.annotate(capacity_days=Sum("capacities__days"))
        return cls(list(product.objectives.all()), list(product.teams.all()), list(releases))


@dataclass(frozen=True)
class RankingPage:
    """One page of the ranking.

    run           the run that everything on the page comes from; None before the first
    asked_at      since when votes wait to be counted; None when the run has them all
    is_parked     whether counting them has failed so often that it waits for the next vote
    ranked        features with a rank that match the filters
    total         features that can still be chosen, ranked or not, whatever the filters
    unranked      those without a rank, on the last page of an unfiltered ranking
    """

    run: ScoreRun | None
    asked_at: datetime | None
    is_parked: bool
    criteria: list[Weighed]
    rows: list[RankingRow]
    unranked: list[RankingRow]
    ranked: int
    total: int
    number: int
    cut_line: CutLine | None
    filters: RankingFilter
    choices: Choices = field(repr=False)
    columns: frozenset[Column] = USUAL
    tiers: list[Tier] = field(default_factory=list)

    @property
    def width(self) -> int:
        """How many columns the table has, rank, title and score among them."""
        wide = {Column.RANGE: 2, Column.CRITERIA: len(self.criteria)}
        return 3 + sum(wide.get(each, 1) for each in self.columns)

    @property
    def line_at(self) -> int | None:
        """The rank after which the line of capacity is drawn; None where there is no line."""
        return self.cut_line.rank if self.cut_line and self.cut_line.cut.is_reached else None

    @property
    def is_whole(self) -> bool:
        return not self.filters.active

    @property
    def takes_out_style(self) -> bool:
        return bool(self.run and self.run.used.get("rating_style"))

    @property
    def pages(self) -> int:
        return max(1, ceil(self.ranked / PAGE))

    @property
    def is_last(self) -> bool:
        return self.number == self.pages

    @property
    def first_row(self) -> int:
        return (self.number - 1) * PAGE + 1

    @property
    def last_row(self) -> int:
        return min(self.number * PAGE, self.ranked)

    @property
    def without_votes(self) -> int:
        """How many features nobody has voted on, on this page or not; not told while filters are on."""
        return 0 if self.filters.active or self.run is None else max(0, self.total - self.run.ranked)

    @property
    def split_count(self) -> int:
        return self.run.used.get("split", 0) if self.run else 0

    @property
    def begins_with_cut(self) -> bool:
        """Whether not even the first feature fits, so that the line stands above it."""
        return bool(self.cut_line and self.cut_line.rank == 0 and self.number == 1 and self.rows)
