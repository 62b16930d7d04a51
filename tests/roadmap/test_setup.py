"""Setting a product up: objectives and measurements, teams, releases, milestones, capacity."""

import re
from datetime import date
from html import unescape

import pytest

from roadmap.actions.schedule import delete_part
from roadmap.models import Capacity, Effort, Feature, Measurement, Milestone, Objective, Release, Team
from stakeholders.models import Activity
from tests import factories

SETUP = "/p/beacon/setup/"
OBJECTIVE = {
    "name": "First reply",
    "measure": "median",
    "unit": "h",
    "baseline": "4",
    "current": "3",
    "target": "2",
    "weight": "1",
}


def test_an_objective_gets_the_first_free_letter_and_its_value_is_measured_today(client, mia, sign_in, beacon):
    factories.objective(beacon, "A")
    factories.objective(beacon, "C")
    assert sign_in(mia).post(f"{SETUP}objectives/new/", OBJECTIVE).status_code == 303
    made = Objective.objects.get(name="First reply")
    assert made.letter == "B" and made.measurements.get().value == 3
    assert Activity.objects.filter(verb="created", object_kind="objective", by_seat=mia.pk).exists()


def test_the_27th_objective_is_refused_in_words(client, mia, sign_in, beacon):
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        factories.objective(beacon, letter)
    response = sign_in(mia).post(f"{SETUP}objectives/new/", OBJECTIVE)
    assert response.status_code == 422 and "at most 26 objectives" in response.content.decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "An objective needs a name."),
        ({"measure": ""}, "A target needs a measure"),
        ({"target": "4"}, "The target is where it began"),
        ({"target": "soon"}, "Enter a number"),
        ({"weight": "-1"}, "A weight is 0 or more"),
        ({"weight": "1e7"}, "A weight is a million at most."),
    ],
)
def test_an_objective_that_cannot_be_measured_is_refused_and_kept_as_typed(client, mia, sign_in, beacon, wrong, said):
    response = sign_in(mia).post(f"{SETUP}objectives/new/", OBJECTIVE | {"unit": "kept"} | wrong)
    page = response.content.decode()
    assert response.status_code == 422 and said in page and 'value="kept"' in page


def test_the_latest_day_is_what_stands_as_now(client, mia, sign_in, beacon):
    objective = factories.objective(beacon, current=None)
    sign_in(mia)
    for day, value in (("2026-11-01", "3.5"), ("2026-10-01", "3.9"), ("2026-11-01", "3.4")):
        assert (
            client.post(f"{SETUP}objectives/{objective.pk}/measure/", {"measured_on": day, "value": value}).status_code
            == 303
        )
    objective.refresh_from_db()
    assert objective.current == 3.4 and objective.measurements.count() == 2
    newest = Measurement.objects.get(measured_on=date(2026, 11, 1))
    client.post(f"{SETUP}measurements/{newest.pk}/forget/")
    objective.refresh_from_db()
    assert objective.current == 3.9


def test_a_measurement_that_is_no_number_is_kept_in_its_form(client, mia, sign_in, beacon):
    objective = factories.objective(beacon)
    response = sign_in(mia).post(
        f"{SETUP}objectives/{objective.pk}/measure/", {"measured_on": "2026-11-01", "value": "few"}
    )
    assert response.status_code == 422 and 'value="few"' in response.content.decode()


def as_opened(response):
    """Return what a browser would send with the fields of the page, hidden ones too, as they stand."""
    fields = (
        dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*>", response.content.decode())
    )
    return {
        each["name"]: unescape(each.get("value", ""))
        for each in fields
        if "name" in each and each["name"] not in ("csrfmiddlewaretoken", "measured_on", "value")
    }


def milestone(product):
    return Milestone.objects.create(product=product, name="Audit", on=date(2027, 2, 1))


@pytest.mark.parametrize(
    ("what", "data", "model"),
    [
        ("teams", {"name": "Inbox"}, Team),
        ("releases", {"name": "2027.1", "starts_on": "2027-01-01", "ends_on": "2027-03-26"}, Release),
        ("milestones", {"name": "Audit", "on": "2027-02-01"}, Milestone),
    ],
)
def test_a_part_is_made_changed_and_deleted(client, mia, sign_in, beacon, what, data, model):
    sign_in(mia)
    assert client.post(f"{SETUP}{what}/new/", data).status_code == 303
    made = model.objects.get()
    assert data["name"] in client.get(f"{SETUP}{what}/").content.decode()
    opened = as_opened(client.get(f"{SETUP}{what}/{made.pk}/edit/"))
    assert client.post(f"{SETUP}{what}/{made.pk}/edit/", opened | {"name": "Renamed"}).status_code == 303
    made.refresh_from_db()
    assert made.name == "Renamed"
    assert "Nothing hangs on it." in client.get(f"{SETUP}{what}/{made.pk}/delete/").content.decode()
    assert client.post(f"{SETUP}{what}/{made.pk}/delete/").status_code == 303
    assert not model.objects.exists()
    assert list(Activity.objects.order_by("pk").values_list("verb", flat=True)) == ["created", "changed", "deleted"]


