"""The family of processes: started again when one dies, and gone when the parent is, however it went."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from config.supervisor import in_words
from tests.worlds import ROOT, wait_until

pytestmark = pytest.mark.processes

FAMILY = """
    import os, sys, time
    from pathlib import Path
    from config.supervisor import Child, Supervisor

    folder = Path(sys.argv[1])

    def live(name):
        # A file a life: what was started, and how often.
        (folder / f"{name}-{os.getpid()}").touch()
        time.sleep(600)

    def die_at_once():
        (folder / f"ill-{os.getpid()}").touch()
        raise SystemExit(3)

    children = [Child("one", lambda: live("one")), Child("two", lambda: live("two"))]
    if "--with-an-ill-child" in sys.argv:
        children.append(Child("ill", die_at_once))
    sys.exit(Supervisor(children).run(lambda: not (folder / "failed").exists()))
"""


@pytest.fixture
def family(tmp_path):
    """Start the family of FAMILY; return its parent and a function that tells the living children by name."""
    started = []

    def start(*options):
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(FAMILY), str(tmp_path), *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        wait_until(lambda: {"one", "two"} <= living(tmp_path).keys(), "both children live")
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def living(folder):
    """Return the pid of each living child by its name."""
    pids = {}
    for path in folder.glob("*-*"):
        name, _, pid = path.name.rpartition("-")
        if is_alive(int(pid)):
            pids[name] = int(pid)
    return pids


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("name", ["one", "two"])
def test_a_child_that_is_killed_is_started_again(family, tmp_path, name):
    family()
    before = living(tmp_path)
    os.kill(before[name], signal.SIGKILL)
    wait_until(lambda: living(tmp_path).get(name, before[name]) != before[name], f"{name} lives again")
    other = {"one": "two", "two": "one"}[name]
    assert living(tmp_path)[other] == before[other]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_everyone_and_the_status_is_0(family, tmp_path, number):
    parent = family()
    parent.send_signal(number)
    assert parent.wait(30) == 0
    assert living(tmp_path) == {}


def test_nobody_outlives_a_parent_that_is_killed(family, tmp_path):
    parent = family()
    assert living(tmp_path)
    parent.kill()
    parent.wait()
    wait_until(lambda: not living(tmp_path), "all children are gone", seconds=15)


def test_a_start_that_has_failed_stops_everyone_and_the_status_is_1(family, tmp_path):
    parent = family()
    (tmp_path / "failed").touch()
    assert parent.wait(30) == 1
    assert living(tmp_path) == {}


def test_a_child_that_cannot_live_is_tried_ever_more_seldom(family, tmp_path):
    family("--with-an-ill-child")
    time.sleep(5)
    # With delays of 0.5, 1, 2, 4 s there is room for four lives in five seconds, five with slack; without, for a hundred.
    assert 2 <= len(list(tmp_path.glob("ill-*"))) <= 5


@pytest.mark.parametrize("status, words", [(9, "was ended by SIGKILL"), (3 << 8, "ended with status 3")])
def test_an_end_is_told_in_words(status, words):
    assert in_words(status) == words
