"""Starts a throw-away Accord, lets the walk go through it, looks at its processes afterwards, and stops it."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from config.check.browser import Unexpected
from config.check.mailbox import Mailbox
from config.check.walk import Walk

ROOT = Path(__file__).resolve().parent.parent.parent
START_PATIENCE_SECONDS = 180
FROM_THE_CALLER = (
    "BASE_URL",
    "SECRET_KEY",
    "LINK_KEY",
    "STATUS_TOKEN",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "ACCORD_DATA",
)


def check(*, without_worker: bool) -> int:
    """Walk the main job and look at the workers; print a line a step; return 0 if all went well, else 1.

    without_worker   start no workers: then mails never come, and the check has to fail
    """
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="accord-check-") as folder:
        try:
            with Copy(Path(folder) / "data", without_worker=without_worker) as copy:
                walk = Walk(copy.address, copy.set_up_link, Mailbox(copy.data / "outbox"), copy.kill_a_worker)
                for number, (says, take) in enumerate(walk.steps, 1):
                    print(f"{number:2} {says}", end="", flush=True)
                    print(f": {take()}", flush=True)
                print("   workers and beat, 10 s after the kill", end="", flush=True)
                print(f": {copy.look_at_workers()}", flush=True)
        except (Unexpected, StopIteration, KeyError, IndexError) as failure:
            print(f"\nThe check failed: {failure or type(failure).__name__}", file=sys.stderr)
            return 1
    print(f"The check passed in {time.monotonic() - begun:.0f} s.")
    return 0


@dataclass
class Copy:
    """A throw-away Accord without the sample, on a free port, in a folder of its own."""

    data: Path
    without_worker: bool
    address: str = ""
    set_up_link: str = ""
    killed: str = ""
    killed_at: float = 0.0

    def __enter__(self) -> "Copy":
        port = _free_port()
        self.address = f"http://127.0.0.1:{port}"
        options = ["--port", str(port), "--data", str(self.data), "--empty"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.launcher", *options, *(["--without-worker"] if self.without_worker else [])],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name not in FROM_THE_CALLER},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()
        deadline = time.monotonic() + START_PATIENCE_SECONDS
        while not self.set_up_link:
            if self.process.poll() is not None or time.monotonic() > deadline:
                self._stop()
                raise Unexpected("Accord did not start: " + " / ".join(self.lines))
            time.sleep(0.1)
        print(f"   started at {self.address}", flush=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._stop()
        if kind is not None:
            # What the processes complained about since they were ready says why, if anything does.
            print("\n" + "\n".join(self.lines[-40:]), file=sys.stderr)

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if line.startswith("set-up: "):
                self.set_up_link = line.split()[1]

    def _stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def status(self) -> dict:
        token = (self.data / "status_token").read_text()
        request = urllib.request.Request(f"{self.address}/-/status", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return json.load(answer)

    def kill_a_worker(self) -> str:
        """Kill the worker that has the beat, without warning; return its name."""
        deadline = time.monotonic() + 20
        while not (alive := self.status()["now"]["alive"]):
            if time.monotonic() > deadline:
                raise Unexpected("no worker was heard of, so mail will not go out and rounds will not close")
            time.sleep(0.5)
        self.killed = min(alive, key=alive.__getitem__)
        os.kill(int(self.killed.rpartition(":")[2]), signal.SIGKILL)
        self.killed_at = time.monotonic()
        return f"process {self.killed} is gone"

    def look_at_workers(self) -> str:
        """Return who works, once ten seconds have passed since the kill; raise Unexpected unless it is one of each."""
        time.sleep(max(0.0, self.killed_at + 10.5 - time.monotonic()))
        found = self.status()
        for part in ("now", "long", "beat"):
            alive = list(found[part]["alive"])
            if len(alive) != 1 or self.killed in alive:
                raise Unexpected(f"of {part} there should be one and a new one: {found[part]}")
        return ", ".join(f"{part} is process {next(iter(found[part]['alive']))}" for part in ("now", "long", "beat"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
