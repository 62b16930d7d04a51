"""How fast a tap on the ballot is acknowledged while fifty people vote, beside a bare upsert in the same server.

    python bench/ballot.py [--people 50] [--paced 20] [--turns 3] [--turn 5]

Starts gunicorn, two workers and beat on a PostgreSQL (with its commits on disk) and a Redis of its own, as production
does, and opens a round of 12 features for all these people. The server itself times each answer, from when its request
was sent: so gunicorn's queue and the wait for the processor count, and what these clients need to read it does not.

paced      everyone votes fast: a page, then a tap a second (give or take half), on and on; p50 and p95 of a tap
saturated  everyone taps again as soon as the answer is there, in turns with the same load on a view that only upserts
           one row in a transaction behind the same middleware; the ratio is taps a second over upserts a second

Exits 1 above 100 ms for the paced p95, below 0.4 for the ratio, or if any answer that was acknowledged is not stored.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.ballot_timing import SENT, TOLD
from tests.servers import postgresql
from tests.worlds import World, production

P95_MS, RATIO = 100, 0.4
FEATURES, A_TAP_TAKES = 12, 1.0
CRITERIA = ("impact", "effort", "ease", "happiness")
CSRF = "b" * 32

A_ROUND = """
import json, secrets
from datetime import timedelta
from django.db import connection
from bench.ballot_urls import TABLE
from prioritization.actions.voting import open_voting_round
from stakeholders import clock
from stakeholders.actions.links import seat_link
from stakeholders.models import Grant, Seat
from stakeholders.rules.deadlines import read
from stakeholders.rules.tokens import hash_of
from tests import factories

with connection.cursor() as cursor:
    cursor.execute(TABLE)
factories.organisation()
beacon = factories.product("bench", key="BNCH", name="Bench")
mia = factories.seat(beacon, Seat.Role.MANAGER, name="Mia Okafor")
people = [factories.seat(beacon, department_name=f"Department {{n % 6}}") for n in range({people})]
features = [factories.feature(beacon, f"Feature {{n}}", summary="Two sentences. On what it is.") for n in range({features})]
now = clock.now()
round = open_voting_round(beacon, title="Q1", features=features, seats=people, by=mia, now=now,
    deadline=read((now + timedelta(days=3)).replace(tzinfo=None, microsecond=0), "UTC"))
browsers = []
for seat in people:
    link, browser = seat_link(seat, round, now=now), secrets.token_urlsafe(32)
    Grant.objects.create(browser_hash=hash_of(browser), link=link, generation=link.generation,
        created_at=now, expires_at=now + timedelta(hours=12))
    browsers.append(browser)
print(json.dumps([round.public_id, browsers]))
"""

STORED = """
import json
from prioritization.models import Rating
from prioritization.queries.ballot import sheet
from prioritization.actions.voting import ballot_of
from stakeholders.models import Round
round = Round.objects.get(public_id={round!r})
stored = []
for invitation in round.invitations.order_by("pk").select_related("round"):
    stored.append({{each.number: each.answers for each in sheet(ballot_of(invitation)).asked}})
print(json.dumps(stored))
"""


Timing = tuple[float, float]
"""Milliseconds that a request waited before the server began with it, and that its answer then took."""


@dataclass
class Person:
    """One who votes: a connection kept open as browsers do, and what the server said it has of theirs."""

    number: int
    host: str
    port: int
    round: str
    cookie: str
    page: str = field(default_factory=lambda: f"{random.getrandbits(64):016x}")
    sequence: int = 0
    saved: dict[tuple[int, str], str] = field(default_factory=dict)
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    timing: Timing = (0.0, 0.0)

    async def ask(self, method: str, path: str, form: dict | None = None) -> bytes:
        """Send one request, on a new connection if the server has ended the last; return the body of a 200."""
        body = urlencode(form).encode() if form else b""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nCookie: {self.cookie}; csrf={CSRF}\r\n"
            f"X-CSRFToken: {CSRF}\r\nAccept: {'application/json' if form else 'text/html'}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        )
        for fresh in (False, True):
            if self.streams is None or fresh:
                self.streams = await asyncio.open_connection(self.host, self.port)
            reader, writer = self.streams
            try:
                writer.write(f"{head}{SENT}: {time.time():.6f}\r\n\r\n".encode() + body)
                answer = await reader.readuntil(b"\r\n\r\n")
                break
            except (ConnectionError, asyncio.IncompleteReadError):
                if fresh:
                    raise
        lines = answer.decode("latin-1").lower().split("\r\n")
        length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))
        content = await reader.readexactly(length)
        if "connection: close" in lines:
            writer.close()
            self.streams = None
        if not lines[0].startswith("http/1.1 200"):
            sys.exit(f"{path} answered {lines[0]}: {content[:200]!r}")
        told = next(line for line in lines if line.startswith(TOLD.lower()))
        waited, made = (float(part.split("=")[1]) for part in told.split(","))
        self.timing = waited, made
        return content

    async def look(self, number: int) -> None:
        await self.ask("GET", f"/ballot/{self.round}/{number}/")

    async def tap(self, number: int, criterion: str) -> None:
        self.sequence += 1
        value = random.choice(("1", "2", "3", "4", "5", "none"))
        form = {criterion: value, "nonce": f"{self.page}.{self.sequence}", "waited": "0"}
        answer = json.loads(await self.ask("POST", f"/ballot/{self.round}/{number}/rate/", form))
        assert answer["standing"][criterion] == value
        self.saved[number, criterion] = value

    async def upsert(self, number: int, criterion: str) -> None:
        form = {"person": self.number, "cell": number * 4 + CRITERIA.index(criterion), "value": random.randint(1, 5)}
        await self.ask("POST", "/bench/upsert/", form)


async def vote_at_pace(person: Person, seconds: float, taps: list[Timing], pages: list[Timing]) -> None:
    """Begin somewhere within the first feature's time, so that people neither come at one moment nor tap in step."""
    ends = time.perf_counter() + seconds
    await asyncio.sleep(random.uniform(0, A_TAP_TAKES * len(CRITERIA)))
    number = random.randint(1, FEATURES)
    while time.perf_counter() < ends:
        number = number % FEATURES + 1
        await person.look(number)
        pages.append(person.timing)
        for criterion in CRITERIA:
            await asyncio.sleep(random.uniform(0.5, 1.5) * A_TAP_TAKES)
            await person.tap(number, criterion)
            taps.append(person.timing)


