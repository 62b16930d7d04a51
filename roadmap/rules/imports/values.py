"""Reading single cells: numbers, dates and statuses as other tools write them."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from roadmap.rules.imports.fields import folded
from stakeholders.rules.days import is_known

STATUSES: dict[str, tuple[str, ...]] = {
    "idea": (
        "idea",
        "new",
        "open",
        "backlog",
        "icebox",
        "unscheduled",
        "provisional",
        "proposed",
        "submitted",
        "draft",
        "unstarted",
        "to do",
        "todo",
        "triage",
        "under consideration",
        "pending",
    ),
    "candidate": (
        "candidate",
        "accepted",
        "approved",
        "under review",
        "ready",
        "deferred",
        "on hold",
        "parked",
        "considering",
    ),
    "planned": ("planned", "implementable", "scheduled", "committed", "selected for development", "next"),
    "in-progress": (
        "in progress",
        "started",
        "active",
        "doing",
        "in development",
        "assigned",
        "in review",
        "testing",
        "now",
    ),
    "shipped": (
        "shipped",
        "implemented",
        "done",
        "closed",
        "completed",
        "complete",
        "released",
        "delivered",
        "finished",
        "resolved",
        "live",
        "launched",
        "fixed",
        "final",
    ),
    "dropped": (
        "dropped",
        "rejected",
        "withdrawn",
        "replaced",
        "removed",
        "declined",
        "canceled",
        "cancelled",
        "duplicate",
        "wont do",
        "won t do",
        "wontfix",
        "won t fix",
        "superseded",
        "archived",
        "obsolete",
    ),
}
_STATUS_OF = {alias: code for code, aliases in STATUSES.items() for alias in aliases}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar",
            "feb february februar",
            "mar march mär märz",
            "apr april",
            "may mai",
            "jun june juni",
            "jul july juli",
            "aug august",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december dez dezember",
        ),
        start=1,
    )
    for name in names.split()
}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_MONTH = re.compile(r"(\d{4})[-/](\d{1,2})")
_QUARTER = re.compile(r"(?:q([1-4])[ /-]*(\d{4})|(\d{4})[ /-]*q([1-4]))")
_WORDS = re.compile(r"[^\W_]+")


def status_of(text: str) -> str | None:
    """Return the status that a tool's word means, or None. Case and punctuation do not matter."""
    return _STATUS_OF.get(folded(text))


@dataclass(frozen=True, slots=True)
class Dated:
    """A date as written: `on` is its first day, `until` its last; its precision may be "later", without days."""

    on: date | None
    until: date | None
    precision: str


LATER = Dated(None, None, "later")


def date_of(text: str, *, day_first: bool) -> Dated | None:
    """Return the date that a cell names, or None if it names none.

    Reads 2026-11-24 (a time of day behind it is ignored), 24.11.2026, 24/11/2026 (in the order of `day_first`; the
    other order only when this one gives no date), 24 Nov 2026, Nov 24, 2026; months (2026-11, Nov 2026), quarters
    (Q4 2026, 2026-Q4) and "later". Two-digit years are not read: nobody can know the century; nor are days that Accord
    does not reckon with.
    """
    found = _date_in(text.strip(), day_first=day_first)
    return found if found and all(is_known(day) for day in (found.on, found.until) if day) else None


def _date_in(text: str, *, day_first: bool) -> Dated | None:
    if match := _ISO.fullmatch(text):
        return _day(*map(int, match.groups()))
    if match := _DOTTED.fullmatch(text):
        day, month, year = map(int, match.groups())
        return _day(year, month, day)
    if match := _SLASHED.fullmatch(text):
        first, second, year = map(int, match.groups())
        day, month = (first, second) if day_first else (second, first)
        return _day(year, month, day) or _day(year, day, month)
    if match := _MONTH.fullmatch(text):
        return _month(int(match[1]), int(match[2]))
    low = text.casefold()
    if match := _QUARTER.fullmatch(low):
        quarter, year = int(match[1] or match[4]), int(match[2] or match[3])
        return Dated(date(year, quarter * 3 - 2, 1), _month_end(year, quarter * 3), "quarter") if year else None
    if low in ("later", "someday", "future"):
        return LATER
    return _worded(_WORDS.findall(low))


def _worded(words: list[str]) -> Dated | None:
    months = [_MONTHS[word] for word in words if word in _MONTHS]
    numbers = [int(word) for word in words if word.isascii() and word.isdigit() and len(word) <= 4]
    if len(months) != 1 or len(months) + len(numbers) != len(words) or not numbers or not 1000 <= numbers[-1] <= 9999:
        return None
    if len(numbers) == 1:
        return _month(numbers[0], months[0])
    return _day(numbers[1], months[0], numbers[0]) if len(numbers) == 2 else None


