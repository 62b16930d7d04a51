"""Counts a fire's rows anew: what was told as saved is stored, nothing else is, and each outcome follows from the rows."""

from collections import Counter
from datetime import timedelta
from fractions import Fraction
from math import ceil

TOLERANCE = timedelta(seconds=0.05)
"""SQLite tells milliseconds."""


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


def instants_are_true(sql, each):
    """Nothing that the answers left behind is dated outside of the fire: no process's own clock got into the rows."""
    begun = min(shot.sent_at for shot in each["shots"]) - TOLERANCE
    ended = max(shot.answered_at for shot in each["shots"]) + TOLERANCE
    rows = sql(
        "SELECT min(last_answer_at), max(last_answer_at), min(answered_at), max(answered_at)"
        " FROM stakeholders_invitation WHERE round_id = ?",
        each["round"],
    )
    rows += sql(
        "SELECT min(created_at), max(created_at) FROM stakeholders_message WHERE round_id = ? AND kind = 'receipt'",
        each["round"],
    )
    instants = [sql.instant(value) for row in rows for value in row if value is not None]
    assert instants, "something was answered"
    assert all(begun <= at <= ended for at in instants), (begun, instants, ended)


CHECKS = {"confirmation": confirmation_is_right, "voting": voting_is_right}
