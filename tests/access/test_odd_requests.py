"""Whatever stands in a query, a form or an address: no route breaks, and none leads to another site."""

import pytest
from django.db import connection

from tests.access import odd, world
from tests.access.test_access import routes

WHO = ("owner", "voter", "confirmer", "anonymous")


@pytest.fixture
def here(olga, mia, stan, vera, max):
    return world.build(olga, mia, stan, vera, max)


def test_odd_queries_addresses_and_forms_break_nothing(here, record_property):
    patterns, wrong, asked = routes(), [], 0
    for name, pattern in patterns.items():
        address = here.address(name, patterns)
        for method, send in {"GET": odd.broken, "POST": undone}.items():
            for who in WHO:
                read: set[str] = set()
                with odd.watching(read):
                    status = send(here.clients[who], method, address)[1]
                if status not in (403, 404, 405, 302):
                    break
            for query in odd.queries(read - {"csrfmiddlewaretoken"}):
                wrong.append(send(here.clients[who], method, address, query)[0])
                asked += 1
        for address in odd.addresses(pattern):
            wrong.append(odd.broken(here.clients["owner"], "GET", address)[0])
            asked += 1
    record_property(
        "figures", f"odd requests: {asked} to {len(patterns)} routes, {len(list(filter(None, wrong)))} broken"
    )
    assert asked > 2 * len(patterns)
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))


def undone(client, method, address, form="") -> tuple[str, int]:
    """Send a form, and roll back what it wrote."""
    savepoint = connection.savepoint()
    try:
        return odd.broken(client, method, address, form)
    finally:
        connection.savepoint_rollback(savepoint)
