"""Reads what needs a manager now: one list, the worst and nearest first, each with the one thing to do about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prioritization.models import ScoreRequest
from prioritization.rules.needs import Harm, weight
from prioritization.rules.relief import Movable, relief
from prioritization.rules.scales import SPLIT_FROM
from roadmap.models import Answer, Capacity, Confirmation, Effort, Feature, Objective, Product, Release, Standing
from roadmap.queries.confirmation import last_answers
from stakeholders import wording
from stakeholders.models import Invitation, Message, Round, Seat

NAMED = 3
"""So many things are called by name; of more the number is told."""
LATE_AFTER_MINUTES = 5
NEAR_DAYS = 183
"""What is wrong with a release further away than this needs nobody now."""
DAY = 86_400


@dataclass(frozen=True)
class Need:
    """One thing that needs someone.

    mark   names the sign before it: objects, clock, over, split, unknown, late
    when   a date or a span in words; "" for what has no day
    url    where the one button leads, and what it says
    weight orders the list; see rules.needs
    """

    mark: str
    title: str
    text: str
    when: str
    url: str
    act: str
    weight: float


@dataclass(frozen=True)
class _Place:
    """What all readers below need: the product, the instant, and today in the product's zone."""

    product: Product
    now: datetime
    today: date

    def days_to(self, day: date) -> int:
        return (day - self.today).days

    def features(self, **query: object) -> str:
        return f"{reverse('roadmap:features', args=[self.product.slug])}?{urlencode(query)}"


def needs_of(product: Product, *, now: datetime, today: date, confirmation: Confirmation | None) -> list[Need]:
    """Return what needs the product's managers, the worst and nearest first; in a fixed number of queries.

    confirmation  the newest one, as roadmap.queries.timeline_facts.latest_confirmation gives it
    """
    place = _Place(product, now, today)
    near = (today, today + timedelta(days=NEAR_DAYS))
    releases = list(product.releases.filter(ends_on__range=near).order_by("ends_on", "pk"))
    found: list[Need] = [
        *_objections(place, confirmation),
        *_disowned(place),
        *_silent(place),
        *_over_capacity(place, releases),
        *_late_releases(place),
        *_split(place),
        *_unsized(place, releases),
        *_unmeasured(place),
        *_uncounted(place),
        *_unsent(place),
    ]
    return sorted(found, key=lambda need: -need.weight)


def _objections(place: _Place, confirmation: Confirmation | None) -> Iterator[Need]:
    if confirmation is None:
        return
    objecting = [each for each in last_answers(confirmation).values() if each.verdict == Answer.Verdict.OBJECT]
    seats = {
        each.seat_id: each.seat
        for each in confirmation.round.invitations.standing()
        .filter(seat__in=[each.seat_id for each in objecting])
        .select_related("seat__user")
    }
    for answer in objecting:
        if answer.seat_id not in seats:
            continue
        yield Need(
            mark="objects",
            title=_("%(name)s objects to version %(number)d")
            % {"name": _signed(answer, seats[answer.seat_id]), "number": confirmation.version.number},
            text=_("“%(said)s”") % {"said": Truncator(answer.text).chars(140)},
            when=wording.relative(answer.arrived_at, now=place.now, zone=place.product.time_zone),
            url=reverse("stakeholders:round", args=[place.product.slug, confirmation.round.public_id]),
            act=_("Read"),
            weight=weight(Harm.AGREEMENT, 0),
        )


def _disowned(place: _Place) -> Iterator[Need]:
    """People who say, from their receipt, that an answer in an open round was not theirs."""
    said = Invitation.objects.filter(round__in=Round.objects.filter(product=place.product).open())
    for invitation in said.exclude(disowned_at=None).select_related("round", "seat__user"):
        yield Need(
            mark="objects",
            title=_("%(name)s says an answer was not theirs") % {"name": invitation.seat.user.get_full_name()},
            text=_("In “%(round)s”. Their link has ended; make them a new one, so that they can replace the answer.")
            % {"round": invitation.round.title},
            when=wording.day(invitation.disowned_at, place.product.time_zone),
            url=reverse("stakeholders:round", args=[place.product.slug, invitation.round.public_id])
            + f"#person-{invitation.pk}",
            act=_("See the round"),
            weight=weight(Harm.AGREEMENT, 0),
        )


