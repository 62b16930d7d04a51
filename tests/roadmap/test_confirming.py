from collections import Counter
from datetime import timedelta
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from roadmap.actions.confirming import AnswerIsLate, RoundIsClosed, answer_confirmation, leave_late_note
from roadmap.confirmation import ConfirmationKind
from roadmap.models import Answer, LateAnswer
from roadmap.queries.confirmation import confirmation_of, digest_of_answers
from roadmap.rules.outcome import Silence
from stakeholders.actions.closing import CannotCloseEarly, close_early, close_round
from stakeholders.actions.extending import extend_round
from stakeholders.actions.rounds import remove_invitation, withdraw_round
from stakeholders.models import Activity, Message, Seat, Verb
from tests import factories
from tests.roadmap.confirming import deadline, plan_beacon, publish, round_of


@pytest.fixture
def people(beacon):
    return [
        factories.seat(beacon, Seat.Role.STAKEHOLDER, name=name, department_name=department)
        for name, department in [
            ("Ann Abel", "Sales"),
            ("Ben Boas", "Sales"),
            ("Cem Can", "Support"),
            ("Dora Dunn", "Support"),
            ("Eli Eck", "Finance"),
            ("Fay Fox", "Finance"),
        ]
    ]


@pytest.fixture
def features(beacon, mia):
    return plan_beacon(beacon, mia)


@pytest.fixture
def round(beacon, mia, people, features):
    return round_of(publish(beacon, mia, required=people))


def say(round, seat, verdict, text="", *, nonce=None, features=(), arrived=None):
    invitation = round.invitations.select_related("round__product", "seat__user").get(seat=seat)
    return answer_confirmation(
        invitation,
        verdict=verdict,
        text=text,
        features=[each.pk for each in features],
        nonce=nonce or f"{seat.pk}-{Answer.objects.count()}",
        arrived=arrived or round.deadline_at - timedelta(days=3),
    )


def close(round):
    return close_round(round, now=round.deadline_at + timedelta(seconds=5))


def test_an_answer_is_a_row_a_receipt_and_a_line_in_the_log_that_keeps_it_secret(round, people):
    answer = say(round, people[0], "concerns", "March is full.")
    invitation = round.invitations.get(seat=people[0])
    assert (invitation.answered, invitation.answered_at) == (1, answer.arrived_at)
    receipt = Message.objects.get(kind=Message.Kind.RECEIPT)
    assert (receipt.seat, receipt.facts) == (people[0], {"answer": answer.pk})
    line = Activity.objects.get(verb=Verb.ANSWERED)
    assert (line.by_seat, line.facts) == (people[0].pk, {"again": False})


def test_changing_ones_mind_adds_a_row_and_the_last_one_counts(round, people):
    say(round, people[0], "object", "Too early.")
    say(round, people[0], "confirm")
    assert [answer.verdict for answer in Answer.objects.all()] == ["object", "confirm"]
    assert ConfirmationKind().answers(round)[people[0].pk].state == "confirmed"


def test_the_same_request_again_is_one_answer_and_one_receipt_even_after_the_deadline(round, people):
    first = say(round, people[0], "confirm", nonce="once")
    assert say(round, people[0], "confirm", nonce="once") == first
    late = round.deadline_at + timedelta(seconds=1)
    assert say(round, people[0], "confirm", nonce="once", arrived=late) == first
    assert (Answer.objects.count(), Message.objects.filter(kind=Message.Kind.RECEIPT).count()) == (1, 1)


def test_a_form_of_someone_else_is_refused(round, people):
    say(round, people[0], "confirm", nonce="once")
    with pytest.raises(ValidationError, match="used already"):
        say(round, people[1], "confirm", nonce="once")
    assert Answer.objects.count() == 1


@pytest.mark.parametrize(
    "verdict, message", [("concerns", "what people should look at"), ("object", "what would have to change")]
)
def test_concerns_and_objections_need_words(round, people, verdict, message):
    with pytest.raises(ValidationError, match=message):
        say(round, people[0], verdict, "  \n ")
    assert not Answer.objects.exists()


def test_an_unknown_answer_is_refused(round, people):
    with pytest.raises(ValidationError):
        say(round, people[0], "maybe")


def test_an_objection_names_features_of_the_version_and_no_others(round, beacon, people, features):
    newer = factories.feature(beacon, "Planned later", owner=people[0])
    elsewhere = factories.feature(factories.product("other", key="OTH"), "Elsewhere")
    answer = say(round, people[0], "object", "No.", features=[features[1], newer, elsewhere])
    assert [row.feature for row in answer.features.all()] == [features[1]]


def test_naming_features_reads_one_snapshot_and_that_before_the_round_is_held(beacon, mia, people, features):
    first = publish(beacon, mia, required=people)
    withdraw_round(round_of(first), why="Again.", by=mia, now=first.published_at)
    second = round_of(publish(beacon, mia, required=people))
    with CaptureQueriesContext(connection) as asked:
        answer = say(second, people[0], "object", "No.", features=features[:2])
    statements = [each["sql"] for each in asked]
    reads = [place for place, sql in enumerate(statements) if '"roadmap_version"."snapshot"' in sql]
    held = next(place for place, sql in enumerate(statements) if sql.startswith("SAVEPOINT"))
    assert reads and max(reads) < held
    assert {each.feature for each in answer.features.all()} == set(features[:2])


