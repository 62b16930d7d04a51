"""What a kind of round must know, and which kinds there are.

A round is people asked something until a deadline. *What* is asked is the business of the app above that registers a
`RoundKind` in its `AppConfig.ready()`: this is the one place where a lower app calls a higher one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise

from stakeholders.models import Invitation, Message, Round, Seat

Words = str | Promise
"""Text for people. Plain text is escaped where it is shown; what `format_html` made may carry <strong> and <em>."""


@dataclass(frozen=True, slots=True)
class MailRow:
    """A line of the small table in a mail: a sign (+ − →), what it is about, and what it says of it."""

    sign: str
    text: Words
    note: Words = ""
    struck: Words = ""


@dataclass(frozen=True, slots=True)
class MailWords:
    """What a kind says in one mail. Deadline, link, who asks and the small print are added by stakeholders.mail.

    subject     one line without the deadline, which is added: "Which 18 features first?"
    headline    speaks to the person by first name
    paragraphs  two or three short ones
    button      verb and object: "Open my ballot"; empty for a mail without a button
    rows        at most a handful, below `rows_title`
    aside       small print of this kind, such as what silence means
    path        where the button leads; "" for the receiver's personal link
    asker       who asks, and gets the replies; None for who opened the round
    """

    subject: Words
    headline: Words
    paragraphs: Sequence[Words]
    button: Words = ""
    rows_title: Words = ""
    rows: Sequence[MailRow] = ()
    rows_more: Words = ""
    aside: Sequence[Words] = ()
    path: str = ""
    asker: Seat | None = None


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """What a manager sees of one person's answer.

    state  names the mark: "confirmed", "concerns", "objects", "abstains", "answered", "started" or "silent"
    label  the same in words: "With concerns", "31 of 48 answers"
    said   the person's own words, if there are any
    at     when they last answered
    needs  how much it needs the manager: 0 settled, 1 silent, 2 started or with concerns, 3 an objection
    by     who gave it in the person's place, in words: "answered by Vera Vogel"; "" for the person
    """

    state: str
    label: Words
    said: str = ""
    at: datetime | None = None
    needs: int = 0
    by: Words = ""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """One sentence that says how a round stands or ended; `tone` is "ok", "warn", "bad" or "" for the pill."""

    sentence: Words
    short: Words = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a round cannot be closed early, and the people who are still missing."""

    why: Words
    missing: Sequence[Invitation] = field(default_factory=tuple)


class RoundKind(Protocol):
    """One kind of round: voting, or confirming. All methods but `on_close` only read."""

    name: str
    """What `Round.kind` holds; never changed once used."""

    noun: Words
    """What people call it, lower case: "voting round"."""

    button: Words
    """What the button says that leads from a personal link to the answer: "Open my ballot"."""

    has_consulted: bool
    """Whether someone may be asked whose answer is not required."""

    def asks(self, round: Round, seat: Seat) -> int:
        """Return how many answers someone is asked for who is invited now; 0 for someone who may give none."""

    def removal_words(self, invitation: Invitation) -> Words:
        """Return what it means for the outcome if this person is not asked any more."""

    def invitation_words(self, round: Round) -> Words:
        """Return what one is asked to do and how long it takes: "Vote on 12 features, about 2 min"."""

    def answer_url(self, round: Round) -> str:
        """Return the path where one answers, for a browser that holds a grant or a session of someone invited."""

    def part_url(self, round: Round) -> str:
        """Return the path of the kind's own part of the manager's page, or "" for none."""

    def entry_url(self, invitation: Invitation) -> str:
        """Return the path where a manager enters what this person said; "" where the kind has none of this."""

    def results_url(self, round: Round) -> str:
        """Return the path of the results as the projector shows them in a meeting; "" where the conclusion says it all."""

    def question(self, message: Message) -> MailWords:
        """Return the words of a mail that puts someone's question to the one who can answer it; only where there are any."""

    def mail(self, message: Message, invitation: Invitation, now: datetime) -> MailWords:
        """Return the words of that message (its `kind` says which), true at `now`; `round` and `seat.user` are loaded.

        Asked for invitation, reminder and receipt. A reminder has the invitation's subject, so that mail programs put
        them together, and the first paragraph of both says until when (`deadline_wording.short`).
        """

    def answers(self, round: Round) -> Mapping[int, ShownAnswer]:
        """Return the answers by seat id, of everyone who is or was invited, in a fixed number of queries."""

    def conclusion(self, round: Round, now: datetime) -> Conclusion:
        """Return how it would end if it closed now, for managers; of a closed round what `round.outcome` says."""

    def rule(self, round: Round) -> Words:
        """Return in one sentence how the outcome is found."""

    def refuses_to_close_early(self, round: Round) -> Refusal | None:
        """Return why it may not be closed before its deadline, or None if it may."""

    def on_close(self, round: Round, now: datetime) -> dict[str, Any]:
        """Count, write what follows from it, and return the outcome, to be stored as JSON with a "sentence" in it.

        Called once, in the transaction that closes the round, which no answer can join any more. An exception leaves the
        round open; the next sweep tries again.
        """

    def on_withdraw(self, round: Round, now: datetime) -> None:
        """Write what follows when a round's answers count no more. Called in the transaction that withdraws it."""


class UnknownKind(LookupError):
    """No app has registered this kind of round."""


_kinds: dict[str, RoundKind] = {}


def register(new: RoundKind) -> None:
    """Make a kind known. Registering the same name again replaces it (tests put their own kind in place)."""
    _kinds[new.name] = new


def unregister(name: str) -> None:
    _kinds.pop(name, None)


def names() -> list[str]:
    """Return the names of all kinds, sorted."""
    return sorted(_kinds)


def kind(name: str) -> RoundKind:
    """Return the kind of that name. Raises UnknownKind."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(name) from None


def kind_of(round: Round) -> RoundKind:
    """Return the kind of a round. Raises UnknownKind."""
    return kind(round.kind)


def require(names: Iterable[str]) -> None:
    """Stop the start with one sentence if an app has not registered its kind of round."""
    if missing := sorted(set(names) - set(_kinds)):
        raise ImproperlyConfigured(f"No app registers these kinds of round: {', '.join(missing)}.")