def _day(year: int, month: int, day: int) -> Dated | None:
    try:
        on = date(year, month, day)
    except ValueError:
        return None
    return Dated(on, on, "day")


def _month(year: int, month: int) -> Dated | None:
    return Dated(date(year, month, 1), _month_end(year, month), "month") if 1 <= month <= 12 and year >= 1 else None


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def is_day_first(cells: Iterable[str]) -> bool | None:
    """Return whether a column writes the day before the month; None when every cell could be read both ways.

    Only dates with slashes or hyphens count. True when there are none: nothing needs asking.
    """
    seen = False
    for cell in cells:
        if match := _SLASHED.fullmatch(cell.strip()):
            seen = True
            if int(match[1]) > 12:
                return True
            if int(match[2]) > 12:
                return False
    return None if seen else True


_NUMBER = re.compile(r"[+-]?\d[\d.,'\u00a0\u202f ]*")
LONGEST_NUMBER = 60
"""Letters of a cell that may be a number; one of a thousand spaces would take its time to say that it is none."""


def number_of(text: str, *, comma: bool) -> Decimal | None:
    """Return the number in a cell, or None. `comma`: the comma is the decimal mark, and a point groups thousands.

    A unit behind the number is allowed if it is one that means days ("8 d", "8 days"); a percent sign is not.
    """
    text = text.strip().replace("\u2212", "-")
    if len(text) > LONGEST_NUMBER:
        return None
    text = re.sub(r"\s*(?:d|pd|days?|person-days?)$", "", text, flags=re.IGNORECASE)
    if not _NUMBER.fullmatch(text):
        return None
    text = re.sub(r"['\u00a0\u202f ]", "", text)
    group, mark = (".", ",") if comma else (",", ".")
    whole, _, fraction = text.partition(mark)
    if mark in fraction or group in fraction:
        return None
    if group in whole and not re.fullmatch(rf"[+-]?\d{{1,3}}(?:{re.escape(group)}\d{{3}})+", whole):
        return None
    try:
        return Decimal(whole.replace(group, "") + ("." + fraction if fraction else ""))
    except InvalidOperation:
        return None


def is_decimal_comma(cells: Iterable[str]) -> bool | None:
    """Return whether a column writes 2,5 for two and a half; None when every cell could be read both ways.

    False when no cell has a comma or a point: nothing needs asking.
    """
    unsure = False
    for cell in cells:
        marks = [c for c in cell if c in ".,"]
        if not marks or not _NUMBER.fullmatch(cell.strip()):
            continue
        if len(set(marks)) == 2:
            return marks[-1] == ","
        tail = cell.strip().rpartition(marks[0])[2]
        if len(marks) == 1 and len(tail) != 3:
            return marks[0] == ","
        if len(marks) > 1:
            return marks[0] == "."
        unsure = True
    return None if unsure else False


def share_of(text: str, *, comma: bool) -> Decimal | None:
    """Return a share in [0, 1] from "40 %", "40" or "0.4", else None. 1 means one percent only with its sign."""
    text = text.strip()
    percent = text.endswith("%")
    number = number_of(text.rstrip("%"), comma=comma)
    if number is None or number < 0:
        return None
    share = number / 100 if percent or number > 1 else number
    return share if share <= 1 else None


def names_in(text: str) -> tuple[str, ...]:
    """Return the names of a list in one cell, in order and once each; `|`, `;`, `,` and line ends divide them."""
    names = [" ".join(name.split()) for name in re.split(r"[|;,\n]", text)]
    return tuple(dict.fromkeys(name for name in names if name))


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that someone who wrote `name` may have meant, or None; ties go to the first.

    A name that contains the other as a word counts too: "Inbox Team" means "Inbox". Names with other figures in them
    are other things, however alike: 2026.1 is not 2027.1.
    """
    from rapidfuzz import fuzz, process  # 7 MB that only an import needs

    own = folded(name)
    figures = re.findall(r"\d+", own)
    choices = [choice for choice in names if re.findall(r"\d+", folded(choice)) == figures]
    for choice in choices:
        other = folded(choice)
        if other and (f" {other} " in f" {own} " or (own and f" {own} " in f" {other} ")):
            return choice
    found = process.extractOne(own, [folded(choice) for choice in choices], scorer=fuzz.ratio, score_cutoff=80)
    return choices[found[2]] if found else None
