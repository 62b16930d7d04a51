import pytest

from prioritization.rules.cells import harmless


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", '=HYPERLINK("http://evil")'])
def test_a_text_that_could_begin_a_formula_is_quoted(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["Undo send", "", "a=b", -3, 4.5, None])
def test_all_else_stays_as_it_is(cell):
    assert harmless(cell) == cell
