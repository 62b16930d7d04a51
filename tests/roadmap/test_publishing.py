from datetime import timedelta
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from roadmap.actions.publishing import ConfirmationIsOpen, PlanHasChanged, Terms, VersionTaken, publish_version
from roadmap.models import Confirmation, Version
from roadmap.queries.versions import broken_link, draft, snapshot_of
from roadmap.rules.snapshot import digest
from stakeholders.actions.rounds import withdraw_round
from stakeholders.models import Activity, Message, Round, Verb
from tests.roadmap.confirming import deadline, plan_beacon, publish, round_of


@pytest.fixture
def features(beacon, mia):
    return plan_beacon(beacon, mia)


def test_publishing_makes_a_numbered_hashed_version_and_asks_people_in_one_act(beacon, mia, stan, olga, features):
    version = publish(beacon, mia, required=[stan], consulted=[olga], note="The first one.")

    assert version.number == 1
    snapshot = snapshot_of(version)
    assert version.snapshot_hash == digest(snapshot, previous="")
    assert [entry["key"] for entry in snapshot["features"]] == ["BCN-1", "BCN-2", "BCN-3"]
    assert (snapshot["note"], snapshot["published_by"]) == ("The first one.", mia.pk)

    round = round_of(version)
    assert (round.kind, round.title, round.is_open) == ("confirmation", "Confirm version 1", True)
    asked = {row.seat_id: row.is_required for row in round.invitations.all()}
    assert asked == {stan.pk: True, olga.pk: False}
    assert Message.objects.filter(round=round, kind=Message.Kind.INVITATION).count() == 2
    assert Activity.objects.filter(verb=Verb.PUBLISHED, object_label="version 1", by_seat=mia.pk).exists()


def test_a_snapshot_holds_seat_ids_and_no_names_or_addresses(beacon, mia, stan, features):
    version = publish(beacon, mia, required=[stan])
    assert snapshot_of(version)["features"][0]["owner"] == mia.pk
    for person in (mia, stan):
        assert person.user.name not in version.snapshot
        assert person.user.email not in version.snapshot


def test_a_second_version_names_the_hash_of_the_first(beacon, mia, stan, features):
    first = publish(beacon, mia, required=[stan])
    withdraw_round(round_of(first), why="A better one comes.", by=mia, now=deadline().at - timedelta(days=7))
    second = publish(beacon, mia, required=[stan])
    assert (second.number, second.previous_hash) == (2, first.snapshot_hash)
    assert broken_link(beacon) is None


def test_a_second_open_confirmation_is_refused_and_nothing_is_written(beacon, mia, stan, features):
    first = publish(beacon, mia, required=[stan])
    with pytest.raises(ConfirmationIsOpen) as refused:
        publish(beacon, mia, required=[stan])
    assert refused.value.confirmation.version == first
    assert (Version.objects.count(), Round.objects.count(), Confirmation.objects.count()) == (1, 1, 1)


def terms(*seats):
    return Terms(deadline=deadline(), required=list(seats))


def test_the_same_request_again_gives_the_same_version(beacon, mia, stan, features, now):
    seen = draft(beacon).seen
    words = {"number": 1, "seen": seen, "note": "Here.", "gaps_why": "", "by": mia, "now": now}
    first = publish_version(beacon, terms=terms(stan), **words)
    again = publish_version(beacon, terms=terms(stan), **words)
    assert again == first
    assert (Version.objects.count(), Round.objects.count()) == (1, 1)


def test_another_person_who_publishes_the_same_number_is_told_who_was_first(beacon, mia, olga, stan, features, now):
    seen = draft(beacon).seen
    first = publish_version(beacon, number=1, seen=seen, note="", gaps_why="", terms=terms(stan), by=mia, now=now)
    with pytest.raises(VersionTaken) as refused:
        publish_version(beacon, number=1, seen=seen, note="", gaps_why="", terms=terms(stan), by=olga, now=now)
    assert refused.value.version == first


def test_a_roadmap_that_changed_since_one_looked_is_not_published(beacon, mia, stan, features, now):
    seen = draft(beacon).seen
    features[0].title = "Something else"
    features[0].save(update_fields=["title"])
    with pytest.raises(PlanHasChanged):
        publish_version(beacon, number=1, seen=seen, note="", gaps_why="", terms=terms(stan), by=mia, now=now)
    assert not Version.objects.exists()


def test_what_the_smart_check_misses_needs_a_reason_which_the_version_keeps(beacon, mia, stan, features):
    features[1].owner = None
    features[1].save(update_fields=["owner"])
    with pytest.raises(ValidationError, match="Say why"):
        publish(beacon, mia, required=[stan], gaps_why="  ")
    version = publish(beacon, mia, required=[stan], gaps_why="Jonas starts in January.")
    assert snapshot_of(version)["gaps"] == {
        "features": [{"feature": features[1].pk, "missing": ["owner"]}],
        "why": "Jonas starts in January.",
    }


def test_nothing_planned_cannot_be_published(beacon, mia, stan):
    with pytest.raises(ValidationError, match="Nothing is planned"):
        publish(beacon, mia, required=[stan])


def test_nobody_who_must_confirm_is_refused(beacon, mia, stan, features):
    with pytest.raises(ValidationError, match="at least one person"):
        publish(beacon, mia, required=[], consulted=[stan])
    assert not Version.objects.exists()


def test_a_round_that_cannot_open_leaves_no_version_behind(beacon, mia, stan, features):
    with pytest.raises(ValidationError, match="deadline has passed"):
        publish(beacon, mia, required=[stan], deadline=deadline(days=-1))
    assert not Version.objects.exists()


def test_shares_are_kept_exactly(beacon, mia, stan, features):
    from roadmap.queries.confirmation import rule_of

    version = publish(beacon, mia, required=[stan], quorum=Fraction(2, 3), threshold=Fraction(3, 4))
    rule = rule_of(version.confirmations.get())
    assert (rule.quorum, rule.threshold) == (Fraction(2, 3), Fraction(3, 4))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE roadmap_version SET note = 'other'",
        "UPDATE roadmap_version SET snapshot = '{}'",
        "DELETE FROM roadmap_version",
    ],
)
def test_the_database_itself_refuses_to_rewrite_a_version(beacon, mia, stan, features, sql):
    version = publish(beacon, mia, required=[stan])
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    version.refresh_from_db()
    assert broken_link(beacon) is None


def test_the_snapshot_takes_the_same_number_of_queries_for_any_number_of_features(
    beacon, mia, features, django_assert_num_queries
):
    from roadmap.queries.snapshots import plan_of
    from tests import factories

    with django_assert_num_queries(10):
        plan_of(beacon)
    for count in range(20):
        factories.feature(beacon, f"More {count}", days=3, owner=mia, release=features[0].release)
    with django_assert_num_queries(10):
        assert len(plan_of(beacon)["features"]) == 23
