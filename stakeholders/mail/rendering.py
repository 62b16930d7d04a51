"""Makes the mail of an outbox row: headers, text, and HTML with its styles inlined."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parseaddr, quote
from functools import cache
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, SafeMIMEText
from django.db.models import Count, Q
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stakeholders import deadline_wording, kinds, wording
from stakeholders.actions.links import link_of, make_sign_in_link, url_of
from stakeholders.kinds import MailRow, MailWords
from stakeholders.mail import calendar, delegation
from stakeholders.mail.words import disowned, plain, words_of
from stakeholders.models import Invitation, Link, Message, Organisation, Round, Seat
from stakeholders.rules.tokens import sign_in_code

MASKED_LINK = "%s/s/***/"
MASKED_MAIL_LINK = "%s/m/***/"
ASKS = (Message.Kind.INVITATION, Message.Kind.REMINDER, Message.Kind.EXTENSION)
TAKES_ANSWERS = (*ASKS, Message.Kind.RECEIPT)
WITH_CALENDAR = (Message.Kind.INVITATION, Message.Kind.EXTENSION, Message.Kind.CANCELLED)


def render(message: Message, *, now: datetime, masked: bool = False) -> EmailMultiAlternatives:
    """Return the whole mail of an outbox row, as true as the tables are at `now`.

    message  with user, seat, product and round loaded
    masked   for a page: the personal link is left out, none is made

    Every address in it lies under BASE_URL.
    """
    if message.kind == Message.Kind.SIGN_IN:
        return _assemble(message, _("Sign in to Accord"), _sign_in_context(message, now, masked), template="sign_in")
    if message.kind == Message.Kind.QUESTION:
        words = kinds.kind_of(message.round).question(message)
        return _assemble(
            message, plain(words.subject), _page_context(words, settings.BASE_URL + words.path), template="round"
        )
    if message.kind == Message.Kind.DISOWNED:
        words = disowned(message)
        return _assemble(
            message, plain(words.subject), _page_context(words, settings.BASE_URL + words.path), template="round"
        )
    if "delegation" in message.facts:
        about = delegation.delegation_of(message)
        words = delegation.words_of_delegation(message, about)
        context = _page_context(words, delegation.button_url(message, about, now=now, masked=masked))
        context["asker"] = delegation.asker_of(message, about)
        if message.kind == Message.Kind.REMINDER:
            context["no_reminders_url"] = _address(Link.Kind.UNSUBSCRIBE, about.delegate, message.round, now, masked)
        context["has_calendar"] = message.facts["as"] in delegation.ASKS
        mail = _assemble(message, plain(words.subject), context, template="round")
        if not masked and message.facts["as"] in delegation.WITH_CALENDAR:
            mail.attach(_calendar_part(about.invitation, now, is_off=message.facts["as"] == "released"))
        return mail
    invitation = Invitation.objects.select_related(
        "department", "round__product", "round__opened_by__user", "seat__user"
    ).get(round=message.round, seat=message.seat_id)
    words = words_of(message, invitation, now)
    subject = plain(words.subject)
    if message.kind in ASKS:
        subject = _("%(subject)s Until %(deadline)s") % {
            "subject": subject if re.search(r"\W$", subject) else f"{subject}.",
            "deadline": deadline_wording.short(invitation),
        }
    mail = _assemble(message, subject, _round_context(message, invitation, words, now, masked), template="round")
    if not masked and _moves_the_calendar(message):
        mail.attach(_calendar_part(invitation, now, is_off=calendar.is_off(invitation.round)))
    return mail


def _moves_the_calendar(message: Message) -> bool:
    """Whether the mail brings a calendar file: the deadline is new, or is no more."""
    closed_early = message.kind == Message.Kind.OUTCOME and message.round.closed_by_id
    return message.kind in WITH_CALENDAR or bool(closed_early)


def _calendar_part(invitation: Invitation, now: datetime, *, is_off: bool) -> SafeMIMEText:
    part = SafeMIMEText(calendar.calendar_file(invitation, now=now, is_off=is_off).decode(), "calendar", "utf-8")
    part.set_param("method", calendar.method(is_off=is_off))
    part.add_header("Content-Disposition", "attachment", filename=calendar.FILE_NAME)
    return part


def _round_context(
    message: Message, invitation: Invitation, words: MailWords, now: datetime, masked: bool
) -> dict[str, Any]:
    round = invitation.round
    asker = round.opened_by
    takes_answers = message.kind in TAKES_ANSWERS and invitation.takes_answers_at(now)
    url = _address(Link.Kind.SEAT, message.seat, round, now, masked) if words.button else ""
    who_is_asked = _who_is_asked(invitation) if message.kind == Message.Kind.INVITATION else ""
    return {
        "headline": plain(words.headline),
        "paragraphs": [{"words": each, "plain": plain(each)} for each in words.paragraphs],
        "button": plain(words.button) if url else "",
        "url": url,
        "deadline": deadline_wording.long(invitation) if takes_answers else "",
        "time_left": wording.relative(invitation.deadline_at, now=now, zone=round.zone)
        if message.kind == Message.Kind.REMINDER
        else "",
        "who_is_asked": who_is_asked,
        "note": round.note if message.kind == Message.Kind.INVITATION else "",
        "asker": asker,
        "rows_title": plain(words.rows_title),
        "rows": [_row(row) for row in words.rows],
        "rows_more": plain(words.rows_more),
        "aside": [plain(line) for line in words.aside],
        "takes_answers": takes_answers,
        "is_receipt": message.kind == Message.Kind.RECEIPT,
        "no_reminders_url": _address(Link.Kind.UNSUBSCRIBE, message.seat, round, now, masked)
        if message.kind == Message.Kind.REMINDER
        else "",
        "not_me_url": _address(Link.Kind.NOT_ME, message.seat, round, now, masked)
        if message.kind == Message.Kind.RECEIPT
        else "",
        "has_calendar": message.kind in (Message.Kind.INVITATION, Message.Kind.EXTENSION) and takes_answers,
        "preview": " ".join(filter(None, [_preview(message, words), who_is_asked])),
    }


def _address(kind: str, seat: Seat, round: Round, now: datetime, masked: bool) -> str:
    """Return the address of a person's link in a round; "" for one that was ended: it would lead nowhere."""
    if masked:
        return (MASKED_LINK if kind == Link.Kind.SEAT else MASKED_MAIL_LINK) % settings.BASE_URL
    link = link_of(kind, seat, round, now=now)
    return "" if link.revoked_at else url_of(link)


