from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.rules.differences import Detail, Kind, Placement, Subject, differences, kept


def feature(id, **fields):
    return {
        "id": id,
        "key": f"BCN-{id}",
        "title": f"Feature {id}",
        "summary": "",
        "status": "planned",
        "progress": "0",
        "owner": 1,
        "department": 1,
        "objective": 1,
        "objectives": [{"objective": 1, "strength": "direct"}],
        "release": 1,
        "team": 1,
        "efforts": [{"team": 1, "low": "5", "likely": "10", "high": "20"}],
        "starts_on": "2027-01-04",
        "ends_on": "2027-03-26",
        "precision": "month",
        "needs": [],
        "rank": id,
        "score": "70",
    } | fields


def snapshot(*features, **fields):
    return {
        "product": {"key": "BCN", "name": "Beacon", "vision": "Answers within the hour.", "zone": "Europe/Berlin"},
        "objectives": [objective(1, "First reply"), objective(2, "Keep customers")],
        "releases": [release(1, "2027.1"), release(2, "2027.2")],
        "milestones": [{"id": 1, "name": "ISO audit", "falls_on": "2027-08-02"}],
        "teams": [{"id": 1, "name": "Inbox"}, {"id": 2, "name": "Insights"}],
        "features": list(features),
    } | fields


def objective(id, name, **fields):
    return {"id": id, "name": name, "measure": "median", "baseline": "3", "target": "2", "due_on": None} | fields


def release(id, name, **fields):
    return {"id": id, "name": name, "starts_on": "2027-01-01", "ends_on": "2027-03-31"} | fields


def test_a_feature_that_came_is_added_and_says_where_it_stands():
    (change,) = differences(snapshot(feature(1)), snapshot(feature(1), feature(2)))
    assert (change.subject, change.kind, change.id, change.label) == (Subject.FEATURE, Kind.ADDED, 2, "Feature 2")
    assert change.was is None
    assert change.becomes == Placement("2027.1", date(2027, 1, 4), date(2027, 3, 26), "month")


def test_a_feature_that_went_is_removed_and_says_where_it_stood():
    (change,) = differences(snapshot(feature(1), feature(2)), snapshot(feature(1)))
    assert (change.kind, change.id, change.becomes) == (Kind.REMOVED, 2, None)
    assert change.was == Placement("2027.1", date(2027, 1, 4), date(2027, 3, 26), "month")


def test_a_feature_in_another_release_has_moved_and_its_other_changes_come_along():
    (change,) = differences(
        snapshot(feature(1)), snapshot(feature(1, release=2, ends_on="2027-05-28", title="A better name"))
    )
    assert (change.kind, change.label) == (Kind.MOVED, "A better name")
    assert change.details == (
        Detail("release", "2027.1", "2027.2"),
        Detail("ends_on", date(2027, 3, 26), date(2027, 5, 28)),
        Detail("title", "Feature 1", "A better name"),
    )


@pytest.mark.parametrize(
    "fields, detail",
    [
        ({"title": "New"}, Detail("title", "Feature 1", "New")),
        ({"summary": "Now with sources."}, Detail("summary", "", "Now with sources.")),
        ({"status": "shipped"}, Detail("status", "planned", "shipped")),
        ({"owner": None}, Detail("owner", 1, None)),
        ({"team": 2}, Detail("team", "Inbox", "Insights")),
        ({"objective": 2}, Detail("lane", "First reply", "Keep customers")),
        ({"needs": [1]}, Detail("needs", (), ("BCN-1",))),
        (
            {"objectives": []},
            Detail("contributes", (("First reply", "direct"),), ()),
        ),
        (
            {"efforts": [{"team": 1, "low": "5", "likely": "30", "high": "40"}]},
            Detail(
                "size",
                (("Inbox", Decimal(5), Decimal(10), Decimal(20)),),
                (("Inbox", Decimal(5), Decimal(30), Decimal(40)),),
            ),
        ),
    ],
)
def test_what_counts_as_a_change_of_a_feature(fields, detail):
    (change,) = differences(snapshot(feature(1)), snapshot(feature(1, **fields)))
    assert (change.kind, change.details) == (Kind.CHANGED, (detail,))


@pytest.mark.parametrize(
    "fields",
    [
        {"progress": "0.4"},
        {"status": "in-progress"},
        {"rank": 9},
        {"score": "12"},
        {"efforts": [{"team": 1, "low": "5.0", "likely": "10.00", "high": "20"}]},
    ],
)
def test_what_drifts_daily_is_no_change(fields):
    assert differences(snapshot(feature(1)), snapshot(feature(1, **fields))) == ()


