"""Two managers at once, and an answer that cannot have the round's row: on PostgreSQL, with real connections."""

import threading
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from roadmap.actions.publishing import Terms, VersionTaken, publish_version
from roadmap.models import Answer, Version
from roadmap.queries.versions import broken_link, draft
from stakeholders.models import Message, Round
from tests.roadmap.confirming import deadline, open_link, plan_beacon, publish, round_of
from tests.roadmap.test_confirm_page import nonce_in

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(count, act):
    """Run `act(number)` in so many threads that start together; return what each gave or raised."""
    barrier, results = threading.Barrier(count), [None] * count

    def run(number):
        barrier.wait()
        try:
            results[number] = act(number)
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def publish_at_once(beacon, seen, actors, people):
    terms = Terms(deadline=deadline(), required=people)
    now = datetime.now(UTC)

    def act(number):
        return publish_version(
            beacon, number=1, seen=seen, note="Now.", gaps_why="", terms=terms, by=actors[number], now=now
        )

    return at_once(len(actors), act)


def test_of_many_managers_who_publish_at_once_one_wins_and_all_others_are_told(beacon, mia, olga, stan):
    plan_beacon(beacon, mia)
    results = publish_at_once(beacon, draft(beacon).seen, [mia, olga] * 4, [stan])
    kinds = Counter(type(result).__name__ for result in results)
    winner = Version.objects.get()
    assert set(kinds) == {"Version", "VersionTaken"}
    # The winner's own copies get the same version back, the other manager's are told of it.
    assert kinds["Version"] == kinds["VersionTaken"] == 4
    assert all(
        result == winner if isinstance(result, Version) else result.version == winner
        for result in results
        if isinstance(result, Version | VersionTaken)
    )
    assert (Round.objects.count(), Message.objects.filter(kind=Message.Kind.INVITATION).count()) == (1, 1)
    assert broken_link(beacon) is None


def test_the_same_form_sent_many_times_at_once_is_one_answer(beacon, mia, stan):
    plan_beacon(beacon, mia)
    round = round_of(publish(beacon, mia, required=[stan]))
    clients = [Client() for _ in range(8)]
    path = next(iter({open_link(client, stan, round) for client in clients}))
    nonce = nonce_in(clients[0].get(path))
    answers = at_once(
        8, lambda number: clients[number].post(f"{path}answer/", {"answer": "confirm", "nonce": nonce}).status_code
    )
    assert answers == [303] * 8
    assert (Answer.objects.count(), Message.objects.filter(kind=Message.Kind.RECEIPT).count()) == (1, 1)


def test_an_answer_that_waits_too_long_for_the_round_is_told_to_come_again_and_loses_nothing(beacon, mia, stan, client):
    plan_beacon(beacon, mia)
    round = round_of(publish(beacon, mia, required=[stan]))
    path = open_link(client, stan, round)
    nonce = nonce_in(client.get(path))
    held, let_go = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM stakeholders_round WHERE id = %s FOR UPDATE", [round.pk])
            held.set()
            let_go.wait(20)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    form = {"answer": "concerns", "concern": "March is full.", "nonce": nonce}
    try:
        busy = client.post(f"{path}answer/", form)
    finally:
        let_go.set()
        holder.join()
    assert (busy.status_code, busy["Retry-After"]) == (503, "3")
    assert "March is full." in busy.content.decode()
    assert "send-again" in busy.content.decode()
    assert f'value="{nonce}"' in busy.content.decode()
    assert not Answer.objects.exists()
    assert client.post(f"{path}answer/", form).status_code == 303
    assert Answer.objects.get().text == "March is full."
