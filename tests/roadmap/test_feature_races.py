"""Two people at the same moment: of two saves one wins, and two halves of a circle never meet."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from roadmap.actions.editing import EditConflict
from roadmap.actions.features import CircularNeeds, FeatureContent, create_feature, edit_feature
from roadmap.models import Dependency, Feature
from tests import factories

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*acts):
    """Run the acts in threads that start together; return what each returned or raised."""
    start = Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            return act()
        except (EditConflict, CircularNeeds) as refusal:
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
