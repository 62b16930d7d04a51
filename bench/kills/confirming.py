"""A round of confirming under fire: how a version goes out, how one answers, and what its outcome must say."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from bench.kills.stage import Life, Person, Stage, open_door, was_refused
from config.check.browser import Browser, Form, Page, Unexpected
from tests.stakeholders.recount import verdict_by_hand

OPENED = (
    "SELECT r.id, r.public_id FROM stakeholders_round r JOIN roadmap_product p ON p.id = r.product_id"
    " WHERE p.slug = ? AND r.kind = 'confirmation'"
)


def opened(stage: Stage, life: Life) -> list[tuple[int, str]]:
    return stage.sql(OPENED, life.slug)


def press_open(stage: Stage, life: Life) -> None:
    page = stage.manager.open(f"{stage.url}/p/{life.slug}/roadmap/publish/")
    form = page.form(with_field="seen")
    names = {name for name, _value in form.boxes if name.startswith("seat-")}
    answers: dict[str, str | list[str]] = {
        name: "required" if name.removeprefix("seat-") in life.seats else "none" for name in names
    }
    answers["gaps_why"] = "We talked about it."
    answers["deadline_on"] = (datetime.now(UTC).date() + timedelta(days=12)).isoformat()
    answers["deadline_time"] = "17:00"
    sure = stage.manager.submit(page, form, press="Publish version", **answers)
    stage.manager.submit(sure, sure.form(with_field="sure"), press="Publish version")


def answer(stage: Stage, life: Life, person: Person, link: str, *, is_whole: bool, chance: random.Random) -> bool:
    """Answer, or only look; True when told that it is saved. A lost reply means the same form, sent once more."""
    browser, said = Browser(), chance.choice(["confirm", "confirm", "concerns", "object", "abstain"])
    asked: tuple[Page, Form] | None = None
    for _ in range(120):
        try:
            if asked is None:
                page = browser.open(f"{stage.url}/confirm/{life.public_id}/")
                stage.answers[f"confirm page {page.status}"] += 1
                if page.status == 404:  # no grant yet
                    if not open_door(stage, person, browser, link):
                        return False
                    continue
                if not is_whole or was_refused(person, page):
                    return False
                asked = page, page.form(to="/answer/")
            words = {"concern": "Too much at once.", "objection": "We cannot staff it."}
            done = browser.submit(*asked, press="", answer=said, **words)
            stage.answers[f"answer {done.status}"] += 1
            if done.status == 200:
                person.saved[("answer", "")] = said
                return True
            if was_refused(person, done):
                return False
        except Unexpected:
            if asked is None and _is_over(stage, life):
                person.was_refused = True
                return False
            stage.answers["no answer from the web"] += 1
        time.sleep(0.7)
    raise AssertionError(f"{person.address} could not answer round {life.number} in 120 tries")


def _is_over(stage: Stage, life: Life) -> bool:
    return bool(stage.sql("SELECT 1 FROM stakeholders_round WHERE id = ? AND deadline_at <= now()", life.round))


STORED = (
    "SELECT r.id, u.email, 'answer', '', a.verdict, a.arrived_at, r.deadline_at, r.closed_at FROM roadmap_answer a"
    " JOIN roadmap_confirmation c ON c.id = a.confirmation_id JOIN stakeholders_round r ON r.id = c.round_id"
    " JOIN stakeholders_seat s ON s.id = a.seat_id JOIN stakeholders_user u ON u.id = s.user_id"
)
"""(round, address, "answer", "", verdict, arrived, deadline, closed) of every answer, like `voting.STORED`."""


def is_recounted(stage: Stage, life: Life, outcome: dict) -> bool:
    """Whether the outcome says what its rows come to."""
    last = {row[1]: row[4] for row in stage.sql(f"{STORED} WHERE r.id = ? ORDER BY a.id", life.round)}
    counted = Counter(last.get(address, "silent") for address in life.seats.values())
    told = {said: count for said, count in outcome["required"].items() if count}
    return told == counted and outcome["verdict"] == verdict_by_hand(counted, Counter())
