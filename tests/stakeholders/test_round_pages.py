"""What a manager sees of a round and does there, and what the others see."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from stakeholders import clock
from stakeholders.actions import links, rounds
from stakeholders.actions.closing import GRACE, close_round, taking_answer
from stakeholders.actions.links import seat_link, url_of
from stakeholders.actions.rounds import Invitee, open_round
from stakeholders.models import Activity, Extension, Link, Message, Round, Verb
from stakeholders.rules import deadlines
from tests import factories


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    """All pages are asked for on 25 November at noon, UTC, a day after the round was opened."""
    at = datetime(2026, 11, 25, 12, tzinfo=UTC)
    for name in ("now", "database_now", "arrived_at"):
        monkeypatch.setattr(clock, name, lambda: at)
    return at


@pytest.fixture
def opened(hands, beacon, mia, stan, olga, now):
    made = open_round(
        beacon,
        kind="hands",
        title="Who is in favour?",
        deadline=deadlines.read(datetime(2026, 12, 4, 17), "Europe/Berlin"),
        invitees=[Invitee(stan), Invitee(olga, is_required=False)],
        by=mia,
        now=now,
    )
    made.messages.filter(kind=Message.Kind.INVITATION).update(sent_at=now)
    return made


def url(name, round, *more):
    return reverse(f"stakeholders:{name}", args=[round.product.slug, round.public_id, *more])


def text(response):
    """The words that a person sees in the page's main part."""
    source = response.content.decode()
    main = source[source.index("<main") : source.index("</main>")]
    words = re.sub(r"<(script|style|title).*?</\1>|<[^>]+>", " ", main, flags=re.DOTALL)
    return re.sub(r"\s+", " ", words.replace("&#x27;", "'").replace("&nbsp;", " ").replace("\u00a0", " "))


def raise_hand(round, seat, at):
    with taking_answer(round.invitations.get(seat=seat), arrived=at):
        round.invitations.filter(seat=seat).update(answered_at=at, answered=1, last_answer_at=at)


# the list


def test_the_list_shows_open_rounds_by_deadline_and_those_that_are_over(
    client, sign_in, opened, mia, beacon, stan, now
):
    sooner = open_round(
        beacon,
        kind="hands",
        title="Sooner",
        deadline=deadlines.read(datetime(2026, 11, 27, 17), "Europe/Berlin"),
        invitees=[Invitee(stan)],
        by=mia,
        now=now,
    )
    over = open_round(
        beacon,
        kind="hands",
        title="Past",
        deadline=deadlines.read(datetime(2026, 11, 24, 17), "Europe/Berlin"),
        invitees=[Invitee(stan)],
        by=mia,
        now=now,
    )
    close_round(over, now=over.deadline_at + GRACE)

    page = text(sign_in(mia).get(reverse("stakeholders:rounds", args=["beacon"])))

    assert page.index("Sooner") < page.index("Who is in favour?") < page.index("Past")
    assert "0 of 2 have answered · show of hands, opened Tue 24 Nov by Mia Okafor" in page
    assert "0 of 1 hands are up." in page
    assert sooner.is_open


def test_an_empty_list_says_what_a_round_is_and_where_to_go(client, sign_in, mia, vera):
    page = text(sign_in(mia).get(reverse("stakeholders:rounds", args=["beacon"])))
    assert "No round yet." in page
    assert "Open a voting round…" in page

    assert "Open a voting round…" not in text(sign_in(vera).get(reverse("stakeholders:rounds", args=["beacon"])))


# the manager's page


def test_the_page_begins_with_its_conclusion_and_names_everyone(client, sign_in, opened, mia, stan, noon):
    raise_hand(opened, stan, noon - timedelta(hours=1))

    page = text(sign_in(mia).get(url("round", opened)))

    assert "If the round closed now, everyone would get this outcome: “1 of 2 hands are up.”" in page
    assert "Closes Fri 4 Dec, 17:00 CET · in 9 days" in page
    assert "1 has answered" in page
    assert page.index("Olga Olsen") < page.index("Stan Lindqvist Sales"), "who is silent needs the manager first"
    assert "invited Tue 24 Nov" in page
    assert "Remind Olga Olsen" in page


def test_the_page_notes_that_clocks_were_decreed_anew_since_the_deadline_was_set(client, sign_in, opened, mia):
    assert "The instant counts" not in text(sign_in(mia).get(url("round", opened)))
    Round.objects.filter(pk=opened.pk).update(wall_time="2026-12-04T18:00")
    assert (
        "It was set as Fri 4 Dec, 18:00 in Berlin, where the rules for clocks have changed since:"
        " the same instant is now called Fri 4 Dec, 17:00 CET. The instant counts."
    ) in text(client.get(url("round", opened)))
    Round.objects.filter(pk=opened.pk).update(wall_time="2026-12-04")
    assert "It was set as the end of Fri 4 Dec in Berlin" in text(client.get(url("round", opened)))


