"""What scanners of mail leave behind that open everybody's links before they do: nothing.

    python -m bench.scanners                       1,000 openings by each of six kinds of scanner, about 12 minutes
    python -m bench.scanners --openings 60 --people 6

Asks people in a voting round and in a confirmation, in a production world of its own (gunicorn, workers, PostgreSQL, Redis).
A Chromium shows the HTML mails that went out, and opens their links, running the scripts and pressing nothing; five more
scanners ask by HEAD, GET, OPTIONS and with prefetch headers, and follow what the pages name. Every row of every table (but
those that the workers write by themselves) is read before and after. Then each person presses their button and answers, and the links' secrets are looked for in rows, logs and Redis.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from email import message_from_bytes, policy
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from config.check.browser import Browser as Person
from tests import servers
from tests.scanners import BY_REQUEST, ScriptedScanner, ask, changed, rows_of
from tests.stakeholders.fire import Sql
from tests.worlds import World, production, wait_until

ROUNDS = """
import json
from datetime import timedelta
from stakeholders import clock
from stakeholders.actions.links import make_sign_in_link, url_of
from stakeholders.models import Seat
from prioritization.actions.voting import open_voting_round
from tests import factories
from tests.roadmap.confirming import deadline, plan_beacon, publish

factories.organisation()
beacon = factories.product("beacon", key="BCN", name="Beacon")
mia = factories.seat(beacon, Seat.Role.MANAGER, user=factories.user("Mia Okafor", email="mia@people.example"))
seats = [factories.seat(beacon, user=factories.user(f"Person {{n}}", email=f"person{{n}}@people.example"), must_confirm=True)
    for n in range({people})]
features = plan_beacon(beacon, mia)
open_voting_round(beacon, title="Q1 priorities", features=features, seats=seats, deadline=deadline(), by=mia, now=clock.now(), reminders=[])
publish(beacon, mia, required=seats, reminders=[])
print(json.dumps(url_of(make_sign_in_link(mia.user, now=clock.now(), ttl=timedelta(hours=3)))))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--openings", type=int, default=1_000, help="by each kind of scanner (1000)")
    parser.add_argument("--people", type=int, default=25, help="each has a link to vote and one to confirm (25)")
    options = parser.parse_args()
    print(f"about {options.openings / 85:.0f} minutes on 2 cores", flush=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="accord-bench-")))
        os.environ["DATABASE_URL"] = stack.enter_context(servers.postgresql(folder))
        world = stack.enter_context(production(folder / "world", sample=False))
        play = stack.enter_context(sync_playwright())
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = play.chromium.launch(executable_path=servers.chromium(), args=["--disable-gpu", *root])
        stack.callback(browser.close)
        try:
            report(world, browser, options.openings, options.people)
        except AssertionError as wrong:
            print(f"WRONG: {wrong}")
            return 1
    return 0


