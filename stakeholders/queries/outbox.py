"""The outbox as a log: what is due, what went out, what did not and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from stakeholders.models import Message, Seat

WAITING = Q(sent_at=None, skipped_at=None, failed_at=None)
STATES = {
    "waiting": WAITING,
    "sent": Q(sent_at__isnull=False),
    "skipped": Q(skipped_at__isnull=False),
    "failed": Q(failed_at__isnull=False),
}
"""What one can filter by; the name stands in the query string."""

PER_PAGE = 50


def outbox_page(
    product: Any, *, now: datetime, state: str = "", person: Seat | None = None, number: Any = 1
) -> Page[Message]:
    """Return one page of a product's messages, with user and round loaded.

    state   a key of STATES; "" for everything up to now. The latest come first, but those waiting in the order in which
            they go out
    person  whose mails; None for everybody's
    """
    wanted = STATES.get(state, ~WAITING | Q(due_at__lte=now))
    rows = _messages(product, person).filter(wanted).select_related("user", "round")
    rows = rows.annotate(at=Coalesce("sent_at", "failed_at", "skipped_at", "due_at"))
    return Paginator(rows.order_by(*(("at", "pk") if state == "waiting" else ("-at", "-pk"))), PER_PAGE).get_page(
        number
    )


def next_due(product: Any, *, now: datetime, person: Seat | None = None) -> tuple[datetime, int] | None:
    """Return when mail goes out next, and how many at that instant; None when none is planned."""
    waiting = _messages(product, person).filter(WAITING, due_at__gt=now)
    found = waiting.order_by("due_at").values_list("due_at", flat=True).first()
    return (found, waiting.filter(due_at=found).count()) if found else None


def outbox_counts(product: Any, *, person: Seat | None = None) -> dict[str, int]:
    """Return how many messages are in each state."""
    return _messages(product, person).aggregate(**{name: Count("pk", filter=state) for name, state in STATES.items()})


def people_with_mail(product: Any) -> list[Seat]:
    """Return everyone to whom the product has mail, by name."""
    seats = Seat.objects.filter(pk__in=_messages(product, None).values("seat")).select_related("user")
    return sorted(seats, key=lambda seat: seat.user.get_full_name().casefold())


def _messages(product: Any, person: Seat | None) -> QuerySet[Message]:
    rows = Message.objects.filter(product=product)
    return rows.filter(seat=person) if person else rows
