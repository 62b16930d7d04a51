"""What people are told when a disk is full or the database is away: that nothing was saved, and when to try again."""

import errno
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.test import Client

from stakeholders.trouble import Trouble, trouble_of
from stakeholders.views.errors import broken
from tests.roadmap import confirming


class Cause(Exception):
    """What the driver of PostgreSQL raises."""

    def __init__(self, pgcode):
        super().__init__()
        self.pgcode = pgcode


Cause.__module__ = "psycopg2.errors"


def caused(pgcode):
    error = OperationalError("in whatever language")
    error.__cause__ = Cause(pgcode)
    return error


@pytest.mark.parametrize(
    "error, trouble",
    [
        (OperationalError("database or disk is full"), Trouble.FULL),
        (OSError(errno.ENOSPC, "No space left on device"), Trouble.FULL),
        (caused("53100"), Trouble.FULL),
        (caused("57P01"), Trouble.AWAY),
        (caused("08006"), Trouble.AWAY),
        (caused(None), Trouble.AWAY),
        (caused("55P03"), Trouble.BUSY),
        (OperationalError("database is locked"), Trouble.BUSY),
        (OperationalError("no such table: x"), None),
        (caused("42P01"), None),
        (OSError(errno.ENOENT, "No such file"), None),
        (ValueError("database or disk is full"), None),
    ],
)
def test_what_an_error_means(error, trouble):
    assert trouble_of(error) is trouble


@contextmanager
def full_disk():
    """No table takes another row of an answer, in the way in which each database says so."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            pages = cursor.execute("PRAGMA page_count").fetchone()[0]
            (usual,) = cursor.execute("PRAGMA max_page_count").fetchone()
            cursor.execute(f"PRAGMA max_page_count = {pages}")
        else:
            cursor.execute(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
                " 'BEGIN RAISE EXCEPTION ''full'' USING ERRCODE = ''53100''; END'"
            )
            cursor.execute(
                "CREATE TRIGGER full_disk BEFORE INSERT ON roadmap_answer FOR EACH ROW EXECUTE FUNCTION full_disk()"
            )
    yield
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA max_page_count = {usual}")
        else:
            cursor.execute("DROP FUNCTION full_disk() CASCADE")


def test_a_full_disk_refuses_an_answer_in_words_and_the_same_form_is_taken_once_there_is_room(beacon, mia, stan):
    confirming.plan_beacon(beacon, mia)
    round = confirming.round_of(confirming.publish(beacon, mia, required=[stan]))
    browser = Client(raise_request_exception=False)
    page = confirming.open_link(browser, stan, round)
    answer = {"answer": "concerns", "concern": "Too much at once. " * 100, "nonce": "n1"}
    with full_disk():
        for nonce in range(60):  # SQLite takes what fits into the pages that it has
            refused = browser.post(f"{page}answer/", answer | {"nonce": f"n{nonce}", "concern": f"{nonce} " * 600})
            if refused.status_code != 303:
                break
        assert (refused.status_code, refused["Cache-Control"]) == (507, "no-store")
        assert "Nothing was saved: there is no room left" in refused.text
        assert browser.get(page).status_code == 200
    assert browser.post(f"{page}answer/", answer | {"nonce": f"n{nonce}"}).status_code == 303


def test_the_api_says_the_same_as_a_problem(rf):
    try:
        raise caused("57P01")
    except OperationalError:
        told = broken(rf.get("/api/v1/products/"))
    assert (told.status_code, told["Retry-After"]) == (503, "5")
    assert told["Content-Type"] == "application/problem+json"
