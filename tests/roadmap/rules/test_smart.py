from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.rules.smart import Candidate, Check, Finding, Missing, Overfull, smart

INBOX, INSIGHTS, SPRING = 1, 2, 10
ROOMY = {(INBOX, SPRING): Decimal(100), (INSIGHTS, SPRING): Decimal(100)}


def candidate(id=1, *, days=10, **fields):
    whole = Candidate(
        id=id,
        has_owner=True,
        objectives=(True,),
        sizes=((INBOX, None if days is None else Decimal(days)),),
        release=SPRING,
        has_date=True,
        rank=id,
    )
    return replace(whole, **fields)


@pytest.mark.parametrize(
    "fields, missing",
    [
        ({}, None),
        ({"has_owner": False}, (Missing.OWNER,)),
        ({"objectives": ()}, (Missing.OBJECTIVE,)),
        ({"objectives": (False, False)}, (Missing.MEASURE,)),
        ({"objectives": (False, True)}, None),
        ({"sizes": ()}, (Missing.SIZE,)),
        ({"sizes": ((INBOX, Decimal(4)), (INSIGHTS, None))}, (Missing.SIZE,)),
        ({"sizes": ((INBOX, Decimal(101)),)}, (Missing.ROOM,)),
        ({"sizes": ((INBOX, Decimal(100)),)}, None),
        ({"sizes": ((3, Decimal(1)),)}, (Missing.ROOM,)),
        ({"sizes": ((3, Decimal(0)),)}, None),
        ({"has_date": False}, (Missing.DATE,)),
        ({"release": None, "sizes": ((INBOX, Decimal(999)),)}, None),
        (
            {"has_owner": False, "objectives": (), "sizes": (), "has_date": False},
            (Missing.OWNER, Missing.OBJECTIVE, Missing.SIZE, Missing.DATE),
        ),
    ],
)
def test_what_a_feature_lacks(fields, missing):
    expected = () if missing is None else (Finding(1, missing),)
    assert smart([candidate(**fields)], ROOMY).findings == expected


def test_the_days_go_to_the_best_ranked_and_a_smaller_one_may_still_fit():
    check = smart(
        [
            candidate(1, days=60, rank=None),
            candidate(2, days=30, rank=3),
            candidate(3, days=60, rank=1),
            candidate(4, days=50, rank=2),
        ],
        ROOMY,
    )
    assert check.overfull == (Overfull(INBOX, SPRING, Decimal(200), Decimal(100), (4, 1)),)
    assert [finding.feature for finding in check.findings] == [1, 4]


def test_a_capacity_that_nobody_stated_is_named_as_unknown():
    check = smart([candidate(1), candidate(2)], {})
    assert check.overfull == (Overfull(INBOX, SPRING, Decimal(20), None, (1, 2)),)


def test_nothing_planned_lacks_nothing():
    assert smart([], ROOMY) == Check((), ())


# Properties

candidates = st.lists(
    st.builds(
        candidate,
        st.integers(1, 20),
        days=st.integers(0, 60),
        rank=st.none() | st.integers(1, 9),
        release=st.sampled_from([SPRING, 11]),
    ),
    unique_by=lambda one: one.id,
    max_size=8,
)
capacities = st.fixed_dictionaries(
    {(INBOX, SPRING): st.integers(0, 120).map(Decimal), (INBOX, 11): st.integers(0, 120).map(Decimal)}
)


@given(candidates, capacities)
def test_what_is_left_unnamed_always_fits(everything, capacity):
    check = smart(everything, capacity)
    named = {feature for cell in check.overfull for feature in cell.without_room}
    for (team, release), days in capacity.items():
        taken = sum(
            size for one in everything if one.id not in named and one.release == release for _, size in one.sizes
        )
        total = sum(size for one in everything if one.release == release for _, size in one.sizes)
        assert taken <= days
        assert (total <= days) == all((cell.team, cell.release) != (team, release) for cell in check.overfull)


@given(candidates, capacities, st.randoms(use_true_random=False))
def test_the_order_of_features_does_not_matter(everything, capacity, random):
    shuffled = list(everything)
    random.shuffle(shuffled)
    assert smart(shuffled, capacity) == smart(everything, capacity)


@given(candidates, capacities, st.integers(1, 50))
def test_a_feature_with_no_size_is_never_without_room(everything, capacity, days):
    unsized = [replace(one, sizes=((INBOX, None),)) for one in everything]
    assert smart(unsized, {key: Decimal(days) for key in capacity}).overfull == ()
