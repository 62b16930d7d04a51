import csv
import io
import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from prioritization.actions import scoring
from prioritization.models import Ballot, Criterion, ScoreRequest, VotingRound
from prioritization.queries.criteria import default_criteria
from prioritization.queries.explanation import explanation
from roadmap.models import Feature, Standing
from stakeholders.models import Invitation
from tests import factories
from tests.prioritization.many import many_features
from tests.prioritization.votes import ballot, rate, rate_all, voting_round

pytestmark = pytest.mark.django_db
RANKING = "/p/beacon/ranking/"
NAMED = ("named", "managers")


@pytest.fixture
def features(beacon):
    titles = ("Undo send", "Dark theme", "Status page", "Voice calls", "Shift swaps")
    return {
        title: factories.feature(beacon, title, days=10, objective=None, status=Feature.Status.CANDIDATE)
        for title in titles
    }


@pytest.fixture
def voters(beacon):
    names = ("Sales", "Sales", "Sales", "Engineering", "Engineering", "Finance")
    return [factories.seat(beacon, department_name=name) for name in names]


@pytest.fixture
def voting(beacon, features, voters):
    """Undo send is liked by all, Status page by Sales alone, Voice calls by nobody; Shift swaps has no votes."""
    voting = voting_round(beacon, features.values(), closed=True)
    for i, seat in enumerate(voters):
        rate_all(voting, seat, features["Undo send"], 5, effort=4)
        rate_all(voting, seat, features["Dark theme"], 4, effort=3)
        rate_all(voting, seat, features["Status page"], 5 if i < 3 else 1)
        rate_all(voting, seat, features["Voice calls"], 1, effort=2)
    return voting


@pytest.fixture
def ranked(beacon, voting, now):
    return scoring.score(beacon, now=now)


