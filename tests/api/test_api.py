"""The API: by token, read-only, as narrow as the pages, described by a valid OpenAPI 3.1 document."""

from datetime import date, timedelta

import pytest
import yaml
from django.core.cache import cache
from django.urls import reverse
from openapi_spec_validator import OpenAPIV31SpecValidator

from roadmap.models import Dependency, Standing
from stakeholders import clock
from stakeholders.actions.tokens import make_token, revoke_token
from stakeholders.models import ApiToken
from tests import factories


@pytest.fixture(autouse=True)
def _fresh_throttle(db):
    cache.clear()


@pytest.fixture
def key(client):
    """Set a seat's token on the client and return it."""

    def _key(who, **kwargs):
        token, text = make_token(
            getattr(who, "user", who), name="test", now=clock.now(), expires_at=kwargs.pop("expires_at", None)
        )
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {text}"
        return token

    return _key


def test_without_a_token_401_and_a_session_does_not_count(client, sign_in, mia):
    answer = sign_in(mia).get("/api/v1/products/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "Unauthorized"


@pytest.mark.parametrize("text", ["", "acc_x", "acc_x.y", "Bearer", "x" * 5000, "acc_é.y"])
def test_a_wrong_token_is_refused(client, mia, text):
    assert client.get("/api/v1/products/", HTTP_AUTHORIZATION=f"Bearer {text}").status_code == 401


def test_a_token_ends_when_revoked_or_expired_or_its_person_is_gone(client, key, mia):
    token = key(mia)
    assert client.get("/api/v1/products/").status_code == 200
    revoke_token(token, now=clock.now())
    assert client.get("/api/v1/products/").status_code == 401
    key(mia, expires_at=clock.now() - timedelta(seconds=1))
    assert client.get("/api/v1/products/").status_code == 401
    key(mia)
    mia.user.is_active = False
    mia.user.save(update_fields=["is_active"])
    assert client.get("/api/v1/products/").status_code == 401


def test_only_ones_own_products_are_listed_and_others_do_not_exist(client, key, vera, max):
    factories.product("other")
    key(vera)
    assert [row["slug"] for row in client.get("/api/v1/products/").json()["results"]] == ["beacon"]
    missing = client.get("/api/v1/products/never/")
    hidden = client.get("/api/v1/products/other/")
    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)
    assert missing.status_code == 404
    key(max)
    assert client.get("/api/v1/products/beacon/features/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(client, key, olga, method):
    key(olga)
    for name in ("products/", "products/beacon/", "products/beacon/features/"):
        assert getattr(client, method)(f"/api/v1/{name}", {}, content_type="application/json").status_code == 405


@pytest.fixture
def two_features(beacon, stan):
    first = factories.feature(beacon, "Undo send", days=5, objective=factories.objective(beacon, "A"), owner=stan)
    second = factories.feature(
        beacon, "Audit log", release=factories.release(beacon), starts_on=date(2027, 1, 4), ends_on=date(2027, 2, 5)
    )
    Dependency.objects.create(feature=second, needs=first)
    return first, second


def test_features_come_with_all_that_the_page_shows(client, key, vera, two_features):
    key(vera)
    rows = client.get("/api/v1/products/beacon/features/").json()["results"]
    assert [row["key"] for row in rows] == ["BCN-1", "BCN-2"]
    assert rows[0]["effort"] == [{"team": "Inbox", "low": 3.5, "likely": 5.0, "high": 8.0}]
    assert rows[0]["objectives"] == [{"objective": "A", "strength": "direct"}]
    assert rows[0]["owner"] == "Stan Lindqvist"
    assert (rows[1]["release"], rows[1]["starts_on"], rows[1]["needs"]) == ("2027.1", "2027-01-04", ["BCN-1"])
    assert client.get("/api/v1/products/beacon/features/BCN-2/").json() == rows[1]


def test_features_are_filtered_sorted_and_paged_like_the_page(client, key, vera, two_features):
    key(vera)
    url = "/api/v1/products/beacon/features/"
    assert [row["title"] for row in client.get(url, {"q": "audit"}).json()["results"]] == ["Audit log"]
    assert [row["title"] for row in client.get(url, {"sort": "title"}).json()["results"]] == ["Audit log", "Undo send"]
    paged = client.get(url, {"page_size": 1, "page": 2}).json()
    assert (paged["count"], [row["title"] for row in paged["results"]]) == (2, ["Audit log"])
    assert client.get(url, {"page": 99}).status_code == 404


@pytest.mark.parametrize("sort", ["score", "owner__user__password", "__class__", "-", "pk); DROP"])
def test_a_sort_from_outside_the_list_has_no_effect(client, key, olga, two_features, sort):
    key(olga)
    assert client.get("/api/v1/products/beacon/features/", {"sort": sort}).status_code == 200


def test_the_list_costs_the_same_for_2_and_60_features(
    client, key, vera, two_features, beacon, django_assert_max_num_queries
):
    key(vera)
    url = "/api/v1/products/beacon/features/?page_size=200"
    client.get(url)
    with django_assert_max_num_queries(40) as few:
        client.get(url)
    for n in range(60):
        factories.feature(beacon, f"Feature {n}", days=3)
    with django_assert_max_num_queries(len(few)):
        assert len(client.get(url).json()["results"]) == 62


def test_the_ranking_is_listed_by_rank(client, key, mia, two_features, beacon):
    for rank, feature in enumerate(reversed(two_features), start=1):
        Standing.objects.create(feature=feature, product=beacon, run=1, score=80 - rank, rank=rank, votes=3)
    key(mia)
    rows = client.get("/api/v1/products/beacon/ranking/").json()["results"]
    assert [(row["rank"], row["title"]) for row in rows] == [(1, "Audit log"), (2, "Undo send")]


@pytest.mark.parametrize("name", ["objectives", "teams", "releases", "milestones", "versions", "rounds"])
def test_lists_of_a_product_hold_its_own_rows_only(client, key, vera, two_features, name):
    other = factories.product("other")
    factories.objective(other, "B")
    factories.team(other, "Elsewhere")
    factories.release(other, "9999.9")
    key(vera)
    answer = client.get(f"/api/v1/products/beacon/{name}/")
    assert answer.status_code == 200
    assert "Elsewhere" not in answer.text
    assert "9999.9" not in answer.text


def test_an_unknown_version_or_address_is_a_problem_document(client, key, vera):
    key(vera)
    for url in ("products/beacon/versions/9/", "products/beacon/features/BCN-99/", "nothing/at/all"):
        answer = client.get(f"/api/v1/{url}")
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == 404


def test_the_schema_is_valid_openapi_3_1_and_names_every_address(client, key, vera):
    key(vera)
    schema = yaml.safe_load(client.get("/api/v1/schema/").content)
    assert schema["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(schema).validate()
    paths = {path.removeprefix("/api/v1") for path in schema["paths"]}
    assert {
        "/products/",
        "/products/{slug}/features/",
        "/products/{slug}/ranking/",
        "/products/{slug}/rounds/",
    } <= paths
    assert "bearer" in str(schema["components"]["securitySchemes"])


def test_too_many_requests_are_slowed_down(client, key, vera, settings):
    from rest_framework.throttling import UserRateThrottle

    rates = UserRateThrottle.THROTTLE_RATES
    UserRateThrottle.THROTTLE_RATES = {"user": "2/min"}
    try:
        key(vera)
        assert [client.get("/api/v1/products/").status_code for _ in range(3)] == [200, 200, 429]
        assert int(client.get("/api/v1/products/")["Retry-After"]) > 0
    finally:
        UserRateThrottle.THROTTLE_RATES = rates


def test_a_token_is_shown_once_and_kept_as_a_hash(client, sign_in, mia, stan):
    page = sign_in(mia).post(reverse("stakeholders:tokens"), {"name": "Report", "days": 30})
    text = page.context["text"]
    assert text in page.text.replace("\u200b", "")
    secret = text.partition(".")[2]
    assert secret not in client.get(reverse("stakeholders:tokens")).text
    token = ApiToken.objects.get()
    assert secret not in str(ApiToken.objects.values().get())
    assert sign_in(stan).post(reverse("stakeholders:token-revoke", args=[token.key])).status_code == 404
    sign_in(mia).post(reverse("stakeholders:token-revoke", args=[token.key]))
    assert client.get("/api/v1/products/", HTTP_AUTHORIZATION=f"Bearer {text}").status_code == 401
