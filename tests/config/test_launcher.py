"""`bin/start` as real processes: refusals, restarts, and nothing left behind."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests import servers
from tests.config.test_settings import GOOD
from tests.config.test_supervisor import is_alive
from tests.worlds import ROOT, bare_environment, embedded, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.sqlite]


def start(*options, **environment):
    """Run bin/start until it ends by itself; return how it did."""
    return subprocess.run(
        [str(ROOT / "bin" / "start"), *options],
        cwd=ROOT,
        env={**bare_environment(), **environment},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def children_of(pid):
    """Return the pids of all descendants of a process."""
    found, queue = [], [pid]
    while queue:
        parent = queue.pop()
        try:
            children = [
                int(pid)
                for task in Path(f"/proc/{parent}/task").iterdir()
                for pid in (task / "children").read_text().split()
            ]
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += children
        queue += children
    return found


def fetch(address):
    with urllib.request.urlopen(address, timeout=20) as answer:
        return answer.read().decode()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A data folder that is ready to serve: made once, since preparing it takes seconds."""
    data = tmp_path_factory.mktemp("launcher") / "data"
    with embedded(data, "--empty"):
        pass
    return data


def test_the_first_start_makes_a_private_folder_and_prints_a_set_up_link(tmp_path):
    with embedded(tmp_path / "data", "--empty") as world:
        assert world.links.keys() == {"set-up"}
        assert world.links["set-up"].startswith(f"{world.url}/s/")
        assert f"embedded (SQLite in {tmp_path}/data, no Redis needed) · mail is kept, not sent" in world.output[1]
        assert any(line.startswith(f"Accord is ready at {world.url}/") for line in world.output)
        assert fetch(f"{world.url}/-/live") == "ok"


def test_a_second_start_prepares_nothing_anew(prepared):
    with embedded(prepared, "--empty") as world:
        assert "Preparing style sheets and scripts" not in world.output
        assert "Installing" not in "".join(world.output)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_with_status_0(prepared, number):
    with embedded(prepared, "--empty") as world:
        process = world.processes["start"]
        family = children_of(process.pid)
        assert parts(process.pid).keys() >= {"web", "web-1", "now", "long"}
        process.send_signal(number)
        assert process.wait(40) == 0
        assert not any(is_alive(pid) for pid in family)


