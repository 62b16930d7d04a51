"""What the stories of publishing and confirming share: a planned roadmap, its publication, and an open link."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from roadmap.actions.publishing import Terms, publish_version
from roadmap.models import Confirmation, Feature, Product, Version
from roadmap.queries.versions import draft
from stakeholders.actions.links import seat_link, url_of
from stakeholders.models import Round, Seat
from stakeholders.rules.deadlines import Deadline
from tests import factories


def deadline(*, days: float = 8, after: datetime | None = None) -> Deadline:
    """A deadline some days after now, by the real clock: answers are judged by the database's."""
    at = (after or datetime.now(UTC)) + timedelta(days=days)
    at = at.replace(second=0, microsecond=0)
    return Deadline(at=at, zone="Europe/Berlin", wall=f"{at:%Y-%m-%dT%H:%M}")


def plan_beacon(product: Product, owner: Seat) -> list[Feature]:
    """Three features that pass the SMART check, in one release with room for them."""
    objective = factories.objective(product, "A", name="First reply within 2 h")
    inbox = factories.team(product, "Inbox")
    release = factories.release(product, "2027.1")
    factories.release(product, "2027.2", date(2027, 3, 27), date(2027, 6, 25))
    factories.capacity(inbox, release, 60)
    return [
        factories.feature(
            product,
            title,
            objective=objective,
            days=10,
            team=inbox,
            owner=owner,
            release=release,
            status=Feature.Status.PLANNED,
            starts_on=date(2027, 1, 4),
            ends_on=date(2027, month, 20),
        )
        for title, month in (("Route by skill", 2), ("Undo send", 3), ("Macros with a dry run", 3))
    ]


def publish(
    product: Product,
    by: Seat,
    *,
    required: list[Seat],
    consulted: list[Seat] | None = None,
    now: datetime | None = None,
    note: str = "",
    gaps_why: str = "We talked about it.",
    **terms,
) -> Version:
    """Publish what stands now, as someone who has just looked at it."""
    found = draft(product)
    return publish_version(
        product,
        number=found.number,
        seen=found.seen,
        note=note,
        gaps_why=gaps_why,
        terms=Terms(
            deadline=terms.pop("deadline", None) or deadline(), required=required, consulted=consulted or [], **terms
        ),
        by=by,
        now=now or datetime.now(UTC),
    )


def round_of(version: Version) -> Round:
    return Confirmation.objects.select_related("round").get(version=version).round


def path_of_link(seat: Seat, round: Round) -> str:
    """The path of the personal link in a seat's mails."""
    return url_of(seat_link(seat, round, now=datetime.now(UTC))).removeprefix("http://testserver")


def open_link(client, seat: Seat, round: Round) -> str:
    """Press the button behind a personal link on this browser; return the path where it leads."""
    response = client.post(f"{path_of_link(seat, round)}open/")
    assert response.status_code == 303, response.status_code
    return response["Location"]