def _page_context(words: MailWords, url: str) -> dict[str, Any]:
    """The context of a mail to somebody who need not be asked in the round."""
    return {
        "headline": plain(words.headline),
        "paragraphs": [{"words": each, "plain": plain(each)} for each in words.paragraphs],
        "button": plain(words.button),
        "url": url,
        "asker": words.asker,
        "aside": [plain(line) for line in words.aside],
        "preview": plain(words.paragraphs[0]),
    }


def _sign_in_context(message: Message, now: datetime, masked: bool) -> dict[str, Any]:
    return {
        "headline": _("%s, here is your way in") % message.user.get_short_name(),
        "url": MASKED_LINK % settings.BASE_URL if masked else url_of(make_sign_in_link(message.user, now=now)),
        "code": sign_in_code(settings.LINK_KEY, message.key.partition(":")[2]),
        "button": _("Sign in"),
        "preview": _("The link works once, for 15 minutes."),
    }


def _assemble(message: Message, subject: str, context: dict[str, Any], *, template: str) -> EmailMultiAlternatives:
    organisation = Organisation.current()
    context = {
        **context,
        "organisation": organisation.name if organisation else "",
        "product": message.product,
        "base_url": settings.BASE_URL,
        "subject": _one_line(subject),
    }
    asker = context.get("asker")
    mail = EmailMultiAlternatives(
        subject=context["subject"],
        body=_text(template, context),
        from_email=_sender(asker),
        to=[_mailbox(message.user.name, message.user.email)],
        reply_to=[_mailbox(asker.user.name, asker.user.email)] if asker else None,
        headers=_headers(message, context.get("no_reminders_url", "")),
    )
    mail.attach_alternative(_inlined(render_to_string(f"mail/{template}.html", context)), "text/html")
    return mail


