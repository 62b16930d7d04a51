"""Simulated voting rounds whose truth is known, for bench and tests: not drawn from the model that is fitted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from prioritization.rules import normal
from prioritization.rules.fit import Voters
from prioritization.rules.scoring import Judged

Array = NDArray[np.float64]

WEIGHTS = (0.35, 0.25, 0.15, 0.25)
THRESHOLDS = np.array([-1.5, -0.5, 0.5, 1.5])
"""Where an average person's opinion turns from 1 to 2, … 4 to 5."""
WORTH, SHARED_WORTH = 0.8, 0.5
LEANING = 0.35
STYLE, STRETCH = 0.45, 0.2
LIKING, WHIM = 0.5, 0.7
STRANGERS = 200


@dataclass(frozen=True)
class SimulatedRound:
    """A round and what it is about: n features, d departments.

    opinion  (d, n, m) what each department makes of each feature in each criterion
    people   (d,) how many voters each department has
    draw     what the strangers are drawn with who give the truth
    """

    criteria: list[Judged]
    voters: Voters
    opinion: Array
    people: NDArray[np.intp]
    draw: np.random.Generator

    @cached_property
    def truth(self) -> Array:
        """(n,) the score that everybody like these people would give; worked out when it is asked for, which takes long."""
        return _truth(self.opinion, self.people, self.draw)

    @property
    def tables(self) -> list[NDArray[np.int8]]:
        return [each.table for each in self.criteria]


def simulate(seed: int, *, voters: int, features: int = 40, full: float = 0.5, departments: int = 4) -> SimulatedRound:
    """Draw a round of `voters` people, of whose cells a share of `full` is rated.

    What a person thinks of a feature is its worth, what their department makes of it, their own liking for it (in all
    criteria) and a whim; they say 1 to 5 by thresholds of their own, shifted (strict or mild) and stretched (who keeps
    to the middle). Departments have different sizes. Everybody rates a feature whole or not at all.
    """
    draw = np.random.default_rng(seed)
    sizes = draw.dirichlet(np.full(departments, 2.0))
    department = draw.choice(departments, voters, p=sizes)
    worth = draw.normal(0, SHARED_WORTH, (features, 1)) + draw.normal(0, WORTH - 0.2, (features, len(WEIGHTS)))
    leaning = draw.normal(0, LEANING, (departments, features, len(WEIGHTS)))
    opinion = worth + leaning
    style, stretch = draw.normal(0, STYLE, voters), np.exp(draw.normal(0, STRETCH, voters))
    liking = draw.normal(0, LIKING, (voters, features, 1))
    thought = opinion[department] + liking + draw.normal(0, WHIM, (voters, features, len(WEIGHTS)))
    said = 1 + ((thought + style[:, None, None])[..., None] > THRESHOLDS * stretch[:, None, None, None]).sum(axis=-1)
    rated = draw.random((voters, features)) < full
    tables = (said * rated[:, :, None]).astype(np.int8)
    return SimulatedRound(
        [Judged(weight, False, np.ascontiguousarray(tables[:, :, c].T)) for c, weight in enumerate(WEIGHTS)],
        Voters(np.ones(voters), department, np.ones(departments)),
        opinion,
        np.bincount(department, minlength=departments),
        draw,
    )


def _truth(opinion: Array, people: NDArray[np.intp], draw: np.random.Generator) -> Array:
    """Return the mean score that strangers from the same departments would give, departments weighed by their root."""
    style, stretch = draw.normal(0, STYLE, STRANGERS), np.exp(draw.normal(0, STRETCH, STRANGERS))
    style -= style.mean()
    doubt = np.hypot(LIKING, WHIM)
    cuts = THRESHOLDS[None, :] * stretch[:, None] - style[:, None]
    grid = np.linspace(-6, 6, 601)
    mean_at = 1 + (1 - normal.below((cuts[:, :, None] - grid) / doubt)).sum(axis=1).mean(axis=0)
    means = np.interp(opinion, grid, mean_at)
    share = np.sqrt(people) / np.sqrt(people).sum()
    return np.einsum("d,dic,c->i", share, 25 * (means - 1), np.array(WEIGHTS))
