"""Reads what a meeting should talk about: features that are uncertain and contested, why, and who stands where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max

from prioritization.models import Remark, ScoreRun, VotingFeature
from prioritization.queries.ranking import Weighed, weighed_criteria
from prioritization.queries.ratings import Vote, standing_votes
from prioritization.queries.runs import of_one_run
from prioritization.rules.scales import SPLIT_FROM, points
from roadmap.models import Feature, Product, Standing
from roadmap.queries.decisions import ShownDecision, decided_lately, standing_decisions
from stakeholders.models import Department, Invitation, Round

HOT = 0.1
MOST, LOOKED_AT = 8, 40
MINUTES, MINUTES_A_SPLIT, MOST_SPLITS = 5, 5, 2
MIDDLE = 50.0


@dataclass(frozen=True)
class Side:
    """The department at one end of the widest gap, with its mean on the scale 1 to 5, drawn toward the feature's."""

    department: str
    mean: float


@dataclass(frozen=True)
class Item:
    """A feature to talk about.

    criterion  where departments stand furthest apart, "" where none do; low and high are the two
    split      the criteria in which votes are split
    wants, rejects  what somebody said who is for it and who is against it; "" where nobody did, or it may not be told
    seats      the people who were asked about it and are still here
    voting     the open round in which it is voted on now, the one that closes last
    """

    feature: Feature
    standing: Standing
    criterion: str
    low: Side | None
    high: Side | None
    split: list[str]
    wants: str
    rejects: str
    seats: list[int]
    voting: Round | None = None

    @property
    def minutes(self) -> int:
        return MINUTES + MINUTES_A_SPLIT * min(len(self.split), MOST_SPLITS)


@dataclass(frozen=True)
class Agenda:
    """The next meeting's list.

    cut      after how many ranks the run drew its line, 0 where it drew none
    settled  how many are hot and not listed, because they were decided about after they were last put to the vote
    decided  what was decided lately, on whatever feature
    is_open  whether votes tell so little that nothing stands out: no feature is surely above the line, none contested at it
    is_few   whether no feature has votes enough to see whether people disagree
    """

    run: ScoreRun | None
    items: list[Item] = field(default_factory=list)
    cut: int = 0
    settled: int = 0
    decided: list[ShownDecision] = field(default_factory=list)
    is_open: bool = False
    is_few: bool = False

    @property
    def minutes(self) -> int:
        return sum(item.minutes for item in self.items)

    @property
    def seats(self) -> list[int]:
        return sorted({seat for item in self.items for seat in item.seats})


def agenda(product: Product, *, names: Collection[str]) -> Agenda:
    """Return what to talk about, the hottest first. A fixed number of queries.

    names  as `access.names_seen_by` gives them: only remarks from rounds of such secrecy are quoted, because on which side
           somebody stands tells how they voted
    """
    return of_one_run(product, lambda run: _agenda(product, run, names))


def _agenda(product: Product, run: ScoreRun | None, names: Collection[str]) -> Agenda:
    decided = decided_lately(product)
    if run is None:
        return Agenda(None, decided=decided)
    criteria = weighed_criteria(run)
    hottest = list(
        Standing.objects.filter(product=product, rank__isnull=False, heat__gte=HOT)
        .select_related("feature")
        .order_by("-heat", "rank")[:LOOKED_AT]
    )
    settled = _settled([standing.feature_id for standing in hottest])
    hot = [standing for standing in hottest if standing.feature_id not in settled][:MOST]
    ids = [standing.feature_id for standing in hot]
    apart = [standing.apart or {} for standing in hot]
    wanted = {pk for each in apart for pk in (each.get("low"), each.get("high")) if pk}
    departments = dict(Department.objects.filter(pk__in=wanted).values_list("pk", "name"))
    sides = _sides(ids, criteria, names)
    asked, open_rounds = _asked(ids), _voted_on_now(ids)
    by_key = {each.key: each.name for each in criteria}
    items = []
    for standing, gap in zip(hot, apart, strict=True):
        standing.feature.product = product
        wants, rejects = sides.get(standing.feature_id, ("", ""))
        items.append(
            Item(
                feature=standing.feature,
                standing=standing,
                criterion=by_key.get(gap.get("criterion", ""), ""),
                low=Side(departments.get(gap["low"] or 0, ""), gap["low_mean"]) if gap else None,
                high=Side(departments.get(gap["high"] or 0, ""), gap["high_mean"]) if gap else None,
                split=[
                    each.name
                    for each in criteria
                    if (standing.criteria.get(each.key, {}).get("split") or 0) > SPLIT_FROM
                ],
                wants=wants,
                rejects=rejects,
                seats=asked[standing.feature_id],
                voting=open_rounds.get(standing.feature_id),
            )
        )
    cut = run.cut_after
    is_open = not items and cut > 0 and not Standing.objects.filter(product=product, rank_low__lte=cut).exists()
    is_few = not items and not Standing.objects.filter(product=product, split__isnull=False).exists()
    return Agenda(run, items, cut, len(settled), decided, is_open, is_few)