async def hurry(people: list[Person], act: Callable[[Person], Callable], seconds: float) -> tuple[float, list[Timing]]:
    """Let everyone act again and again; return how many acts were answered a second, and the timing of each."""
    timings: list[Timing] = []
    began = time.perf_counter()
    ends = began + seconds

    async def one(person: Person) -> None:
        while time.perf_counter() < ends:
            await act(person)(random.randint(1, FEATURES), random.choice(CRITERIA))
            timings.append(person.timing)

    await asyncio.gather(*(one(person) for person in people))
    return len(timings) / (time.perf_counter() - began), timings


def quantiles(timings: list[Timing]) -> tuple[float, float]:
    """Return p50 and p95 of the whole time from sent to answered, in milliseconds."""
    whole = sorted(waited + made for waited, made in timings)
    return statistics.median(whole), statistics.quantiles(whole, n=20)[-1]


def in_words(timings: list[Timing]) -> str:
    p50, p95 = quantiles(timings)
    waited, made = (statistics.median(part) for part in zip(*timings, strict=True))
    return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms (of the p50, {waited:.1f} ms waiting and {made:.1f} ms in Django)"


async def measure(people: list[Person], options: argparse.Namespace) -> tuple[float, float]:
    """Return the paced p95 of a tap in milliseconds, and the saturated ratio."""
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    await hurry(people, lambda person: person.tap, 2)  # warm
    await hurry(people, lambda person: person.upsert, 1)
    taps: list[Timing] = []
    pages: list[Timing] = []
    await asyncio.gather(*(vote_at_pace(person, options.paced, taps, pages) for person in people))
    p95 = quantiles(taps)[1]
    print(
        f"paced: {len(people)} people, {len(taps) / options.paced:.0f} taps a second: {in_words(taps)}, limit {P95_MS}"
    )
    print(f"       and {len(pages) / options.paced:.0f} pages a second: {in_words(pages)}")
    rates: dict[str, list[float]] = {"upsert": [], "tap": []}
    timings: dict[str, list[Timing]] = {"upsert": [], "tap": []}
    began, used = time.perf_counter(), time.process_time()
    for _ in range(options.turns):
        for name in rates:
            rate, each = await hurry(people, lambda person, name=name: getattr(person, name), options.turn)
            rates[name].append(rate)
            timings[name] += each
    ours = (time.process_time() - used) / (time.perf_counter() - began)
    bare, tap = (statistics.median(rates[name]) for name in ("upsert", "tap"))
    print(f"saturated: {tap:.0f} taps a second, {bare:.0f} bare upserts: ratio {tap / bare:.2f}, at least {RATIO}")
    print(f"           taps {in_words(timings['tap'])}; upserts {in_words(timings['upsert'])}")
    print(f"           the clients took {ours:.0%} of one core meanwhile")
    return p95, tap / bare


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--paced", type=float, default=20, help="seconds of voting at the journey's pace")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--turn", type=float, default=5, help="seconds of a saturated turn")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="accord-bench-")))
        if "DATABASE_URL" not in os.environ:
            os.environ["DATABASE_URL"] = stack.enter_context(postgresql(folder, options=""))
        settings = {"DJANGO_SETTINGS_MODULE": "bench.ballot_settings", "PYTHONPATH": str(Path.cwd())}
        world = stack.enter_context(production(folder, sample=False, environment=settings))
        people = _people(world, options.people)
        p95, ratio = asyncio.run(measure(people, options))
        lost = _lost(world, people)
    print(f"{sum(len(person.saved) for person in people)} answers acknowledged, {lost} of them not stored as told")
    return 0 if p95 <= P95_MS and ratio >= RATIO and not lost else 1


def _people(world: World, count: int) -> list[Person]:
    round, browsers = _run(world, A_ROUND.format(people=count, features=FEATURES))
    address = urlsplit(world.url)
    return [
        Person(number, str(address.hostname), int(address.port or 0), round, f"answers={browser}")
        for number, browser in enumerate(browsers)
    ]


def _lost(world: World, people: list[Person]) -> int:
    stored = _run(world, STORED.format(round=people[0].round))
    return sum(
        stored[person.number][str(number)][criterion] != value
        for person in people
        for (number, criterion), value in person.saved.items()
    )


def _run(world: World, code: str):
    return world.tell(code)


if __name__ == "__main__":
    sys.exit(main())
