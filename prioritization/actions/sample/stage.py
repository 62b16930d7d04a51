"""The stage on which the sample's story is played: its days, the clock of each act, and the post in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property, partial
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

from prioritization.sample.people import ZONE
from prioritization.sample.product import RELEASES
from prioritization.sample.story import When
from roadmap.models import Feature, Objective, Product, Release, Team
from stakeholders.actions import outbox
from stakeholders.mail.delivery import Post
from stakeholders.models import Department, Seat
from stakeholders.rules.deadlines import Deadline, read

SOONEST_RELEASE = timedelta(days=14)
FRIDAY = 4


@dataclass
class Stage:
    """Everything that the acts of the story share. Days count from `today`; no act lies after `now`."""

    now: datetime
    product: Product = field(init=False)
    seats: dict[str, Seat] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    objectives: dict[str, Objective] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    releases: list[Release] = field(default_factory=list)
    features: dict[str, Feature] = field(default_factory=dict)

    @cached_property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(ZONE)).date()

    @property
    def manager(self) -> Seat:
        return next(iter(self.seats.values()))

    def day(self, offset: int) -> date:
        """Return a working day: in the past the last one not after that day, in the future the first not before it."""
        found = self.today + timedelta(days=offset)
        step = timedelta(days=1 if offset > 0 else -1)
        while found.weekday() > FRIDAY:
            found += step
        return found

    def at(self, offset: int, hour: int = 9, minute: int = 0, second: int = 0) -> datetime:
        """Return an instant of a working day. Raises ImproperlyConfigured if it were after the loading."""
        wall = datetime.combine(self.day(offset), time(hour, minute, second), ZoneInfo(ZONE))
        if wall > self.now:
            raise ImproperlyConfigured(f"The sample's story would play in the future: {wall}.")
        return wall

    def deadline(self, offset: int) -> Deadline:
        return read(datetime.combine(self.day(offset), time(17)), ZONE)

    @cached_property
    def windows(self) -> list[tuple[date, date]]:
        """First and last day of each release: by quarters, the first one ending two weeks from today or later."""
        ends = [
            _third_friday(year, month)
            for year in range(self.today.year - 1, self.today.year + 3)
            for month in (3, 6, 9, 12)
        ]
        first = next(i for i, end in enumerate(ends) if end >= self.today + SOONEST_RELEASE)
        return [(ends[i - 1] + timedelta(days=1), ends[i]) for i in range(first, first + RELEASES)]

    def on(self, when: When) -> date:
        """Return the day that a point of the roadmap falls on, a Monday where that is a weekend."""
        if when.release is None:
            found = self.today + timedelta(days=when.days or 0)
        else:
            first, last = self.windows[when.release]
            found = first + timedelta(days=round(when.into * (last - first).days))
        if when.at_least is not None:
            found = max(found, self.today + timedelta(days=when.at_least))
        return found + timedelta(days=(7 - found.weekday()) if found.weekday() > FRIDAY else 0)

    def post(self, until: datetime) -> None:
        """Send the mail that was due by then, each at its time, as a worker would have: into the outbox folder.

        Raises ImproperlyConfigured where that cannot be written.
        """
        with Post() as transport:
            waiting = self.product.messages.waiting().filter(due_at__lte=until)
            while due := waiting.order_by("due_at", "pk").values_list("due_at", flat=True).first():
                told = outbox.send_due(clock=partial(_same, due), transport=transport, product_id=self.product.pk)
                if told.deferred:
                    why = self.product.messages.exclude(why="").values_list("why", flat=True).last()
                    raise ImproperlyConfigured(f"The sample's mail cannot be kept. {why}")


def _same(moment: datetime) -> datetime:
    return moment


def name_of(last: date) -> str:
    """Return what a release that ships on this day is called: year and quarter."""
    return f"{last.year}.{(last.month + 2) // 3}"


def _third_friday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(FRIDAY - first.weekday()) % 7 + 14)