def test_an_objection_may_name_a_feature_that_the_version_took_out(beacon, mia, people, features, now):
    first = publish(beacon, mia, required=people)
    withdraw_round(round_of(first), why="Next.", by=mia, now=now)
    features[2].release = features[2].starts_on = features[2].ends_on = None
    features[2].save(update_fields=["release", "starts_on", "ends_on"])
    second = round_of(publish(beacon, mia, required=people))
    answer = say(second, people[0], "object", "It was promised.", features=[features[2]])
    assert [row.feature for row in answer.features.all()] == [features[2]]


@pytest.mark.parametrize("after", [timedelta(0), timedelta(microseconds=1), timedelta(seconds=4)])
def test_an_answer_at_or_after_the_deadline_is_refused_though_the_round_is_still_open(round, people, after):
    with pytest.raises(AnswerIsLate):
        say(round, people[0], "confirm", arrived=round.deadline_at + after)
    assert not Answer.objects.exists()


def test_an_answer_one_moment_before_the_deadline_counts(round, people):
    say(round, people[0], "confirm", arrived=round.deadline_at - timedelta(microseconds=1))
    assert Answer.objects.count() == 1


def test_a_withdrawn_round_takes_no_answer_and_keeps_those_it_has(round, people, mia, now):
    say(round, people[0], "confirm")
    withdraw_round(round, why="Wrong dates.", by=mia, now=now)
    with pytest.raises(RoundIsClosed):
        say(round, people[1], "confirm")
    assert Answer.objects.count() == 1


def test_an_extension_lets_answers_in_until_the_new_deadline(round, people, mia, now):
    later = round.deadline_at + timedelta(hours=5)
    extend_round(round, to=deadline(days=1, after=round.deadline_at), why="Holidays.", by=mia, now=now)
    round.refresh_from_db()
    say(round, people[0], "confirm", arrived=later)
    assert Answer.objects.count() == 1


def test_the_example_five_confirm_and_one_objects_is_not_confirmed(round, people, beacon, mia):
    for person in people[:5]:
        say(round, person, "confirm")
    say(round, people[5], "object", "Finance has no budget for March.")
    outcome = close(round).outcome

    assert (outcome["verdict"], outcome["version"], outcome["objecting"]) == ("not_confirmed", 1, [people[5].pk])
    assert outcome["sentence"] == "Version 1 is not confirmed. 5 of 6 confirm it. One objects."
    said = ConfirmationKind().conclusion(close(round), round.deadline_at)
    assert said.sentence == (
        "Version 1 is <strong>not confirmed</strong>. 5 of 6 confirm it. "
        "Fay Fox (Finance) objects: “Finance has no budget for March.”"
    )
    assert (said.short, said.tone) == ("not confirmed", "bad")


def test_the_example_four_confirm_and_two_are_silent_names_the_two(round, people):
    for person in people[:4]:
        say(round, person, "confirm")
    closed = close(round)
    assert closed.outcome["verdict"] == "with_concerns"
    assert closed.outcome["silent"] == [people[4].pk, people[5].pk]
    said = ConfirmationKind().conclusion(closed, round.deadline_at)
    assert said.sentence.endswith("Eli Eck (Finance) and Fay Fox (Finance) have not answered.")


def test_the_example_three_of_six_lapses(round, people):
    for person in people[:3]:
        say(round, person, "confirm")
    closed = close(round)
    assert closed.outcome["sentence"] == (
        "The confirmation of version 1 has lapsed. 3 of 6 answered, and 4 had to. 3 of 6 confirm it. Three have not answered."
    )


def test_the_stored_sentence_names_nobody(round, people):
    for person in people:
        say(round, person, "object", "I am against it.")
    outcome = close(round).outcome
    for person in people:
        assert person.user.name not in str(outcome)
        assert person.user.name.split()[0] not in str(outcome)


def test_the_outcome_is_an_independent_recount_of_the_rows(round, people):
    verdicts = ["confirm", "concerns", "confirm", "abstain", "object", "confirm"]
    for person in people:
        say(round, person, "abstain")
    for person, verdict in zip(people, verdicts, strict=True):
        say(round, person, verdict, "Because.")
    outcome = close(round).outcome

    last = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT seat_id, verdict FROM roadmap_answer ORDER BY id")
        for seat, verdict in cursor.fetchall():
            last[seat] = verdict
    recount = Counter(last.values())
    assert {key: count for key, count in outcome["required"].items() if count} == dict(recount)
    by_department = {row["department"]: row for row in outcome["departments"]}
    for name in ("Sales", "Support", "Finance"):
        theirs = [person for person in people if person.department.name == name]
        counted = Counter(last[person.pk] for person in theirs)
        row = by_department[theirs[0].department_id]
        assert {key: count for key, count in row.items() if count and key != "department"} == dict(counted)


