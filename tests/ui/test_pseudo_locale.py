"""No page shows a word that was not marked for translation."""

from tests.ui.pseudo import pseudo_locale, untranslated


def test_an_unmarked_word_is_found_in_text_and_in_attributes():
    with pseudo_locale():
        assert untranslated("<p>Hello there</p>", []) == ["Hello there"]
        assert untranslated('<a aria-label="Open it">x</a>', []) == ["Open it"]
        assert untranslated("<p>⟦Hello %s⟧ Stan</p>", ["Stan"]) == []
