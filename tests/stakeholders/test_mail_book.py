"""Every mail of both kinds of round, as it goes out: its links, its text, its threads, its calendar."""

import re
from email import message_from_bytes, policy

import pytest
from django.conf import settings
from icalendar import Calendar

from stakeholders.models import Message
from tests.mail_book import every_mail
from tests.stakeholders.test_mails import Page, html_of, text_of

pytestmark = pytest.mark.django_db
"""So that the database is there also when this file runs alone; the story is told before any test's own transaction."""


@pytest.fixture(scope="module")
def book(django_db_setup, django_db_blocker):
    """The mails of one story, told once and rolled back."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        mails = every_mail()
        transaction.set_rollback(True)
    return mails


def test_no_kind_of_mail_is_missing(book):
    kinds = {"extension": "extension", "withdrawn": "cancelled", "sign-in": "sign-in"}
    named = {kinds.get(word.strip(","), word.strip(",")) for name in book for word in name.split()[:2]}
    assert set(Message.Kind.values) <= named


def test_every_link_is_absolute_and_under_base_url(book):
    for name, mail in book.items():
        page = Page(html_of(mail))
        assert page.addresses or "withdrawn" in name or "ended" in name, name
        named = page.addresses + re.findall(r"\w+://\S+", text_of(mail) + page.text())
        named += re.findall(r"<([^>]+)>", str(mail["List-Unsubscribe"] or ""))
        assert all(each.startswith(settings.BASE_URL) for each in named), name
        for address in page.addresses:
            assert address in text_of(mail).splitlines(), f"{name}: not on a line of its own"


def test_every_text_reads_like_a_letter(book):
    for name, mail in book.items():
        text = text_of(mail)
        assert not re.search(r"\n{3,}|[ \t]+\n|[<>]|&\w+;|{[{%#]|None|\bNaN\b| ,| \.(\s|$)|\.\.|  ", text), (
            f"{name}: {text}"
        )
        first = text.splitlines()[0]
        assert first.startswith(("Stan", "Hanna", "Jonas", "Olga", "Mia", "“")) and len(first) < 90, name
        assert text.rstrip().endswith(settings.BASE_URL) or name == "sign-in", name


def test_text_and_page_say_the_same_and_have_at_most_one_button(book):
    for name, mail in book.items():
        page = Page(html_of(mail))
        buttons = [attrs for tag, attrs in page.tags if tag == "a" and attrs.get("class") == "button"]
        assert len(buttons) <= 1, name
        words = page.text().replace("\u00a0", " ")
        for paragraph in text_of(mail).replace("\u00a0", " ").split("\n\n")[:2]:
            assert " ".join(paragraph.rstrip(":").split()) in words, name


def test_who_is_asked_reads_the_hour_and_the_zone_in_the_subject_and_the_first_paragraph(book):
    asking = [name for name in book if "invitation" in name or "reminder" in name or "extension" in name]
    asking.append("delegation to a colleague")
    assert len(asking) == 15
    for name in asking:
        mail = book[name]
        deadline = re.search(r"Until (.+)$", str(mail["Subject"]).replace("\u00a0", " "))[1]
        assert re.fullmatch(r"\w{3} \d+ \w{3}, 17:00 CES?T", deadline), name
        first = text_of(mail).replace("\u00a0", " ").split("\n\n")[1]
        assert deadline in first or "17:00 in Berlin (CE" in first, name
        assert "17:00 in Berlin (CE" in text_of(mail), name


def test_a_reminder_stands_under_its_invitation(book):
    for kind, reminders in {"voting": ["", ", begun"], "confirmation": ["", ", the one left"]}.items():
        invitation = book[f"{kind} invitation"]
        for each in reminders:
            reminder = book[f"{kind} reminder{each}"]
            assert reminder["Subject"] == invitation["Subject"]
            assert reminder["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert book["voting reminder"]["References"] == book["voting invitation"]["Message-ID"]
    assert book["confirmation reminder"]["In-Reply-To"] == book["confirmation invitation"]["Message-ID"]
    ids = [mail["Message-ID"] for mail in book.values()]
    assert len(set(ids)) == len(ids)


def test_only_reminders_offer_to_end_reminders(book):
    assert {name for name, mail in book.items() if mail["List-Unsubscribe"]} == {n for n in book if "reminder" in n}


def test_the_calendar_is_accepted_and_its_sequence_rises(book):
    found = {}
    for name, mail in book.items():
        for part in mail.walk():
            if part.get_content_type() == "text/calendar":
                calendar = Calendar.from_ical(part.get_content())
                (event,) = calendar.walk("VEVENT")
                found[name] = (calendar["METHOD"], str(event["UID"]), event["SEQUENCE"])
    assert {name for name in found if found[name][0] == "CANCEL"} == {
        "voting outcome, closed early", "voting withdrawn", "confirmation withdrawn", "delegation ended",
    }  # fmt: skip
    assert set(found) - {n for n in found if found[n][0] == "CANCEL"} == {
        n for n in book if "invitation" in n or "extension" in n or n == "delegation to a colleague"
    }
    for earlier, later in (
        ("voting invitation", "voting extension"),
        ("delegation to a colleague", "delegation extension"),
    ):
        (_, uid, first), (_, same, second) = found[earlier], found[later]
        assert uid == same and second > first
    for method, uid, sequence in found.values():
        of_person = [each for _method, of, each in found.values() if of == uid]
        assert of_person == sorted(set(of_person)) and (method == "PUBLISH" or sequence > 0)


PHRASES = {
    "voting invitation": [
        "Stan, what should Beacon build first?",
        "Mia Okafor asks for your view on 6 features by ",
        "4 people from 3 departments are asked. Sales’s voice is you and 1 other.",
        "“We have room for about eleven of these. I would rather argue now than in March.”\nMia",
        "Not the right person? Reply to this mail; Mia reads it.",
    ],
    "voting reminder": ["Your view on “Q1 2027 priorities” is still missing; it counts until "],
    "voting reminder, begun": ["16 answers of “Q1 2027 priorities” are still open until ", "What you answered is kept."],
    "voting receipt": ["Olga, your 24 answers are in", "Did somebody else answer in your name? Say so, and your link ends:"],
    "voting extension": ["Mia Okafor moved the deadline of “Q1 2027 priorities” from", "The reason: Half of Sales is at the fair."],
    "voting extension for one": ["Mia Okafor gave you more time for “Q1 2027 priorities”: until"],
    "voting withdrawn": ["Mia Okafor withdrew it: The wrong features were on the list."],
    "confirmation invitation": [
        "Stan, do you confirm version 2?",
        "You last confirmed version 1, on ",
        "What has changed:\n→ BCN-1 Route by skill (2027.1",
        "If you do nothing, that is not a yes.",
    ],
    "confirmation reminder, the one left": ["Hanna, 2 of 3 have answered. You are the one left."],
    "confirmation receipt": ["With concerns", "“Kestrel was promised SAML by March; please keep it.”"],
    "confirmation outcome": ["“Confirm version 2” has closed", "Hanna Berg (Support) has not answered."],
    "delegation extension": [
        "Mia Okafor moved the deadline of “Q1 2027 priorities” on Beacon to ", "The reason: Half of Sales is at the fair.",
    ],
    "delegation ended": [
        "Jonas, you need not answer for Stan Lindqvist any more",
        "Stan Lindqvist has ended it: nobody waits for your answer in “Q1 2027 priorities” on Beacon.",
    ],
    "sign-in": ["Stan, here is your way in", "This link works once, for 15 minutes."],
}  # fmt: skip


@pytest.mark.parametrize("name", PHRASES)
def test_the_words_are_these(book, name):
    text = text_of(message_from_bytes(book[name].as_bytes(), policy=policy.default)).replace("\u00a0", " ")
    for phrase in PHRASES[name]:
        assert phrase.lower() in text.lower(), text


def test_no_mail_comes_near_what_gmail_clips(book):
    assert max(len(html_of(mail).encode()) for mail in book.values()) < 20_000
