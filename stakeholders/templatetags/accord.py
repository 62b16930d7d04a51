"""How templates show numbers, dates, people and Accord's small drawings; the words come from stakeholders.wording.

{% load accord %}
{{ effort|days }}  {{ ratio|share }}  {{ score|points }}  {{ mean|mean }}  {{ half_width|plus_minus }}
{{ due_on|day }}   {{ round.deadline_at|instant:round.zone }}   {{ round.deadline_at|relative:round.zone }}
{% tag feature.lane %}  {% agreement "concerns" %}  {% pill round.deadline_at round.zone %}  {% person seat %}
"""

from collections.abc import Mapping
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.template.defaultfilters import stringfilter
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from heroicons.templatetags.heroicons import heroicon_outline

from stakeholders import clock, wording
from stakeholders.rules.nearness import Urgency, urgency

register = template.Library()

# numbers and dates: None is "–", units follow a no-break space

register.filter("days", wording.days)
register.filter("share", wording.share)
register.filter("points", wording.decimal)
register.filter("count", wording.decimal)
register.filter("signed", wording.signed)
register.filter("plus_minus", wording.plus_minus)
register.filter("duration", wording.duration)
register.filter("day", wording.day)
register.filter("day_and_year", wording.day_and_year)
register.filter("long_day", wording.long_day)
register.filter("instant", wording.instant)
register.filter("long_instant", wording.long_instant)
register.filter("clock", wording.clock_time)
register.simple_tag(wording.interval, name="interval")


@register.filter
def mean(value: wording.Number | None, places: int = 1) -> str:
    return wording.decimal(value, places)


@register.filter
def relative(value: Any, zone: wording.Zone = None) -> str:
    return wording.relative(value, now=clock.now(), zone=zone)


@register.filter(name="urgency")
def how_urgent(deadline: Any, zone: wording.Zone = None) -> str:
    """Return "far", "soon", "now" or "past": for a class where a deadline is no pill."""
    return urgency(deadline, now=clock.now(), zone=wording.as_zone(zone)).value


@register.filter
@stringfilter
def softened(text: str) -> str:
    """Let a long key or address break after its dots, slashes and @."""
    for sign in "./@_":
        text = text.replace(sign, f"{sign}\u200b")
    return text


# icons and the person


@register.inclusion_tag("stakeholders/_mail_kept.html")
def mail_kept(product: Any) -> dict[str, Any]:
    """Say that no mail leaves this machine, where that is so: no server is set, or the product is the sample."""
    is_kept = settings.MAIL_IS_KEPT or product.is_sample
    return {"product": product, "is_kept": is_kept, "is_sample": product.is_sample}


@register.simple_tag
def icon(name: str, size: int = 16, css: str = "") -> str:
    """A heroicon beside a word; decorative, so hidden from screen readers."""
    attrs: dict[str, Any] = {"stroke_width": 2, "aria_hidden": "true", "focusable": "false"}
    if css:
        attrs["class"] = css
    return heroicon_outline(name, size=size, **attrs)


@register.simple_tag
def person(seat: Any, *, department: bool = True) -> SafeString:
    """A name, with the department after a comma; `seat` is a Seat, or an Invitation that froze its department.

    Of an invitation for which somebody stands in, both names: "Vera Vogel for Stan Lindqvist, Sales".
    """
    who = getattr(seat, "seat", seat)
    full = who.user.get_full_name()
    if stands_in := getattr(seat, "standing_in", None):
        full = _("%(delegate)s for %(who)s") % {"delegate": stands_in.user.get_full_name(), "who": full}
    name = format_html('<span class="person__name" dir="auto">{}</span>', full)
    if department and seat.department:
        return format_html(
            '<span class="person">{}, <span class="person__department" dir="auto">{}</span></span>',
            name,
            seat.department.name,
        )
    return format_html('<span class="person">{}</span>', name)


# tags and pills


def lane_class(letter: str) -> str:
    """Return the class that carries an objective's colour; from the ninth objective on all look like H."""
    return f"objective-{letter.lower() if 'A' <= letter.upper() <= 'H' else 'h'}" if letter else ""


@register.filter
def objective_class(objective: Any) -> str:
    return lane_class(objective.letter) if objective else ""


@register.simple_tag
def tag(objective: Any, *, name: bool = False) -> SafeString:
    """An objective's letter; with `name=True` its name beside it. None is an outlined dash."""
    if not objective:
        mark = format_html('<span class="tag tag--none" title="{}">–</span>', _("no objective"))
        return format_html('<span class="tagged">{} {}</span>', mark, _("no objective")) if name else mark
    classes = lane_class(objective.letter)
    if not name:
        return format_html('<span class="tag {}" title="{}">{}</span>', classes, objective.name, objective.letter)
    return format_html(
        '<span class="tagged"><span class="tag {}">{}</span> <span dir="auto">{}</span></span>',
        classes,
        objective.letter,
        objective.name,
    )