def _settled(ids: Sequence[int]) -> set[int]:
    """Return those features that were decided about after the last round that asks about them opened: two queries."""
    decisions = standing_decisions(ids)
    asked = VotingFeature.objects.filter(feature__in=decisions, voting__round__cancelled_at=None).order_by()
    opened: dict[int, datetime | None] = dict(
        asked.values_list("feature").annotate(opened=Max("voting__round__opened_at"))
    )
    return {pk for pk, last in decisions.items() if (when := opened.get(pk)) is None or last.at > when}


def _voted_on_now(ids: Sequence[int]) -> dict[int, Round]:
    """Return the open round that asks about each feature, the one that closes last: one query."""
    rows = VotingFeature.objects.filter(feature__in=ids, voting__round__in=Round.objects.open())
    return {
        row.feature_id: row.voting.round
        for row in rows.select_related("voting__round").order_by("voting__round__deadline_at")
    }


def _asked(ids: Sequence[int]) -> dict[int, list[int]]:
    """Return the people who were asked about each feature in any round, and are still here: one query."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = Invitation.objects.standing().filter(round__cancelled_at=None, round__voting__asked__feature__in=ids)
    pairs = rows.order_by().values_list("round__voting__asked__feature", "seat").distinct()
    for feature_id, seat_id in sorted(pairs):
        if feature_id in set(ids):
            found[feature_id].append(seat_id)
    return found


def _sides(ids: Sequence[int], criteria: Sequence[Weighed], names: Collection[str]) -> dict[int, tuple[str, str]]:
    """Return for each feature the remark of who is most for it and of who is most against it: two queries, or three."""
    remarks = Remark.objects.filter(
        feature__in=ids,
        kind=Remark.Kind.COMMENT,
        round__cancelled_at=None,
        round__voting__secrecy__in=list(names),
    ).values_list("feature_id", "seat_id", "text")
    said = {(feature_id, seat_id): text for feature_id, seat_id, text in remarks}
    if not said:
        return {}
    given: dict[tuple[int, int], list[Vote]] = defaultdict(list)
    for vote in standing_votes(ids):
        if vote.secrecy in names and vote.value is not None:
            given[vote.feature_id, vote.seat_id].append(vote)
    by_key = {each.key: each for each in criteria}
    scored: dict[int, list[tuple[float, str]]] = defaultdict(list)
    for who, text in said.items():
        if votes := [vote for vote in given[who] if vote.criterion in by_key]:
            share = sum(by_key[vote.criterion].share for vote in votes) or 1.0
            total = sum(
                by_key[vote.criterion].share * points(vote.value or 0, is_cost=by_key[vote.criterion].is_cost)
                for vote in votes
            )
            scored[who[0]].append((total / share, text))
    return {
        pk: (
            max((each for each in each_side if each[0] > MIDDLE), default=(0.0, ""))[1],
            min((each for each in each_side if each[0] < MIDDLE), default=(0.0, ""))[1],
        )
        for pk, each_side in scored.items()
    }
