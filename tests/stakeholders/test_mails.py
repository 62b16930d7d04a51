"""What stands in a mail: the same in text and HTML, links only to this house, nothing that runs or tracks."""

import re
from datetime import date, datetime
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest
from django.utils.html import format_html

from stakeholders.actions import outbox
from stakeholders.actions.extending import extend_round
from stakeholders.actions.links import renew_link, seat_link, url_of
from stakeholders.actions.rounds import Invitee, open_round
from stakeholders.kinds import MailRow, MailWords
from stakeholders.mail.rendering import render
from stakeholders.models import Link, Message
from stakeholders.rules import deadlines
from tests import factories

HOSTILE = '<img src=x onerror=alert(1)> & "quoted" {{ settings.SECRET_KEY }} {0.__class__}'


@pytest.fixture
def opened(hands, beacon, mia, stan, olga, vera, now):
    return open_round(
        beacon,
        kind="hands",
        title="Who is in favour?",
        note="We have room for about eleven of these.\nI would rather argue now than in March.",
        deadline=deadlines.read(datetime(2026, 12, 4, 17), "Europe/Berlin"),
        invitees=[Invitee(stan), Invitee(olga), Invitee(vera)],
        by=mia,
        now=now,
    )


def mail_to(seat, kind, round, now):
    message = (
        Message.objects.select_related("user", "seat__user", "product", "round__product")
        .filter(round=round, seat=seat, kind=kind)
        .order_by("due_at")
        .first()
    )
    return message_from_bytes(render(message, now=now).message().as_bytes(), policy=policy.default)


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def html_of(mail):
    return mail.get_body(("html",)).get_content()


