import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from prioritization.actions import scoring
from prioritization.models import Criterion, Rating, RatingChange, VotingRound
from prioritization.queries.criteria import criteria_of
from roadmap.models import Standing
from stakeholders import clock
from stakeholders.models import Invitation, Message, Round, Seat
from stakeholders.rules.addresses import LONGEST_ADDRESS
from tests import factories
from tests.prioritization.votes import voting_round

pytestmark = pytest.mark.django_db
IMPORT = "/p/beacon/rounds/import/"
SHEET = """Feature,Person,Department,Impact,Ease
BCN-1,stan.lindqvist@people.example,Sales,5,2
Dark theme,stan.lindqvist@people.example,Sales,2,4
BCN-1,new@people.example,Support,4,no opinion
BCN-1,Old Hand,Legal,1,
"""


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


@pytest.fixture
def features(beacon, stan):
    return [factories.feature(beacon, title) for title in ("Undo send", "Dark theme")]


@pytest.fixture
def look(client, sign_in, mia, features):
    """Paste a sheet; then press with what the page's form would send, and `more`."""
    sign_in(mia)

    def _look(sheet=SHEET):
        return client.post(IMPORT, {"text": sheet})

    return _look


def fields(response):
    body, data = response.content.decode(), {}
    for tag in re.findall(r"<input[^>]*>", body):
        if 'type="checkbox"' not in tag and (name := re.search(r'name="([^"]*)"', tag)):
            value = re.search(r'value="([^"]*)"', tag)
            data[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]*)">(.*?)</select>', body, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        data[name] = chosen[1] if chosen else ""
    return data


def test_looking_says_what_would_come_of_it_and_writes_nothing(look):
    shown = text(look())
    assert "7 ratings of 3 people on 2 features. Every row is good." in shown
    assert "1 of 3 is known here." in shown
    assert "1 answer is “no opinion”." in shown
    assert not Round.objects.exists() and not Rating.objects.exists()
    assert Seat.objects.count() == 2


def test_a_sheet_becomes_a_closed_round_and_nobody_gets_a_mail(client, look, beacon, stan, now):
    data = fields(look())
    response = client.post(
        IMPORT, data | {"import": "1", "title": "Spring survey", "given_on": "2026-03-31"}, follow=True
    )
    assert "7 ratings imported as a closed round." in text(response)
    round_ = Round.objects.get()
    assert (round_.title, round_.is_open, f"{round_.closed_at:%F}") == ("Spring survey", False, "2026-03-31")
    assert round_.outcome["voters"] == 3 and round_.outcome["asked"] == 3
    assert not Message.objects.exists()
    assert Rating.objects.count() == RatingChange.objects.count() == 7
    by_hand = Invitation.objects.get(seat=stan)
    assert (by_hand.answered, by_hand.department.name) == (4, "Sales")
    assert Seat.objects.current().filter(user__email="new@people.example", role="stakeholder").exists()
    assert not Seat.objects.current().filter(user__name="Old Hand").exists()
    scoring.score(beacon, now=now)
    assert list(Standing.objects.order_by("rank").values_list("feature__title", "votes")) == [
        ("Undo send", 3),
        ("Dark theme", 1),
    ]


def test_two_people_of_like_names_in_another_script_stay_two(client, look):
    sheet = "Feature,Person,Impact,Effort\nBCN-1,Анна Попова,5,4\nBCN-1,Анна Титова,1,2\n"
    assert client.post(IMPORT, fields(look(sheet)) | {"import": "1"}).status_code == 303
    assert Round.objects.get().outcome["voters"] == 2
    given = Rating.objects.filter(criterion="impact").values_list("ballot__invitation__seat__user__name", "value")
    assert set(given) == {("Анна Попова", 5), ("Анна Титова", 1)}


def test_who_came_with_an_earlier_import_is_known_again_beside_a_namesake(client, look, beacon):
    namesake = factories.seat(beacon, user=factories.user("Old Hand", email="hand@people.example"))
    brought = factories.seat(beacon, user=factories.user("Old Hand", email="old-hand-2f1c.beacon@imported.invalid"))
    client.post(IMPORT, fields(look()) | {"import": "1"})
    assert Invitation.objects.filter(seat=brought).exists() and not Invitation.objects.filter(seat=namesake).exists()


def test_names_longer_than_the_database_keeps_are_cut(client, look):
    long = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 20}"
    response = look(f"Feature,Person,Department,Impact\nBCN-1,{long},{'Sales ' * 30},4\n")
    assert client.post(IMPORT, fields(response) | {"import": "1"}).status_code == 303
    seat = Invitation.objects.select_related("seat__user", "seat__department").get().seat
    assert len(seat.user.email) <= LONGEST_ADDRESS and len(seat.department.name) <= 80


def test_nothing_comes_in_while_a_row_is_wrong_unless_it_is_left_out(client, look):
    sheet = SHEET + "BCN-77,stan.lindqvist@people.example,Sales,9,1\nBCN-1,Eve,Legal,much,1\n"
    response = look(sheet)
    shown = text(response)
    assert "2 rows are wrong." in shown
    assert "6 Feature No feature has the key or title “BCN-77”. Correct it, or import the feature first." in shown
    assert "7 Impact “much” is not a rating. Write a number from 1 to 9, or leave it empty." in shown
    data = fields(response) | {"import": "1", "low": "1", "high": "5"}
    assert client.post(IMPORT, data).status_code == 422
    assert not Round.objects.exists()
    assert client.post(IMPORT, data | {"leave-out": "1"}).status_code == 303
    assert Rating.objects.count() == 7


