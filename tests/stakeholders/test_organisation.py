"""What an administrator does to the whole organisation, and where it is told."""

import re

import pytest
from django.urls import reverse

from stakeholders.models import Activity, Department, Organisation, Seat
from tests import factories


@pytest.fixture
def ada(beacon, sign_in):
    """An administrator without a seat anywhere, signed in."""
    ada = factories.user("Ada Admin")
    Organisation.current().admins.add(ada)
    sign_in(ada)
    return ada


@pytest.fixture
def orion(stan):
    """Another product, with nobody of Sales."""
    orion = factories.product("orion")
    factories.seat(orion, Seat.Role.OWNER, name="Otto Orion", department_name="Space")
    return orion


def told(client, sign_in, seat):
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", sign_in(seat).get(f"/p/{seat.product.slug}/activity/").text))
    return page


def weigh(client, department, weight):
    return client.post(
        reverse("stakeholders:department", args=[department.pk]), {"name": department.name, "weight": weight}
    )


def test_a_departments_weight_is_told_in_each_product_that_has_people_of_it(client, sign_in, ada, mia, stan, orion):
    assert weigh(client, stan.department, 2.5).status_code == 303
    assert Department.objects.get(pk=stan.department_id).weight == 2.5
    assert weigh(client, stan.department, 2.5).status_code == 303, "which changes nothing"
    line = Activity.objects.get()
    assert (line.product, line.by_seat, line.facts["changes"]) == (mia.product, None, {"weight": [1, 2.5]})
    assert "An administrator changed the department Sales: weight 1 → 2.5" in told(client, sign_in, mia)


def test_an_administrator_with_a_seat_is_named_there(client, sign_in, ada, mia, stan):
    factories.seat(mia.product, Seat.Role.READER, user=ada)
    weigh(client, stan.department, 0)
    assert "Ada Admin changed the department Sales: weight 1 → 0" in told(client, sign_in, mia)


def test_the_organisations_name_is_told_everywhere(client, sign_in, ada, mia, orion):
    form = {"name": "Pharos", "time_zone": "Europe/Berlin"}
    assert client.post(reverse("stakeholders:organisation"), form).status_code == 303
    assert {line.product for line in Activity.objects.all()} == {mia.product, orion}
    expected = "An administrator changed the organisation Pharos: name Lighthouse → Pharos"
    assert expected in told(client, sign_in, mia)


def test_who_comes_to_administer_or_ceases_to_is_told_where_they_have_a_seat(client, sign_in, ada, mia, stan, orion):
    Organisation.current().admins.add(mia.user)
    form = {"text": f"{ada.email}, {stan.user.email}"}
    assert client.post(reverse("stakeholders:organisation-admins-change"), form).status_code == 303
    assert {line.product for line in Activity.objects.all()} == {mia.product}
    said = told(client, sign_in, mia)
    assert "An administrator changed Stan Lindqvist “administers the organisation now”" in said
    assert "An administrator changed Mia Okafor “administers the organisation no more”" in said


def test_a_department_of_a_name_that_is_taken_is_refused(client, ada, stan):
    form = {"name": "SALES", "weight": "1"}
    assert client.post(reverse("stakeholders:department-add"), form).status_code == 422
    assert Department.objects.filter(name__iexact="sales").count() == 1


def test_telling_costs_the_same_for_1_and_for_20_products(client, ada, stan, django_assert_max_num_queries):
    with django_assert_max_num_queries(30) as few:
        weigh(client, stan.department, 2)
    for number in range(20):
        factories.seat(factories.product(f"more-{number}", key=f"M{number}"), user=stan.user)
    with django_assert_max_num_queries(len(few)):
        weigh(client, stan.department, 3)
    assert Activity.objects.count() == 1 + 21
