"""Loads the sample: Beacon's story, played through the same actions that people use, up to the present."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import transaction

from prioritization.actions.sample.publishing import answer, moment_of, place_features, publish, work_on
from prioritization.actions.sample.setting import set_the_stage
from prioritization.actions.sample.stage import Stage
from prioritization.actions.sample.voting import (
    CLOSED_AFTER,
    open_second_vote,
    play_first_vote,
    play_second_vote,
    second_votes,
)
from prioritization.sample import story
from roadmap.actions.decisions import decide
from roadmap.actions.share import ShareTerms, make_share
from roadmap.models import Product
from stakeholders.actions.closing import close_round

Act = tuple[datetime, Callable[[], object]]


def load_sample(*, now: datetime) -> Product:
    """Load the sample product, all or nothing, and return it; one that is there already is returned as it is.

    now  the present; the story ends a day before it

    Every fact of it comes about as it would in life: features are made, planned and edited, rounds opened, answered and
    closed, versions published, each with the clock of its day. Its mail goes into the outbox folder and nowhere else.
    """
    if (known := Product.objects.filter(is_sample=True, purge_started_at=None).first()) is not None:
        return known
    with transaction.atomic():
        stage = Stage(now)
        set_the_stage(stage)
        closed = play_first_vote(stage)
        _score(stage, closed.deadline_at + 2 * CLOSED_AFTER)
        place_features(stage, story.FIRST_PLACES, day=story.FIRST_PLAN)
        _play(stage, _first_version(stage))
        _play(stage, _work(stage))
        _play(stage, _second_version_and_vote(stage))
        stage.post(now)
        _score(stage, now)
        stage.product.refresh_from_db()
        return stage.product


def _play(stage: Stage, acts: list[Act]) -> None:
    """Play acts in the order of their time, and let the post go out in between."""
    for at, act in sorted(acts, key=lambda each: each[0]):
        stage.post(at)
        act()


def _first_version(stage: Stage) -> list[Act]:
    version = publish(
        stage,
        1,
        day=story.FIRST_VERSION,
        ends=story.FIRST_VERSION_ENDS,
        note=story.FIRST_NOTE,
        gaps_why=story.FIRST_GAPS_WHY,
    )
    round = version.confirmations.get().round
    acts: list[Act] = []
    for place, told in enumerate(story.FIRST_ANSWERS):
        at = moment_of(stage, told, place)
        acts.append((at, partial(answer, stage, version, told, at=at)))
    closing = round.deadline_at + CLOSED_AFTER
    acts.append((closing, partial(close_round, round, now=closing)))
    return acts


def _work(stage: Stage) -> list[Act]:
    """What went on between the versions: work, and what was planned differently."""
    acts: list[Act] = []
    for key, day in story.MOVED_EARLIER.items():
        acts.append((stage.at(day, 14), partial(place_features, stage, {key: story.MOVED[key]}, day=day)))
    later = {key: spot for key, spot in story.MOVED.items() if key not in story.MOVED_EARLIER}
    acts.append((stage.at(story.SECOND_PLAN, 14), partial(place_features, stage, later, day=story.SECOND_PLAN)))
    for place, (day, key, text, why, present) in enumerate(story.DECISIONS):
        at = stage.at(day, 15, 30)
        seats = [stage.seats[person] for person in present]
        write_down = partial(
            decide, text=text, why=why, present=seats, nonce=f"sample-{place}", by=stage.manager, now=at
        )
        acts.append((at, partial(write_down, stage.features[key])))
    return acts + [each for each in _progress(stage) if each[0] < stage.at(story.SECOND_VERSION)]


def _progress(stage: Stage) -> list[Act]:
    acts: list[Act] = []
    for day, key, share in story.PROGRESS:
        at = stage.at(day, 17, 30)
        acts.append((at, partial(work_on, stage, key, share, at=at)))
    return acts


def _second_version_and_vote(stage: Stage) -> list[Act]:
    version = publish(
        stage,
        2,
        day=story.SECOND_VERSION,
        ends=story.SECOND_VERSION_ENDS,
        note=story.SECOND_NOTE,
        gaps_why=story.SECOND_GAPS_WHY,
    )
    round = open_second_vote(stage)
    acts: list[Act] = [_share(stage)]
    for start, person, keys, is_done in second_votes(stage, round):
        acts.append((start, partial(play_second_vote, stage, round, person, start, keys, is_done=is_done)))
    for place, told in enumerate(story.SECOND_ANSWERS):
        at = moment_of(stage, told, place)
        acts.append((at, partial(answer, stage, version, told, at=at)))
    return acts + [each for each in _progress(stage) if each[0] >= stage.at(story.SECOND_VERSION)]


def _share(stage: Stage) -> Act:
    at = stage.at(story.SECOND_VERSION, 10)
    terms = ShareTerms(audience=story.SHARED_WITH, shows_names=True, shows_sizes=True)
    return at, partial(make_share, stage.product, terms=terms, by=stage.manager, now=at)


def _score(stage: Stage, at: datetime) -> None:
    # numpy comes with it; only a task or a command loads the sample
    from prioritization.actions.scoring import score_when_asked

    score_when_asked(stage.product.pk, clock=lambda: at)
