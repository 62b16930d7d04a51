"""What the mails say that are the same for every kind of round: a new deadline, an outcome, a withdrawal."""

from __future__ import annotations

import html
from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from stakeholders import deadline_wording, kinds
from stakeholders.kinds import MailWords, Words
from stakeholders.models import Extension, Invitation, Message


def plain(words: Words) -> str:
    """Return words as they stand in a text mail: what `format_html` made loses its tags, all else is kept as it is."""
    text = str(words)
    return html.unescape(strip_tags(text)) if isinstance(text, SafeString) else text


def words_of(message: Message, invitation: Invitation, now: datetime) -> MailWords:
    """Return the words of a mail about a round, true at `now`."""
    match message.kind:
        case Message.Kind.EXTENSION:
            return _extension(message, invitation)
        case Message.Kind.OUTCOME:
            return _outcome(message, now)
        case Message.Kind.CANCELLED:
            return _withdrawal(message)
    return kinds.kind_of(message.round).mail(message, invitation, now)


def _extension(message: Message, invitation: Invitation) -> MailWords:
    round, extension = message.round, Extension.objects.select_related("by__user").get(pk=message.facts["extension"])
    moved = (
        _("{who} gave you more time for “{what}”: until <strong>{after}</strong> instead of {before}.")
        if extension.seat_id
        else _("{who} moved the deadline of “{what}” from {before} to <strong>{after}</strong>.")
    )
    paragraphs: list[Words] = [
        format_html(
            moved,
            who=extension.by.user.get_full_name(),
            what=round.title,
            before=deadline_wording.short_at(extension.from_at, round.zone),
            after=deadline_wording.short_at(extension.to_at, round.zone, is_date_only=invitation.is_date_only),
        ),
        _("The reason: %s") % extension.why,
    ]
    if invitation.answered_at:
        paragraphs.append(_("Your answer is in. You can change it until the new deadline."))
        button = _("See my answer")
    else:
        button = _("Answer")
    return MailWords(
        subject=_("More time for “%s”.") % round.title,
        headline=_("%(name)s, there is more time") % {"name": message.user.get_short_name()},
        paragraphs=paragraphs,
        button=button,
    )


def _outcome(message: Message, now: datetime) -> MailWords:
    round = message.round
    conclusion = kinds.kind_of(round).conclusion(round, now)
    paragraphs: list[Words] = [conclusion.sentence]
    if round.closed_by:
        paragraphs.append(
            _("%(who)s closed it before the deadline: %(why)s")
            % {"who": round.closed_by.user.get_full_name(), "why": round.closed_why}
        )
    return MailWords(
        subject=_("Outcome: %s") % round.title,
        headline=_("“%s” has closed") % round.title,
        paragraphs=paragraphs,
        button=_("See the outcome"),
    )


def disowned(message: Message) -> MailWords:
    """Return what a manager reads when somebody says that an answer was not theirs."""
    round = message.round
    invitation = round.invitations.select_related("seat__user").get(seat=message.facts["seat"])
    who, first = invitation.seat.user.get_full_name(), invitation.seat.user.get_short_name()
    return MailWords(
        subject=_("%(who)s says an answer was not theirs") % {"who": who},
        headline=_("%(name)s, an answer in “%(title)s” may be somebody else’s")
        % {"name": message.user.get_short_name(), "title": round.title},
        paragraphs=[
            _("%(who)s got a receipt for an answer that they did not give, and said so. Their link has ended.")
            % {"who": who},
            _("Make %(first)s a new link, so that they can replace the answer; ask who else has got their mail.")
            % {"first": first}
            if round.is_open
            else _("The round has closed: what stands in the outcome is what came in. Talk to %(first)s.")
            % {"first": first},
        ],
        button=_("See the round"),
        path=reverse("stakeholders:round", args=[round.product.slug, round.public_id]) + f"#person-{invitation.pk}",
    )


def _withdrawal(message: Message) -> MailWords:
    round = message.round
    who = round.cancelled_by.user.get_full_name() if round.cancelled_by else _("The manager")
    return MailWords(
        subject=_("Withdrawn: %s") % round.title,
        headline=_("“%s” was withdrawn") % round.title,
        paragraphs=[
            _("%(who)s withdrew it: %(why)s") % {"who": who, "why": round.cancelled_why},
            _("You need not do anything. What you answered is kept, and counts for nothing."),
        ],
    )
