"""People of a product: who sees them, adding in any shape, changing, letting go."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from stakeholders.models import Activity, Department, Invitation, Message, Organisation, Seat, User
from stakeholders.rules.weights import HEAVIEST
from tests import factories


@pytest.fixture
def page(beacon):
    return reverse("stakeholders:people", args=["beacon"])


@pytest.mark.parametrize(("who", "status"), [("olga", 200), ("mia", 200), ("stan", 200), ("vera", 200), ("max", 404)])
def test_who_may_see_the_people(who, status, request, client, sign_in, page, mia):
    sign_in(request.getfixturevalue(who))
    answer = client.get(page)
    assert answer.status_code == status
    if status == 200:
        assert "Mia Okafor" in answer.text


def test_addresses_are_for_managers(client, sign_in, page, mia, stan):
    assert stan.user.email not in sign_in(stan).get(page).text.replace("\u200b", "")
    assert stan.user.email in sign_in(mia).get(page).text.replace("\u200b", "")


def test_pasting_shows_who_was_understood_and_writes_nothing(client, sign_in, mia, stan):
    answer = sign_in(mia).post(
        reverse("stakeholders:people-read", args=["beacon"]), {"text": f"Ann Lee <ann@x.example>; {stan.user.email}"}
    )
    assert answer.status_code == 200
    assert "ann@x.example" in answer.text.replace("\u200b", "")
    assert "has a seat already" in answer.text
    assert not User.objects.filter(email="ann@x.example").exists()


def test_a_wrong_address_is_named_and_the_text_kept(client, sign_in, mia):
    answer = sign_in(mia).post(
        reverse("stakeholders:people-read", args=["beacon"]), {"text": "ann@x.example\nbob at x"}
    )
    assert answer.status_code == 422
    assert "No e-mail address in “bob at x”" in answer.text
    assert "ann@x.example\nbob at x" in answer.text


def test_a_department_is_guessed_only_where_colleagues_agree(client, sign_in, mia, beacon):
    for n in range(2):
        factories.seat(beacon, user=factories.user(f"S {n}", email=f"s{n}@shop.example"), department_name="Shop")
        factories.seat(beacon, user=factories.user(f"M {n}", email=f"m{n}@mixed.example"), department_name=f"Mixed {n}")
    answer = sign_in(mia).post(
        reverse("stakeholders:people-read", args=["beacon"]), {"text": "new@shop.example, new@mixed.example"}
    )
    rows = {form["email"].value(): form["department"].value() for form in answer.context["formset"]}
    assert rows == {"new@shop.example": "Shop", "new@mixed.example": ""}


def _rows(*rows):
    data = {"people-TOTAL_FORMS": len(rows), "people-INITIAL_FORMS": len(rows)}
    return data | {f"people-{n}-{key}": value for n, row in enumerate(rows) for key, value in row.items()}


def test_adding_makes_seats_without_mail(client, sign_in, mia, beacon):
    rows = _rows(
        {
            "email": "ann@x.example",
            "name": "Ann Lee",
            "role": "stakeholder",
            "department": "Legal",
            "must_confirm": "on",
        },
        {"email": "bob@x.example", "name": "", "role": "reader", "department": ""},
        {"email": "eve@x.example", "name": "", "role": "reader", "department": "", "skip": "on"},
    )
    answer = sign_in(mia).post(reverse("stakeholders:people-add", args=["beacon"]), rows)
    assert answer.status_code == 303
    ann = Seat.objects.get(user__email="ann@x.example", product=beacon)
    assert (ann.user.name, ann.department.name, ann.must_confirm, ann.role) == ("Ann Lee", "Legal", True, "stakeholder")
    assert Seat.objects.get(user__email="bob@x.example").department is None
    assert not User.objects.filter(email="eve@x.example").exists()
    assert not Message.objects.exists()
    assert Activity.objects.filter(product=beacon, verb="invited", by_seat=mia.pk).count() == 2


def test_an_address_longer_than_the_database_keeps_is_refused_in_words(client, sign_in, mia):
    long = {"email": f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 20}", "role": "stakeholder"}
    answer = sign_in(mia).post(reverse("stakeholders:people-add", args=["beacon"]), _rows(long))
    assert answer.status_code == 422
    assert "at most 254 characters" in answer.text
    assert not User.objects.filter(email=long["email"]).exists()


def test_adding_somebody_twice_changes_nothing(client, sign_in, mia, stan):
    rows = _rows({"email": stan.user.email, "name": "Other", "role": "manager", "department": ""})
    sign_in(mia).post(reverse("stakeholders:people-add", args=["beacon"]), rows)
    stan.refresh_from_db()
    assert (stan.role, stan.user.name) == ("stakeholder", "Stan Lindqvist")


def test_a_manager_makes_no_owner(client, sign_in, mia, olga, stan):
    change = reverse("stakeholders:seat-change", args=["beacon", stan.pk])
    assert sign_in(mia).post(change, {"role": "owner", "weight": "1"}).status_code == 422
    stan.refresh_from_db()
    assert stan.role == "stakeholder"
    assert sign_in(olga).post(change, {"role": "owner", "weight": "1"}).status_code == 303


def test_the_last_owner_stays_one(client, sign_in, olga):
    answer = sign_in(olga).post(
        reverse("stakeholders:seat-change", args=["beacon", olga.pk]), {"role": "manager", "weight": "1"}
    )
    assert answer.status_code == 422
    assert "A product needs an owner" in answer.text
    client.post(reverse("stakeholders:seat-remove", args=["beacon", olga.pk]))
    olga.refresh_from_db()
    assert olga.role == "owner"
    assert olga.is_current


def test_what_is_refused_leaves_no_new_department_behind(client, sign_in, olga):
    answer = sign_in(olga).post(
        reverse("stakeholders:seat-change", args=["beacon", olga.pk]),
        {"role": "manager", "weight": "1", "department_name": "Night shift"},
    )
    assert answer.status_code == 422
    assert not Department.objects.filter(name="Night shift").exists()


def test_a_department_is_the_same_in_any_case_and_a_new_one_is_made(client, sign_in, mia, stan):
    change = reverse("stakeholders:seat-change", args=["beacon", stan.pk])
    for typed, named in (("  sALES ", "Sales"), ("Night  shift", "Night shift")):
        form = {"role": "stakeholder", "weight": "1", "department_name": typed}
        assert sign_in(mia).post(change, form).status_code == 303
        assert Seat.objects.get(pk=stan.pk).department.name == named


def test_a_negative_weight_is_refused_and_what_was_typed_kept(client, sign_in, mia, stan):
    answer = sign_in(mia).post(
        reverse("stakeholders:seat-change", args=["beacon", stan.pk]),
        {"role": "stakeholder", "weight": "-1", "department_name": "Night shift"},
    )
    assert answer.status_code == 422
    assert "Night shift" in answer.text
    assert not Department.objects.filter(name="Night shift").exists()


@pytest.mark.parametrize("weight", ["1e200", "1000001", "inf", "nan"])
def test_a_weight_that_cannot_be_counted_is_refused(client, sign_in, mia, stan, weight):
    change = reverse("stakeholders:seat-change", args=["beacon", stan.pk])
    assert sign_in(mia).post(change, {"role": "stakeholder", "weight": weight}).status_code == 422
    Organisation.current().admins.add(mia.user)
    change = reverse("stakeholders:department", args=[stan.department_id])
    assert client.post(change, {"name": "Sales", "weight": weight}).status_code == 422


@pytest.mark.parametrize("model", [Seat, Department, Invitation])
def test_the_database_refuses_such_a_weight_too(stan, beacon, now, model):
    asked = factories.round_(beacon, opened_at=now, deadline_at=now + timedelta(days=1))
    Invitation.objects.create(round=asked, seat=stan, created_at=now, weight=HEAVIEST)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(weight=HEAVIEST + 1)


def test_removing_can_be_undone_and_ends_access(client, sign_in, mia, stan, page):
    sign_in(mia).post(reverse("stakeholders:seat-remove", args=["beacon", stan.pk]))
    assert "Undo" in client.get(page).text
    assert sign_in(stan).get(page).status_code == 404
    sign_in(mia).post(reverse("stakeholders:seat-restore", args=["beacon", stan.pk]))
    assert sign_in(stan).get(page).status_code == 200


def test_a_seat_of_another_product_is_out_of_reach(client, sign_in, mia):
    other = factories.seat(factories.product("other"))
    for name in ("seat-change", "seat-remove", "seat-restore"):
        assert (
            sign_in(mia)
            .post(reverse(f"stakeholders:{name}", args=["beacon", other.pk]), {"role": "reader", "weight": 1})
            .status_code
            == 404
        )


def test_the_page_costs_the_same_for_3_and_60_people(client, sign_in, mia, page, django_assert_max_num_queries, beacon):
    sign_in(mia)
    client.get(page)
    with django_assert_max_num_queries(20) as few:
        client.get(page)
    for n in range(60):
        factories.seat(beacon, name=f"P {n}")
    with django_assert_max_num_queries(len(few)):
        client.get(page)
