import json
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.rules.outcome import Choice, Rule, Signer, Silence, Tally, Verdict, from_plain, outcome, to_plain

C, W, O, A, S = Choice.CONFIRM, Choice.CONCERNS, Choice.OBJECT, Choice.ABSTAIN, None  # noqa: E741
TWO_THIRDS = Rule(threshold=Fraction(2, 3))


def signers(required, consulted=""):
    said = {"c": C, "w": W, "o": O, "a": A, "-": None}
    return [
        *(Signer(seat, True, said[letter]) for seat, letter in enumerate(required, start=1)),
        *(Signer(seat, False, said[letter]) for seat, letter in enumerate(consulted, start=100)),
    ]


@pytest.mark.parametrize(
    "required, consulted, verdict",
    [
        ("cccc--", "", Verdict.WITH_CONCERNS),
        ("ccc---", "", Verdict.LAPSED),
        ("ccccco", "", Verdict.NOT_CONFIRMED),
        ("ccccca", "o", Verdict.WITH_CONCERNS),
        ("cccccc", "", Verdict.CONFIRMED),
        ("aaaaaa", "", Verdict.NOT_CONFIRMED),
    ],
)
def test_the_examples_of_the_method(required, consulted, verdict):
    assert outcome(signers(required, consulted), Rule()).verdict is verdict


@pytest.mark.parametrize(
    "required, consulted, rule, verdict",
    [
        ("", "ccc", Rule(), Verdict.LAPSED),
        ("", "", Rule(), Verdict.LAPSED),
        ("c", "", Rule(), Verdict.CONFIRMED),
        ("-", "", Rule(), Verdict.LAPSED),
        ("o", "", Rule(), Verdict.NOT_CONFIRMED),
        ("w", "", Rule(), Verdict.WITH_CONCERNS),
        ("caaaaa", "", Rule(), Verdict.CONFIRMED),
        ("oooooo", "cccccc", Rule(), Verdict.NOT_CONFIRMED),
        ("cccccc", "------", Rule(), Verdict.CONFIRMED),
        ("cccccc", "w", Rule(), Verdict.WITH_CONCERNS),
        ("ccccoo", "", TWO_THIRDS, Verdict.WITH_CONCERNS),
        ("cccooo", "", TWO_THIRDS, Verdict.NOT_CONFIRMED),
        ("ccaaoa", "", TWO_THIRDS, Verdict.WITH_CONCERNS),
        ("ccc---", "", Rule(quorum=Fraction(1, 2)), Verdict.WITH_CONCERNS),
        ("ccccc-", "", Rule(quorum=Fraction(1)), Verdict.LAPSED),
    ],
)
def test_the_edges_of_the_rule(required, consulted, rule, verdict):
    assert outcome(signers(required, consulted), rule).verdict is verdict


@pytest.mark.parametrize("required, needed", [(1, 1), (2, 2), (3, 2), (4, 3), (6, 4), (9, 6), (19, 13)])
def test_the_quorum_is_counted_by_heads_and_exactly(required, needed):
    assert outcome(signers("c" * required), Rule()).needed == needed


def test_the_outcome_names_who_is_silent_who_objects_and_who_has_concerns():
    found = outcome(signers("cw-o-", "ow-"), Rule(threshold=Fraction(1, 3), quorum=Fraction(1, 2)))
    assert (found.silent, found.objecting, found.concerned) == ((3, 5), (4, 100), (2, 101))
    assert found.required == Tally(confirm=1, concerns=1, object=1, silent=2)
    assert found.consulted == Tally(concerns=1, object=1, silent=1)
    assert (found.required.asked, found.required.answered, found.required.confirming) == (5, 3, 2)


def test_a_seat_that_left_is_listed_but_not_required():
    team = [Signer(1, True, C), Signer(2, True, C), Signer(3, True, None, has_left=True)]
    found = outcome(team, Rule(quorum=Fraction(1)))
    assert (found.verdict, found.needed, found.left) == (Verdict.CONFIRMED, 2, (3,))


def test_a_round_whose_last_required_signer_left_lapses():
    found = outcome([Signer(1, True, C, has_left=True), Signer(2, False, C)], Rule())
    assert found.verdict is Verdict.LAPSED


