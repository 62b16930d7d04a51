"""The outbox page: a log of every mail, its link masked."""

import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from stakeholders.actions.links import seat_link, url_of
from stakeholders.actions.rounds import Invitee, invite, open_round
from stakeholders.models import Link, Message
from stakeholders.rules import deadlines
from tests import factories


@pytest.fixture
def opened(hands, beacon, mia, stan, olga):
    now = timezone.now()
    wall = (now + timedelta(days=10)).replace(tzinfo=None, hour=17, minute=0)
    return open_round(
        beacon,
        kind="hands",
        title="Who is in favour?",
        deadline=deadlines.read(datetime(wall.year, wall.month, wall.day, 17), "Europe/Berlin"),
        invitees=[Invitee(stan), Invitee(olga)],
        by=mia,
        now=now - timedelta(hours=1),
    )


OUTBOX = "/p/beacon/outbox/"


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("\u00a0", " ")


def test_the_log_says_what_happened_to_each_mail(client, sign_in, opened, mia, stan, olga):
    at = opened.opened_at
    opened.messages.filter(seat=stan, kind="invitation").update(failed_at=at, why="550 No such person", attempts=1)
    opened.messages.filter(seat=olga, kind="invitation").update(sent_at=at, attempts=3)

    page = words(sign_in(mia).get(OUTBOX))

    assert "1 sent, 6 waiting, 0 not needed, 1 failed" in page
    assert "failed: 550 No such person" in page
    assert "kept as a file , at attempt 3" in page or "kept as a file, at attempt 3" in page
    assert "Mail is kept, not sent: no mail server is set." in page
    assert "The next 2 mails go out" in page


def test_the_log_can_be_narrowed_to_one_state(client, sign_in, opened, mia):
    opened.messages.filter(kind="invitation").update(sent_at=opened.opened_at)
    sign_in(mia)

    assert words(client.get(OUTBOX, {"state": "sent"})).count("Who is in favour?") == 2
    assert words(client.get(OUTBOX, {"state": "waiting"})).count("Who is in favour?") == 6
    assert "No mail is in this state." in words(client.get(OUTBOX, {"state": "failed"}))
    assert words(client.get(OUTBOX, {"state": "' OR 1=1"})).count("Who is in favour?") == 2
    assert client.get(OUTBOX, {"page": "x"}).status_code == 200


def test_a_mail_is_shown_as_it_reads_without_its_link(client, sign_in, opened, mia, stan):
    message = opened.messages.get(seat=stan, kind="invitation")

    page = sign_in(mia).get(reverse("stakeholders:message", args=["beacon", message.pk]))

    assert "Stan, are you in favour?" in words(page)
    assert "/s/***/" in words(page)
    assert not Link.objects.exists(), "looking at a mail makes no link"
    address = url_of(seat_link(stan, opened, now=opened.opened_at))
    again = client.get(reverse("stakeholders:message", args=["beacon", message.pk]))
    assert address.rsplit("-", 1)[1] not in again.content.decode()


def test_the_drawn_mail_stands_in_a_frame_that_can_do_nothing(client, sign_in, opened, mia, stan):
    message = opened.messages.get(seat=stan, kind="invitation")
    address = reverse("stakeholders:message-letter", args=["beacon", message.pk])
    page = sign_in(mia).get(reverse("stakeholders:message", args=["beacon", message.pk]))
    assert f'src="{address}"' in page.content.decode() and "frame-src 'self'" in page["Content-Security-Policy"]
    drawn = client.get(address)
    policy = drawn["Content-Security-Policy"]
    assert "sandbox;" in policy and "default-src 'none'" in policy and "script" not in policy
    assert (drawn["X-Frame-Options"], drawn["Cache-Control"]) == ("SAMEORIGIN", "no-store, private")
    assert "Stan, are you in favour?" in words(drawn) and "/s/***/" in drawn.content.decode()
    assert not Link.objects.exists()


