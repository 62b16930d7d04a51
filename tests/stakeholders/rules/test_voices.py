"""Whose answer stands: the person's own, whenever it comes; else the latest of who stood in."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stakeholders.rules.voices import Voice, standing, voice_of


@dataclass(frozen=True)
class Row:
    pk: int
    seat_id: int = 1
    entered_by_id: int | None = None


@pytest.mark.parametrize(
    "rows, stands",
    [
        ([Row(1)], 1),
        ([Row(1), Row(2)], 2),
        ([Row(1, entered_by_id=9)], 1),
        ([Row(1, entered_by_id=9), Row(2, entered_by_id=9)], 2),
        ([Row(1, entered_by_id=9), Row(2)], 2),
        ([Row(1), Row(2, entered_by_id=9)], 1),  # the person's own overrides whenever it comes
        ([Row(1), Row(2, entered_by_id=9), Row(3)], 3),
    ],
)
def test_the_persons_own_answer_stands(rows, stands):
    assert standing(rows)[1].pk == stands


def test_each_seat_has_its_own_and_nobody_has_one_without_a_row():
    assert {seat: row.pk for seat, row in standing([Row(1, 7), Row(2, 8), Row(3, 7)]).items()} == {7: 3, 8: 2}
    assert standing([]) == {}


ROWS = st.lists(st.tuples(st.integers(1, 3), st.sampled_from([None, 8, 9])), max_size=12).map(
    lambda pairs: [Row(pk, seat, by) for pk, (seat, by) in enumerate(pairs, start=1)]
)


@given(ROWS, st.randoms())
def test_the_order_in_which_rows_are_read_changes_nothing(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert standing(shuffled) == standing(rows)


@given(ROWS)
def test_a_seat_that_answered_itself_is_never_spoken_for(rows):
    own = {row.seat_id for row in rows if row.entered_by_id is None}
    found = standing(rows)
    assert all(found[seat].entered_by_id is None for seat in own)
    assert set(found) == {row.seat_id for row in rows}


@pytest.mark.parametrize(
    "entered_by, delegate, voice",
    [
        (None, None, Voice.OWN),
        (None, 4, Voice.OWN),
        (4, 4, Voice.DELEGATE),
        (5, 4, Voice.ENTERED),
        (5, None, Voice.ENTERED),
    ],
)
def test_whose_voice_it_is(entered_by, delegate, voice):
    assert voice_of(entered_by, delegate=delegate) is voice