class Page(HTMLParser):
    """The tags, addresses and visible words of an HTML mail."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.addresses, self.words, self._silent = [], [], [], False
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._silent = tag in ("style", "title")
        self.addresses += [value for name, value in attrs if name in ("href", "src", "action", "background")]

    def handle_endtag(self, tag):
        self._silent = False

    def handle_data(self, data):
        if not self._silent:
            self.words.append(data)

    def text(self):
        return " ".join(" ".join(self.words).split())


def test_the_invitation_says_who_asks_what_and_until_when(opened, stan, now):
    mail = mail_to(stan, "invitation", opened, now)

    assert mail["Subject"] == "Who is in favour? Until Fri 4 Dec, 17:00 CET"
    assert mail["From"].addresses[0].display_name == "Mia Okafor via Accord"
    assert mail["Reply-To"].addresses[0].addr_spec == "mia.okafor@people.example"
    assert mail["To"].addresses[0].display_name == "Stan Lindqvist"
    assert mail["Auto-Submitted"] == "auto-generated"
    for words in (text_of(mail), Page(html_of(mail)).text()):
        assert "Stan, are you in favour?" in words
        assert "Friday 4 December 2026, 17:00 in Berlin (CET)" in words
        assert "3 people from 3 departments are asked. You are the voice of Sales." in words
        assert "I would rather argue now than in March." in words


def test_text_and_html_have_one_button_and_the_same_address(opened, stan, now):
    mail = mail_to(stan, "invitation", opened, now)
    address = url_of(seat_link(stan, opened, now=now))

    assert text_of(mail).splitlines().count(address) == 1
    page = Page(html_of(mail))
    assert page.addresses == [address]
    assert address in page.text()


def test_the_text_part_reads_like_a_letter(opened, stan, now):
    text = text_of(mail_to(stan, "invitation", opened, now))

    assert "\n\n\n" not in text
    assert not re.search(r"[ \t]+\n", text)
    assert not re.search(r"[<>]|&\w+;|{[{%#]", text)


def test_no_mail_loads_runs_or_tracks_anything(opened, stan, now, settings):
    for kind in ("invitation", "reminder"):
        page = Page(html_of(mail_to(stan, kind, opened, now)))
        assert {tag for tag, _ in page.tags}.isdisjoint({"img", "script", "link", "iframe", "form", "object", "video"})
        assert all(address.startswith(settings.BASE_URL + "/") for address in page.addresses)


def test_styles_are_inlined_and_only_the_media_rules_stay(opened, stan, now):
    source = html_of(mail_to(stan, "invitation", opened, now))

    (style,) = re.findall(r"<style>(.*?)</style>", source, re.DOTALL)
    assert re.sub(r"\s+", "", re.sub(r"@media[^{]*{(?:[^{}]*{[^}]*})*\s*}", "", style)) == ""
    assert "prefers-color-scheme: dark" in style
    assert re.search(r'<a[^>]*class="button"[^>]*style="[^"]*background: ?#1f4fa8', source)
    assert len(source.encode()) < 20_000


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example"])
def test_the_host_of_the_request_never_gets_into_a_mail(client, opened, stan, now, host, settings):
    client.get("/", headers={"host": host})
    assert host not in html_of(mail_to(stan, "invitation", opened, now))
    assert mail_to(stan, "invitation", opened, now)["Message-ID"].endswith("@testserver>")


def test_hostile_words_are_shown_and_not_obeyed(hands, beacon, mia, stan, now, monkeypatch):
    words = MailWords(
        subject=HOSTILE,
        headline=HOSTILE,
        paragraphs=[HOSTILE, format_html("<strong>{}</strong>", HOSTILE)],
        button=HOSTILE,
        rows_title=HOSTILE,
        rows=[MailRow("+", HOSTILE, HOSTILE, HOSTILE)],
        aside=[HOSTILE],
    )
    monkeypatch.setattr(hands, "mail", lambda *_: words)
    type(mia.user).objects.filter(pk=mia.user_id).update(name=HOSTILE)
    round = open_round(
        beacon, kind="hands", title=HOSTILE[:90], note=HOSTILE,
        deadline=deadlines.read(date(2026, 12, 4), "Europe/Berlin"), invitees=[Invitee(stan)], by=mia, now=now,
    )  # fmt: skip

    mail = mail_to(stan, "invitation", round, now)

    assert {tag for tag, _ in Page(html_of(mail)).tags}.isdisjoint({"img", "script"})
    assert not any(name.startswith("on") for _, attrs in Page(html_of(mail)).tags for name in attrs)
    assert Page(html_of(mail)).text().count(HOSTILE) == text_of(mail).count(HOSTILE) + 1  # and the hidden preview


def test_a_deadline_that_is_a_day_is_called_its_end(hands, beacon, mia, stan, now):
    round = open_round(
        beacon, kind="hands", title="Day", deadline=deadlines.read(date(2026, 11, 27), "Europe/Berlin"),
        invitees=[Invitee(stan)], by=mia, now=now,
    )  # fmt: skip
    mail = mail_to(stan, "invitation", round, now)

    assert mail["Subject"] == "Who is in favour? Until end of Fri 27 Nov (CET)"
    assert "Until the end of Friday 27 November 2026 in Berlin (CET)" in text_of(mail)
    assert "You are the only one asked." in text_of(mail)


def test_a_reminder_threads_under_the_invitation_and_says_what_is_left(opened, stan, now):
    invitation, reminder = mail_to(stan, "invitation", opened, now), mail_to(stan, "reminder", opened, now)

    assert reminder["Subject"] == invitation["Subject"]
    assert reminder["References"] == reminder["In-Reply-To"] == invitation["Message-ID"] != reminder["Message-ID"]
    assert "Stan, we miss your hand" in text_of(reminder)
    assert "17:00 in Berlin (CET), in 10 days." in text_of(reminder)


def test_an_extension_says_from_when_to_when_who_and_why(opened, stan, mia, now):
    later = deadlines.read(datetime(2026, 12, 11, 12), "Europe/Berlin")
    extend_round(opened, to=later, why="Half of Sales is at the fair.", by=mia, now=now)

    mail = mail_to(stan, "extension", opened, now)

    assert mail["Subject"].strip() == "More time for “Who is in favour?”. Until Fri 11 Dec, 12:00 CET"
    for words in (text_of(mail), Page(html_of(mail)).text()):
        words = words.replace("\u00a0", " ")
        assert "Mia Okafor moved the deadline of “Who is in favour?” from Fri 4 Dec, 17:00 CET to" in words
        assert "Half of Sales is at the fair." in words


def test_a_receipt_says_how_long_it_can_be_changed_and_what_to_do_if_it_was_not_you(opened, stan, now):
    outbox.queue(Message.Kind.RECEIPT, opened, opened.invitations.filter(seat=stan), due_at=now, now=now)

    text = text_of(mail_to(stan, "receipt", opened, now))
    assert "You can change it until Friday 4 December 2026, 17:00 in Berlin (CET)." in text
    assert "Did somebody else answer in your name? Say so, and your link ends:\nhttp://testserver/m/" in text


def test_a_receipt_that_goes_out_after_the_deadline_does_not_promise_a_change(opened, stan, now):
    outbox.queue(Message.Kind.RECEIPT, opened, opened.invitations.filter(seat=stan), due_at=now, now=now)

    text = text_of(mail_to(stan, "receipt", opened, opened.deadline_at))
    assert "You can change it" not in text
    assert "Stan, your hand is up" in text


def test_a_sign_in_mail_makes_a_new_link_that_works_once(db, now):
    user = factories.user("Stan Lindqvist")
    message = Message.objects.create(
        kind=Message.Kind.SIGN_IN, key="sign-in:1", user=user, message_id="<a@testserver>", created_at=now, due_at=now
    )
    mail = message_from_bytes(render(message, now=now).message().as_bytes(), policy=policy.default)

    link = Link.objects.get(kind=Link.Kind.SIGN_IN, user=user)
    assert url_of(link) in text_of(mail)
    assert "once, for 15 minutes" in text_of(mail)


def test_a_renewed_link_is_the_one_in_the_next_mail(opened, stan, mia, now):
    before = url_of(seat_link(stan, opened, now=now))
    after = url_of(renew_link(seat_link(stan, opened, now=now), by=mia, now=now))

    text = text_of(mail_to(stan, "reminder", opened, now))
    assert after in text
    assert before not in text


def test_nothing_secret_is_stored_with_a_message(opened, stan, now):
    mail_to(stan, "invitation", opened, now)
    address = url_of(seat_link(stan, opened, now=now))

    for row in Message.objects.values():
        assert address.rsplit("-", 1)[1] not in str(row)