def _signed(answer: Answer, seat: Seat) -> str:
    """Whose answer it is; both names where somebody stood in."""
    who = seat.user.get_full_name()
    if answer.entered_by is None:
        return who
    return _("%(who)s, by %(delegate)s,") % {"who": who, "delegate": answer.entered_by.user.get_full_name()}


def _silent(place: _Place) -> Iterator[Need]:
    standing = Q(invitations__removed_at=None, invitations__seat__left_at=None)
    rounds = list(
        Round.objects.open()
        .filter(product=place.product)
        .annotate(
            people=Count("invitations", filter=standing),
            through=Count("invitations", filter=standing & Q(invitations__answered_at__isnull=False)),
        )
    )
    silent: dict[int, list[Invitation]] = defaultdict(list)
    waiting = [each for each in rounds if each.through < each.people]
    for invitation in (
        Invitation.objects.silent().filter(round__in=waiting).select_related("seat__user").order_by("-answered", "pk")
    ):
        silent[invitation.round_id].append(invitation)
    for each in rounds:
        days = (each.deadline_at - place.now).total_seconds() / DAY
        url = reverse("stakeholders:round", args=[place.product.slug, each.public_id])
        titled = {"title": each.title, "when": wording.instant(each.deadline_at, each.zone)}
        if days <= 0:
            yield Need(
                mark="late",
                title=_("“%(title)s” closed %(when)s and is not counted yet") % titled,
                text=_("It is counted within a minute. If this stays, the worker that does it may be down."),
                when=wording.relative(each.deadline_at, now=place.now, zone=each.zone),
                url=url,
                act=_("Open round"),
                weight=weight(Harm.BROKEN, 0),
            )
        elif silent[each.pk]:
            yield Need(
                mark="clock",
                title=_("“%(title)s” closes %(when)s") % titled,
                text=_who_is_silent(each.people, silent[each.pk]),
                when=wording.relative(each.deadline_at, now=place.now, zone=each.zone),
                url=url,
                act=_("Remind"),
                weight=weight(Harm.BROKEN, days),
            )


def _who_is_silent(people: int, silent: list[Invitation]) -> str:
    said = ngettext("%(through)d of %(people)d has answered", "%(through)d of %(people)d have answered", people) % {
        "through": people - len(silent),
        "people": people,
    }
    if len(silent) > NAMED:
        return _("%(said)s.") % {"said": said}
    parts = []
    for each in silent:
        facts = {"name": each.seat.user.get_full_name(), "done": each.answered, "asked": each.asked}
        begun = _("%(name)s has answered %(done)d of %(asked)d") % facts
        parts.append(begun if each.answered else _("%(name)s has not begun") % facts)
    return _("%(said)s; %(names)s.") % {"said": said, "names": ", ".join(parts)}


def _over_capacity(place: _Place, releases: list[Release]) -> Iterator[Need]:
    efforts = Effort.objects.filter(feature__release__in=releases).exclude(feature__status=Feature.Status.DROPPED)
    rows = efforts.order_by().values_list("team_id", "feature__release_id").annotate(days=Sum("likely"))
    asked = {(team, release): days for team, release, days in rows}
    there = {
        (row.team_id, row.release_id): row
        for row in Capacity.objects.filter(release__in=releases).select_related("team")
    }
    left = {cell: row.days - asked.get(cell, 0.0) for cell, row in there.items()}
    over = {cell for cell, days in left.items() if days < -1e-9}
    movable = _movable(over)
    for at, release in enumerate(releases):
        for cell in sorted(each for each in over if each[1] == release.pk):
            team = there[cell].team
            rooms = [(later.name, left.get((team.pk, later.pk), 0.0)) for later in releases[at + 1 :]]
            move = relief(-left[cell], movable[cell], rooms)
            yield Need(
                mark="over",
                title=_("%(team)s is over capacity in %(release)s") % {"team": team.name, "release": release.name},
                text=_what_is_over(asked[cell], there[cell].days, move),
                when=wording.relative(release.ends_on, now=place.now, zone=place.product.time_zone),
                url=place.features(team=team.pk, release=release.pk, sort="-size"),
                act=_("See features"),
                weight=weight(Harm.WRONG, place.days_to(release.ends_on)),
            )