def test_criteria_of_the_file_take_the_place_of_the_usual_ones_while_nothing_was_rated(client, look, beacon):
    response = look("Feature,Person,Novelty,Price\nBCN-1,Ana,5,2\nBCN-2,Ben,1,4\n")
    assert "new, in place of the usual four" in text(response)
    client.post(IMPORT, fields(response) | {"import": "1", "cost": "price"})
    assert [(each.key, each.weight, each.is_cost) for each in criteria_of(beacon)] == [
        ("novelty", 1, False),
        ("price", 1, True),
    ]


def test_afterwards_new_ones_count_nothing_until_somebody_gives_them_a_weight(client, look, beacon):
    client.post(IMPORT, fields(look()) | {"import": "1"})
    response = look("Feature,Person,Novelty\nBCN-1,Ana,5\n")
    assert "new; counts nothing until you give it a weight" in text(response)
    client.post(IMPORT, fields(response) | {"import": "1"})
    assert [each.weight for each in criteria_of(beacon)] == [0.35, 0.25, 0.15, 0.25, 0]


def test_no_criterion_is_added_while_people_are_asked_by_those_there_are(client, look, beacon, features):
    voting_round(beacon, features)
    response = client.post(IMPORT, fields(look("Feature,Person,Novelty\nBCN-1,Ana,5\n")) | {"import": "1"})
    assert response.status_code == 409
    assert "is open, so no criterion can be added before it closes." in text(response)
    assert VotingRound.objects.count() == 1 and not Criterion.objects.exists()


def test_what_somebody_said_later_stays(client, look, beacon, stan, features):
    from tests.prioritization.votes import rate

    rate(voting_round(beacon, features, closed=True), stan, features[0], impact=1)
    client.post(IMPORT, fields(look()) | {"import": "1", "given_on": "2026-03-31"})
    beacon.refresh_from_db()
    assert (
        beacon.features.get(number=1).tallies.filter(criterion="impact", department=stan.department, value=1).exists()
    )


def test_an_import_can_be_undone_and_what_was_said_before_counts_again(client, look, beacon, stan, features, now):
    from tests.prioritization.votes import rate_all

    rate_all(voting_round(beacon, features, closed=True), stan, features[0], 1)
    answer = client.post(IMPORT, fields(look()) | {"import": "1"})
    undo = re.search(r'action="([^"]*/import/undo/)"', client.get(answer.headers["Location"]).content.decode())[1]
    imported = Round.objects.get(public_id=undo.split("/")[-4])
    scoring.score(beacon, now=clock.now())
    assert Standing.objects.get(feature=features[0]).votes == 3
    assert "Undone, they count no more" in text(client.get(f"/p/beacon/rounds/{imported.public_id}/remarks/"))
    for _twice in range(2):
        assert client.post(undo).status_code == 303
    scoring.score(beacon, now=clock.now())
    assert list(Standing.objects.order_by("feature__number").values_list("votes", flat=True)) == [1, 0]
    assert "Withdrawn" in text(client.get(f"/p/beacon/rounds/{imported.public_id}/"))
    assert Rating.objects.filter(ballot__voting__round=imported).count() == 7
    held = Round.objects.exclude(pk=imported.pk).get()
    assert client.post(f"/p/beacon/rounds/{held.public_id}/import/undo/").status_code == 404


def test_a_withdrawn_round_counts_no_more_at_once(beacon, stan, mia, features):
    from prioritization.models import ScoreRequest, Tally
    from stakeholders.actions.rounds import withdraw_round
    from tests.prioritization.votes import rate_all

    voting = voting_round(beacon, features)
    rate_all(voting, stan, features[0], 4)
    assert Tally.objects.filter(feature=features[0], value=4).exists()
    ScoreRequest.objects.all().delete()
    withdraw_round(voting.round, why="The wrong features.", by=mia, now=clock.now())
    assert not Tally.objects.filter(feature=features[0]).exists() and ScoreRequest.objects.exists()


def test_a_day_to_come_and_a_missing_column_are_said_at_their_place(client, look):
    data = fields(look()) | {"import": "1", "given_on": "2199-01-01"}
    assert "on a day that is yet to come" in text(client.post(IMPORT, data))
    assert "Choose a day from" in text(client.post(IMPORT, data | {"given_on": "0001-01-01"}))
    assert "No column says who rated. Choose below." in text(client.post(IMPORT, data | {"column-1": ""}))
    assert not Round.objects.exists()


def test_the_command_does_the_same(beacon, features, tmp_path):
    sheet = tmp_path / "old.csv"
    sheet.write_text(SHEET + "BCN-77,Eve,,1,1\n")
    with pytest.raises(CommandError, match="Nothing was imported: 1 rows must be corrected first."):
        call_command("import_ratings", sheet, product="beacon", stdout=StringIO())
    with pytest.raises(CommandError, match="“0001-01-01” is no day."):
        call_command("import_ratings", sheet, product="beacon", leave_out=True, given_on="0001-01-01")
    assert not Round.objects.exists()
    out = StringIO()
    call_command("import_ratings", sheet, product="beacon", leave_out=True, dry_run=True, stdout=out)
    assert "7 ratings of 3 people on 2 features" in out.getvalue() and not Round.objects.exists()
    call_command("import_ratings", sheet, product="beacon", leave_out=True, stdout=out)
    assert Round.objects.get().title == "old"
    assert Round.objects.get().closed_at <= clock.now()
