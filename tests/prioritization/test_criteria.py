import re

import pytest

from prioritization.actions import scoring
from prioritization.actions.criteria import CriteriaMoved, change_criteria
from prioritization.models import Criterion, ScoreRequest
from prioritization.queries.criteria import KEY_LENGTH, criteria_of, default_criteria, fingerprint, free_key
from prioritization.rules.criteria import AskedCriterion
from stakeholders.models import Activity
from tests import factories
from tests.prioritization.votes import rate_all, voting_round

pytestmark = pytest.mark.django_db
CRITERIA = "/p/beacon/criteria/"


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def sent(response, *, new=None, **changes):
    """What a browser would send of the form on a page; `changes` are like c0_weight, `new` fills the empty one."""
    body = response.content.decode()
    data = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag and name[1] != "q":
            data[name[1]] = value[1] if value else ""
    index = int(data["criteria-TOTAL_FORMS"]) - 1
    data |= {f"criteria-{index}-{name}": value for name, value in (new or {}).items()}
    for name, value in changes.items():
        number, _, field = name[1:].partition("_")
        data[f"criteria-{number}-{field}"] = value
    return data


@pytest.fixture
def opened(client, sign_in, mia):
    return sign_in(mia).get(CRITERIA)


def test_a_product_without_criteria_of_its_own_has_the_four_defaults(beacon):
    assert [(each.key, each.weight) for each in criteria_of(beacon)] == [
        ("impact", 0.35),
        ("effort", 0.25),
        ("ease", 0.15),
        ("happiness", 0.25),
    ]
    assert all(not each.is_cost for each in default_criteria())


def test_everybody_may_read_them(client, sign_in, vera):
    shown = text(sign_in(vera).get(CRITERIA))
    assert "Business impact How much would this move our numbers? none → very large 35 % everybody" in shown
    assert "Save the criteria" not in shown


def test_a_stranger_finds_nothing(client, sign_in, beacon, max):
    assert sign_in(max).get(CRITERIA).status_code == 404


@pytest.mark.parametrize("who", ["vera", "stan"])
def test_only_managers_may_change_them(client, sign_in, who, opened, request):
    data = sent(opened, c0_weight="50")
    assert sign_in(request.getfixturevalue(who)).post(CRITERIA, data).status_code == 403
    assert not Criterion.objects.exists()


def test_a_weight_is_kept_as_entered_and_shown_as_its_share(client, beacon, opened):
    response = client.post(
        CRITERIA, sent(opened, c0_weight="35", c1_weight="20", c2_weight="15", c3_weight="30"), follow=True
    )
    assert [each.weight for each in criteria_of(beacon)] == [35, 20, 15, 30]
    assert "The criteria are saved." in text(response)
    assert "35 %" in text(response)
    assert "20 %" in text(response)


def test_a_change_asks_for_new_scores_and_stands_in_the_history(client, beacon, mia, opened):
    response = client.post(CRITERIA, sent(opened, c0_weight="0.5"), follow=True)
    assert ScoreRequest.objects.filter(product=beacon).exists()
    assert "Mia Okafor changed the criterion Business impact · weight 0.35 → 0.5" in text(response)


def test_saving_what_stands_changes_nothing(client, beacon, opened):
    client.post(CRITERIA, sent(opened))
    assert not Criterion.objects.exists()
    assert not ScoreRequest.objects.exists()
    assert not Activity.objects.filter(object_kind="criterion").exists()


@pytest.mark.parametrize(
    "name, taken, key",
    [
        ("Time to value", [], "time-to-value"),
        ("Time to value", ["time-to-value"], "time-to-value-2"),
        ("5G readiness", [], "c-5g-readiness"),
        ("Новизна", [], "criterion"),
        ("Новизна", ["criterion", "criterion-2"], "criterion-3"),
        ("12345678901234567890", [], "c-123456789012345678"),
        ("12345678901234567890", ["c-123456789012345678"], "c-1234567890123456-2"),
        ("Regulatory pressure in the EU", [], "regulatory-pressure"),
        ("x" * 30, ["x" * 20, *("x" * 18 + f"-{n}" for n in range(2, 10))], "x" * 17 + "-10"),
    ],
)
def test_keys_of_new_criteria_are_free_and_fit(name, taken, key):
    assert free_key(name, taken) == key and len(key) <= KEY_LENGTH


