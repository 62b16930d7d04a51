"""One mail of every kind and both kinds of round, made by a story that runs through the real acts."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from prioritization.actions.ballots import finish_ballot, save_sheet
from prioritization.actions.remarks import leave_remark
from prioritization.actions.voting import ballot_of, open_voting_round
from prioritization.models import Remark
from roadmap.models import Feature
from stakeholders import clock
from stakeholders.actions import outbox, wishes
from stakeholders.actions.closing import close_early, close_round
from stakeholders.actions.delegation import decline_delegate, end_delegation, name_delegate
from stakeholders.actions.extending import extend_for, extend_round
from stakeholders.actions.links import link_of, renew_seat_link
from stakeholders.actions.rounds import withdraw_round
from stakeholders.mail.delegation import readdress, stand_in_of
from stakeholders.mail.rendering import render
from stakeholders.models import Delegation, Invitation, Link, Message, Round, Seat
from stakeholders.rules import deadlines
from stakeholders.rules.deadlines import Deadline
from tests import factories
from tests.roadmap.confirming import plan_beacon, publish, round_of
from tests.roadmap.test_confirming import say

CRITERIA = ("impact", "effort", "ease", "happiness")
PEOPLE = {
    "mia": ("Mia Okafor", Seat.Role.MANAGER, "Product"),
    "stan": ("Stan Lindqvist", Seat.Role.STAKEHOLDER, "Sales"),
    "hanna": ("Hanna Berg", Seat.Role.STAKEHOLDER, "Support"),
    "jonas": ("Jonas Weiß", Seat.Role.STAKEHOLDER, "Sales"),
    "olga": ("Olga Olsen", Seat.Role.OWNER, "Leadership"),
}
NOTE = "We have room for about eleven of these. I would rather argue now than in March."


class Story:
    """The cast at Beacon, and the mails taken from what happens, by name: "voting invitation"."""

    def __init__(self) -> None:
        self.now = clock.now()
        factories.organisation()
        self.product = factories.product("beacon", key="BCN", name="Beacon")
        for key, (name, role, department) in PEOPLE.items():
            setattr(self, key, factories.seat(self.product, role, name=name, department_name=department))
        self.asked = [self.stan, self.hanna, self.jonas, self.olga]
        self.mails: dict[str, EmailMessage] = {}

    def deadline(self, days: int) -> Deadline:
        """17:00 in Berlin, some days from now."""
        day = (self.now + timedelta(days=days)).astimezone(ZoneInfo("Europe/Berlin")).date()
        return deadlines.read(datetime(day.year, day.month, day.day, 17), "Europe/Berlin")

    def keep(self, name: str, kind: str, seat: Seat, round: Round | None = None, *, at: datetime | None = None) -> None:
        """Render the newest mail of a kind to somebody, as it would go out."""
        rows = Message.objects.select_related("user", "seat__user", "product", "round__product")
        of_kind = rows.filter(kind=kind, user=seat.user, **({"round": round} if round else {}))
        if "delegation" in name:
            of_kind = of_kind.order_by("-due_at", "-pk")
        else:
            of_kind = of_kind.order_by("due_at" if kind == Message.Kind.REMINDER else "-pk")
        message = of_kind.first()
        if kind == Message.Kind.REMINDER:
            readdress(message, stand_in_of(message))
        mail = render(message, now=at or self.now)
        self.mails[name] = message_from_bytes(mail.message().as_bytes(), policy=policy.default)


def every_mail() -> dict[str, EmailMessage]:
    """Return a mail of each kind by its name, in the order in which a person would get them."""
    story = Story()
    features = plan_beacon(story.product, story.mia)
    features += [factories.feature(story.product, title) for title in ("Dark theme", "Weekly digest", "Voice calls")]
    _voting(story, features)
    _confirming(story, features)
    outbox.queue_sign_in(story.stan.user, name="book", now=story.now)
    story.keep("sign-in", Message.Kind.SIGN_IN, story.stan)
    return story.mails


def _open_voting(story: Story, features: list[Feature], title: str = "Q1 2027 priorities") -> Round:
    return open_voting_round(
        story.product, title=title, features=features, seats=story.asked, deadline=story.deadline(9), by=story.mia,
        now=story.now - timedelta(hours=2), note=NOTE,
    )  # fmt: skip


def _vote(round: Round, seat: Seat, features: list[Feature], *, is_done: bool) -> None:
    ballot = ballot_of(round.invitations.get(seat=seat))
    arrived = clock.now()
    answers = dict.fromkeys(CRITERIA, 4)
    save_sheet(ballot, {each.pk: answers for each in features}, arrived=arrived)
    if is_done:
        finish_ballot(ballot, arrived=arrived)


def _voting(story: Story, features: list[Feature]) -> None:
    kinds = Message.Kind
    round = _open_voting(story, features)
    story.keep("voting invitation", kinds.INVITATION, story.stan, round)
    story.keep("voting reminder", kinds.REMINDER, story.stan, round)
    _vote(round, story.hanna, features[:2], is_done=False)
    story.keep("voting reminder, begun", kinds.REMINDER, story.hanna, round)
    leave_remark(
        ballot_of(round.invitations.get(seat=story.hanna)), features[1].pk, kind=Remark.Kind.QUESTION,
        text="Does it also stop a reply that a macro sent?", arrived=clock.now(),
    )  # fmt: skip
    story.keep("voting question", kinds.QUESTION, story.mia, round)
    story.keep("voting receipt, begun", kinds.RECEIPT, story.hanna, round)
    _disown(story, round)
    _delegate(story, round)
    _vote(round, story.olga, features, is_done=True)
    story.keep("voting receipt", kinds.RECEIPT, story.olga, round)
    round.messages.update(attempts=1)
    extend_round(round, to=story.deadline(11), why="Half of Sales is at the fair.", by=story.mia, now=story.now)
    story.keep("voting extension", kinds.EXTENSION, story.stan, round)
    story.keep("delegation extension", kinds.DELEGATION, story.jonas, round)
    story.keep("voting extension, answered", kinds.EXTENSION, story.olga, round)
    alone = round.invitations.get(seat=story.jonas)
    extend_for(alone, to=story.deadline(13), why="Back from leave on Monday.", by=story.mia, now=story.now)
    story.keep("voting extension for one", kinds.EXTENSION, story.jonas, round)
    end_delegation(Delegation.objects.get(delegate=story.jonas), by=story.stan, now=story.now)
    story.keep("delegation ended", kinds.DELEGATION, story.jonas, round)
    round.refresh_from_db()
    close_round(round, now=round.closes_at + deadlines.GRACE)
    story.keep("voting outcome", kinds.OUTCOME, story.stan, round, at=round.closes_at + deadlines.GRACE)

    early = _open_voting(story, features, "Second look")
    close_early(early, why="Everybody who could come was here.", by=story.mia, now=story.now)
    story.keep("voting outcome, closed early", kinds.OUTCOME, story.stan, early)

    wrong = _open_voting(story, features, "Third look")
    withdraw_round(wrong, why="The wrong features were on the list.", by=story.mia, now=story.now)
    story.keep("voting withdrawn", kinds.CANCELLED, story.stan, wrong)


def _disown(story: Story, round: Round) -> None:
    """Hanna got a receipt that was not hers; afterwards she has her link again."""
    wishes.disown(link_of(Link.Kind.NOT_ME, story.hanna, round, now=story.now), now=story.now)
    story.keep("disowned answer", Message.Kind.DISOWNED, story.mia, round)
    renew_seat_link(story.hanna, round, by=story.mia, now=story.now)


def _delegate(story: Story, round: Round) -> None:
    def invitation(seat: Seat) -> Invitation:
        return round.invitations.select_related("round__product", "seat__user").get(seat=seat)

    kind = Message.Kind.DELEGATION
    name_delegate(invitation(story.stan), who="Jonas Weiß", note="You know these customers better.", now=story.now)
    story.keep("delegation to a colleague", kind, story.jonas, round)
    story.keep("delegation reminder", Message.Kind.REMINDER, story.stan, round)
    story.keep("delegation as the manager reads it", kind, story.mia, round)
    story.keep("delegation as the person reads it", kind, story.stan, round)
    waiting = name_delegate(invitation(story.hanna), who="nora.new@people.example", now=story.now)
    story.keep("delegation that waits for the manager", kind, story.mia, round)
    decline_delegate(waiting, by=story.mia, now=story.now)
    story.keep("delegation declined", kind, story.hanna, round)


def _confirming(story: Story, features: list[Feature]) -> None:
    kinds, required = Message.Kind, [story.stan, story.hanna]
    first = round_of(publish(story.product, story.mia, required=required, deadline=story.deadline(9)))
    story.keep("confirmation invitation, first version", kinds.INVITATION, story.stan, first)
    say(first, story.hanna, "confirm", arrived=clock.now())
    say(first, story.stan, "confirm", arrived=clock.now())
    close_early(first, why="All have answered.", by=story.mia, now=clock.now())

    _change(features)
    round = round_of(
        publish(
            story.product, story.mia, required=required, consulted=[story.jonas], deadline=story.deadline(9), note=NOTE
        )
    )
    story.keep("confirmation invitation", kinds.INVITATION, story.stan, round)
    story.keep("confirmation invitation, consulted", kinds.INVITATION, story.jonas, round)
    story.keep("confirmation reminder", kinds.REMINDER, story.stan, round)
    say(round, story.stan, "concerns", "Kestrel was promised SAML by March; please keep it.", arrived=clock.now())
    story.keep("confirmation receipt", kinds.RECEIPT, story.stan, round)
    say(round, story.jonas, "abstain", arrived=clock.now())
    story.keep("confirmation reminder, the one left", kinds.REMINDER, story.hanna, round)
    extend_round(round, to=story.deadline(10), why="Hanna is ill until Monday.", by=story.mia, now=clock.now())
    story.keep("confirmation extension", kinds.EXTENSION, story.hanna, round)
    round.refresh_from_db()
    close_round(round, now=round.closes_at + deadlines.GRACE)
    story.keep("confirmation outcome", kinds.OUTCOME, story.stan, round, at=round.closes_at + deadlines.GRACE)

    features[1].title = "Undo send, also for replies"
    features[1].save(update_fields=["title"])
    third = round_of(publish(story.product, story.mia, required=required, deadline=story.deadline(9)))
    withdraw_round(third, why="A date was wrong.", by=story.mia, now=clock.now())
    story.keep("confirmation withdrawn", kinds.CANCELLED, story.stan, third)


def _change(features: list[Feature]) -> None:
    """What version 2 has that version 1 had not: one moved, one gone, two new names."""
    moved, renamed, dropped = features[:3]
    later = moved.product.releases.get(name="2027.2")
    moved.release, moved.starts_on, moved.ends_on = later, later.starts_on, later.ends_on
    moved.save(update_fields=["release", "starts_on", "ends_on"])
    renamed.title = "Undo send for ten seconds"
    renamed.save(update_fields=["title"])
    dropped.release, dropped.status, dropped.starts_on, dropped.ends_on = None, Feature.Status.CANDIDATE, None, None
    dropped.save(update_fields=["release", "status", "starts_on", "ends_on"])
