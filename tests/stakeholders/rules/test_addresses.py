import pytest

from stakeholders.rules.addresses import MOST, Person, name_in, read


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("ann@x.org", [("", "ann@x.org")]),
        ("Ann Lee <Ann@X.org>; b@y.org", [("Ann Lee", "ann@x.org"), ("", "b@y.org")]),
        ('"Lee, Ann" <ann@x.org>', [("Lee, Ann", "ann@x.org")]),
        ("a@x.org, b@y.org\nc@z.org", [("", "a@x.org"), ("", "b@y.org"), ("", "c@z.org")]),
        ("a@x.org b@y.org", [("", "a@x.org"), ("", "b@y.org")]),
        ("Ann Lee\tann@x.org\nBob\tbob@x.org", [("Ann Lee", "ann@x.org"), ("Bob", "bob@x.org")]),
        ("Ann Lee <ann@x.org>, Bob <bob@x.org>", [("Ann Lee", "ann@x.org"), ("Bob", "bob@x.org")]),
        ("Ann Lee ann@x.org", [("Ann Lee", "ann@x.org")]),
        ("Ann Lee ann@x.org, Bob (bob@x.org)", [("Ann Lee", "ann@x.org"), ("Bob", "bob@x.org")]),
        ("mailto:a@x.org", [("", "a@x.org")]),
        ("زينب <z@x.org>", [("زينب", "z@x.org")]),
        ("  \n\n ; , ", []),
    ],
)
def test_addresses_in_any_shape_are_read(text, people):
    found = read(text)
    assert found.people == [Person(*person) for person in people]
    assert found.unread == []


@pytest.mark.parametrize("piece", ["ann", "ann@", "@x.org", "ann@x", "a b c", "ann@x..org@"])
def test_what_is_no_address_comes_back_word_for_word(piece):
    found = read(f"{piece}\nb@y.org")
    assert found.unread == [piece]
    assert [person.email for person in found.people] == ["b@y.org"]


def test_an_address_given_twice_counts_once_and_is_said():
    found = read("a@x.org; A@X.org")
    assert [person.email for person in found.people] == ["a@x.org"]
    assert found.repeated == ["a@x.org"]


def test_more_people_than_the_limit_are_not_lost_silently():
    found = read("\n".join(f"p{n}@x.org" for n in range(MOST + 2)))
    assert len(found.people) == MOST
    assert found.unread == [f"p{MOST}@x.org", f"p{MOST + 1}@x.org"]


@pytest.mark.parametrize(
    "piece",
    ["a" + " " * 30_000 + "b", "(" * 30_000 + "a@x.org", "(" * 399, "<" * 30_000, "a@" + "a." * 15_000, '"' * 30_000],
    ids=["spaces", "brackets", "as many as are looked at", "angles", "dots", "quotes"],
)
def test_a_text_made_to_be_slow_is_no_address_at_once(piece):
    assert read(piece).unread == [piece]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("jane.doe@x.org", "Jane Doe"),
        ("bob@x.org", "Bob"),
        ("anne-marie_lee+work@x.org", "Anne Marie Lee"),
        ("zoë@x.org", "Zoë"),
        ("j2@x.org", ""),
        (".a@x.org", ""),
    ],
)
def test_a_name_is_guessed_from_an_address_of_letters_alone(address, name):
    assert name_in(address) == name