def test_the_outcome_is_written_once_and_mailed_to_everyone(round, people):
    say(round, people[0], "confirm")
    first = close(round)
    again = close_round(round, now=round.deadline_at + timedelta(hours=1))
    assert again.outcome == first.outcome
    assert Message.objects.filter(round=round, kind=Message.Kind.OUTCOME).count() == len(people)


def test_the_stored_digest_covers_every_answer_row(round, people):
    say(round, people[0], "confirm")
    say(round, people[0], "concerns", "Wait.")
    closed = close(round)
    assert closed.outcome["answers"] == {"rows": 2, "digest": digest_of_answers(confirmation_of(closed))}


def test_someone_removed_during_the_round_is_listed_and_the_quorum_is_recomputed(round, people, mia, now):
    for person in people[:3]:
        say(round, person, "confirm")
    for person in people[3:5]:
        remove_invitation(round.invitations.get(seat=person), by=mia, now=now)
    outcome = close(round).outcome
    assert (outcome["needed"], outcome["verdict"]) == (3, "with_concerns")
    assert outcome["left"] == [people[3].pk, people[4].pk]


def test_silence_as_consent_has_its_own_column(beacon, mia, people, features):
    round = round_of(publish(beacon, mia, required=people, quorum=Fraction(1, 2), silence=Silence.CONSENT_OF_ALL))
    for person in people[:3]:
        say(round, person, "confirm")
    outcome = close(round).outcome
    assert (outcome["required"]["confirm"], outcome["required"]["unopposed"]) == (3, 3)
    assert outcome["verdict"] == "with_concerns"


def test_silence_counts_for_the_quorum_once_mail_was_delivered_and_five_working_days_passed(
    beacon, mia, people, features
):
    round = round_of(publish(beacon, mia, required=people, silence=Silence.CONSENT_OF_ALL))
    for person in people[:2]:
        say(round, person, "confirm")
    invitations = Message.objects.filter(round=round, kind=Message.Kind.INVITATION)
    invitations.update(sent_at=round.deadline_at - timedelta(days=8))
    invitations.filter(seat=people[5]).update(failed_at=round.deadline_at - timedelta(days=8))
    outcome = close(round).outcome
    assert (outcome["counted"], outcome["verdict"]) == (5, "with_concerns")


def test_it_closes_early_only_when_everyone_required_has_answered(beacon, mia, people, olga, features, now):
    round = round_of(publish(beacon, mia, required=people[:2], consulted=[olga]))
    say(round, people[0], "confirm")
    with pytest.raises(CannotCloseEarly, match="Ben Boas has not"):
        close_early(round, why="Everyone agrees.", by=mia, now=now)
    say(round, people[1], "confirm")
    assert close_early(round, why="Everyone agrees.", by=mia, now=now).outcome["verdict"] == "confirmed"


def test_a_late_note_stands_under_the_outcome_and_counts_for_nothing(round, people):
    invitation = round.invitations.select_related("round", "seat").get(seat=people[0])
    closed = close(round)
    note = leave_late_note(invitation, text="I would have confirmed.", arrived=closed.closed_at)
    assert leave_late_note(invitation, text="I would have confirmed.", arrived=closed.closed_at) == note
    assert LateAnswer.objects.count() == 1
    closed.refresh_from_db()
    assert closed.outcome["required"]["silent"] == 6


def test_no_note_while_answers_are_taken(round, people):
    invitation = round.invitations.select_related("round", "seat").get(seat=people[0])
    with pytest.raises(ValidationError, match="Answers are still taken"):
        leave_late_note(invitation, text="Hm.", arrived=round.deadline_at - timedelta(days=1))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE roadmap_answer SET verdict = 'confirm'",
        "DELETE FROM roadmap_answer",
        "UPDATE roadmap_answerfeature SET feature_id = feature_id",
        "DELETE FROM roadmap_answerfeature",
    ],
)
def test_the_database_itself_refuses_to_rewrite_an_answer(round, people, features, sql):
    answer = say(round, people[0], "object", "No.", features=features[:1])
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    answer.refresh_from_db()
    assert (answer.verdict, answer.features.count()) == ("object", 1)


def test_the_database_itself_refuses_an_answer_that_arrived_late(round, people):
    confirmation = confirmation_of(round)
    with pytest.raises(IntegrityError, match="too late"), transaction.atomic():
        Answer.objects.create(
            confirmation=confirmation,
            seat=people[0],
            verdict="confirm",
            arrived_at=round.deadline_at,
            nonce="late",
        )


def test_the_manager_sees_answers_in_the_same_number_of_queries_for_any_number_of_people(
    round, people, features, django_assert_max_num_queries
):
    for person in people:
        say(round, person, "object", "No.", features=features)
    with django_assert_max_num_queries(6):
        assert len(ConfirmationKind().answers(round)) == 6
