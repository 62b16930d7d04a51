"""What an import would do, row by row: new, changed, unchanged, refused, and why."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.rules.imports.columns import guess
from roadmap.rules.imports.drafts import Choices, Known, KnownFeature, Links, Ref
from roadmap.rules.imports.fields import Field, folded
from roadmap.rules.imports.planning import Result, plan
from roadmap.rules.imports.problems import Kind
from roadmap.rules.imports.reading import read

UNDO = KnownFeature(
    7,
    "BCN-7",
    "SUP-1",
    {
        Field.KEY: "SUP-1",
        Field.TITLE: "Undo send for 30 seconds",
        Field.STATUS: "planned",
        Field.TEAM: "Inbox",
        Field.EFFORT_LOW: 3.0,
        Field.EFFORT: 5.0,
        Field.EFFORT_HIGH: 9.0,
        Field.RELEASE: "2026.4",
        Field.OBJECTIVE: ("Halve the cost per ticket",),
    },
)
SSO = KnownFeature(8, "BCN-8", "", {Field.TITLE: "Single sign-on", Field.STATUS: "idea"}, needs=frozenset({7}))
BEACON = Known(
    features=(UNDO, SSO),
    teams=("Inbox", "Platform"),
    releases=("2026.4", "2027.1"),
    objectives=(("A", "First reply within 2 h"), ("C", "Halve the cost per ticket")),
    people=(("mia@beacon.example", "Mia Okafor"), ("omar@beacon.example", "Omar Haddad")),
)


def planned(text: str, known: Known = BEACON, **choices):
    table = read(text)
    return plan(table, Choices(tuple(g.field for g in guess(table)), **choices), known)


def kinds(text: str, **choices) -> list[Kind]:
    return [problem.kind for problem in planned(text, **choices).problems]


def test_a_row_like_the_feature_changes_nothing():
    found = planned(
        "key,title,status,team,effort,release,objective\n"
        "SUP-1,Undo send for 30 seconds,Planned,inbox,5,2026.4,C\n"
        "bcn-8,Single sign-on,,,,,\n"
    )
    assert [row.result for row in found.rows] == [Result.UNCHANGED, Result.UNCHANGED]
    assert found.writes == 0 and found.problems == []


def test_a_change_says_what_stands_there_and_what_would():
    row = planned("key,title,status,effort\nSUP-1,Undo send,shipped,12\n").rows[0]
    assert row.result is Result.CHANGED and row.feature is UNDO
    assert {(c.field, c.before, c.after) for c in row.changes} == {
        (Field.TITLE, "Undo send for 30 seconds", "Undo send"),
        (Field.STATUS, "planned", "shipped"),
        (Field.PROGRESS, None, 1.0),
        (Field.EFFORT, 5.0, 12.0),
        (Field.EFFORT_HIGH, 9.0, 12.0),
    }


def test_an_empty_cell_says_nothing():
    assert planned("key,title,status,release\nSUP-1,Undo send for 30 seconds,,\n").rows[0].result is Result.UNCHANGED


def test_features_that_exist_can_be_skipped():
    found = planned("key,title\nSUP-1,Other\nSUP-9,New one\n", skip_known=True)
    assert [row.result for row in found.rows] == [Result.SKIPPED, Result.NEW]
    assert found.writes == 1


def test_without_keys_the_title_decides_and_a_key_learnt_is_kept():
    assert planned("title,status\nsingle SIGN-ON,planned\n").rows[0].feature is SSO
    row = planned("title,key\nSingle sign-on,X-1\n", merged={2: 8}).rows[0]
    assert (row.feature, row.values[Field.KEY]) == (SSO, "X-1")


def test_a_key_of_its_own_is_no_key_elsewhere():
    row = planned("key,title\nBCN-8,Single sign-on by SAML\n").rows[0]
    assert row.values == {Field.TITLE: "Single sign-on by SAML"}


def test_a_new_row_has_everything_that_the_file_says():
    row = planned(
        "key,title,summary,status,progress,objective,team,effort low,effort,effort high,release,start,end,owner\n"
        "N-1,Route by skill,In short,done,100 %,a,platform,20,30,50,2027.1,2027-02,Q2 2027,Omar Haddad\n"
    ).rows[0]
    assert row.result is Result.NEW and row.problems == ()
    assert row.values == {
        Field.KEY: "N-1",
        Field.TITLE: "Route by skill",
        Field.SUMMARY: "In short",
        Field.STATUS: "shipped",
        Field.PROGRESS: 1.0,
        Field.OBJECTIVE: ("First reply within 2 h",),
        Field.TEAM: "Platform",
        Field.EFFORT_LOW: 20.0,
        Field.EFFORT: 30.0,
        Field.EFFORT_HIGH: 50.0,
        Field.RELEASE: "2027.1",
        Field.STARTS: date(2027, 2, 1),
        Field.ENDS: date(2027, 6, 30),
        Field.PRECISION: "quarter",
        Field.OWNER: "omar@beacon.example",
    }


def test_one_size_makes_all_three_and_later_clears_the_days():
    row = planned("title,team,effort,end\nRoute,Inbox,8,later\n").rows[0]
    assert [row.values[f] for f in (Field.EFFORT_LOW, Field.EFFORT, Field.EFFORT_HIGH)] == [8.0, 8.0, 8.0]
    assert row.values[Field.PRECISION] == "later" and Field.ENDS not in row.values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title,key\n,X-1\n", [Kind.NO_TITLE]),
        ("title\n" + "x" * 201, [Kind.TOO_LONG]),
        ("title,team\nBell \x07,Inbox\n", [Kind.UNPRINTABLE]),
        ("title,team\nA,Inbox,what\n", [Kind.TOO_MANY_CELLS]),
        ("title,key\nFirst,X-1\nSecond,x-1\n", [Kind.KEY_TWICE]),
        ("title,key\nFirst,SUP-1\nSecond,BCN-7\n", [Kind.FEATURE_TWICE]),
        ("title,status\nA,purple\n", [Kind.STATUS_UNKNOWN]),
        ("title,progress\nA,120\n", [Kind.NOT_A_SHARE]),
        ("title,team,size\nA,Inbox,M–L\n", [Kind.NOT_A_NUMBER]),
        ("title,team,size\nA,Inbox,-3\n", [Kind.NUMBER_OUT_OF_RANGE]),
        ("title,team,size low,size\nA,Inbox,8,3\n", [Kind.EFFORT_ORDER]),
        ("title,start\nA,soon\n", [Kind.NOT_A_DATE]),
        ("title,start,end\nA,2027-02-01,2027-01-01\n", [Kind.ENDS_BEFORE_START]),
        ("title,key,needs\nA,X-1,X-1\n", [Kind.NEEDS_ITSELF]),
        ("title,key,needs\nB,BCN-8,SUP-1\nA,SUP-1,BCN-8\n", [Kind.NEEDS_CYCLE]),
    ],
)
def test_what_keeps_a_row_out(text, expected):
    found = planned(text)
    assert [problem.kind for problem in found.problems] == expected
    assert found.rows[-1].result is Result.REFUSED


def test_sizes_count_for_the_team_that_was_named_for_all_where_a_row_names_none():
    found = planned("title,team,size\nA,,8\nB,Inbox,5\nC,,\n", team="Engineering")
    assert found.problems == [] and found.new_teams == ("Engineering",)
    said = [(row.values.get(Field.TEAM), row.values.get(Field.EFFORT)) for row in found.rows]
    assert said == [("Engineering", 8.0), ("Inbox", 5.0), (None, None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title,team\nA,Inbox Team\n", [Kind.TEAM_ALIKE]),
        ("title,team\nA,Mobile\n", []),
        ("title,release\nA,2031.1\n", [Kind.RELEASE_UNKNOWN]),
        ("title,objective\nA,Z\n", [Kind.OBJECTIVE_UNKNOWN]),
        ("title,owner\nA,max@elsewhere.example\n", [Kind.OWNER_UNKNOWN]),
        ("title,needs\nA,KEP-1\n", [Kind.LINK_UNKNOWN]),
        ("title,size\nA,8\n", [Kind.EFFORT_NO_TEAM]),
        ("key,title\nX,Undo send for 30 second\n", [Kind.LIKELY_DUPLICATE]),
        ("key,title\nX-1,Route\nX-2,ROUTE\n", [Kind.SAME_TITLE]),
        ("title,team,size\n" + "".join(f"F{i},Inbox,{i}\n" for i in (5, 6, 7, 8, 620)), [Kind.SIZE_OUTLIER]),
    ],
)
def test_what_is_only_warned_about(text, expected):
    found = planned(text)
    assert [problem.kind for problem in found.problems] == expected
    assert found.counts[Result.REFUSED] == 0 and found.writes == len(found.rows)


def test_two_features_of_one_title_cannot_be_told_apart():
    twins = replace(BEACON, features=(SSO, replace(SSO, pk=9, key="BCN-9")))
    problem = planned("title\nSingle sign-on\n", twins).problems[0]
    assert (problem.kind, problem.other) == (Kind.TITLE_OF_MANY, ("BCN-8", "BCN-9"))


def test_decisions_mend_rows():
    text = "key,title,team,size,status\nX-1,,Inbox Team,M–L,purple\n"
    assert set(kinds(text)) == {Kind.NO_TITLE, Kind.TEAM_ALIKE, Kind.NOT_A_NUMBER, Kind.STATUS_UNKNOWN}
    found = planned(
        text,
        cells={(2, Field.TITLE): " Typed in ", (2, Field.EFFORT): ""},
        names={(Field.TEAM, folded("Inbox Team")): "Inbox"},
        statuses={"purple": "idea"},
    )
    assert found.problems == [] and found.rows[0].values[Field.TITLE] == "Typed in"
    assert found.rows[0].values[Field.TEAM] == "Inbox" and Field.EFFORT not in found.rows[0].values


def test_the_later_of_two_rows_with_a_key_can_be_kept():
    found = planned("key,title\nX-1,First\nX-1,Second\n", kept=frozenset({3}))
    assert [row.result for row in found.rows] == [Result.REFUSED, Result.NEW]


def test_a_warning_that_was_looked_at_is_gone_and_a_refusal_is_not():
    text = "key,title\nX,Undo send for 30 second\nY,\n"
    accepted = frozenset({(2, Kind.LIKELY_DUPLICATE), (3, Kind.NO_TITLE)})
    assert kinds(text, accepted=accepted) == [Kind.NO_TITLE]


def test_links_point_at_rows_and_features_and_known_ones_are_not_new():
    found = planned("key,title,needs,related\nX-1,A,X-2|SUP-1,BCN-8\nX-2,B,,\nBCN-8,Single sign-on,BCN-7,\n")
    assert found.rows[0].links.needs == (Ref(row=3), Ref(pk=7))
    assert found.rows[0].links.related == (Ref(pk=8),)
    assert found.rows[2].result is Result.UNCHANGED


def test_a_link_to_a_row_that_stays_out_is_left_out_and_said():
    found = planned("key,title,needs\nX-1,A,X-2\nX-2,B,X-1\n")
    assert [(p.kind, p.row) for p in found.problems] == [(Kind.LINK_UNKNOWN, 2), (Kind.NEEDS_CYCLE, 3)]
    assert found.rows[0].links == Links() and found.rows[0].result is Result.NEW


def test_a_key_elsewhere_wins_over_a_key_of_its_own():
    other = KnownFeature(7, "BCN-1", "BCN-8", {Field.TITLE: "Other"})
    known = replace(BEACON, features=(other, SSO))
    row = planned("key,title,related\nBCN-8,Other,\nX-1,New,BCN-8\n", known)
    assert row.rows[0].feature is other and row.rows[1].links.related == (Ref(pk=7),)


def test_a_circle_through_the_product_is_named_from_the_row_that_closes_it():
    problem = planned("key,title,needs\nSUP-1,Undo send for 30 seconds,BCN-8\n").problems[0]
    assert (problem.kind, problem.row, problem.other) == (Kind.NEEDS_CYCLE, 2, ("SUP-1", "BCN-8", "SUP-1"))


def test_new_teams_are_counted_once_and_only_where_a_row_comes_in():
    found = planned("title,team,size\nA,Mobile,1\nB,mobile,2\nC,Elsewhere,x\n")
    assert found.new_teams == ("Mobile",)


def test_unsure_marks_and_orders_are_asked_and_answered():
    text = "title;team;size;start\nA;Inbox;1,234;03/04/2026\n"
    found = planned(text)
    assert (found.asks_comma, found.asks_day_first) == (True, True)
    assert found.rows[0].values[Field.EFFORT] == 1234.0
    assert found.rows[0].values[Field.STARTS] == date(2026, 4, 3)
    chosen = planned(text, comma=True, day_first=False)
    assert chosen.rows[0].values[Field.EFFORT] == 1.234
    assert chosen.rows[0].values[Field.STARTS] == date(2026, 3, 4)


@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=6), max_size=8))
def test_every_row_of_any_table_is_accounted_for(cells):
    table = read("key,title,team,effort,end,needs\nX-1,A,Inbox,2,2027-01-01,\n")
    rows = tuple(replace(table.rows[0], number=i, cells=tuple(row)) for i, row in enumerate(cells, start=2))
    found = plan(replace(table, rows=rows), Choices(tuple(g.field for g in guess(table))), BEACON)
    assert sum(found.counts.values()) == len(rows)
    assert all(bool([p for p in row.problems if p.is_refusal]) == (row.result is Result.REFUSED) for row in found.rows)
