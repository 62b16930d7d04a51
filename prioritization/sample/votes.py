"""What the people of the sample think: drawn from a fixed seed, with departments that disagree, gaps and "no opinion"."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from prioritization.sample.features import Marks, SampleFeature
from prioritization.sample.people import SamplePerson

SEED = 20261124
CRITERIA = ("impact", "effort", "ease", "happiness")

TILTS: Mapping[str, Marks] = {
    "Sales": (0.25, 0.35, 0.2, 0.2),
    "Support": (0.05, 0.05, -0.05, 0.2),
    "Engineering": (-0.1, -0.35, 0.0, -0.1),
    "Operations": (-0.1, -0.1, -0.35, -0.15),
    "Finance": (0.0, 0.0, 0.0, -0.15),
    "Leadership": (0.2, 0.1, 0.05, 0.0),
}
"""How each department sees everything, added to what people give on average."""

SIDES: Mapping[str, Mapping[str, Marks]] = {
    "whatsapp": {
        "Sales": (5.2, 5.1, 5.0, 5.3),
        "Support": (5.2, 5.1, 5.0, 5.3),
        "Engineering": (0.8, 0.8, 0.8, 0.8),
        "Operations": (0.8, 0.8, 0.8, 0.8),
        "Finance": (0.8, 0.8, 0.8, 0.8),
        "Leadership": (5.2, 5.1, 5.0, 5.3),
    },
    "sentiment": {
        "Sales": (4.8, 4.5, 4.4, 4.8),
        "Support": (1.3, 1.6, 1.4, 1.1),
        "Engineering": (1.3, 1.3, 1.5, 1.4),
        "Operations": (4.4, 4.3, 4.4, 4.4),
        "Finance": (4.7, 4.4, 4.4, 4.3),
        "Leadership": (4.8, 4.5, 4.4, 4.7),
    },
}
"""The two features about which there are two camps and nobody in between."""

LEANINGS: Mapping[str, Mapping[str, Marks]] = {
    "voice": {"Sales": (1.3, 0.6, 0.5, 1.2), "Engineering": (-1.0, -0.5, -0.6, -0.8)},
    "residency": {"Leadership": (0.7, 0.2, 0.1, 0.4), "Engineering": (0.1, -0.6, -0.6, -0.4)},
    "billing": {"Finance": (1.6, 0.6, 0.8, 1.0), "Support": (-1.0, -0.4, -0.7, -1.1)},
    "survey": {"Support": (-0.9, 0.0, -0.5, -1.0), "Sales": (0.7, 0.2, 0.2, 0.7)},
}
"""Where a department sees one feature differently, on top of its tilt."""

UNSURE: Mapping[str, Marks] = {
    "Sales": (0.02, 0.25, 0.25, 0.02),
    "Support": (0.04, 0.2, 0.08, 0.01),
    "Engineering": (0.05, 0.01, 0.04, 0.18),
    "Operations": (0.06, 0.1, 0.02, 0.2),
    "Finance": (0.03, 0.45, 0.35, 0.12),
    "Leadership": (0.02, 0.22, 0.28, 0.06),
}
"""How often "no opinion" is the honest answer."""

ONLY_SOME_KNOW = {"import": frozenset({"tomas.silva", "kofi.asante", "jonas.weber", "omar.haddad"})}
"""Features so new that the others say "no opinion"."""

EVEN: Marks = (0.0, 0.0, 0.0, 0.0)
SKIPS = 0.05
NOISE = 0.6


def answers(person: SamplePerson, feature: SampleFeature, *, again: bool) -> dict[str, int | None] | None:
    """Return what a person says about a feature by criterion, 1..5 or None for no opinion; None when they skip it.

    The same person says the same about the same feature however often one asks, but for the second round (`again`), in
    which a view may have moved a little.
    """
    if feature.marks is None:
        return None
    mind = Random(f"{SEED}/{person.key}/{feature.key}")  # noqa: S311  a story, not a secret
    mood = Random(f"{SEED}/{person.key}").gauss(0, 0.2)  # noqa: S311
    if mind.random() < SKIPS:
        return None
    said: dict[str, int | None] = {}
    for place, criterion in enumerate(CRITERIA):
        view = _view(person, feature, place) + mood + mind.gauss(0, NOISE) + (mind.gauss(0, 0.25) if again else 0.0)
        is_unsure = mind.random() < UNSURE[person.department][place]
        knows = person.key in ONLY_SOME_KNOW.get(feature.key, {person.key})
        said[criterion] = None if is_unsure or not knows else min(5, max(1, round(view)))
    return said


def _view(person: SamplePerson, feature: SampleFeature, place: int) -> float:
    """Return what the person's department would give on average."""
    if sides := SIDES.get(feature.key):
        return sides[person.department][place]
    mean = feature.marks[place] if feature.marks else 0.0
    return mean + TILTS[person.department][place] + LEANINGS.get(feature.key, {}).get(person.department, EVEN)[place]
