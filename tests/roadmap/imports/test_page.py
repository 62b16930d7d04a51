"""Importing on the page: paste or upload, look, mend in place, import what the button says, undo. JavaScript off."""

import csv
import io
import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from roadmap.models import Effort, Feature, Import, Team
from tests import factories
from tests.roadmap.imports.faults import FAULTY, SENTENCES

pytestmark = pytest.mark.django_db
PAGE = "/p/beacon/features/import/"
ROWS = "Key;Title;Status;Team;Size\nX-1;Route by skill;Purple;Inbox Team;30\nX-2;;planned;Inbox;M–L\n"


def fields(response) -> dict[str, str]:
    """Return what a browser would send with the form of the preview."""
    text = response.content.decode()
    found = {}
    for tag in re.findall(r"<input[^>]*>", text):
        given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in given and given.get("name") not in ("csrfmiddlewaretoken", "q"):
            if given["type"] == "radio" and not re.search(r"\schecked", tag):
                continue
            found[given["name"]] = unescape(given.get("value", ""))
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = chosen[1]
    return found


def words(response) -> str:
    """Return the text of a page as one reads it."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def counts() -> dict[str, int]:
    skipped = {"sessions.Session", "account.EmailAddress"}
    return {m._meta.label: m._default_manager.count() for m in apps.get_models() if m._meta.label not in skipped}


@pytest.fixture
def mias(sign_in, mia, client):
    factories.team(mia.product, "Inbox")
    return sign_in(mia)


def test_nothing_is_written_before_the_last_button_whose_number_is_the_truth(mias):
    before = counts()
    seen = mias.post(PAGE, {"text": FAULTY})
    assert "Import 2 features" in words(seen) and "Download the 12 rows that stay out" in words(seen)
    for sentence in SENTENCES:
        assert sentence.partition(": ")[2] in words(seen)
    assert counts() == before
    receipt = mias.post(PAGE + "apply/", fields(seen), follow=True)
    assert Feature.objects.count() == 2
    assert "2 features are new, 0 were changed" in words(receipt)
    assert "2 features imported." in words(receipt) and "Undo" in words(receipt)


def test_sizes_without_a_team_ask_once_which_team_they_count_for(mias):
    seen = mias.post(PAGE, {"text": "title\tsize\nDark theme\t8\nSaved views\t5\n"})
    assert "Which team do the sizes count for?" in words(seen) and '<option value="Inbox">' in seen.content.decode()
    seen = mias.post(PAGE, fields(seen) | {"team": "Engineering"})
    assert "1 new team: Engineering" in words(seen) and "needs a team to count for" not in words(seen)
    mias.post(PAGE + "apply/", fields(seen))
    assert {(e.team.name, e.likely) for e in Effort.objects.all()} == {("Engineering", 8), ("Engineering", 5)}


def test_rows_are_mended_in_place(mias):
    seen = mias.post(PAGE, {"text": ROWS})
    assert "Import 1 feature" not in words(seen)
    sent = fields(seen) | {"status:purple": "in-progress"}
    seen = mias.post(PAGE, sent | {"fix": "use:2:team alike"})
    assert "Import 1 feature" in words(seen) and "Inbox Team” is not known" not in words(seen)
    sent = fields(seen) | {"cell:3:title": "Merge duplicates", "cell:3:effort": "34"}
    seen = mias.post(PAGE, sent)
    assert "Import 2 features" in words(seen)
    mias.post(PAGE + "apply/", fields(seen))
    found = Feature.objects.order_by("number").values_list("title", "status", "lead_team__name", "efforts__likely")
    assert list(found) == [
        ("Route by skill", "in-progress", "Inbox", 30),
        ("Merge duplicates", "planned", "Inbox", 34),
    ]
    assert Team.objects.count() == 1


def test_a_cell_can_be_left_empty_in_one_press(mias):
    seen = mias.post(PAGE, {"text": "Title;Team;Size\nRoute;Inbox;M–L\n"})
    seen = mias.post(PAGE, fields(seen) | {"fix": "empty:2:effort"})
    mias.post(PAGE + "apply/", fields(seen))
    assert Feature.objects.get().efforts.count() == 0


def test_a_column_can_be_taken_for_something_else(mias):
    seen = mias.post(PAGE, {"text": "was;wer\nRoute by skill;Mobile\nMerge duplicates;Inbox\n"})
    sent = fields(seen)
    assert sent["column-0"] == "title" and sent["column-1"] == ""
    seen = mias.post(PAGE, sent | {"column-1": "team"})
    assert "1 new team: Mobile" in words(seen)
    seen = mias.post(PAGE, fields(seen) | {"column-0": "team"})
    assert fields(seen)["column-0"] == "team" and fields(seen)["column-1"] == ""
    assert "No column is taken for the title." in words(seen)


def test_a_likely_duplicate_is_updated_or_kept_beside(mias, beacon):
    factories.feature(beacon, "Undo send for 30 seconds", external_key="OLD-1")
    seen = mias.post(PAGE, {"text": "Key;Title\nX-1;Undo send for 30 second\n"})
    assert "It looks like BCN-1 “Undo send for 30 seconds”. Update that one, or keep both?" in words(seen)
    both = mias.post(PAGE, fields(seen) | {"fix": "new:2:"})
    assert "It looks like" not in words(both) and "+ new" in words(both)
    one = mias.post(PAGE, fields(seen) | {"fix": "merge:2:"})
    assert "→ updates BCN-1" in words(one)
    mias.post(PAGE + "apply/", fields(one))
    assert Feature.objects.get().title == "Undo send for 30 second"
    assert Feature.objects.get().external_key == "OLD-1"


def test_changes_are_shown_cell_by_cell_and_features_can_be_skipped(mias, beacon):
    factories.feature(beacon, "Undo send", status="planned")
    seen = mias.post(PAGE, {"text": "Key;Title;Status\nBCN-1;Undo send for 30 seconds;shipped\n"})
    assert "Title: Undo send → Undo send for 30 seconds" in words(seen)
    assert "Status: Planned → Shipped" in words(seen)
    skipped = mias.post(PAGE, fields(seen) | {"existing": "skip"})
    assert "Nothing to import" in words(skipped) and "Import 1 feature" not in words(skipped)


def test_what_the_file_leaves_open_is_asked(mias):
    seen = mias.post(PAGE, {"text": "Title;Team;Size;End\nRoute;Inbox;1,234;03/04/2027\n"})
    assert "How are numbers written?" in words(seen) and "1,234" in words(seen)
    assert "How are dates written?" in words(seen) and "03/04/2027" in words(seen)
    mias.post(PAGE + "apply/", fields(seen) | {"comma": "yes", "day_first": "no"})
    feature = Feature.objects.get()
    assert (f"{feature.ends_on}", feature.efforts.get().likely) == ("2027-03-04", 1.234)


def test_a_file_in_the_old_windows_encoding_is_read(mias):
    file = SimpleUploadedFile("Änderungen.csv", "Titel;Name\nx;Rückgängig machen\n".encode("cp1252"))
    seen = mias.post(PAGE, {"file": file})
    assert "Änderungen.csv" in words(seen) and "CP1252" in words(seen) and "Rückgängig machen" in words(seen)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Paste some rows, or choose a file."),
        ({"text": "Title\n"}, "It has a heading and no rows."),
        ({"text": '{"title": 1}'}, "It is not a table. Export it as CSV"),
        ({"text": 'Title\n"Route\n'}, "The quotation mark that opens in line 2 is never closed."),
        ({"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04\0\0")}, "It is not a text file."),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_field(mias, sent, sentence):
    answer = mias.post(PAGE, sent)
    assert answer.status_code == 422 and sentence in words(answer)


def test_a_product_that_changed_meanwhile_is_looked_at_again(mias, beacon):
    seen = mias.post(PAGE, {"text": "Key;Title\nX-1;Route\n"})
    factories.feature(beacon, "Route", external_key="X-1")
    answer = mias.post(PAGE + "apply/", fields(seen))
    assert answer.status_code == 409 and "nothing was imported" in words(answer)
    assert Import.objects.count() == 0


def test_the_rows_that_stay_out_come_back_as_a_file_that_can_be_read_again(mias):
    seen = mias.post(PAGE, {"text": "Title;Status;Summary\n;planned;=1+2\nRoute;planned;ok\n"})
    answer = mias.post(PAGE + "refused/", fields(seen))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [
        ["Row", "Why it stays out", "Title", "Status", "Summary"],
        ["2", "A feature needs a title. Type one, or leave the row out.", "", "planned", "'=1+2"],
    ]
    again = mias.post(PAGE, {"file": SimpleUploadedFile("stays-out.csv", answer.content)})
    assert "A feature needs a title" in words(again) and fields(again)["column-2"] == "title"


def test_undo_is_one_press_and_says_what_stands_in_its_way(mias, beacon):
    mias.post(PAGE + "apply/", fields(mias.post(PAGE, {"text": "Title\nRoute\nMerge\n"})))
    done = Import.objects.get()
    Feature.objects.filter(title="Route").update(title="Route by skill")
    refused = mias.post(f"{PAGE}{done.pk}/undo/")
    assert refused.status_code == 409 and "BCN-1 was changed." in words(refused)
    assert Feature.objects.count() == 2
    Feature.objects.filter(title="Route by skill").update(title="Route")
    answer = mias.post(f"{PAGE}{done.pk}/undo/", follow=True)
    assert "The import is undone: everything is as before." in words(answer)
    assert Feature.objects.count() == 0
    assert "This import is undone." in words(mias.get(f"{PAGE}{done.pk}/"))


def test_many_rows_are_shown_by_the_page_and_filters_keep_what_was_decided(mias):
    rows = "Title;Status\n" + "".join(f"Feature number {i};planned\n" for i in range(120)) + ";purple\n"
    seen = mias.post(PAGE, {"text": rows})
    assert "1–50 of 121" in words(seen)
    seen = mias.post(PAGE, fields(seen) | {"page": "3"})
    assert "101–121 of 121" in words(seen)
    seen = mias.post(PAGE, fields(seen) | {"show": "out"})
    assert "A feature needs a title." in words(seen) and "Feature number 7" not in words(seen)
    seen = mias.post(PAGE, fields(seen) | {"cell:122:title": "Typed", "status:purple": "idea"})
    assert "Import 121 features" in words(seen)


@pytest.mark.parametrize(
    "sent",
    [
        {"parcel": "xx"},
        {"parcel": "eJwDAAAAAAE="},
        {"decided": "[]"},
        {"decided": '{"columns": 3, "names": [[1]], "cells": {"a": 1}, "statuses": [], "merged": [[2, "x"]]}'},
        {"decided": '{"names": [["release", "x", "nowhere"]], "merged": [[2, 999999]], "accepted": [[2, "no"]]}'},
        {"fix": "use:2:no such thing"},
        {"fix": "empty:x:y"},
        {"fix": "merge:2:"},
        {"page": "many", "show": "nothing"},
        {"fix": f"keep:{'9' * 5000}"},
        {f"cell:{'9' * 5000}:title": "Typed"},
        {"expected": "9" * 5000},
        {"cell:x:title": "1", "column-0": "colour", "status:purple": "sleeping"},
    ],
)
def test_a_form_that_was_tampered_with_changes_nothing_and_breaks_nothing(mias, sent):
    seen = mias.post(PAGE, {"text": "Title;Release;Status\nRoute;x;planned\n"})
    body, coded = urlencode(fields(seen) | sent), "application/x-www-form-urlencoded"
    assert mias.post(PAGE, body, content_type=coded).status_code in (200, 422)
    assert mias.post(f"{PAGE}apply/", body, content_type=coded).status_code in (303, 409)


@pytest.mark.parametrize(("who", "status"), [("stan", 403), ("vera", 403), ("max", 404), ("olga", 200)])
def test_who_may_import(request, sign_in, beacon, who, status):
    client = sign_in(request.getfixturevalue(who))
    assert client.get(PAGE).status_code == status
    assert client.post(PAGE, {"text": "Title\nRoute\n"}).status_code == status


def test_an_import_of_another_product_is_nowhere(mias, mia, now):
    other = factories.product("other")
    done = Import.objects.create(product=other, at=now, by=mia)
    assert mias.get(f"{PAGE}{done.pk}/").status_code == 404
    assert mias.post(f"{PAGE}{done.pk}/undo/").status_code == 404


def test_a_page_full_of_faults_can_still_be_sent(mias):
    header = "Key;Title;Status;Progress;Team;Size low;Size;Size high;Start;End;Release;Objective\n"
    rows = "".join(f"K-{i};;purple;999;;x;y;z;soon;never;9.9;Z\n" for i in range(60))
    seen = mias.post(PAGE, {"text": header + rows})
    assert len(fields(seen)) < 1000
    assert mias.post(PAGE, fields(seen)).status_code == 200


@pytest.mark.parametrize("text", ["Dark mode\nOffline maps\n", "Title\nDark mode\nOffline maps\n"])
def test_a_plain_list_loses_none_of_its_titles(mias, text):
    seen = mias.post(PAGE, {"text": text})
    mias.post(PAGE + "apply/", fields(seen))
    assert {"Dark mode", "Offline maps"} <= set(Feature.objects.values_list("title", flat=True))


def test_the_activity_says_that_rows_were_pasted(mias):
    mias.post(PAGE + "apply/", fields(mias.post(PAGE, {"text": "Dark mode\nOffline maps\n"})))
    assert "imported pasted rows" in words(mias.get("/p/beacon/"))
