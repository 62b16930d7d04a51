"""One round's life: a manager opens, reminds, extends and closes it over HTTP while people answer, whatever is being killed.

Whoever gets no answer tries again, as a person would. What was answered to whom is written down by the instant.
"""

from __future__ import annotations

import random
import threading
import time
from datetime import UTC, datetime, timedelta
from types import ModuleType

from bench.kills import confirming, voting
from bench.kills.stage import Life, Person, Stage, insist

KINDS: dict[str, ModuleType] = {"voting": voting, "confirmation": confirming}

WAVES, LATER_WAVES = (0.35, 0.55, 0.75), (0.6, 0.8, 0.9)
"""When in a round's life its scheduled reminders fall due; the second, after it was extended."""


def live(stage: Stage, life: Life, chance: random.Random) -> None:
    """Live one round from opening to its last second; what fails in it is kept in `stage.wrong`."""
    try:
        _live(stage, life, chance)
    except BaseException as error:
        stage.wrong.append(error)


def _live(stage: Stage, life: Life, chance: random.Random) -> None:
    _open(stage, life)
    began = time.monotonic()
    _hasten(stage, life, began)
    people = [
        threading.Thread(target=_answer, args=(stage, life, person, began, chance.random(), chance.random()))
        for person in life.people
    ]
    for person in people:
        person.start()
    _until(began + 0.25 * life.seconds)
    _remind(stage, life)
    if life.will_be_extended:
        _until(began + 0.45 * life.seconds)
        _extend(stage, life)
        _hasten(stage, life, began)
    if life.will_be_closed_early:
        _until(began + 0.85 * life.seconds)
        _close(stage, life)
    for each in people:
        each.join()


def _until(at: float) -> None:
    time.sleep(max(0.0, at - time.monotonic()))


def _open(stage: Stage, life: Life) -> None:
    kind = KINDS[life.kind]

    def act() -> None:
        life.acts["open"] += 1
        kind.press_open(stage, life)

    insist(stage, f"open a {life.kind}", act, lambda: bool(kind.opened(stage, life)))
    ((life.round, life.public_id),) = kind.opened(stage, life)
    life.people = [Person(address) for address in life.seats.values()]


def _hasten(stage: Stage, life: Life, began: float) -> None:
    """Bring the deadline, and the reminders that nobody has tried to send, into this round's short life."""
    opened = datetime.now(UTC) - timedelta(seconds=time.monotonic() - began)
    stage.sql(
        "UPDATE stakeholders_round SET deadline_at = ? WHERE id = ? AND closed_at IS NULL",
        opened + timedelta(seconds=life.seconds),
        life.round,
    )
    dues = stage.sql(
        "SELECT DISTINCT due_at FROM stakeholders_message WHERE round_id = ? AND kind = 'reminder'"
        " AND claimed_at IS NULL AND due_at > now() + interval '1 day' ORDER BY due_at",
        life.round,
    )
    shares = LATER_WAVES if life.is_extended else WAVES
    for (due,), share in zip(dues, shares, strict=False):
        stage.sql(
            "UPDATE stakeholders_message SET due_at = ? WHERE round_id = ? AND kind = 'reminder'"
            " AND claimed_at IS NULL AND due_at = ?",
            opened + timedelta(seconds=share * life.seconds),
            life.round,
            due,
        )


def _remind(stage: Stage, life: Life) -> None:
    by_hand = "SELECT count(*) FROM stakeholders_message WHERE round_id = ? AND position('by-hand' IN key) > 0"
    home = f"{stage.url}/p/{life.slug}/rounds/{life.public_id}/"

    def act() -> None:
        life.acts["remind"] += 1
        page = stage.manager.open(home)
        if "remind/" in page.source and "Remind" in page.text:
            stage.manager.submit(page, page.form(to="/remind/"))
        else:
            life.acts["nobody to remind"] += 1

    def is_done() -> bool:
        is_nobody_left = life.acts["nobody to remind"] > 20
        return is_nobody_left or stage.sql(by_hand, life.round)[0][0] > 0 or _is_over(stage, life)

    insist(stage, "remind", act, is_done)


def _is_over(stage: Stage, life: Life) -> bool:
    """Whether the deadline has passed while the web was away: a manager comes too late then."""
    return bool(stage.sql("SELECT 1 FROM stakeholders_round WHERE id = ? AND deadline_at <= now()", life.round))


def _extend(stage: Stage, life: Life) -> None:
    day = datetime.now(UTC).date() + timedelta(days=20)

    def act() -> None:
        life.acts["extend"] += 1
        page = stage.manager.open(f"{stage.url}/p/{life.slug}/rounds/{life.public_id}/extend/")
        fields = {"deadline_on": day.isoformat(), "deadline_time": "17:00", "why": "Some were away."}
        stage.manager.submit(page, page.form(with_field="why"), press="Extend", **fields)

    extended = "SELECT count(*) FROM stakeholders_extension WHERE round_id = ?"
    insist(stage, "extend", act, lambda: stage.sql(extended, life.round)[0][0] > 0 or _is_over(stage, life))
    life.is_extended = stage.sql(extended, life.round)[0][0] > 0


def _close(stage: Stage, life: Life) -> None:
    def act() -> None:
        life.acts["close"] += 1
        page = stage.manager.open(f"{stage.url}/p/{life.slug}/rounds/{life.public_id}/close/")
        if "It cannot be closed yet" in page.text:  # someone has no mail, and so no answer: it waits for its deadline
            life.acts["may not close early"] += 1
            return
        stage.manager.submit(page, page.form(with_field="why"), press="Close it", why="All that matter have answered.")

    closed = "SELECT closed_by_id FROM stakeholders_round WHERE id = ? AND closed_at IS NOT NULL"
    insist(stage, "close", act, lambda: bool(stage.sql(closed, life.round)))
    life.is_closed_early = stage.sql(closed, life.round)[0][0] is not None


def _answer(stage: Stage, life: Life, person: Person, began: float, when: float, how: float) -> None:
    """A fifth stays silent, a tenth stops half-way; the others answer all, each until it is told "saved"."""
    try:
        if how < 0.2 and not life.needs_everyone:
            return
        _until(began + (0.1 + (0.5 if life.needs_everyone else 0.85) * when) * life.seconds)
        link = _link_of(stage, life, person, began)
        if not link:
            person.had_no_mail = True
            return
        is_whole = how >= 0.3 or life.needs_everyone
        is_saved = KINDS[life.kind].answer(stage, life, person, link, is_whole=is_whole, chance=random.Random(how))
        if is_saved and is_whole:
            person.done_at = datetime.now(UTC)
    except BaseException as error:
        stage.wrong.append(error)


def _link_of(stage: Stage, life: Life, person: Person, began: float) -> str:
    """The link of this round in a mail that came; other rounds' links to the same person lead elsewhere."""
    end = began + life.seconds
    others: set[str] = set()
    while (left := end - time.monotonic()) > 0:
        link = stage.desk.link_for(person.address, others, seconds=left)
        if not link:
            return ""
        found = stage.sql(
            "SELECT round_id FROM stakeholders_link WHERE public_id = ?", link.rstrip("/").split("/")[-1].split("-")[0]
        )
        if found and found[0][0] == life.round:
            return link
        others.add(link)
    return ""