@pytest.mark.parametrize(
    ("what", "data", "said"),
    [
        ("teams", {"name": "inbox"}, "There is a team of this name already."),
        ("teams", {"name": " "}, "A team needs a name."),
        (
            "releases",
            {"name": "2027.1", "starts_on": "2027-01-01", "ends_on": "2027-03-26"},
            "There is a release of this name",
        ),
        ("releases", {"name": "B", "starts_on": "2027-05-01", "ends_on": "2027-04-01"}, "before work on it starts"),
        ("releases", {"name": "B", "starts_on": "2027-05-01", "ends_on": ""}, "Say when it ships."),
        ("releases", {"name": "B", "starts_on": "2027-05-01", "ends_on": "9999-12-31"}, "Choose a day from"),
        ("milestones", {"name": "Audit", "on": "0001-01-01"}, "Choose a day from"),
        ("milestones", {"name": "Audit", "on": ""}, "A milestone is a day: which?"),
    ],
)
def test_a_part_that_cannot_be_is_refused_in_words(client, mia, sign_in, beacon, what, data, said):
    factories.team(beacon, "Inbox")
    factories.release(beacon, "2027.1")
    response = sign_in(mia).post(f"{SETUP}{what}/new/", data)
    assert response.status_code == 422 and said in response.content.decode()


def test_before_a_team_goes_one_is_told_what_goes_with_it(client, mia, sign_in, beacon):
    feature = factories.feature(beacon, days=4)
    team = feature.lead_team
    Capacity.objects.create(team=team, release=factories.release(beacon), days=40)
    said = sign_in(mia).get(f"{SETUP}teams/{team.pk}/delete/").content.decode()
    assert (
        "the size of 1 feature for this team" in said
        and "1 feature that it leads" in said
        and "1 figure of capacity" in said
    )
    client.post(f"{SETUP}teams/{team.pk}/delete/")
    assert Feature.objects.get().lead_team is None and not Effort.objects.exists()


def test_a_release_tells_what_is_planned_in_it_and_what_there_is(client, vera, sign_in, beacon):
    team, release = factories.team(beacon), factories.release(beacon)
    factories.capacity(team, release, 40)
    factories.capacity(factories.team(beacon, "Platform"), release, 20)
    factories.feature(beacon, days=12, team=team, release=release)
    factories.feature(beacon, days=30, team=team, release=release)
    factories.feature(beacon, days=99, team=team, release=release, status="dropped")
    row = sign_in(vera).get(f"{SETUP}releases/").context["rows"][0]
    assert (row.features, row.planned_days, row.capacity_days) == (2, 42, 60)


def test_what_a_deleted_release_held_is_taken_out_of_the_plan_and_the_log_says_so(client, mia, sign_in, beacon):
    release = factories.release(beacon)
    bare = factories.feature(beacon, "Bare", release=release, status="planned")
    dated = factories.feature(
        beacon, "Dated", release=release, status="planned", starts_on=date(2027, 2, 1), ends_on=date(2027, 2, 9)
    )
    begun = factories.feature(beacon, "Begun", release=release, status="in-progress")
    asked = sign_in(mia).get(f"{SETUP}releases/{release.pk}/delete/").content.decode()
    assert "has no dates of its own is a candidate again" in asked
    client.post(f"{SETUP}releases/{release.pk}/delete/")
    found = Feature.objects.in_bulk()
    assert {(each.release, each.edition, each.updated_by) for each in found.values()} == {(None, 2, mia)}
    assert [found[each.pk].status for each in (bare, dated, begun)] == ["candidate", "planned", "in-progress"]
    assert found[dated.pk].starts_on == date(2027, 2, 1)
    lines = Activity.objects.order_by("pk").values_list("verb", "object_label")
    assert list(lines) == [("unplanned", "BCN-1"), ("moved", "BCN-2"), ("unplanned", "BCN-3"), ("deleted", "2027.1")]
    assert Activity.objects.get(verb="moved").facts["before"]["release"] == "2027.1"


def test_deleting_a_release_costs_the_same_however_much_it_holds(beacon, mia, now, django_assert_max_num_queries):
    release = factories.release(beacon)
    for _ in range(30):
        factories.feature(beacon, release=release, status="planned")
    with django_assert_max_num_queries(16):
        delete_part(release, by=mia, now=now)


def test_the_grid_sets_changes_and_takes_away_capacity(client, mia, sign_in, beacon):
    inbox, platform, release = factories.team(beacon), factories.team(beacon, "Platform"), factories.release(beacon)
    factories.capacity(inbox, release, 40)
    opened = as_opened(sign_in(mia).get(f"{SETUP}capacity/"))
    cells = opened | {f"days_{inbox.pk}_{release.pk}": "", f"days_{platform.pk}_{release.pk}": "0"}
    assert client.post(f"{SETUP}capacity/", cells).status_code == 303
    assert list(Capacity.objects.values_list("team", "days")) == [(platform.pk, 0)]
    assert Activity.objects.get().facts["cells"] == 2
    client.post(f"{SETUP}capacity/", cells)
    assert Activity.objects.count() == 1


