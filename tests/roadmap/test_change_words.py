from datetime import date

import pytest

from roadmap.queries.changes import count_words, detail_in_words, placements_in_words, small_number
from roadmap.rules.differences import Detail, Placement

JAN, FEB, MAR, MAY = date(2027, 1, 4), date(2027, 2, 1), date(2027, 3, 20), date(2027, 5, 20)


def at(release="2027.1", starts_on=JAN, ends_on=MAR, precision="day"):
    return Placement(release, starts_on, ends_on, precision)


@pytest.mark.parametrize(
    "was, becomes, before, after",
    [
        (at(), at("2027.2", ends_on=MAY), "2027.1 · ends Mar", "2027.2 · ends May"),
        (at(), at(starts_on=FEB), "2027.1 · starts Jan", "2027.1 · starts Feb"),
        (at(), at(ends_on=date(2027, 3, 27)), "2027.1 · ends 20 Mar 2027", "2027.1 · ends 27 Mar 2027"),
        (at(), at(ends_on=date(2028, 3, 20)), "2027.1 · ends Mar 2027", "2027.1 · ends Mar 2028"),
        (at(), at(starts_on=FEB, ends_on=MAY), "2027.1 · Jan – Mar", "2027.1 · Feb – May"),
        (at(), at("2027.2"), "2027.1 · Jan – Mar", "2027.2 · Jan – Mar"),
        (
            at(),
            at(starts_on=date(2027, 1, 11), ends_on=date(2027, 3, 27)),
            "2027.1 · 4 Jan 2027 – 20 Mar 2027",
            "2027.1 · 11 Jan 2027 – 27 Mar 2027",
        ),
        (at(), at(ends_on=None), "2027.1 · ends Mar", "2027.1 · no date"),
        (None, at(), "not planned", "2027.1 · Jan – Mar"),
        (at(), None, "2027.1 · Jan – Mar", "not planned"),
        (None, at(None, None, None), "not planned", "no date"),
        (None, at("2027.1", None, None, "later"), "not planned", "2027.1 · later"),
        (None, at(precision="quarter"), "not planned", "2027.1 · Q1 2027"),
        (None, at(ends_on=MAY, precision="quarter"), "not planned", "2027.1 · Q1 2027 – Q2 2027"),
        (None, at(starts_on=date(2026, 12, 1)), "not planned", "2027.1 · Dec – Mar 2027"),
        (None, at(starts_on=date(2025, 12, 1)), "not planned", "2027.1 · Dec 2025 – Mar 2027"),
        (
            at(starts_on=date(2026, 12, 1)),
            at("2027.2", FEB, MAY),
            "2027.1 · Dec – Mar 2027",
            "2027.2 · Feb – May 2027",
        ),
        (None, at(None, JAN, None), "not planned", "starts Jan"),
    ],
)
def test_placements_are_as_short_as_tells_them_apart(was, becomes, before, after):
    assert tuple(text.replace("\xa0", " ") for text in placements_in_words(was, becomes)) == (before, after)


@pytest.mark.parametrize(
    "detail, words",
    [
        (Detail("title", "Undo", "Undo send"), "Title: “Undo” → “Undo send”"),
        (Detail("owner", 1, 2), "Owner: Mia → someone who left"),
        (Detail("owner", None, 1), "Owner: none → Mia"),
        (Detail("status", "planned", "in-progress"), "Status: Planned → In progress"),
        (Detail("size", (("Inbox", 1, 10, 20),), ()), "Size: Inbox 10 d → none"),
        (Detail("needs", (), ("BCN-1", "BCN-2")), "Needs first: none → BCN-1, BCN-2"),
        (Detail("contributes", (("Reply", "some"),), (("Reply", "direct"),)), "Serves: Reply (some) → Reply (direct)"),
        (Detail("summary", "a", "b"), "The summary was rewritten."),
        (Detail("due_on", None, JAN), "By when: none → 4 Jan 2027"),
    ],
)
def test_each_aspect_is_said_with_both_values(detail, words):
    assert detail_in_words(detail, {1: "Mia"}).replace("\xa0", " ") == words


@pytest.mark.parametrize(
    "count, version, words",
    [
        (0, None, "Nothing has changed since."),
        (1, None, "One thing has changed since."),
        (6, None, "Six things have changed since."),
        (14, 3, "14 things have changed since version 3."),
        (0, 3, "Nothing has changed since version 3."),
    ],
)
def test_the_sentence_above_the_changes(count, version, words):
    assert count_words(count, version=version) == words


def test_numbers_are_in_letters_up_to_twelve():
    assert [small_number(count) for count in (0, 1, 12, 13)] == ["no", "one", "twelve", "13"]