@register.simple_tag
def pill(deadline: Any, zone: wording.Zone = None, *, before: str = "", absolute: bool = False) -> SafeString:
    """A deadline: "in 3 days", or with `before` and `absolute` "Closes Fri 27 Nov, 17:00 CET · in 3 days"."""
    now = clock.now()
    near = urgency(deadline, now=now, zone=wording.as_zone(zone))
    css = {Urgency.FAR: "", Urgency.SOON: "pill--soon", Urgency.NOW: "pill--now", Urgency.PAST: "pill--bad"}[near]
    when = wording.instant(deadline, zone)
    words = " ".join(part for part in (before, when if absolute else "") if part)
    distance = wording.relative(deadline, now=now, zone=zone)
    text = f"{words} · {distance}" if words else distance
    return format_html(
        '<span class="pill {}">{}<time datetime="{}" title="{}">{}</time></span>',
        css, icon("clock"), deadline.isoformat(), when, text,
    )  # fmt: skip


@register.simple_tag
def outcome_pill(text: str, tone: str = "") -> SafeString:
    """How something ended: tone "ok", "bad", "warn" or none."""
    css = {"ok": "pill--ok", "bad": "pill--bad", "warn": "pill--soon"}.get(tone, "")
    sign = {"ok": "check", "bad": "x-mark"}.get(tone, "minus")
    return format_html('<span class="pill {}">{}{}</span>', css, icon(sign), text)


# agreement: shape first, colour second, words always

ANSWERS: Mapping[str, Any] = {
    "confirmed": gettext_lazy("confirmed"),
    "answered": gettext_lazy("answered"),
    "concerns": gettext_lazy("with concerns"),
    "objects": gettext_lazy("objects"),
    "abstains": gettext_lazy("abstains"),
    "started": gettext_lazy("has begun"),
    "silent": gettext_lazy("has not answered"),
}
_TICK = mark_safe(
    '<circle class="agreement__shape" cx="8" cy="8" r="7"/><path class="agreement__sign" d="M4.9 8.3 7.1 10.5 11.1 5.8"/>'
)
_RING = mark_safe('<circle class="agreement__ring" cx="8" cy="8" r="6.3"/>')
_SHAPES: Mapping[str, SafeString] = {
    "confirmed": _TICK,
    "answered": _TICK,
    "concerns": mark_safe(
        '<path class="agreement__shape" d="M8 1.2 15.4 14.4H.6Z"/><path class="agreement__sign" d="M8 6v3.4M8 11.9v.1"/>'
    ),
    "objects": mark_safe(
        '<rect class="agreement__shape" x="1.2" y="1.2" width="13.6" height="13.6" rx="2"/>'
        '<path class="agreement__sign" d="M5.2 5.2 10.8 10.8M10.8 5.2 5.2 10.8"/>'
    ),
    "abstains": _RING + mark_safe('<path class="agreement__sign" d="M5 8h6"/>'),
    "started": _RING + mark_safe('<path class="agreement__shape" d="M8 1.7a6.3 6.3 0 0 1 0 12.6Z"/>'),
    "silent": _RING,
}


def _state(answer: str | None) -> str:
    """Return the glyph's name for a state or for the verb of an answer; no answer is "silent"."""
    return {"confirm": "confirmed", "object": "objects", "abstain": "abstains"}.get(answer or "", answer or "silent")


@register.simple_tag
def agreement(answer: str | None, *, title: str = "", hidden: bool = False) -> SafeString:
    """One glyph for one answer; `hidden=True` where the same words stand beside it."""
    state = _state(answer)
    shape, words = _SHAPES[state], title or ANSWERS[state]
    if hidden:
        return format_html(
            '<svg class="agreement agreement--{}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{}</svg>',
            state,
            shape,
        )
    return format_html(
        '<svg class="agreement agreement--{}" viewBox="0 0 16 16" role="img"><title>{}</title>{}</svg>',
        state,
        words,
        shape,
    )


@register.simple_tag
def agreement_shape(answer: str | None, x: float, y: float, size: float = 11) -> SafeString:
    """The same glyph inside a larger drawing, its top left corner at x, y."""
    state = _state(answer)
    return format_html(
        '<g class="agreement--{}" transform="translate({} {}) scale({})">{}</g>',
        state,
        x,
        y,
        f"{size / 16:.4f}",
        _SHAPES[state],
    )


