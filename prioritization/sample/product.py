"""What Beacon is for and by when: vision, objectives with their measures, teams, releases, milestones, capacity."""

from __future__ import annotations

from dataclasses import dataclass

NAME, KEY, TAGLINE = "Beacon", "BCN", "Help desk"
FIRST_NUMBER = 101
VISION = "Every customer gets a good answer within two hours, and every agent goes home on time."
TARGET_MARKET = (
    "Companies with 20 to 500 support agents that sell to other companies in Europe: software makers, machine builders, "
    "wholesalers. Their customers write by e-mail and call; a growing part asks by chat and messenger."
)
BENEFITS = (
    "- One inbox and one audit trail for every channel.\n"
    "- Reply-time targets that know business hours and public holidays.\n"
    "- Answers that show where they come from.\n"
    "- Data that stays in the EU, and an auditor's seat that sees everything and changes nothing."
)
BUSINESS_CASE = (
    "Support costs € 6.20 a ticket and takes a median of three hours to a first reply. Each tenth of a point of churn "
    "among enterprise customers is worth € 190 k a year.\n\n"
    "| | today | in two years |\n| --- | --- | --- |\n| Cost per ticket | € 6.20 | € 3.10 |\n"
    "| Enterprise churn | 5.8 % | 4.0 % |\n| Customers | 412 | 700 |\n\n"
    "The plan pays for itself when the cost per ticket falls below € 4.40."
)


@dataclass(frozen=True, slots=True)
class SampleObjective:
    """An objective; `history` is what its measure read in the last months, one a month, the newest last."""

    letter: str
    name: str
    measure: str
    unit: str
    baseline: float
    target: float
    due_in_days: int
    weight: float
    history: tuple[float, ...]


OBJECTIVES = (
    SampleObjective(
        "A", "First reply within 2 h", "median time to the first reply", "h", 4.7, 2.0, 400, 1.0,
        (4.7, 4.5, 4.1, 4.2, 3.7, 3.6, 3.4, 3.2),
    ),
    SampleObjective(
        "B", "Keep enterprise customers", "churn of enterprise customers a year", "%", 4.9, 4.0, 400, 1.0,
        (4.9, 5.1, 5.0, 5.4, 5.5, 5.3, 5.9, 5.8),
    ),
    SampleObjective(
        "C", "Halve the cost per ticket", "cost of a solved ticket", "€", 7.1, 3.1, 500, 1.0,
        (7.1, 7.0, 6.9, 6.9, 6.7, 6.5, 6.3, 6.2),
    ),
    SampleObjective(
        "D", "Audit-ready by design", "ISO 27001 controls with evidence", "controls", 3.0, 37.0, 250, 1.0,
        (3.0, 3.0, 5.0, 6.0, 8.0, 9.0, 10.0, 11.0),
    ),
)  # fmt: skip

TEAMS = ("Inbox", "Platform", "Insights", "Mobile")
RELEASES = 5
"""They follow the quarters; each ships on the third Friday of its quarter's last month."""

CAPACITY = {
    "Inbox": (24, 64, 84, 60, 60),
    "Platform": (37, 48, 40, 40, 70),
    "Insights": (10, 22, 56, 40, 40),
    "Mobile": (10, 20, 20, 20, 30),
}
"""Person-days in each release; Platform is over in the first, Insights in the second."""

MILESTONES = (("Customer day", 1, 0.55), ("ISO audit", 3, 0.5))
"""Name, release that it falls into, and how far into it."""

WEIGHTS = {"impact": 35, "effort": 20, "ease": 15, "happiness": 30}