def test_the_chart_and_its_table_say_the_same(client, sign_in, opened, mia, stan, noon):
    raise_hand(opened, stan, noon - timedelta(hours=1))

    source = sign_in(mia).get(url("round", opened)).content.decode()

    assert "1 of 2 have answered</title>" in source
    assert re.search(r'<th scope="row">Wed.25.Nov</th><td class="number">1</td>', source)


def test_no_style_or_script_stands_in_the_page(client, sign_in, opened, mia):
    source = sign_in(mia).get(url("round", opened)).content.decode()
    body = source[source.index("<body") :]
    assert not re.search(r"\sstyle=|<style|<script(?![^>]*\bsrc=)|\son\w+=", body)


@pytest.mark.parametrize(
    ("sort", "first"),
    [("needs", "Olga Olsen"), ("newest", "Stan Lindqvist"), ("department", "Olga Olsen"), ("x", "Olga")],
)
def test_people_can_be_ordered(client, sign_in, opened, mia, stan, noon, sort, first):
    raise_hand(opened, stan, noon - timedelta(hours=1))

    source = sign_in(mia).get(url("round", opened), {"sort": sort}).content.decode()
    names = re.findall(r'<th scope="row"><span class="person__name" dir="auto">([^<]+)', source)
    assert names[0].startswith(first)


def test_one_department_can_be_shown_and_only_its_silent_people_are_reminded(client, sign_in, opened, mia, stan):
    page = sign_in(mia).get(url("round", opened), {"department": stan.department_id})

    assert "Remind Stan Lindqvist" in text(page)
    hidden = re.findall(r'name="invitation" value="(\d+)"', page.content.decode())
    assert set(hidden) == {str(opened.invitations.get(seat=stan).pk)}


def test_the_number_of_queries_does_not_grow_with_the_people(
    client, sign_in, opened, mia, beacon, now, django_assert_max_num_queries
):
    def count():
        with django_assert_max_num_queries(60) as seen:
            client.get(url("round", opened))
        return len(seen)

    sign_in(mia)

    few = count()
    rounds.invite(opened, invitees=[Invitee(factories.seat(beacon)) for _ in range(30)], by=mia, now=now)
    assert count() == few


# reminding


def test_reminding_sends_to_those_the_button_named(client, sign_in, opened, mia, stan, olga, noon):
    page = sign_in(mia).get(url("round", opened))
    assert "Remind 2 people" in text(page)
    shown = sorted(set(re.findall(r'name="invitation" value="(\d+)"', page.content.decode())))

    answer = client.post(url("round-remind", opened), {"invitation": shown}, follow=True)

    sent = opened.messages.filter(kind=Message.Kind.REMINDER, due_at=noon)
    assert {message.seat_id for message in sent} == {stan.pk, olga.pk}
    assert "Reminded 2 people." in answer.content.decode()
    assert "The mails to 2 people are on their way out." in text(answer)
    assert "Everyone who is silent got a mail" not in text(answer), "nothing has gone out yet"
    opened.messages.filter(due_at=noon).update(why="The mail server cannot be reached: refused")
    assert "Not yet: The mail server cannot be reached: refused" in text(client.get(url("round", opened)))
    opened.messages.filter(due_at=noon).update(sent_at=noon, why="")
    assert "Everyone who is silent got a mail within the last hour." in text(client.get(url("round", opened)))


def test_reminding_someone_who_answered_meanwhile_says_so(client, sign_in, opened, mia, stan, noon):
    raise_hand(opened, stan, noon)

    answer = sign_in(mia).post(
        url("round-remind", opened), {"invitation": [opened.invitations.get(seat=stan).pk, "x", ""]}, follow=True
    )
    assert "1 had answered meanwhile." in answer.content.decode()
    assert not opened.messages.filter(kind=Message.Kind.REMINDER, due_at=noon).exists()


# extending, closing, withdrawing


