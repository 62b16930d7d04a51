"""What it all came to: every acknowledged answer, round, reminder and mail, against the rows and what the server took."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench.kills.desk import Desk
from bench.kills.life import KINDS
from bench.kills.stage import Life, Stage
from tests.stakeholders.fire import Sql

LOG = """
CREATE TABLE bench_claims (message_id bigint, claimed_at timestamptz);
CREATE FUNCTION bench_claim() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN INSERT INTO bench_claims VALUES (NEW.id, NEW.claimed_at); RETURN NULL; END';
CREATE TRIGGER bench_claim AFTER UPDATE ON stakeholders_message FOR EACH ROW
    WHEN (NEW.claimed_at IS NOT NULL AND NEW.claimed_at IS DISTINCT FROM OLD.claimed_at) EXECUTE FUNCTION bench_claim();
"""
"""Every claim that any worker ever made, written down by the database itself."""

NOISE = timedelta(milliseconds=50)


@dataclass
class Account:
    """Lines to print, and what is wrong."""

    lines: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        self.lines.append(line)

    def must(self, is_so: bool, what: str) -> None:
        if not is_so:
            self.wrong.append(what)


def answers(account: Account, stage: Stage, lives: list[Life]) -> None:
    """Whatever someone was told is saved is stored, once and as it was given."""
    for name, kind in KINDS.items():
        rows = stage.sql(kind.STORED)
        stored = {row[:4]: str(row[4]) for row in rows}
        mine = [life for life in lives if life.kind == name]
        told = {
            (life.round, person.address, *asked): said
            for life in mine
            for person in life.people
            for asked, said in person.saved.items()
        }
        lost = [cell for cell, said in told.items() if stored.get(cell) != said]
        late = [row for row in rows if row[5] >= min(row[6], row[7])]
        twice = len(rows) - len(stored)
        refused = sum(person.was_refused for life in mine for person in life.people)
        account.say(
            f"answers, {name}: {len(told)} told as saved, {len(lost)} of them lost; {len(rows)} stored, {len(late)} late,"
            f" {twice} twice; {refused} people came after the end"
        )
        account.must(bool(told) or not mine, "nobody answered")
        account.must(not lost, f"lost: {lost[:3]}")
        account.must(not late, f"late: {late[:3]}")
        account.must(not twice, "an answer is stored twice")


def rounds(account: Account, stage: Stage, lives: list[Life]) -> None:
    """Each round was opened, extended and closed once, and its outcome follows from its rows and was queued once for each."""
    sql = stage.sql
    verbs = Counter(
        sql("SELECT object_id, verb FROM stakeholders_activity WHERE object_kind = 'round' AND object_id IS NOT NULL")
    )
    for name, kind in KINDS.items():
        mine, right = [life for life in lives if life.kind == name], 0
        for life in mine:
            found = sql("SELECT outcome FROM stakeholders_round WHERE id = ? AND closed_at IS NOT NULL", life.round)
            asked, told, rows, extensions = (
                sql(statement, life.round)[0][0]
                for statement in (
                    "SELECT count(*) FROM stakeholders_invitation WHERE round_id = ?",
                    "SELECT count(DISTINCT seat_id) FROM stakeholders_message WHERE round_id = ? AND kind = 'outcome'",
                    "SELECT count(*) FROM stakeholders_message WHERE round_id = ? AND kind = 'outcome'",
                    "SELECT count(*) FROM stakeholders_extension WHERE round_id = ?",
                )
            )
            is_right = (
                len(kind.opened(stage, life)) == len(found) == 1
                and kind.is_recounted(stage, life, found[0][0])
                and asked == told == rows == len(life.people)
                and [verbs[str(life.round), verb] or verbs[life.round, verb] for verb in ("opened", "closed")] == [1, 1]
                and extensions == life.is_extended
            )
            right += is_right
            account.must(is_right, f"round {life.number}: {found}, asked {asked}, told {told} by {rows} rows")
        acts = sum((life.acts for life in mine), Counter())
        account.say(
            f"rounds, {name}: {len(mine)} opened, {sum(life.is_extended for life in mine)} extended,"
            f" {sum(life.is_closed_early for life in mine)} closed early, the others by the sweep; {right} have every row"
            f" once (presses: {', '.join(f'{act} {count}' for act, count in acts.items())})"
        )


def mails(account: Account, sql: Sql, desk: Desk, deaths: list[datetime]) -> None:
    """Every row's mail came, under one Message-ID; a second copy only where its sender could not know of the first."""
    rows = {
        message_id: (kind, sent_at, skipped_at, failed_at, why)
        for message_id, kind, sent_at, skipped_at, failed_at, why in sql(
            "SELECT message_id, kind, sent_at, skipped_at, failed_at, why FROM stakeholders_message"
            " WHERE round_id IS NOT NULL"
        )
    }
    copies = defaultdict(list)
    for copy in desk.copies:
        copies[copy.message_id].append(copy)
    states = Counter(_state(row) for row in rows.values())
    missing = [name for name, row in rows.items() if row[1] and name not in copies]
    strangers = [name for name in copies if name not in rows]
    failed = [row[4] for row in rows.values() if row[3]]
    unfounded = [why for why in failed if not any(reply in why for reply in desk.refusals)]
    extra, unexplained = 0, []
    for name, found in copies.items():
        for one, next_one in zip(found, found[1:], strict=False):
            extra += 1
            if not one.is_cut and not any(one.at - NOISE <= at <= next_one.at for at in deaths):
                unexplained.append(name)
    other_links = [name for name, found in copies.items() if len({each.link for each in found}) > 1]
    account.say(
        f"mails: {len(rows)} rows ({', '.join(f'{state} {count}' for state, count in sorted(states.items()))});"
        f" {len(desk.copies)} copies at the server, {len(missing)} missing, {extra} extra,"
        f" {len(unexplained)} of these outside the SMTP gap, {len(other_links)} with another link"
    )
    account.say(
        f"  the server said later {desk.deferrals} times, never {len(desk.refusals)} times, cut the line before the mail"
        f" {desk.cuts_before} and after it {sum(copy.is_cut for copy in desk.copies)} times"
    )
    account.must(not states["waiting"], "mail is still waiting")
    account.must(not missing, f"marked as sent and never seen: {missing[:3]}")
    account.must(not strangers, f"not of any row: {strangers[:3]}")
    account.must(not unfounded, f"failed without a refusal: {unfounded[:3]}")
    account.must(not unexplained, f"sent again for no reason: {unexplained[:3]}")
    account.must(not other_links, f"another link: {other_links[:3]}")


