"""The people of a product, as the People page prints them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from stakeholders.models import Department, Seat


def seats(product) -> list[Seat]:
    """Everyone who has a seat now, by department and name, with user and department loaded."""
    found = Seat.objects.current().filter(product=product).select_related("user", "department")
    return sorted(
        found,
        key=lambda seat: (seat.department is None, str(seat.department or ""), seat.user.get_full_name().casefold()),
    )


def known_addresses(product, emails: Iterable[str]) -> set[str]:
    """Which of these addresses hold a seat at the product already."""
    held = (
        Seat.objects.current()
        .filter(product=product, user__email__in=list(emails))
        .values_list("user__email", flat=True)
    )
    return {email.lower() for email in held}


def guessed_departments(product, emails: Iterable[str]) -> dict[str, str]:
    """Guess each new person's department from colleagues at the product with the same mail domain.

    A guess is made only where every seat of that domain agrees on one department, and there are two or more.
    """
    by_domain: dict[str, Counter[str]] = defaultdict(Counter)
    rows = (
        Seat.objects.current()
        .filter(product=product)
        .exclude(department=None)
        .values_list("user__email", "department__name")
    )
    for email, department in rows:
        by_domain[email.rpartition("@")[2]][department] += 1
    guesses = {}
    for email in emails:
        counts = by_domain.get(email.rpartition("@")[2])
        if counts and len(counts) == 1 and counts.total() > 1:
            guesses[email] = next(iter(counts))
    return guesses


def department_names() -> list[str]:
    return list(Department.objects.values_list("name", flat=True))
