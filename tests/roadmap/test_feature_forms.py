"""Writing, editing and deleting features through their forms: nothing typed is lost, nothing saved is overwritten unseen."""

from datetime import timedelta

import pytest

from prioritization.models import VotingFeature, VotingRound
from roadmap.actions.editing import EditConflict
from roadmap.actions.features import FeatureContent, edit_feature
from roadmap.models import Dependency, Feature, Relation
from stakeholders.models import Activity
from tests import factories
from tests.roadmap.confirming import plan_beacon, publish

LIST = "/p/beacon/features/"


@pytest.fixture
def undo(beacon):
    return factories.feature(beacon, "Undo send", summary="For thirty seconds.")


def typed(**more):
    return {
        "title": "Undo send",
        "summary": "For thirty seconds.",
        "status": "candidate",
        "progress": "0",
        "precision": "day",
    } | more


def test_a_feature_is_written_with_all_that_hangs_on_it(client, mia, sign_in, beacon, undo):
    objective, team = factories.objective(beacon), factories.team(beacon)
    release = factories.release(beacon)
    data = typed(
        title="Weekly digest", release=release.pk, progress="35", owner=mia.pk, external_key="JIRA-4",
        needs="BCN-1 whatever it was called", related="undo SEND",
        **{f"objective_{objective.pk}": "strong", f"effort_{team.pk}_likely": "12"},
    )  # fmt: skip
    response = sign_in(mia).post(f"{LIST}new/", data)
    made = Feature.objects.get(title="Weekly digest")
    assert response.status_code == 303 and response["Location"] == f"{LIST}BCN-2/"
    assert (made.number, made.progress, made.owner, made.release, made.lead_team) == (2, 0.35, mia, release, team)
    assert made.contributions.get().strength == "strong"
    effort = made.efforts.get()
    assert (effort.low, effort.likely, effort.high) == (12, 12, 12)
    assert made.dependencies.get().needs == undo
    assert Relation.objects.filter(first=undo, second=made).exists()
    assert Activity.objects.filter(verb="created", object_label="BCN-2", by_seat=mia.pk).exists()


def test_numbers_go_on_where_the_last_one_was_even_if_it_is_gone(client, mia, sign_in, undo):
    sign_in(mia).post(f"{LIST}new/", typed(title="Second"))
    client.post(f"{LIST}2/delete/")
    client.post(f"{LIST}new/", typed(title="Third"))
    assert Feature.objects.get(title="Third").number == 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "A feature needs a title."),
        ({"progress": "120"}, "less than or equal to 100"),
        ({"starts_on": "2027-03-01", "ends_on": "2027-02-01"}, "This is before it starts."),
        ({"needs": "Nothing of the kind"}, "No feature is called “Nothing of the kind”."),
        ({"needs": "BCN-77"}, "No feature is called “BCN-77”."),
        ({"needs": "send"}, "2 features fit “send”: BCN-1, BCN-2."),
        ({"external_key": "JIRA-1"}, "BCN-2 has this key already."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, mia, sign_in, beacon, undo, wrong, said):
    factories.feature(beacon, "Send later", external_key="JIRA-1")
    response = sign_in(mia).post(f"{LIST}new/", typed(title="Weekly digest", description="Kept words") | wrong)
    assert response.status_code == 422
    page = response.content.decode()
    assert said in page and "Kept words" in page
    assert Feature.objects.count() == 2


@pytest.mark.parametrize(
    ("low", "likely", "high", "said"),
    [
        ("1", "", "", "Say what is likely, or leave all three empty."),
        ("5", "3", "8", "The likely size lies between low and high."),
        ("", "M–L", "", "Size is a number of person-days, for example 12."),
        ("", "-3", "", "greater than or equal to 0"),
    ],
)
def test_a_size_that_cannot_be_is_refused(client, mia, sign_in, beacon, low, likely, high, said):
    team = factories.team(beacon).pk
    sizes = {f"effort_{team}_low": low, f"effort_{team}_likely": likely, f"effort_{team}_high": high}
    response = sign_in(mia).post(f"{LIST}new/", typed(**sizes))
    assert response.status_code == 422 and said in response.content.decode()