def test_two_who_fill_in_the_grid_at_once_each_change_their_own_cells(client, mia, olga, sign_in, beacon):
    one, two, release = factories.team(beacon), factories.team(beacon, "Platform"), factories.release(beacon)
    first, second = f"days_{one.pk}_{release.pk}", f"days_{two.pk}_{release.pk}"
    factories.capacity(one, release, 40)
    factories.capacity(two, release, 20)
    opened = as_opened(sign_in(mia).get(f"{SETUP}capacity/"))
    client.post(f"{SETUP}capacity/", opened | {first: "41"})
    assert sign_in(olga).post(f"{SETUP}capacity/", opened | {second: "21.5"}).status_code == 303
    assert list(Capacity.objects.order_by("team").values_list("days", flat=True)) == [41, 21.5]


def test_a_figure_that_both_changed_is_said_and_kept_until_it_is_sent_again(client, mia, olga, sign_in, beacon):
    one, two, release = factories.team(beacon), factories.team(beacon, "Platform"), factories.release(beacon)
    first, second = f"days_{one.pk}_{release.pk}", f"days_{two.pk}_{release.pk}"
    factories.capacity(one, release, 40)
    opened = as_opened(sign_in(mia).get(f"{SETUP}capacity/"))
    client.post(f"{SETUP}capacity/", opened | {first: "41", second: "9"})
    answer = sign_in(olga).post(f"{SETUP}capacity/", opened | {first: "50"})
    assert answer.status_code == 409 and "Saved meanwhile: 41. Yours is not saved yet." in answer.content.decode()
    again = as_opened(answer)
    assert (again[first], again[second]) == ("50", "9")
    assert client.post(f"{SETUP}capacity/", again).status_code == 303
    assert list(Capacity.objects.order_by("team").values_list("days", flat=True)) == [50, 9]


@pytest.mark.parametrize(
    ("what", "make", "theirs", "mine"),
    [
        ("objectives", factories.objective, {"name": "Theirs"}, {"name": "Mine"}),
        ("teams", factories.team, {"name": "Theirs"}, {"name": "Mine"}),
        ("releases", factories.release, {"name": "Theirs", "ends_on": "2027-04-02"}, {"name": "Mine"}),
        ("milestones", milestone, {"name": "Theirs", "on": "2027-04-02"}, {"name": "Mine"}),
    ],
)
def test_of_two_who_change_a_part_the_second_sees_both_texts(
    client, mia, olga, sign_in, beacon, what, make, theirs, mine
):
    part = make(beacon)
    path = f"{SETUP}{what}/{part.pk}/edit/"
    opened = as_opened(sign_in(mia).get(path))
    assert client.post(path, opened | theirs).status_code == 303
    answer = sign_in(olga).post(path, opened | mine)
    said = answer.content.decode()
    assert answer.status_code == 409 and "Someone changed this meanwhile." in said
    assert "Theirs" in said and "Mine" in said
    part.refresh_from_db()
    assert part.name == "Theirs"
    again = as_opened(answer)
    assert all(again[name] == value for name, value in (theirs | mine).items()), "what only the other touched is kept"
    assert client.post(path, again).status_code == 303
    assert client.post(path, again).status_code == 303, "the same again changes nothing"
    part.refresh_from_db()
    assert part.name == "Mine"


def test_a_figure_that_is_none_is_kept_in_the_grid(client, mia, sign_in, beacon):
    team, release = factories.team(beacon), factories.release(beacon)
    response = sign_in(mia).post(f"{SETUP}capacity/", {f"days_{team.pk}_{release.pk}": "lots"})
    page = response.content.decode()
    assert response.status_code == 422 and 'value="lots"' in page and "for example 40" in page


@pytest.mark.parametrize("path", ["", "objectives/", "teams/", "releases/", "milestones/", "capacity/"])
def test_everyone_at_the_product_can_read_the_set_up_and_only_managers_are_offered_to_change_it(
    client, vera, max, sign_in, beacon, path
):
    factories.release(beacon), factories.team(beacon), factories.objective(beacon)
    page = sign_in(vera).get(f"{SETUP}{path}")
    assert page.status_code == 200
    shown = page.content.decode().partition('id="keys"')[0]
    assert not {"Edit", "Add team", "Save capacity", "Delete…"} & set(shown.replace("<", ">").split(">"))
    assert sign_in(max).get(f"{SETUP}{path}").status_code == 404


@pytest.mark.parametrize(
    "path", ["product/", "objectives/new/", "teams/new/", "releases/new/", "milestones/new/", "capacity/"]
)
def test_readers_and_stakeholders_cannot_change_the_set_up(client, vera, stan, sign_in, beacon, path):
    for who in (vera, stan):
        assert sign_in(who).post(f"{SETUP}{path}", {"name": "X"}).status_code == 403


def test_a_part_of_another_product_is_not_found(client, mia, sign_in, beacon):
    team = factories.team(factories.product("quill"))
    assert sign_in(mia).get(f"{SETUP}teams/{team.pk}/edit/").status_code == 404
