"""kill −9 of the worker before, during and after a closing, and in the middle of its mails: it all happens once."""

import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from stakeholders.actions.outbox import LEASES
from tests.stakeholders import smtp
from tests.stakeholders.fire import Sql, stage, wait_until, world
from tests.worlds import ROOT, World

TIMES = 5
PEOPLE = 6
ANSWERED = 4


@pytest.mark.processes
@pytest.mark.postgres
def test_closing_survives_kills_on_postgresql(tmp_path, record_property):
    closing_survives_kills(tmp_path, record_property)


@pytest.mark.processes
@pytest.mark.sqlite
def test_closing_survives_kills_on_sqlite(tmp_path, record_property):
    closing_survives_kills(tmp_path, record_property)


def closing_survives_kills(folder, record_property):
    fuse = folder / "fuse"
    with smtp.desk() as desk:
        environment = {
            "FUSE": str(fuse),
            "FUSE_SWEEP_SECONDS": "1",
            "EMAIL_URL": f"smtp://127.0.0.1:{desk.port}",
            "PYTHONPATH": str(ROOT),
        }
        with world(folder, environment=environment) as found:
            sql = Sql(found)
            rounds = [each["round"] for each in stage(found, people=PEOPLE, votings=TIMES, answered=ANSWERED)]
            fused(found, "beat")
            worker = Worker(found)
            seconds = [closed_once(sql, round, worker, fuse, desk) for round in rounds]
            worker.process.kill()

    record_property(
        "figures",
        f"{len(worker.pids) - 1} kills of the worker, {len(set(worker.pids))} pids, {TIMES} rounds closed once, "
        f"at most {max(seconds):.1f} s after the restart; {len(desk.mails)} mails for {TIMES * PEOPLE} rows",
    )
    assert len(set(worker.pids)) == len(worker.pids) == 4 * TIMES + 1
    assert max(seconds) <= 60


def closed_once(sql, round, worker, fuse, desk):
    """Let a round become due; kill the worker at each point in turn. Return how long the closing took after a restart."""
    fuse.write_text("before")
    due = datetime.now(UTC) - timedelta(seconds=6)
    sql("UPDATE stakeholders_round SET deadline_at = ? WHERE id = ?", sql.stored(due), round)
    for point in ("before", "during"):
        worker.wait_for_death(point)
        assert closings(sql, round) == (0, 0, 0), f"killed {point} closing, something of it is left"
        fuse.write_text({"before": "during", "during": "after"}[point])
        worker.start()

    restarted = time.monotonic()
    worker.wait_for_death("after")
    took = time.monotonic() - restarted
    assert closings(sql, round) == (1, PEOPLE, 1)
    outcome = sql("SELECT outcome, closed_at FROM stakeholders_round WHERE id = ?", round)
    assert sql.outcome(outcome[0][0])["voters"] == ANSWERED

    fuse.write_text("mail")
    worker.start()
    worker.wait_for_death("mail")
    worker.start()
    claims_age(sql, round)
    wait_until(lambda: sent(sql, round) == PEOPLE, "every outcome is sent")

    assert sql("SELECT outcome, closed_at FROM stakeholders_round WHERE id = ?", round) == outcome
    assert closings(sql, round) == (1, PEOPLE, 1)
    ids = {row[0] for row in sql(f"SELECT message_id FROM stakeholders_message WHERE {OUTCOMES}", round)}
    copies = Counter(message for message in desk.ids() if message in ids)
    assert set(copies) == ids, "none is missing"
    assert sorted(copies.values())[:-1] == [1] * (PEOPLE - 1)
    assert max(copies.values()) == 2, "the one that the server had accepted when the worker died came again"
    return took


OUTCOMES = "round_id = ? AND kind = 'outcome'"


def closings(sql, round):
    """How many of each the round has: an outcome, mails that tell it, lines in the log that it closed."""
    return (
        sql(
            "SELECT count(*) FROM stakeholders_round WHERE id = ? AND outcome IS NOT NULL AND closed_at IS NOT NULL",
            round,
        )[0][0],
        sql(f"SELECT count(*) FROM stakeholders_message WHERE {OUTCOMES}", round)[0][0],
        sql(
            "SELECT count(*) FROM stakeholders_activity WHERE object_kind = 'round' AND object_id = ? AND verb = 'closed'",
            round,
        )[0][0],
    )


def sent(sql, round):
    return sql(f"SELECT count(*) FROM stakeholders_message WHERE {OUTCOMES} AND sent_at IS NOT NULL", round)[0][0]


def claims_age(sql, round):
    """Instead of waiting until the dead worker's lease is over."""
    long_ago = sql.stored(datetime.now(UTC) - LEASES[0] - timedelta(seconds=1))
    sql(
        f"UPDATE stakeholders_message SET claimed_at = ? WHERE {OUTCOMES} AND sent_at IS NULL AND attempts = 1",
        long_ago,
        round,
    )


class Worker:
    """The worker for what is due, started anew after each death."""

    def __init__(self, found: World) -> None:
        self.found = found
        self.pids: list[int] = []
        self.start()

    def start(self) -> None:
        self.process = fused(self.found, "now")
        self.pids.append(self.process.pid)

    def wait_for_death(self, point: str) -> None:
        wait_until(lambda: self.process.poll() is not None, f"the worker came to the point “{point}”", seconds=120)
        assert self.process.returncode == -9


def fused(found: World, name: str) -> subprocess.Popen:
    """Start a Celery process that kills itself at the point which the fuse names."""
    arguments = {
        "now": ["worker", "-P", "solo", "-Q", "now", "-n", "now@%h", "--without-gossip", "--without-mingle"],
        "beat": ["beat", "-s", str(found.data / "beat-schedule")],
    }[name]
    with (found.data / f"{name}.log").open("a") as log:
        found.processes[name] = subprocess.Popen(
            [sys.executable, "-m", "tests.stakeholders.fuse", "-A", "config", *arguments],
            cwd=ROOT,
            env=found.environment,
            stdout=log,
            stderr=log,
        )
    return found.processes[name]
