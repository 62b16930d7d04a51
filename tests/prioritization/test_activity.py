"""The activity log of a product: readable, filtered, and as cheap at its end as at its beginning."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from prioritization.queries.activity import ACTS, KINDS, PER_PAGE
from stakeholders import clock
from stakeholders.activity import record
from stakeholders.models import Activity, Verb
from stakeholders.queries.activity import Place
from tests import factories

pytestmark = pytest.mark.django_db
ACTIVITY = "/p/beacon/activity/"


def told(page):
    return [line.sentence for line in page.context["page"].lines]


@pytest.fixture
def log(beacon, olga, mia, stan, now):
    """What happened on four days, the latest last."""
    undo = factories.feature(beacon, "Undo send")
    round = factories.round_(beacon, deadline_at=now + timedelta(days=3), by=mia)
    days = (now - timedelta(days=back) for back in (3, 2, 1, 0))
    record(olga, Verb.CREATED, beacon, product=beacon, at=next(days))
    record(mia, Verb.CREATED, undo, at=next(days))
    record(mia, Verb.REMINDED, round, at=next(days), seats=[stan.pk])
    record(None, Verb.CLOSED, round, at=next(days), outcome="1 of 2 voted.")
    return undo


def test_it_says_in_words_what_happened_with_titles_and_links(client, sign_in, mia, log):
    page = sign_in(mia).get(ACTIVITY)
    assert told(page) == [
        "Accord closed “Q1 2027 priorities”",
        "Mia Okafor reminded 1 person of “Q1 2027 priorities”",
        "Mia Okafor added BCN-1 Undo send",
        "Olga Olsen created the product Beacon",
    ]
    body = page.content.decode()
    assert '<a href="/p/beacon/features/BCN-1/">BCN-1 Undo send</a>' in body
    assert "1 of 2 voted." in body and "Europe/Berlin" in body


def test_the_home_says_titles_too(client, sign_in, vera, mia, olga, beacon, log):
    record(olga, Verb.CHANGED, beacon, product=beacon, at=clock.now())
    record(mia, Verb.CHANGED, log, at=clock.now())
    body = sign_in(vera).get("/p/beacon/").content.decode()
    assert "BCN-1 Undo send" in body and ">the product Beacon</a>" in body and "All activity" in body


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 4),
        ("who=accord", 1),
        ("who={mia}", 2),
        ("kind=rounds", 2),
        ("kind=features&did=content", 1),
        ("did=people", 1),
        ("since=2026-11-23", 2),
        ("until=2026-11-22", 2),
        ("since=2026-11-22&until=2026-11-22", 1),
        ("did=publish", 0),
        ("who=999999", 4),
        ("since=yesterday", 4),
        ("since=0001-01-01", 4),
        ("until=9999-12-31", 4),
        ("kind=features", 1),
    ],
)
def test_it_is_filtered(client, sign_in, mia, log, query, count):
    assert len(told(sign_in(mia).get(f"{ACTIVITY}?{query.format(mia=mia.pk)}"))) == count


def test_a_day_is_the_products(client, sign_in, mia, beacon, now):
    late = now.replace(hour=23, minute=30)
    record(mia, Verb.CHANGED, beacon, product=beacon, at=late)
    assert len(told(sign_in(mia).get(f"{ACTIVITY}?since=2026-11-25"))) == 1
    assert len(told(client.get(f"{ACTIVITY}?until=2026-11-24"))) == 0


def test_others_are_not_told_who_was_reminded(client, sign_in, vera, log):
    assert len(told(sign_in(vera).get(ACTIVITY))) == 3


def test_a_deleted_feature_keeps_its_title(client, sign_in, mia, beacon, log, now):
    record(mia, Verb.DELETED, log, at=now + timedelta(hours=1), title=log.title)
    log.delete()
    page = sign_in(mia).get(ACTIVITY)
    assert told(page)[0] == "Mia Okafor deleted BCN-1 Undo send" and "/features/BCN-1/" not in page.content.decode()


def many(beacon, mia, feature, now, count):
    Activity.objects.bulk_create(
        Activity(
            product=beacon, at=now - timedelta(minutes=number // 7), by_seat=mia.pk, verb=Verb.CHANGED,
            object_kind="feature", object_id=feature.pk, object_label="BCN-1",
        )
        for number in range(count)
    )  # fmt: skip


def test_pages_hold_everything_once_whatever_comes_in_between(client, sign_in, mia, beacon, log, now):
    many(beacon, mia, log, now - timedelta(days=9), 3 * PER_PAGE)
    sign_in(mia)
    seen, after = [], None
    while after is not None or not seen:
        found = client.get(ACTIVITY, {"after": str(after)} if after else {}).context["page"]
        seen += [(line.at, line.pk, line.sentence) for line in found.lines]
        record(mia, Verb.CHANGED, beacon, product=beacon, at=now + timedelta(days=1))
        after = found.older
    assert len(seen) == 3 * PER_PAGE + 4
    assert [at for at, *_ in seen] == sorted((at for at, *_ in seen), reverse=True)


def test_it_takes_the_same_queries_at_30_and_at_3000_lines_and_on_the_last_page(client, sign_in, mia, beacon, log, now):
    sign_in(mia)
    counts = []
    for count in (26, 2970):
        many(beacon, mia, log, now, count)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(ACTIVITY)
        counts.append(len(queries))
    oldest = Activity.objects.order_by("-at", "-pk")[2950]
    with CaptureQueriesContext(connection) as queries:
        page = client.get(ACTIVITY, {"after": str(Place(oldest.at, oldest.pk))})
    assert len(page.context["page"].lines) == 49 and page.context["page"].older is None
    assert counts[0] == counts[1] == len(queries)
    assert not any("OFFSET" in query["sql"] for query in queries)


@pytest.mark.parametrize("after", ["", "x", "1", "-1-1", "9" * 30 + "-1", "99999999999999999-1"])
def test_a_place_that_is_none_is_the_beginning_or_the_end(client, sign_in, mia, log, after):
    assert sign_in(mia).get(ACTIVITY, {"after": after}).status_code == 200


def test_an_empty_log_says_so(client, sign_in, mia):
    assert "Nothing has happened yet." in sign_in(mia).get(ACTIVITY).content.decode()


@pytest.mark.parametrize("groups", [ACTS, KINDS])
def test_no_group_of_the_filter_overlaps_another(groups):
    members = [member for _words, members in groups.values() for member in members]
    assert len(members) == len(set(members))
