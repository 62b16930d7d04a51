"""A ballot's order and length, and what counts as an answer."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prioritization.rules.ballots import (
    Given,
    Nonce,
    NotAnAnswer,
    is_overtaken,
    next_open,
    read_answer,
    read_nonce,
    read_wait,
    seconds_for,
    shuffled,
)

IDS = st.lists(st.integers(1, 10**6), unique=True, max_size=30)
SEEDS = st.integers(0, 2**31 - 1)


@given(IDS, SEEDS)
def test_everything_asked_is_there_once_whatever_the_order_it_comes_in(ids, seed):
    assert sorted(shuffled(ids, seed)) == sorted(ids)
    assert shuffled(reversed(ids), seed) == shuffled(ids, seed)


@given(IDS, SEEDS)
def test_a_feature_that_goes_leaves_the_order_of_the_others_alone(ids, seed):
    assert shuffled(ids[1:], seed) == [each for each in shuffled(ids, seed) if each not in ids[:1]]


def test_the_order_is_the_same_in_every_process_and_version():
    assert shuffled([1, 2, 3, 4, 5], 7) == [4, 3, 2, 1, 5]


def test_every_feature_comes_first_for_about_as_many_people():
    firsts = Counter(shuffled(range(1, 5), seed)[0] for seed in range(4000))
    assert all(900 < firsts[each] < 1100 for each in range(1, 5))


@pytest.mark.parametrize(("text", "value"), [("1", 1), ("5", 5), ("none", None)])
def test_an_answer_is_one_to_five_or_no_opinion(text, value):
    assert read_answer(text) == value


@pytest.mark.parametrize("text", ["", "0", "6", "2.5", "²", "٣", " 3", "None", "NaN"])
def test_anything_else_is_refused(text):
    with pytest.raises(NotAnAnswer):
        read_answer(text)


@pytest.mark.parametrize(
    ("complete", "count", "after", "expected"),
    [
        (set(), 3, 0, 1),
        ({1}, 3, 0, 2),
        ({1, 3}, 3, 3, 2),
        ({2}, 3, 1, 3),
        ({1, 2, 3}, 3, 1, None),
        (set(), 0, 0, None),
        (set(), 3, 9, 1),
    ],
)
def test_one_goes_on_with_the_next_open_feature_and_then_from_the_start(complete, count, after, expected):
    assert next_open(complete, count, after=after) == expected


def test_twelve_features_of_four_criteria_take_two_minutes():
    assert seconds_for(12 * 4) == 120


@pytest.mark.parametrize(
    "text, nonce",
    [
        ("5b1e0c77a2d94f03.12", Nonce("5b1e0c77a2d94f03", 12)),
        ("5b1e0c77a2d94f03", None),
        ("5b1e0c77a2d94f03.", None),
        ("5B1E0C77A2D94F03.1", None),
        ("5b1e0c77a2d94f03.1\n", None),
        ("5b1e0c77a2d94f03.٣", None),
        ("'; --.1", None),
        ("", None),
    ],
)
def test_a_nonce_is_a_page_and_a_place_in_it_or_none(text, nonce):
    assert read_nonce(text) == nonce
    assert nonce is None or str(nonce) == text


@pytest.mark.parametrize(
    "text, wait",
    [("0", 0), ("1500", 1.5), ("-1", 0), ("soon", 0), ("", 0), ("9999999999", 20 * 86400), ("1" * 40, 0)],
)
def test_a_wait_is_milliseconds_or_nothing(text, wait):
    assert read_wait(text) == timedelta(seconds=wait)


T = datetime(2026, 11, 24, 10, tzinfo=UTC)
A1, A2, B1 = Nonce("a" * 16, 1), Nonce("a" * 16, 2), Nonce("b" * 16, 1)


@pytest.mark.parametrize(
    "tap, held, before, overtaken",
    [
        (Given(A1, T), None, [], False),
        (Given(A2, T), Given(A1, T + timedelta(seconds=9)), [A1], False),
        (Given(A1, T + timedelta(seconds=9)), Given(A2, T), [A2], True),
        (Given(A1, T + timedelta(seconds=9)), Given(B1, T), [A2, B1], True),
        (Given(A1, T), Given(B1, T + timedelta(seconds=1)), [B1], True),
        (Given(A1, T + timedelta(seconds=1)), Given(B1, T), [B1], False),
        (Given(A1, T), Given(B1, T), [B1], False),
        (Given(None, T), Given(A1, T + timedelta(seconds=1)), [A1], True),
        (Given(None, T), Given(None, T), [], False),
    ],
)
def test_one_page_counts_in_its_own_order_and_two_devices_by_when_it_was_tapped(tap, held, before, overtaken):
    assert is_overtaken(tap, held, before) is overtaken
