"""Why a feature is asked about: what it is good for, what it takes, and what has to come first."""

from __future__ import annotations

from dataclasses import dataclass

from roadmap.models import Contribution, Dependency, Effort, Feature


@dataclass(frozen=True)
class Why:
    """What the ballot folds away under "why". Days are person-days; no effort means that nobody has sized it."""

    objectives: list[Contribution]
    efforts: list[Effort]
    needs: list[Feature]

    @property
    def low_days(self) -> float:
        return sum(each.low for each in self.efforts)

    @property
    def likely_days(self) -> float:
        return sum(each.likely for each in self.efforts)

    @property
    def high_days(self) -> float:
        return sum(each.high for each in self.efforts)


_STRENGTHS = [Contribution.Strength.DIRECT, Contribution.Strength.STRONG, Contribution.Strength.SOME]


def why(feature: Feature) -> Why:
    """Return what speaks for and against a feature, the objective it does most for first; three queries."""
    contributions = Contribution.objects.filter(feature=feature).select_related("objective")
    needs = Dependency.objects.filter(feature=feature).select_related("needs__product").order_by("needs__number")
    return Why(
        objectives=sorted(
            contributions.order_by("objective__position"), key=lambda each: _STRENGTHS.index(each.strength)
        ),
        efforts=list(Effort.objects.filter(feature=feature).select_related("team").order_by("-likely", "team__name")),
        needs=[each.needs for each in needs],
    )