def test_extending_asks_names_the_people_and_tells_them(client, sign_in, opened, mia):
    page = sign_in(mia).get(url("round-extend", opened))
    assert "The deadline is Friday 4 December 2026, 17:00 in Berlin (CET). It only moves forward. 2 people get" in text(
        page
    )

    answer = client.post(
        url("round-extend", opened),
        {"deadline_on": "2026-12-11", "deadline_time": "17:00", "deadline_zone": "Europe/Berlin", "why": "The fair."},
        follow=True,
    )

    assert "The deadline is now Fri 11 Dec, 17:00 CET. 2 people are told." in answer.content.decode().replace(
        "\u00a0", " "
    )
    assert "Mia Okafor moved the deadline from Fri 4 Dec, 17:00 CET to Fri 11 Dec, 17:00 CET: The fair." in text(answer)
    assert opened.messages.filter(kind=Message.Kind.EXTENSION).count() == 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"deadline_on": "2026-12-04", "deadline_time": "17:00"}, "A deadline only moves forward."),
        ({"deadline_on": "2027-03-28", "deadline_time": "02:30"}, "the clocks in Berlin jump over 02:30. Use 03:00."),
        ({"deadline_on": "", "deadline_time": "17:00"}, "Fill in “Deadline, day”."),
        ({"deadline_on": "2026-12-11", "deadline_time": "17:00", "why": " "}, "Say why: everyone asked reads it."),
    ],
)
def test_a_wrong_extension_keeps_what_was_typed_and_says_what_to_do(client, sign_in, opened, mia, typed, sentence):
    data = {"deadline_zone": "Europe/Berlin", "why": "Because."} | typed

    answer = sign_in(mia).post(url("round-extend", opened), data)

    assert answer.status_code == 422
    assert sentence in text(answer)
    assert f'value="{typed["deadline_time"]}"' in answer.content.decode()
    assert not Extension.objects.exists()


def test_two_managers_at_once_the_second_is_told(client, sign_in, opened, mia, noon):
    close_round(opened, now=opened.deadline_at + GRACE)

    answer = sign_in(mia).post(
        url("round-extend", opened),
        {"deadline_on": "2026-12-11", "deadline_time": "17:00", "deadline_zone": "Europe/Berlin", "why": "The fair."},
    )
    assert answer.status_code == 409
    assert "This round has ended meanwhile." in text(answer)


def test_an_extension_a_second_after_the_deadline_is_refused(client, sign_in, opened, mia, monkeypatch):
    late = opened.deadline_at + timedelta(seconds=1)
    monkeypatch.setattr(clock, "database_now", lambda: late)

    answer = sign_in(mia).post(
        url("round-extend", opened),
        {"deadline_on": "2026-12-11", "deadline_time": "17:00", "deadline_zone": "Europe/Berlin", "why": "The fair."},
    )
    assert answer.status_code == 409
    assert "The deadline has passed meanwhile; closed is final." in text(answer)


def test_closing_early_says_who_is_missing_and_offers_to_withdraw(client, sign_in, opened, mia, stan, noon):
    page = text(sign_in(mia).get(url("round-close", opened)))
    assert "It cannot be closed yet" in page
    assert "Stan Lindqvist" in page
    assert "Withdraw it…" in page
    assert client.post(url("round-close", opened), {"why": "Now"}).status_code == 409

    raise_hand(opened, stan, noon)
    answer = client.post(url("round-close", opened), {"why": "Everyone is here."}, follow=True)
    assert "Closed. 1 of 2 hands are up." in answer.content.decode()
    opened.refresh_from_db()
    assert (opened.closed_by, opened.closed_why) == (mia, "Everyone is here.")


def test_withdrawing_tells_everyone(client, sign_in, opened, mia):
    answer = sign_in(mia).post(url("round-withdraw", opened), {"why": "Wrong features."}, follow=True)

    assert "Withdrawn, without an outcome: Wrong features." in text(answer)
    assert opened.messages.filter(kind=Message.Kind.CANCELLED).count() == 2


def test_a_visitor_after_the_grace_closes_the_round(client, sign_in, opened, vera, monkeypatch):
    at = opened.deadline_at + GRACE
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr(clock, "database_now", lambda: at)

    page = text(sign_in(vera).get(url("round", opened)))

    assert "“0 of 2 hands are up.”" in page
    assert Round.objects.get(pk=opened.pk).closed_at == at


def test_between_deadline_and_grace_the_page_says_that_it_counts(client, sign_in, opened, mia, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: opened.deadline_at)
    monkeypatch.setattr(clock, "database_now", lambda: opened.deadline_at)

    page = text(sign_in(mia).get(url("round", opened)))

    assert "closed to new answers, counting" in page
    assert "Remind" not in page.replace("Reminders", "")
    assert Round.objects.get(pk=opened.pk).closed_at is None


# people and links


def test_a_person_can_be_taken_out(client, sign_in, opened, mia, stan):
    answer = sign_in(mia).post(url("invitation-remove", opened, opened.invitations.get(seat=stan).pk), follow=True)

    assert "Stan Lindqvist is not asked any more." in answer.content.decode()
    assert [each.seat.user.name for each in opened.invitations.standing()] == ["Olga Olsen"]


