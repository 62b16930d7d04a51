"""Reads all that a run depends on, and boils it down to one digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from math import ceil

import numpy as np
from numpy.typing import NDArray

from prioritization.actions.scoring.memory import Memory
from prioritization.actions.scoring.tables import NOBODYS_DEPARTMENT, RatingTables, read_tables
from prioritization.models import ScoringTerms
from prioritization.queries.criteria import criteria_of
from prioritization.queries.cut_line import release_to_fill, sizes_for
from prioritization.rules.criteria import AskedCriterion
from prioritization.rules.cut_line import cut
from prioritization.rules.fit import Terms, Voters
from prioritization.rules.rank_intervals import DRAWS
from prioritization.rules.scales import shares
from prioritization.rules.scoring import Judged
from roadmap.models import Feature, Product
from stakeholders.models import Department

METHOD = "weighted sum, square-root departments, rating style, empirical Bayes, drawn ranks, benefit; 3"
UPPER = 3
"""Without any capacity the list is cut after its upper third."""


@dataclass(frozen=True)
class Inputs:
    """All that a run depends on; arrays in the order of feature ids.

    ids                 (n,) of all features of the product
    is_open             (n,) neither shipped nor dropped
    given               what everybody gave, see RatingTables
    department_weights  by id; NOBODYS_DEPARTMENT is people without one
    release_id, capacity_days  which release's capacity cuts the list; None, 0 when none has any
    sizes               (n,) person-days, NaN = not sized; fills (n,) whether a feature may go into that release
    """

    product_id: int
    ids: NDArray[np.int64]
    is_open: NDArray[np.bool_]
    criteria: Sequence[AskedCriterion]
    given: RatingTables
    department_weights: dict[int, float]
    terms: Terms
    release_id: int | None
    capacity_days: float
    sizes: NDArray[np.float64]
    fills: NDArray[np.bool_]

    @property
    def seed(self) -> int:
        """The product's own and always the same, so that a vote moves the ranks near its feature and no others."""
        return int(sha256(f"ranks of {self.product_id}".encode()).hexdigest()[:12], 16)

    def digest(self) -> str:
        """Return the SHA-256 of everything that could change a result."""
        asked = [(each.key, weight, each.is_cost) for each, weight in zip(self.criteria, self.shares(), strict=True)]
        departments = sorted(self.department_weights.items())
        cut_ = (self.release_id, self.capacity_days)
        hashed = sha256(repr((METHOD, DRAWS, self.seed, self.terms, asked, departments, cut_)).encode())
        given = self.given
        arrays = (self.ids, self.is_open, self.sizes, self.fills, given.seat, given.weight, given.department)
        for array in (*arrays, *given.tables):
            hashed.update(repr(array.shape).encode())
            hashed.update(np.ascontiguousarray(array).data)
        return hashed.hexdigest()

    def shares(self) -> tuple[float, ...]:
        return shares([each.weight for each in self.criteria])

    @property
    def departments(self) -> NDArray[np.int64]:
        """(d,) ids in the order of the rules' indices."""
        return np.array(sorted(self.department_weights), dtype=np.int64)

    def judged(self) -> list[Judged]:
        return [
            Judged(each.weight, each.is_cost, table, is_effort=each.is_effort)
            for each, table in zip(self.criteria, self.given.tables, strict=True)
        ]

    def voters(self) -> Voters:
        departments = self.departments
        return Voters(
            weight=self.given.weight,
            department=np.searchsorted(departments, self.given.department),
            department_weights=np.array([self.department_weights[pk] for pk in departments.tolist()]),
        )

    def people(self) -> NDArray[np.int64]:
        """(n,) how many gave at least one rating, whatever they weigh."""
        if not self.given.tables:
            return np.zeros(len(self.ids), dtype=np.int64)
        return np.count_nonzero(np.bitwise_or.reduce(self.given.tables), axis=1)

    def cut_after(self, order: NDArray[np.intp]) -> int:
        """Return k: the rank of the last feature that the capacity reaches, or the upper third where none is known."""
        if self.release_id is None:
            return ceil(len(order) / UPPER)
        candidates = np.flatnonzero(self.fills[order])
        sizes = [None if np.isnan(size) else size for size in self.sizes[order[candidates]].tolist()]
        fitting = cut(sizes, self.capacity_days).fitting
        return int(candidates[fitting - 1]) + 1 if fitting else 0


def read_inputs(product: Product, *, now: datetime, memory: Memory | None = None) -> Inputs:
    """Read what a run needs, in a fixed number of queries; of the ratings only what changed since `memory` saw them."""
    features = Feature.objects.filter(product=product).order_by("pk").values_list("pk", "status")
    done = {Feature.Status.SHIPPED, Feature.Status.DROPPED}
    ids = np.array([pk for pk, _ in features], dtype=np.int64)
    criteria = criteria_of(product)
    given, kept = read_tables(
        product.pk, ids, [each.key for each in criteria], kept=memory.ratings_of(product.pk) if memory else None
    )
    if memory:
        memory.keep_ratings(product.pk, kept)
    voting = set(given.department.tolist()) - {NOBODYS_DEPARTMENT}
    weights = dict(Department.objects.filter(pk__in=voting).values_list("pk", "weight"))
    held = ScoringTerms.objects.filter(product=product).first()
    filled = release_to_fill(product, today=product.today(now))
    sizes = sizes_for(product, filled.release) if filled else {}
    return Inputs(
        product_id=product.pk,
        ids=ids,
        is_open=np.array([status not in done for _, status in features], dtype=bool),
        criteria=criteria,
        given=given,
        department_weights={NOBODYS_DEPARTMENT: 1.0, **weights},
        terms=Terms(largest_share=held.largest_share, takes_out_style=held.takes_out_style) if held else Terms(),
        release_id=filled.release.pk if filled else None,
        capacity_days=filled.capacity_days if filled else 0.0,
        sizes=np.array([_or_nan(sizes.get(pk)) for pk in ids.tolist()], dtype=float),
        fills=np.array([pk in sizes for pk in ids.tolist()], dtype=bool),
    )


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
