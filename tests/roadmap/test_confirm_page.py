import re
from datetime import timedelta

import pytest
from django.test import Client

from roadmap.models import Answer, LateAnswer
from roadmap.queries.confirmation import confirmation_of
from stakeholders import clock
from stakeholders.actions.closing import close_round
from stakeholders.actions.links import renew_link, seat_link
from stakeholders.actions.rounds import remove_invitation, withdraw_round
from stakeholders.models import Message, Seat
from tests import factories
from tests.roadmap.confirming import open_link, plan_beacon, publish, round_of


@pytest.fixture
def features(beacon, mia):
    return plan_beacon(beacon, mia)


@pytest.fixture
def round(beacon, mia, stan, olga, features):
    return round_of(publish(beacon, mia, required=[stan, olga], note="Read the second one with care."))


@pytest.fixture
def path(client, stan, round):
    return open_link(client, stan, round)


def text_of(response):
    """What a person reads: no tags, no runs of blanks."""
    html = re.sub(r"(?s)<(script|style|svg)\b.*?</\1>", " ", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&quot;", '"').replace("&#x27;", "'")


def nonce_in(response):
    return re.search(r'name="nonce" value="([^"]+)"', response.content.decode()).group(1)


def send(client, path, answer, **more):
    return client.post(f"{path}answer/", {"answer": answer, "nonce": nonce_in(client.get(path)), **more})


def pass_the_deadline(round, by=timedelta(minutes=2)):
    """Let the deadline lie in the past, as if time had gone on."""
    round.opened_at -= timedelta(days=30)
    round.deadline_at = clock.now() - by
    round.save(update_fields=["opened_at", "deadline_at"])


def test_the_page_asks_one_question_and_preselects_no_answer(client, path):
    page = client.get(path)
    assert page.status_code == 200
    assert "Do you confirm the Beacon roadmap?" in text_of(page)
    assert "Version 1: 3 features in one release, January 2027 to March 2027." in text_of(page)
    html = page.content.decode()
    assert len(re.findall(r'<input type="radio" name="answer"', html)) == 4
    assert "checked" not in html
    assert "Read the second one with care." in html


def test_the_page_says_what_happens_to_someone_who_does_nothing(client, path):
    assert "If you do nothing, that is not a yes." in text_of(client.get(path))


def test_the_page_is_not_stored_and_needs_no_session(client, path):
    page = client.get(path)
    assert "no-store" in page["Cache-Control"]
    assert "accord" not in client.cookies


def test_confirming_gives_a_receipt_on_screen_and_by_mail(client, path, stan):
    sent = send(client, path, "confirm")
    assert (sent.status_code, sent["Location"]) == (303, f"{path}#receipt"), "not the top of a long page"
    receipt = text_of(client.get(path))
    assert "Your answer is in." in receipt
    assert "You can change it until" in receipt
    assert Message.objects.get(kind=Message.Kind.RECEIPT).seat == stan


@pytest.mark.parametrize(
    "answer, field, sentence",
    [
        ("concerns", "concern", "Say what people should look at."),
        ("object", "objection", "Say why, and what would have to change."),
    ],
)
def test_words_are_asked_for_where_they_are_needed_and_none_are_lost(client, path, answer, field, sentence):
    refused = send(client, path, answer)
    assert refused.status_code == 422
    assert sentence in text_of(refused)
    assert f'value="{answer}" required checked' in refused.content.decode()
    assert send(client, path, answer, **{field: "March is full."}).status_code == 303
    assert Answer.objects.get().text == "March is full."


def test_no_choice_at_all_is_said_so(client, path):
    refused = client.post(f"{path}answer/", {"nonce": "n", "concern": "Half a thought"})
    assert refused.status_code == 422
    assert "Choose one of the four answers." in text_of(refused)
    assert "Half a thought" in refused.content.decode()


def test_an_objection_names_features(client, path, features):
    send(client, path, "object", objection="Too early.", objection_features=[features[1].pk])
    answer = Answer.objects.get()
    assert [each.feature for each in answer.features.all()] == [features[1]]
    assert f"{features[1].key} {features[1].title}" in text_of(client.get(path))


def test_an_answer_can_be_changed_and_the_form_then_holds_what_was_said(client, path):
    send(client, path, "concerns", concern="March is full.")
    again = client.get(f"{path}?change=1")
    assert 'value="concerns" required checked' in again.content.decode()
    assert "March is full." in again.content.decode()
    changed = client.post(f"{path}answer/", {"answer": "confirm", "nonce": nonce_in(again)})
    assert changed.status_code == 303
    assert [answer.verdict for answer in Answer.objects.all()] == ["concerns", "confirm"]


def test_the_same_press_twice_is_one_answer(client, path):
    nonce = nonce_in(client.get(path))
    for _ in range(3):
        assert client.post(f"{path}answer/", {"answer": "confirm", "nonce": nonce}).status_code == 303
    assert (Answer.objects.count(), Message.objects.filter(kind=Message.Kind.RECEIPT).count()) == (1, 1)


def test_a_browser_without_a_grant_finds_nothing_not_even_signed_in_as_that_person(round, path, stan, sign_in):
    stranger = Client()
    assert stranger.get(path).status_code == 404
    assert stranger.post(f"{path}answer/", {"answer": "confirm", "nonce": "n"}).status_code == 404
    signed_in = sign_in(stan, on=Client())
    assert signed_in.get(path).status_code == 404
    assert not Answer.objects.exists()


def test_a_grant_for_one_round_opens_no_other(client, path, mia, stan):
    other = factories.product("other", key="OTH")
    theirs = factories.seat(other, Seat.Role.MANAGER, name="Ola Other")
    also = factories.seat(other, name="Sam Same")
    plan_beacon(other, theirs)
    elsewhere = round_of(publish(other, theirs, required=[also]))
    assert client.get(f"/confirm/{elsewhere.public_id}/").status_code == 404


def test_a_renewed_link_ends_the_page_that_is_already_open(client, path, round, stan, mia, now):
    renew_link(seat_link(stan, round, now=now), by=mia, now=now)
    assert client.get(path).status_code == 410
    assert client.post(f"{path}answer/", {"answer": "confirm", "nonce": "n"}).status_code == 410
    assert not Answer.objects.exists()


def test_someone_taken_off_the_round_is_told_so(client, path, round, stan, mia, now):
    remove_invitation(round.invitations.get(seat=stan), by=mia, now=now)
    assert client.get(path).status_code == 410


def test_a_withdrawn_round_is_gone(client, path, round, mia, now):
    withdraw_round(round, why="Wrong dates.", by=mia, now=now)
    assert client.get(path).status_code == 410
    assert client.post(f"{path}answer/", {"answer": "confirm", "nonce": "n"}).status_code == 410


def test_a_late_answer_is_refused_politely_and_nothing_typed_is_lost(client, path, round):
    nonce = nonce_in(client.get(path))
    pass_the_deadline(round)
    late = client.post(f"{path}answer/", {"answer": "object", "objection": "Voice was promised.", "nonce": nonce})
    assert late.status_code == 409
    assert "2 min after it" in text_of(late)
    assert "Voice was promised." in late.content.decode()
    assert not Answer.objects.exists()


def test_a_late_answer_reads_nothing_of_the_others(client, path, round, monkeypatch):
    """At the deadline many are late at once, and each would read what all the others said."""
    send(client, path, "confirm")
    pass_the_deadline(round)

    def read(*args, **kwargs):
        raise AssertionError("the whole page was read")

    monkeypatch.setattr("roadmap.views.confirm.confirm_page", read)
    late = client.post(f"{path}answer/", {"answer": "object", "objection": "No.", "nonce": "n"})
    assert late.status_code == 409
    assert "What counts is your answer of" in text_of(late)
    assert f": {Answer.objects.get().get_verdict_display()}." in text_of(late)


def test_a_late_and_incomplete_answer_is_late_first(client, path, round):
    pass_the_deadline(round)
    late = client.post(f"{path}answer/", {"answer": "", "concern": "Half a thought", "nonce": "n"})
    assert late.status_code == 409
    assert "Half a thought" in late.content.decode()


def test_a_late_answer_may_stay_as_a_note_under_the_outcome(client, path, round):
    pass_the_deadline(round)
    kept = client.post(f"{path}note/", {"text": "Voice was promised."})
    assert (kept.status_code, kept["Location"]) == (303, path)
    assert LateAnswer.objects.get().text == "Voice was promised."
    assert "Voice was promised." in text_of(client.get(path))


def test_between_deadline_and_closing_the_page_says_that_it_is_counting(client, path, round):
    pass_the_deadline(round, by=timedelta(seconds=1))
    page = client.get(path)
    assert "Closed to new answers, counting." in text_of(page)
    round.refresh_from_db()
    assert round.closed_at is None


def test_the_first_to_come_after_the_grace_closes_the_round_and_sees_outcome_and_own_answer(client, path, round):
    send(client, path, "confirm")
    pass_the_deadline(round, by=timedelta(seconds=6))
    page = text_of(client.get(path))
    round.refresh_from_db()
    assert round.outcome["verdict"] == "lapsed"
    assert "This round closed on" in page
    assert "It stands in the record of version 1." in page


def test_a_closed_page_takes_no_answer(client, path, round):
    close_round(round, now=round.deadline_at + timedelta(seconds=5))
    refused = client.post(f"{path}answer/", {"answer": "confirm", "nonce": "n"})
    assert refused.status_code == 409
    assert not Answer.objects.exists()


# what changed since the version that *this* person last confirmed


@pytest.fixture
def third_version(client, beacon, mia, stan, olga, features, now):
    """Version 1 confirmed by stan; version 2, which he did not answer, moved one feature; version 3 adds another."""
    first = publish(beacon, mia, required=[stan, olga])
    send(client, open_link(client, stan, round_of(first)), "confirm")
    withdraw_round(round_of(first), why="Next.", by=mia, now=now)
    second_release = beacon.releases.get(name="2027.2")
    features[0].release, features[0].ends_on = second_release, second_release.ends_on
    features[0].save(update_fields=["release", "ends_on"])
    second = publish(beacon, mia, required=[stan, olga])
    send(client, open_link(client, olga, round_of(second)), "concerns", concern="Tight.")
    withdraw_round(round_of(second), why="Next.", by=mia, now=now)
    factories.feature(beacon, "Weekly digest", owner=stan, release=second_release, status="planned")
    return publish(beacon, mia, required=[stan, olga])


def test_each_person_is_told_what_changed_since_the_version_that_they_confirmed(client, third_version, stan, olga):
    round = round_of(third_version)
    his = text_of(client.get(open_link(client, stan, round)))
    assert "You last confirmed version 1, on" in his
    assert "Two things have changed since." in his
    assert "2027.1 · ends Feb" in his
    assert "2027.2 · ends Jun" in his
    other = Client()
    hers = text_of(other.get(open_link(other, olga, round)))
    assert "You last confirmed version 2, on" in hers
    assert "One thing has changed since." in hers


def test_the_features_of_the_person_and_their_department_come_first(client, third_version, stan):
    page = client.get(open_link(client, stan, round_of(third_version))).content.decode()
    assert (
        page.index("Yours and your department’s")
        < page.index('data-change="BCN-4"')
        < page.index('data-change="BCN-1"')
    )


def test_someone_who_never_confirmed_is_compared_with_the_version_before(client, beacon, mia, third_version, now):
    newcomer = factories.seat(beacon, name="Nele Neu", department_name="Support")
    withdraw_round(round_of(third_version), why="One more.", by=mia, now=now)
    fourth = publish(beacon, mia, required=[newcomer])
    page = text_of(client.get(open_link(client, newcomer, round_of(fourth))))
    assert "You have not confirmed a version yet; the one before is version 3." in page
    assert "Nothing has changed since." in page


def test_the_page_takes_the_same_number_of_queries_for_more_people_and_features(
    client, beacon, mia, features, stan, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    few = round_of(publish(beacon, mia, required=[stan]))
    path = open_link(client, stan, few)
    with CaptureQueriesContext(connection) as counted:
        client.get(path)
    for_few = len(counted)
    withdraw_round(few, why="More.", by=mia, now=clock.now())
    for number in range(15):
        factories.feature(beacon, f"More {number}", owner=mia, release=features[0].release)
    many = round_of(publish(beacon, mia, required=[stan, *[factories.seat(beacon) for _ in range(12)]]))
    path = open_link(client, stan, many)
    with django_assert_max_num_queries(for_few + 1):
        client.get(path)


def test_concerns_and_who_gave_them_can_be_read_by_everyone_asked(client, round, stan, olga):
    send(client, open_link(client, stan, round), "concerns", concern="March is full.")
    other = Client()
    page = text_of(other.get(open_link(other, olga, round)))
    assert "1 of 2 people" in page
    assert "March is full." in page
    assert confirmation_of(round).answers.count() == 1
