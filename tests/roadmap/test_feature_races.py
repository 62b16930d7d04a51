"""Two people at the same moment: of two saves one wins, and two halves of a circle never meet."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from roadmap.actions.editing import EditConflict
from roadmap.actions.features import CircularNeeds, FeatureContent, create_feature, edit_feature
from roadmap.actions.schedule import CapacityConflict, save_team, set_capacity
from roadmap.models import Capacity, Dependency, Feature, Team
from roadmap.models.editions import edition_of
from tests import factories

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*acts):
    """Run the acts in threads that start together; return what each returned or raised."""
    start = Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            return act()
        except (EditConflict, CircularNeeds, CapacityConflict) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def content(title, needs=()):
    return FeatureContent({"title": title}, {}, {}, needs, ())


def test_of_eight_saves_of_one_edition_one_wins_and_seven_are_told(beacon, mia, now):
    feature = factories.feature(beacon, "As it was")

    def save(title):
        return lambda: edit_feature(
            Feature.objects.get(pk=feature.pk), edition=1, content=content(title), by=mia, now=now
        )

    results = at_once(*[save(f"Title {number}") for number in range(8)])
    assert sum(isinstance(each, EditConflict) for each in results) == 7
    feature.refresh_from_db()
    assert feature.edition == 2 and feature.title == f"Title {results.index(None)}"


def test_two_halves_of_a_circle_saved_at_once_never_make_one(beacon, mia, now):
    for _ in range(5):
        one, other = factories.feature(beacon, "One"), factories.feature(beacon, "Other")

        def need(feature, needed):
            return lambda: edit_feature(
                feature, edition=1, content=content(feature.title, [needed.pk]), by=mia, now=now
            )

        results = at_once(need(one, other), need(other, one))
        assert sum(isinstance(each, CircularNeeds) for each in results) == 1
        assert Dependency.objects.filter(feature__in=[one, other]).count() == 1


def test_features_made_at_once_get_numbers_of_their_own(beacon, mia, now):
    made = at_once(*[lambda: create_feature(beacon, content=content("New"), by=mia, now=now)] * 8)
    assert sorted(feature.number for feature in made) == list(range(1, 9))


def test_of_eight_who_rename_a_team_at_once_one_wins_and_seven_are_told(beacon, mia, now):
    team = factories.team(beacon)
    edition = edition_of(team)

    def save(name):
        return lambda: save_team(
            Team.objects.select_related("product").get(pk=team.pk),
            fields={"name": name},
            edition=edition,
            by=mia,
            now=now,
        )

    results = at_once(*[save(f"Name {number}") for number in range(8)])
    assert sum(isinstance(each, EditConflict) for each in results) == 7
    team.refresh_from_db()
    assert [each.name for each in results if isinstance(each, Team)] == [team.name]


def test_of_eight_who_set_a_figure_that_nobody_had_set_one_wins_and_seven_are_told(beacon, mia, now):
    pair = factories.team(beacon).pk, factories.release(beacon).pk

    def fill(days):
        return lambda: set_capacity(beacon, {pair: days}, by=mia, now=now)

    results = at_once(*[fill(float(days)) for days in range(1, 9)])
    assert sum(isinstance(each, CapacityConflict) for each in results) == 7
    assert Capacity.objects.get().days == results.index(1) + 1
