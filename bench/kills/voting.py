"""A round of voting under fire: how it is opened, how one votes, and what its outcome must say."""

from __future__ import annotations

import random
import re
import time
from datetime import UTC, datetime, timedelta

from bench.kills.stage import FEATURES, Life, Person, Stage, open_door, was_refused
from config.check.browser import Browser, Unexpected

OPENED = "SELECT id, public_id FROM stakeholders_round WHERE title = ?"


def opened(stage: Stage, life: Life) -> list[tuple[int, str]]:
    return stage.sql(OPENED, life.title)


def press_open(stage: Stage, life: Life) -> None:
    page = stage.manager.open(f"{stage.url}/p/{life.slug}/rounds/new/voting/")
    form = page.form(with_field="features")
    features = [value for name, value in form.boxes if name == "features"]
    first = life.number // 2 * FEATURES
    answers: dict[str, str | list[str]] = {
        "title": life.title,
        "features": features[first : first + FEATURES],
        "seats": list(life.seats),
        "deadline_on": (datetime.now(UTC).date() + timedelta(days=12)).isoformat(),
        "deadline_time": "17:00",
    }
    sure = stage.manager.submit(page, form, press="Open the round", **answers)
    stage.manager.submit(sure, sure.form(with_field="sure"), press="Send")


def answer(stage: Stage, life: Life, person: Person, link: str, *, is_whole: bool, chance: random.Random) -> bool:
    """Rate both features, or one of them; True when all was told to be saved."""
    browser = Browser()
    return all(
        _rate(stage, life, person, browser, link, number, str(chance.randint(1, 5)))
        for number in range(1, FEATURES + 1 if is_whole else FEATURES)
    )


def _rate(stage: Stage, life: Life, person: Person, browser: Browser, link: str, number: int, value: str) -> bool:
    """Rate one feature until it is saved or refused; a lost reply means once more, with the same answers."""
    for _ in range(120):
        try:
            page = browser.open(f"{stage.url}/ballot/{life.public_id}/{number}/")
            stage.answers[f"ballot {page.status}"] += 1
            if page.status == 404:  # no grant yet
                if not open_door(stage, person, browser, link):
                    return False
                continue
            if was_refused(person, page):
                return False
            form = page.form(to="/rate/")
            keys = sorted({name for name, chosen in form.boxes if chosen == "5"})
            done = browser.submit(page, form, press="", **dict.fromkeys(keys, value))
            stage.answers[f"vote {done.status}"] += 1
            if done.status == 200:
                title = re.findall(r"Wish \d+", page.source)[0]
                person.saved |= {(title, key): value for key in keys}
                return True
            if was_refused(person, done):
                return False
        except Unexpected:
            stage.answers["no answer from the web"] += 1
        time.sleep(0.7)
    raise AssertionError(f"{person.address} could not vote in round {life.number} in 120 tries")


STORED = (
    "SELECT r.id, u.email, f.title, c.criterion, c.value, c.arrived_at, r.deadline_at, r.closed_at"
    " FROM prioritization_ratingchange c JOIN prioritization_ballot b ON b.id = c.ballot_id"
    " JOIN stakeholders_invitation i ON i.id = b.invitation_id JOIN stakeholders_round r ON r.id = i.round_id"
    " JOIN stakeholders_seat s ON s.id = i.seat_id JOIN stakeholders_user u ON u.id = s.user_id"
    " JOIN roadmap_feature f ON f.id = c.feature_id"
)
"""(round, address, title, criterion, value, arrived, deadline, closed) of every vote, like `confirming.STORED`."""

VOTERS = (
    "SELECT count(DISTINCT b.id) FROM prioritization_ballot b JOIN stakeholders_invitation i"
    " ON i.id = b.invitation_id JOIN prioritization_rating x ON x.ballot_id = b.id WHERE i.round_id = ?"
)


def is_recounted(stage: Stage, life: Life, outcome: dict) -> bool:
    """Whether the outcome says what its rows come to."""
    return outcome["voters"] == stage.sql(VOTERS, life.round)[0][0]
