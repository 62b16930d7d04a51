"""What every life of a round shares, and what is written down about it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bench.kills.desk import Desk
from config.check.browser import Browser, Page, Unexpected
from tests.stakeholders.fire import Sql

FEATURES = 2


@dataclass
class Person:
    """Someone asked in one round: what they were told is saved, and when they were told that all was in."""

    address: str
    saved: dict[tuple[str, str], str] = field(default_factory=dict)
    """(title of a feature, criterion) or ("answer", "") to what was said"""
    done_at: datetime | None = None
    was_refused: bool = False
    had_no_mail: bool = False


@dataclass
class Life:
    number: int
    kind: str
    title: str
    slug: str
    seats: dict[str, str]
    """The address of each seat asked, by its id"""
    seconds: float
    acts: Counter[str] = field(default_factory=Counter)
    people: list[Person] = field(default_factory=list)
    round: int = 0
    public_id: str = ""
    is_extended: bool = False
    is_closed_early: bool = False

    @property
    def will_be_extended(self) -> bool:
        return self.number // 2 % 2 == 1

    @property
    def will_be_closed_early(self) -> bool:
        return self.number // 2 % 4 == 0

    @property
    def needs_everyone(self) -> bool:
        """A confirmation closes early only when all have answered: here nobody stays silent, and all are prompt."""
        return self.kind == "confirmation" and self.will_be_closed_early


class Stage:
    """The world, its rows, the mail server, a signed-in manager, and what web answered."""

    def __init__(self, url: str, sql: Sql, desk: Desk, manager: Browser) -> None:
        self.url, self.sql, self.desk, self.manager = url, sql, desk, manager
        self.answers: Counter[str] = Counter()
        self.wrong: list[BaseException] = []


def insist(stage: Stage, what: str, act: Callable[[], None], is_done: Callable[[], bool]) -> None:
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


def open_door(stage: Stage, person: Person, browser: Browser, link: str) -> bool:
    """Press the button behind a personal link; False when it is of no use any more."""
    door = browser.open(link)
    stage.answers[f"door {door.status}"] += 1
    if door.status == 200:
        browser.submit(door, door.form(to="/open/"))
    elif door.status == 410:
        person.was_refused = True
        return False
    return True


def was_refused(person: Person, page: Page) -> bool:
    """Whether an answer came too late, which is written down."""
    person.was_refused = person.was_refused or page.status in (409, 410)
    return person.was_refused
