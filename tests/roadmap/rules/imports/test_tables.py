"""The tables beside the features: releases with dates, and relations."""

from datetime import date

import pytest

from roadmap.rules.imports.drafts import KnownFeature
from roadmap.rules.imports.problems import Kind
from roadmap.rules.imports.reading import read
from roadmap.rules.imports.tables import MissingColumn, plan_relations, plan_releases

JANUARY, MARCH = date(2027, 1, 1), date(2027, 3, 31)


def test_releases_are_new_changed_or_the_same():
    table = read(
        "release,cycle_start,release_date\n2027.1,2027-01-01,2027-03-31\nV2,2027-01-01,2027-03-31\nnew,Jan 2027,Q1 2027\n"
    )
    found, problems = plan_releases(table, {"2027.1": (JANUARY, MARCH), "v2": (JANUARY, JANUARY)})
    assert [(r.name, r.starts_on, r.ends_on, r.is_same) for r in found] == [
        ("2027.1", JANUARY, MARCH, True),
        ("v2", JANUARY, MARCH, False),
        ("new", JANUARY, MARCH, False),
    ]
    assert [r.before is None for r in found] == [False, False, True] and problems == ()


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (",2027-01-01,2027-03-31", Kind.NO_NAME),
        ("x" * 61 + ",2027-01-01,2027-03-31", Kind.TOO_LONG),
        ("one,2027-01-01,2027-03-31", Kind.NAME_TWICE),
        ("two,soon,2027-03-31", Kind.NO_DATE),
        ("two,2027-01-01", Kind.NO_DATE),
        ("two,2027-03-31,2027-01-01", Kind.ENDS_BEFORE_START),
    ],
)
def test_a_release_that_cannot_be_is_named(row, kind):
    found, problems = plan_releases(read("name,start,end\nOne,2027-01-01,2027-03-31\n" + row), {})
    assert [(p.kind, p.row) for p in problems] == [(kind, 3)] and len(found) == 1


def test_a_table_without_dates_says_which_column_it_lacks():
    with pytest.raises(MissingColumn) as caught:
        plan_releases(read("release,notes\n1.0,x\n"), {})
    assert "start" in caught.value.names


FEATURES = [
    KnownFeature(1, "BCN-1", "KEP-1", {}, needs=frozenset({2})),
    KnownFeature(2, "BCN-2", "KEP-2", {}, related=frozenset({3})),
    KnownFeature(3, "BCN-3", "", {}),
]


def test_relations_are_added_once_whichever_way_they_are_written():
    found = plan_relations(
        read(
            "feature_id,relation,target_id\nKEP-1,see_also,BCN-3\nBCN-3,replaces,KEP-1\nKEP-2,see_also,BCN-3\n"
            "KEP-1,depends on,KEP-2\nKEP-2,depends on,BCN-3\nBCN-3,blocks,KEP-1\n"
        ),
        FEATURES,
    )
    assert (found.related, found.needs, found.known, found.problems) == (((1, 3),), ((2, 3), (1, 3)), 2, ())


def test_the_row_that_closes_a_circle_is_refused_and_the_circle_named():
    found = plan_relations(read("from,kind,to\nKEP-2,needs,BCN-3\nBCN-3,needs,KEP-1\n"), FEATURES)
    assert found.needs == ((2, 3),)
    assert [(p.kind, p.row, p.other) for p in found.problems] == [
        (Kind.NEEDS_CYCLE, 3, ("BCN-3", "KEP-1", "KEP-2", "BCN-3"))
    ]


def test_a_target_that_nobody_has_is_a_warning_and_an_unknown_word_is_not():
    found = plan_relations(
        read(
            "from,kind,to\nKEP-1,see also,\nKEP-9,see also,KEP-1\nKEP-1,eats,KEP-2\nKEP-1,needs,KEP-1\nKEP-1,related,KEP-1\n"
        ),
        FEATURES,
    )
    assert [(p.kind, p.row, p.is_refusal) for p in found.problems] == [
        (Kind.LINK_UNKNOWN, 2, False),
        (Kind.LINK_UNKNOWN, 3, False),
        (Kind.RELATION_UNKNOWN, 4, True),
        (Kind.NEEDS_ITSELF, 5, True),
        (Kind.RELATED_TO_ITSELF, 6, False),
    ]