def agreement_words(counts: Mapping[str, int]) -> str:
    """Return "14 confirmed, 3 with concerns, 1 objects, 1 has not answered"; answers nobody gave are left out."""
    sentences = {
        "confirmed": lambda n: ngettext("%(n)d confirmed", "%(n)d confirmed", n),
        "answered": lambda n: ngettext("%(n)d has answered", "%(n)d have answered", n),
        "concerns": lambda n: ngettext("%(n)d with concerns", "%(n)d with concerns", n),
        "objects": lambda n: ngettext("%(n)d objects", "%(n)d object", n),
        "abstains": lambda n: ngettext("%(n)d abstains", "%(n)d abstain", n),
        "started": lambda n: ngettext("%(n)d has begun", "%(n)d have begun", n),
        "silent": lambda n: ngettext("%(n)d has not answered", "%(n)d have not answered", n),
    }
    said = [words(counts[state]) % {"n": counts[state]} for state, words in sentences.items() if counts.get(state)]
    return ", ".join(said) or _("nobody is asked")


@register.simple_tag
def agreement_row(counts: Mapping[str, int]) -> SafeString:
    """A glyph a person up to 24 people, above that a bar with the numbers; `counts` is state -> people."""
    words, people = agreement_words(counts), sum(counts.values())
    present = [state for state in ANSWERS if counts.get(state)]
    if people <= 24:
        glyphs = format_html_join(
            "", "{}", ((agreement(state, hidden=True),) for state in present for _one in range(counts[state]))
        )
        return format_html(
            '<span class="agreement-row" role="img" aria-label="{}" title="{}">{}</span>', words, words, glyphs
        )
    room, x, rects = 240 - 2 * (len(present) - 1), 0.0, []
    for state in present:
        width = room * counts[state] / people
        rects.append((state, f"{x:.1f}", f"{width:.1f}"))
        x += width + 2
    bars = format_html_join("", '<rect class="agreement--{}" x="{}" y="1" width="{}" height="12"/>', rects)
    figures = " · ".join(str(counts[state]) for state in present)
    return format_html(
        '<svg class="agreement-bar" viewBox="0 0 240 14" role="img"><title>{}</title>{}</svg><span aria-hidden="true">{}</span>',
        words, bars, figures,
    )  # fmt: skip


@register.simple_tag
def agreement_legend(counts: Mapping[str, int]) -> SafeString:
    """The same counts as a list: a glyph and its words for each answer that someone gave."""
    items = (
        (agreement(state, hidden=True), agreement_words({state: counts[state]}))
        for state in ANSWERS
        if counts.get(state)
    )
    return format_html('<ul class="agreement-legend">{}</ul>', format_html_join("", "<li>{} {}</li>", items))


# forms


@register.inclusion_tag("stakeholders/_field.html")
def field(bound: BoundField, *, css: str = "", optional: bool = False) -> dict[str, Any]:
    """A form's field with its label above, its hint and its error, tied together for screen readers."""
    return {"field": bound, "css": css, "optional": optional}


@register.inclusion_tag("stakeholders/_form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """What could not be saved, at the top, each with a link to its field."""
    return {"form": form, "fields": [bound for bound in form if bound.errors and not bound.is_hidden]}


# the frame of a page

TABS = (
    ("overview", gettext_lazy("Overview"), ""),
    ("features", gettext_lazy("Features"), "features/"),
    ("ranking", gettext_lazy("Ranking"), "ranking/"),
    ("roadmap", gettext_lazy("Roadmap"), "roadmap/"),
    ("rounds", gettext_lazy("Rounds"), "rounds/"),
    ("people", gettext_lazy("People"), "people/"),
)
"""Key, label and address below the product's. Addresses, not URL names: this app does not know the ones above it."""


@register.simple_tag
def nav_tabs(product: Any) -> list[dict[str, Any]]:
    return [{"key": key, "label": label, "url": f"/p/{product.slug}/{path}"} for key, label, path in TABS]


@register.simple_tag
def product_switcher(product: Any, user: Any) -> list[Any]:
    """The first dozen products at which this user has a seat, by name, the present one among them."""
    if not user.is_authenticated:
        return [product]
    seats = (
        user.seats.current()
        .filter(product__purge_started_at=None)
        .select_related("product")
        .order_by("product__name")[:12]
    )
    found = [seat.product for seat in seats]
    return found if any(other.pk == product.pk for other in found) else [product, *found]


@register.simple_tag(takes_context=True)
def theme(context: Mapping[str, Any]) -> SafeString:
    """The colours that this person chose on this device, as an attribute of <html>; none means as the system."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme") if request else None
    return format_html(' data-theme="{}"', chosen) if chosen in ("light", "dark") else mark_safe("")
