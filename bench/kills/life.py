"""One round's life: a manager opens, reminds, extends and closes it over HTTP while people vote, whatever is being killed.

Whoever gets no answer tries again, as a person would. What was answered to whom is written down by the instant.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bench.kills.desk import Desk
from config.check.browser import Browser, Unexpected
from tests.stakeholders.fire import Sql

WAVES, LATER_WAVES = (0.35, 0.55, 0.75), (0.6, 0.8, 0.9)
"""When in a round's life its scheduled reminders fall due; the second, after it was extended."""

FEATURES = 2


@dataclass
class Person:
    """Someone asked in one round: what they were told is saved, and when they were told that all was in."""

    address: str
    saved: dict[tuple[str, str], str] = field(default_factory=dict)
    done_at: datetime | None = None
    was_refused: bool = False
    had_no_mail: bool = False


@dataclass
class Life:
    number: int
    title: str
    seconds: float
    acts: Counter[str] = field(default_factory=Counter)
    people: list[Person] = field(default_factory=list)
    round: int = 0
    public_id: str = ""
    is_extended: bool = False
    is_closed_early: bool = False


class Stage:
    """What all lives share: the world, its rows, the mail server, a signed-in manager, and what web answered."""

    def __init__(self, url: str, sql: Sql, desk: Desk, manager: Browser, slug: str, seats: dict[str, str]) -> None:
        self.url, self.sql, self.desk, self.manager, self.slug = url, sql, desk, manager, slug
        self.seats = seats
        self.answers: Counter[str] = Counter()
        self.known_links: set[str] = set()
        self.wrong: list[BaseException] = []


def live(stage: Stage, life: Life, chance: random.Random) -> None:
    """Live one round from opening to its last second; what fails in it is kept in `stage.wrong`."""
    try:
        _live(stage, life, chance)
    except BaseException as error:
        stage.wrong.append(error)


def _live(stage: Stage, life: Life, chance: random.Random) -> None:
    _open(stage, life)
    began = time.monotonic()
    _hasten(stage, life, began)
    people = [
        threading.Thread(target=_answer, args=(stage, life, person, began, chance.random(), chance.random()))
        for person in life.people
    ]
    for person in people:
        person.start()
    _until(began + 0.25 * life.seconds)
    _remind(stage, life)
    if life.number % 2:
        _until(began + 0.45 * life.seconds)
        _extend(stage, life)
        _hasten(stage, life, began)
    if life.number % 4 == 0:
        _until(began + 0.85 * life.seconds)
        _close(stage, life)
    for each in people:
        each.join()


def _until(at: float) -> None:
    time.sleep(max(0.0, at - time.monotonic()))


def _insist(stage: Stage, what: str, act: Callable[[], None], is_done: Callable[[], bool]) -> None:
    """Do it until the rows say that it is done: a lost reply says nothing."""
    for _ in range(60):
        try:
            act()
        except Unexpected:
            stage.answers[f"{what}: no answer, or another than hoped for"] += 1
            time.sleep(1)
        if is_done():
            return
        time.sleep(0.5)
    raise AssertionError(f"could not {what} in 60 tries")


def _open(stage: Stage, life: Life) -> None:
    def act() -> None:
        life.acts["open"] += 1
        page = stage.manager.open(f"{stage.url}/p/{stage.slug}/rounds/new/voting/")
        form = page.form(with_field="features")
        features = [value for name, value in form.boxes if name == "features"]
        mine = features[life.number * FEATURES : (life.number + 1) * FEATURES]
        day = datetime.now(UTC).date() + timedelta(days=12)
        answers: dict[str, str | list[str]] = {
            "title": life.title,
            "features": mine,
            "seats": list(stage.seats),
            "deadline_on": day.isoformat(),
            "deadline_time": "17:00",
        }
        sure = stage.manager.submit(page, form, press="Open the round", **answers)
        stage.manager.submit(sure, sure.form(with_field="sure"), press="Send")

    def is_done() -> bool:
        rows = stage.sql("SELECT id, public_id FROM stakeholders_round WHERE title = ?", life.title)
        if rows:
            life.round, life.public_id = rows[0]
        return bool(rows)

    _insist(stage, "open", act, is_done)
    life.people = [Person(address) for address in stage.seats.values()]


def _hasten(stage: Stage, life: Life, began: float) -> None:
    """Bring the deadline, and the reminders that nobody has tried to send, into this round's short life."""
    opened = datetime.now(UTC) - timedelta(seconds=time.monotonic() - began)
    stage.sql(
        "UPDATE stakeholders_round SET deadline_at = ? WHERE id = ? AND closed_at IS NULL",
        opened + timedelta(seconds=life.seconds),
        life.round,
    )
    dues = stage.sql(
        "SELECT DISTINCT due_at FROM stakeholders_message WHERE round_id = ? AND kind = 'reminder'"
        " AND claimed_at IS NULL AND due_at > now() + interval '1 day' ORDER BY due_at",
        life.round,
    )
    shares = LATER_WAVES if life.is_extended else WAVES
    for (due,), share in zip(dues, shares, strict=False):
        stage.sql(
            "UPDATE stakeholders_message SET due_at = ? WHERE round_id = ? AND kind = 'reminder'"
            " AND claimed_at IS NULL AND due_at = ?",
            opened + timedelta(seconds=share * life.seconds),
            life.round,
            due,
        )


