"""Voting as a kind of round: opening it, what its mails say, how it stands, what closing counts."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from prioritization.actions.ballots import finish_ballot, save_ratings
from prioritization.actions.voting import ballot_of, open_voting_round
from prioritization.models import Ballot, Criterion, Tally, VotingRound
from prioritization.queries.ballot import sheet
from stakeholders import clock, deadline_wording, kinds
from stakeholders.actions import closing
from stakeholders.actions.rounds import Invitee, invite
from stakeholders.mail.rendering import render
from stakeholders.models import Message, Round
from stakeholders.rules.deadlines import GRACE
from tests import factories


def test_opening_asks_everyone_about_every_feature_and_freezes_the_terms(voting, beacon, stan, olga):
    assert set(voting.invitations.values_list("seat_id", "asked")) == {(stan.pk, 12), (olga.pk, 12)}
    assert [each["key"] for each in voting.voting.criteria] == ["impact", "effort", "ease", "happiness"]
    assert Ballot.objects.filter(voting=voting.voting).count() == 2

    Criterion.objects.create(product=beacon, key="risk", name="Risk", low_anchor="high", high_anchor="low")
    assert len(sheet(ballot_of(voting.invitations.get(seat=stan))).criteria) == 4


def test_each_person_gets_an_order_of_their_own_and_keeps_it(beacon, mia, stan, olga, three_days):
    features = [factories.feature(beacon) for _ in range(20)]
    round = open_voting_round(
        beacon, title="T", features=features, seats=[stan, olga], deadline=three_days, by=mia, now=clock.now()
    )

    def order(seat):
        return [each.feature.pk for each in sheet(ballot_of(round.invitations.get(seat=seat))).asked]

    assert order(stan) == order(stan)
    assert sorted(order(stan)) == sorted(order(olga)) == sorted(each.pk for each in features)
    assert order(stan) != order(olga)


def test_people_are_asked_only_what_their_department_may_rate(beacon, mia, stan, olga, three_days):
    sales = factories.department("Sales")
    Criterion.objects.create(product=beacon, key="impact", name="Impact", low_anchor="none", high_anchor="large")
    effort = Criterion.objects.create(
        product=beacon, key="effort", name="Effort", low_anchor="heavy", high_anchor="light"
    )
    effort.raters.add(factories.department("Leadership"))
    round = open_voting_round(
        beacon,
        title="T",
        features=[factories.feature(beacon)],
        seats=[stan, olga],
        deadline=three_days,
        by=mia,
        now=clock.now(),
    )
    assert stan.department == sales
    assert dict(round.invitations.values_list("seat_id", "asked")) == {stan.pk: 1, olga.pk: 2}
    assert [each.key for each in sheet(ballot_of(round.invitations.get(seat=stan))).criteria] == ["impact"]


def test_whoever_may_rate_nothing_is_not_asked(beacon, mia, stan, three_days):
    only = Criterion.objects.create(
        product=beacon, key="effort", name="Effort", low_anchor="heavy", high_anchor="light"
    )
    only.raters.add(factories.department("Engineering"))
    with pytest.raises(ValidationError, match="Stan Lindqvist may not rate any"):
        open_voting_round(
            beacon,
            title="T",
            features=[factories.feature(beacon)],
            seats=[stan],
            deadline=three_days,
            by=mia,
            now=clock.now(),
        )
    assert not Round.objects.exists()


def test_a_round_about_nothing_or_about_another_product_is_refused(beacon, mia, stan, three_days):
    elsewhere = factories.feature(factories.product("other"))
    for features in ([], [elsewhere]):
        with pytest.raises(ValidationError):
            open_voting_round(
                beacon, title="T", features=features, seats=[stan], deadline=three_days, by=mia, now=clock.now()
            )
    assert not VotingRound.objects.exists()


def test_someone_invited_later_gets_a_ballot_when_they_come(voting, mia, vera):
    invite(voting, invitees=[Invitee(vera)], by=mia, now=clock.now())
    mine = ballot_of(voting.invitations.get(seat=vera))
    assert len(sheet(mine).asked) == 3
    assert mine.invitation.asked == 12
    assert ballot_of(voting.invitations.get(seat=vera)).pk == mine.pk


def words(round, seat, kind):
    message = round.messages.filter(seat=seat, kind=kind).select_related("user", "seat__user", "round__product").last()
    return render(message, now=clock.now())


def test_the_invitation_says_who_asks_how_long_it_takes_and_until_when(voting, stan):
    mail = words(voting, stan, Message.Kind.INVITATION)
    assert mail.subject.startswith("Which 3 features first? Until ")
    assert "Stan, what should Beacon build first?" in mail.body
    assert f"Mia Okafor asks for your view on 3 features by {deadline_wording.short(voting)}." in mail.body
    assert "about 30\u00a0s" in mail.body
    assert "Open my ballot" in mail.body


def test_a_reminder_tells_someone_who_began_how_much_is_left(voting, stan, olga):
    mine = ballot_of(voting.invitations.get(seat=stan))
    save_ratings(mine, voting.voting.asked.first().feature_id, {"impact": 4}, arrived=clock.now())
    assert "11 answers of “Q1 2027 priorities” are still open" in words(voting, stan, Message.Kind.REMINDER).body
    assert "Your view on “Q1 2027 priorities” is still missing" in words(voting, olga, Message.Kind.REMINDER).body


def test_the_receipt_counts_what_is_in(voting, stan):
    mine = ballot_of(voting.invitations.get(seat=stan))
    save_ratings(mine, voting.voting.asked.first().feature_id, {"impact": 4, "ease": None}, arrived=clock.now())
    assert "we have your 2 answers so far" in words(voting, stan, Message.Kind.RECEIPT).body
    finish_ballot(mine, arrived=clock.now())
    assert "Stan, your 2 answers are in" in words(voting, stan, Message.Kind.RECEIPT).body


def test_the_manager_sees_how_far_everyone_is(voting, stan, olga):
    kind = kinds.kind_of(voting)
    mine = ballot_of(voting.invitations.get(seat=stan))
    save_ratings(mine, voting.voting.asked.first().feature_id, {"impact": 4}, arrived=clock.now())
    shown = kind.answers(voting)
    assert (shown[stan.pk].state, shown[stan.pk].label) == ("started", "1 of 12 answers")
    assert shown[olga.pk].state == "silent"
    assert kind.conclusion(voting, clock.now()).sentence == "0 of 2 people have voted, 1 more have begun."
    finish_ballot(mine, arrived=clock.now())
    assert kind.answers(voting)[stan.pk].state == "answered"
    assert kind.conclusion(voting, clock.now()).sentence == "1 of 2 people have voted."


def test_closing_counts_the_rows_and_says_so(voting, stan, olga):
    first, second, _third = (each.feature_id for each in voting.voting.asked.all())
    mine, hers = (ballot_of(voting.invitations.get(seat=seat)) for seat in (stan, olga))
    now = clock.now()
    save_ratings(mine, first, {"impact": 4, "effort": 2, "ease": None, "happiness": 5}, arrived=now)
    save_ratings(hers, second, {"impact": 1}, arrived=now)
    Tally.objects.all().delete()

    closed = closing.close_round(voting, now=voting.deadline_at + GRACE)
    assert closed.outcome == {
        "sentence": "2 of 2 voted on 3 features: 4 ratings, “no opinion” once.",
        "asked": 2, "features": 3, "values": 4, "no_opinion": 1, "voters": 2,
    }  # fmt: skip
    assert Tally.objects.filter(feature=first, criterion="impact", value=4).get().votes == 1


def test_closing_without_a_vote_says_that(voting):
    closed = closing.close_round(voting, now=voting.deadline_at + GRACE)
    assert closed.outcome["sentence"] == "Nobody voted: 2 people were asked."


def test_voting_may_be_closed_early_with_a_reason(voting, mia):
    closed = closing.close_early(voting, why="Everyone met.", by=mia, now=clock.now() + timedelta(hours=1))
    assert closed.closed_why == "Everyone met."