def _movable(over: set[tuple[int, int]]) -> dict[tuple[int, int], list[Movable]]:
    """Return what each overfull team works on in that release, by (team, release). One query."""
    found: dict[tuple[int, int], list[Movable]] = defaultdict(list)
    rows = (
        Effort.objects.filter(
            team__in={team for team, _release in over}, feature__release__in={release for _team, release in over}
        )
        .exclude(feature__status__in=[Feature.Status.DROPPED, Feature.Status.SHIPPED])
        .order_by("feature__number")
        .values_list(
            "team_id", "feature__release_id", "feature__title", "likely", "feature__standing__rank", "feature__status"
        )
    )
    for team, release, title, days, rank, status in rows:
        is_begun = status == Feature.Status.IN_PROGRESS
        found[team, release].append(Movable(title, days, rank, is_begun))
    return found


def _what_is_over(asked: float, there: float, move: tuple[str, str] | None) -> str:
    facts = {"asked": wording.decimal(asked, 0 if asked == int(asked) else 1), "there": wording.days(there)}
    if move is None:
        return _("%(asked)s of %(there)s are planned. No single move would fix it.") % facts
    feature, release = move
    words = _("%(asked)s of %(there)s are planned. Moving “%(feature)s” to %(release)s would fix it.")
    return words % (facts | {"feature": feature, "release": release})


def _late_releases(place: _Place) -> Iterator[Need]:
    undone = ~Q(features__status__in=[Feature.Status.SHIPPED, Feature.Status.DROPPED])
    late = place.product.releases.filter(ends_on__lt=place.today).annotate(
        undone=Count("features", filter=undone & Q(features__isnull=False))
    )
    for release in late.filter(undone__gt=0).order_by("-ends_on")[:NAMED]:
        yield Need(
            mark="late",
            title=_("%(release)s is over, and not all of it has shipped") % {"release": release.name},
            text=ngettext(
                "%(n)d feature in it is neither shipped nor dropped.",
                "%(n)d features in it are neither shipped nor dropped.",
                release.undone,
            )
            % {"n": release.undone},
            when=wording.relative(release.ends_on, now=place.now, zone=place.product.time_zone),
            url=place.features(release=release.pk, status="open"),
            act=_("Sort out"),
            weight=weight(Harm.WRONG, 0),
        )


def _split(place: _Place) -> Iterator[Need]:
    rows = Standing.objects.filter(product=place.product, split__gt=SPLIT_FROM, rank__isnull=False)
    split = list(rows.select_related("feature").order_by("rank")[: NAMED + 1])
    if not split:
        return
    count = len(split) if len(split) <= NAMED else rows.count()
    yield Need(
        mark="split",
        title=ngettext("%(n)s feature is split, not few in votes", "%(n)s features are split, not few in votes", count)
        % {"n": wording.decimal(count)},
        text=_("%(names)s. A talk will settle more than votes.")
        % {"names": _named([_ranked(row) for row in split], count)},
        when="",
        url=f"{reverse('prioritization:ranking', args=[place.product.slug])}?show=split",
        act=_("Compare"),
        weight=weight(Harm.BLIND, 14),
    )


