"""How templates draw the sign before a thing that needs someone.  {% load home %}  {% need_mark need.mark %}  {% moment line.at today zone %}"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from stakeholders import wording
from stakeholders.templatetags.accord import agreement, icon
from stakeholders.templatetags.accord_marks import split_mark

register = template.Library()

_TRIANGLE = mark_safe(
    '<svg class="need__sign" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d="M8 2.5 14.5 14h-13Z"/></svg>'
)


@register.simple_tag
def need_mark(mark: str) -> SafeString:
    """A small sign; the words beside it say the same, so that it is hidden from screen readers."""
    drawn = {
        "objects": lambda: agreement("object", hidden=True),
        "clock": lambda: icon("clock"),
        "late": lambda: icon("exclamation-circle"),
        "over": lambda: _TRIANGLE,
        "split": lambda: split_mark(1.0),
        "unknown": lambda: "?",
    }[mark]()
    return format_html('<span class="need need--{}" aria-hidden="true">{}</span>', mark, drawn)


@register.simple_tag
def moment(at: datetime, today: date, zone: str) -> str:
    """When something happened, as short as can be: "14:10" today, "Mon" within a week, else "20 Nov"."""
    local = at.astimezone(ZoneInfo(zone))
    days = (today - local.date()).days
    if days <= 0:
        return wording.clock_time(at, zone)
    return formats.date_format(local, "D" if days < 7 else "j M")
