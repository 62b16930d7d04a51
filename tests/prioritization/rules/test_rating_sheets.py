import pytest

from prioritization.rules.rating_sheets import Cell, Fault, Kind, Scale, guess, guess_scale, number, read_sheet
from roadmap.rules.imports.reading import read

FEATURES = {"bcn-1": 1, "undo send": 1, "bcn-2": 2}
LONG = "Feature,Person,Department,Criterion,Rating\n"


def sheet(text, columns=None, scale=None):
    table = read(text)
    columns = columns or guess(table)
    return read_sheet(table, columns, FEATURES, scale or guess_scale(table, columns))


@pytest.mark.parametrize(
    "heading, columns",
    [
        (LONG + "BCN-1,Ana,Sales,impact,5", ("feature", "person", "department", "criterion", "value")),
        ("requirement_id,rater,novelty,rated_at\n1,7,2,2016-03-03\n", ("feature", "person", "criterion:novelty", "")),
        ("feature_id;stakeholder;value;urgency\nF;S1;8;9\n", ("feature", "person", "criterion:value", "criterion:urgency")),
        ("Item\tE-mail\tComment\nx\ta@b.example\tfine\n", ("feature", "person", "")),
    ],
)  # fmt: skip
def test_columns_are_guessed_by_name_and_by_what_is_in_them(heading, columns):
    assert guess(read(heading)) == columns


def test_a_long_and_a_wide_sheet_say_the_same():
    long = sheet(LONG + "BCN-1,Ana,Sales,Impact,5\nundo SEND,Ana,Sales,Ease,2\nBCN-2,Ben,,Impact,no opinion\n")
    wide = sheet("Feature,Person,Department,Impact,Ease\nBCN-1,Ana,Sales,5,2\nBCN-2,Ben,,n/a,\n")
    assert [(c.feature, c.person, c.criterion, c.value) for c in long.cells] == [
        (1, "ana", "impact", 5),
        (1, "ana", "ease", 2),
        (2, "ben", "impact", None),
    ]
    assert [(c.feature, c.person, c.criterion, c.value) for c in wide.cells] == [
        (1, "ana", "impact", 5),
        (1, "ana", "ease", 2),
        (2, "ben", "impact", None),
    ]
    assert long.departments == {"ana": "Sales"} and not long.faults


@pytest.mark.parametrize(
    "row, fault",
    [
        (",Ana,Sales,Impact,5", Fault(Kind.NO_FEATURE, 2, "Feature")),
        ("BCN-9,Ana,Sales,Impact,5", Fault(Kind.UNKNOWN_FEATURE, 2, "Feature", "BCN-9")),
        ("BCN-1,,Sales,Impact,5", Fault(Kind.NO_PERSON, 2, "Person")),
        ("BCN-1,Ana,Sales,,5", Fault(Kind.NO_CRITERION, 2, "Criterion")),
        ("BCN-1,Ana,Sales,Impact,high", Fault(Kind.NOT_A_RATING, 2, "Rating", "high")),
        ("BCN-1,Ana,Sales,Impact,7", Fault(Kind.OUT_OF_SCALE, 2, "Rating", "7")),
        ("BCN-1,Ana,Sales,Impact,3.5", Fault(Kind.NOT_WHOLE, 2, "Rating", "3.5")),
        ("BCN-1,Ana,Sales,Impact,5,6,7", Fault(Kind.TOO_MANY_CELLS, 2, found="7", other="5")),
    ],
)
def test_each_thing_wrong_is_named_with_row_and_column(row, fault):
    read_ = sheet(LONG + row + "\n", scale=Scale())
    assert read_.faults == [fault]
    assert not read_.cells


def test_what_contradicts_an_earlier_row_is_refused_and_what_repeats_it_is_not():
    read_ = sheet(
        "Feature,Person,Department,Weight,Criterion,Rating\n"
        "BCN-1,Ana,Sales,2,Impact,5\nBCN-1,ana,sales,2,impact,5\nBCN-1,Ana,Sales,2,Impact,4\n"
        "BCN-2,Ana,Sales,3,Impact,4\nBCN-2,Ana,Support,2,Impact,4\nBCN-2,Ana,Sales,x,Impact,4\n"
        "BCN-2,Ben,Sales,1000001,Impact,4\nBCN-2,Cleo,Sales,-1,Impact,4\n"
    )
    assert [(f.kind, f.row, f.other) for f in read_.faults] == [
        (Kind.RATED_TWICE, 4, "2"),
        (Kind.TWO_WEIGHTS, 5, "2"),
        (Kind.TWO_DEPARTMENTS, 6, "Sales"),
        (Kind.NOT_A_WEIGHT, 7, ""),
        (Kind.NOT_A_WEIGHT, 8, ""),
        (Kind.NOT_A_WEIGHT, 9, ""),
    ]
    assert read_.cells == [Cell(2, 1, "ana", "impact", 5)]


@pytest.mark.parametrize(
    "values, scale",
    [("1 5", Scale()), ("1 9", Scale(1, 9)), ("2 10", Scale(1, 10)), ("0 10", Scale(0, 10)), ("0 80", Scale(0, 100)), ("-3 3", Scale(-3, 3))],
)  # fmt: skip
def test_the_scale_is_guessed_from_the_numbers(values, scale):
    table = read(LONG + "".join(f"BCN-1,P{i},,Impact,{v}\n" for i, v in enumerate(values.split())))
    assert guess_scale(table, guess(table)) == scale


def test_another_scale_is_stretched_onto_one_to_five():
    assert [Scale(1, 9).rating(v) for v in (1, 2, 3, 5, 8, 9)] == [1, 2, 2, 3, 5, 5]
    assert [Scale(0, 10).rating(v) for v in (0, 5, 10)] == [1, 3, 5]


@pytest.mark.parametrize(
    "text, found",
    [
        ("3", 3),
        ("2,5", 2.5),
        ("-1", -1),
        ("", None),
        ("3 of 5", None),
        ("²", None),
        ("9" * 10, None),
        ("9" * 400, None),
    ],
)
def test_numbers(text, found):
    assert number(text) == found
