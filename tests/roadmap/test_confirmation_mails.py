from datetime import timedelta

import pytest

from roadmap.confirmation import ConfirmationKind
from stakeholders import deadline_wording
from stakeholders.mail.rendering import render
from stakeholders.models import Message
from tests.roadmap.confirming import plan_beacon, publish, round_of
from tests.roadmap.test_confirming import close, say


@pytest.fixture
def features(beacon, mia):
    return plan_beacon(beacon, mia)


@pytest.fixture
def second(beacon, mia, stan, olga, features):
    """Version 1 confirmed by stan; version 2 moved one feature and is out."""
    round = round_of(publish(beacon, mia, required=[stan, olga]))
    say(round, stan, "confirm")
    close(round)
    features[0].title = "Route by skill and language"
    features[0].owner = stan
    features[0].save(update_fields=["title", "owner"])
    return round_of(publish(beacon, mia, required=[stan, olga], note="I would rather argue now."))


def mail(round, seat, kind):
    message = (
        Message.objects.filter(round=round, seat=seat, kind=kind)
        .select_related("user", "seat__user", "product", "round__product")
        .last()
    )
    return render(message, now=round.opened_at + timedelta(hours=1))


def test_the_invitation_says_who_asks_what_changed_for_this_person_and_what_silence_means(second, stan, olga):
    his = mail(second, stan, Message.Kind.INVITATION)
    assert his.subject.startswith("Do you confirm the Beacon roadmap? Until ")
    assert "Stan, do you confirm version 2?" in his.body
    deadline = deadline_wording.short(second)
    asks = f"Mia Okafor asks you to confirm version 2 of the Beacon roadmap by {deadline}: 3 features in one release"
    assert asks in his.body
    assert "You last confirmed version 1, on" in his.body
    assert "One thing has changed since." in his.body
    assert "~ BCN-1 Route by skill and language" in his.body
    assert "“I would rather argue now.”" in his.body
    assert "If you do nothing, that is not a yes." in his.body
    hers = mail(second, olga, Message.Kind.INVITATION)
    assert "You have not confirmed a version yet; the one before is version 1." in hers.body


def test_a_reminder_says_how_many_have_answered(second, stan, olga):
    assert "Stan, nobody has answered yet." in mail(second, stan, Message.Kind.REMINDER).body
    say(second, olga, "confirm")
    assert "Stan, 1 of 2 have answered. You are the one left." in mail(second, stan, Message.Kind.REMINDER).body


def test_the_receipt_repeats_the_answer_and_its_words(second, stan):
    say(second, stan, "object", "Voice was promised to <Kestrel>.")
    receipt = mail(second, stan, Message.Kind.RECEIPT)
    assert receipt.subject == "Your answer on version 2"
    assert "Objects." in receipt.body
    assert "“Voice was promised to <Kestrel>.”" in receipt.body
    assert "<Kestrel>" not in receipt.alternatives[0][0]
    assert "You can change it until" in receipt.body


def test_everyone_gets_the_outcome_with_names_and_reasons(second, stan, olga):
    say(second, olga, "confirm")
    say(second, stan, "object", "Voice was promised.")
    closed = close(second)
    for person in (stan, olga):
        body = mail(closed, person, Message.Kind.OUTCOME).body
        assert "Version 2 is not confirmed. 1 of 2 confirms it." in body
        assert "Stan Lindqvist (Sales) objects: “Voice was promised.”" in body


def test_the_kind_says_what_one_is_asked_and_by_which_rule(second):
    kind = ConfirmationKind()
    assert kind.invitation_words(second) == "Confirm version 2 of the roadmap, about two minutes"
    assert kind.rule(second).startswith("At least 2 of the 2 people who must answer have to, or it lapses.")
    assert kind.answer_url(second) == f"/confirm/{second.public_id}/"
    assert kind.part_url(second) == f"/p/beacon/rounds/{second.public_id}/confirmation/"
