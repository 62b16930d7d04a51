"""How templates show what roadmap knows: Markdown, and the heads of a list that one can sort.

{% load roadmap %}   {{ feature.description|markdown }}   <th{% sorted_by sort "title" %}><a href="{% sort_link sort "title" "title" %}">
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from roadmap.markdown import as_html
from roadmap.measures import measured
from roadmap.models import Feature
from roadmap.rules.objectives import spark
from stakeholders import wording

register = template.Library()
register.filter(measured)

SPARK_WIDTH, SPARK_HEIGHT = 124, 36

FIELD_LABELS = {
    "name": lazy("name"),
    "time_zone": lazy("time zone"),
    "weight": lazy("weight"),
    "title": lazy("title"),
    "summary": lazy("summary"),
    "description": lazy("description"),
    "owner": lazy("owner"),
    "status": lazy("status"),
    "progress": lazy("progress"),
    "lead_team": lazy("lead team"),
    "release": lazy("release"),
    "starts_on": lazy("start"),
    "ends_on": lazy("end"),
    "precision": lazy("precision"),
    "external_key": lazy("key elsewhere"),
    "objectives": lazy("objectives"),
    "size": lazy("size"),
    "needs": lazy("needs first"),
    "related": lazy("related"),
}


@register.filter
def markdown(text: str) -> SafeString:
    return as_html(text)


@register.filter
def field_label(name: str) -> str:
    """Return what a field of a feature, a department or the organisation is called in a sentence of the activity log."""
    return str(FIELD_LABELS.get(name, name.replace("_", " ")))


@register.filter
def kept_value(value: Any, name: str) -> str:
    """Return a value that the activity log kept, in words: a status by its name, a share in percent, a size in days."""
    if value in (None, ""):
        return _("none")
    if name == "status":
        return str(dict(Feature.Status.choices).get(value, value))
    if name == "precision":
        return str(dict(Feature.Precision.choices).get(value, value))
    if name == "progress":
        return wording.share(value)
    if name == "size":
        return wording.days(value)
    if name == "weight":
        return wording.decimal(value, 0 if value == round(value) else 2)
    if name.endswith("_on"):
        return wording.day_and_year(date.fromisoformat(value))
    return str(value)


@register.simple_tag
def sparkline(row: Any) -> SafeString:
    """Return an objective's last measurements as a line, the target dotted; with too few a word. `row` is an ObjectiveRow."""
    objective = row.objective
    drawn = spark(
        [(each.measured_on, each.value) for each in row.measurements],
        target=objective.target,
        width=SPARK_WIDTH,
        height=SPARK_HEIGHT,
    )
    if drawn is None:
        return format_html('<span class="quiet">{}</span>', _("not measured twice yet"))
    first, last = row.measurements[0], row.measurements[-1]
    words = _("from %(first)s on %(from)s to %(last)s on %(to)s") % {
        "first": measured(first.value, objective.unit),
        "from": wording.day_and_year(first.measured_on),
        "last": measured(last.value, objective.unit),
        "to": wording.day_and_year(last.measured_on),
    }
    target = SafeString("")
    if drawn.target_y is not None:
        target = format_html(
            '<line class="sparkline__target" x1="0" y1="{y}" x2="{w}" y2="{y}"/>', y=drawn.target_y, w=SPARK_WIDTH
        )
    return format_html(
        '<svg class="sparkline" viewBox="0 0 {} {}" role="img"><title>{}</title>{}'
        '<polyline class="sparkline__line" points="{}"/><circle class="sparkline__now" cx="{}" cy="{}" r="3"/></svg>',
        SPARK_WIDTH,
        SPARK_HEIGHT,
        words,
        target,
        " ".join(f"{x},{y}" for x, y in drawn.points),
        *drawn.last,
    )


@register.simple_tag
def sorted_by(sort: str, column: str) -> SafeString:
    """Return the attribute that tells whether a list is sorted by this column, and which way."""
    if sort.removeprefix("-") != column:
        return SafeString("")
    return format_html(' aria-sort="{}"', "descending" if sort.startswith("-") else "ascending")


@register.simple_tag(takes_context=True)
def sort_link(context: Mapping[str, Any], sort: str, column: str, first: str) -> str:
    """Return the query string that sorts by `column`: `first` at the first click, then the other way round."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    other = first.removeprefix("-") if first.startswith("-") else f"-{first}"
    query["sort"] = other if sort == first else first
    return f"?{query.urlencode()}"