@pytest.mark.parametrize(
    "listed, before, after, expected",
    [
        (
            "releases",
            release(1, "2027.1"),
            release(1, "2027.1", ends_on="2027-04-30"),
            (Subject.RELEASE, Kind.MOVED, Detail("ends_on", date(2027, 3, 31), date(2027, 4, 30))),
        ),
        (
            "releases",
            release(1, "2027.1"),
            release(1, "Spring"),
            (Subject.RELEASE, Kind.CHANGED, Detail("name", "2027.1", "Spring")),
        ),
        (
            "milestones",
            {"id": 1, "name": "ISO audit", "falls_on": "2027-08-02"},
            {"id": 1, "name": "ISO audit", "falls_on": "2027-09-02"},
            (Subject.MILESTONE, Kind.MOVED, Detail("falls_on", date(2027, 8, 2), date(2027, 9, 2))),
        ),
        (
            "objectives",
            objective(1, "First reply"),
            objective(1, "First reply", target="1.5"),
            (Subject.OBJECTIVE, Kind.CHANGED, Detail("target", Decimal(2), Decimal("1.5"))),
        ),
    ],
)
def test_what_stands_around_the_features_counts_too(listed, before, after, expected):
    (change,) = differences(snapshot(**{listed: [before]}), snapshot(**{listed: [after]}))
    assert (change.subject, change.kind, *change.details) == expected


def test_a_renamed_release_moves_no_feature():
    changes = differences(snapshot(feature(1)), snapshot(feature(1), releases=[release(1, "Spring"), release(2, "x")]))
    assert {change.subject for change in changes} == {Subject.RELEASE}


def test_a_new_vision_is_told():
    after = snapshot()
    after["product"] = after["product"] | {"vision": "Answers within the minute."}
    (change,) = differences(snapshot(), after)
    assert change.details == (Detail("vision", "Answers within the hour.", "Answers within the minute."),)


def test_the_first_version_adds_its_features_and_nothing_else():
    changes = differences(None, snapshot(feature(1), feature(2)))
    assert [(change.subject, change.kind, change.id) for change in changes] == [
        (Subject.FEATURE, Kind.ADDED, 1),
        (Subject.FEATURE, Kind.ADDED, 2),
    ]


def test_changes_are_told_added_moved_removed_changed_and_by_start():
    before = snapshot(feature(1), feature(2), feature(3))
    after = snapshot(
        feature(1, title="Other"),
        feature(2, release=2),
        feature(4, starts_on="2027-09-01"),
        feature(5, starts_on="2027-02-01"),
        feature(6, starts_on=None),
    )
    assert [(change.kind, change.id) for change in differences(before, after)] == [
        (Kind.ADDED, 5),
        (Kind.ADDED, 4),
        (Kind.ADDED, 6),
        (Kind.MOVED, 2),
        (Kind.REMOVED, 3),
        (Kind.CHANGED, 1),
    ]


def test_features_as_before_are_counted():
    before = snapshot(feature(1), feature(2), feature(3))
    assert kept(before, snapshot(feature(1), feature(2, title="x"), feature(4))) == 1
    assert kept(before, before) == 3
    assert kept(None, before) == 0


# Properties

days = st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)).map(date.isoformat)
features = st.builds(
    feature,
    st.integers(1, 6),
    title=st.sampled_from(["One", "Two"]),
    release=st.none() | st.sampled_from([1, 2]),
    starts_on=days,
    ends_on=days,
    owner=st.none() | st.integers(1, 2),
)
snapshots = st.lists(features, unique_by=lambda entry: entry["id"]).map(lambda entries: snapshot(*entries))


@given(snapshots)
def test_a_roadmap_does_not_differ_from_itself(one):
    assert differences(one, deepcopy(one)) == ()


@given(snapshots, snapshots)
def test_exchanging_the_versions_exchanges_what_is_told(one, other):
    there = {change.id: change for change in differences(one, other)}
    back = {change.id: change for change in differences(other, one)}
    assert there.keys() == back.keys()
    opposite = {Kind.ADDED: Kind.REMOVED, Kind.REMOVED: Kind.ADDED, Kind.MOVED: Kind.MOVED, Kind.CHANGED: Kind.CHANGED}
    for id, change in there.items():
        assert back[id].kind is opposite[change.kind]
        assert (back[id].was, back[id].becomes) == (change.becomes, change.was)


@given(snapshots, snapshots)
def test_every_feature_is_told_or_kept(one, other):
    changes = differences(one, other)
    told_now = [change for change in changes if change.kind is not Kind.REMOVED]
    assert len(told_now) + kept(one, other) == len(other["features"])
