"""One person's part in everything: what is asked of them now, what they said, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from prioritization.access import kept_from
from prioritization.models import Rating, VotingRound
from prioritization.queries.ballot import criteria_for
from prioritization.rules.favour import favour
from roadmap.models import Answer, Confirmation, Feature, Version
from roadmap.queries.confirmation import STATES
from roadmap.rules.outcome import Choice
from stakeholders import kinds
from stakeholders.grants import LOADED
from stakeholders.kinds import Words
from stakeholders.models import Delegation, Invitation, User
from stakeholders.rules.voices import standing

PAGE = 10
OPEN_AT_MOST = 100
FEATURES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class OwnFeature:
    """A feature that the person voted on; `rank` is None where ranks are not theirs to see, or there is none."""

    feature: Feature
    favour: float | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """One round that asks, or asked, this person.

    state      open, counting, closed or cancelled; of this person, who may have got more time
    noun       what kind of round it is
    what       what it is about: "12 features", "version 3"; empty of a kind that says nothing more
    mark       the state of their answer, as an agreement mark
    verdict    what they answered to a confirmation
    given_by   who answered in their place
    became     the sentence of the outcome
    newest     the newest version of the roadmap, where it is another than was confirmed
    more       how many features they voted on beside those shown
    answer_url where one answers; it takes a grant
    """

    invitation: Invitation
    state: str
    noun: Words
    answer_url: str
    mark: str
    features_asked: int = 0
    version: int | None = None
    verdict: str = ""
    said: str = ""
    given_by: tuple[str, ...] = ()
    became: str = ""
    newest: int | None = None
    features: tuple[OwnFeature, ...] = ()
    more: int = 0
    delegation: Delegation | None = None

    @property
    def is_for_other(self) -> bool:
        return self.invitation.standing_in is not None


@dataclass(frozen=True, slots=True)
class YourPart:
    """Everything; `over` is one page of what has ended, the latest first."""

    now: Sequence[Part]
    over: Sequence[Part]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class _Facts:
    """What all parts are made from, each read once for all of them."""

    confirmations: Mapping[int, Confirmation]
    answers: Mapping[tuple[int, int], Answer]
    newest: Mapping[int, int]
    votings: Mapping[int, VotingRound]
    ratings: Mapping[int, list[Rating]]
    kept: frozenset[int]
    delegations: Mapping[int, Delegation] = field(default_factory=dict)


def part_of_user(user: User, *, now: datetime, page: str | None = None) -> YourPart:
    """Return the part of somebody who is signed in, in all products; a number of queries that does not grow."""
    mine = Q(seat__user=user) | Q(
        delegations__delegate__user=user, delegations__declined_at=None, delegations__ended_at=None
    )
    rows = Invitation.objects.standing().filter(mine, round__product__purge_started_at=None).distinct()
    return _part(rows, user, now=now, page=page)


def part_of_grants(
    invitations: Collection[Invitation], user: User, *, now: datetime, page: str | None = None
) -> YourPart:
    """Return the part of somebody who opened links on this browser: of those rounds, and of no other.

    A link is worth its round and no more, also to whoever it was forwarded to. Ranks are for people who sign in.
    """
    rows = Invitation.objects.standing().filter(pk__in=[each.pk for each in invitations])
    return _part(rows, user, now=now, page=page, shows_ranks=False)


def _part(
    rows: QuerySet[Invitation], user: User, *, now: datetime, page: str | None, shows_ranks: bool = True
) -> YourPart:
    rows = rows.select_related(*LOADED).prefetch_related("delegations__delegate__user")
    is_open = Q(round__opened_at__isnull=False, round__closed_at=None, round__cancelled_at=None)
    waiting = [
        _answering(each, user) for each in rows.filter(is_open).order_by("round__deadline_at", "pk")[:OPEN_AT_MOST]
    ]
    waiting.sort(key=lambda each: each.deadline_at)
    ended = rows.exclude(is_open).filter(round__opened_at__isnull=False)
    total = ended.count()
    pages = max(1, ceil(total / PAGE))
    number = min(max(int(page), 1), pages) if page and page.isascii() and page.isdigit() and len(page) < 8 else 1
    last_first = ended.order_by(Coalesce("round__closed_at", "round__cancelled_at").desc(), "-pk")
    over = [_answering(each, user) for each in last_first[(number - 1) * PAGE : number * PAGE]]
    facts = _facts([*waiting, *over], shows_ranks=shows_ranks)
    return YourPart(
        now=[_one(each, facts, now) for each in waiting],
        over=[_one(each, facts, now) for each in over],
        number=number,
        pages=pages,
        total=total,
    )


def _answering(invitation: Invitation, user: User) -> Invitation:
    """Say in the row who answers: this person for themselves, or for somebody who named them."""
    if invitation.seat.user_id != user.pk:
        named = (each for each in invitation.delegations.all() if each.delegate and each.delegate.user_id == user.pk)
        delegation = next(named, None)
        invitation.standing_in = delegation.delegate if delegation else None
    return invitation


def _facts(asked: Sequence[Invitation], *, shows_ranks: bool) -> _Facts:
    rounds = {each.round_id for each in asked}
    confirmations = {
        each.round_id: each for each in Confirmation.objects.filter(round__in=rounds).select_related("version")
    }
    answers: dict[int, list[Answer]] = {}
    rows = Answer.objects.filter(confirmation__in=confirmations.values(), seat__in={each.seat_id for each in asked})
    for row in rows.select_related("entered_by__user", "confirmation"):
        answers.setdefault(row.confirmation.round_id, []).append(row)
    newest = Version.objects.filter(product__in={each.round.product_id for each in asked}).values("product")
    votings = VotingRound.objects.filter(round__in=rounds).annotate(count=Count("asked"))
    ratings: dict[int, list[Rating]] = {}
    given = Rating.objects.filter(ballot__invitation__in=[each.pk for each in asked]).select_related(
        "ballot", "entered_by__user", "feature__release", "feature__standing", "feature__product"
    )
    for rating in given:
        ratings.setdefault(rating.ballot.invitation_id, []).append(rating)
    seats = {each.seat_id: each.seat for each in asked}
    return _Facts(
        confirmations=confirmations,
        answers={(round, seat): row for round, each in answers.items() for seat, row in standing(each).items()},
        newest=dict(newest.annotate(number=Max("number")).values_list("product", "number")),
        votings={each.round_id: each for each in votings},
        ratings=ratings,
        kept=kept_from(seats.values()) if shows_ranks else frozenset(seats),
    )


def _one(asked: Invitation, facts: _Facts, now: datetime) -> Part:
    round, kind = asked.round, kinds.kind_of(asked.round)
    state = round.state_at(now)
    if state == "counting" and asked.takes_answers_at(now):
        state = "open"
    part = {
        "invitation": asked,
        "state": state,
        "noun": kind.noun,
        "answer_url": kind.answer_url(round),
        "became": (round.outcome or {}).get("sentence", ""),
        "delegation": next((each for each in asked.delegations.all() if each.declined_at is None), None),
    }
    if confirmation := facts.confirmations.get(round.pk):
        return Part(**part, **_confirming(asked, confirmation, facts))
    return Part(**part, **_voting(asked, facts))


def _confirming(asked: Invitation, confirmation: Confirmation, facts: _Facts) -> dict:
    answer = facts.answers.get((asked.round_id, asked.seat_id))
    number, newest = confirmation.version.number, facts.newest.get(asked.round.product_id)
    return {
        "version": number,
        "mark": STATES[Choice(answer.verdict) if answer else None],
        "verdict": answer.get_verdict_display() if answer else "",
        "said": answer.text if answer else "",
        "given_by": (answer.entered_by.user.get_full_name(),) if answer and answer.entered_by else (),
        "newest": newest if newest and newest > number else None,
    }


def _voting(asked: Invitation, facts: _Facts) -> dict:
    mark = "answered" if asked.answered_at else "started" if asked.answered else "silent"
    voting = facts.votings.get(asked.round_id)
    if voting is None:
        return {"mark": mark}
    ratings = facts.ratings.get(asked.pk, [])
    if asked.standing_in is not None:  # whoever stands in sees what was given in the person's place, and no more
        ratings = [each for each in ratings if each.entered_by_id]
    by_feature: dict[int, list[Rating]] = {}
    for each in ratings:
        by_feature.setdefault(each.feature_id, []).append(each)
    criteria = criteria_for(voting, asked.department_id)
    own = [
        OwnFeature(
            feature=given[0].feature,
            favour=favour({each.criterion: each.value for each in given}, criteria),
            rank=None
            if asked.seat_id in facts.kept
            else getattr(getattr(given[0].feature, "standing", None), "rank", None),
        )
        for given in by_feature.values()
    ]
    own.sort(key=lambda each: (each.favour is None, -(each.favour or 0), each.feature.number))
    return {
        "mark": mark,
        "features_asked": voting.count,  # type: ignore[attr-defined]
        "given_by": tuple(sorted({each.entered_by.user.get_full_name() for each in ratings if each.entered_by})),
        "features": tuple(own[:FEATURES_SHOWN]),
        "more": max(0, len(own) - FEATURES_SHOWN),
    }