def _remind(stage: Stage, life: Life) -> None:
    by_hand = "SELECT count(*) FROM stakeholders_message WHERE round_id = ? AND position('by-hand' IN key) > 0"
    home = f"{stage.url}/p/{stage.slug}/rounds/{life.public_id}/"

    def act() -> None:
        life.acts["remind"] += 1
        page = stage.manager.open(home)
        if "remind/" in page.source and "Remind" in page.text:
            stage.manager.submit(page, page.form(to="/remind/"))
        else:
            life.acts["nobody to remind"] += 1

    def is_done() -> bool:
        is_nobody_left = life.acts["nobody to remind"] > 20
        return is_nobody_left or stage.sql(by_hand, life.round)[0][0] > 0 or _is_over(stage, life)

    _insist(stage, "remind", act, is_done)


def _is_over(stage: Stage, life: Life) -> bool:
    """Whether the deadline has passed while the web was away: a manager comes too late then."""
    return bool(stage.sql("SELECT 1 FROM stakeholders_round WHERE id = ? AND deadline_at <= now()", life.round))


def _extend(stage: Stage, life: Life) -> None:
    day = datetime.now(UTC).date() + timedelta(days=20)

    def act() -> None:
        life.acts["extend"] += 1
        page = stage.manager.open(f"{stage.url}/p/{stage.slug}/rounds/{life.public_id}/extend/")
        fields = {"deadline_on": day.isoformat(), "deadline_time": "17:00", "why": "Some were away."}
        stage.manager.submit(page, page.form(with_field="why"), press="Extend", **fields)

    extended = "SELECT count(*) FROM stakeholders_extension WHERE round_id = ?"
    _insist(stage, "extend", act, lambda: stage.sql(extended, life.round)[0][0] > 0 or _is_over(stage, life))
    life.is_extended = stage.sql(extended, life.round)[0][0] > 0


def _close(stage: Stage, life: Life) -> None:
    def act() -> None:
        life.acts["close"] += 1
        page = stage.manager.open(f"{stage.url}/p/{stage.slug}/rounds/{life.public_id}/close/")
        stage.manager.submit(page, page.form(with_field="why"), press="Close it", why="All that matter have voted.")

    closed = "SELECT closed_by_id FROM stakeholders_round WHERE id = ? AND closed_at IS NOT NULL"
    _insist(stage, "close", act, lambda: bool(stage.sql(closed, life.round)))
    life.is_closed_early = stage.sql(closed, life.round)[0][0] is not None


def _answer(stage: Stage, life: Life, person: Person, began: float, when: float, how: float) -> None:
    """A fifth stays silent, a tenth stops half-way; the others answer both features, each until it is told "saved"."""
    try:
        if how < 0.2:
            return
        _until(began + (0.1 + 0.85 * when) * life.seconds)
        link = _link_of(stage, life, person, began)
        if not link:
            person.had_no_mail = True
            return
        browser, chance = Browser(), random.Random(how)
        for number in range(1, FEATURES + 1 if how >= 0.3 else FEATURES):
            if not _rate(stage, life, person, browser, link, number, str(chance.randint(1, 5))):
                return
        if how >= 0.3:
            person.done_at = datetime.now(UTC)
    except BaseException as error:
        stage.wrong.append(error)


def _link_of(stage: Stage, life: Life, person: Person, began: float) -> str:
    """The link of this round in a mail that came; other rounds' links to the same person lead elsewhere."""
    end = began + life.seconds
    others: set[str] = set()
    while (left := end - time.monotonic()) > 0:
        link = stage.desk.link_for(person.address, others, seconds=left)
        if not link:
            return ""
        found = stage.sql(
            "SELECT round_id FROM stakeholders_link WHERE public_id = ?", link.rstrip("/").split("/")[-1].split("-")[0]
        )
        if found and found[0][0] == life.round:
            return link
        others.add(link)
    return ""


def _rate(stage: Stage, life: Life, person: Person, browser: Browser, link: str, number: int, value: str) -> bool:
    """Rate one feature until it is saved or refused; a lost reply means once more, with the same answers."""
    for _ in range(120):
        try:
            page = browser.open(f"{stage.url}/ballot/{life.public_id}/{number}/")
            stage.answers[f"ballot {page.status}"] += 1
            if page.status == 404:  # no grant yet
                door = browser.open(link)
                stage.answers[f"door {door.status}"] += 1
                if door.status == 200:
                    browser.submit(door, door.form(to="/open/"))
                elif door.status == 410:
                    person.was_refused = True
                    return False
                continue
            if page.status == 410:
                person.was_refused = True
                return False
            form = page.form(to="/rate/")
            keys = sorted({name for name, chosen in form.boxes if chosen == "5"})
            done = browser.submit(page, form, press="", **dict.fromkeys(keys, value))
            stage.answers[f"answer {done.status}"] += 1
            if done.status == 200:
                title = re.findall(r"Wish \d+", page.source)[0]
                person.saved |= {(title, key): value for key in keys}
                return True
            if done.status in (409, 410):
                person.was_refused = True
                return False
        except Unexpected:
            stage.answers["no answer from the web"] += 1
        time.sleep(0.7)
    raise AssertionError(f"{person.address} could not answer round {life.number} in 120 tries")