def test_editing_raises_the_edition_and_says_in_the_log_what_changed(client, mia, sign_in, beacon, undo):
    release = factories.release(beacon)
    data = typed(edition=1, release=release.pk, status="planned", summary="For a minute.")
    assert sign_in(mia).post(f"{LIST}1/edit/", data).status_code == 303
    undo.refresh_from_db()
    assert (undo.edition, undo.summary, undo.release, undo.updated_by) == (2, "For a minute.", release, mia)
    changes = Activity.objects.get(verb="changed").facts["changes"]
    assert changes == {"summary": None, "status": ["candidate", "planned"], "release": [None, "2027.1"]}
    said = client.get(f"{LIST}1/").content.decode()
    assert "status <s>Candidate</s> → Planned" in said


def test_saving_without_a_change_changes_nothing(client, mia, sign_in, undo):
    assert sign_in(mia).post(f"{LIST}1/edit/", typed(edition=1)).status_code == 303
    undo.refresh_from_db()
    assert undo.edition == 1 and not Activity.objects.exists()


def test_the_form_is_filled_so_that_sending_it_back_changes_nothing(client, mia, sign_in, beacon, undo):
    other = factories.feature(beacon, "Later", objective=factories.objective(beacon), days=3, progress=0.29)
    Dependency.objects.create(feature=other, needs=undo)
    form = sign_in(mia).get(f"{LIST}2/edit/").context["form"]
    data = {name: form[name].value() for name in form.fields}
    client.post(f"{LIST}2/edit/", {name: value for name, value in data.items() if value is not None})
    other.refresh_from_db()
    assert other.edition == 1


def test_the_line_ends_that_a_browser_sends_are_no_change(client, mia, sign_in, undo):
    Feature.objects.filter(pk=undo.pk).update(description="One\n\ntwo")
    sign_in(mia).post(f"{LIST}1/edit/", typed(edition=1, description="One\r\n\r\ntwo"))
    undo.refresh_from_db()
    assert undo.edition == 1 and undo.description == "One\n\ntwo"


def test_the_second_of_two_editors_sees_both_texts_and_overwrites_nothing(client, mia, olga, sign_in, undo):
    sign_in(mia).post(f"{LIST}1/edit/", typed(edition=1, title="Undo send for a minute"))
    response = sign_in(olga).post(f"{LIST}1/edit/", typed(edition=1, title="Take back a mail"))
    page = response.content.decode()
    assert response.status_code == 409
    assert "Mia Okafor changed this at" in page
    assert "Undo send for a minute" in page and "Take back a mail" in page
    undo.refresh_from_db()
    assert undo.title == "Undo send for a minute"
    # Having seen both, saving again is deliberate.
    again = {name: response.context["form"][name].value() or "" for name in response.context["form"].fields}
    assert client.post(f"{LIST}1/edit/", again).status_code == 303
    undo.refresh_from_db()
    assert (undo.title, undo.edition) == ("Take back a mail", 3)


def test_what_one_had_not_touched_is_taken_over_from_the_other(client, mia, olga, sign_in, beacon, undo):
    release = factories.release(beacon)
    form = sign_in(olga).get(f"{LIST}1/edit/").context["form"]
    opened = {name: form[name].value() or "" for name in form.fields}
    sign_in(mia).post(f"{LIST}1/edit/", opened | {"status": "planned", "release": release.pk, "title": "Hers"})
    response = sign_in(olga).post(f"{LIST}1/edit/", opened | {"title": "Mine", "summary": "Mine too."})
    page = response.content.decode()
    assert response.status_code == 409
    assert "because you had not touched it: Status, Release." in page
    assert [each.label for each in response.context["differences"]] == ["Title", "Summary"]
    again = {name: response.context["form"][name].value() or "" for name in response.context["form"].fields}
    assert client.post(f"{LIST}1/edit/", again).status_code == 303
    undo.refresh_from_db()
    assert (undo.title, undo.summary, undo.status, undo.release) == ("Mine", "Mine too.", "planned", release)


@pytest.mark.parametrize("was", ["", "nonsense", "[1]", '{"title": 1}'])
def test_without_knowing_what_the_form_said_nothing_is_taken_over(client, mia, olga, sign_in, undo, was):
    sign_in(mia).post(f"{LIST}1/edit/", typed(edition=1, title="Hers"))
    response = sign_in(olga).post(f"{LIST}1/edit/", typed(edition=1, was=was))
    assert response.status_code == 409 and response.context["taken"] == []
    assert [each.label for each in response.context["differences"]] == ["Title"]


