"""Personal links: looking changes nothing, the button opens, and what is over says so."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from stakeholders import clock, kinds
from stakeholders.access import granted_invitation
from stakeholders.actions import links
from stakeholders.models import Grant, Invitation, Link
from stakeholders.rules import tokens
from tests import factories


class Asking:
    """A kind of round for these tests: it only says where one answers."""

    name = "asking"
    noun = "question"
    button = "Answer"

    def answer_url(self, round):
        return f"/round/{round.public_id}/"


@pytest.fixture
def asking():
    kinds.register(Asking())
    yield
    kinds.unregister("asking")


@pytest.fixture
def round_(asking, beacon, mia, stan):
    now = clock.now()
    made = factories.round_(
        beacon, kind="asking", by=mia, opened_at=now - timedelta(days=1), deadline_at=now + timedelta(days=3)
    )
    Invitation.objects.create(round=made, seat=stan, department=stan.department, created_at=now)
    return made


@pytest.fixture
def link(round_, stan):
    return links.seat_link(stan, round_, now=clock.now())


def path(link):
    return links.url_of(link).removeprefix(settings.BASE_URL)


def test_only_a_hash_is_kept_and_every_mail_carries_the_same_link(link, round_, stan):
    secret = tokens.parse(path(link).strip("/").split("/")[1]).secret
    assert tokens.hash_of(secret) == link.secret_hash
    assert secret not in str(Link.objects.values().get())
    assert links.seat_link(stan, round_, now=clock.now()) == link
    assert links.url_of(Link.objects.get()) == links.url_of(link)


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_changes_nothing(method, client, link):
    before = list(Link.objects.values()), list(Invitation.objects.values())
    answer = getattr(client, method)(path(link), HTTP_SEC_PURPOSE="prefetch")
    assert answer.status_code in (200, 204)
    assert "answers" not in answer.cookies
    assert not Grant.objects.exists()
    assert (list(Link.objects.values()), list(Invitation.objects.values())) == before


def test_the_page_says_whose_link_it_is_and_until_when(client, link):
    answer = client.get(path(link))
    for words in ("Stan", "Sales", "Beacon", "Mia Okafor"):
        assert words in answer.text
    assert "Lindqvist" not in answer.text
    assert answer["Referrer-Policy"] == "strict-origin"
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"


def test_the_button_grants_and_the_token_leaves_the_address(client, link, round_, stan):
    answer = client.post(path(link) + "open/")
    assert answer.status_code == 303
    assert answer["Location"] == f"/round/{round_.public_id}/"
    assert answer.cookies["answers"]["httponly"]
    assert Invitation.objects.get(round=round_, seat=stan).opened_at
    assert client.get(answer["Location"]).status_code == 302
    assert "Your way in is in your mail" in Client().get(answer["Location"]).text


def test_a_signed_in_session_never_answers_there(client, sign_in, link, round_, stan):
    sign_in(stan)
    assert client.get(f"/round/{round_.public_id}/").status_code == 200  # a button, which is a deliberate act
    assert client.post(f"/round/{round_.public_id}/not-you/").status_code == 404


def test_upper_case_links_work(client, link):
    token = path(link).strip("/").split("/")[1]
    assert client.get(f"/s/{token.upper()}/").status_code == 200


@pytest.mark.parametrize("cut", [1, 5, 20, 50])
def test_a_cut_link_says_that_the_mail_program_cut_it(client, link, cut):
    answer = client.get(path(link).rstrip("/")[:-cut] + "/")
    assert answer.status_code == 404
    assert "Your mail program cut this link" in answer.text


@pytest.mark.parametrize("token", ["nothing", "abcdefghijkl-" + "a" * 56, "x" * 4000, "abcdefgh-", "%00"])
def test_what_never_was_a_link_is_404(client, db, token):
    assert client.get(f"/s/{token}/").status_code == 404


def test_a_link_of_another_kind_opens_nothing_here(client, link):
    Link.objects.filter(pk=link.pk).update(kind=Link.Kind.SHARE)
    assert client.get(path(link)).status_code == 404


def test_a_revoked_link_ends_open_pages_too(client, link, round_, mia):
    client.post(path(link) + "open/")
    links.revoke_link(link, by=mia, now=clock.now())
    for gone in (client.get(path(link)), client.post(path(link) + "open/"), client.get(f"/round/{round_.public_id}/")):
        assert gone.status_code == 410
        assert (gone["Referrer-Policy"], gone["X-Robots-Tag"]) == ("strict-origin", "noindex")
        assert "no-store" in gone["Cache-Control"]


def test_a_new_link_ends_the_old_one_and_its_grants(client, link, round_, mia):
    old = path(link)
    client.post(old + "open/")
    new = links.renew_link(link, by=mia, now=clock.now())
    assert client.get(old).status_code == 404
    assert client.get(f"/round/{round_.public_id}/").status_code == 410
    assert Client().post(path(new) + "open/").status_code == 303


def test_someone_who_left_is_no_longer_asked(client, link, round_, stan):
    client.post(path(link) + "open/")
    stan.left_at = clock.now()
    stan.save(update_fields=["left_at"])
    assert client.get(f"/round/{round_.public_id}/").status_code == 410
    assert client.get(path(link)).status_code == 410


def test_not_you_forgets_the_grant(client, link, round_):
    client.post(path(link) + "open/")
    assert client.post(f"/round/{round_.public_id}/not-you/").status_code == 200
    assert "Your way in is in your mail" in client.get(f"/round/{round_.public_id}/").text


def test_a_closed_round_says_when_and_still_leads_to_ones_own_answers(client, link, round_):
    round_.closed_at = clock.now()
    round_.outcome = {"sentence": "Everybody agreed."}
    round_.save()
    answer = client.get(path(link))
    assert answer.status_code == 410
    assert "Everybody agreed." in answer.text
    assert client.post(path(link) + "open/").status_code == 303


def test_guessing_is_stopped_after_twenty_tries_whatever_the_forwarded_header_says(client, link):
    wrong = path(link).replace("-", "-a", 1)
    for n in range(20):
        assert client.get(wrong, HTTP_X_FORWARDED_FOR=f"10.0.0.{n}").status_code == 404
    assert client.get(wrong, HTTP_X_FORWARDED_FOR="10.9.9.9").status_code == 429
    assert client.get(path(link), REMOTE_ADDR="10.1.1.1").status_code == 200


def test_one_ipv6_network_counts_as_one(client, link):
    wrong = path(link).replace("-", "-a", 1)
    for n in range(20):
        client.get(wrong, REMOTE_ADDR=f"2001:db8:1:2::{n:x}")
    assert client.get(wrong, REMOTE_ADDR="2001:db8:1:2:ffff::1").status_code == 429
    assert client.get(wrong, REMOTE_ADDR="2001:db8:1:3::1").status_code == 404


def test_of_two_people_at_one_browser_the_one_who_pressed_last_answers(client, round_, link, beacon):
    ann = factories.seat(beacon, name="Ann Abel")
    Invitation.objects.create(round=round_, seat=ann, department=ann.department, created_at=clock.now())
    for each in (link, links.seat_link(ann, round_, now=clock.now()), link):
        client.post(path(each) + "open/")
        request = RequestFactory().get("/")
        request.COOKIES = {"answers": client.cookies["answers"].value}
        assert granted_invitation(request, round_.public_id).seat_id == each.seat_id


@pytest.mark.parametrize("minutes, status", [(5, 200), (-5, 410)], ids=["fast", "slow"])
def test_the_door_goes_by_the_databases_clock(client, link, round_, monkeypatch, minutes, status):
    wrong = timedelta(minutes=minutes)
    round_.deadline_at = clock.database_now() + wrong / 2
    round_.save(update_fields=["deadline_at"])
    monkeypatch.setattr(clock, "now", lambda: clock.database_now() + wrong)
    assert client.get(path(link)).status_code == status
