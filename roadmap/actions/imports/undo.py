"""Undoes an import: one act, as long as nobody has touched what it wrote."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import models, transaction
from django.db.models.deletion import Collector, ProtectedError, RestrictedError

from roadmap.actions.editing import hold_features
from roadmap.actions.imports.states import FIELDS, states_of
from roadmap.models import Contribution, Dependency, Effort, Feature, Import, Relation, Release, Standing, Team, Version
from stakeholders.activity import record
from stakeholders.models import Seat, Verb

_OWN = {Feature, Effort, Contribution, Dependency, Relation, Standing}


@dataclass(frozen=True, slots=True)
class Touched:
    """One reason why an import cannot be undone: a feature, by key, that was edited, is gone, or holds others' work.

    what  "edited", "gone", "published" (count is the version's number), or the plural name of the rows of others that
          hang on it ("ratings"), with how many there are
    """

    key: str
    what: str
    count: int = 0


class ImportWasTouched(Exception):
    """What the import wrote is not any more as it wrote it; `touched` says what, at most one reason a feature."""

    def __init__(self, touched: Sequence[Touched]) -> None:
        super().__init__(len(touched))
        self.touched = tuple(touched)


@transaction.atomic
def undo_import(done: Import, *, by: Seat, now: datetime) -> None:
    """Take an import back: what it made is deleted, what it changed is as before. Does nothing if that was done.

    Raises ImportWasTouched where someone has worked on it since.
    """
    done = Import.objects.select_for_update(of=["self"]).select_related("product").get(pk=done.pk)
    if done.undone_at is not None:
        return
    hold_features(done.product)
    if touched := touched_since(done):
        raise ImportWasTouched(touched)
    kept = done.before
    _unlink(Dependency, "feature_id", "needs_id", kept["needs"])
    _unlink(Relation, "first_id", "second_id", kept["related"])
    Feature.objects.filter(pk__in=kept["features"]).delete()
    _restore({int(pk): state for pk, state in kept["before"].items()}, by=by, now=now)
    Team.objects.filter(pk__in=kept["teams"], led_features=None, efforts=None, capacities=None).delete()
    Release.objects.filter(pk__in=kept["releases"], features=None, capacities=None).delete()
    for pk, (first, last) in kept["moved_releases"].items():
        Release.objects.filter(pk=pk).update(starts_on=first, ends_on=last)
    done.undone_at = now
    done.save(update_fields=["undone_at"])
    record(
        by, Verb.UNDID_IMPORT, done, at=now, label=done.source, created=done.created_count, changed=done.changed_count
    )


def touched_since(done: Import) -> list[Touched]:
    """Return what stands in the way of an undo, by feature number; empty when nothing does."""
    wanted = {int(pk): state for pk, state in done.before["after"].items()}
    keys = {
        pk: f"{done.product.key}-{number}"
        for pk, number in Feature.objects.filter(pk__in=wanted).order_by("number").values_list("pk", "number")
    }
    now = states_of(keys)
    touched = [Touched(keys[pk], "edited") for pk in keys if now[pk] != wanted[pk]]
    touched += [Touched(f"#{pk}", "gone") for pk in wanted if pk not in keys]
    touched += _work_on(done, keys)
    touched += _published(done, keys)
    return list({each.key: each for each in reversed(touched)}.values())[::-1]


def _work_on(done: Import, keys: dict[int, str]) -> list[Touched]:
    """Return the rows of others that deleting the import's features would take along, or that forbid it.

    The apps above hang their rows (ratings, answers) on features; Django's own collector knows them, so that this app
    need not.
    """
    made = Feature.objects.filter(pk__in=done.before["features"])
    links = {tuple(pair) for pair in chain(done.before["needs"], done.before["related"])}
    collector = Collector(using=made.db)
    try:
        collector.collect(made)
    except (ProtectedError, RestrictedError) as error:
        held = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
        return _counted(list(held), keys, links)
    rows = chain(
        chain.from_iterable(collector.data.values()),
        chain.from_iterable(query for query in collector.fast_deletes),
    )
    return _counted([row for row in rows if not isinstance(row, Feature)], keys, links)


def _published(done: Import, keys: dict[int, str]) -> list[Touched]:
    """Return the features of the import that a version shows which came after it."""
    versions = Version.objects.filter(product=done.product, published_at__gt=done.at).values_list("number", "snapshot")
    shown = {entry["id"]: number for number, snapshot in versions for entry in json.loads(snapshot)["features"]}
    return [Touched(keys[pk], "published", shown[pk]) for pk in done.before["features"] if pk in shown and pk in keys]


def _counted(rows: Sequence[models.Model], keys: dict[int, str], links: set[tuple[Any, ...]]) -> list[Touched]:
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        pair = _pair(row)
        if pair in links or (type(row) in _OWN and pair is None):
            continue
        owner = next((pk for pk in _features_of(row) if pk in keys), None)
        found[keys.get(owner or 0, ""), str(row._meta.verbose_name_plural)] += 1
    return [Touched(key, what, count) for (key, what), count in sorted(found.items())]


def _pair(row: models.Model) -> tuple[int, int] | None:
    if isinstance(row, Dependency):
        return row.feature_id, row.needs_id
    if isinstance(row, Relation):
        return row.first_id, row.second_id
    return None


def _features_of(row: models.Model) -> list[int]:
    fields = [field for field in row._meta.concrete_fields if field.related_model is Feature]
    return [getattr(row, field.attname) for field in fields]


def _unlink(model: type[models.Model], one: str, other: str, pairs: Sequence[Sequence[int]]) -> None:
    ids = {tuple(pair) for pair in pairs}
    rows = model._default_manager.filter(**{f"{one}__in": {pair[0] for pair in ids}}).values_list("pk", one, other)
    model._default_manager.filter(pk__in=[pk for pk, first, second in rows if (first, second) in ids]).delete()


def _restore(states: dict[int, dict[str, Any]], *, by: Seat, now: datetime) -> None:
    features = Feature.objects.in_bulk(list(states))
    for pk, feature in features.items():
        for name in FIELDS:
            setattr(feature, name, states[pk][name])
        feature.edition += 1
        feature.updated_at, feature.updated_by = now, by
    Feature.objects.bulk_update(features.values(), [*FIELDS, "edition", "updated_at", "updated_by_id"], batch_size=500)
    Effort.objects.filter(feature__in=features).delete()
    Contribution.objects.filter(feature__in=features).delete()
    Effort.objects.bulk_create(
        Effort(feature_id=pk, team_id=team, low=low, likely=likely, high=high)
        for pk, state in states.items()
        for team, low, likely, high in state["efforts"]
    )
    Contribution.objects.bulk_create(
        Contribution(feature_id=pk, objective_id=objective, strength=strength)
        for pk, state in states.items()
        for objective, strength in state["contributions"]
    )
