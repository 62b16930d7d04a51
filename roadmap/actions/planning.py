"""Gives features their place on the roadmap: a release, dates, or none; and takes such an act back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from roadmap.actions.editing import EditConflict, hold_features
from roadmap.models import Dependency, Feature, Release
from roadmap.rules.timeline import facts
from roadmap.rules.timeline.spans import Span, is_broken, month_end, month_start, quarter_end, quarter_start, span_of
from stakeholders.activity import line, record, record_all
from stakeholders.models import Seat, Verb

SALT = "accord.plan-undo"
MOVED = ("release", "starts_on", "ends_on", "precision", "status", "edition", "updated_at", "updated_by")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a feature stands on the roadmap; nowhere when all is empty."""

    release: Release | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    precision: str = Feature.Precision.DAY

    @property
    def is_nowhere(self) -> bool:
        dates = (self.starts_on, self.ends_on)
        return self.release is None and dates == (None, None) and self.precision != Feature.Precision.LATER


class BrokenDependency(Exception):
    """The place would break an order; nothing was written.

    needs       features that `feature` needs first and that end too late for it
    dependents  features that need `feature` first and begin before it would end
    """

    def __init__(self, feature: Feature, needs: Sequence[Feature], dependents: Sequence[Feature]) -> None:
        super().__init__(feature.pk)
        self.feature, self.needs, self.dependents = feature, needs, dependents

    def in_words(self) -> str:
        """Return "Status page needs Single sign-on first, which ends later." and the like, a sentence for each side."""
        sentences = []
        if self.needs:
            names = ", ".join(each.title for each in self.needs)
            sentences.append(
                ngettext(
                    "%(feature)s needs %(names)s first, which ends later.",
                    "%(feature)s needs %(names)s first, which end later.",
                    len(self.needs),
                )
                % {"feature": self.feature.title, "names": names}
            )
        if self.dependents:
            names = ", ".join(each.title for each in self.dependents)
            sentences.append(
                ngettext(
                    "%(names)s needs %(feature)s first, and begins earlier.",
                    "%(names)s need %(feature)s first, and begin earlier.",
                    len(self.dependents),
                )
                % {"feature": self.feature.title, "names": names}
            )
        return " ".join(sentences)


def place_of(feature: Feature) -> Place:
    return Place(feature.release, feature.starts_on, feature.ends_on, feature.precision)


@transaction.atomic
def plan_feature(feature: Feature, *, place: Place, edition: int, by: Seat, now: datetime) -> Feature:
    """Put a feature at a place, and return it as it is stored then. Does nothing if it is there already.

    edition   the one that whoever plans has seen

    Coarse dates are kept as the first day of the first and the last day of the last month or quarter; "later" keeps
    none. An idea or a candidate that gets a place is planned; what was planned and gets none is a candidate again.
    Raises EditConflict when someone saved in between, BrokenDependency, naming the features, when an order that held
    would not hold any more, ValidationError for dates in the wrong order.
    """
    stored = Feature.objects.select_for_update(of=["self"]).select_related("product", "release").get(pk=feature.pk)
    place = _tidy(place)
    before = place_of(stored)
    if before == place:
        return stored
    if stored.edition != edition:
        raise EditConflict
    if place.starts_on and place.ends_on and place.ends_on < place.starts_on:
        raise ValidationError({"ends_on": _("It cannot end before it starts.")})
    _refuse_broken_order(stored, place)
    _move(stored, place, by=by, now=now)
    record(by, _verb(before, place), stored, at=now, before=_told(before), after=_told(place))
    return stored


def unplan_feature(feature: Feature, *, edition: int, by: Seat, now: datetime) -> Feature:
    """Take a feature off the roadmap. Raises as `plan_feature`."""
    return plan_feature(feature, place=Place(), edition=edition, by=by, now=now)


@transaction.atomic
def clear_release(release: Release, *, by: Seat, now: datetime) -> None:
    """Take every feature out of a release, before it goes: those without dates of their own have no place then.

    No order is asked: who ends at a day that nobody knows is late for nobody. A fixed number of queries.
    """
    hold_features(release.product)
    Release.objects.select_for_update().get(pk=release.pk)
    features, lines = list(release.features.select_related("product", "release")), []
    for feature in features:
        before = place_of(feature)
        place = replace(before, release=None)
        _put(feature, place, by=by, now=now)
        lines.append(line(by, _verb(before, place), feature, at=now, before=_told(before), after=_told(place)))
    Feature.objects.bulk_update(features, MOVED, batch_size=500)
    record_all(lines)


