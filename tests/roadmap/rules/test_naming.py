"""Keys and addresses made from names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.rules.naming import key_for, slug_for


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Beacon", "BCN"),
        ("Quill", "QLL"),
        ("Io", "IO"),
        ("Aioue", "AIO"),
        ("Help Desk Mobile", "HDM"),
        ("Help Desk", "HLP"),
        ("3D Printer", "DPR"),
        ("Über", "UBR"),
        ("日本", "PRD"),
        ("", "PRD"),
        ("X", "XX"),
    ],
)
def test_a_key_is_made_of_the_name(name, key):
    assert key_for(name) == key


def test_a_key_that_is_taken_gets_a_number():
    assert key_for("Beacon", {"BCN", "BCN2"}) == "BCN3"


@pytest.mark.parametrize(
    ("name", "slug"), [("Help Desk", "help-desk"), ("Über & Co.", "uber-co"), ("日本", "product"), ("a" * 80, "a" * 60)]
)
def test_an_address_is_made_of_the_name(name, slug):
    assert slug_for(name) == slug


def test_an_address_that_is_taken_gets_a_number_within_its_length():
    taken = {"a" * 60}
    assert slug_for("a" * 70, taken) == "a" * 58 + "-2"


@given(st.text(max_size=90))
def test_whatever_the_name_both_are_well_formed(name):
    assert re.fullmatch(r"[A-Z][A-Z0-9]{1,7}", key_for(name))
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug_for(name))