def _headers(message: Message, no_reminders_url: str) -> dict[str, str]:
    headers = {"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"}
    if no_reminders_url:
        headers |= {
            "List-Unsubscribe": f"<{no_reminders_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    if message.round_id and message.kind != Message.Kind.INVITATION and (first := _first_of_thread(message)):
        headers |= {"In-Reply-To": first, "References": first}
    return headers


def _first_of_thread(message: Message) -> str | None:
    """Return the Message-ID of what asked the receiver first: their invitation, or the mail that named them."""
    asked = Message.objects.filter(round=message.round_id)
    if message.facts.get("as") in delegation.FOLLOWS:
        asked = asked.filter(kind=Message.Kind.DELEGATION, facts__delegation=message.facts["delegation"])
        asked = asked.filter(facts__as="delegate")
    else:
        asked = asked.filter(kind=Message.Kind.INVITATION, seat=message.seat_id)
    return asked.order_by("pk").values_list("message_id", flat=True).first()


def _sender(asker: Seat | None) -> str:
    """Return "Mia Okafor via Accord <accord@…>": the person asks, Accord's own address sends."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    if asker:
        name = _("%(person)s via Accord") % {"person": asker.user.get_full_name()}
    return _mailbox(name, address)


def _who_is_asked(invitation: Invitation) -> str:
    """Return "18 people from 6 departments are asked. Sales: you and 3 others."."""
    asked = invitation.round.invitations.standing().aggregate(
        people=Count("pk"),
        departments=Count("department", distinct=True),
        own=Count("pk", filter=Q(department=invitation.department_id)),
    )
    if asked["people"] == 1:
        return _("You are the only one asked.")
    people = ngettext("%(count)d person", "%(count)d people", asked["people"]) % {"count": asked["people"]}
    if asked["departments"] < 2:
        return _("%(people)s are asked.") % {"people": people}
    sentence = _("%(people)s from %(count)d departments are asked.") % {
        "people": people,
        "count": asked["departments"],
    }
    if invitation.department_id is None:
        return sentence
    others = asked["own"] - 1
    if others == 0:
        return _("%(sentence)s You are the voice of %(department)s.") % {
            "sentence": sentence,
            "department": invitation.department,
        }
    own = ngettext(
        "%(department)s’s voice is you and %(count)d other.",
        "%(department)s’s voice is you and %(count)d others.",
        others,
    ) % {"department": invitation.department, "count": others}
    return f"{sentence} {own}"


def _preview(message: Message, words: MailWords) -> str:
    """The line that mail programs show beside the subject."""
    first = plain(words.paragraphs[0]) if words.paragraphs else plain(words.headline)
    return first if message.kind != Message.Kind.REMINDER else plain(words.headline)


def _row(row: MailRow) -> dict[str, str]:
    return {"sign": row.sign, "text": plain(row.text), "note": plain(row.note), "struck": plain(row.struck)}


def _mailbox(name: str, address: str) -> str:
    """Return `"Name" <address>` on one line, in letters of any alphabet; Django encodes it for the header."""
    name, address = _one_line(name), _one_line(address)
    return f'"{quote(name)}" <{address}>' if name else address


def _one_line(text: str) -> str:
    """Return text without line breaks or other control characters, fit for a header."""
    return re.sub(r"[\x00-\x1f\x7f\u2028\u2029]+", " ", text).replace("\u00a0", " ").strip()


def _text(template: str, context: dict[str, Any]) -> str:
    """Render the text part: paragraphs apart by one empty line, no blanks at the ends of lines."""
    text = render_to_string(f"mail/{template}.txt", context)
    text = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


@cache
def _inliner() -> Any:
    import css_inline

    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def _inlined(html: str) -> str:
    return _inliner().inline(html)
