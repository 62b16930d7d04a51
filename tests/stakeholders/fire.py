"""What the deadline tests share: a world of real processes on either database, SQL into it, and people who answer at once."""

import contextlib
import http.client
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.data_folder import DataFolder
from tests import servers
from tests.worlds import ROOT, World, bare_environment, fresh_database, migrated_file, start_part, wait_until

CSRF = "c" * 32
WRONG_WEB = ["gunicorn", "-c", "python:config.gunicorn", "tests.stakeholders.wrong_clock"]


@contextlib.contextmanager
def world(
    folder: Path, *parts: str, environment: dict[str, str] | None = None, wrong_clock: int = 0
) -> Iterator[World]:
    """Run these processes (of tests.worlds.COMMANDS) on a fresh database: PostgreSQL and Redis where DATABASE_URL names a
    server, else an SQLite file and the filesystem broker.

    wrong_clock  by how many seconds the clock of one of the web processes is wrong (tests.stakeholders.wrong_clock)
    """
    with contextlib.ExitStack() as stack:
        port = servers.free_port()
        data = folder / "data"
        data.mkdir(parents=True)
        env = {
            **bare_environment(),
            "BASE_URL": f"http://127.0.0.1:{port}",
            "SECRET_KEY": secrets.token_urlsafe(40),
            "LINK_KEY": secrets.token_urlsafe(40),
            "STATUS_TOKEN": secrets.token_urlsafe(20),
            "ACCORD_DATA": str(data),
            "WEB_BIND": f"127.0.0.1:{port}",
            "LOG_FORMAT": "json",
            "LOG_LEVEL": "INFO",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **(environment or {}),
        }
        if wrong_clock:
            env["WRONG_CLOCK"] = f"{wrong_clock:+}:{folder / 'wrong-clock'}"
        if os.environ.get("DATABASE_URL"):
            env["DATABASE_URL"] = stack.enter_context(fresh_database())
            env["REDIS_URL"] = stack.enter_context(servers.redis(folder))
        else:
            DataFolder(data).prepare()
            shutil.copy(migrated_file(), data / "accord.sqlite3")
        found = World(env["BASE_URL"], data, env["STATUS_TOKEN"], env)
        try:
            for name in parts:
                start_part(found, name, WRONG_WEB if wrong_clock and name == "web" else None)
            if "web" in parts:
                wait_until(lambda: web_answers(port), "the web server answers", seconds=120)
            yield found
        finally:
            found.dismiss()
            for process in found.processes.values():
                process.terminate()
            for process in found.processes.values():
                process.wait(60)


def web_answers(port: int) -> bool:
    """Whether every web process has read the application: none is asked for the first time under fire."""
    for _number in range(8):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", "/-/live")
            if connection.getresponse().status != 200:
                return False
        except OSError:
            return False
        finally:
            connection.close()
    return True


