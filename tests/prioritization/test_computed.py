import re

import pytest

from prioritization.actions import scoring
from prioritization.queries.computed import NOT_METHODS, RULES, Paragraph, methods, paragraphs
from tests import factories
from tests.prioritization.votes import rate_all, voting_round

COMPUTED = "/p/beacon/ranking/computed/"


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def test_every_rule_is_told_or_is_no_method():
    told = {rule.name for method in methods(None) for rule in method.rules}
    assert told | NOT_METHODS == {path.stem for path in RULES.glob("*.py")}
    assert not told & NOT_METHODS


def test_a_docstring_is_read_as_text_terms_and_source():
    read = paragraphs(
        "What it does.\nMore of it.\n\nseat   the weight;\n       0 counts nothing\nbeta   the power\n\nSource: Kish, 1965."
    )
    assert read == (
        Paragraph("What it does. More of it."),
        Paragraph(terms=(("seat", "the weight; 0 counts nothing"), ("beta", "the power"))),
        Paragraph("Kish, 1965.", is_source=True),
    )


@pytest.mark.django_db
def test_the_products_own_numbers_stand_in_the_formulas(client, sign_in, stan, vera, beacon, now):
    feature = factories.feature(beacon)
    rate_all(voting_round(beacon, [feature], closed=True), stan, feature, 4)
    run = scoring.score(beacon, now=now)
    shown = text(sign_in(vera).get(COMPUTED))
    assert "score = 0.350 × Business impact + 0.250 × Technical effort" in shown
    prior = run.used["priors"]["impact"]
    assert f"{prior['k']:.2f} × {prior['mu']:.2f}" in shown
    assert "Penrose, &quot;The Elementary Statistics of Majority Voting&quot;, 1946." in shown


@pytest.mark.django_db
def test_numbers_of_a_hidden_ranking_are_not_told(client, sign_in, stan, beacon, now):
    feature = factories.feature(beacon)
    rate_all(voting_round(beacon, [feature]), stan, feature, 4)
    scoring.score(beacon, now=now)
    shown = text(sign_in(stan).get(COMPUTED))
    assert "0.350 ×" not in shown
    assert "Penrose" in shown
