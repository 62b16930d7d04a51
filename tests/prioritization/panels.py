"""Reads the explanation panel as a reader with a pocket calculator would, and checks that its figures follow from each other."""

import re
from dataclasses import dataclass
from decimal import Decimal

TENTH = Decimal("0.1")
ROUNDED_MEAN, ROUNDED_SHARE, ROUNDED_VOTERS = 0.0051, 0.00051, 0.0051
"""By how much a figure shown may be off the exact one."""


@dataclass(frozen=True)
class Row:
    """One criterion as the table and the formula below it show it; `mean` is None where it says "no votes"."""

    name: str
    mean: float | None
    share: float
    of_max: float
    points: Decimal
    formula: str

    @property
    def is_cost(self) -> bool:
        return "(5 − " in self.formula

    def points_of(self, mean: float) -> float:
        """Points of 0 to 100, before the weight."""
        return 25 * (5 - mean if self.is_cost else mean - 1)


@dataclass(frozen=True)
class Panel:
    rows: list[Row]
    pull: Decimal
    score: Decimal
    heading: str
    said: str


def number(shown: str) -> Decimal:
    return Decimal(shown.strip().replace("−", "-").replace("+", "").removesuffix("%").strip())


def read_panel(html: str) -> Panel:
    """Return the figures of the panel, from what the browser gets."""
    table = re.search(r'<table class="parts">\s*<thead>.*?</table>', html, re.S)[0]
    *parts, pull, total = [_cells(row) for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.S)[1:]]
    formulas = re.findall(r"<dd>(.*?)</dd>", html[html.index("explanation__formula") :], re.S)
    rows = [
        Row(
            name=name,
            mean=None if mean == "no votes" else float(mean),
            share=float(number(share) / 100),
            of_max=float(number(of_max) / 100),
            points=number(points),
            formula=_text(formula),
        )
        for (name, mean, share, of_max, points), formula in zip(parts, formulas, strict=True)
    ]
    return Panel(
        rows=rows,
        pull=number(pull[-1]),
        score=number(total[-1]),
        heading=_text(re.search(r'<h3 id="how-made">(.*?)</h3>', html, re.S)[1]),
        said=_text(re.search(r'<p class="said[^>]*>(.*?)</p>', html, re.S)[1]),
    )


def check(panel: Panel, *, score: float, rank: int | None) -> None:
    """Work out every figure of the panel from the others; AssertionError where one does not follow."""
    assert sum(row.points for row in panel.rows) + panel.pull == panel.score
    assert abs(float(panel.score) - score) <= 0.0501
    assert panel.heading == f"How {score:.0f} is made" or abs(score % 1 - 0.5) < 1e-6
    assert rank is None or re.search(rf"Ranked {rank}(st|nd|rd|th)\b", panel.said)
    assert abs(sum(row.share for row in panel.rows) - 1) <= 0.0005 * len(panel.rows)
    after = [_check_formula(row) for row in panel.rows]
    assert sum(after) == panel.score, "what the formulas end in is the score"
    assert sum(after) - sum(row.points for row in panel.rows) == panel.pull
    for row in panel.rows:
        if row.mean is not None:
            exact = row.points_of(row.mean)
            off = 25 * ROUNDED_MEAN * row.share + 100 * ROUNDED_SHARE
            assert abs(float(row.points) - exact * row.share) <= 0.1 + off, row
            assert abs(row.of_max - exact / 100) <= 0.0051 + ROUNDED_MEAN / 4, row


def _check_formula(row: Row) -> Decimal:
    """Work one formula out, and return the points in which it ends."""
    start, end = row.formula.split(";", 1)
    shape = r"25 × \(5 − ([0-9.]+)\)" if row.is_cost else r"25 × \(([0-9.]+) − 1\)"
    found = re.search(rf"{shape} × ([0-9.]+) % = ([0-9.]+)", end)
    pulled, share, points = float(found[1]), float(Decimal(found[2]) / 100), Decimal(found[3])
    assert share == row.share, row
    assert (
        abs(row.points_of(pulled) * share - float(points)) <= 0.1 + 25 * ROUNDED_MEAN * share + 100 * ROUNDED_SHARE
    ), row
    if row.mean is None:
        assert float(re.search(r"the average ([0-9.]+)", start)[1]) == pulled
        return points
    terms = re.search(
        r"\(([0-9.]+) voters × ([0-9.]+) \+ ([0-9.]+) × ([0-9.]+)\) ÷ \(([0-9.]+) \+ ([0-9.]+)\) = ", start
    )
    voters, mean, k, mu, again, k_again = (float(each) for each in terms.groups())
    assert (mean, again, k_again) == (row.mean, voters, k)
    slip = abs(mean - mu) * k / (voters + k) ** 2 * ROUNDED_VOTERS
    assert abs((voters * mean + k * mu) / (voters + k) - pulled) <= 2 * ROUNDED_MEAN + slip, row
    return points


def _cells(row: str) -> list[str]:
    return [_text(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]


def _text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).replace("\xa0", " ").split())