def stage(
    found: World, *, people: int, confirmations: int = 0, votings: int = 0, answered: int = 0
) -> list[dict[str, Any]]:
    """Open the rounds in that world; see fire_stage."""
    numbers = [str(number) for number in (people, confirmations, votings, answered)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.stakeholders.fire_stage", *numbers],
        cwd=ROOT,
        env=found.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


class Sql:
    """The world's database, by plain SQL; instants come back as aware datetimes."""

    def __init__(self, found: World) -> None:
        self.url = found.environment.get("DATABASE_URL", "")
        self.file = found.data / "accord.sqlite3"
        self.is_postgresql = bool(self.url)

    def __call__(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement with `?` for values, commit it, and return its rows."""
        with contextlib.closing(self._connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(statement.replace("?", "%s") if self.is_postgresql else statement, values)
            rows = cursor.fetchall() if cursor.description else []
            connection.commit()
        return rows

    def _connect(self) -> Any:
        if self.is_postgresql:
            import psycopg2

            return psycopg2.connect(self.url)
        return sqlite3.connect(self.file, timeout=30)

    def instant(self, value: Any) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value.astimezone(UTC) if value else None
        return datetime.fromisoformat(value).replace(tzinfo=UTC)

    def stored(self, at: datetime) -> Any:
        """An instant as the database keeps it."""
        return at if self.is_postgresql else at.astimezone(UTC).replace(tzinfo=None).isoformat(" ")

    def outcome(self, value: Any) -> dict[str, Any]:
        return json.loads(value) if isinstance(value, str) else value


@dataclass(slots=True)
class Shot:
    """One answer: who gives it when, and what the server said; all instants by this machine's clock."""

    at: datetime
    path: str
    browser: str
    form: dict[str, str]
    seat: int
    status: int = 0
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    is_by_wrong_clock: bool = False


def answers_to(staged: dict[str, Any], deadline: datetime, *, count: int, spread: timedelta, chance: Any) -> list[Shot]:
    """Return `count` answers to a round, their instants uniform over `deadline` ± `spread`; a tenth change their mind."""
    people = staged["people"][: count - count // 10]
    people += [chance.choice(people) for _ in range(count - len(people))]
    shots = []
    for person in people:
        at = deadline + spread * chance.uniform(-1, 1)
        if staged["kind"] == "confirmation":
            path = f"/confirm/{staged['public_id']}/answer/"
            verdict = chance.choices(["confirm", "concerns", "object", "abstain"], [70, 15, 5, 10])[0]
            form = {
                "answer": verdict,
                "concern": "Too little time.",
                "objection": "It was promised otherwise.",
                "nonce": secrets.token_hex(16),
            }
        else:
            path = f"/ballot/{staged['public_id']}/{chance.randint(1, staged['features'])}/rate/"
            form = {key: chance.choice(["1", "2", "3", "4", "5", "none"]) for key in staged["criteria"]}
        shots.append(Shot(at, path, person["browser"], form, person["seat"]))
    return sorted(shots, key=lambda shot: shot.at)


def fire(found: World, shots: list[Shot], *, threads: int, is_keeping_alive: bool = True) -> None:
    """Send the answers from that many threads, each when its time has come.

    Every thread keeps its connection, and with it its web process, unless told not to.
    """
    port = urllib.parse.urlsplit(found.url).port
    queues = [shots[number::threads] for number in range(threads)]
    wrong: list[BaseException] = []

    def work(queue: list[Shot]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            for shot in queue:
                _send(connection, shot)
                if not is_keeping_alive:
                    connection.close()
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(queue,)) for queue in queues]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if wrong:
        raise wrong[0]


def _send(connection: http.client.HTTPConnection, shot: Shot) -> None:
    headers = {
        "Cookie": f"answers={shot.browser}; csrf={CSRF}",
        "X-CSRFToken": CSRF,
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "Referer": f"http://127.0.0.1:{connection.port}/",
    }
    time.sleep(max(0.0, (shot.at - datetime.now(UTC)).total_seconds()))
    shot.sent_at = datetime.now(UTC)
    connection.request("POST", shot.path, urllib.parse.urlencode(shot.form), headers)
    response = connection.getresponse()
    response.read()
    shot.status = response.status
    shot.is_by_wrong_clock = response.getheader("Wrong-Clock") is not None
    shot.answered_at = datetime.now(UTC)


def refusals(found: World) -> list[dict[str, Any]]:
    """The answers that the web processes say they refused, with the instants that decided."""
    lines = (found.data / "web.log").read_text().splitlines()
    told = [json.loads(line) for line in lines if '"answer_refused"' in line and line.startswith("{")]
    return [
        {
            **line,
            "arrived_at": datetime.fromisoformat(line["arrived_at"]),
            "deadline_at": datetime.fromisoformat(line["deadline_at"]),
        }
        for line in told
    ]


def all_closed(found: World, sql: Sql, rounds: list[int]) -> Callable[[], bool]:
    """Return the question whether these rounds have closed; it fails when a process of the world has died."""
    marks = ", ".join("?" for _ in rounds)
    closed = f"SELECT count(*) FROM stakeholders_round WHERE id IN ({marks}) AND closed_at IS NOT NULL"  # noqa: S608

    def are_closed() -> bool:
        for name, process in found.processes.items():
            assert process.poll() is None, f"{name} has died:\n{(found.data / f'{name}.log').read_text()[-2000:]}"
        return bool(sql(closed, *rounds)[0][0] == len(rounds))

    return are_closed


__all__ = ["Shot", "Sql", "all_closed", "answers_to", "fire", "refusals", "stage", "wait_until", "world"]
