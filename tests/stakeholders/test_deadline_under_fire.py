"""Many people answer at once around a deadline, in real processes, through the pages' own endpoints.

What counts is what arrived before the deadline by the database's clock: an answer is told "saved" if and only if it is
stored, nothing stored is late, nothing refused was in time, and the outcome is what one counts from the rows oneself.
"""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil

import pytest

from tests.stakeholders.fire import Sql, all_closed, answers_to, fire, refusals, stage, wait_until, world

RUNS = 10
SPREAD = timedelta(seconds=2)


@pytest.mark.processes
@pytest.mark.postgres
def test_200_answers_by_16_threads_on_postgresql(tmp_path, capsys):
    under_fire(tmp_path, capsys, answers=200, threads=16)


@pytest.mark.processes
@pytest.mark.sqlite
def test_50_answers_by_4_threads_on_sqlite(tmp_path, capsys):
    under_fire(tmp_path, capsys, answers=50, threads=4)


def under_fire(folder, capsys, *, answers, threads):
    chance = random.Random(20261127)
    with world(folder, "web", "now", "beat") as found:
        sql = Sql(found)
        staged = stage(found, people=answers, confirmations=RUNS // 2, votings=RUNS // 2)
        chance.shuffle(staged)
        shots = []
        for each in staged:
            deadline = datetime.now(UTC) + SPREAD + timedelta(seconds=1.5)
            sql("UPDATE stakeholders_round SET deadline_at = ? WHERE id = ?", sql.stored(deadline), each["round"])
            each["shots"] = answers_to(each, deadline, count=answers, spread=SPREAD, chance=chance)
            each["deadline"] = deadline
            fire(found, each["shots"], threads=threads)
            shots += each["shots"]
        rounds = [each["round"] for each in staged]
        wait_until(all_closed(found, sql, rounds), "every round is closed", seconds=60)
        refused = refusals(found)
        figures = Counter()
        for each in staged:
            figures.update(CHECKS[each["kind"]](sql, each))

    statuses = Counter(shot.status for shot in shots)
    with capsys.disabled():
        print(
            f"\n{RUNS} rounds × {answers} answers by {threads} threads: {dict(statuses)}, {figures['stored']} stored, "
            f"{figures['late']} of them late, {len(refused)} refused, "
            f"{sum(line['arrived_at'] < line['deadline_at'] for line in refused)} of them in time"
        )
    assert set(statuses) == {303, 200, 409}, "saved or refused; nobody was put off and nothing failed"
    saved, late = statuses[303] + statuses[200], statuses[409]
    assert saved == figures["stored"]
    assert figures["late"] == 0
    assert len(refused) == late
    assert all(line["arrived_at"] >= line["deadline_at"] for line in refused)
    assert min(saved, late) > RUNS * answers / 50, "both sides of the deadline were under fire"
    for each in staged:
        for shot in each["shots"]:
            if shot.answered_at < each["deadline"]:
                assert shot.status != 409, "was told no before the deadline"
            if shot.sent_at >= each["deadline"]:
                assert shot.status == 409, "was sent after the deadline and taken"


def confirmation_is_right(sql, each):
    """Check a confirmation's rows against what was told to its people, and its outcome against a count of our own."""
    rows = sql(
        "SELECT a.nonce, a.seat_id, a.verdict, a.arrived_at, r.deadline_at FROM roadmap_answer a"
        " JOIN roadmap_confirmation c ON c.id = a.confirmation_id JOIN stakeholders_round r ON r.id = c.round_id"
        " WHERE r.id = ? ORDER BY a.id",
        each["round"],
    )
    saved = {shot.form["nonce"]: shot for shot in each["shots"] if shot.status == 303}
    assert {row[0] for row in rows} == set(saved)
    assert all(row[1] == saved[row[0]].seat and row[2] == saved[row[0]].form["answer"] for row in rows)

    last = {seat: verdict for _nonce, seat, verdict, *_rest in rows}
    asked = dict(sql("SELECT seat_id, is_required FROM stakeholders_invitation WHERE round_id = ?", each["round"]))
    required = Counter(last.get(seat, "silent") for seat, must in asked.items() if must)
    consulted = Counter(last.get(seat, "silent") for seat, must in asked.items() if not must)
    outcome = outcome_of(sql, each)
    for group, counted in (("required", required), ("consulted", consulted)):
        assert {answer: count for answer, count in outcome[group].items() if count} == counted
    assert outcome["verdict"] == verdict_by_hand(required, consulted)
    assert set(outcome["silent"]) == {seat for seat, must in asked.items() if must and seat not in last}
    return {"stored": len(rows), "late": sum(sql.instant(row[3]) >= sql.instant(row[4]) for row in rows)}


def verdict_by_hand(required, consulted):
    """METHODS l once more, from its words: quorum two thirds of the required, every one who takes a side confirms."""
    asked, silent = sum(required.values()), required["silent"]
    if not asked or asked - silent < ceil(Fraction(2, 3) * asked):
        return "lapsed"
    confirming = required["confirm"] + required["concerns"]
    if not confirming or confirming < confirming + required["object"]:
        return "not_confirmed"
    if silent or required["concerns"] or consulted["concerns"] or consulted["object"]:
        return "with_concerns"
    return "confirmed"


def voting_is_right(sql, each):
    """Check a voting round's ratings and tallies against what was told to its people, and its outcome against our count."""
    changes = sql(
        "SELECT b.id, i.seat_id, c.feature_id, c.criterion, c.value, c.arrived_at, r.deadline_at"
        " FROM prioritization_ratingchange c JOIN prioritization_ballot b ON b.id = c.ballot_id"
        " JOIN stakeholders_invitation i ON i.id = b.invitation_id JOIN stakeholders_round r ON r.id = i.round_id"
        " WHERE r.id = ? ORDER BY c.id",
        each["round"],
    )
    requests = {(seat, arrived) for _ballot, seat, _feature, _criterion, _value, arrived, _deadline in changes}
    saved = Counter(shot.seat for shot in each["shots"] if shot.status == 200)
    assert Counter(seat for seat, _arrived in requests) == saved

    ratings = sql(
        "SELECT i.seat_id, x.feature_id, x.criterion, x.value, i.department_id FROM prioritization_rating x"
        " JOIN prioritization_ballot b ON b.id = x.ballot_id JOIN stakeholders_invitation i ON i.id = b.invitation_id"
        " WHERE i.round_id = ?",
        each["round"],
    )
    last = {(seat, feature, criterion): value for _b, seat, feature, criterion, value, *_rest in changes}
    assert {(seat, feature, criterion): value for seat, feature, criterion, value, _d in ratings} == last

    features = sorted({feature for _seat, feature, *_rest in ratings})
    assert features, "someone was in time"
    marks = ", ".join("?" for _ in features)
    tallies = sql(
        f"SELECT feature_id, criterion, department_id, value, votes FROM prioritization_tally"
        f" WHERE feature_id IN ({marks}) AND criterion <> ''",
        *features,
    )
    counted = Counter(
        (feature, criterion, department, value) for _seat, feature, criterion, value, department in ratings
    )
    assert {tuple(row[:4]): row[4] for row in tallies} == counted

    outcome = outcome_of(sql, each)
    assert outcome["voters"] == len({row[0] for row in ratings})
    assert outcome["values"] == sum(row[3] is not None for row in ratings)
    assert outcome["no_opinion"] == sum(row[3] is None for row in ratings)
    return {"stored": len(requests), "late": sum(sql.instant(row[5]) >= sql.instant(row[6]) for row in changes)}


def outcome_of(sql, each):
    ((outcome, closed_at, deadline_at),) = sql(
        "SELECT outcome, closed_at, deadline_at FROM stakeholders_round WHERE id = ?", each["round"]
    )
    assert sql.instant(closed_at) >= sql.instant(deadline_at) + timedelta(seconds=5)
    return sql.outcome(outcome)


CHECKS = {"confirmation": confirmation_is_right, "voting": voting_is_right}