def test_a_long_name_that_stands_twice_gets_two_keys_that_fit(client, beacon, opened):
    new = {"name": "12345678901234567890 a", "low_anchor": "low", "high_anchor": "high", "weight": "1"}
    client.post(CRITERIA, sent(opened, new=new))
    again = client.post(CRITERIA, sent(client.get(CRITERIA), new=new | {"name": "12345678901234567890 b"}))
    assert again.status_code == 303
    assert max(len(key) for key in Criterion.objects.values_list("key", flat=True)) == KEY_LENGTH


def test_a_new_criterion_gets_a_key_of_its_own(client, beacon, opened):
    new = {"name": "Time to value", "low_anchor": "years", "high_anchor": "days", "weight": "0.2"}
    client.post(CRITERIA, sent(opened, new=new))
    assert [each.key for each in criteria_of(beacon)] == ["impact", "effort", "ease", "happiness", "time-to-value"]


@pytest.mark.parametrize(("name", "key"), [("Impact!", "impact-2"), ("2nd look", "c-2nd-look"), ("安全", "criterion")])
def test_keys_are_made_of_names_whatever_they_are(client, beacon, opened, name, key):
    client.post(CRITERIA, sent(opened, new={"name": name, "low_anchor": "a", "high_anchor": "b", "weight": "1"}))
    assert criteria_of(beacon)[-1].key == key


def test_a_renamed_criterion_keeps_its_votes(client, beacon, opened, stan, now):
    feature = factories.feature(beacon)
    rate_all(voting_round(beacon, [feature], closed=True), stan, feature, 5)
    client.post(CRITERIA, sent(opened, c0_name="Impact on revenue"))
    run = scoring.score(beacon, now=now)
    assert (run.criteria[0]["key"], run.criteria[0]["name"]) == ("impact", "Impact on revenue")
    assert feature.standing.criteria["impact"]["votes"] == 1


def test_a_removed_criterion_leaves_the_score(client, beacon, opened):
    client.post(CRITERIA, sent(opened, c2_DELETE="on"), follow=True)
    assert [each.key for each in criteria_of(beacon)] == ["impact", "effort", "happiness"]


def test_who_may_rate_is_told_by_department(client, beacon, stan, opened):
    response = client.post(CRITERIA, sent(opened) | {"criteria-1-raters": str(stan.department_id)}, follow=True)
    assert criteria_of(beacon)[1].raters == (stan.department_id,)
    assert "very heavy → very light 25 % Sales" in text(response)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({f"c{i}_weight": "0" for i in range(4)}, "At least one criterion needs a weight above 0."),
        ({"c0_weight": "-1"}, "A weight is never below 0."),
        ({"c0_weight": "much"}, "A weight is a number, for example 35."),
        ({"c0_weight": "nan"}, "A weight is a number, for example 35."),
        ({"c0_weight": ""}, "Give a weight; 0 asks the question without counting it."),
        ({"c0_name": ""}, "A criterion needs a name."),
        ({"c0_low_anchor": " "}, "Say what a 1 means."),
        ({"c1_name": "business IMPACT"}, "Two criteria are called “Business impact”."),
        ({"c1_key": "impact"}, "This form was not sent whole. Load the page again."),
        ({f"c{i}_DELETE": "on" for i in range(4)}, "At least one criterion needs a weight above 0."),
    ],
)
def test_what_cannot_be_is_refused_and_kept_in_the_form(client, beacon, opened, changes, sentence):
    response = client.post(CRITERIA, sent(opened, c3_name="Joy of customers", **changes))
    assert response.status_code == 422
    assert sentence in text(response)
    assert 'value="Joy of customers"' in response.content.decode()
    assert not Criterion.objects.exists()