def _state(row: tuple) -> str:
    kind, sent_at, skipped_at, failed_at, _why = row
    if sent_at:
        return "sent"
    if skipped_at:
        return "skipped"
    if failed_at:
        return "refused"
    return "not due" if kind == "receipt" else "waiting"


def reminders(account: Account, sql: Sql, desk: Desk, lives: list[Life]) -> None:
    """Everybody silent was reminded at each date, nobody after their answer was known, and what was skipped says why."""
    rows = sql(
        "SELECT m.id, m.message_id, m.round_id, u.email, m.sent_at, m.skipped_at, m.failed_at, m.why, i.answered_at,"
        " position('by-hand' IN m.key)"
        " FROM stakeholders_message m JOIN stakeholders_user u ON u.id = m.user_id"
        " JOIN stakeholders_round r ON r.id = m.round_id"
        " JOIN stakeholders_invitation i ON i.round_id = m.round_id AND i.seat_id = m.seat_id WHERE m.kind = 'reminder'"
    )
    claims = defaultdict(list)
    for number, at in sql("SELECT message_id, claimed_at FROM bench_claims ORDER BY claimed_at"):
        claims[number].append(at)
    done = {(life.round, person.address): person.done_at for life in lives for person in life.people if person.done_at}
    sent = Counter()
    too_many, why_not = [], Counter()
    for (
        number,
        message_id,
        round,
        address,
        sent_at,
        skipped_at,
        failed_at,
        why,
        answered_at,
        by_hand,
    ) in rows:
        name = "by hand" if by_hand else "by date"
        for copy in desk.copies:
            if copy.message_id == message_id:
                claimed = max((at for at in claims[number] if at <= copy.at + NOISE), default=copy.at)
                if (round, address) in done and done[round, address] < claimed:
                    too_many.append((round, address))
        if sent_at:
            sent[name] += 1
        elif skipped_at:
            why_not[why] += 1
            is_true = {
                "answered before it was due": answered_at is not None and answered_at <= skipped_at + NOISE,
                "the round had closed": True,
                "the deadline moved": True,
                "another mail went out within the hour": True,
            }.get(why, False)
            account.must(is_true, f"reminder {number} skipped: {why}, answered {answered_at}")
        elif not failed_at:
            account.must(False, f"a reminder of round {round} to {address} is still waiting")
    account.say(
        f"reminders: {len(rows)} rows, sent {sent['by date']} by date and {sent['by hand']} by hand; {len(too_many)} to"
        f" someone whose answer was in before the claim; skipped: "
        + (", ".join(f"{why} {count}" for why, count in why_not.most_common()) or "none")
    )
    account.must(bool(sent["by date"]), "nobody was reminded")
    account.must(bool(sent["by hand"]) or len(lives) < 5, "nobody was reminded by hand")
    account.must(not too_many, f"reminded after their answer: {too_many[:3]}")