def test_of_two_saves_of_one_edition_the_second_is_refused_even_if_it_read_the_row_before(mia, olga, now, undo):
    def content(title):
        return FeatureContent({"title": title}, {}, {}, (), ())

    read_before = Feature.objects.get(pk=undo.pk)
    edit_feature(undo, edition=1, content=content("First"), by=mia, now=now)
    with pytest.raises(EditConflict):
        edit_feature(read_before, edition=1, content=content("Second"), by=olga, now=now)
    assert Feature.objects.get(pk=undo.pk).title == "First"


def test_a_circle_of_needs_is_refused_and_named(client, mia, sign_in, beacon, undo):
    second, third = factories.feature(beacon, "Second"), factories.feature(beacon, "Third")
    Dependency.objects.create(feature=second, needs=undo)
    Dependency.objects.create(feature=third, needs=second)
    response = sign_in(mia).post(f"{LIST}1/edit/", typed(edition=1, needs="BCN-3", title="Kept"))
    assert response.status_code == 422
    page = response.content.decode()
    assert "BCN-1 Undo send → BCN-3 Third → BCN-2 Second → BCN-1 Undo send" in page
    assert not undo.dependencies.exists() and Feature.objects.get(pk=undo.pk).title == "Undo send"


def test_a_feature_cannot_need_itself(client, mia, sign_in, undo):
    response = sign_in(mia).post(f"{LIST}1/edit/", typed(edition=1, needs="BCN-1"))
    assert response.status_code == 422 and "can’t name itself" in response.content.decode()


def test_taking_links_out_of_the_form_takes_them_away(client, mia, sign_in, beacon, undo):
    other = factories.feature(beacon, "Other")
    Dependency.objects.create(feature=undo, needs=other)
    Relation.objects.create(first=undo, second=other)
    sign_in(mia).post(f"{LIST}1/edit/", typed(edition=1))
    assert not Dependency.objects.exists() and not Relation.objects.exists()


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("vera", "new/", 403), ("stan", "1/edit/", 403), ("stan", "1/delete/", 403), ("max", "1/", 404),
        ("max", "", 404), ("max", "new/", 404), ("mia", "new/", 200), ("olga", "1/delete/", 200), ("vera", "1/", 200),
    ],
)  # fmt: skip
def test_who_may_do_what(request, client, sign_in, undo, who, path, status):
    assert sign_in(request.getfixturevalue(who)).get(f"{LIST}{path}").status_code == status


def test_a_feature_that_nobody_has_seen_can_be_deleted(client, mia, sign_in, undo):
    assert "Delete BCN-1 Undo send?" in sign_in(mia).get(f"{LIST}1/delete/").content.decode()
    assert client.post(f"{LIST}1/delete/").status_code == 303
    assert not Feature.objects.exists()
    assert Activity.objects.filter(verb="deleted", object_label="BCN-1").exists()


def test_a_feature_that_a_version_holds_can_only_be_dropped(client, mia, stan, sign_in, beacon):
    held = plan_beacon(beacon, mia)[0]
    publish(beacon, mia, required=[stan])
    response = sign_in(mia).post(f"{LIST}{held.key}/delete/")
    assert response.status_code == 409 and "can’t be deleted" in response.content.decode()
    assert Feature.objects.filter(pk=held.pk).exists()


def test_a_feature_that_people_were_asked_about_can_only_be_dropped(client, mia, sign_in, beacon, now, undo):
    round = factories.round_(beacon, deadline_at=now + timedelta(days=3), by=mia)
    VotingFeature.objects.create(voting=VotingRound.objects.create(round=round, criteria=[]), feature=undo)
    assert sign_in(mia).post(f"{LIST}1/delete/").status_code == 409
    assert Feature.objects.filter(pk=undo.pk).exists()
    assert not Activity.objects.filter(verb="deleted").exists()


def test_a_part_of_a_save_never_stays(client, mia, sign_in, beacon, undo):
    """A circle is found after efforts were written: they are rolled back with all the rest."""
    team = factories.team(beacon)
    other = factories.feature(beacon, "Other")
    Dependency.objects.create(feature=other, needs=undo)
    data = typed(edition=1, needs="BCN-2", **{f"effort_{team.pk}_likely": "4"})
    assert sign_in(mia).post(f"{LIST}1/edit/", data).status_code == 422
    assert not undo.efforts.exists()
