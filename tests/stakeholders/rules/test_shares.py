import pytest

from stakeholders.rules.shares import segments


@pytest.mark.parametrize(
    "counts, total, pieces",
    [
        ({"a": 1, "b": 1}, 4, [("a", 0, 250), ("b", 250, 250)]),
        ({"a": 0, "b": 2}, 2, [("b", 0, 1000)]),
        ({"a": 0}, 0, []),
        ({"a": 1, "b": 1}, 3, [("a", 0, 333.3), ("b", 333.3, 333.3)]),
    ],
)
def test_pieces_follow_each_other_and_leave_what_is_missing_empty(counts, total, pieces):
    assert [(piece.state, piece.x, piece.width) for piece in segments(counts, total)] == pieces


def test_more_than_there_are_is_a_mistake():
    with pytest.raises(ValueError, match="more are counted"):
        segments({"a": 3}, 2)
