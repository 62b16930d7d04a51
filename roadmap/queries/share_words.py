"""Says in three sentences what leaders ask of a roadmap: what comes next and why, what changed, who is not convinced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from roadmap.queries.changes import small_number
from roadmap.rules.differences import Change, Kind, Subject
from roadmap.rules.outcome import Outcome
from roadmap.rules.timeline.facts import Release, Roadmap
from roadmap.rules.timeline.horizon import Horizon, coming, horizon_of
from roadmap.rules.timeline.lanes import Placed, placed

MOST_NAMED = 2


def standing(found: Outcome | None, *, is_open: bool) -> str:
    """Return "confirmed by 14 of 16", of those who must confirm; "not confirmed yet" when nobody was asked."""
    if found is None or not found.required.asked:
        return _("nobody was asked to confirm it")
    facts = {"count": found.required.confirming, "asked": found.required.asked}
    return (
        _("confirmed by %(count)s of %(asked)s so far") if is_open else _("confirmed by %(count)s of %(asked)s")
    ) % facts


def what_comes_next(roadmap: Roadmap) -> str:
    """Return what ships next, by when, and for which objectives; and when the release after it comes."""
    ahead = coming(roadmap.releases, roadmap.today)
    for release, horizon in zip(ahead, (Horizon.NOW, Horizon.NEXT), strict=False):
        members = [
            each
            for each in placed(roadmap)
            if not each.feature.is_shipped and horizon_of(each, ahead, roadmap.today) is horizon
        ]
        if members:
            return _ships(release, members, roadmap) + _follows(ahead[ahead.index(release) + 1 :])
    return _("No release with anything in it lies ahead.")


def _follows(rest: Sequence[Release]) -> str:
    """Return when the release after the next one comes, so that two dates are told; nothing if none is known."""
    if not rest:
        return ""
    return " " + _("%(release)s follows by %(day)s.") % {"release": rest[0].name, "day": _long_day(rest[0])}


def _long_day(release: Release) -> str:
    return formats.date_format(release.ends_on, pgettext("day, month and year", "j F Y"))


def _ships(release: Release, members: Sequence[Placed], roadmap: Roadmap) -> str:
    served = {each.feature.objective for each in members}
    why = [each.name for each in sorted(roadmap.objectives, key=lambda each: each.position) if each.id in served]
    facts = {
        "release": release.name,
        "day": _long_day(release),
        "what": _listed([each.feature.title for each in members], most=MOST_NAMED),
        "why": _listed([f"“{name}”" for name in why], most=MOST_NAMED),
    }
    if why:
        return _("Next comes %(release)s, by %(day)s, with %(what)s; it serves %(why)s.") % facts
    return _("Next comes %(release)s, by %(day)s, with %(what)s.") % facts


def what_changed(changes: Sequence[Change], before: int | None) -> str:
    """Return how many features were added, moved and removed since the version before."""
    if before is None:
        return _("This is the first version.")
    counts = {
        kind: sum(1 for each in changes if each.subject is Subject.FEATURE and each.kind is kind) for kind in Kind
    }
    parts = []
    if count := counts[Kind.ADDED]:
        parts.append(ngettext("one feature was added", "%(count)s features were added", count) % _small(count))
    if count := counts[Kind.MOVED]:
        parts.append(ngettext("one has moved", "%(count)s have moved", count) % _small(count))
    if count := counts[Kind.REMOVED]:
        parts.append(ngettext("one was taken out", "%(count)s were taken out", count) % _small(count))
    if not parts:
        return _("Since version %(number)s no feature was added, moved or taken out.") % {"number": before}
    return _("Since version %(number)s %(what)s.") % {"number": before, "what": _listed(parts, most=3)}


def _small(count: int) -> dict[str, str]:
    return {"count": small_number(count)}


def where_agreement_is_weak(plan: Mapping[str, Any], concerned: Mapping[int, int], found: Outcome | None) -> str:
    """Return which features most concerns and objections name, and how many people have not answered.

    concerned   feature id -> how many people's standing concern or objection names it
    """
    if found is None:
        return _("Nobody was asked to confirm it yet.")
    silent = len(found.silent)
    rest = ""
    if silent:
        rest = " " + ngettext(
            "One person who must answer has not.", "%(count)s people who must answer have not.", silent
        ) % {"count": small_number(silent).capitalize()}
    titles = {entry["id"]: entry["title"] for entry in plan["features"]}
    named = {feature: count for feature, count in concerned.items() if feature in titles}
    if named:
        most = max(named.values())
        weakest = sorted(titles[feature] for feature, count in named.items() if count == most)
        facts = {"what": _listed(weakest, most=2), "count": small_number(most)}
        if len(weakest) > 1:
            return (
                ngettext(
                    "Agreement is weakest on %(what)s: one person has a concern about each.",
                    "Agreement is weakest on %(what)s: %(count)s people have concerns about each.",
                    most,
                )
                % facts
                + rest
            )
        return (
            ngettext(
                "Agreement is weakest on %(what)s: one person has a concern about it.",
                "Agreement is weakest on %(what)s: %(count)s people have concerns about it.",
                most,
            )
            % facts
            + rest
        )
    worried = len(found.concerned) + len(found.objecting)
    if worried:
        return (
            ngettext(
                "One person has a concern about the roadmap as a whole.",
                "%(count)s people have concerns about the roadmap as a whole.",
                worried,
            )
            % {"count": small_number(worried).capitalize()}
            + rest
        )
    if not found.required.answered + found.consulted.answered:
        return _("Nobody has answered yet.")
    return _("Nobody who answered has a concern.") + rest


def _listed(names: Sequence[str], *, most: int) -> str:
    """Return "A", "A and B", "A, B and C" or "A, B, C and two more"; nothing of nothing."""
    if len(names) > most:
        more = len(names) - most
        names = [
            *names[:most],
            ngettext("one more", "%(count)s more", more) % {"count": small_number(more)},
        ]
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}