def test_ctrl_c_in_a_terminal_reaches_all_at_once_and_still_ends_well(prepared):
    """A terminal sends SIGINT to the whole group, not to bin/start alone."""
    port = servers.free_port()
    command = [str(ROOT / "bin" / "start"), "--port", str(port), "--data", str(prepared), "--empty"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=bare_environment(), stdout=subprocess.PIPE, text=True, process_group=0
    )
    for line in process.stdout:
        if line.startswith("set-up:"):
            break
    family = children_of(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(40) == 0
    assert not any(is_alive(pid) for pid in family)


def test_each_part_that_is_killed_comes_back_and_there_is_one_beat(prepared):
    with embedded(prepared, "--empty") as world:
        wait_until(lambda: world.status()["beat"]["alive"], "the beat is heard")
        process = world.processes["start"]
        for part in ("web", "now", "long"):
            before = parts(process.pid)
            os.kill(before[part], signal.SIGKILL)
            wait_until(
                lambda part=part, before=before: parts(process.pid).get(part) not in (None, before[part]),
                f"{part} is back",
            )
        assert fetch(f"{world.url}/-/live") == "ok"
        now = parts(process.pid)
        time.sleep(10)
        status = world.status()
        # The beat is a thread of the `now` worker.
        for part, pid in {"now": now["now"], "long": now["long"], "beat": now["now"]}.items():
            assert [name.rpartition(":")[2] for name in status[part]["alive"]] == [str(pid)], part


def parts(pid):
    """Return the launcher's children by the names that they give themselves."""
    found = {}
    for child in children_of(pid):
        try:
            name = Path(f"/proc/{child}/comm").read_text().strip()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if name.startswith("accord-"):
            found.setdefault(name.removeprefix("accord-"), child)
    return found


@pytest.mark.parametrize("who", ["start", "web", "web-1", "now", "long"])
def test_nothing_stays_behind_when_one_is_killed_and_then_start(prepared, who):
    with embedded(prepared, "--empty") as world:
        process = world.processes["start"]
        family = children_of(process.pid)
        if who != "start":
            os.kill(parts(process.pid)[who], signal.SIGKILL)
            time.sleep(0.3)
        family = {*family, *children_of(process.pid)}
        process.kill()
        process.wait()
        wait_until(lambda: not any(is_alive(pid) for pid in family), "all of it is gone", seconds=25)


def test_after_a_kill_the_next_start_waits_for_the_last_process_and_then_serves(prepared):
    with embedded(prepared, "--empty") as world:
        world.processes["start"].kill()
    with embedded(prepared, "--empty") as world:
        assert fetch(f"{world.url}/-/ready") == "ready"


def test_a_taken_port_is_refused_in_one_sentence(prepared):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = start("--port", str(port), "--data", str(prepared), "--empty")
    assert done.returncode == 1
    assert done.stderr == (
        f"Port {port} is taken by another program: stop that program, or choose another port with --port N.\n"
    )


def test_a_second_accord_on_the_same_folder_is_refused(prepared):
    with embedded(prepared, "--empty") as world:
        done = start("--port", str(servers.free_port()), "--data", str(prepared), "--empty")
    assert done.returncode == 1
    assert done.stderr == (
        f"Another Accord (process {world.processes['start'].pid}) runs on {prepared}: "
        "stop it, or name another folder with --data DIR.\n"
    )


def test_a_database_that_is_newer_than_the_code_is_refused(prepared):
    with sqlite3.connect(prepared / "accord.sqlite3") as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('roadmap', '9999_from_the_future', '2030-01-01')"
        )
    try:
        done = start("--port", str(servers.free_port()), "--data", str(prepared), "--empty")
    finally:
        with sqlite3.connect(prepared / "accord.sqlite3") as database:
            database.execute("DELETE FROM django_migrations WHERE name = '9999_from_the_future'")
    assert done.returncode == 1
    assert done.stderr == (
        "The database is newer than this code (it knows roadmap.9999_from_the_future): "
        "install the newer Accord again, or restore the copy made before that upgrade.\n"
    )


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "data").write_text("")
    done = start("--port", str(servers.free_port()), "--data", str(tmp_path / "data"))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "cannot be written" in done.stderr and "--data DIR" in done.stderr


def test_a_relative_folder_is_meant_from_where_one_is(tmp_path):
    (tmp_path / "here").write_text("")
    done = subprocess.run(
        [str(ROOT / "bin" / "start"), "--data", "here", "--port", str(servers.free_port())],
        cwd=tmp_path,
        env=bare_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"The data folder {tmp_path}/here cannot be written" in done.stderr


@pytest.fixture
def project(tmp_path):
    """A project without .venv, as after a clone: bin and the locks alone."""
    copy = tmp_path / "project"
    for name in ("bin", "requirements"):
        shutil.copytree(ROOT / name, copy / name)
    return copy


def pretend_python(folder, script):
    """Write a program named `python3` that runs `script`, and return the PATH on which it is the only Python."""
    (folder / "path").mkdir()
    for program in ("sh", "dirname", "cmp", "cp", "cat"):
        (folder / "path" / program).symlink_to(f"/usr/bin/{program}")
    path = folder / "path" / "python3"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(folder / "path")


def test_without_a_supported_python_it_says_which_ones_are(project, tmp_path):
    path = pretend_python(tmp_path, "exit 1")
    done = subprocess.run(
        ["/bin/sh", "bin/start"], cwd=project, env={"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == (
        "Accord needs Python 3.11, 3.12 or 3.13: install one of them, or name it with PYTHON=/path/to/python bin/start.\n"
    )


def test_without_the_venv_module_it_says_what_to_install(project, tmp_path):
    path = pretend_python(tmp_path, f'case "$2" in "import venv"*) exit 1 ;; *) exec {sys.executable} "$@" ;; esac')
    done = subprocess.run(
        ["/bin/sh", "bin/start"], cwd=project, env={"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == (
        "Python's venv module is missing: install it (on Debian and Ubuntu: apt install python3-venv), "
        "then run bin/start again.\n"
    )


def test_what_is_imported_before_the_fork_leaves_numpy_to_the_tasks():
    """Each process would pay for it; only the worker that scores may load it."""
    program = (
        "import sys; from config import preparation; preparation.set_up(); preparation.import_everything();"
        "print([name for name in ('numpy', 'scipy', 'pandas', 'pptx', 'highspy', 'rapidfuzz', 'icalendar') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**bare_environment(), **GOOD},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
