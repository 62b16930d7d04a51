"""The count on the button, the people it names and the mails that go out are the same set, whatever the round is like."""

import html
import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stakeholders import clock
from stakeholders.actions import outbox
from stakeholders.actions.rounds import Invitee, open_round
from stakeholders.models import Delegation, Invitation, Message, Round, Seat
from stakeholders.rules import deadlines
from tests import factories

OPENED = datetime(2026, 11, 20, 9, tzinfo=UTC)
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
DEADLINE = deadlines.read(datetime(2026, 12, 4, 17), "Europe/Berlin")
MINUTES = st.sampled_from([None, 0, 1, 30, 59, 60, 61, 1000])
DELEGATED = ["let in", "approved", "pending", "declined", "ended", "left", "no reminders"]

delegations = st.fixed_dictionaries(
    {
        "state": st.sampled_from(DELEGATED),
        "told": MINUTES.filter(lambda minutes: minutes is not None),  # minutes ago, by the mail that asks or answers
        "is_asked_too": st.booleans(),  # the delegate is the next one in the list
    }
)

people = st.lists(
    st.fixed_dictionaries(
        {
            "department": st.sampled_from(["Sales", "Support", "Legal"]),
            "answered": st.booleans(),
            "begun": st.booleans(),
            "removed": st.sampled_from([False, False, False, True]),
            "left": st.sampled_from([False, False, False, True]),
            "mailed": MINUTES,  # minutes ago that the last reminder went out
            "waits": st.booleans(),  # one is due and not sent yet
            "failed": st.booleans(),
            "receipt": MINUTES,
            "more_time": st.booleans(),
            "no_reminders": st.sampled_from([False, False, True]),
            "delegation": st.none() | delegations,
        }
    ),
    min_size=1,
    max_size=7,
)


@pytest.fixture
def browser(client, sign_in, beacon, mia, hands, monkeypatch):
    for name in ("now", "database_now", "arrived_at"):
        monkeypatch.setattr(clock, name, lambda: AT)
    return sign_in(mia)


def build(product, mia, drawn):
    """Make the round that was drawn."""
    seats = [factories.seat(product, department_name=each["department"]) for each in drawn]
    round = open_round(
        product,
        kind="hands",
        title="Who is in favour?",
        deadline=DEADLINE,
        invitees=[Invitee(seat) for seat in seats],
        by=mia,
        now=OPENED,
        reminders=[],
    )
    round.messages.update(sent_at=OPENED)
    for seat, each in zip(seats, drawn, strict=True):
        Invitation.objects.filter(round=round, seat=seat).update(
            answered_at=OPENED if each["answered"] else None,
            answered=1 if each["answered"] or each["begun"] else 0,
            removed_at=OPENED if each["removed"] else None,
            extended_to=DEADLINE.at + timedelta(days=3) if each["more_time"] else None,
            no_reminders_at=OPENED if each["no_reminders"] else None,
        )
        if each["left"]:
            Seat.objects.filter(pk=seat.pk).update(left_at=OPENED)
        if each["mailed"] is not None:
            sent = AT - timedelta(minutes=each["mailed"])
            _message(round, seat, Message.Kind.REMINDER, due_at=sent, sent_at=sent)
        if each["receipt"] is not None:
            sent = AT - timedelta(minutes=each["receipt"])
            _message(round, seat, Message.Kind.RECEIPT, due_at=sent, sent_at=sent)
        if each["waits"]:
            _message(round, seat, Message.Kind.REMINDER, due_at=AT - timedelta(minutes=2))
        if each["failed"]:
            _message(round, seat, Message.Kind.REMINDER, due_at=AT - timedelta(minutes=5), failed_at=AT)
    for place, each in enumerate(drawn):
        if each["delegation"]:
            _delegate(round, seats[place], seats[(place + 1) % len(seats)], **each["delegation"])
    return round


