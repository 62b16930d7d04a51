"""The list of products, the form of three that makes one, and editing what a product is for."""

import pytest

from roadmap.models import Product
from stakeholders.models import Seat
from tests import factories

THREE = {"name": "Quill", "vision": "Answer before they ask.", "objective": "Fewer questions"}


def test_without_a_seat_the_list_says_what_a_product_is(client, max, sign_in):
    said = sign_in(max).get("/").content.decode()
    assert "A product holds features, people and a roadmap." in said and "/products/new/" in said


def test_the_list_shows_the_products_at_which_one_has_a_seat_and_no_other(client, vera, sign_in, beacon):
    factories.product("quill", name="Quill")
    factories.feature(beacon)
    said = sign_in(vera).get("/").content.decode()
    assert "Beacon" in said and "Quill" not in said and "1 feature" in said


def test_the_list_takes_as_many_queries_for_ten_products_as_for_one(
    client, vera, sign_in, beacon, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    sign_in(vera)
    with CaptureQueriesContext(connection) as one:
        client.get("/")
    for number in range(9):
        factories.seat(factories.product(f"other-{number}", key=f"OT{number}"), user=vera.user)
    with django_assert_num_queries(len(one)):
        client.get("/")


def test_a_product_is_made_of_three_things_and_whoever_makes_it_owns_it(client, max, sign_in):
    factories.organisation()
    response = sign_in(max).post("/products/new/", THREE)
    made = Product.objects.get()
    assert response.status_code == 303 and response["Location"] == "/p/quill/"
    assert (made.slug, made.key, made.time_zone) == ("quill", "QLL", "Europe/Berlin")
    assert made.objectives.get().name == "Fewer questions"
    assert Seat.objects.get().user == max and Seat.objects.get().role == Seat.Role.OWNER


def test_a_second_product_of_the_same_name_gets_an_address_and_a_key_of_its_own(client, max, sign_in):
    sign_in(max)
    client.post("/products/new/", THREE)
    client.post("/products/new/", THREE)
    assert set(Product.objects.values_list("slug", "key")) == {("quill", "QLL"), ("quill-2", "QLL2")}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "A product needs a name."),
        ({"vision": ""}, "A product needs a vision, even a rough one."),
        ({"objective": ""}, "A product needs an objective"),
        ({"key": "B"}, "Two to eight capital letters or digits"),
        ({"key": "bcn"}, "Another product has this key."),
    ],
)
def test_what_a_product_lacks_is_said_and_the_rest_is_kept(client, mia, sign_in, wrong, said):
    response = sign_in(mia).post("/products/new/", THREE | {"vision": "Kept words."} | wrong)
    page = response.content.decode()
    assert response.status_code == 422 and said in page
    assert ("Kept words." in page) == ("vision" not in wrong)
    assert Product.objects.count() == 1


def form_data(product, **more):
    return {
        "name": product.name, "vision": product.vision, "stage": product.stage, "time_zone": product.time_zone,
        "edition": product.edition, "tagline": "", "target_market": "", "benefits": "", "business_case": "",
    } | more  # fmt: skip


def test_the_business_case_is_written_in_markdown_and_shown_rendered(client, mia, vera, sign_in, beacon):
    data = form_data(beacon, business_case="Saves **€ 2 m** a year.\n\n- one\n- two")
    assert sign_in(mia).post("/p/beacon/setup/product/", data).status_code == 303
    assert "<strong>€ 2 m</strong>" in sign_in(vera).get("/p/beacon/setup/").content.decode()


def test_the_second_of_two_editors_of_a_product_sees_both_texts(client, mia, olga, sign_in, beacon):
    sign_in(mia).post("/p/beacon/setup/product/", form_data(beacon, vision="Hers, saved first."))
    response = sign_in(olga).post("/p/beacon/setup/product/", form_data(beacon, vision="Mine, typed meanwhile."))
    page = response.content.decode()
    assert response.status_code == 409
    assert "Hers, saved first." in page and "Mine, typed meanwhile." in page
    beacon.refresh_from_db()
    assert beacon.vision == "Hers, saved first."
    again = {name: response.context["form"][name].value() for name in response.context["form"].fields}
    assert client.post("/p/beacon/setup/product/", again).status_code == 303
    beacon.refresh_from_db()
    assert (beacon.vision, beacon.edition) == ("Mine, typed meanwhile.", 3)


@pytest.mark.parametrize(
    "path", ["/", "/products/", "/products/new/", "/p/beacon/setup/", "/p/beacon/features/", "/p/none/features/"]
)
def test_who_is_not_signed_in_is_asked_to(client, beacon, path):
    response = client.get(path)
    assert response.status_code == 302 and response["Location"].startswith("/accounts/login/")
