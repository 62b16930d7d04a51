"""A manager gives features their place by form: what is kept, what is refused, and how it is taken back."""

from __future__ import annotations

import re
from datetime import date

import pytest

from roadmap.models import Dependency, Feature
from stakeholders.models import Activity
from tests import factories

AT = "/p/beacon/features/BCN-1/"


@pytest.fixture
def spring(beacon):
    return factories.release(beacon, "2027.1", date(2027, 1, 1), date(2027, 3, 25))


@pytest.fixture
def summer(beacon):
    return factories.release(beacon, "2027.2", date(2027, 3, 26), date(2027, 6, 24))


@pytest.fixture
def page(beacon, spring, summer):
    return factories.feature(beacon, "Status page", status="candidate")


def plan(client, feature, *, verb="plan", **fields):
    feature.refresh_from_db()
    typed = {"release": "", "starts_on": "", "ends_on": "", "precision": "day", "edition": feature.edition}
    return client.post(f"/p/beacon/features/BCN-{feature.number}/{verb}/", typed | fields)


def stands(feature):
    feature.refresh_from_db()
    return feature.release and feature.release.name, feature.starts_on, feature.ends_on, feature.precision


def test_a_release_makes_an_idea_a_plan_and_the_status_line_says_so(client, sign_in, mia, page, spring):
    sign_in(mia)
    answer = plan(client, page, release=spring.pk)
    assert answer.status_code == 303
    assert stands(page) == ("2027.1", None, None, "day")
    assert page.status == Feature.Status.PLANNED
    assert "Status page moved to 2027.1." in client.get(answer["Location"]).content.decode()
    line = Activity.objects.get(verb="planned")
    assert (line.object_label, line.by_seat) == ("BCN-1", mia.pk)


@pytest.mark.parametrize(
    ("precision", "kept"),
    [
        ("day", (date(2027, 2, 10), date(2027, 3, 5))),
        ("month", (date(2027, 2, 1), date(2027, 3, 31))),
        ("quarter", (date(2027, 1, 1), date(2027, 3, 31))),
        ("later", (None, None)),
    ],
)
def test_dates_are_kept_as_exactly_as_they_are_meant(client, sign_in, mia, page, precision, kept):
    sign_in(mia)
    plan(client, page, starts_on="2027-02-10", ends_on="2027-03-05", precision=precision)
    assert stands(page) == (None, *kept, precision)
    assert Feature.objects.planned().filter(pk=page.pk).exists()


def test_undo_puts_everything_back_the_status_too(client, sign_in, mia, page, spring):
    sign_in(mia)
    shown = client.get(plan(client, page, release=spring.pk, starts_on="2027-02-01")["Location"]).content.decode()
    undo = re.search(r'<form method="post" action="([^"]+/undo/[^"]+)"', shown)[1]
    assert client.post(undo).status_code == 303
    assert stands(page) == (None, None, None, "day")
    assert page.status == Feature.Status.CANDIDATE


def test_undo_is_refused_once_somebody_saved_since(client, sign_in, mia, page, spring, summer):
    sign_in(mia)
    shown = client.get(plan(client, page, release=spring.pk)["Location"]).content.decode()
    undo = re.search(r'action="([^"]+/undo/[^"]+)"', shown)[1]
    plan(client, page, release=summer.pk)
    answer = client.post(undo)
    assert answer.status_code == 409
    assert "cannot be undone" in answer.content.decode()
    assert stands(page)[0] == "2027.2"


def test_an_undo_of_one_feature_does_nothing_to_another(client, sign_in, mia, page, beacon, spring):
    other = factories.feature(beacon, "Other")
    sign_in(mia)
    shown = client.get(plan(client, page, release=spring.pk)["Location"]).content.decode()
    token = re.search(r"/undo/([^/]+)/", shown)[1]
    assert client.post(f"/p/beacon/features/BCN-{other.number}/plan/undo/{token}/").status_code == 409
    assert client.post(f"{AT}plan/undo/forged/").status_code == 409
    assert stands(page)[0] == "2027.1"


def test_off_the_roadmap_is_a_candidate_again(client, sign_in, mia, page, spring):
    sign_in(mia)
    plan(client, page, release=spring.pk, starts_on="2027-01-10", ends_on="2027-02-01")
    assert plan(client, page, verb="unplan").status_code == 303
    assert stands(page) == (None, None, None, "day")
    assert page.status == Feature.Status.CANDIDATE
    assert Activity.objects.filter(verb="unplanned").count() == 1


@pytest.mark.parametrize("edition", ["", "x", "²", "9" * 5000])
def test_an_edition_that_is_no_number_is_a_conflict(client, sign_in, mia, page, spring, edition):
    sign_in(mia)
    plan(client, page, release=spring.pk)
    assert plan(client, page, verb="unplan", edition=edition).status_code == 409
    assert stands(page)[0] == "2027.1"


