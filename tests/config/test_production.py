"""The processes of docker-compose.yml, run by hand against PostgreSQL and Redis."""

import json
import signal
import subprocess
import sys
import urllib.request

import pytest

from tests.worlds import ROOT, production, start_part, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.postgres]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with production(tmp_path_factory.mktemp("production"), sample=False) as found:
        wait_until(
            lambda: all(found.status()[part]["alive"] for part in ("now", "long", "beat")), "everyone is heard of"
        )
        yield found


def probe(world, part):
    """Run the health check of one part as compose does; return its exit status."""
    command = [sys.executable, "-m", "config.probe", part]
    return subprocess.run(command, cwd=ROOT, env=world.environment, capture_output=True, check=False).returncode


def test_it_serves_from_postgresql_with_redis_as_broker(world):
    status = world.status()
    assert status["database"]["vendor"] == "postgresql"
    assert status["broker"]["kind"] == "redis"
    assert status["broker"]["waiting"].keys() == {"now", "long"}


@pytest.mark.parametrize("part", ["web", "now", "long", "beat"])
def test_each_part_is_well_by_its_own_health_check(world, part):
    assert probe(world, part) == 0


def test_there_is_one_beat_and_it_is_a_process_of_its_own(world):
    (beat,) = world.status()["beat"]["alive"]
    assert beat.rpartition(":")[2] == str(world.processes["beat"].pid)


@pytest.mark.parametrize("part", ["now", "long"])
def test_a_worker_that_was_killed_takes_up_its_work_again(world, part):
    killed = world.processes[part]
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    started = start_part(world, part)
    wait_until(
        lambda: any(name.endswith(f":{started.pid}") for name in world.status()[part]["alive"]),
        f"the new {part} worker works",
    )


def test_the_web_server_that_is_told_to_stop_ends_with_status_0_and_another_takes_over(world):
    first = world.processes["web"]
    first.send_signal(signal.SIGTERM)
    assert first.wait(40) == 0
    assert probe(world, "web") == 1
    start_part(world, "web")
    wait_until(lambda: probe(world, "web") == 0, "the web server serves again")


def test_without_redis_the_pages_stay_open_and_the_status_says_that_the_broker_is_silent(world, tmp_path):
    environment = {**world.environment, "REDIS_URL": "redis://127.0.0.1:1/0"}
    program = (
        "import django; django.setup(); from django.test import Client; import json\n"
        "client = Client(headers={'host': '127.0.0.1', 'authorization': 'Bearer ' + __import__('os').environ['STATUS_TOKEN']})\n"
        "print(json.dumps([client.get('/-/ready').status_code, client.get('/-/status').json()['broker']]))"
    )
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    ready, broker = json.loads(done.stdout.splitlines()[-1])
    assert ready == 200
    assert broker == {"kind": "redis", "waiting": None}


def test_no_secret_of_a_link_reaches_a_log(world):
    secret = "q5g7n6wyazpzcvh7uiz3fx6cl7x7ilh3"
    request = urllib.request.Request(
        f"{world.url}/s/aaaaaaaaaaaa-{secret}/", headers={"Referer": f"{world.url}/r/bbbb-{secret}/"}
    )
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(request)
    log = (world.data / "web.log").read_text()
    assert "/s/aaaaaaaaaaaa-***/" in log
    assert secret not in log
