"""The list of features and the page of one: what people find, in what order, and that it costs the same at any size."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from roadmap.filters import FeatureFilter, in_order
from roadmap.models import Contribution, Dependency, Effort, Feature, Relation, Standing
from tests import factories

LIST = "/p/beacon/features/"


def titles(response):
    return [row.feature.title for row in response.context["features"].rows]


@pytest.fixture
def three(beacon):
    objective = factories.objective(beacon, "A", name="First reply within two hours")
    inbox, platform = factories.team(beacon, "Inbox"), factories.team(beacon, "Platform")
    release = factories.release(beacon, "2027.1")
    undo = factories.feature(
        beacon, "Undo send", summary="For thirty seconds.", objective=objective, days=5, team=inbox, release=release
    )
    sso = factories.feature(beacon, "Single sign-on", days=21, team=platform, status=Feature.Status.PLANNED)
    dark = factories.feature(beacon, "Dark theme", external_key="JIRA-9", status=Feature.Status.DROPPED)
    return undo, sso, dark


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Undo send", "Single sign-on", "Dark theme"}),
        ("q=thirty", {"Undo send"}),
        ("q=SEND+undo", {"Undo send"}),
        ("q=bcn-2", {"Single sign-on"}),
        ("q=2", {"Single sign-on"}),
        ("q=jira-9", {"Dark theme"}),
        ("q=100%25", set()),
        ("status=planned", {"Single sign-on"}),
        ("status=open", {"Undo send", "Single sign-on"}),
        ("objective=none", {"Single sign-on", "Dark theme"}),
        ("team=none", {"Dark theme"}),
        ("release=none", {"Single sign-on", "Dark theme"}),
        ("owner=none", {"Undo send", "Single sign-on", "Dark theme"}),
        ("size=yes", {"Undo send", "Single sign-on"}),
        ("size=no", {"Dark theme"}),
        ("size=no&status=open", set()),
        ("team=99999&status=nonsense", {"Undo send", "Single sign-on", "Dark theme"}),
    ],
)
def test_the_list_shows_what_the_address_asks_for(client, vera, sign_in, three, query, found):
    assert set(titles(sign_in(vera).get(f"{LIST}?{query}"))) == found


def test_the_list_can_be_narrowed_to_what_one_has_chosen(client, vera, mia, sign_in, three):
    undo, sso, _ = three
    Effort.objects.create(feature=sso, team=undo.lead_team, low=1, likely=2, high=3)
    Feature.objects.filter(pk=sso.pk).update(owner=mia)
    sign_in(vera)
    assert titles(client.get(LIST, {"objective": undo.objectives.get().pk})) == ["Undo send"]
    assert titles(client.get(LIST, {"release": undo.release_id})) == ["Undo send"]
    assert titles(client.get(LIST, {"owner": mia.pk})) == ["Single sign-on"]
    assert titles(client.get(LIST, {"team": undo.lead_team_id, "sort": "number"})) == ["Undo send", "Single sign-on"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("number", ["Undo send", "Single sign-on", "Dark theme"]),
        ("-number", ["Dark theme", "Single sign-on", "Undo send"]),
        ("title", ["Dark theme", "Single sign-on", "Undo send"]),
        ("size", ["Undo send", "Single sign-on", "Dark theme"]),
        ("-size", ["Single sign-on", "Undo send", "Dark theme"]),
        ("-release", ["Undo send", "Single sign-on", "Dark theme"]),
        ("-score", ["Single sign-on", "Undo send", "Dark theme"]),
    ],
)
def test_what_is_unknown_comes_last_however_the_list_is_sorted(client, mia, sign_in, three, sort, order):
    for rank, feature in enumerate((three[1], three[0]), 1):
        Standing.objects.create(feature=feature, product=feature.product, run=1, score=80 - rank, rank=rank)
    assert titles(sign_in(mia).get(LIST, {"sort": sort})) == order


@pytest.mark.parametrize("sort", ["password", "product__key", "-", "standing__score"])
def test_a_sort_that_is_not_offered_is_the_usual_one(client, mia, sign_in, three, sort):
    response = sign_in(mia).get(LIST, {"sort": sort})
    assert response.context["features"].sort == "-updated"


def test_only_managers_see_scores_in_the_list_and_nobody_else_can_sort_by_them(client, stan, mia, sign_in, three):
    Standing.objects.create(feature=three[0], product=three[0].product, run=1, score=73.4, rank=1)
    assert "73" in sign_in(mia).get(LIST).content.decode()
    response = sign_in(stan).get(LIST, {"sort": "-score"})
    assert "Score" not in response.content.decode()
    assert response.context["features"].sort == "-updated"


def test_an_empty_product_says_what_to_do_next_to_those_who_may(client, mia, vera, sign_in):
    assert "Write the first" in sign_in(mia).get(LIST).content.decode()
    assert "Write the first" not in sign_in(vera).get(LIST).content.decode()


def test_when_nothing_matches_the_list_says_which_filter_hides_most(client, vera, sign_in, three):
    said = sign_in(vera).get(LIST, {"status": "open", "size": "no"}).content.decode()
    assert "No feature matches." in said
    assert "2 would without “Size: not sized”" in said


def test_the_last_page_holds_the_rest_and_a_page_beyond_it_is_the_last(client, vera, sign_in, beacon):
    for _ in range(52):
        factories.feature(beacon)
    sign_in(vera)
    assert len(titles(client.get(LIST, {"sort": "number"}))) == 50
    last = client.get(LIST, {"sort": "number", "page": "2"})
    assert titles(last) == ["Feature 51", "Feature 52"]
    assert titles(client.get(LIST, {"sort": "number", "page": "99"})) == ["Feature 51", "Feature 52"]
    assert 'rel="prev"' in last.content.decode()


QUERIES = ("", "page=last", "q=feature", "status=open", "team=none", "release=none", "objective=none", "owner=none", "size=no",
           "sort=-size", "sort=-score", "sort=title", "sort=team")  # fmt: skip


def many(product, count):
    start = product.last_feature_number
    objective, team, release = (
        factories.objective(product, "A" if not start else "B"),
        factories.team(product),
        factories.release(product),
    )
    made = Feature.objects.bulk_create(
        Feature(product=product, number=number, title=f"Feature {number}", lead_team=team, release=release)
        for number in range(start + 1, start + count + 1)
    )
    Contribution.objects.bulk_create(Contribution(feature=each, objective=objective) for each in made[::2])
    Effort.objects.bulk_create(Effort(feature=each, team=team, low=1, likely=2, high=3) for each in made[::3])
    Standing.objects.bulk_create(Standing(feature=each, product=product, run=1, score=50, rank=1) for each in made[::2])
    product.last_feature_number += count
    product.save(update_fields=["last_feature_number"])


def test_the_list_takes_as_many_queries_for_3000_features_as_for_30(client, mia, sign_in, beacon):
    sign_in(mia)
    counts = []
    for size in (30, 2970):
        many(beacon, size)
        pages = -(-beacon.last_feature_number // 50)
        taken = {}
        for query in QUERIES:
            with CaptureQueriesContext(
                connection,
            ) as context:
                response = client.get(f"{LIST}?{query.replace('last', str(pages))}")
            assert response.status_code == 200
            taken[query] = len(context)
        counts.append(taken)
    # A filter that leaves nothing asks once more, for the filter to blame.
    assert counts[0] == counts[1]
    assert max(counts[1].values()) <= 16


def test_a_part_is_sent_alone_when_htmx_asks_for_the_list(client, vera, sign_in, three):
    part = sign_in(vera).get(LIST, {"q": "undo"}, headers={"HX-Request": "true", "HX-Target": "features"})
    assert b"<html" not in part.content
    assert b"Undo send" in part.content


@pytest.mark.parametrize("ref", ["BCN-1", "bcn-1", "1"])
def test_a_feature_is_found_by_key_and_by_number(client, vera, sign_in, three, ref):
    assert "Undo send" in sign_in(vera).get(f"{LIST}{ref}/").content.decode()


@pytest.mark.parametrize("ref", ["XYZ-1", "4", "99999999999", "nonsense"])
def test_what_is_no_feature_of_the_product_is_not_found(client, mia, sign_in, three, ref):
    assert sign_in(mia).get(f"{LIST}{ref}/").status_code == 404


def test_the_page_of_a_feature_tells_what_it_needs_who_needs_it_and_what_it_costs(client, vera, sign_in, three):
    undo, sso, dark = three
    Dependency.objects.create(feature=undo, needs=sso)
    Relation.objects.create(first=undo, second=dark)
    said = sign_in(vera).get(f"{LIST}1/").content.decode()
    assert "For thirty seconds." in said and "First reply within two hours" in said
    assert "BCN-2 Single sign-on" in said and "BCN-3 Dark theme" in said
    assert "5\u00a0d" in said
    assert "Needed by" in client.get(f"{LIST}2/").content.decode()


def test_a_description_is_markdown_without_anything_that_runs(client, vera, sign_in, three):
    text = "# Why\n\n**bold** <script>alert(1)</script> [x](javascript:alert(1)) ![i](http://x/i.png)"
    Feature.objects.filter(pk=three[0].pk).update(description=text)
    said = sign_in(vera).get(f"{LIST}1/").content.decode()
    assert "<h3>Why</h3>" in said and "<strong>bold</strong>" in said
    assert "<script>alert" not in said and 'href="javascript' not in said and "<img" not in said


def test_scores_on_the_page_of_a_feature_are_for_managers(client, mia, stan, sign_in, three):
    Standing.objects.create(feature=three[0], product=three[0].product, run=1, score=73.4, rank=1)
    assert "rank 1" in sign_in(mia).get(f"{LIST}1/").content.decode()
    assert "rank 1" not in sign_in(stan).get(f"{LIST}1/").content.decode()


def test_the_page_of_a_feature_takes_the_same_queries_however_much_hangs_on_it(client, vera, sign_in, three, beacon):
    sign_in(vera)
    with CaptureQueriesContext(connection) as few:
        client.get(f"{LIST}1/")
    for _ in range(5):
        other = factories.feature(beacon, days=3)
        Dependency.objects.create(feature=three[0], needs=other)
        Relation.objects.create(first=three[0], second=other)
        Effort.objects.create(
            feature=three[0], team=factories.team(beacon, f"Team {other.pk}"), low=1, likely=2, high=3
        )
    with CaptureQueriesContext(connection) as many_queries:
        client.get(f"{LIST}1/")
    assert len(many_queries) == len(few)


def test_suggestions_are_for_those_who_may_edit(client, mia, stan, sign_in, three):
    assert b"BCN-2" in sign_in(mia).get(f"{LIST}suggestions/", {"q": "sign"}).content
    assert sign_in(stan).get(f"{LIST}suggestions/", {"q": "sign"}).status_code == 403


@pytest.mark.parametrize("sort", ["number", "-title", "size", "-size", "release", "-score", "-updated"])
def test_every_feature_is_on_exactly_one_page_whichever_end_it_is_read_from(client, mia, sign_in, beacon, sort):
    many(beacon, 120)
    for number in range(30):
        factories.feature(beacon, "Same title", days=number % 4 or None)
    sign_in(mia)
    pages = [client.get(LIST, {"sort": sort, "page": page}).context["features"].rows for page in (1, 2, 3)]
    keys = [row.feature.number for rows in pages for row in rows]
    assert len(keys) == len(set(keys)) == 150
    found = FeatureFilter({}, Feature.objects.filter(product=beacon)).qs
    assert keys == list(in_order(found, sort).values_list("number", flat=True))
