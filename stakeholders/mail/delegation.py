"""What the mails about a delegation say: to the delegate, to the manager, and to the person whose answer it is."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from stakeholders import deadline_wording, kinds
from stakeholders.actions.links import delegate_link, seat_link, url_of
from stakeholders.kinds import MailWords, Words
from stakeholders.models import Delegation, Extension, Message, Seat

MASKED = "/s/***/"
ASKS = ("delegate", "extension")
"""As what a delegate reads that a deadline stands, so that the mail brings it as a calendar file."""
WITH_CALENDAR = (*ASKS, "released")
FOLLOWS = ("reminder", "extension", "released")
"""As what a delegate reads that belongs under the mail that asked them first."""


def delegation_of(message: Message) -> Delegation:
    """Return the delegation that a mail is about, with everybody in it loaded."""
    found = Delegation.objects.select_related(
        "delegate__user",
        "ended_by__user",
        "invitation__seat__user",
        "invitation__round__opened_by__user",
        "invitation__round__cancelled_by__user",
        "invitation__round__closed_by__user",
        "invitation__round__product",
    ).get(pk=message.facts["delegation"])
    if message.facts["as"] in WITH_CALENDAR:
        found.invitation.standing_in = found.delegate
    return found


def readdress(message: Message, stand_in: Delegation | None) -> None:
    """Make a reminder one to whoever answers for the person by now, or to the person; nothing is saved."""
    message.user = stand_in.delegate.user if stand_in and stand_in.delegate else message.seat.user
    message.facts = {"delegation": stand_in.pk, "as": "reminder"} if stand_in else {}


def stand_in_of(message: Message) -> Delegation | None:
    """Return the delegation by which a reminder goes to somebody else; None where it goes to the person."""
    if message.kind != Message.Kind.REMINDER:
        return None
    asked = {"invitation__round": message.round_id, "invitation__seat": message.seat_id}
    return Delegation.objects.to_remind().filter(**asked).select_related("delegate__user").first()


def words_of_delegation(message: Message, delegation: Delegation) -> MailWords:
    """Return the words of a mail; `message.facts["as"]` says as what the receiver reads it."""
    words = {
        "delegate": _to_delegate,
        "reminder": _reminder,
        "extension": _extension,
        "released": _released,
        "manager": _to_manager,
        "principal": _to_principal,
        "declined": _declined,
    }
    return words[message.facts["as"]](message, delegation)


def asker_of(message: Message, delegation: Delegation) -> Seat | None:
    """Return in whose name the mail is sent, who gets the replies: the person who delegated, or the manager to them."""
    if message.facts["as"] not in ("principal", "declined"):
        return delegation.invitation.seat
    return delegation.invitation.round.opened_by


def button_url(message: Message, delegation: Delegation, *, now: datetime, masked: bool) -> str:
    """Return where the button leads: the receiver's own way in, or for a manager the round's page; "" without a button."""
    part, round = message.facts["as"], delegation.invitation.round
    if part == "released":
        return ""
    if part == "manager":
        return settings.BASE_URL + reverse("stakeholders:round", args=[round.product.slug, round.public_id])
    if masked:
        return settings.BASE_URL + MASKED
    if part in ("delegate", "reminder", "extension"):
        return url_of(delegate_link(delegation, now=now))
    return url_of(seat_link(delegation.invitation.seat, round, now=now))


def _facts(message: Message, delegation: Delegation) -> dict[str, Words]:
    invitation = delegation.invitation
    return {
        "name": message.user.get_short_name(),
        "who": invitation.seat.user.get_full_name(),
        "first": invitation.seat.user.get_short_name(),
        "delegate": delegation.delegate.user.get_full_name() if delegation.delegate else delegation.address,
        "title": invitation.round.title,
        "product": invitation.round.product.name,
        "what": kinds.kind_of(invitation.round).invitation_words(invitation.round),
        "deadline": deadline_wording.long(invitation),
        "until": deadline_wording.short(invitation),
    }


def _to_delegate(message: Message, delegation: Delegation) -> MailWords:
    facts = _facts(message, delegation)
    paragraphs: list[Words] = [
        format_html(
            _(
                "{who} is asked about {product} (“{title}”), and asks you to answer instead until <strong>{deadline}</strong>."
            ),
            **facts,
        ),
        _("%(what)s.") % facts,
    ]
    if delegation.note:
        paragraphs.append(f"“{delegation.note}”")
    return MailWords(
        subject=_("Would you answer for %(who)s? Until %(until)s") % facts,
        headline=_("%(name)s, would you answer for %(who)s?") % facts,
        paragraphs=paragraphs,
        button=_("Answer for %(first)s") % facts,
        aside=_for_the_delegate(facts),
    )


def _reminder(message: Message, delegation: Delegation) -> MailWords:
    facts, invitation = _facts(message, delegation), delegation.invitation
    begun = ""
    if invitation.answered:
        begun = _("%(done)d of %(asked)d answers are in; the rest is still open.") % {
            "done": invitation.answered,
            "asked": invitation.asked,
        }
    return MailWords(
        subject=_("Would you answer for %(who)s? Until %(until)s") % facts,
        headline=_("%(name)s, the answer for %(who)s is still missing") % facts,
        paragraphs=[
            format_html(_("“{title}” on {product} closes <strong>{deadline}</strong>."), **facts),
            begun or _("%(what)s.") % facts,
        ],
        button=_("Answer for %(first)s") % facts,
        aside=[
            *_for_the_delegate(facts),
            _("Without you it is %(first)s who has to answer: reply to this mail if you cannot.") % facts,
        ],
    )


def _extension(message: Message, delegation: Delegation) -> MailWords:
    facts = _facts(message, delegation)
    extension = Extension.objects.select_related("by__user").get(pk=message.facts["extension"])
    moved = _("{by} moved the deadline of “{title}” on {product} to <strong>{deadline}</strong>.")
    return MailWords(
        subject=_("More time to answer for %(who)s. Until %(until)s") % facts,
        headline=_("%(name)s, there is more time") % facts,
        paragraphs=[
            format_html(moved, by=extension.by.user.get_full_name(), **facts),
            _("The reason: %s") % extension.why,
        ],
        button=_("Answer for %(first)s") % facts,
        aside=_for_the_delegate(facts),
    )


def _released(message: Message, delegation: Delegation) -> MailWords:
    facts, round = _facts(message, delegation), delegation.invitation.round
    if round.cancelled_at:
        by, why = round.cancelled_by, _("%(by)s withdrew “%(title)s” on %(product)s: %(why)s")
    elif round.closed_at:
        by, why = round.closed_by, _("%(by)s closed “%(title)s” on %(product)s before the deadline: %(why)s")
    else:
        by, why = (
            delegation.ended_by,
            _("%(by)s has ended it: nobody waits for your answer in “%(title)s” on %(product)s."),
        )
    facts["by"] = by.user.get_full_name() if by else _("The manager")
    facts["why"] = round.cancelled_why or round.closed_why
    return MailWords(
        subject=_("No answer needed for %(who)s any more") % facts,
        headline=_("%(name)s, you need not answer for %(who)s any more") % facts,
        paragraphs=[
            why % facts,
            _("What you answered is kept.")
            if round.cancelled_at or round.closed_at
            else _("What you answered stays until it is replaced."),
            _("The attached file takes the deadline out of your calendar."),
        ],
    )


def _for_the_delegate(facts: dict[str, Words]) -> list[Words]:
    return [
        _("Every answer shows both names. What %(first)s answers in person always replaces yours.") % facts,
        _("The link is yours alone: whoever has it can answer in your name for %(first)s, in this round only.") % facts,
    ]


def _to_manager(message: Message, delegation: Delegation) -> MailWords:
    facts = _facts(message, delegation)
    if delegation.is_pending:
        ask = _("%(delegate)s has no seat here, so nothing is sent before you agree.") % facts
        return MailWords(
            subject=_("%(who)s wants somebody else to answer") % facts,
            headline=_("%(name)s, may %(delegate)s answer for %(who)s?") % facts,
            paragraphs=[
                _("%(who)s is asked in “%(title)s” on %(product)s and names somebody else to answer.") % facts,
                ask,
            ],
            button=_("Decide"),
        )
    return MailWords(
        subject=_("%(who)s wants somebody else to answer") % facts,
        headline=_("%(name)s, %(delegate)s answers for %(who)s") % facts,
        paragraphs=[
            _("%(who)s is asked in “%(title)s” on %(product)s and has named %(delegate)s to answer.") % facts,
            _("%(delegate)s has got the link. Every answer shows both names; you can end it on the round’s page.")
            % facts,
        ],
        button=_("See the round"),
    )


def _to_principal(message: Message, delegation: Delegation) -> MailWords:
    facts = _facts(message, delegation)
    waits = _("%(delegate)s gets the link once the product’s manager agrees.") % facts
    goes = _("%(delegate)s has got a link of their own.") % facts
    return MailWords(
        subject=_("You asked somebody else to answer “%(title)s”") % facts,
        headline=_("%(name)s, you named %(delegate)s") % facts,
        paragraphs=[
            waits if delegation.is_pending else goes,
            _("Every answer shows both names. Whatever you answer yourself replaces theirs, until %(deadline)s.")
            % facts,
            _(
                "Was it not you? Somebody has your link, then: take it back on the page behind the button, and tell your manager."
            ),
        ],
        button=_("Answer myself"),
    )


def _declined(message: Message, delegation: Delegation) -> MailWords:
    facts = _facts(message, delegation)
    return MailWords(
        subject=_("Nobody else can answer “%(title)s” for you so far") % facts,
        headline=_("%(name)s, the person you named was not let in") % facts,
        paragraphs=[
            _("The manager has not agreed to the address that you gave."),
            _("You can name a colleague, or answer yourself, until %(deadline)s.") % facts,
        ],
        button=_("Answer myself"),
    )
