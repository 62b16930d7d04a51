"""Several managers bring the same people in at once. On PostgreSQL, with real connections."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from stakeholders.actions.organisation import set_up
from stakeholders.actions.people import user_at
from stakeholders.models import Department, Organisation, Seat, User
from tests.roadmap.test_publish_race import at_once
from tests.stakeholders.test_people import _rows

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
CROWD = 8


def test_the_same_new_people_and_department_are_made_once_by_all_who_add_them_at_once(beacon, mia, sign_in):
    desks = [sign_in(mia, on=Client()) for _ in range(CROWD)]
    emails = [f"{name}@new.example" for name in ("ann", "bob", "cleo")]

    def add(number):
        named = sorted(emails, reverse=bool(number % 2))
        rows = [{"email": email, "role": "stakeholder", "department": "Night shift"} for email in named]
        return desks[number].post(reverse("stakeholders:people-add", args=["beacon"]), _rows(*rows))

    assert [getattr(each, "status_code", each) for each in at_once(CROWD, add)] == [303] * CROWD
    assert sorted(User.objects.filter(email__in=emails).values_list("email", flat=True)) == emails
    assert Seat.objects.filter(product=beacon, user__email__in=emails, department__name="Night shift").count() == 3
    assert Department.objects.filter(name="Night shift").count() == 1


def test_an_address_in_any_case_is_one_user_whoever_comes_first(db):
    spelled = ["Ann.Lee@New.Example", "ann.lee@new.example"] * (CROWD // 2)
    assert at_once(CROWD, lambda number: user_at(spelled[number])) == [User.objects.get()] * CROWD


def test_the_organisation_is_set_up_by_one_and_the_others_are_told(db):
    def begin(number):
        return set_up(organisation="Lighthouse", time_zone="UTC", name="", email=f"olga{number}@new.example")

    results = at_once(CROWD, begin)
    winners = [each for each in results if isinstance(each, User)]
    assert [*Organisation.current().admins.all()] == winners
    assert sum(isinstance(each, ValidationError) for each in results) == CROWD - 1
    assert User.objects.count() == 1, "who came too late left nothing behind"
