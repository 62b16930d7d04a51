"""The two worlds that Accord runs in, as real processes: embedded (`bin/start`) and production (PostgreSQL and Redis).

Browser tests and process tests open one of them and talk to it over HTTP; nothing of it lives in the test's process.
"""

import contextlib
import functools
import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parent.parent
OURS = (
    "BASE_URL",
    "SECRET_KEY",
    "LINK_KEY",
    "STATUS_TOKEN",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "ACCORD_DATA",
    "ALLOWED_HOSTS",
    "LOG_LEVEL",
)


@dataclass
class World:
    """A running Accord: where it answers, where it keeps its files, and the processes by name."""

    url: str
    data: Path
    status_token: str
    environment: dict[str, str]
    links: dict[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)
    output: list[str] = field(default_factory=list)
    insider: subprocess.Popen | None = None

    def status(self) -> dict:
        """What `/-/status` says to the operator."""
        request = urllib.request.Request(
            f"{self.url}/-/status", headers={"Authorization": f"Bearer {self.status_token}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def manage(self, *arguments: str) -> str:
        """Run a management command in this world; return what it prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def tell(self, code: str) -> object:
        """Run Python in this world, in a process that stays for the next; return its last printed line, read as JSON."""
        if self.insider is None:
            self.insider = subprocess.Popen(
                [sys.executable, "-m", "tests.insider"],
                cwd=ROOT,
                env={**self.environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self.insider.stdin
        assert self.insider.stdout
        self.insider.stdin.write(json.dumps(code) + "\n")
        self.insider.stdin.flush()
        answer = json.loads(self.insider.stdout.readline())
        assert "failed" not in answer, answer["failed"]
        return json.loads(answer["printed"].strip().splitlines()[-1])

    def dismiss(self) -> None:
        """End the process that `tell` started, if it did."""
        if self.insider is not None:
            self.insider.communicate(timeout=60)

    def mails(self) -> list[bytes]:
        """The mails that were kept in the outbox folder, oldest first, as they would go out."""
        found = sorted((self.data / "outbox").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [path.read_bytes() for path in found]


def bare_environment() -> dict[str, str]:
    """This process's environment without any setting of Accord's or of the test run's."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in OURS and not name.startswith(("DJANGO_", "PYTEST_"))
    }


@contextlib.contextmanager
def embedded(data: Path, *options: str, port: int | None = None) -> Iterator[World]:
    """Run `bin/start` on `data` until ready; stop it with SIGTERM at the end and wait for all of it to be gone."""
    port = port or servers.free_port()
    environment = bare_environment()
    process = subprocess.Popen(
        [str(ROOT / "bin" / "start"), "--port", str(port), "--data", str(data), *options],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    world = World(
        f"http://127.0.0.1:{port}", data, "", {**environment, "ACCORD_DATA": str(data)}, processes={"start": process}
    )
    try:
        _read_until_ready(process, world)
        world.status_token = (data / "status_token").read_text()
        yield world
    finally:
        world.dismiss()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def _read_until_ready(process: subprocess.Popen, world: World) -> None:
    """Take in what the start prints: to its last link, or to its end, which is a failure."""
    assert process.stdout
    for line in process.stdout:
        world.output.append(line.rstrip())
        if found := re.match(r"(\w[\w -]*): (http\S+)$", line):
            world.links[found[1]] = found[2]
        if line.startswith(("leader:", "set-up:", "sign-in:")):
            return
    raise AssertionError("bin/start ended:\n" + "\n".join(world.output))


COMMANDS = {
    "web": ["gunicorn", "-c", "python:config.gunicorn", "config.wsgi"],
    "now": ["celery", "-A", "config", "worker", "-P", "solo", "-Q", "now", "-n", "now@%h", "--loglevel", "INFO"],
    "long": ["celery", "-A", "config", "worker", "-P", "solo", "-Q", "long", "-n", "long@%h", "--loglevel", "INFO"],
    "beat": ["celery", "-A", "config", "beat", "--loglevel", "INFO"],
}
"""The same commands as docker-compose.yml's services; a test compares them."""


@contextlib.contextmanager
def production(folder: Path, *, sample: bool = True, environment: dict[str, str] | None = None) -> Iterator[World]:
    """Run gunicorn, two workers and beat by hand on a fresh database of DATABASE_URL's server and a Redis of its own."""
    with fresh_database() as database, servers.redis(folder) as broker:
        port = servers.free_port()
        data = folder / "data"
        data.mkdir(parents=True)
        env = {
            **bare_environment(),
            "BASE_URL": f"http://127.0.0.1:{port}",
            "SECRET_KEY": secrets.token_urlsafe(40),
            "LINK_KEY": secrets.token_urlsafe(40),
            "STATUS_TOKEN": secrets.token_urlsafe(20),
            "DATABASE_URL": database,
            "REDIS_URL": broker,
            "ACCORD_DATA": str(data),
            "STATIC_ROOT": str(data / "static"),
            "STATIC_MANIFEST": "1",
            "WEB_BIND": f"127.0.0.1:{port}",
            **(environment or {}),
        }
        world = World(env["BASE_URL"], data, env["STATUS_TOKEN"], env)
        world.manage("collectstatic", "--noinput", "--verbosity", "0", "--ignore", "rest_framework")
        if sample:
            world.manage("loadsample")
        try:
            for name in COMMANDS:
                start_part(world, name)
            wait_until(lambda: _answers(port), "the web server is ready")
            yield world
        finally:
            world.dismiss()
            for process in world.processes.values():
                process.terminate()
            for process in world.processes.values():
                process.wait(60)


def start_part(world: World, name: str, command: list[str] | None = None) -> subprocess.Popen:
    """Start one process of the production world; its output goes to a file named for it in the data folder.

    command  instead of the one in COMMANDS
    """
    program, *arguments = command or COMMANDS[name]
    with (world.data / f"{name}.log").open("a") as log:
        world.processes[name] = subprocess.Popen(
            [str(Path(sys.executable).parent / program), *arguments],
            cwd=ROOT,
            env=world.environment,
            stdout=log,
            stderr=log,
        )
    return world.processes[name]


TEMPLATE = "accord_migrated"
"""The database of a test server that all others are copies of: it is migrated once."""


@contextlib.contextmanager
def fresh_database() -> Iterator[str]:
    """Make a migrated, empty database on DATABASE_URL's PostgreSQL; yield its URL, drop it afterwards."""
    import psycopg2

    server = psycopg2.connect(os.environ["DATABASE_URL"])
    server.autocommit = True
    name = f"accord_{secrets.token_hex(4)}"
    with server.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(1)")  # other test processes want the same template
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {TEMPLATE}")
            migrate(_url_of(TEMPLATE))
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        cursor.execute("SELECT pg_advisory_unlock(1)")
        try:
            yield _url_of(name)
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    server.close()


@functools.cache
def migrated_file() -> Path:
    """Return a migrated, empty SQLite database, made once for this process; to be copied."""
    path = Path(tempfile.mkdtemp(prefix="accord-tests-")) / "accord.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


def migrate(database: str) -> None:
    """Run `manage.py migrate` on the database of that URL."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"BASE_URL": "http://testserver", "DATABASE_URL": database, "ACCORD_DATA": folder}
        keys = {name: secrets.token_urlsafe(40) for name in ("SECRET_KEY", "LINK_KEY")}
        World("", ROOT, "", {**bare_environment(), **settings, **keys}).manage("migrate", "--verbosity", "0")


def _url_of(database: str) -> str:
    return re.sub(r"/[^/?]*(\?|$)", rf"/{database}\1", os.environ["DATABASE_URL"])


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/-/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def wait_until(is_so: Callable[[], object], what: str, *, seconds: float = 60) -> object:
    """Return the first true answer of `is_so`; fail the test, naming `what`, when none comes in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := is_so():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"Not within {seconds} s: {what}.")
