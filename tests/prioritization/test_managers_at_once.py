"""Two managers press at once: open, extend, close, withdraw. On PostgreSQL, with real connections."""

from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client

from prioritization.actions.voting import open_voting_round
from stakeholders import clock
from stakeholders.models import Activity, Extension, Message, Round
from stakeholders.rules.tokens import public_id
from tests import factories
from tests.roadmap.confirming import deadline
from tests.roadmap.test_publish_race import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desks(mia, olga, sign_in):
    return [sign_in(who, on=Client()) for who in (mia, olga) * 4]


def test_a_button_pressed_eight_times_at_once_opens_one_round(desks, beacon, stan):
    day = (clock.now() + timedelta(days=3)).date()
    form = {
        "title": "Q1 2027 priorities",
        "features": [factories.feature(beacon, "Undo send").pk],
        "seats": [stan.pk],
        "deadline_on": day.isoformat(),
        "deadline_time": "17:00",
        "deadline_zone": "Europe/Berlin",
        "remind": "fitting",
        "results": "after-done",
        "secrecy": "named",
        "sure": "1",
        "once": public_id(),
    }
    answers = at_once(8, lambda number: desks[number].post("/p/beacon/rounds/new/voting/", form))
    assert {(each.status_code, each["Location"]) for each in answers} == {(303, f"/p/beacon/rounds/{form['once']}/")}
    assert (Round.objects.count(), Message.objects.filter(kind="invitation").count()) == (1, 1)


def test_of_many_who_extend_close_and_withdraw_at_once_each_act_happens_once_or_is_refused(desks, beacon, mia, stan):
    asked = open_voting_round(
        beacon,
        title="Q1 2027 priorities",
        features=[factories.feature(beacon, "Undo send")],
        seats=[stan],
        deadline=deadline(),
        by=mia,
        now=clock.database_now(),
    )
    later = (asked.deadline_at + timedelta(days=5)).date().isoformat()
    acts = {
        "close": {"why": "Enough."},
        "extend": {"deadline_on": later, "deadline_time": "17:00", "deadline_zone": "Europe/Berlin", "why": "Wait."},
        "withdraw": {"why": "A mistake."},
    }
    names = [*acts] * 2 + ["close", "extend"]
    answers = at_once(8, lambda number: desks[number].post(f"{home(asked)}{names[number]}/", acts[names[number]]))
    assert all(each.status_code < 500 for each in answers), Counter(each.status_code for each in answers)

    asked.refresh_from_db()
    assert (asked.closed_at is None) != (asked.cancelled_at is None), "it ended in one way"
    ended = Activity.objects.filter(object_kind="round", object_id=asked.pk, verb__in=["closed", "cancelled"])
    assert ended.count() == 1
    assert Message.objects.filter(round=asked, kind__in=["outcome", "cancelled"]).count() == 1
    assert Extension.objects.filter(round=asked).count() <= 1
    log = Activity.objects.filter(object_kind="round", object_id=asked.pk).order_by("pk")
    assert log.last().pk == ended.get().pk, "nothing happened to it after its end"


def home(round) -> str:
    return f"/p/beacon/rounds/{round.public_id}/"
