"""Celery's settings: JSON alone, nothing lost when a worker dies, and a beat whose entries expire."""

import json
import os
import threading
from datetime import timedelta

import pytest
from celery.signals import celeryd_after_setup
from kombu import Connection, Queue

from config import workers
from config.celery import BEAT_HEADER, POLITENESS, app, heartbeat
from config.web import EmbeddedWeb
from stakeholders.models import Heartbeat


@pytest.fixture(autouse=True, scope="module")
def every_task_is_known():
    app.loader.import_default_modules()


@pytest.mark.parametrize("name", sorted(app.conf.beat_schedule))
def test_a_beat_entry_names_a_task_and_expires_when_its_next_turn_comes(name):
    entry = app.conf.beat_schedule[name]
    assert entry["task"] in app.tasks
    assert timedelta(seconds=entry["options"]["expires"]) == entry["schedule"]
    assert entry["options"]["queue"] in ("now", "long")


def test_only_json_is_sent_and_taken_and_a_lost_task_comes_back():
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == app.conf.result_serializer == "json"
    assert app.conf.task_acks_late and app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1


def test_scoring_goes_to_the_long_queue_and_the_sweeps_to_now():
    route = app.amqp.router.route
    assert route({}, "prioritization.tasks.score_product")["queue"].name == "long"
    assert route({}, "stakeholders.tasks.close_rounds")["queue"].name == "now"


def test_a_heartbeat_notes_the_worker_and_the_beat_that_sent_it(db):
    heartbeat.apply(headers={BEAT_HEADER: ["host:9", "2026-11-24T09:30:00+00:00"]}, routing_key="long").get()
    names = sorted(row.name.partition(":")[0] for row in Heartbeat.objects.all())
    assert names == ["beat@host", "long@" + names[1].partition("@")[2]]


def test_the_beat_as_a_thread_ends_when_it_is_asked_to(tmp_path):
    # BeatThread leans on celery.beat.Service, which is not documented for threads: this is the test that pins it.
    thread = workers.BeatThread()
    thread.service.schedule_filename = str(tmp_path / "schedule")
    thread.service.scheduler.schedule.clear()
    thread.start()
    assert thread.is_alive()
    thread.stop()
    thread.join(5)
    assert not thread.is_alive()


def broker(folder):
    for name in ("messages", "control"):
        (folder / name).mkdir(exist_ok=True)
    options = {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.01,
    }
    return Connection("filesystem://localhost/", transport="config.broker:Transport", transport_options=options)


def test_the_folder_broker_hands_out_every_message_once_and_whole(tmp_path):
    """Readers that look while a message is written must never take half of it (kombu's own transport lets them)."""
    sent, taken, failures, done = 300, [], [], threading.Event()

    def read():
        with broker(tmp_path) as connection:
            channel = connection.default_channel
            while not (done.is_set() and channel._size("now") == 0):
                try:
                    taken.append(channel._get("now")["number"])
                except Exception as error:
                    if type(error).__name__ != "Empty":
                        failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    with broker(tmp_path) as connection:
        Queue("now")(connection.default_channel).declare()
        for number in range(sent):
            connection.default_channel._put("now", {"number": number, "filling": "x" * 5000})
    done.set()
    for reader in readers:
        reader.join(30)
    assert failures == []
    assert sorted(taken) == list(range(sent))


def test_messages_are_taken_in_the_order_in_which_they_were_sent(tmp_path):
    with broker(tmp_path) as connection:
        channel = connection.default_channel
        for number in range(20):
            channel._put("now", {"number": number})
        assert [channel._get("now")["number"] for _ in range(20)] == list(range(20))


def test_a_message_on_disk_is_json(tmp_path):
    with broker(tmp_path) as connection:
        connection.default_channel._put("now", {"number": 1})
    (message,) = (tmp_path / "messages").iterdir()
    assert json.loads(message.read_text()) == {"number": 1}


def test_the_embedded_web_server_is_one_process_of_eight_threads():
    import socket

    with socket.socket() as listener:
        settings = EmbeddedWeb(listener).cfg
    assert (settings.workers, settings.threads, settings.worker_class_str) == (1, 8, "gthread")
    assert settings.accesslog is None


@pytest.mark.parametrize("queues, is_polite", [(["long"], True), (["now"], False), (["now", "long"], False)])
def test_scoring_lets_people_go_first(queues, is_polite, monkeypatch):
    asked = []
    monkeypatch.setattr(os, "nice", asked.append)
    monkeypatch.setattr(app.amqp.queues, "_consume_from", None)  # put back afterwards
    worker = app.Worker(pool="solo", queues=queues)
    celeryd_after_setup.send(sender=worker.hostname, instance=worker, conf=app.conf)
    assert asked == ([POLITENESS] if is_polite else [])