def _ranked(row: Standing) -> str:
    if row.rank_low is None:
        return _("%(title)s (rank %(rank)d)") % {"title": row.feature.title, "rank": row.rank}
    return _("%(title)s (%(ranks)s)") % {
        "title": row.feature.title,
        "ranks": wording.interval(row.rank_low, row.rank_high),
    }


def _unsized(place: _Place, releases: list[Release]) -> Iterator[Need]:
    unsized: dict[int, list[str]] = defaultdict(list)
    rows = Feature.objects.filter(release__in=releases, efforts=None).alive().order_by("number")
    for pk, title in rows.values_list("release_id", "title"):
        unsized[pk].append(title)
    for release in releases:
        if not (titles := unsized[release.pk]):
            continue
        yield Need(
            mark="unknown",
            title=ngettext(
                "%(n)d feature in %(release)s has no size", "%(n)d features in %(release)s have no size", len(titles)
            )
            % {"n": len(titles), "release": release.name},
            text=_("%(names)s. No forecast without it.") % {"names": _named(titles, len(titles))},
            when=wording.relative(release.ends_on, now=place.now, zone=place.product.time_zone),
            url=place.features(release=release.pk, size="no", status="open"),
            act=_("Size them"),
            weight=weight(Harm.BLIND, place.days_to(release.ends_on)),
        )


def _unmeasured(place: _Place) -> Iterator[Need]:
    rows = Objective.objects.filter(Q(measure="") | Q(target=None), product=place.product)
    names = [f"{letter} {name}" for letter, name in rows.values_list("letter", "name")]
    if names:
        yield Need(
            mark="unknown",
            title=ngettext(
                "%(n)d objective has no measure with a target",
                "%(n)d objectives have no measure with a target",
                len(names),
            )
            % {"n": len(names)},
            text=_("%(names)s. Nobody will be able to tell that it was reached.")
            % {"names": _named(names, len(names))},
            when="",
            url=reverse("roadmap:objectives", args=[place.product.slug]),
            act=_("Say how"),
            weight=weight(Harm.UNTIDY, None),
        )


def _uncounted(place: _Place) -> Iterator[Need]:
    asked = ScoreRequest.objects.filter(product=place.product).first()
    if asked and (place.now - asked.asked_at).total_seconds() > LATE_AFTER_MINUTES * 60:
        why = (
            _("Asked for on %(time)s. It failed several times and is tried again with the next vote.")
            if asked.is_parked
            else _("Asked for on %(time)s. The worker that counts may be busy or down.")
        )
        yield Need(
            mark="late",
            title=_("The newest votes are not counted yet"),
            text=why % {"time": wording.instant(asked.asked_at, place.product.time_zone)},
            when=wording.relative(asked.asked_at, now=place.now, zone=place.product.time_zone),
            url=reverse("prioritization:ranking", args=[place.product.slug]),
            act=_("Open ranking"),
            weight=weight(Harm.BLIND, 0),
        )


def _unsent(place: _Place) -> Iterator[Need]:
    failed = Message.objects.filter(product=place.product, failed_at__isnull=False, round__closed_at=None)
    people = sorted({each.user.get_full_name() for each in failed.select_related("user")})
    count = failed.count()
    if count:
        yield Need(
            mark="late",
            title=ngettext("%(n)d mail could not be sent", "%(n)d mails could not be sent", count) % {"n": count},
            text=_("%(names)s: see why in the outbox, and put the address right or tell them otherwise.")
            % {"names": _named(people, len(people))},
            when="",
            url=reverse("stakeholders:outbox", args=[place.product.slug]),
            act=_("Open outbox"),
            weight=weight(Harm.BROKEN, 0),
        )


def _named(names: Iterable[str], count: int) -> str:
    """Return the first few names, and how many more there are."""
    shown = list(names)[:NAMED]
    words = ", ".join(shown)
    if count > len(shown):
        more = ngettext("and %(n)s more", "and %(n)s more", count - len(shown)) % {
            "n": wording.decimal(count - len(shown))
        }
        return f"{words} {more}"
    return words
