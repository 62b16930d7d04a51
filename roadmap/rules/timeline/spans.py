"""Knows from when to when a feature runs, how exactly that is meant, and what is late or out of order."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from roadmap.rules.timeline.facts import PlannedFeature, Precision, Release


def month_start(day: date) -> date:
    return day.replace(day=1)


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def quarter_start(day: date) -> date:
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def quarter_end(day: date) -> date:
    return month_end(date(day.year, day.month - (day.month - 1) % 3 + 2, 1))


@dataclass(frozen=True, slots=True)
class Span:
    """The days that a feature's bar covers, both inclusive.

    starts_by, ends_from   the latest day on which it can start and the earliest on which it can end: "in Q2" may start
                           as late as 30 June, and what only has a release may start and end anywhere in its window
    is_own                 both ends come from the feature; otherwise its release lent one or both
    """

    starts_on: date
    ends_on: date
    starts_by: date
    ends_from: date
    is_own: bool = True


def span_of(feature: PlannedFeature, release: Release | None) -> Span | None:
    """Return what the feature's bar covers, or None when it has no place on the axis ("later").

    No date is invented: a missing end is the release's end, a missing start the release's start, and where these do not
    fit either, the bar is the one day that is known. Dates in the wrong order give the single day of the start.
    """
    if feature.precision is Precision.LATER:
        return None
    starts, ends = _days_of(feature.starts_on, feature.precision), _days_of(feature.ends_on, feature.precision)
    is_own = starts is not None and ends is not None
    if release is not None and release.starts_on and release.ends_on and not is_own:
        window = (release.starts_on, release.ends_on)
        if starts is None and (ends is None or window[0] <= ends[1]):
            starts = (window[0], min(window[1], ends[1]) if ends else window[1])
        if ends is None and (starts is None or starts[0] <= window[1]):
            ends = (max(window[0], starts[0]) if starts else window[0], window[1])
    starts, ends = starts or ends, ends or starts
    if starts is None or ends is None:
        return None
    if ends[1] < starts[0]:
        ends = starts
    return Span(starts[0], ends[1], starts[1], ends[0], is_own)


def _days_of(day: date | None, precision: Precision) -> tuple[date, date] | None:
    """Return the first and the last day that `day` may mean."""
    if day is None:
        return None
    match precision:
        case Precision.MONTH:
            return month_start(day), month_end(day)
        case Precision.QUARTER:
            return quarter_start(day), quarter_end(day)
    return day, day


def days_late(feature: PlannedFeature, span: Span | None, release: Release | None) -> int:
    """Return by how many days the feature is planned to end after its release; 0 when in time or when not known.

    Its own end counts, at its earliest within the precision: "in March" is not late for 15 March. What has shipped is
    not late.
    """
    if span is None or release is None or release.ends_on is None or feature.is_shipped or feature.ends_on is None:
        return 0
    return max((span.ends_from - release.ends_on).days, 0)


def days_overdue(feature: PlannedFeature, span: Span | None, release: Release | None, today: date) -> int:
    """Return for how many days the feature should have ended and has not; 0 when shipped or when no end is known.

    Without an end of its own it should have ended with its release.
    """
    if span is None or feature.is_shipped:
        return 0
    is_lent = release is not None and release.ends_on == span.ends_on
    if feature.ends_on is None and not is_lent:
        return 0
    return max((today - span.ends_on).days, 0)


def is_broken(need: Span | None, span: Span | None) -> bool:
    """Return whether a feature surely starts before the one that it needs has ended.

    Coarse and lent dates break an order only where every reading of them does: what ends in March may come before what
    starts in March, and two features of one release may come in either order, but what is due in 2027.2 cannot come
    before what is due in 2027.1. Source: finish-to-start precedence, dates read as intervals.
    """
    return need is not None and span is not None and need.ends_from > span.starts_by
