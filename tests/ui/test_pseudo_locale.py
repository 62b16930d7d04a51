"""No page shows a word that was not marked for translation."""

import re

import pytest
from django.urls import get_resolver

from tests.access import engine, world
from tests.access.table import TABLE
from tests.ui.pseudo import data_in_the_database, pseudo_locale, untranslated

NO_PAGES = re.compile(r"^(api/|-/)|token/$|file/$|snapshot/$|suggestions/$")
"""What answers with data rather than a page."""


def test_an_unmarked_word_is_found_in_text_and_in_attributes():
    with pseudo_locale():
        assert untranslated("<p>Hello there</p>", []) == ["Hello there"]
        assert untranslated('<a aria-label="Open it">x</a>', []) == ["Open it"]
        assert untranslated("<p>⟦Hello %s⟧ Stan</p>", ["Stan"]) == []


@pytest.mark.parametrize("role", ["owner", "reader", "voter", "confirmer", "anonymous"])
def test_every_word_of_every_page_is_marked(role, olga, mia, stan, vera, max):
    here = world.build(olga, mia, stan, vera, max)
    patterns, typed = dict(engine.named_routes(get_resolver().url_patterns)), data_in_the_database()
    looked, found = 0, []
    for name, route in TABLE.items():
        if role in (route.get or ()) and not NO_PAGES.search(patterns[name]):
            with pseudo_locale():
                answer = here.clients[role].get(here.address(name, patterns))
            if answer["Content-Type"].startswith("text/html") and answer.status_code == 200:
                looked += 1
                found += [f"{name}: {text}" for text in untranslated(answer.text, typed)]
    assert looked > 3
    assert not found, "\n" + "\n".join(found)
