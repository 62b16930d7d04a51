"""What a criterion is to the people who vote and to the score, wherever its terms are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

EFFORT = "effort"
"""The key of the criterion that asks for effort, in the defaults and in every ready-made set: benefit leaves it out."""


@dataclass(frozen=True)
class AskedCriterion:
    """One question asked about every feature: a product's own now, one of the defaults, or frozen in a round.

    low_anchor, high_anchor  what 1 and 5 mean
    is_cost                  whether 5 is the bad end
    weight                   as entered, 0 or more
    raters                   ids of the departments that may rate it; empty: everybody
    """

    key: str
    name: str
    question: str
    low_anchor: str
    high_anchor: str
    weight: float
    is_cost: bool = False
    raters: tuple[int, ...] = ()

    @property
    def is_effort(self) -> bool:
        return self.key == EFFORT

    def as_json(self) -> dict[str, Any]:
        """Return these terms as a round keeps them."""
        return {**asdict(self), "raters": list(self.raters)}

    @classmethod
    def from_json(cls, terms: Mapping[str, Any]) -> AskedCriterion:
        return cls(**{**terms, "raters": tuple(terms.get("raters", ()))})

    def may_be_rated_by(self, department_id: int | None) -> bool:
        """Whether someone of this department may rate it; someone without department only what everybody may."""
        return not self.raters or department_id in self.raters
