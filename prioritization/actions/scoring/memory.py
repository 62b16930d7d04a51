"""What a worker remembers of a product between two runs, so that one vote does not cost reading everything again.

Only a matter of speed: a worker without a memory reads all of it and writes the same. What stands here is checked
against the database at every use, the ratings by their stamps and the figures by the run that wrote them.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prioritization.actions.scoring.tables import Kept

PRODUCTS = 3
WORTH_KEEPING = 200_000
"""Cells; a smaller product is read in some milliseconds."""


@dataclass(frozen=True)
class Figures:
    """All that the standings of one run say, as numbers; see `standings.figures_of`.

    run     id of the run that wrote them, or left them as they were
    about   the keys of its criteria and the ids of its departments
    ids     (n,) features
    votes   (n, k) what was voted, and the means made of it: what `criteria` and `apart` follow from
    places  (n, j) scores and ranks, their intervals, and what follows from those
    """

    run: int
    about: tuple[str | int, ...]
    ids: NDArray[np.int64]
    votes: NDArray[np.float64]
    places: NDArray[np.float64]

    def only(self, those: NDArray[np.bool_]) -> Figures:
        """Return it with nothing said, NaN, of all but those: of what nobody rated, nothing is written either."""
        self.votes[~those] = np.nan
        self.places[~those] = np.nan
        return self

    def covers(self, later: Figures) -> bool:
        """Whether a later run's are about the same features, criteria and departments."""
        return self.about == later.about and np.array_equal(self.ids, later.ids)

    def votes_differ(self, later: Figures) -> NDArray[np.intp]:
        """Return the positions of the features that were voted on differently."""
        return np.flatnonzero(_differ(self.votes, later.votes))

    def only_places_differ(self, later: Figures) -> NDArray[np.intp]:
        """Return the positions of those that others pushed to another place."""
        return np.flatnonzero(_differ(self.places, later.places) & ~_differ(self.votes, later.votes))


def _differ(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.bool_]:
    return ((one != other) & ~(np.isnan(one) & np.isnan(other))).any(axis=1)


class Memory:
    """Ratings and figures of the products scored last; the longest unused goes first."""

    def __init__(self, *, worth_keeping: int = WORTH_KEEPING) -> None:
        self._worth_keeping = worth_keeping
        self._ratings: OrderedDict[int, Kept] = OrderedDict()
        self._figures: dict[int, Figures] = {}

    def ratings_of(self, product_id: int) -> Kept | None:
        return self._ratings.get(product_id)

    def keep_ratings(self, product_id: int, kept: Kept | None) -> None:
        """Remember what was read; nothing of a product that is quickly read, or that may not be kept (None)."""
        if kept is None or sum(table.size for table in kept.tables) < self._worth_keeping:
            self.forget(product_id)
            return
        self._ratings[product_id] = kept
        self._ratings.move_to_end(product_id)
        while len(self._ratings) > PRODUCTS:
            self.forget(next(iter(self._ratings)))

    def figures_of(self, product_id: int) -> Figures | None:
        return self._figures.get(product_id)

    def keep_figures(self, product_id: int, figures: Figures) -> None:
        """Remember what stands written; call it after the transaction that wrote it."""
        if product_id in self._ratings:
            self._figures[product_id] = figures

    def forget(self, product_id: int) -> None:
        self._ratings.pop(product_id, None)
        self._figures.pop(product_id, None)