def _delegate(round, seat, neighbour, *, state, told, is_asked_too):
    """Let a person have named somebody: another one who is asked, or somebody who is not."""
    told, is_named = AT - timedelta(minutes=told), state not in ("pending", "declined")
    delegate = neighbour if is_asked_too and neighbour != seat else factories.seat(round.product, Seat.Role.READER)
    if state == "left":
        Seat.objects.filter(pk=delegate.pk).update(left_at=OPENED)
    made = Delegation.objects.create(
        invitation=round.invitations.get(seat=seat),
        delegate=delegate if is_named else None,
        address="nova@outside.example" if state == "pending" else "",
        asked_at=OPENED if state == "approved" else told,
        approved_at=told if state == "approved" else None,
        declined_at=told if state == "declined" else None,
        ended_at=told if state == "ended" else None,
        no_reminders_at=told if state == "no reminders" else None,
    )
    for to, part, at in ((seat, "principal", made.asked_at), (delegate, "delegate", told)):
        if part == "principal" or is_named:
            facts = {"delegation": made.pk, "as": part}
            _message(round, to, Message.Kind.DELEGATION, facts=facts, due_at=at, sent_at=at)


def _message(round, seat, kind, **fields):
    name = f"{kind}:{round.pk}:{seat.pk}:{Message.objects.count()}"
    Message.objects.create(
        kind=kind, key=name, message_id=f"<{name}@x>", product_id=round.product_id, round=round, seat=seat,
        user=seat.user, created_at=OPENED, **fields,
    )  # fmt: skip


class Box:
    """A mail server that notes the Message-IDs that went to an address."""

    def __init__(self):
        self.went_to = defaultdict(set)

    def deliver(self, mail, *, keep):
        self.went_to[parseaddr(mail.to[0])[1]].add(mail.extra_headers["Message-ID"])


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=people, late=st.booleans(), filtered=st.booleans())
def test_the_count_the_list_and_the_rows_sent_are_the_same(browser, beacon, mia, drawn, late, filtered):
    round = build(beacon, mia, drawn)
    if late:  # the others' deadline has passed: only those with more time may still answer
        Round.objects.filter(pk=round.pk).update(
            deadline_at=AT - timedelta(hours=2), last_deadline_at=DEADLINE.at + timedelta(days=3)
        )
    shown = factories.department("Sales").pk if filtered else ""
    address = reverse("stakeholders:round", args=["beacon", round.public_id])
    page = browser.get(address, {"department": shown}).content.decode()

    form = re.search(r'class="cluster round__acts">(.*?)</div>', page, re.DOTALL)
    named = re.findall(r'name="invitation" value="(\d+)"', form[1] if form else "")
    button = re.search(r"Remind (?:(\d+) people|([^<]+))</button>", form[1] if form else "")
    table = page[page.index('id="round-people"') :]
    rows = re.findall(r'<tr id="person-(\d+)"[^>]*>(.*?)</tr>', table, re.DOTALL)
    with_button = [pk for pk, row in rows if "/remind/" in row]

    assert sorted(named) == sorted(with_button)
    assert (button is None) == (not named)
    if button:
        names = dict(Invitation.objects.filter(pk__in=named).values_list("pk", "seat__user__name"))
        assert int(button[1]) == len(named) if button[1] else html.unescape(button[2]) == names[int(named[0])]

    before = set(round.messages.values_list("pk", flat=True))
    browser.post(reverse("stakeholders:round-remind", args=["beacon", round.public_id]), {"invitation": named})
    sent = Message.objects.filter(round=round).exclude(pk__in=before)
    assert {each.kind for each in sent} <= {Message.Kind.REMINDER}
    invited = dict(Invitation.objects.filter(pk__in=named).values_list("seat_id", "pk"))
    assert sorted(invited[each.seat_id] for each in sent) == sorted(int(each) for each in named)

    box = Box()
    outbox.send_due(clock=lambda: AT, transport=box)
    by_seat = {each.seat_id: each for each in round.invitations.select_related("round", "seat__user")}
    let_in = Delegation.objects.let_in().filter(invitation__round=round, no_reminders_at=None)
    stand_ins = {each.invitation.seat_id: each for each in let_in.select_related("invitation", "delegate__user")}
    for each in sent.all():
        stand_in = stand_ins.get(each.seat_id)
        to = stand_in.delegate.user if stand_in else by_seat[each.seat_id].seat.user
        assert (each.sent_at, each.user_id) == (AT, to.pk) and each.message_id in box.went_to[to.email]
        assert stand_in.told_at <= AT - outbox.APART if stand_in else by_seat[each.seat_id].no_reminders_at is None
        person = by_seat[each.seat_id]
        assert person.answered_at is None and person.removed_at is None and person.takes_answers_at(AT)
        lately = round.messages.exclude(pk=each.pk).exclude(kind=Message.Kind.RECEIPT)
        assert not lately.filter(seat=each.seat_id, sent_at__gt=AT - timedelta(hours=1)).exists()