def test_a_failed_mail_can_be_sent_again(client, sign_in, opened, mia, stan):
    message = opened.messages.get(seat=stan, kind="invitation")
    again = reverse("stakeholders:message-try-again", args=["beacon", message.pk])

    answer = sign_in(mia).post(again, follow=True)
    assert "This mail has not failed" in answer.content.decode()

    Message.objects.filter(pk=message.pk).update(failed_at=opened.opened_at, attempts=6, why="550")
    answer = client.post(again, follow=True)
    assert "The mail to Stan Lindqvist is due again." in answer.content.decode()
    message.refresh_from_db()
    assert (message.failed_at, message.attempts, message.why) == (None, 0, "")


def test_the_log_can_be_narrowed_to_one_person(client, sign_in, opened, mia, stan, olga):
    opened.messages.filter(kind="invitation").update(sent_at=opened.opened_at)
    sign_in(mia)

    page = client.get(OUTBOX, {"person": stan.pk})
    assert "Outbox: Stan Lindqvist" in words(page)
    assert "1 sent, 3 waiting, 0 not needed, 0 failed" in words(page)
    assert words(page).count("Who is in favour?") == 1
    assert f"?state=waiting&amp;person={stan.pk}" in page.content.decode()
    assert words(client.get(OUTBOX, {"person": stan.pk, "state": "waiting"})).count("Who is in favour?") == 3
    for wrong in ("x", "999999", mia.pk, ""):
        assert words(client.get(OUTBOX, {"person": wrong})).count("Who is in favour?") == 2


def test_a_mail_that_went_out_can_be_sent_again(client, sign_in, opened, mia, stan):
    message = opened.messages.get(seat=stan, kind="invitation")
    Message.objects.filter(pk=message.pk).update(sent_at=timezone.now() - timedelta(hours=2))
    again = reverse("stakeholders:message-try-again", args=["beacon", message.pk])

    page = sign_in(mia).get(reverse("stakeholders:message", args=["beacon", message.pk]))
    assert again in page.content.decode()
    assert "The mail to Stan Lindqvist goes out once more." in words(client.post(again, follow=True))
    assert "Not sent again: Stan Lindqvist had a mail of this round" in words(client.post(again, follow=True))
    assert opened.messages.filter(seat=stan, kind="invitation").count() == 2


def test_an_empty_outbox_says_what_will_be_here(client, sign_in, mia):
    assert "No mail yet. Opening a round puts its invitations" in words(sign_in(mia).get(OUTBOX))


def test_the_sample_s_outbox_says_that_nothing_is_sent(client, sign_in, opened, mia, beacon, settings):
    settings.MAIL_IS_KEPT = False
    type(beacon).objects.filter(pk=beacon.pk).update(is_sample=True)
    assert "This is a sample: its mail is kept as files" in words(sign_in(mia).get(OUTBOX))


@pytest.mark.parametrize(("who", "status"), [("olga", 200), ("mia", 200), ("stan", 403), ("vera", 403), ("max", 404)])
def test_only_managers_see_the_outbox(request, client, sign_in, opened, who, status):
    sign_in(request.getfixturevalue(who))
    pk = opened.messages.first().pk

    assert client.get(OUTBOX).status_code == status
    assert client.get(reverse("stakeholders:message", args=["beacon", pk])).status_code == status
    if status != 200:
        assert client.post(reverse("stakeholders:message-try-again", args=["beacon", pk])).status_code == status


def test_a_mail_of_another_product_is_not_found(client, sign_in, opened, mia):
    other = factories.product("other")
    factories.seat(other, "manager", user=mia.user)
    pk = opened.messages.first().pk
    assert sign_in(mia).get(reverse("stakeholders:message", args=["other", pk])).status_code == 404


def test_the_number_of_queries_does_not_grow(client, sign_in, opened, mia, beacon, django_assert_max_num_queries):
    def count():
        with django_assert_max_num_queries(40) as seen:
            client.get(OUTBOX)
        return len(seen)

    sign_in(mia)

    few = count()
    invite(opened, invitees=[Invitee(factories.seat(beacon)) for _ in range(20)], by=mia, now=opened.opened_at)
    assert count() == few
