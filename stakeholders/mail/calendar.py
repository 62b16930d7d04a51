"""A round's deadline as a calendar file: one event a person, which an extension moves and a withdrawal takes away.

Who answers for somebody has an event of their own for it, which ends with the delegation as well.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from stakeholders import deadline_wording, kinds
from stakeholders.models import Invitation, Round, Seat

FILE_NAME = "deadline.ics"
A_DAY = timedelta(days=1)
AN_HOUR = timedelta(hours=1)
MORNING = timedelta(hours=9)
"""When the alarm of a deadline that is the end of a day rings."""


def is_off(round: Round) -> bool:
    """Withdrawn, or closed before its deadline: nothing happens at that hour any more."""
    return bool(round.cancelled_at or (round.closed_at and round.closed_by_id))


def method(*, is_off: bool) -> str:
    """Return the iTIP method of a file: PUBLISH while its deadline stands, CANCEL when nobody waits for it."""
    return "CANCEL" if is_off else "PUBLISH"


def calendar_file(invitation: Invitation, *, now: datetime, is_off: bool) -> bytes:
    """Return the calendar file (RFC 5545) of someone's deadline, as it stands at `now`.

    invitation  with round, product, opened_by's user and seat loaded; of whoever stands in for the person, if it says so
    is_off      whether nobody waits for them any more

    The UID is the person's in this round for ever, or the delegate's for that person; SEQUENCE rises with every extension
    and once more at the end, so that whichever mail is read last wins. A deadline is an instant, in UTC; one that is the
    end of a day fills that day. There is an alarm a day before, or an hour before in a round of less than two days.

    The personal link is not in it: people share their calendars, and whoever has the link can answer in their name. The
    file says who wrote the mail that has it.
    """
    from icalendar import Alarm, Calendar, Event, vCalAddress

    round = invitation.round
    asker = _asker(invitation)
    calendar, event = Calendar(), Event()
    calendar.add("prodid", "-//Accord//rounds//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method(is_off=is_off))
    event.add("uid", f"{round.public_id}-{_whose(invitation)}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("sequence", round.extensions.count() + is_off)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("last-modified", now.astimezone(UTC))
    event.add("summary", _summary(invitation))
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    if asker:
        organizer = vCalAddress(f"mailto:{asker.user.email}")
        organizer.params["CN"] = asker.user.get_full_name()
        event.add("organizer", organizer)
    if invitation.is_date_only:
        day = (invitation.deadline_local - timedelta(microseconds=1)).date()
        event.add("dtstart", day)
        event.add("dtend", day + A_DAY)
    else:
        event.add("dtstart", invitation.deadline_at.astimezone(UTC))
    if not is_off:
        event.add("description", _description(invitation))
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _("Until %(deadline)s: %(title)s") % _names(invitation))
        alarm.add("trigger", _trigger(invitation))
        event.add_component(alarm)
    calendar.add_component(event)
    return calendar.to_ical()


def _asker(invitation: Invitation) -> Seat | None:
    """Who wants the answer: whoever opened the round, or the person who asked somebody else to give it."""
    return invitation.seat if invitation.standing_in else invitation.round.opened_by


def _whose(invitation: Invitation) -> str:
    if invitation.standing_in is None:
        return str(invitation.seat_id)
    return f"{invitation.seat_id}-{invitation.standing_in.pk}"


def _summary(invitation: Invitation) -> str:
    if invitation.standing_in is None:
        return _("Deadline: %(title)s (%(product)s)") % _names(invitation)
    who = invitation.seat.user.get_full_name()
    return _("Deadline for %(who)s: %(title)s (%(product)s)") % {"who": who, **_names(invitation)}


def _is_short(invitation: Invitation) -> bool:
    opened_at = invitation.round.opened_at
    return opened_at is not None and invitation.deadline_at - opened_at < 2 * A_DAY


def _trigger(invitation: Invitation) -> timedelta:
    """How long after the event's start the alarm rings: before it, save on the morning of a day that is the deadline."""
    if invitation.is_date_only:
        return MORNING if _is_short(invitation) else MORNING - A_DAY
    return -AN_HOUR if _is_short(invitation) else -A_DAY


def _description(invitation: Invitation) -> str:
    asked = str(kinds.kind_of(invitation.round).invitation_words(invitation.round))
    asker = _asker(invitation)
    if asker is None:
        return f"{asked}."
    who = asker.user.get_full_name()
    return _("%(asked)s. Your personal link is in the mail from %(who)s via Accord.") % {"asked": asked, "who": who}


def _names(invitation: Invitation) -> dict[str, str]:
    round = invitation.round
    return {"title": round.title, "product": round.product.name, "deadline": deadline_wording.short(invitation)}
