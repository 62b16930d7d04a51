import ast
import re
from datetime import timedelta

import pytest

from prioritization.actions import scoring
from prioritization.queries.computed import NOT_METHODS, RULES, Paragraph, methods, paragraphs
from roadmap.models import Effort, Feature
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


@pytest.fixture
def two_rounds(beacon, mia, stan, now):
    """Six features that three people rated, and a release with room for two of them."""
    team = factories.team(beacon, "Inbox")
    release = factories.release(beacon, "2027.1", now.date(), now.date() + timedelta(days=80))
    factories.capacity(team, release, 20)
    features = [factories.feature(beacon, f"Feature {n}") for n in range(6)]
    voting = voting_round(beacon, features, closed=True)
    others = [factories.seat(beacon, department_name=name) for name in ("Sales", "Support")]
    for n, feature in enumerate(features):
        Effort.objects.create(feature=feature, team=team, low=5, likely=8, high=12)
        for seat, value in zip((stan, *others), (5 - n // 2, 5 - n // 2, max(1, 4 - n)), strict=True):
            rate_all(voting, seat, feature, value, ease=3)
    return scoring.score(beacon, now=now)


@pytest.mark.django_db
def test_every_method_has_numbers_and_they_are_those_of_the_other_pages(client, sign_in, mia, two_rounds):
    run = two_rounds
    told = {method.key: " ".join(method.numbers) for method in methods(run) if method.key != "more"}
    assert [key for key, numbers in told.items() if not numbers] == []
    assert set(told) == {
        "score", "value", "voters", "style", "pull", "intervals", "ranks", "split", "votes", "sensitivity", "influence",
        "cut",
    }  # fmt: skip
    computed, ranking = text(sign_in(mia).get(COMPUTED)), text(client.get("/p/beacon/ranking/"))
    ask = text(client.get("/p/beacon/agenda/ask/"))
    panel = text(client.get("/p/beacon/ranking/1/", headers={"HX-Request": "true"}))
    # the line, and who is about it
    assert "The capacity of 2027.1 reaches the first 2." in computed and "after the first 2 of 6" in computed
    contested = re.search(r"contested at the line: (\d+)", computed)[1]
    assert re.search(rf"{contested} are contested at the line|beyond doubt", ranking)
    assert "6 ranked features, drawn 400 times" in computed and re.search(r"Ranked 1st of 6|Ranked 1st, but", panel)
    # weights, average and pull as the panel uses them
    for share, name in (("35", "Business impact"), ("25", "Technical effort")):
        assert (
            f"0.{share}0 × {name}" in computed
            and f"{name}: weight 0.{share} as entered, {share}.0 % as used" in computed
        )
        k, mu = re.search(rf"{name}: mean = \(voters × mean of the votes \+ ([0-9.]+) × ([0-9.]+)\)", computed).groups()
        assert re.search(rf"{name} \([0-9.]+ voters × [0-9.]+ \+ {k} × {mu}\) ÷", panel)
        assert f"{share} %" in panel
    # agreement, in words
    assert "Operational ease: Krippendorff’s alpha is undefined: everyone gave the same" in computed
    assert f"Business impact: Krippendorff’s alpha {run.used['alpha']['impact']:.2f}: people" in computed
    assert re.search(r"Business impact: Kendall’s W [01]\.[0-9]{2}, of 3 people on the 6 features", computed)
    # what nobody can pull, and the most that one can
    assert "With the median the first 2 stay the same; the whole order agrees by a tau of" in computed
    assert "Nobody holds more than 50 % of the weight" in computed
    assert "Nobody alone can move a score by more than" in ask
    assert f"seed {run.seed}." in computed


@pytest.mark.django_db
def test_agreement_is_told_in_words(two_rounds):
    two_rounds.used["alpha"] = {"impact": 0.8, "effort": 0.667, "ease": 0.66, "happiness": None}
    told = next(method for method in methods(two_rounds) if method.key == "split").numbers
    said = [line.partition("alpha ")[2] for line in told if "alpha" in line]
    assert said == [
        "0.80: people share a view",
        "0.67: people share a view, tentatively",
        "0.66: people do not share a view, which is no error",
        "is undefined: everyone gave the same, or no two people rated one feature",
    ]


@pytest.mark.django_db
def test_an_order_that_does_not_survive_names_who_comes_and_goes(two_rounds, beacon):
    run = two_rounds
    first, last = Feature.objects.get(number=1), Feature.objects.get(number=6)
    run.used["robust"]["median"] = {"tau": 0.5, "entering": [last.pk], "leaving": [first.pk]}
    told = next(method for method in methods(run) if method.key == "influence").numbers
    assert (
        "With the median BCN-6 would come among the first 2 for BCN-1; the whole order agrees by a tau of 0.50." in told
    )


def test_every_rule_says_what_it_knows_and_every_method_where_it_comes_from():
    for path in RULES.glob("*.py"):
        tree = ast.parse(path.read_text())
        assert path.stem == "__init__" or ast.get_docstring(tree), path
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path.stem}.{node.name}"
    for method in methods(None):
        if method.key == "more":
            continue
        told = [paragraph for rule in method.rules for function in rule.functions for paragraph in function.paragraphs]
        assert any(paragraph.is_source for paragraph in told), method.key


@pytest.mark.django_db
def test_numbers_of_a_hidden_ranking_are_not_told(client, sign_in, stan, beacon, now):
    feature = factories.feature(beacon)
    rate_all(voting_round(beacon, [feature]), stan, feature, 4)
    scoring.score(beacon, now=now)
    shown = text(sign_in(stan).get(COMPUTED))
    assert "0.350 ×" not in shown
    assert "Penrose" in shown
