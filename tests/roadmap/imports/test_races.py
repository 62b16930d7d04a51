"""An import beside somebody who saves: neither takes away what the other wrote."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from roadmap.actions.features import FeatureContent, edit_feature
from roadmap.actions.imports import ImportWasTouched, undo_import
from tests import factories
from tests.roadmap.imports.test_importing import bring_in

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

FILE = "key,title\nBCN-1,As the file says\n"


def someone_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


def while_saving(save, act):
    """Run `act` in a thread after `save` has written and before it is committed; return what `act` returned."""

    def alone():
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            save()
            acted = pool.submit(alone)
            patience = time.monotonic() + 20
            while not (someone_waits() or acted.done()) and time.monotonic() < patience:
                time.sleep(0.02)
        return acted.result()


def test_what_is_saved_while_an_import_begins_stays(beacon, mia, now):
    feature = factories.feature(beacon, "As it was")
    said = FeatureContent({"title": "As mia says", "description": "Typed meanwhile."}, {}, {}, (), ())
    report = while_saving(
        lambda: edit_feature(feature, edition=1, content=said, by=mia, now=now),
        lambda: bring_in(beacon, mia, now, FILE),
    )
    feature.refresh_from_db()
    assert (feature.title, feature.description) == ("As the file says", "Typed meanwhile.")
    assert feature.edition == 3
    assert report.features.rows[0].changes[0].before == "As mia says"


def test_an_undo_sees_what_is_saved_while_it_begins(beacon, mia, now):
    feature = factories.feature(beacon, "As it was")
    done = bring_in(beacon, mia, now, FILE).done
    said = FeatureContent({"description": "Typed meanwhile."}, {}, {}, (), ())
    with pytest.raises(ImportWasTouched):
        while_saving(
            lambda: edit_feature(feature, edition=2, content=said, by=mia, now=now),
            lambda: undo_import(done, by=mia, now=now),
        )
    feature.refresh_from_db()
    assert (feature.title, feature.description) == ("As the file says", "Typed meanwhile.")
