"""Asks every route as every kind of person, by GET and by each unsafe verb, and compares with the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
ROLES = ("anonymous", "stranger", "reader", "stakeholder", "manager", "owner", "voter", "confirmer", "share")

# who may: each name stands for the set of roles that get an answer of substance
EVERYBODY = frozenset(ROLES)
SIGNED_IN = frozenset({"stranger", "reader", "stakeholder", "manager", "owner"})
READERS = frozenset({"reader", "stakeholder", "manager", "owner"})
MANAGERS = frozenset({"manager", "owner"})
OWNERS = frozenset({"owner"})
ADMINS = frozenset({"owner"})  # in these tests the owner also administers the organisation
VOTER = frozenset({"voter"})
CONFIRMER = frozenset({"confirmer"})
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Route:
    """Who may do what at one route.

    get, post  the roles that are let in; a verb that is None is not the route's own and must be refused with 405
    denied     how those who are not let in are told, by role, where it differs from the rule of the address
    """

    get: frozenset[str] | None = None
    post: frozenset[str] | None = None
    denied: Mapping[str, int] = field(default_factory=dict)


def named_routes(patterns: list, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    """Yield (name, pattern) of every route that the resolver knows; a route without a name has its pattern as name."""
    for each in patterns:
        if isinstance(each, URLResolver):
            inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from named_routes(each.url_patterns, prefix + str(each.pattern), inner)
        elif isinstance(each, URLPattern):
            whole = prefix + str(each.pattern)
            yield (f"{namespace}{each.name}" if each.name else whole), whole


def missing(routes: Mapping[str, str], table: Mapping[str, Route]) -> tuple[list[str], list[str]]:
    """Return the routes that the table forgets, and the lines of the table that no route has any more."""
    return sorted(set(routes) - set(table)), sorted(set(table) - set(routes))


@dataclass(frozen=True)
class Wrong:
    """One cell that does not answer as the table says."""

    route: str
    role: str
    verb: str
    why: str

    def __str__(self) -> str:
        return f"{self.verb} {self.route} as {self.role}: {self.why}"


@dataclass
class Walk:
    """What was asked, and what was wrong."""

    asked: int = 0
    wrong: list[Wrong] = field(default_factory=list)


def walk(
    table: Mapping[str, Route],
    *,
    address: Callable[[str], str],
    clients: Mapping[str, Client],
    patterns: Mapping[str, str],
) -> Walk:
    """Ask every cell of routes × roles × (GET and the unsafe verbs). What a request writes is rolled back."""
    found = Walk()
    for name, route in table.items():
        path = address(name)
        for role in ROLES:
            for verb in ("GET", *UNSAFE):
                allowed = {"GET": route.get, "POST": route.post}.get(verb)
                answer = _ask(clients[role], verb, path)
                found.asked += 1
                if why := _fault(answer, role, verb, allowed, route, patterns[name]):
                    found.wrong.append(Wrong(name, role, verb, why))
    return found


def _ask(client: Client, verb: str, path: str) -> HttpResponse:
    savepoint = connection.savepoint()
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    try:
        return client.generic(
            verb, path, content_type="application/x-www-form-urlencoded" if verb == "POST" else "application/json"
        )
    finally:
        connection.savepoint_rollback(savepoint)
        client.cookies.clear()
        for name, value in cookies.items():
            client.cookies[name] = value


def _fault(
    answer: HttpResponse, role: str, verb: str, allowed: frozenset[str] | None, route: Route, pattern: str
) -> str:
    """Return what is wrong with an answer; empty when it is right."""
    status = answer.status_code
    if status >= 500:
        return f"answered {status}"
    if allowed is None:
        # not a verb of this route: refused, whoever asks, before or after the question who it is
        return (
            ""
            if status in (401, 403, 404, 405, 410) or is_sign_in(answer)
            else f"{verb} is not its own, yet answered {status}"
        )
    if role in allowed:
        ok = status < 400 and not is_sign_in(answer) or status in (400, 409, 410, 413, 415, 422)
        return "" if ok else f"should be let in, got {status}"
    expected = route.denied.get(role) or expected_denial(role, pattern)
    if expected == 302:
        return "" if is_sign_in(answer) else f"should be sent to sign-in, got {status}"
    return "" if status == expected else f"should get {expected}, got {status}"


def is_sign_in(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))


def expected_denial(role: str, pattern: str) -> int:
    """How DESIGN settles it: below /p/ anonymous visitors sign in, strangers find nothing, low roles are forbidden."""
    has_no_session = role in ("anonymous", "voter", "confirmer", "share")
    if pattern.startswith("api/"):
        return 401 if has_no_session else 404
    if pattern.startswith(("ballot/", "confirm/", "round/")):
        return 404
    if has_no_session:
        return 302
    return 404 if role == "stranger" and pattern.startswith("p/") else 403