def undo_of(before: Feature, after: Feature) -> str:
    """Return a token by which the act that led from `before` to `after` can be taken back, until someone saves again."""
    place = place_of(before)
    facts = {
        "feature": after.pk,
        "edition": after.edition,
        "release": place.release.pk if place.release else None,
        "starts_on": place.starts_on.isoformat() if place.starts_on else None,
        "ends_on": place.ends_on.isoformat() if place.ends_on else None,
        "precision": place.precision,
        "status": before.status,
    }
    return signing.dumps(facts, salt=SALT, compress=True)


@transaction.atomic
def undo_plan(feature: Feature, *, token: str, by: Seat, now: datetime) -> Feature:
    """Put a feature back where it was before the act that `token` stands for.

    Raises EditConflict when someone saved since, ValidationError when the token is not about this feature.
    """
    try:
        facts = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise ValidationError(_("This cannot be taken back any more.")) from error
    stored = Feature.objects.select_for_update(of=["self"]).select_related("product", "release").get(pk=feature.pk)
    if facts["feature"] != stored.pk:
        raise ValidationError(_("This cannot be taken back any more."))
    if facts["edition"] != stored.edition:
        raise EditConflict
    before = place_of(stored)
    release = stored.product.releases.filter(pk=facts["release"]).first() if facts["release"] else None
    place = Place(release, _day(facts["starts_on"]), _day(facts["ends_on"]), facts["precision"])
    _move(stored, place, by=by, now=now, status=facts["status"])
    record(by, Verb.MOVED, stored, at=now, before=_told(before), after=_told(place), undo=True)
    return stored


def _move(feature: Feature, place: Place, *, by: Seat, now: datetime, status: str = "") -> None:
    _put(feature, place, by=by, now=now, status=status)
    feature.full_clean(exclude=["number"])
    feature.save(update_fields=MOVED)


def _put(feature: Feature, place: Place, *, by: Seat, now: datetime, status: str = "") -> None:
    feature.release, feature.starts_on, feature.ends_on = place.release, place.starts_on, place.ends_on
    feature.precision = place.precision
    feature.status = status or _status(feature.status, place)
    feature.edition += 1
    feature.updated_at, feature.updated_by = now, by


def _verb(before: Place, after: Place) -> Verb:
    return Verb.UNPLANNED if after.is_nowhere else Verb.PLANNED if before.is_nowhere else Verb.MOVED


def _status(status: str, place: Place) -> str:
    if place.is_nowhere:
        return Feature.Status.CANDIDATE if status == Feature.Status.PLANNED else status
    return Feature.Status.PLANNED if status in (Feature.Status.IDEA, Feature.Status.CANDIDATE) else status


def _tidy(place: Place) -> Place:
    starts_on, ends_on = place.starts_on, place.ends_on
    match place.precision:
        case Feature.Precision.LATER:
            starts_on = ends_on = None
        case Feature.Precision.MONTH:
            starts_on, ends_on = starts_on and month_start(starts_on), ends_on and month_end(ends_on)
        case Feature.Precision.QUARTER:
            starts_on, ends_on = starts_on and quarter_start(starts_on), ends_on and quarter_end(ends_on)
    return Place(place.release, starts_on, ends_on, place.precision)


def _refuse_broken_order(feature: Feature, place: Place) -> None:
    """Raise BrokenDependency where `place` breaks an order that holds now; what was broken before may stay so."""
    links = Dependency.objects.select_related("feature__release", "needs__release")
    was, becomes = _span(place_of(feature)), _span(place)
    needs = [
        link.needs
        for link in links.filter(feature=feature).order_by("needs__number")
        if is_broken(_span_of(link.needs), becomes) and not is_broken(_span_of(link.needs), was)
    ]
    dependents = [
        link.feature
        for link in links.filter(needs=feature).order_by("feature__number")
        if is_broken(becomes, _span_of(link.feature)) and not is_broken(was, _span_of(link.feature))
    ]
    if needs or dependents:
        raise BrokenDependency(feature, needs, dependents)


def _span_of(feature: Feature) -> Span | None:
    return None if feature.status == Feature.Status.SHIPPED else _span(place_of(feature))


def _span(place: Place) -> Span | None:
    release = place.release
    return span_of(
        facts.PlannedFeature(
            id=0,
            key="",
            title="",
            starts_on=place.starts_on,
            ends_on=place.ends_on,
            precision=facts.Precision(place.precision),
        ),
        facts.Release(release.pk, release.name, release.starts_on, release.ends_on) if release else None,
    )


def _told(place: Place) -> dict[str, Any]:
    return asdict(place) | {"release": place.release.name if place.release else None}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