def report(world: World, browser: Browser, openings: int, people: int) -> None:
    """Let everything be scanned, then everybody answer; print what came of it."""
    sign_in = world.tell(ROUNDS.format(people=people))
    sql = Sql(world)
    waiting = "SELECT count(*) FROM stakeholders_message WHERE sent_at IS NULL"
    wait_until(lambda: sql(waiting)[0][0] == 0, "every mail is out", seconds=300)
    mails = [message_from_bytes(raw, policy=policy.default) for raw in world.mails()]
    assert len(mails) == 2 * people, f"{len(mails)} mails"

    before, began = rows_of(sql), time.monotonic()
    scanner = ScriptedScanner(browser, world.url)
    found = [scanner.read_mail(mail.get_body(("html",)).get_content()) for mail in mails]
    personal = sorted({link for links in found for link in links if "/s/" in link})
    links = sorted({link for links in found for link in links} | {sign_in})
    assert len(personal) == 2 * people, f"{len(personal)} personal links in {len(mails)} mails"
    statuses: dict[str, Counter[int]] = {way: Counter() for way in ("Chromium", *BY_REQUEST)}
    for number, link in zip(range(openings), itertools.cycle(links)):
        if number and number % 50 == 0:
            scanner = another(scanner, browser, world)
        statuses["Chromium"][scanner.open(link)] += 1
        for way in BY_REQUEST:
            statuses[way][ask(link, way)] += 1
    posted = scanner.posted
    scanner.close()
    difference = changed(before, rows_of(sql))
    print(f"{len(mails)} mails, {len(links)} links, scanned in {time.monotonic() - began:.0f} s")
    for way, counted in statuses.items():
        print(f"  {way:10}{sum(counted.values()):6} openings, answered {dict(counted)}")
    print(f"  unsafe requests that pages made by themselves: {len(posted)}")
    print(f"  rows before {sum(map(len, before.values()))} in {len(before)} tables, differing after: {len(difference)}")
    assert not posted, posted[:5]
    assert not difference, "\n".join(difference[:20])
    assert all(status < 400 or status == 405 for counted in statuses.values() for status in counted)

    answered = sum(tap(link) for link in personal)
    tables = Counter(row.partition(":")[0] for row in changed(before, rows_of(sql)))
    rated = sql("SELECT count(DISTINCT ballot_id) FROM prioritization_rating")[0][0]
    confirmed = sql("SELECT count(*) FROM roadmap_answer")[0][0]
    grants = tables["stakeholders_grant"]
    print(
        f"then {answered} of {len(personal)} people pressed their button: {rated} voted, {confirmed} confirmed, {grants} grants"
    )
    assert (rated, confirmed, grants) == (people, people, 2 * people)
    secrets = [link.rstrip("/").rpartition("-")[2][:52] for link in [*personal, sign_in]]
    places = {
        "rows": "\n".join(row for rows in rows_of(sql).values() for row in rows),
        "logs": "\n".join(path.read_text(errors="replace") for path in world.data.glob("*.log")),
        "Redis": "\n".join(redis_texts(world.environment["REDIS_URL"])),
    }
    found_in = {name: sum(secret in text for secret in secrets) for name, text in places.items()}
    print(
        f"{len(secrets)} secrets of links looked for in rows, logs and Redis ({sum(map(len, places.values())):,} letters): {found_in}"
    )
    assert not any(found_in.values()), "a link's secret is written down"

    desk = Person()
    door = desk.open(sign_in)
    home = desk.submit(door, door.form(to="/open/"))
    print(f"and the sign-in link, opened as often, signed its person in: {home.url.removeprefix(world.url)}")
    assert home.status == 200
    assert "/s/" not in home.url


def redis_texts(url: str) -> list[str]:
    """Everything that Redis holds, as text: queues, what is being worked on, counts."""
    import redis

    client = redis.Redis.from_url(url)
    read = {
        b"list": lambda key: client.lrange(key, 0, -1),
        b"hash": client.hgetall,
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1),
        b"string": client.get,
    }
    return [f"{key!r} {read[client.type(key)](key)!r}" for key in client.scan_iter()]


def another(scanner: ScriptedScanner, browser: Browser, world: World) -> ScriptedScanner:
    """A scanner with fresh cookies, which goes on with the list of what pages posted."""
    scanner.close()
    fresh = ScriptedScanner(browser, world.url)
    fresh.posted += scanner.posted
    return fresh


def tap(link: str) -> bool:
    """Press the button of a link as its person, and answer."""
    person = Person()
    door = person.open(link)
    page = person.submit(door, door.form(to="/open/"))
    if "/ballot/" in page.url:
        page = person.open(page.link(to="/1/"))
        keys = sorted({name for name, _value in page.form(to="/rate/").boxes})
        return person.submit(page, page.form(to="/rate/"), **dict.fromkeys(keys, "4")).status == 200
    return person.submit(page, page.form(to="/answer/"), answer="confirm").status == 200


if __name__ == "__main__":
    sys.exit(main())