def text(response):
    """What a person reads, with every space an ordinary one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def titles(response):
    return re.findall(r'class="table__title"[^>]*>([^<]+)</a>', response.content.decode())


def open_again(voting):
    voting.round.closed_at = None
    voting.round.save(update_fields=["closed_at"])


# who may see it


def test_everybody_sees_the_ranking_when_no_round_is_open(client, sign_in, vera, stan, mia, ranked):
    for seat in (vera, stan, mia):
        assert titles(sign_in(seat).get(RANKING))[0] == "Undo send"


@pytest.mark.parametrize("path", [RANKING, f"{RANKING}1/", f"{RANKING}file/"])
def test_while_a_round_is_open_only_managers_see_results(client, sign_in, vera, stan, mia, olga, ranked, voting, path):
    open_again(voting)
    for seat in (vera, stan):
        response = sign_in(seat).get(path)
        assert "Results come when “Q1 2027 priorities” has closed" in text(response)
        assert "Undo send" not in response.content.decode()
        assert "91" not in text(response)
    for seat in (mia, olga):
        assert "Undo send" in sign_in(seat).get(path).content.decode()


def test_an_open_rounds_ranking_says_that_it_is_live(client, sign_in, mia, ranked, voting):
    open_again(voting)
    assert "Live: the round is still open." in text(sign_in(mia).get(RANKING))
    assert "5 in the open round · 0 of 6 people have voted" in text(sign_in(mia).get(RANKING))


def test_a_round_may_show_results_to_those_who_are_done(client, sign_in, beacon, stan, vera, ranked, voting, now):
    open_again(voting)
    voting.results = VotingRound.Results.AFTER_DONE
    voting.save()
    mine = ballot(voting, stan)
    assert "Results come to each voter who is done with “Q1 2027 priorities”" in text(sign_in(stan).get(RANKING))
    Ballot.objects.filter(pk=mine.pk).update(done_at=now)
    assert titles(sign_in(stan).get(RANKING))[0] == "Undo send"
    assert "Results come" in text(sign_in(vera).get(RANKING))


def test_a_stranger_is_told_nothing(client, sign_in, beacon, max):
    assert sign_in(max).get(RANKING).status_code == 404
    assert sign_in(max).get(f"{RANKING}1/").status_code == 404


def test_an_anonymous_visitor_is_asked_to_sign_in(client, beacon):
    assert client.get(RANKING)["Location"].startswith("/accounts/")


# what it shows


def test_features_stand_by_rank_and_those_without_votes_apart(client, sign_in, mia, ranked):
    response = sign_in(mia).get(RANKING)
    assert titles(response) == ["Undo send", "Dark theme", "Status page", "Voice calls", "Shift swaps"]
    assert "Not ranked · 1 feature has no votes yet" in text(response)


def test_the_page_says_how_old_the_numbers_are_and_what_is_left_out(client, sign_in, mia, ranked):
    shown = text(sign_in(mia).get(RANKING))
    assert "Votes counted up to Tue 24 Nov, 10:30 CET." in shown
    assert "Rating style off" in shown


def test_a_vote_that_is_not_counted_yet_is_told(client, sign_in, beacon, mia, voters, features, voting, ranked):
    ScoreRequest.objects.all().delete()
    assert "not counted yet" not in text(sign_in(mia).get(RANKING))
    rate(voting, voters[0], features["Shift swaps"], impact=5)
    assert "is not counted yet" in text(sign_in(mia).get(RANKING))


def test_what_is_not_tried_any_more_is_told(client, sign_in, mia, voting, ranked):
    ScoreRequest.objects.update(attempts=ScoreRequest.MOST_ATTEMPTS)
    assert "Counting it failed several times. The next vote has it tried again" in text(sign_in(mia).get(RANKING))


def test_scores_are_shown_without_decimals_and_lead_to_their_explanation(client, sign_in, mia, ranked):
    standing = Standing.objects.get(feature__title="Undo send")
    shown = sign_in(mia).get(RANKING).content.decode()
    assert f">{standing.score:.0f}</a>" in shown
    assert "?feature=BCN-1#explanation" in shown


def test_the_capacity_of_the_next_release_cuts_the_list(client, sign_in, beacon, mia, ranked, now):
    soon = factories.release(beacon, "2027.1", date(2027, 1, 1), date(2099, 3, 26))
    factories.capacity(factories.team(beacon), soon, 25)
    response = sign_in(mia).get(RANKING)
    assert "Capacity of 2027.1 ends here · 20 of 25 d" in text(response)
    body = response.content.decode()
    assert body.index("Dark theme") < body.index("ends here") < body.index("Status page")


def test_no_capacity_no_line(client, sign_in, beacon, mia, ranked):
    factories.release(beacon, "2027.1", date(2027, 1, 1), date(2099, 3, 26))
    assert "ends here" not in text(sign_in(mia).get(RANKING))


def test_a_feature_planned_for_another_release_takes_none_of_its_room(client, sign_in, beacon, mia, ranked, features):
    soon = factories.release(beacon, "2027.1", date(2027, 1, 1), date(2099, 3, 26))
    later = factories.release(beacon, "2027.2", date(2027, 4, 1), date(2099, 6, 26))
    factories.capacity(factories.team(beacon), soon, 25)
    features["Dark theme"].release = later
    features["Dark theme"].save(update_fields=["release"])
    response = sign_in(mia).get(RANKING)
    body = response.content.decode()
    assert body.index("Status page") < body.index("ends here") < body.index("Voice calls")
    assert "20 of 25 d · 1 above is planned for another release" in text(response)


def test_the_first_may_be_too_large_for_the_capacity(client, sign_in, beacon, mia, ranked):
    soon = factories.release(beacon, "2027.1", date(2027, 1, 1), date(2099, 3, 26))
    factories.capacity(factories.team(beacon), soon, 5)
    assert "The first is larger than the capacity of 2027.1, 5 d" in text(sign_in(mia).get(RANKING))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("objective=none", ["Dark theme", "Status page", "Voice calls"]),
        ("objective={objective}", ["Undo send"]),
        ("status=planned", ["Status page"]),
        ("release=none", ["Undo send", "Dark theme", "Voice calls"]),
        ("release={release}", ["Status page"]),
        ("team={team}", ["Undo send", "Dark theme", "Status page", "Voice calls"]),
        ("team=none", []),
        ("show=split", ["Status page"]),
        ("show=nonsense&team=99999", ["Undo send", "Dark theme", "Status page", "Voice calls", "Shift swaps"]),
    ],
)
def test_filters(client, sign_in, beacon, mia, features, ranked, query, shown):
    objective = factories.objective(beacon)
    features["Undo send"].contributions.create(objective=objective)
    release = factories.release(beacon)
    Feature.objects.filter(title="Status page").update(release=release, status="planned")
    query = query.format(objective=objective.pk, release=release.pk, team=features["Undo send"].lead_team_id)
    assert titles(sign_in(mia).get(f"{RANKING}?{query}")) == shown


def test_htmx_gets_the_list_alone(client, sign_in, mia, ranked):
    response = sign_in(mia).get(RANKING, headers={"HX-Request": "true", "HX-Target": "ranking"})
    assert response.content.decode().lstrip().startswith('<section id="ranking"')
    assert "HX-Request" in response["Vary"]


def test_fifty_a_page_and_a_page_beyond_the_last_is_the_last(client, sign_in, beacon, mia, voters, now):
    many = [factories.feature(beacon, f"Feature {i:02}") for i in range(52)]
    voting = voting_round(beacon, many, closed=True)
    for i, feature in enumerate(many):
        rate(voting, voters[0], feature, impact=1 + i % 5)
    scoring.score(beacon, now=now)
    assert len(titles(sign_in(mia).get(RANKING))) == 50
    for page in ("2", "99"):
        assert len(titles(sign_in(mia).get(f"{RANKING}?page={page}"))) == 2
    for page in ("0", "-1", "x", "9" * 20):
        assert "1–50 shown" in text(sign_in(mia).get(f"{RANKING}?page={page}"))
    assert "1–50 shown" not in text(sign_in(mia).get(f"{RANKING}?page=1&status=planned"))


# when there is little


def test_no_features(client, sign_in, mia):
    assert "nothing to rank" in text(sign_in(mia).get(RANKING))


def test_no_votes(client, sign_in, mia, vera, features):
    assert "No votes yet on 5 features" in text(sign_in(mia).get(RANKING))
    assert "Open a voting round" in text(sign_in(mia).get(RANKING))
    assert "Open a voting round" not in text(sign_in(vera).get(RANKING))


def test_votes_that_were_never_scored(client, sign_in, mia, voting):
    assert "The first ranking is being worked out" in text(sign_in(mia).get(RANKING))


def test_criteria_are_called_short_names_where_they_keep_their_own(client, sign_in, beacon, mia, voting, now):
    for position, each in enumerate(default_criteria()[:2]):
        name = each.name if position else "Impact on revenue"
        Criterion.objects.create(
            product=beacon, key=each.key, name=name, low_anchor="a", high_anchor="b", position=position
        )
    scoring.score(beacon, now=now)
    shown = text(sign_in(mia).get(RANKING))
    assert "Score Impact on revenue Effort Split" in shown


# why


def test_the_parts_of_every_score_add_up_to_the_score_shown(client, sign_in, beacon, mia, ranked):
    sign_in(mia)
    for feature in Feature.objects.filter(standing__score__isnull=False):
        body = client.get(f"{RANKING}?feature=BCN-{feature.number}").content.decode()
        table = body[body.index('<table class="parts">') : body.index("</table>", body.index('<table class="parts">'))]
        rows = re.findall(r'<td class="number(?: strong)?">([+−]?[0-9.]+)</td></tr>', table)
        *parts, total = [Decimal(row.replace("−", "-").replace("+", "")) for row in rows]
        assert len(parts) == 5
        assert sum(parts) == total
        assert total == round(Decimal(Standing.objects.get(feature=feature).score), 1)


def test_the_parts_after_the_pull_are_the_exact_score(beacon, ranked):
    for feature in Feature.objects.filter(standing__score__isnull=False):
        found = explanation(beacon, feature.number, names=NAMED)
        assert sum(part.pulled_shown for part in found.parts) == found.score_shown


def test_votes_by_department_show_people_only_from_three_on(beacon, ranked, features):
    found = explanation(beacon, features["Status page"].number, names=NAMED)
    by_name = {each.name: each for each in found.departments}
    assert [each.name for each in found.departments][0] == "Sales"
    assert by_name["Sales"].people == [100, 100, 100]
    assert by_name["Engineering"].people == by_name["Finance"].people == []
    assert (by_name["Engineering"].mean, by_name["Engineering"].voted, by_name["Engineering"].asked) == (0, 2, 2)


def test_whoever_is_asked_no_more_voted_for_a_department_with_a_name(beacon, ranked, features, now):
    """What they said counts on, though they are not among those asked."""
    number = features["Status page"].number
    before = {each.name: each.voted for each in explanation(beacon, number, names=NAMED).departments}
    Invitation.objects.update(removed_at=now)
    assert {each.name: each.voted for each in explanation(beacon, number, names=NAMED).departments} == before


def test_a_department_says_how_many_of_those_asked_have_voted(beacon, voters, voting, features, now):
    silent = factories.seat(beacon, department_name="Finance")
    ballot(voting, silent)
    scoring.score(beacon, now=now)
    finance = next(
        each
        for each in explanation(beacon, features["Undo send"].number, names=NAMED).departments
        if each.name == "Finance"
    )
    assert (finance.voted, finance.asked) == (1, 2)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Status page", "Ranked 3rd of 4, and contested: the votes are split, not few."),
        ("Shift swaps", "Not ranked: nobody has voted on it yet."),
        ("Undo send", "Ranked 1st of 4"),
    ],
)
def test_the_explanation_begins_in_words(client, sign_in, mia, ranked, features, title, words):
    response = sign_in(mia).get(f"{RANKING}?feature={features[title].key}")
    assert words in text(response)


def test_few_votes_are_named_as_the_reason(client, sign_in, beacon, mia, voters, voting, features, now):
    rate_all(voting, voters[0], features["Shift swaps"], 5)
    scoring.score(beacon, now=now)
    response = sign_in(mia).get(f"{RANKING}?feature={features['Shift swaps'].key}")
    assert "only 1 person has voted, so it stays close to the average" in text(response)


def test_a_criterion_without_votes_says_so(client, sign_in, beacon, mia, voters, voting, features, now):
    rate(voting, voters[0], features["Shift swaps"], impact=5)
    scoring.score(beacon, now=now)
    response = sign_in(mia).get(f"{RANKING}?feature={features['Shift swaps'].key}")
    assert text(response).count("no votes, so the average") == 3


def test_a_shipped_feature_can_still_be_explained(client, sign_in, beacon, mia, voting, features, now):
    Feature.objects.filter(title="Undo send").update(status="shipped")
    scoring.score(beacon, now=now)
    response = sign_in(mia).get(f"{RANKING}?feature=BCN-1")
    assert "Not ranked any more: it is shipped." in text(response)


def test_the_explanation_alone_is_a_page_and_a_part(client, sign_in, mia, ranked):
    sign_in(mia)
    score = Standing.objects.get(feature__number=1).score
    assert f"How {score:.0f} is made" in text(client.get(f"{RANKING}BCN-1/"))
    part = client.get(f"{RANKING}BCN-1/", headers={"HX-Request": "true", "HX-Target": "explanation"})
    assert part.content.decode().lstrip().startswith("<aside")


@pytest.mark.parametrize("key", ["BCN-999", "XYZ-1", "1e5", "", "١"])
def test_an_explanation_of_nothing_is_no_error(client, sign_in, mia, ranked, key):
    response = sign_in(mia).get(RANKING, {"feature": key})
    assert response.status_code == 200
    assert "is made" not in text(response)


def test_the_address_of_a_feature_that_is_not_there_is_not_found(client, sign_in, mia, ranked):
    assert sign_in(mia).get(f"{RANKING}999/").status_code == 404


def test_a_row_without_a_rank_leads_to_why_it_has_none(client, sign_in, mia, ranked):
    row = re.search(r'<tr id="feature-5".*?</tr>', sign_in(mia).get(RANKING).content.decode(), re.S)[0]
    assert "data-explain" in row and 'aria-label="why Shift swaps has no rank"' in row


# as a file


def test_the_file_holds_the_whole_ranking_and_no_formula(client, sign_in, mia, ranked, features):
    Feature.objects.filter(title="Dark theme").update(title='=HYPERLINK("http://evil.example","Dark")')
    response = sign_in(mia).get(reverse("prioritization:ranking-file", args=["beacon"]))
    rows = list(csv.reader(response.content.decode("utf-8-sig").splitlines()))
    assert rows[0][:4] == ["Rank", "Key", "Title", "Score"]
    assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4"]
    assert rows[2][2] == '\'=HYPERLINK("http://evil.example","Dark")'
    assert rows[1][3] == str(round(Decimal(Standing.objects.get(rank=1).score), 1))
    assert "attachment" in response["Content-Disposition"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_title_of_the_file_is_run_as_a_formula(client, sign_in, mia, ranked, features, start):
    Feature.objects.filter(title="Dark theme").update(title=f"{start}1+1")
    file = sign_in(mia).get(reverse("prioritization:ranking-file", args=["beacon"])).content.decode("utf-8-sig")
    titles = [row[2] for row in csv.reader(io.StringIO(file, newline=""))]
    assert f"'{start}1+1" in titles and f"{start}1+1" not in titles


# what it costs


def test_the_number_of_queries_is_the_same_at_30_and_3000_features(client, sign_in, beacon, mia):
    sign_in(mia).get(f"{RANKING}1/")  # what is planned once a connection
    asked = {}
    for features in (30, 3000):
        many_features(beacon, features)
        for query in (
            "page=1",
            "page=99",
            "feature=BCN-1",
            "status=candidate",
            "status=candidate&page=99",
            "show=split",
        ):
            with CaptureQueriesContext(connection) as queries:
                shown = client.get(f"{RANKING}?{query}")
            assert titles(shown)
            asked.setdefault(query, []).append(len(queries))
    assert {query: counts for query, counts in asked.items() if counts[0] != counts[1]} == {}
