import pytest

from prioritization.rules.criteria import AskedCriterion
from prioritization.rules.favour import favour


def criterion(key, weight=1.0, *, is_cost=False):
    return AskedCriterion(key, key, "", "", "", weight, is_cost)


@pytest.mark.parametrize(
    "answers, criteria, mean",
    [
        ({"a": 5}, [criterion("a")], 5),
        ({"a": 5, "b": 1}, [criterion("a"), criterion("b")], 3),
        ({"a": 5, "b": 1}, [criterion("a", 3), criterion("b", 1)], 4),
        ({"a": 5, "b": None}, [criterion("a"), criterion("b")], 5),
        ({"a": 5}, [criterion("a", is_cost=True)], 1),
        ({"a": None}, [criterion("a")], None),
        ({"a": 4}, [criterion("a", 0)], None),
        ({}, [criterion("a")], None),
    ],
)
def test_the_mean_of_ones_own_answers(answers, criteria, mean):
    assert favour(answers, criteria) == mean
