"""Reads a feature with its place in the ranking: its standing, the product's latest run, and who stands next to it."""

from __future__ import annotations

from dataclasses import dataclass

from prioritization.models import ScoreRun
from roadmap.models import Feature, Product, Standing, Team
from stakeholders.statements import Planned, known, selected, whole

FACTS = (
    "f.id",
    "f.title",
    "f.status",
    "f.lead_team_id",
    "t.name",
    "(SELECT SUM(e.likely) FROM roadmap_effort e WHERE e.feature_id = f.id)",
    *(
        "(SELECT n.number FROM roadmap_standing p JOIN roadmap_feature n ON n.id = p.feature_id"  # noqa: S608
        f" WHERE p.product_id = f.product_id AND p.rank = s.rank {step} LIMIT 1)"
        for step in ("- 1", "+ 1")
    ),
    "EXISTS (SELECT 1 FROM prioritization_countrequest c WHERE c.feature_id = f.id)"
    " OR EXISTS (SELECT 1 FROM prioritization_scorerequest q WHERE q.product_id = f.product_id)",
)
PLACE = Planned(
    "feature_place",
    f"""
    SELECT {", ".join(FACTS)}, {selected(Standing, "s")}, {selected(ScoreRun, "r")}
    FROM roadmap_feature f
    LEFT JOIN roadmap_team t ON t.id = f.lead_team_id
    LEFT JOIN roadmap_standing s ON s.feature_id = f.id
    LEFT JOIN prioritization_scorerun r ON r.id = (
        SELECT id FROM prioritization_scorerun WHERE product_id = f.product_id ORDER BY at DESC, id DESC LIMIT 1)
    WHERE f.product_id = %s AND f.number = %s
    """,  # noqa: S608
)
BEFORE_STANDING = len(FACTS)
AFTER_STANDING = BEFORE_STANDING + len(Standing._meta.concrete_fields)


@dataclass(frozen=True)
class Place:
    """A feature, of which its title, status and lead team are known, and its place; all as one instant has it.

    size_days      the likely person-days of all teams together; None where nobody has sized it
    before, after  keys of the features one rank up and down, "" at the ends
    has_newer      whether votes wait that the run does not know
    """

    feature: Feature
    standing: Standing | None
    run: ScoreRun | None
    size_days: float | None
    before: str
    after: str
    has_newer: bool


def place_of(product: Product, number: int) -> Place | None:
    """Return the product's feature with that number; None when it has none. One statement, so that nothing is of two runs."""
    rows = PLACE.rows([product.pk, number])
    if not rows:
        return None
    pk, title, status, team_id, team, size, before, after, has_newer = rows[0][:BEFORE_STANDING]
    feature = known(
        Feature,
        {
            "id": pk,
            "product_id": product.pk,
            "number": number,
            "title": title,
            "status": status,
            "lead_team_id": team_id,
        },
    )
    feature.product = product
    feature.lead_team = known(Team, {"id": team_id, "name": team}) if team_id else None
    standing = whole(Standing, rows[0][BEFORE_STANDING:AFTER_STANDING])
    return Place(
        feature=feature,
        standing=standing,
        run=whole(ScoreRun, rows[0][AFTER_STANDING:]),
        size_days=size,
        before=f"{product.key}-{before}" if before else "",
        after=f"{product.key}-{after}" if after else "",
        has_newer=bool(has_newer),
    )
