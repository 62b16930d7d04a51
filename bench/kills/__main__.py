"""What 100 kill −9 of web, workers and Redis do to 20 rounds, half of them voting and half confirming, that are opened, reminded, extended and closed meanwhile.

    python -m bench.kills                                      about 14 minutes
    python -m bench.kills --rounds 2 --kills 6 --life 60       about 3 minutes

A production world of its own: gunicorn, two Celery workers, beat, Redis and PostgreSQL, and a mail server that defers,
refuses and cuts the line by chance. Rounds live for a minute and a half, several at a time; deadlines and reminders' dates
are moved in the rows, and what was sent is dated back, since nobody is reminded within an hour. Everything else goes over
HTTP and is repeated by its person until answered. Prints the figures; exits 1 if one is wrong.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench.kills import account as accounts
from bench.kills.desk import Desk, desk
from bench.kills.life import live
from bench.kills.parts import Killer, Parts, commands
from bench.kills.stage import FEATURES, Life, Stage
from config.check.browser import Browser
from tests import servers
from tests.stakeholders.fire import Sql
from tests.worlds import World, bare_environment, fresh_database, wait_until

PRODUCT = """
import json
from datetime import timedelta
from stakeholders import clock
from stakeholders.actions.links import make_sign_in_link, url_of
from stakeholders.models import Seat
from tests import factories
from tests.roadmap.confirming import plan_beacon

factories.organisation()
mia = factories.user("Mia Okafor", email="mia@people.example")
users = [factories.user(f"Person {{n}}", email=f"person{{n}}@people.example") for n in range({people})]


def staffed(slug, key, name):
    product = factories.product(slug, key=key, name=name)
    manager = factories.seat(product, Seat.Role.MANAGER, user=mia)
    return product, manager, {{str(factories.seat(product, user=user).pk): user.email for user in users}}


beacon, _manager, voters = staffed("beacon", "BCN", "Beacon")
for n in range({features}):
    factories.feature(beacon, f"Wish {{n:03}}")
signers = []
for n in range({confirmations}):
    product, manager, seats = staffed(f"plan-{{n:02}}", f"PLAN{{n}}", f"Plan {{n:02}}")
    plan_beacon(product, manager)
    signers.append(seats)
