"""Plays how the sample's roadmap came about: places, two versions, what people answered to them, work that went on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from prioritization.actions.sample.setting import FEATURES, content_of
from prioritization.actions.sample.stage import Stage
from prioritization.sample.people import PEOPLE
from prioritization.sample.story import SampleAnswer, Spot
from roadmap.actions.confirming import answer_confirmation
from roadmap.actions.features import edit_feature
from roadmap.actions.planning import Place, plan_feature
from roadmap.actions.publishing import Terms, publish_version
from roadmap.models import Feature, Version
from roadmap.queries.snapshots import plan_of
from roadmap.rules.snapshot import fingerprint
from stakeholders.actions.rounds import mark_opened
from stakeholders.models import Invitation


def place_features(stage: Stage, spots: Mapping[str, Spot | None], *, day: int) -> None:
    """Put features where the story wants them; what is needed first stands first."""
    for minute, (key, spot) in enumerate(spots.items()):
        place = Place()
        if spot is not None:
            place = Place(stage.releases[spot.release], stage.on(spot.starts), stage.on(spot.ends))
        feature = Feature.objects.get(pk=stage.features[key].pk)
        at = stage.at(day, 14, minute)
        plan_feature(feature, place=place, edition=feature.edition, by=stage.manager, now=at)


def work_on(stage: Stage, key: str, share: float, *, at: datetime) -> None:
    """Let the owner of a feature say how far it is."""
    feature = Feature.objects.get(pk=stage.features[key].pk)
    content = replace(
        content_of(stage, FEATURES[key]), fields={"progress": share, "status": Feature.Status.IN_PROGRESS}
    )
    edit_feature(feature, edition=feature.edition, content=content, by=stage.seats[FEATURES[key].owner], now=at)


def publish(stage: Stage, number: int, *, day: int, ends: int, note: str, gaps_why: str) -> Version:
    """Publish the plan as it stands, and ask everyone who must confirm it."""
    return publish_version(
        stage.product,
        number=number,
        seen=fingerprint(plan_of(stage.product)),
        note=note,
        gaps_why=gaps_why,
        terms=Terms(
            deadline=stage.deadline(ends),
            required=[stage.seats[person.key] for person in PEOPLE if person.must_confirm],
        ),
        by=stage.manager,
        now=stage.at(day, 8, 30),
    )


def answer(stage: Stage, version: Version, told: SampleAnswer, *, at: datetime) -> None:
    """Let one person open their link and answer to a version."""
    round = version.confirmations.get().round
    seat = stage.seats[told.person]
    mark_opened(round, seat, now=at)
    answer_confirmation(
        Invitation.objects.select_related("round", "seat").get(round=round, seat=seat),
        verdict=told.verdict,
        text=told.text,
        features=[stage.features[key].pk for key in told.about],
        nonce=f"sample-{stage.product.pk}-{version.number}-{told.person}",
        arrived=at,
    )


def moment_of(stage: Stage, told: SampleAnswer, place: int) -> datetime:
    """Return when an answer was given: on its day, one after the other."""
    return stage.at(told.day, 9 + place % 8, 7 * place % 60)
