"""A voting round that is open now, by the real clock: answers are timed by the database's."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from prioritization.actions.voting import open_voting_round
from stakeholders import clock
from stakeholders.actions.links import seat_link, url_of
from stakeholders.rules import deadlines
from tests import factories

BERLIN = "Europe/Berlin"


@pytest.fixture
def three_days():
    """Three days from now at 17:00 in Berlin."""
    day = (clock.now() + timedelta(days=3)).astimezone(ZoneInfo(BERLIN)).date()
    return deadlines.read(datetime(day.year, day.month, day.day, 17), BERLIN)


@pytest.fixture
def voting(beacon, mia, stan, olga, three_days):
    """Mia asks Stan and Olga about three features; returns the Round."""
    titles = ("Undo send", "Dark theme", "Weekly digest")
    features = [factories.feature(beacon, title, summary=f"{title} in two sentences.") for title in titles]
    return open_voting_round(
        beacon,
        title="Q1 2027 priorities",
        features=features,
        seats=[stan, olga],
        deadline=three_days,
        by=mia,
        now=clock.now(),
    )


@pytest.fixture
def by_link(client):
    """Open a seat's personal link the way a person does: press its button. Returns the client."""

    def _by_link(round, seat, on=None):
        browser = on or client
        path = "/" + url_of(seat_link(seat, round, now=clock.now())).split("/", 3)[3]
        assert browser.post(f"{path}open/").status_code == 303
        return browser

    return _by_link