def test_a_link_is_shown_once_and_written_down(client, sign_in, opened, mia, stan, now):
    invitation = opened.invitations.get(seat=stan)
    address = url_of(seat_link(stan, opened, now=now))

    assert address not in sign_in(mia).get(url("round", opened)).content.decode()
    answer = client.post(url("link-copy", opened, invitation.pk))

    assert address in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    line = Activity.objects.get(verb=Verb.COPIED_LINK)
    assert (line.by_seat, line.facts["seat"]) == (mia.pk, stan.pk)
    assert address.rsplit("-", 1)[1].strip("/") not in str(Activity.objects.values())
    assert "copied the link of Stan Lindqvist" in text(client.get(url("round", opened)))


def test_a_new_link_ends_the_old(client, sign_in, opened, mia, stan, now):
    old = url_of(seat_link(stan, opened, now=now))

    answer = sign_in(mia).post(url("link-renew", opened, opened.invitations.get(seat=stan).pk))

    new = url_of(Link.objects.get(kind=Link.Kind.SEAT, seat=stan))
    assert new in answer.content.decode()
    assert links.find(old.rstrip("/").rsplit("/", 1)[1], Link.Kind.SEAT) is None


# who may


READS = ["round"]
ASKS = ["round-extend", "round-close", "round-withdraw"]


@pytest.mark.parametrize(
    ("who", "reads", "asks"),
    [("mia", 200, 200), ("olga", 200, 200), ("stan", 200, 403), ("vera", 200, 403), ("max", 404, 404)],
)
def test_who_may_see_and_change_a_round(request, client, sign_in, opened, who, reads, asks):
    sign_in(request.getfixturevalue(who))
    pk = opened.invitations.first().pk

    assert [client.get(url(name, opened)).status_code for name in READS] == [reads] * len(READS)
    assert [client.get(url(name, opened)).status_code for name in ASKS] == [asks] * len(ASKS)
    if asks != 200:
        posts = [client.post(url(name, opened), {"why": "x"}).status_code for name in [*ASKS, "round-remind"]]
        posts += [
            client.post(url(name, opened, pk)).status_code for name in ("invitation-remove", "link-copy", "link-renew")
        ]
        assert posts == [asks] * 7


def test_others_see_numbers_and_no_names_before_it_closes(client, sign_in, opened, vera, stan, noon):
    raise_hand(opened, stan, noon)
    page = text(sign_in(vera).get(url("round", opened)))

    assert "1 of 2 have answered. What they answered is shown when the round has closed." in page
    assert "Olga" not in page
    assert "hands are up" not in page


def test_a_round_of_another_product_is_not_found(client, sign_in, opened, mia):
    other = factories.product("other")
    factories.seat(other, "manager", user=mia.user)
    sign_in(mia)

    assert client.get(reverse("stakeholders:round", args=["other", opened.public_id])).status_code == 404
    invitation = opened.invitations.first().pk
    assert (
        client.post(reverse("stakeholders:link-copy", args=["other", opened.public_id, invitation])).status_code == 404
    )


def test_a_visitor_without_account_is_sent_to_sign_in(client, opened):
    assert client.get(url("round", opened)).status_code == 302


def test_of_two_managers_who_close_at_once_the_second_is_told_who_was_first(
    client, sign_in, opened, mia, olga, stan, noon, monkeypatch
):
    raise_hand(opened, stan, noon)
    sign_in(mia).post(url("round-close", opened), {"why": "All are here"})
    monkeypatch.setattr(clock, "database_now", lambda: noon + timedelta(seconds=1))

    answer = sign_in(olga).post(url("round-close", opened), {"why": "Enough"}, follow=True)

    assert "Mia Okafor had closed it a moment before you. 1 of 2 hands are up." in answer.content.decode()
    opened.refresh_from_db()
    assert (opened.closed_by, opened.closed_why, opened.closed_at) == (mia, "All are here", noon)
    assert opened.messages.filter(kind=Message.Kind.OUTCOME).count() == 2
    assert Activity.objects.filter(verb=Verb.CLOSED).count() == 1


def test_closing_early_just_after_the_deadline_says_that_it_closed_by_itself(client, sign_in, opened, mia, monkeypatch):
    at = opened.deadline_at + GRACE
    close_round(opened, now=at)
    monkeypatch.setattr(clock, "database_now", lambda: at + timedelta(seconds=1))
    answer = sign_in(mia).post(url("round-close", opened), {"why": "Enough"}, follow=True)
    assert "It had closed by itself a moment before, at its deadline." in answer.content.decode()