sign_in = make_sign_in_link(mia, now=clock.now(), ttl=timedelta(hours=3))
print(json.dumps([url_of(sign_in), voters, signers]))
"""
"""A product for all rounds of voting, and one for each confirmation: a roadmap has one open confirmation at a time."""

BACKDATE = (
    "UPDATE stakeholders_message SET sent_at = sent_at - interval '2 hours', due_at = due_at - interval '2 hours'"
    " WHERE sent_at > now() - interval '1 hour' AND kind <> 'receipt'"
)
UNFINISHED = (
    "SELECT count(*) FROM stakeholders_message WHERE sent_at IS NULL AND skipped_at IS NULL AND failed_at IS NULL"
    " AND due_at <= now() + interval '5 minutes'"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--people", type=int, default=8, help="asked in each round (8)")
    parser.add_argument("--life", type=float, default=90, help="seconds from opening to deadline (90)")
    parser.add_argument("--pause", type=float, default=7, help="seconds from kill to kill (7)")
    parser.add_argument("--seed", type=int, default=20261127)
    options = parser.parse_args()
    span = max(options.kills * options.pause, options.life + 10)
    print(f"about {(span + options.life + 90) / 60:.0f} minutes", flush=True)
    chance = random.Random(options.seed)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="accord-bench-")))
        os.environ["DATABASE_URL"] = stack.enter_context(servers.postgresql(folder))
        post = stack.enter_context(desk(chance))
        database = stack.enter_context(fresh_database())
        parts = world(folder, database, post.port)
        stack.callback(parts.stop_all)
        return run(parts, post, options, span, chance)


def world(folder: Path, database: str, mail_port: int) -> Parts:
    web, redis = servers.free_port(), servers.free_port()
    data = folder / "data"
    data.mkdir()
    environment = {
        **bare_environment(),
        "BASE_URL": f"http://127.0.0.1:{web}",
        "WEB_BIND": f"127.0.0.1:{web}",
        "SECRET_KEY": secrets.token_urlsafe(40),
        "LINK_KEY": secrets.token_urlsafe(40),
        "STATUS_TOKEN": secrets.token_urlsafe(20),
        "DATABASE_URL": database,
        "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "ACCORD_DATA": str(data),
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    found = World(environment["BASE_URL"], data, environment["STATUS_TOKEN"], environment)
    return Parts(found, commands(folder, redis), web, redis)


def run(parts: Parts, post: Desk, options: argparse.Namespace, span: float, chance: random.Random) -> int:
    """Live the rounds under fire, wait until all is quiet, and print the account."""
    found = parts.world
    half = options.rounds // 2
    code = PRODUCT.format(people=options.people, features=(options.rounds - half) * FEATURES, confirmations=half)
    sign_in, voters, signers = found.tell(code)
    sql = Sql(found)
    sql(accounts.LOG)
    parts.start_all()
    manager = Browser()
    door = manager.open(sign_in)
    manager.submit(door, door.form(to="/open/"))
    stage = Stage(found.url, sql, post, manager)

    lives = [
        Life(
            number,
            "confirmation",
            f"Plan {number // 2:02}",
            f"plan-{number // 2:02}",
            signers[number // 2],
            options.life,
        )
        if number % 2
        else Life(number, "voting", f"Round {number:02}", "beacon", voters, options.life)
        for number in range(options.rounds)
    ]
    began, over = time.monotonic(), threading.Event()
    backdating = threading.Thread(target=backdate, args=(sql, over))
    killer = Killer(parts, kills=options.kills, seconds=span, chance=random.Random(options.seed + 1))
    backdating.start()
    killer.start()
    step = max(span - options.life, 0) / max(options.rounds - 1, 1)
    threads = []
    for life in lives:
        time.sleep(max(0.0, began + step * life.number - time.monotonic()))
        threads.append(threading.Thread(target=live, args=(stage, life, random.Random(chance.random()))))
        threads[-1].start()
    for thread in [*threads, killer]:
        thread.join()
    account = accounts.Account()
    try:
        settle(sql, len(lives))
    except AssertionError as error:
        account.wrong.append(str(error))
    over.set()
    backdating.join()

    deaths = [at for name, at in parts.killed if name == "now"]
    accounts.answers(account, stage, lives)
    accounts.rounds(account, stage, lives)
    accounts.mails(account, sql, post, deaths)
    accounts.reminders(account, sql, post, lives)
    account.wrong += [f"{type(error).__name__}: {error}" for error in stage.wrong]
    print(f"{len(parts.killed)} kills ({parts.counted()}) in {time.monotonic() - began:.0f} s, {datetime.now(UTC):%F}")
    print("\n".join(account.lines))
    print("web said: " + ", ".join(f"{what} {count}" for what, count in sorted(stage.answers.items())))
    broken = sum(count for what, count in stage.answers.items() if what.endswith("500"))
    account.must(not broken, f"{broken} answers were 500:\n{(found.data / 'web.log').read_text()[-3000:]}")
    for each in account.wrong:
        print(f"WRONG: {each}")
    return 1 if account.wrong else 0


def backdate(sql: Sql, over: threading.Event) -> None:
    while not over.wait(0.5):
        sql(BACKDATE)


def settle(sql: Sql, rounds: int) -> None:
    """Wait until every round is closed and every mail that is due has come to its end."""
    closed = "SELECT count(*) FROM stakeholders_round WHERE closed_at IS NOT NULL"
    wait_until(lambda: sql(closed)[0][0] == rounds, "every round is closed", seconds=120)
    wait_until(lambda: sql(UNFINISHED)[0][0] == 0, "every mail is out", seconds=180)


if __name__ == "__main__":
    sys.exit(main())