def test_consent_by_silence_has_its_own_column_and_is_never_a_confirm():
    rule = Rule(silence=Silence.CONSENT_OF_ALL)
    found = outcome([*signers("cccc"), Signer(5, True), Signer(6, True)], rule)
    assert found.required == Tally(confirm=4, unopposed=2)
    assert (found.verdict, found.silent) == (Verdict.WITH_CONCERNS, (5, 6))
    nobody = outcome([Signer(seat, True, is_reached=True) for seat in range(4)], rule)
    assert nobody.verdict is Verdict.NOT_CONFIRMED


def test_consent_by_silence_counts_for_the_quorum_only_of_those_who_were_reached():
    rule = Rule(silence=Silence.CONSENT_OF_ALL)
    three_confirm = signers("ccc")
    unreached = [Signer(seat, True) for seat in (4, 5, 6)]
    reached = [Signer(4, True, is_reached=True), *unreached[1:]]
    assert outcome([*three_confirm, *unreached], rule).verdict is Verdict.LAPSED
    assert outcome([*three_confirm, *reached], rule).verdict is Verdict.WITH_CONCERNS
    assert outcome([*three_confirm, *reached], Rule()).verdict is Verdict.LAPSED


def test_consent_by_silence_of_the_consulted_leaves_the_required_silent():
    found = outcome(signers("cc-", "--"), Rule(silence=Silence.CONSENT_OF_CONSULTED))
    assert (found.required.silent, found.consulted.unopposed) == (1, 2)


def test_departments_are_counted_apart_and_the_nameless_one_comes_last():
    team = [Signer(1, True, C, 7), Signer(2, True, O, None), Signer(3, False, W, 3), Signer(4, True, None, 7)]
    assert outcome(team, Rule()).departments == (
        (3, Tally(concerns=1)),
        (7, Tally(confirm=1, silent=1)),
        (None, Tally(object=1)),
    )


def test_a_seat_that_comes_twice_is_refused():
    with pytest.raises(ValueError, match="one came twice"):
        outcome([Signer(1, True, C), Signer(1, True, O)], Rule())


@pytest.mark.parametrize("share", [Fraction(0), Fraction(-1), Fraction(3, 2), 0.66])
def test_a_share_that_is_no_exact_share_is_refused(share):
    with pytest.raises(ValueError, match="exact share"):
        Rule(quorum=share)
    with pytest.raises(ValueError, match="exact share"):
        Rule(threshold=share)


# Properties

shares = st.sampled_from([Fraction(1, 3), Fraction(1, 2), Fraction(2, 3), Fraction(3, 4), Fraction(1)])
rules = st.builds(Rule, quorum=shares, threshold=shares, silence=st.sampled_from(Silence))
choices = st.none() | st.sampled_from(Choice)


@st.composite
def rounds(draw):
    people = draw(
        st.lists(st.tuples(st.booleans(), choices, st.none() | st.integers(1, 3), st.booleans()), max_size=12)
    )
    return [
        Signer(seat, required, choice, department, is_reached)
        for seat, (required, choice, department, is_reached) in enumerate(people)
    ]


@given(rounds(), rules, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(team, rule, random: Random):
    shuffled = list(team)
    random.shuffle(shuffled)
    assert outcome(shuffled, rule) == outcome(team, rule)


@given(rounds(), rules, st.data())
def test_turning_silence_or_objection_of_a_required_signer_into_a_confirm_never_worsens_it(team, rule, data):
    held_back = [index for index, one in enumerate(team) if one.is_required and one.choice in (None, O)]
    if not held_back:
        return
    index = data.draw(st.sampled_from(held_back))
    signer = team[index]
    turned = [*team]
    turned[index] = Signer(signer.seat, True, C, signer.department, signer.is_reached)
    assert outcome(team, rule).verdict <= outcome(turned, rule).verdict


@given(rounds(), rules)
def test_every_person_stands_in_exactly_one_column(team, rule):
    found = outcome(team, rule)
    assert found.required.asked + found.consulted.asked == len(team)
    assert sum(tally.asked for _, tally in found.departments) == len(team)


@given(rounds(), rules)
def test_confirmed_means_that_nobody_required_is_silent_and_nobody_objects(team, rule):
    found = outcome(team, rule)
    if found.verdict is Verdict.CONFIRMED:
        assert not any(one.choice in (O, W) for one in team)
        assert all(one.choice in (C, A) for one in team if one.is_required)


@given(rounds(), rules)
def test_an_outcome_is_kept_as_json_and_read_back_the_same(team, rule):
    found = outcome(team, rule)
    assert from_plain(json.loads(json.dumps(to_plain(found, rule)))) == found
