import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.rules.snapshot import Break, Fault, Link, canonical, digest, first_break, plain

plain_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "value, expected",
    [
        ({"b": 1, "a": [True, None]}, b'{"a":[true,null],"b":1}'),
        ({"title": "Zoë’s\n“plan”"}, '{"title":"Zoë’s\\n“plan”"}'.encode()),
        ({"ä": 1, "z": 2, "Z": 3}, '{"Z":3,"z":2,"ä":1}'.encode()),
        (Decimal("12.50"), b'"12.5"'),
        (Decimal("40"), b'"40"'),
        (Decimal("1E+2"), b'"100"'),
        (Decimal("-0.00"), b'"0"'),
        (date(2026, 11, 27), b'"2026-11-27"'),
        (datetime(2026, 11, 27, 17, tzinfo=timezone(timedelta(hours=1))), b'"2026-11-27T16:00:00.000000Z"'),
        ((1, (2,)), b"[1,[2]]"),
    ],
)
def test_a_value_has_one_byte_form(value, expected):
    assert canonical(value) == expected


@pytest.mark.parametrize(
    "value", [0.5, float("nan"), {1: "a"}, {"a": {2: 3}}, b"x", {1, 2}, Decimal("NaN"), datetime(2026, 1, 1)]
)
def test_a_value_with_more_than_one_spelling_is_refused(value):
    with pytest.raises(TypeError):
        canonical(value)


@given(plain_values)
def test_reading_the_bytes_gives_the_value_back(value):
    assert json.loads(canonical(value)) == plain(value)
    assert canonical(json.loads(canonical(value))) == canonical(value)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers()))
def test_the_order_of_keys_does_not_matter(value):
    assert canonical(dict(reversed(value.items()))) == canonical(value)


def test_the_hash_covers_the_snapshot_and_the_hash_before():
    assert digest({"a": 1}, previous="") == sha256(b'\n{"a":1}').hexdigest()
    assert digest({"a": 1}, previous="") != digest({"a": 2}, previous="")
    assert digest({"a": 1}, previous="") != digest({"a": 1}, previous="0" * 64)
    assert len(digest({"a": 1}, previous="")) == 64


def chain(*titles):
    links, previous = [], ""
    for number, title in enumerate(titles, start=1):
        snapshot = {"number": number, "title": title}
        hashed = digest(snapshot, previous=previous)
        links.append(Link(number, snapshot, previous, hashed, {"number": number}))
        previous = hashed
    return links


def altered(links, position, **changes):
    link = links[position]
    values = {name: getattr(link, name) for name in ("number", "snapshot", "previous", "hash", "stated")} | changes
    return [*links[:position], Link(**values), *links[position + 1 :]]


def test_an_untouched_chain_holds_in_any_order():
    links = chain("one", "two", "three")
    assert first_break([]) is None
    assert first_break(reversed(links)) is None


def test_a_changed_snapshot_is_found_at_its_own_number():
    links = altered(chain("one", "two", "three"), 1, snapshot={"number": 2, "title": "twp"})
    assert first_break(links) == Break(2, Fault.CHANGED)


def test_a_changed_snapshot_with_its_hash_made_to_fit_breaks_the_next_link():
    snapshot = {"number": 1, "title": "planted"}
    links = altered(chain("one", "two"), 0, snapshot=snapshot, hash=digest(snapshot, previous=""))
    assert first_break(links) == Break(2, Fault.UNCHAINED)


def test_a_value_that_no_snapshot_can_hold_is_a_change():
    links = altered(chain("one"), 0, snapshot={"number": 1, "title": 0.5})
    assert first_break(links) == Break(1, Fault.CHANGED)


def test_a_missing_number_is_named():
    links = chain("one", "two", "three")
    assert first_break([links[0], links[2]]) == Break(2, Fault.MISSING)
    assert first_break(links[1:]) == Break(1, Fault.MISSING)


def test_a_column_that_contradicts_the_snapshot_is_found():
    links = altered(chain("one", "two"), 1, stated={"number": 2, "title": "another"})
    assert first_break(links) == Break(2, Fault.CONTRADICTED)


@given(st.lists(st.text(max_size=5), min_size=1, max_size=6), st.data())
def test_one_planted_change_anywhere_is_always_found_at_or_before_the_next_link(titles, data):
    titles = [title.encode("utf-8", "replace").decode() for title in titles]
    links = chain(*titles)
    position = data.draw(st.integers(0, len(links) - 1))
    planted = altered(links, position, snapshot={"number": position + 1, "title": titles[position] + "!"})
    assert first_break(planted) == Break(position + 1, Fault.CHANGED)


def test_instants_are_one_text_in_every_zone():
    noon = datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert plain(noon) == plain(noon.astimezone(timezone(timedelta(hours=9)))) == "2026-11-27T12:00:00.000000Z"
