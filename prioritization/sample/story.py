"""What happened to Beacon and when, in days from the day of loading: where features stood, who answered what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CREATED, COLLECTED = -150, -148
FIRST_VOTE, FIRST_VOTE_ENDS = -126, -114
FIRST_PLAN, FIRST_VERSION, FIRST_VERSION_ENDS = -112, -98, -84
SECOND_PLAN = -10
SECOND_VERSION, SECOND_VERSION_ENDS = -6, 8
SECOND_VOTE, SECOND_VOTE_ENDS = -6, 3
SHARED_WITH = "the leadership team"
"""Who got a link to the roadmap on the day of the second version."""

ASKED_SECOND = (
    "bulk", "export", "suggest", "audit", "survey", "mobile", "merge", "status", "undo", "digest", "sso", "triage",
    "reader", "views", "import", "health", "route", "targets",
)  # fmt: skip
NOT_ASKED_FIRST = ("import",)

VOTED_FIRST_NOT = ("yusuf.demir",)
VOTED_SECOND = {
    "ines.duarte": -5, "lea.fontaine": -5, "jonas.weber": -5, "priya.raman": -4, "wen.li": -4, "omar.haddad": -4,
    "tomas.silva": -3, "greta.olsen": -3, "kofi.asante": -2, "marek.dvorak": -2, "ben.achterberg": -1,
}  # fmt: skip
"""Who is done with the open vote, and since which day."""

STOPPED_AFTER = {"hanna.berg": (-3, 3)}
"""Who began the open vote: which day, and after how many features they stopped."""


@dataclass(frozen=True, slots=True)
class When:
    """A point on the roadmap: how far into a release (0 its first day, 1 its last), or days from today."""

    release: int | None = None
    into: float = 0.0
    days: int | None = None
    at_least: int | None = None


def into(release: int, share: float, *, at_least: int | None = None) -> When:
    return When(release, share, at_least=at_least)


def in_days(days: int) -> When:
    return When(days=days)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a feature stands: in which release, from when to when."""

    release: int
    starts: When
    ends: When


FIRST_PLACES: Mapping[str, Spot] = {
    "triage": Spot(0, in_days(-45), in_days(5)),
    "undo": Spot(0, in_days(-15), in_days(2)),
    "export": Spot(0, in_days(-36), in_days(11)),
    "sso": Spot(1, into(1, 0.1), into(1, 0.35)),
    "targets": Spot(1, into(0, 0.75, at_least=4), into(1, 0.5)),
    "health": Spot(1, into(0, 0.72, at_least=3), into(1, 0.4)),
    "merge": Spot(1, into(0, 0.9, at_least=6), into(1, 0.85)),
    "audit": Spot(1, into(1, 0.2), into(1, 1)),
    "suggest": Spot(1, into(1, 0.1), into(1, 0.97)),
    "route": Spot(2, into(1, 0.65), into(2, 0.75)),
    "bulk": Spot(2, into(2, 0.15), into(2, 0.55)),
    "reader": Spot(2, into(1, 0.75), into(2, 1)),
    "status": Spot(2, into(2, 0.2), into(2, 1)),
    "macros": Spot(3, into(3, 0.1), into(3, 0.75)),
    "mobile": Spot(4, into(2, 0.9), into(4, 0.3)),
    "whatsapp": Spot(4, into(3, 0.15), into(4, 0.3)),
    "residency": Spot(4, into(3, 0.1), into(4, 1)),
    "voice": Spot(4, into(4, 0.35), into(4, 1)),
}
"""In the order in which they were planned: what is needed first comes first."""

MOVED: Mapping[str, Spot | None] = {
    "voice": None,
    "sso": Spot(0, in_days(-30), into(0, 1)),
    "suggest": Spot(2, into(1, 0.3), into(2, 0.7)),
    "residency": Spot(4, into(2, 0.4), into(4, 1)),
    "import": Spot(1, into(1, 0.3), into(1, 0.95)),
    "digest": Spot(1, into(1, 0.65), into(1, 0.95)),
}
"""What changed between the versions; None took it off."""

MOVED_EARLIER = {"sso": -40}
"""What moved before the others: the day."""

PROGRESS = (
    (-44, "triage", 0.1), (-35, "export", 0.1), (-29, "sso", 0.05), (-28, "triage", 0.35), (-21, "export", 0.2),
    (-20, "sso", 0.25), (-14, "triage", 0.6), (-13, "undo", 0.3), (-9, "sso", 0.4), (-8, "undo", 0.7),
    (-3, "triage", 0.8), (-3, "export", 0.4), (-2, "sso", 0.55), (-1, "undo", 0.9),
)  # fmt: skip
"""Day, feature, share done."""

