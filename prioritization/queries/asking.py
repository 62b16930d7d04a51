"""Reads whom to ask about what: the people whose votes on features they have not rated are worth most."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from prioritization.models import Rating, ScoreRun, VoterCheck, VotingFeature
from prioritization.queries.criteria import criteria_of
from prioritization.queries.runs import of_one_run
from prioritization.queries.styles import anonymous_voters
from prioritization.queries.voting import people_of
from roadmap.models import Feature, Product, Standing
from stakeholders.models import Invitation, Round, Seat

LOOKED_AT = 40
A_PERSON, SHOWN = 5, 15
WORTH_SAYING = 0.005


@dataclass(frozen=True)
class Asked:
    """A person, the features to ask them about, and what their votes on those are worth together, in score points."""

    seat: Seat
    features: list[Feature]
    worth: float


@dataclass(frozen=True)
class Checked:
    """What a voter's ratings do and could do. Nothing follows from it: `flags` are reasons to look, mostly there are none."""

    check: VoterCheck
    flags: list[str]


@dataclass(frozen=True)
class Asking:
    """Whom to ask; `features` are those whose next vote is worth most, with that worth; `cut` as the run drew its line.

    checks  one a voter, the most influential first
    """

    run: ScoreRun | None
    people: list[Asked]
    features: list[tuple[Feature, float]]
    checks: list[Checked]
    cut: int

    @property
    def everyone(self) -> list[int]:
        return [each.seat.pk for each in self.people]

    @property
    def flagged(self) -> list[Checked]:
        """The voters whose ratings stand out."""
        return [each for each in self.checks if each.flags]

    @property
    def most(self) -> float:
        """How far any one voter alone can move any one score at most, in points; 0 while nobody is checked."""
        return max((each.check.bound for each in self.checks), default=0.0)

    @property
    def first(self) -> list[Feature]:
        """The features that most of these people are to be asked about."""
        return [feature for feature, _worth in self.features[:A_PERSON]]


def asking(product: Product) -> Asking:
    """Return whom to ask, the most worth asking first: a fixed number of queries.

    The worth of a ballot is the sum of its features' (EVSI), right to first order: an estimate. Whoever has answered on a
    feature, or is being asked about it now, is not asked again. Source: METHODS e.
    """
    return of_one_run(product, lambda run: _asking(product, run))


def _asking(product: Product, run: ScoreRun | None) -> Asking:
    if run is None:
        return Asking(None, [], [], [], 0)
    rows = list(
        Standing.objects.filter(product=product, rank__isnull=False, vote_value__gt=WORTH_SAYING)
        .select_related("feature")
        .order_by("-vote_value", "rank")[:LOOKED_AT]
    )
    for row in rows:
        row.feature.product = product
    criteria = criteria_of(product)
    done = _answered_or_asked([row.feature_id for row in rows])
    people = []
    for seat in people_of(product):
        if not any(each.may_be_rated_by(seat.department_id) for each in criteria):
            continue
        missing = [row for row in rows if row.feature_id not in done[seat.pk]][:A_PERSON]
        if missing:
            people.append(Asked(seat, [row.feature for row in missing], sum(row.vote_value or 0 for row in missing)))
    people.sort(key=lambda each: (-each.worth, each.seat.user.get_full_name()))
    return Asking(
        run=run,
        people=people[:SHOWN],
        features=[(row.feature, row.vote_value or 0.0) for row in rows],
        checks=voter_checks(product),
        cut=run.cut_after,
    )


def _answered_or_asked(ids: list[int]) -> dict[int, set[int]]:
    """Return by seat the features that they answered on, in whatever round, or are asked about in an open one."""
    found: dict[int, set[int]] = defaultdict(set)
    rated = Rating.objects.filter(feature__in=ids, ballot__voting__round__cancelled_at=None)
    for seat_id, feature_id in rated.order_by().values_list("ballot__invitation__seat", "feature").distinct():
        found[seat_id].add(feature_id)
    asked: dict[int, set[int]] = defaultdict(set)
    open_ = Round.objects.open().filter(kind="voting")
    for round_id, feature_id in VotingFeature.objects.filter(voting__round__in=open_, feature__in=ids).values_list(
        "voting__round", "feature"
    ):
        asked[round_id].add(feature_id)
    for round_id, seat_id in Invitation.objects.standing().filter(round__in=list(asked)).values_list("round", "seat"):
        found[seat_id] |= asked[round_id]
    return found


def voter_checks(product: Product) -> list[Checked]:
    """Return what the latest run found about each voter, the most influential first; for managers only: one query.

    Nobody who voted anonymously anywhere in the product: a flag would tell how, and so would what they move.
    """
    checks = (
        VoterCheck.objects.filter(product=product)
        .exclude(seat__in=anonymous_voters(product.pk))
        .select_related("seat__user", "seat__department")
        .order_by("-influence", "pk")
    )
    labels = dict(VoterCheck.Flag.choices)
    return [Checked(check, [str(labels.get(kind, kind)) for kind in _kinds(check)]) for check in checks]


def _kinds(check: VoterCheck) -> list[str]:
    """Return what stands out, each kind once: somebody may vote like several others."""
    return list(dict.fromkeys(flag["kind"] for flag in check.flags))
