"""Imports tables into a product: all or nothing, in one transaction; a dry run is the same run, taken back at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from roadmap.actions.editing import hold_features
from roadmap.actions.imports.writing import Written, write_features, write_relations, write_releases
from roadmap.models import Import, Product
from roadmap.queries.imports import known_of, releases_of
from roadmap.rules.imports.drafts import Choices
from roadmap.rules.imports.planning import Plan, Result, plan
from roadmap.rules.imports.problems import Problem
from roadmap.rules.imports.reading import Table
from roadmap.rules.imports.tables import PlannedRelations, PlannedRelease, plan_relations, plan_releases
from stakeholders.activity import record
from stakeholders.models import Seat, Verb


class ImportHasChanged(Exception):
    """The product is not any more what the person has looked at: another number of features would be written."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan.writes)
        self.plan = plan


@dataclass(frozen=True)
class Tables:
    """What is imported together, each part optional: releases first, then features, then relations between them."""

    features: Table | None = None
    choices: Choices = field(default_factory=lambda: Choices(columns=()))
    releases: Table | None = None
    relations: Table | None = None


@dataclass(frozen=True)
class Report:
    """What an import did, or would have done. `done` is None for a dry run and where something was refused."""

    done: Import | None
    features: Plan | None
    releases: tuple[PlannedRelease, ...]
    relations: PlannedRelations | None
    release_problems: tuple[Problem, ...] = ()

    @property
    def problems(self) -> list[Problem]:
        of_features = self.features.problems if self.features else []
        of_relations = self.relations.problems if self.relations else ()
        return [*self.release_problems, *of_features, *of_relations]

    @property
    def refusals(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.is_refusal]

    @property
    def changes_nothing(self) -> bool:
        relations = self.relations
        return (
            all(release.is_same for release in self.releases)
            and not (self.features and self.features.writes)
            and not (relations and (relations.needs or relations.related))
        )


def import_tables(
    product: Product,
    tables: Tables,
    *,
    by: Seat | None,
    now: datetime,
    source: str = "",
    leaves_out: bool = False,
    expected: int | None = None,
    dry_run: bool = False,
) -> Report:
    """Import what the tables hold, and say what was done. What would change nothing leaves no trace.

    What others save meanwhile comes before or after it as a whole, and of a feature only what the file says is written.

    by          who imports; None for the command line
    source      the file's name, for people
    leaves_out  whether refused rows stay out and the others come in; else one refusal keeps everything out
    expected    how many features the person was told that it would write; raises ImportHasChanged if it is another number
    dry_run     everything is done, then taken back
    """
    with transaction.atomic():
        hold_features(product)
        product = Product.objects.select_for_update(no_key=True).get(pk=product.pk)
        written = Written()
        releases, release_problems = _import_releases(product, tables.releases, written)
        features = None
        if tables.features is not None:
            features = plan(tables.features, tables.choices, known_of(product))
            if expected is not None and features.writes != expected:
                raise ImportHasChanged(features)
            write_features(product, features, written, by=by, now=now)
        relations = None
        if tables.relations is not None:
            relations = plan_relations(tables.relations, known_of(product).features)
            write_relations(relations, written)
        report = Report(None, features, releases, relations, release_problems)
        if dry_run or (report.refusals and not leaves_out):
            transaction.set_rollback(True)
        elif not report.changes_nothing:
            done = _receipt(product, report, written, tables.choices, source=source, by=by, now=now)
            return Report(done, features, releases, relations, release_problems)
        return report


def _import_releases(
    product: Product, table: Table | None, written: Written
) -> tuple[tuple[PlannedRelease, ...], tuple[Problem, ...]]:
    if table is None:
        return (), ()
    planned, problems = plan_releases(table, releases_of(product))
    write_releases(product, planned, written)
    return planned, problems


def _receipt(
    product: Product,
    report: Report,
    written: Written,
    choices: Choices,
    *,
    source: str,
    by: Seat | None,
    now: datetime,
) -> Import:
    counts = report.features.counts if report.features else {}
    done = Import.objects.create(
        product=product,
        at=now,
        by=by,
        source=source[:200],
        created_count=counts.get(Result.NEW, 0),
        changed_count=counts.get(Result.CHANGED, 0),
        mapping={"columns": _names(choices.columns)},
        before=written.as_json(),
    )
    record(
        by,
        Verb.IMPORTED,
        done,
        at=now,
        label=source,
        created=done.created_count,
        changed=done.changed_count,
        releases=sum(not release.is_same for release in report.releases),
        relations=len(report.relations.needs) + len(report.relations.related) if report.relations else 0,
    )
    return done


def _names(columns: Sequence[object]) -> list[str]:
    return [str(column) if column else "" for column in columns]
