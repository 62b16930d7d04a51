"""Plays the sample's two voting rounds: opened, answered person by person, the first one closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from prioritization.actions.ballots import finish_ballot, save_sheet
from prioritization.actions.remarks import leave_remark
from prioritization.actions.sample.setting import FEATURES
from prioritization.actions.sample.stage import Stage
from prioritization.actions.voting import ballot_of, open_voting_round
from prioritization.models import Remark
from prioritization.sample import story
from prioritization.sample.people import PEOPLE, SamplePerson
from prioritization.sample.votes import SEED, answers
from stakeholders.actions.closing import close_round
from stakeholders.actions.rounds import mark_opened
from stakeholders.models import Invitation, Round
from stakeholders.rules.deadlines import GRACE

PERSON = {person.key: person for person in PEOPLE}
SECONDS_A_FEATURE = (9, 31)
CLOSED_AFTER = GRACE + timedelta(seconds=3)


def play_first_vote(stage: Stage) -> Round:
    """Ask everybody about everything that might be built, and close when the time is over."""
    keys = [key for key, feature in FEATURES.items() if feature.marks and key not in story.NOT_ASKED_FIRST]
    round = _open(stage, "What first in the next five releases?", keys, story.FIRST_VOTE, story.FIRST_VOTE_ENDS)
    voters = [person for person in PEOPLE if person.key not in story.VOTED_FIRST_NOT]
    days = story.FIRST_VOTE_ENDS - story.FIRST_VOTE - 1
    starts = [stage.at(story.FIRST_VOTE + 1 + place % days, 10 + place % 6) for place in range(len(voters))]
    for start, person in sorted(zip(starts, voters, strict=True), key=lambda each: each[0]):
        stage.post(start)
        _vote(stage, round, person, start, keys, again=False)
    stage.post(round.deadline_at)
    return close_round(round, now=round.deadline_at + CLOSED_AFTER)


def open_second_vote(stage: Stage) -> Round:
    """Ask again about what the next releases could hold."""
    title = f"{stage.releases[1].name} priorities"
    return _open(stage, title, list(story.ASKED_SECOND), story.SECOND_VOTE, story.SECOND_VOTE_ENDS)


def second_votes(stage: Stage, round: Round) -> list[tuple[datetime, SamplePerson, Sequence[str], bool]]:
    """Return who votes in the open round when, about which features, and whether they say that they are done."""
    sessions: list[tuple[datetime, SamplePerson, Sequence[str], bool]] = [
        (stage.at(day, 10 + place % 6, 20), PERSON[key], story.ASKED_SECOND, True)
        for place, (key, day) in enumerate(story.VOTED_SECOND.items())
    ]
    for key, (day, count) in story.STOPPED_AFTER.items():
        sessions.append((stage.at(day, 16), PERSON[key], _shuffled(key, story.ASKED_SECOND)[:count], False))
    return sessions


def play_second_vote(
    stage: Stage, round: Round, person: SamplePerson, start: datetime, keys: Sequence[str], *, is_done: bool
) -> None:
    _vote(stage, round, person, start, keys, again=True, is_done=is_done)


def _open(stage: Stage, title: str, keys: Sequence[str], day: int, ends: int) -> Round:
    return open_voting_round(
        stage.product,
        title=title,
        features=[stage.features[key] for key in keys],
        seats=list(stage.seats.values()),
        deadline=stage.deadline(ends),
        by=stage.manager,
        now=stage.at(day),
    )


def _vote(
    stage: Stage,
    round: Round,
    person: SamplePerson,
    start: datetime,
    keys: Sequence[str],
    *,
    again: bool,
    is_done: bool = True,
) -> None:
    """Let one person open their link, fill in the list of features, and say that they are done."""
    seat = stage.seats[person.key]
    invitation = Invitation.objects.select_related("round", "seat").get(round=round, seat=seat)
    mark_opened(round, seat, now=start)
    ballot = ballot_of(invitation)
    ballot.invitation = invitation
    pace = Random(f"{SEED}/{person.key}/{round.title}")  # noqa: S311
    moment = start + timedelta(seconds=sum(pace.randint(*SECONDS_A_FEATURE) for _key in keys))
    said = {key: answers(person, FEATURES[key], again=again) for key in _shuffled(person.key, keys)}
    sheet = {stage.features[key].pk: answer for key, answer in said.items() if answer}
    save_sheet(ballot, sheet, arrived=moment)
    for key, text in story.SAID.get(person.key, {}).items() if not again else ():
        leave_remark(ballot, stage.features[key].pk, kind=Remark.Kind.COMMENT, text=text, arrived=moment)
    if is_done:
        finish_ballot(ballot, arrived=moment + timedelta(seconds=8))


def _shuffled(key: str, keys: Sequence[str]) -> list[str]:
    found = list(keys)
    Random(f"{SEED}/order/{key}").shuffle(found)  # noqa: S311
    return found