def test_while_a_voting_round_is_open_they_are_locked_and_say_so(client, sign_in, beacon, mia, opened):
    data = sent(opened, c0_weight="0.9")
    voting_round(beacon, [factories.feature(beacon)])
    shown = text(client.get(CRITERIA))
    assert "Locked while “Q1 2027 priorities” is open" in shown
    assert "Save the criteria" not in shown
    response = client.post(CRITERIA, data)
    assert response.status_code == 409
    assert "Locked while" in text(response)
    assert not Criterion.objects.exists()


def test_after_the_round_they_can_be_changed_again(client, beacon, opened):
    voting_round(beacon, [factories.feature(beacon)], closed=True)
    client.post(CRITERIA, sent(opened, c0_weight="0.9"))
    assert criteria_of(beacon)[0].weight == 0.9


def test_two_managers_do_not_overwrite_each_other(client, sign_in, beacon, mia, olga, opened):
    client.post(CRITERIA, sent(opened, c0_weight="0.5"))
    response = sign_in(olga).post(CRITERIA, sent(opened, c1_weight="0.9"))
    assert response.status_code == 409
    assert "Somebody else has changed the criteria meanwhile." in text(response)
    assert 'value="0.9"' in response.content.decode()
    assert [each.weight for each in criteria_of(beacon)] == [0.5, 0.25, 0.15, 0.25]
    client.post(CRITERIA, sent(response))
    assert criteria_of(beacon)[1].weight == 0.9


def test_the_act_itself_refuses_an_old_form_and_keys_that_stand_twice(beacon, mia, now):
    asked = AskedCriterion("ease", "Ease", "", "hard", "easy", 1)
    with pytest.raises(CriteriaMoved):
        change_criteria(beacon, criteria=[asked], seen="old", by=mia, now=now)
    with pytest.raises(ValueError, match="keys"):
        change_criteria(beacon, criteria=[asked, asked], seen=fingerprint(default_criteria()), by=mia, now=now)


def test_their_order_is_ones_own(client, beacon, opened):
    client.post(CRITERIA, sent(opened, c0_ORDER="4", c3_ORDER="1"))
    assert [each.key for each in criteria_of(beacon)] == ["happiness", "effort", "ease", "impact"]


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("four", ["impact", "effort", "ease", "happiness"]),
        ("value-effort", ["impact", "effort"]),
        ("reach", ["reach", "impact", "confidence", "effort"]),
        ("urgency", ["impact", "urgency", "risk", "effort"]),
    ],
)
def test_a_set_fills_the_form_and_stands_once_it_is_saved(client, beacon, opened, name, keys):
    page = client.get(CRITERIA, {"from": name})
    assert "nothing is saved yet" in text(page) and not Criterion.objects.exists()
    assert client.post(CRITERIA, sent(page)).status_code == 303
    assert [each.key for each in criteria_of(beacon)] == keys


def test_an_unknown_set_is_none(client, opened):
    assert "nothing is saved yet" not in text(client.get(CRITERIA, {"from": "nonsense"}))


def test_a_preview_says_what_becomes_of_weights_and_votes_and_saves_nothing(client, beacon, opened, stan):
    feature = factories.feature(beacon)
    rate_all(voting_round(beacon, [feature], closed=True), stan, feature, 5)
    new = {"name": "Time to value", "low_anchor": "years", "high_anchor": "days", "weight": "0.25"}
    page = client.post(
        CRITERIA, sent(opened, new=new, c1_name="Lightness", c2_DELETE="on", c0_weight="0.25") | {"preview": "1"}
    )
    assert page.status_code == 200 and not Criterion.objects.exists()
    shown = text(page)
    assert "Business impact 35 % → 25 %" in shown
    assert "Lightness keeps 25 %, asked in other words or of others" in shown
    assert "Operational ease goes : its 1 vote is kept, and counts again if it comes back" in shown
    assert "Time to value is new, with 25 % of the score" in shown
    assert 'value="Lightness"' in page.content.decode()


def test_what_was_typed_stays_when_something_is_wrong(client, opened):
    page = client.post(CRITERIA, sent(opened, c0_name="Impact on revenue", c1_weight="-1"))
    assert page.status_code == 422 and 'value="Impact on revenue"' in page.content.decode()