SAID = {
    "rosa.marchetti": {"whatsapp": "Half of the retail deals that we lost last quarter asked for it."},
    "ines.duarte": {"whatsapp": "We answer Instagram from a personal phone. When she is ill, nobody answers."},
    "jonas.weber": {"whatsapp": "Meta changes its API twice a year. Who follows it?"},
    "tomas.silva": {"audit": "No bank signs without it, and three are waiting."},
    "wen.li": {"portal": "Customers stop asking us for the status when they can see it."},
    "noor.rahimi": {"portal": "Every customer’s own domain means every customer’s own certificate."},
}
"""What people wrote on their ballots in the first vote, by feature."""

DECISIONS = (
    (-60, "whatsapp", "No separate social inbox.", "One inbox is the point of Beacon.", ("aiko.mori",)),
    (
        -10, "voice", "Take it off until Platform has room.",
        "Single sign-on comes first: fourteen deals wait for it.", ("jonas.weber", "stan.lindqvist"),
    ),
)  # fmt: skip
"""What a talk settled: the day, the feature, what, why, and who was there beside the manager."""

FIRST_NOTE = (
    "The first roadmap that all six departments have seen together. It follows the votes of the"
    " last round; where it does not, the feature's page says why."
)
FIRST_GAPS_WHY = (
    "Data residency cannot be sized before the lawyers have answered. In the last release Platform is too full with voice"
    " calls; we decide about them when single sign-on is done."
)
SECOND_NOTE = (
    "Single sign-on comes a release earlier, because fourteen deals wait for it. Import and the weekly digest are new."
    " Answer suggestions need more time than Insights has before that."
    " Voice calls are off until Platform has room."
)
SECOND_GAPS_WHY = (
    "Data residency still waits for the lawyers. Platform is two days over in the running release, and Insights three in the"
    " next; the digest moves if nothing else does."
)


@dataclass(frozen=True, slots=True)
class SampleAnswer:
    """What somebody said to a version: the day, the verdict, why, and which features it is about."""

    day: int
    person: str
    verdict: str
    text: str = ""
    about: tuple[str, ...] = ()


FIRST_ANSWERS = (
    SampleAnswer(-97, "ines.duarte", "confirm"),
    SampleAnswer(-97, "omar.haddad", "confirm"),
    SampleAnswer(-96, "lea.fontaine", "confirm"),
    SampleAnswer(-96, "stan.lindqvist", "confirm"),
    SampleAnswer(-95, "wen.li", "confirm"),
    SampleAnswer(-95, "tomas.silva", "confirm"),
    SampleAnswer(-94, "jonas.weber", "confirm"),
    SampleAnswer(-93, "greta.olsen", "confirm"),
    SampleAnswer(-92, "kofi.asante", "confirm"),
    SampleAnswer(-91, "noor.rahimi", "confirm"),
    SampleAnswer(-90, "priya.raman", "confirm"),
    SampleAnswer(-90, "marek.dvorak", "confirm"),
    SampleAnswer(-89, "tove.nilsen", "confirm"),
    SampleAnswer(-88, "rosa.marchetti", "confirm"),
    SampleAnswer(-88, "ben.achterberg", "abstain"),
    SampleAnswer(-87, "yusuf.demir", "confirm"),
    SampleAnswer(-86, "aiko.mori", "confirm"),
    SampleAnswer(-85, "hanna.berg", "confirm"),
)
SECOND_ANSWERS = (
    SampleAnswer(-5, "rosa.marchetti", "confirm"),
    SampleAnswer(-5, "omar.haddad", "confirm"),
    SampleAnswer(-5, "wen.li", "confirm"),
    SampleAnswer(
        -4, "tomas.silva", "object", "Voice was promised to Kestrel. Tell me what I may tell them.", ("voice",)
    ),
    SampleAnswer(-4, "ben.achterberg", "abstain"),
    SampleAnswer(-3, "aiko.mori", "concerns", "EU residency has no size yet.", ("residency",)),
    SampleAnswer(-3, "greta.olsen", "confirm"),
    SampleAnswer(-2, "lea.fontaine", "confirm"),
    SampleAnswer(-2, "priya.raman", "confirm"),
    SampleAnswer(-1, "jonas.weber", "concerns", "Insights is full for two releases.", ("suggest", "digest")),
    SampleAnswer(-1, "ines.duarte", "confirm"),
)
"""Stan, Hanna, Kofi, Noor, Marek, Tove and Yusuf are silent."""
