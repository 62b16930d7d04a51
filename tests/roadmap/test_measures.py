"""How an objective's measure reads."""

import pytest

from roadmap.measures import measured
from roadmap.queries.timeline_words import figures


@pytest.mark.parametrize(
    ("value", "unit", "read"),
    [
        (3.2, "h", "3.2\u00a0h"),
        (4.0, "%", "4\u00a0%"),
        (6.2, "€", "€\u00a06.20"),
        (12.0, "€", "€\u00a012"),
        (0.124, "", "0.12"),
        (None, "h", "–"),
    ],
)
def test_a_value_shows_its_unit(value, unit, read):
    assert measured(value, unit) == read


@pytest.mark.parametrize(
    ("baseline", "current", "target", "read"),
    [
        ("7.10", "6.20", "3.10", "€\u00a06.20 → €\u00a03.10"),
        ("7.10", None, "3.10", "€\u00a07.10 → €\u00a03.10"),
        (None, None, "3.10", "€\u00a03.10"),
        (None, None, None, ""),
    ],
)
def test_a_lane_says_where_its_objective_stands_and_where_it_goes(baseline, current, target, read):
    assert figures({"baseline": baseline, "current": current, "target": target, "unit": "€"}) == read