def test_a_feature_that_needs_a_later_one_is_refused_and_says_which(client, sign_in, mia, page, beacon):
    sso = factories.feature(beacon, "Single sign-on", starts_on=date(2027, 1, 1), ends_on=date(2027, 4, 1))
    Dependency.objects.create(feature=page, needs=sso)
    sign_in(mia)
    answer = plan(client, page, starts_on="2027-03-01", ends_on="2027-05-01")
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "Status page needs Single sign-on first, which ends later." in html
    assert 'value="2027-03-01"' in html, "what was typed is kept"
    assert stands(page) == (None, None, None, "day")


def test_a_feature_that_an_earlier_one_needs_is_refused_too(client, sign_in, mia, page, beacon):
    audit = factories.feature(beacon, "Audit log", starts_on=date(2027, 1, 1), ends_on=date(2027, 4, 1))
    Dependency.objects.create(feature=audit, needs=page)
    sign_in(mia)
    answer = plan(client, page, starts_on="2027-01-01", ends_on="2027-02-01")
    assert answer.status_code == 409
    assert "Audit log needs Status page first, and begins earlier." in answer.content.decode()


def test_releases_alone_break_an_order_too(client, sign_in, mia, page, beacon, spring, summer):
    sso = factories.feature(beacon, "Single sign-on", release=summer)
    Dependency.objects.create(feature=page, needs=sso)
    sign_in(mia)
    assert plan(client, page, release=spring.pk).status_code == 409
    assert plan(client, page, release=summer.pk).status_code == 303


def test_what_was_broken_before_may_still_be_moved(client, sign_in, mia, page, beacon):
    sso = factories.feature(beacon, "Single sign-on", starts_on=date(2027, 1, 1), ends_on=date(2027, 4, 1))
    Dependency.objects.create(feature=page, needs=sso)
    Feature.objects.filter(pk=page.pk).update(starts_on=date(2027, 2, 1), ends_on=date(2027, 3, 1))
    sign_in(mia)
    assert plan(client, page, starts_on="2027-03-01", ends_on="2027-05-01").status_code == 303


def test_shipped_needs_hold_nothing_up(client, sign_in, mia, page, beacon):
    sso = factories.feature(
        beacon, "Single sign-on", starts_on=date(2027, 1, 1), ends_on=date(2027, 4, 1), status="shipped"
    )
    Dependency.objects.create(feature=page, needs=sso)
    sign_in(mia)
    assert plan(client, page, starts_on="2027-03-01", ends_on="2027-05-01").status_code == 303


def test_of_two_managers_the_second_learns_what_the_first_did(client, sign_in, mia, olga, page, spring, summer):
    sign_in(mia)
    assert plan(client, page, release=spring.pk).status_code == 303
    sign_in(olga)
    answer = plan(client, page, release=summer.pk, edition=1)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "Mia Okafor changed this meanwhile: it stands as 2027.1." in html
    assert stands(page)[0] == "2027.1"
    assert 'name="edition" value="2"' in html, "saving again then means the newer edition"


def test_the_same_place_twice_is_one_act(client, sign_in, mia, page, spring):
    sign_in(mia)
    plan(client, page, release=spring.pk)
    plan(client, page, release=spring.pk)
    assert Activity.objects.filter(object_label="BCN-1").count() == 1


def test_an_end_before_the_start_is_explained_at_its_field(client, sign_in, mia, page):
    sign_in(mia)
    answer = plan(client, page, starts_on="2027-03-01", ends_on="2027-02-01")
    assert answer.status_code == 422
    assert "It cannot end before it starts." in answer.content.decode()


def test_a_release_of_another_product_is_no_choice(client, sign_in, mia, page):
    foreign = factories.release(factories.product("atlas"), "9.9")
    sign_in(mia)
    assert plan(client, page, release=foreign.pk).status_code == 422
    assert stands(page)[0] is None


@pytest.mark.parametrize(("who", "status"), [("stan", 403), ("vera", 403), ("max", 404), ("mia", 303)])
@pytest.mark.parametrize("verb", ["plan", "unplan"])
def test_who_may_plan(request, client, sign_in, page, spring, who, status, verb):
    sign_in(request.getfixturevalue(who))
    assert plan(client, page, verb=verb, release=spring.pk).status_code == status


def test_a_release_and_a_feature_at_the_end_of_the_calendar_are_drawn(client, sign_in, mia, page, beacon):
    team = factories.team(beacon)
    factories.capacity(team, factories.release(beacon, "Some day", date(2027, 1, 1), date.max), 10)
    Feature.objects.update(starts_on=date(9999, 12, 1), ends_on=date.max)  # as an import of an earlier release took it
    sign_in(mia)
    assert plan(client, page, starts_on="9999-12-01", ends_on="9999-12-31", precision="month").status_code == 422
    for view in ("roadmap/", "roadmap/?scale=months", "roadmap/?view=table", "roadmap/now-next-later/"):
        assert client.get(f"/p/beacon/{view}").status_code == 200, view
