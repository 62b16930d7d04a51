"""Writes what was planned, in bulk, and keeps what an undo needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from roadmap.actions.imports.states import states_of
from roadmap.models import Contribution, Dependency, Effort, Feature, Product, Relation, Release, Team
from roadmap.rules.imports.drafts import Links, Ref, Values
from roadmap.rules.imports.fields import EFFORTS, Field, folded
from roadmap.rules.imports.planning import Plan, PlannedRow
from roadmap.rules.imports.tables import PlannedRelations, PlannedRelease
from stakeholders.models import Seat

BATCH = 500
_COLUMNS: dict[Field, str] = {
    Field.KEY: "external_key",
    Field.TITLE: "title",
    Field.SUMMARY: "summary",
    Field.DESCRIPTION: "description",
    Field.STATUS: "status",
    Field.PROGRESS: "progress",
    Field.STARTS: "starts_on",
    Field.ENDS: "ends_on",
    Field.PRECISION: "precision",
}
_REFERENCES: dict[Field, str] = {Field.TEAM: "lead_team", Field.RELEASE: "release", Field.OWNER: "owner"}
_DAYS: Mapping[Field, str] = dict(zip(EFFORTS, ("low", "likely", "high"), strict=True))
_STAMPS = ("edition", "updated_at", "updated_by")


@dataclass
class Written:
    """What an import wrote, by id, and how the changed features stood before."""

    features: list[int] = field(default_factory=list)
    teams: list[int] = field(default_factory=list)
    releases: list[int] = field(default_factory=list)
    needs: list[tuple[int, int]] = field(default_factory=list)
    related: list[tuple[int, int]] = field(default_factory=list)
    moved_releases: dict[int, tuple[str, str]] = field(default_factory=dict)
    before: dict[int, dict[str, Any]] = field(default_factory=dict)
    after: dict[int, dict[str, Any]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return vars(self)


def write_releases(product: Product, planned: Iterable[PlannedRelease], written: Written) -> None:
    """Make the new releases and move the changed ones."""
    own = {folded(release.name): release for release in product.releases.all()}
    new = []
    for each in planned:
        if each.before is None:
            new.append(Release(product=product, name=each.name, starts_on=each.starts_on, ends_on=each.ends_on))
        elif not each.is_same:
            release = own[folded(each.name)]
            written.moved_releases[release.pk] = (f"{release.starts_on}", f"{release.ends_on}")
            release.starts_on, release.ends_on = each.starts_on, each.ends_on
            release.save(update_fields=["starts_on", "ends_on"])
    written.releases += [release.pk for release in Release.objects.bulk_create(new)]


def write_features(product: Product, plan: Plan, written: Written, *, by: Seat | None, now: datetime) -> None:
    """Make the new features and change the changed ones, with teams, sizes, objectives and links; refused rows stay out."""
    references = _references(product, plan.new_teams, written)
    rows = [row for row in plan.rows if row.is_in]
    old = [row for row in rows if row.feature]
    known = [row.feature.pk for row in old if row.feature]
    models = Feature.objects.select_for_update(no_key=True).in_bulk(known)
    written.before |= states_of(models)
    for row in old:
        feature = models[row.feature.pk]  # type: ignore[union-attr]
        _put(feature, row.values, references)
        feature.edition += 1
        feature.updated_at, feature.updated_by = now, by
    Feature.objects.bulk_update(models.values(), [*_said_by(old), *_STAMPS], batch_size=BATCH)
    new = _create(product, [row for row in rows if row.feature is None], references, by=by, now=now)
    ids = {Ref(row=number): feature.pk for number, feature in new.items()} | {Ref(pk=pk): pk for pk in models}
    made = {feature.pk: feature for feature in new.values()} | models
    own = {row.number: made[ids[Ref(pk=row.feature.pk) if row.feature else Ref(row=row.number)]] for row in rows}
    _write_efforts([(own[row.number], row) for row in rows])
    _write_objectives([(own[row.number], row) for row in rows], references[Field.OBJECTIVE])
    needs, related = _pairs(((own[row.number].pk, row.links) for row in rows), ids)
    _link(needs, related, written)
    written.features += [feature.pk for feature in new.values()]
    written.after |= states_of(made)


def write_relations(planned: PlannedRelations, written: Written) -> None:
    _link(planned.needs, planned.related, written)


def _references(product: Product, new_teams: Iterable[str], written: Written) -> dict[Field, dict[str, Any]]:
    """Return, for each field that points at a row, name -> row; teams that are new are made."""
    last = product.teams.count()
    teams = [Team(product=product, name=name, position=last + i) for i, name in enumerate(new_teams)]
    written.teams += [team.pk for team in Team.objects.bulk_create(teams)]
    return {
        Field.TEAM: {folded(team.name): team for team in product.teams.all()},
        Field.RELEASE: {folded(release.name): release for release in product.releases.all()},
        Field.OBJECTIVE: {folded(objective.name): objective for objective in product.objectives.all()},
        Field.OWNER: {
            folded(seat.user.email): seat
            for seat in Seat.objects.current().filter(product=product).select_related("user")
        },
    }


def _said_by(rows: Iterable[PlannedRow]) -> list[str]:
    """Return the columns of features that any of these rows says something new about."""
    said = {name for row in rows for name in row.values}
    return [column for name, column in (_COLUMNS | _REFERENCES).items() if name in said]


def _put(feature: Feature, values: Values, references: Mapping[Field, Mapping[str, Any]]) -> None:
    for name, column in _COLUMNS.items():
        if name in values:
            setattr(feature, column, values[name])
    for name, column in _REFERENCES.items():
        if name in values:
            setattr(feature, column, references[name][folded(values[name])])


def _create(
    product: Product,
    rows: list[PlannedRow],
    references: Mapping[Field, Mapping[str, Any]],
    *,
    by: Seat | None,
    now: datetime,
) -> dict[int, Feature]:
    """Make a feature for each row, numbered in the order of the file; return row number -> feature."""
    first = product.last_feature_number + 1
    features = []
    for number, row in enumerate(rows, start=first):
        feature = Feature(product=product, number=number, created_at=now, updated_at=now, updated_by=by)
        _put(feature, row.values, references)
        features.append(feature)
    Feature.objects.bulk_create(features, batch_size=BATCH)
    product.last_feature_number += len(features)
    product.save(update_fields=["last_feature_number"])
    return {row.number: feature for row, feature in zip(rows, features, strict=True)}


def _write_efforts(rows: list[tuple[Feature, PlannedRow]]) -> None:
    """Write the sizes for the leading team. Where another team leads now, its size follows it, unless it has one."""
    have: defaultdict[int, dict[str, Effort]] = defaultdict(dict)
    known = [feature.pk for feature, row in rows if row.feature]
    for effort in Effort.objects.filter(feature__in=known).select_related("team"):
        have[effort.feature_id][folded(effort.team.name)] = effort
    new, changed = [], []
    for feature, row in rows:
        team = feature.lead_team
        says_size = any(name in row.values for name in EFFORTS)
        if team is None or not (says_size or Field.TEAM in row.values):
            continue
        before = row.feature.values if row.feature else {}
        mine = have[feature.pk].get(folded(team.name))
        mine = mine or have[feature.pk].get(folded(before.get(Field.TEAM) or ""))
        days = {column: row.values.get(name, before.get(name)) for name, column in _DAYS.items()}
        if mine is not None:
            mine.team = team
            for column, value in days.items() if says_size else ():
                setattr(mine, column, value)
            changed.append(mine)
        elif says_size:
            new.append(Effort(feature=feature, team=team, **days))
    Effort.objects.bulk_create(new, batch_size=BATCH)
    Effort.objects.bulk_update(changed, ["team", *_DAYS.values()], batch_size=BATCH)


def _write_objectives(rows: list[tuple[Feature, PlannedRow]], objectives: Mapping[str, Any]) -> None:
    """Let each feature that the file says it of serve exactly those objectives; strengths that stand stay."""
    said = [(feature, row.values[Field.OBJECTIVE]) for feature, row in rows if Field.OBJECTIVE in row.values]
    wanted = {(feature.pk, objectives[folded(name)].pk) for feature, names in said for name in names}
    have = {
        (each.feature_id, each.objective_id): each.pk
        for each in Contribution.objects.filter(feature__in=[feature.pk for feature, _names in said])
    }
    Contribution.objects.filter(pk__in=[pk for pair, pk in have.items() if pair not in wanted]).delete()
    Contribution.objects.bulk_create(
        [Contribution(feature_id=feature, objective_id=objective) for feature, objective in sorted(wanted - set(have))],
        batch_size=BATCH,
    )


def _pairs(
    links: Iterable[tuple[int, Links]], ids: Mapping[Ref, int]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    needs: dict[tuple[int, int], None] = {}
    related: dict[tuple[int, int], None] = {}
    for feature, each in links:
        for ref in each.needs:
            needs[feature, ref.pk or ids[ref]] = None
        for ref in each.related:
            other = ref.pk or ids[ref]
            related[min(feature, other), max(feature, other)] = None
    return list(needs), list(related)


def _link(needs: Iterable[tuple[int, int]], related: Iterable[tuple[int, int]], written: Written) -> None:
    """Add links. The file says each of them once, but two rows may say the same from both ends."""
    needs, related = list(needs), list(related)
    Dependency.objects.bulk_create(
        [Dependency(feature_id=feature, needs_id=needed) for feature, needed in needs], batch_size=BATCH
    )
    Relation.objects.bulk_create([Relation(first_id=one, second_id=two) for one, two in related], batch_size=BATCH)
    written.needs += needs
    written.related += related
