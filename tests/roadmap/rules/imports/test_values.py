"""Numbers, dates, statuses and names in single cells."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.rules.imports.values import (
    date_of,
    is_day_first,
    is_decimal_comma,
    names_in,
    nearest,
    number_of,
    share_of,
    status_of,
)
from stakeholders.rules.days import FIRST, LAST


@pytest.mark.parametrize(
    ("text", "comma", "expected"),
    [
        ("8", False, "8"),
        ("2.5", False, "2.5"),
        ("2,5", True, "2.5"),
        ("1.234,5", True, "1234.5"),
        ("1,234.5", False, "1234.5"),
        ("1 234", False, "1234"),
        ("1’234", False, None),
        ("1'234", False, "1234"),
        ("−3", False, "-3"),
        ("8 d", False, "8"),
        ("8 days", False, "8"),
        ("2,5", False, None),
        ("1,23,456", False, None),
        ("2.5.1", False, None),
        ("M–L", False, None),
        ("", False, None),
        ("1e3", False, None),
        ("nan", False, None),
        ("٣", False, "3"),
        ("40 %", False, None),
    ],
)
def test_numbers(text, comma, expected):
    assert number_of(text, comma=comma) == (None if expected is None else Decimal(expected))


def test_a_cell_made_to_be_slow_is_no_number_at_once():
    assert number_of("1" + " " * 100_000 + "x", comma=False) is None


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([], False),
        (["8", "13"], False),
        (["2.5"], False),
        (["2,5"], True),
        (["1.234,5"], True),
        (["1,234.5"], False),
        (["1,234"], None),
        (["1.234"], None),
        (["1,234,567"], False),
        (["1,234", "0,5"], True),
        (["a, b", "3"], False),
    ],
)
def test_the_decimal_mark_is_seen_in_the_column_or_asked(cells, expected):
    assert is_decimal_comma(cells) is expected


@pytest.mark.parametrize(
    ("text", "day_first", "expected"),
    [
        ("2026-11-24", True, (date(2026, 11, 24), date(2026, 11, 24), "day")),
        ("2018-03-23T19:33:22Z", True, (date(2018, 3, 23), date(2018, 3, 23), "day")),
        ("2020-01-17 10:36:26", True, (date(2020, 1, 17), date(2020, 1, 17), "day")),
        ("24.11.2026", False, (date(2026, 11, 24), date(2026, 11, 24), "day")),
        ("03/04/2026", True, (date(2026, 4, 3), date(2026, 4, 3), "day")),
        ("03/04/2026", False, (date(2026, 3, 4), date(2026, 3, 4), "day")),
        ("04/15/2026", True, (date(2026, 4, 15), date(2026, 4, 15), "day")),
        ("Feb 11, 2016", True, (date(2016, 2, 11), date(2016, 2, 11), "day")),
        ("11 Feb 2016", True, (date(2016, 2, 11), date(2016, 2, 11), "day")),
        ("3. Dezember 2026", True, (date(2026, 12, 3), date(2026, 12, 3), "day")),
        ("2027-02", True, (date(2027, 2, 1), date(2027, 2, 28), "month")),
        ("Mar 2027", True, (date(2027, 3, 1), date(2027, 3, 31), "month")),
        ("Q1 2027", True, (date(2027, 1, 1), date(2027, 3, 31), "quarter")),
        ("2027-Q4", True, (date(2027, 10, 1), date(2027, 12, 31), "quarter")),
        ("later", True, (None, None, "later")),
    ],
)
def test_dates_and_how_far_they_are_known(text, day_first, expected):
    found = date_of(text, day_first=day_first)
    assert (found.on, found.until, found.precision) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "31.11.2026",
        "2026-13-01",
        "11/24/26",
        "24 Nov",
        "9" * 5000,
        "Nov",
        "45000",
        "Q5 2027",
        "Q1 0000",
        "0000-Q4",
    ],
)
def test_what_is_no_date_is_none(text):
    assert date_of(text, day_first=True) is None


@pytest.mark.parametrize("text", ["9999-12-31", "1.1.0001", "Q4 9999", "Dec 2201", "31 Dec 1969"])
def test_a_day_beyond_those_that_are_reckoned_with_is_none(text):
    assert date_of(text, day_first=True) is None


@pytest.mark.parametrize(
    ("cells", "expected"),
    [([], True), (["2026-11-24"], True), (["24/11/2026"], True), (["11/24/2026"], False), (["03/04/2026"], None)],
)
def test_the_order_of_day_and_month_is_seen_in_the_column_or_asked(cells, expected):
    assert is_day_first(cells) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("provisional", "idea"),
        ("implementable", "planned"),
        ("implemented", "shipped"),
        ("deferred", "candidate"),
        ("withdrawn", "dropped"),
        ("In Progress", "in-progress"),
        ("in_progress", "in-progress"),
        ("Won't fix", "dropped"),
        ("Selected for Development", "planned"),
        ("Purple", None),
    ],
)
def test_statuses_of_other_tools(text, expected):
    assert status_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("40 %", "0.4"),
        ("40", "0.4"),
        ("0.4", "0.4"),
        ("1", "1"),
        ("1 %", "0.01"),
        ("101", None),
        ("-1", None),
        ("x", None),
    ],
)
def test_shares(text, expected):
    assert share_of(text, comma=False) == (None if expected is None else Decimal(expected))


def test_lists_in_one_cell():
    assert names_in("KEP-1| KEP-2,KEP-1;;\nKEP  3") == ("KEP-1", "KEP-2", "KEP 3")


@pytest.mark.parametrize(
    ("name", "names", "expected"),
    [
        ("Inbox Team", ["Platform", "Inbox"], "Inbox"),
        ("Platfrom", ["Platform", "Inbox"], "Platform"),
        ("Sales", ["Platform", "Inbox"], None),
        ("2026.1", ["2027.1"], None),
        ("", ["Inbox"], None),
    ],
)
def test_the_name_that_was_meant(name, names, expected):
    assert nearest(name, names) == expected


@given(st.text())
def test_no_text_makes_a_reader_fail(text):
    for comma in (True, False):
        number_of(text, comma=comma)
        share_of(text, comma=comma)
        date_of(text, day_first=comma)
    status_of(text)
    names_in(text)


@given(st.dates(min_value=FIRST, max_value=LAST))
def test_every_day_is_read_back_in_every_order(day):
    for text, day_first in (
        (f"{day}", True),
        (f"{day:%d/%m/%Y}", True),
        (f"{day:%m/%d/%Y}", False),
        (f"{day:%d.%m.%Y}", True),
    ):
        assert date_of(text, day_first=day_first).on == day
