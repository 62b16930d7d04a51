"""The cast, whose names are the rule: olga owns, mia manages, stan is a stakeholder, vera views, max is a stranger."""

from __future__ import annotations

import os

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase

from stakeholders import append_only
from stakeholders.models import Seat
from tests import factories

_flush = TransactionTestCase._fixture_teardown


def _flush_without_triggers(self):
    """Between transactional tests the rows must go; this is the only place where the triggers are taken away."""
    append_only.remove()
    try:
        _flush(self)
    finally:
        append_only.install()


TransactionTestCase._fixture_teardown = _flush_without_triggers


def pytest_collection_modifyitems(config, items):
    """On SQLite leave out what needs PostgreSQL; on PostgreSQL what touches no database, which SQLite's run has shown."""
    if connection.vendor != "postgresql":
        for item in items:
            if "postgres" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="needs PostgreSQL"))
        return
    pure = [item for item in items if not touches_a_database(item)]
    config.hook.pytest_deselected(items=pure)
    items[:] = [item for item in items if touches_a_database(item)]


def touches_a_database(item) -> bool:
    fixtures = {"db", "transactional_db", "django_db_setup", "live_server"}
    return bool(fixtures & set(item.fixturenames)) or any(
        name in item.keywords for name in ("django_db", "processes", "browser")
    )


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Make the tables straight from the models: a third of the time, and a check of its own says that migrations agree.

    The worlds of processes, and whoever starts Accord, migrate in earnest.
    """
    connection.settings_dict["TEST"]["MIGRATE"] = False


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        call_command("migrate", fake=True, verbosity=0)


@pytest.fixture(autouse=True)
def no_tries_yet(request):
    """Counts of tries in Redis do not go with a test's transaction: each test begins without any."""
    if "db" in request.fixturenames and os.environ.get("REDIS_URL"):
        cache.clear()


@pytest.fixture
def now():
    return factories.NOW


@pytest.fixture
def beacon(db):
    factories.organisation()
    return factories.product("beacon", key="BCN", name="Beacon")


@pytest.fixture
def olga(beacon):
    return factories.seat(beacon, Seat.Role.OWNER, name="Olga Olsen", department_name="Leadership")


@pytest.fixture
def mia(beacon):
    return factories.seat(beacon, Seat.Role.MANAGER, name="Mia Okafor", department_name="Product")


@pytest.fixture
def stan(beacon):
    return factories.seat(
        beacon, Seat.Role.STAKEHOLDER, name="Stan Lindqvist", department_name="Sales", must_confirm=True
    )


@pytest.fixture
def vera(beacon):
    return factories.seat(beacon, Seat.Role.READER, name="Vera Vogel", department_name="Finance")


@pytest.fixture
def max(db):
    return factories.user("Max Marsh")


@pytest.fixture
def sign_in(client):
    """Sign a seat or a user in on `client` (or on another client given), and return that client."""

    def _sign_in(who, on=None):
        target = on or client
        target.force_login(getattr(who, "user", who), backend="django.contrib.auth.backends.ModelBackend")
        return target

    return _sign_in
