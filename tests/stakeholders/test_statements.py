"""Plain SQL: planned once, several in one message, and rows of which a part is known."""

import pytest
from django.db import connection

from roadmap.models import Product, Standing
from stakeholders.statements import Planned, as_stored, instant, known, selected, together, whole
from tests import factories

SLUG = Planned("test_slug", "SELECT slug, created_at FROM roadmap_product WHERE id = %s AND created_at <= %s")


def test_what_is_planned_finds_the_same_again_and_again(beacon):
    for _ in range(3):
        ((slug, created_at),) = SLUG.rows([beacon.pk, as_stored(beacon.created_at)])
        assert (slug, instant(created_at)) == ("beacon", beacon.created_at)
    assert SLUG.rows([0, as_stored(beacon.created_at)]) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_pooler_that_hands_statements_to_others_changes_no_answer():
    number = Planned("test_number", "SELECT %s::int + %s::int")
    assert number.rows([1, 2]) == [(3,)]
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert number.rows([2, 2]) == [(4,)]
    number.prepared_on.clear()
    with connection.cursor() as cursor:
        cursor.execute("PREPARE test_number AS SELECT 0")
    assert number.rows([3, 2]) == [(5,)]


def test_the_last_of_several_statements_answers(beacon):
    rename = ("UPDATE roadmap_product SET name = %s WHERE id = %s", ["Lamp", beacon.pk])
    read = ("SELECT name FROM roadmap_product WHERE id = %s", [beacon.pk])
    assert together(rename, read) == [("Lamp",)]
    assert together(read, rename) == []


def test_what_is_not_known_of_a_row_is_read_when_it_is_asked_for(beacon, django_assert_num_queries):
    with django_assert_num_queries(1):
        row = known(Product, {"slug": "beacon", "id": beacon.pk})  # in any order
        assert (row.slug, row.pk, row.name) == ("beacon", beacon.pk, "Beacon")


def test_a_whole_row_of_plain_sql_is_as_the_orm_reads_it(beacon):
    feature = factories.feature(beacon, "Snooze")
    Standing.objects.create(feature=feature, product=beacon, run=3, score=61.5, criteria={"impact": {"mean": 4.0}})
    sql = f"""
        SELECT {selected(Standing, "s")}, {selected(Product, "p")}
        FROM roadmap_product p LEFT JOIN roadmap_standing s ON s.product_id = p.id AND s.run = %s WHERE p.id = %s
    """  # noqa: S608
    end = len(Standing._meta.concrete_fields)
    for run, held in ((3, [Standing.objects.get()]), (4, [])):
        (row,) = together((sql, [run, beacon.pk]))
        standing, product = whole(Standing, row[:end]), whole(Product, row[end:])
        assert [all_of(each) for each in (standing, product) if each] == [
            all_of(each) for each in (*held, Product.objects.get())
        ]


def all_of(row) -> dict:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
