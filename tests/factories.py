"""Rows for tests, each made by one short call that says what matters and leaves the rest true to life."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count

from roadmap.models import Capacity, Contribution, Effort, Feature, Objective, Product, Release, Team
from stakeholders.models import Department, Organisation, Round, Seat, User

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
_numbers = count(1)


def user(name: str = "", *, email: str = "") -> User:
    name = name or f"Person {next(_numbers)}"
    return User.objects.create_user(email or f"{name.lower().replace(' ', '.')}@people.example", name=name)


def organisation(name: str = "Lighthouse", *, admins: list[User] | None = None) -> Organisation:
    found, _ = Organisation.objects.get_or_create(pk=1, defaults={"name": name, "time_zone": "Europe/Berlin"})
    found.admins.add(*(admins or []))
    return found


def product(slug: str = "beacon", *, key: str = "", name: str = "", **fields) -> Product:
    defaults = {
        "key": key or slug.upper()[:6].replace("-", ""),
        "name": name or slug.title(),
        "time_zone": "Europe/Berlin",
        "vision": "Every customer gets a good answer within two hours.",
    }
    return Product.objects.create(slug=slug, **(defaults | fields))


def department(name: str = "Sales", **fields) -> Department:
    found, _ = Department.objects.get_or_create(name=name, defaults=fields)
    return found


def seat(
    product: Product, role: str = Seat.Role.STAKEHOLDER, *, name: str = "", department_name: str = "Sales", **fields
) -> Seat:
    who = fields.pop("user", None) or user(name)
    return Seat.objects.create(
        user=who, product=product, role=role, department=department(department_name), joined_at=NOW, **fields
    )


def objective(product: Product, letter: str = "A", **fields) -> Objective:
    defaults = {
        "name": f"Objective {letter}",
        "measure": "median reply",
        "unit": "h",
        "baseline": 4,
        "target": 2,
        "current": 3,
        "due_on": date(2027, 6, 30),
    }
    return Objective.objects.create(product=product, letter=letter, position=ord(letter), **(defaults | fields))


def team(product: Product, name: str = "Inbox") -> Team:
    return Team.objects.get_or_create(product=product, name=name)[0]


def release(
    product: Product, name: str = "2027.1", starts_on: date = date(2027, 1, 1), ends_on: date = date(2027, 3, 26)
) -> Release:
    return Release.objects.get_or_create(
        product=product, name=name, defaults={"starts_on": starts_on, "ends_on": ends_on}
    )[0]


def capacity(team: Team, release: Release, days: float) -> Capacity:
    return Capacity.objects.create(team=team, release=release, days=days)


def feature(
    product: Product,
    title: str = "",
    *,
    objective: Objective | None = None,
    days: float | None = None,
    team: Team | None = None,
    **fields,
) -> Feature:
    """A feature with the next number; `days` sizes it for `team` (or a team called Inbox)."""
    number = (
        fields.pop("number", None)
        or (product.features.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    )
    made = Feature.objects.create(product=product, number=number, title=title or f"Feature {number}", **fields)
    Product.objects.filter(pk=product.pk).update(last_feature_number=number)
    if objective:
        Contribution.objects.create(feature=made, objective=objective)
    if days is not None:
        team = team or globals()["team"](product)
        Effort.objects.create(feature=made, team=team, low=days * 0.7, likely=days, high=days * 1.6)
        if made.lead_team_id is None:
            made.lead_team = team
            made.save(update_fields=["lead_team"])
    return made


def round_(
    product: Product,
    *,
    kind: str = "voting",
    opened_at: datetime = NOW,
    deadline_at: datetime,
    by: Seat | None = None,
    **fields,
) -> Round:
    """A bare round row. Stories use the app's own open_round."""
    return Round.objects.create(
        product=product, kind=kind, title=fields.pop("title", "Q1 2027 priorities"), opened_at=opened_at, opened_by=by,
        deadline_at=deadline_at, zone="Europe/Berlin", wall_time=f"{deadline_at:%Y-%m-%dT%H:%M}", **fields,
    )  # fmt: skip
