"""Says in words what a timeline draws: dates, delays, progress, agreement, and what the whole comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from roadmap.measures import measured
from roadmap.queries.changes import small_number
from roadmap.rules.timeline.axis import Tick
from roadmap.rules.timeline.bars import Bar
from roadmap.rules.timeline.conclusion import Conclusion, Slip
from roadmap.rules.timeline.drawing import QuarterNames
from roadmap.rules.timeline.facts import Agreement, PlannedFeature, Precision, Release
from roadmap.rules.timeline.horizon import Horizon
from roadmap.rules.timeline.spans import Span, quarter_end
from stakeholders import wording

AGREEMENTS = {
    Agreement.CLEAR: gettext_lazy("no concern"),
    Agreement.CONCERN: gettext_lazy("somebody is concerned"),
    Agreement.OBJECTION: gettext_lazy("somebody objects"),
    Agreement.UNASKED: gettext_lazy("draft, nobody asked yet"),
}
GLYPHS = {
    Agreement.CLEAR: "confirmed",
    Agreement.CONCERN: "concerns",
    Agreement.OBJECTION: "objects",
    Agreement.UNASKED: "silent",
}
"""The names of the agreement marks."""

HORIZONS = {
    Horizon.SHIPPED: gettext_lazy("shipped"),
    Horizon.NOW: gettext_lazy("now"),
    Horizon.NEXT: gettext_lazy("next"),
    Horizon.LATER: gettext_lazy("later"),
}
NO_BREAK = wording.NO_BREAK


# dates


def quarter(day: date) -> str:
    """Return "Q4 2026"."""
    return _("Q%(quarter)s %(year)s") % {"quarter": (day.month - 1) // 3 + 1, "year": day.year}


def quarter_months(day: date) -> str:
    """Return "October – December 2026"."""
    months = [formats.date_format(each, "F") for each in (day, quarter_end(day))]
    return _("%(first)s – %(last)s %(year)s") % {"first": months[0], "last": months[1], "year": day.year}


def tick(each: Tick, names: QuarterNames, *, is_first: bool) -> str:
    """Return what stands at the head of a quarter: "Q4 2026", "Q4 26", or a year at its first quarter."""
    match names:
        case QuarterNames.LONG:
            return quarter(each.begins_on)
        case QuarterNames.SHORT:
            return _("Q%(quarter)s %(year)s") % {"quarter": each.quarter, "year": f"{each.begins_on.year % 100:02d}"}
    return str(each.begins_on.year) if each.quarter == 1 or is_first else ""


def short_ticks(ticks: Sequence[Tick]) -> tuple[tuple[float, str], ...]:
    """Return x and name of up to six quarters: "Q4 26", "Q1 27", "Q2", "Q3"; the year where it begins."""
    step = -(-len(ticks) // 6)
    named = []
    year = 0
    for each in ticks[::step]:
        name = _("Q%(quarter)s") % {"quarter": each.quarter}
        named.append((each.x, name if each.begins_on.year == year else f"{name} {each.begins_on.year % 100:02d}"))
        year = each.begins_on.year
    return tuple(named)


def day_of(day: date, precision: Precision) -> str:
    """Return a day as exactly as it is meant: "27 Nov 2026", "Nov 2026" or "Q4 2026"."""
    match precision:
        case Precision.MONTH:
            return formats.date_format(day, pgettext("month and year", "M Y")).replace(" ", NO_BREAK)
        case Precision.QUARTER:
            return quarter(day).replace(" ", NO_BREAK)
    return wording.day_and_year(day)


def start_and_end(feature: PlannedFeature, span: Span | None, release: Release | None) -> tuple[str, str]:
    """Return both ends for a table. What the release lends is named so; what nobody knows is "–"."""
    if span is None:
        return wording.UNKNOWN, _("later")
    lent = _("with %(release)s") % {"release": release.name} if release else wording.UNKNOWN
    starts = day_of(feature.starts_on, feature.precision) if feature.starts_on else lent
    ends = day_of(feature.ends_on, feature.precision) if feature.ends_on else lent
    return starts, ends


def when(feature: PlannedFeature, span: Span | None, release: Release | None, *, starts: str, ends: str) -> str:
    """Return both ends of `start_and_end` in one: "5 Oct 2026 – 13 Nov 2026", "Nov 2026", "in 2027.1, no dates yet" or "later"."""
    if span is None:
        return _("later")
    if feature.starts_on is None and feature.ends_on is None and release:
        return _("in %(release)s, no dates yet") % {"release": release.name}
    return starts if starts == ends else f"{starts} – {ends}"


def by_when(feature: PlannedFeature, span: Span | None, release: Release | None) -> str:
    """Return when it is to be there, for a reader who needs one date: "by 13 November 2026", "in March 2027", "later"."""
    if span is None:
        return _("later")
    if feature.is_shipped:
        return _("shipped")
    if feature.ends_on is None:
        return _("with %(release)s") % {"release": release.name} if release else _("no end yet")
    match feature.precision:
        case Precision.MONTH:
            return _("in %(month)s") % {"month": formats.date_format(feature.ends_on, "F Y")}
        case Precision.QUARTER:
            return _("in %(quarter)s") % {"quarter": quarter(feature.ends_on)}
    return _("by %(day)s") % {"day": formats.date_format(feature.ends_on, pgettext("day, month and year", "j F Y"))}


# delays


def stretch(days: int) -> str:
    """Return a length of time as short as a drawing needs it: "3 d", "2 wk", "4 mo"."""
    if days < 7:
        return _("%(count)s\u00a0d") % {"count": days}
    if days < 70:
        return _("%(count)s\u00a0wk") % {"count": round(days / 7)}
    return _("%(count)s\u00a0mo") % {"count": round(days / 30.44)}


def long_stretch(days: int) -> str:
    """Return the same for a sentence: "three days", "two weeks", "four months"."""
    if days < 7:
        return ngettext("one day", "%(count)s days", days) % {"count": small_number(days)}
    if days < 70:
        weeks = round(days / 7)
        return ngettext("one week", "%(count)s weeks", weeks) % {"count": small_number(weeks)}
    months = round(days / 30.44)
    return ngettext("one month", "%(count)s months", months) % {"count": small_number(months)}


def late(bar: Bar) -> str:
    """Return "+2 wk" for what ends after its release, "2 wk overdue" for what should have ended, else ""."""
    if bar.late_days:
        return f"+{stretch(bar.late_days)}"
    if bar.overdue_days:
        return _("%(time)s overdue") % {"time": stretch(bar.overdue_days)}
    return ""


def state(feature: PlannedFeature) -> str:
    """Return "shipped", "60 % done" or "not begun"."""
    if feature.is_shipped:
        return _("shipped")
    if feature.progress > 0:
        return _("%(share)s done") % {"share": wording.share(feature.progress)}
    return _("not begun")


# the whole


def figures(entry: Mapping[str, Any]) -> str:
    """Return where an objective stands and where it goes: "5.8 % → 4 %", the one number that is known, or ""."""
    now = entry["baseline"] if entry["current"] is None else entry["current"]
    return " → ".join(measured(float(value), entry["unit"]) for value in (now, entry["target"]) if value is not None)


def confirming(counts: Mapping[str, int], *, version: int | None = None) -> str:
    """Return "14 people confirm this roadmap, 3 with concerns, 1 objects."

    counts    state of an answer -> people, as the agreement mark has them
    version   the version to name, where this roadmap is not quite it any more
    """
    yes, concerns, objects = (counts.get(each, 0) for each in ("confirmed", "concerns", "objects"))
    what = _("version %(number)s") % {"number": version} if version else _("this roadmap")
    if not yes + concerns + objects + counts.get("abstains", 0):
        return _("Nobody has answered yet.") if counts.get("silent") else ""
    facts = {"count": yes + concerns, "what": what}
    if not yes + concerns:
        parts = [_("Nobody confirms %(what)s") % facts]
    else:
        parts = [
            ngettext("%(count)s person confirms %(what)s", "%(count)s people confirm %(what)s", yes + concerns) % facts
        ]
    if concerns:
        parts.append(
            ngettext("%(count)s of them with concerns", "%(count)s of them with concerns", concerns)
            % {"count": concerns}
        )
    if objects:
        parts.append(ngettext("%(count)s objects", "%(count)s object", objects) % {"count": objects})
    return ", ".join(parts) + "."


def column_note(release: Release | None) -> str:
    """Return what stands beside "Now" and "Next": "with 2026.4, 17 Dec 2026"."""
    if release is None:
        return ""
    return _("with %(release)s, %(day)s") % {"release": release.name, "day": wording.day_and_year(release.ends_on)}


def conclusion(found: Conclusion) -> SafeString:
    """Return what the roadmap comes to: how its releases stand, then everything else that is wrong, in one sentence."""
    parts = [_releases(found), _wrong(found)]
    return mark_safe(" ".join(str(each) for each in parts if each))  # noqa: S308 - each part was escaped


def _wrong(found: Conclusion) -> SafeString | str:
    """Return what is overdue, out of order and over capacity: the one case by name, several by number."""
    overdue, disorders, overloads = (len(each) for each in (found.overdue, found.disorders, found.overloads))
    match overdue, disorders, overloads:
        case 0, 0, 0:
            return ""
        case 1, 0, 0:
            return format_html(_("{feature} should have ended by now."), feature=found.overdue[0].title)
        case 0, 1, 0:
            return format_html(
                _("{feature} starts before {need}, which it needs first, has ended."),
                feature=found.disorders[0].feature.title,
                need=found.disorders[0].need.title,
            )
        case 0, 0, 1:
            return format_html(
                _("{team} has {planned} planned in {release} and {available} to give."),
                team=found.overloads[0].team.name,
                release=found.overloads[0].release.name,
                planned=wording.days(round(found.overloads[0].planned_days, 1)),
                available=wording.days(round(found.overloads[0].available_days, 1)),
            )
    parts = []
    if overdue:
        parts.append(
            ngettext("one feature is overdue", "%(count)s features are overdue", overdue)
            % {"count": small_number(overdue)}
        )
    if disorders:
        parts.append(
            ngettext(
                "one starts before what it needs has ended",
                "%(count)s start before what they need has ended",
                disorders,
            )
            % {"count": small_number(disorders)}
        )
    if overloads:
        parts.append(
            ngettext(
                "in one place a team has more planned than it can do",
                "in %(count)s places a team has more planned than it can do",
                overloads,
            )
            % {"count": small_number(overloads)}
        )
    sentence = (
        parts[0]
        if len(parts) == 1
        else _("%(first)s and %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}
    )
    return sentence[:1].upper() + sentence[1:] + "."


def _releases(found: Conclusion) -> SafeString | str:
    """Return the sentence about the releases ahead; plain text is escaped, since it names nothing."""
    if not found.features:
        return ""
    if not found.ahead:
        return _("No release lies ahead.")
    total = len(found.ahead)
    if not found.slips:
        if total == 1:
            return format_html(_("Everything planned for {release} ends in time."), release=found.ahead[0].name)
        return _("Everything planned for the next %(count)s releases ends in time.") % {"count": small_number(total)}
    slip = found.slips[0]
    if total == 1:
        return format_html(
            _("Not everything planned for <strong>{release}</strong> ends in time: {why}"),
            release=slip.release.name,
            why=_slip(slip),
        )
    if len(found.slips) > 1:
        if not found.on_time:
            return format_html(
                _("All {total} releases hold features that end after them; first <strong>{release}</strong>: {why}"),
                total=small_number(total),
                release=slip.release.name,
                why=_slip(slip),
            )
        late = small_number(len(found.slips))
        return format_html(
            _("{late} of {total} releases hold features that end after them; first <strong>{release}</strong>: {why}"),
            late=late.capitalize(),
            total=small_number(total),
            release=slip.release.name,
            why=_slip(slip),
        )
    if found.on_time == 1:
        opening = _("One of two releases holds what is planned for it;")
    else:
        opening = _("%(good)s of %(total)s releases hold what is planned for them;") % {
            "good": small_number(found.on_time).capitalize(),
            "total": small_number(total),
        }
    return format_html("{} <strong>{}</strong>: {}", opening, _late_release(slip), _slip(slip))


def _late_release(slip: Slip) -> str:
    return _("%(release)s does not") % {"release": slip.release.name}


def _slip(slip: Slip) -> str:
    facts = {"title": slip.feature.title, "time": long_stretch(slip.days), "count": small_number(slip.count - 1)}
    if slip.count == 1:
        return _("%(title)s ends %(time)s after it.") % facts
    return (
        ngettext(
            "%(title)s ends %(time)s after it, and one more ends late.",
            "%(title)s ends %(time)s after it, and %(count)s more end late.",
            slip.count - 1,
        )
        % facts
    )
