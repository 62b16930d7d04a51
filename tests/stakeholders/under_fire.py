"""Fires answers at deadlines in a world of real processes, and checks every one of them against the rows.

An answer is told "saved" if and only if it is stored, nothing stored is late by the database's clock, nothing refused was
in time, and the outcome is what one counts from the rows oneself. All of it holds when one web process's clock is wrong.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.stakeholders.fire import Shot, Sql, all_closed, answers_to, fire, refusals, stage, wait_until, world
from tests.stakeholders.recount import CHECKS, instants_are_true


@dataclass
class Figures:
    """What a fire came to."""

    rounds: int
    answers: int
    threads: int
    statuses: Counter[int] = field(default_factory=Counter)
    stored: int = 0
    late: int = 0
    refused: int = 0
    refused_in_time: int = 0
    by_wrong_clock: int = 0
    first: float = 0.0
    last: float = 0.0

    @property
    def saved(self) -> int:
        return self.statuses[303] + self.statuses[200]

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds × {self.answers} answers by {self.threads} threads, sent from T {self.first:+.1f} s to"
            f" T {self.last:+.1f} s: {dict(self.statuses)}; {self.saved} told as saved, {self.stored} stored,"
            f" {self.late} of them late; {self.refused} refused, {self.refused_in_time} of them in time;"
            f" {self.rounds} outcomes recounted"
            + (f"; {self.by_wrong_clock} answered by the process with the wrong clock" if self.by_wrong_clock else "")
        )


def under_fire(
    folder: Path,
    *,
    answers: int,
    threads: int,
    rounds: int,
    spread: timedelta,
    wrong_clock: int = 0,
    seed: int = 20261127,
) -> Figures:
    """Open rounds, half confirmations and half votings, and fire that many answers over each one's deadline ± `spread`.

    wrong_clock  by how many seconds the clock of one of the two web processes is wrong; 0 for none

    Raises AssertionError at the first thing that is not as it must be.
    """
    chance = random.Random(seed)
    with world(folder, "web", "now", "beat", wrong_clock=wrong_clock) as found:
        sql = Sql(found)
        staged = stage(found, people=answers, confirmations=rounds // 2, votings=rounds - rounds // 2)
        chance.shuffle(staged)
        for each in staged:
            deadline = datetime.now(UTC) + spread + timedelta(seconds=1.5)
            sql("UPDATE stakeholders_round SET deadline_at = ? WHERE id = ?", sql.stored(deadline), each["round"])
            each["shots"] = answers_to(each, deadline, count=answers, spread=spread, chance=chance)
            each["deadline"] = deadline
            fire(found, each["shots"], threads=threads, is_keeping_alive=not wrong_clock)
        numbers = [each["round"] for each in staged]
        wait_until(all_closed(found, sql, numbers), "every round is closed", seconds=60)
        figures = _figures(staged, refusals(found), answers, threads)
        for each in staged:
            counted = CHECKS[each["kind"]](sql, each)
            instants_are_true(sql, each)
            figures.stored += counted["stored"]
            figures.late += counted["late"]
    _is_right(figures, staged)
    return figures


def _figures(staged: list[dict], refused: list[dict], answers: int, threads: int) -> Figures:
    shots: list[Shot] = [shot for each in staged for shot in each["shots"]]
    offsets = [(shot.sent_at - each["deadline"]).total_seconds() for each in staged for shot in each["shots"]]
    return Figures(
        rounds=len(staged),
        answers=answers,
        threads=threads,
        statuses=Counter(shot.status for shot in shots),
        refused=len(refused),
        refused_in_time=sum(line["arrived_at"] < line["deadline_at"] for line in refused),
        by_wrong_clock=sum(shot.is_by_wrong_clock for shot in shots),
        first=min(offsets),
        last=max(offsets),
    )


def _is_right(figures: Figures, staged: list[dict]) -> None:
    assert set(figures.statuses) == {303, 200, 409}, (
        f"saved or refused; nobody was put off and nothing failed: {figures}"
    )
    assert figures.saved == figures.stored, figures
    assert figures.late == 0, figures
    assert figures.refused == figures.statuses[409], figures
    assert figures.refused_in_time == 0, figures
    few = figures.rounds * figures.answers / 50
    assert min(figures.saved, figures.refused) > few, f"both sides of the deadline were under fire: {figures}"
    for each in staged:
        for shot in each["shots"]:
            if shot.answered_at < each["deadline"]:
                assert shot.status != 409, "was told no before the deadline"
            if shot.sent_at >= each["deadline"]:
                assert shot.status == 409, "was sent after the deadline and taken"
