"""Every route × every kind of person × every verb answers as the table says; what the table forgets fails."""

import types

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import get_resolver, include, path

from tests.access import engine, world
from tests.access.table import TABLE


@pytest.fixture
def here(olga, mia, stan, vera, max):
    return world.build(olga, mia, stan, vera, max)


def routes() -> dict[str, str]:
    return dict(engine.named_routes(get_resolver().url_patterns))


def test_every_route_is_in_the_table_and_every_line_has_a_route():
    assert engine.missing(routes(), TABLE) == ([], [])


def test_every_cell_answers_as_the_table_says(here, record_property):
    patterns = routes()
    found = engine.walk(
        TABLE, address=lambda name: here.address(name, patterns), clients=here.clients, patterns=patterns
    )
    verbs = 1 + len(engine.UNSAFE)
    record_property(
        "figures",
        f"access: {len(TABLE)} routes × {len(engine.ROLES)} roles × {verbs} verbs = {found.asked} cells, {len(found.wrong)} wrong",
    )
    assert found.asked == len(TABLE) * len(engine.ROLES) * verbs
    assert not found.wrong, "\n" + "\n".join(map(str, found.wrong))


def test_ids_of_another_product_lead_nowhere(here):
    patterns, reached = routes(), []
    for name, pattern in patterns.items():
        if not pattern.startswith(("p/<", "api/v1/products/<")):
            continue
        for address in here.swapped(name, patterns):
            for verb in ("GET", "POST"):
                status = engine._ask(here.clients["owner"], verb, address).status_code
                if status not in (404, 405):
                    reached.append(f"{verb} {address} {status}")
    assert reached == []


def test_a_stranger_cannot_tell_a_product_from_none(here):
    found = here.clients["stranger"].get("/p/beacon/people/")
    none = here.clients["stranger"].get("/p/no-such-product/people/")
    nowhere = here.clients["stranger"].get("/p/no-such-product/no/such/page/")
    assert found.content == none.content == nowhere.content
    assert found.status_code == none.status_code == nowhere.status_code == 404


planted = types.ModuleType("planted_urls")
planted.urlpatterns = [
    path("p/<slug:slug>/planted/", lambda request, slug: HttpResponse("open to all"), name="planted"),
    path("", include("config.urls")),
]


@override_settings(ROOT_URLCONF=planted)
def test_a_planted_view_without_guard_is_found(here):
    table = {"planted": engine.Route(get=engine.MANAGERS, post=engine.MANAGERS)}
    found = engine.walk(
        table,
        address=lambda name: "/p/beacon/planted/",
        clients=here.clients,
        patterns={"planted": "p/<slug:slug>/planted/"},
    )
    assert {(wrong.role, wrong.verb) for wrong in found.wrong} >= {
        (role, verb) for role in ("anonymous", "stranger", "reader", "stakeholder") for verb in ("GET", "POST")
    }


@override_settings(ROOT_URLCONF=planted)
def test_a_planted_route_that_the_table_forgets_is_found():
    assert engine.missing(routes(), TABLE)[0] == ["planted"]
