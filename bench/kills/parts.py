"""The processes of the world, each of which may be killed at any moment and is started anew, and who kills them."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.servers import wait_for_port
from tests.stakeholders.fire import web_answers
from tests.worlds import COMMANDS, ROOT, World, wait_until

SHARES = {"web": 40, "now": 32, "long": 4, "beat": 4, "redis": 20}
"""Of a hundred kills, how many hit what."""


def commands(folder: Path, redis_port: int) -> dict[str, list[str]]:
    """The commands of docker-compose.yml's services; the workers' application has shorter leases (hasty)."""
    redis = ["redis-server", "--bind", "127.0.0.1", "--port", str(redis_port), "--save", "", "--appendonly", "no"]
    hasty = {
        name: ["bench.kills.hasty" if word == "config" else word for word in COMMANDS[name]]
        for name in ("now", "long", "beat")
    }
    hasty["beat"] += ["-s", str(folder / "beat-schedule")]
    return {"redis": [*redis, "--dir", str(folder)], "web": COMMANDS["web"], **hasty}


@dataclass
class Parts:
    """Starts, kills (the whole group of a process, by kill -9) and starts again."""

    world: World
    commands: dict[str, list[str]]
    web_port: int
    redis_port: int
    killed: list[tuple[str, datetime]] = field(default_factory=list)

    def start(self, name: str) -> None:
        program, *arguments = self.commands[name]
        beside = Path(sys.executable).parent / program
        with (self.world.data / f"{name}.log").open("a") as log:
            self.world.processes[name] = subprocess.Popen(
                [str(beside) if beside.exists() else str(shutil.which(program)), *arguments],
                cwd=ROOT,
                env=self.world.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_all(self) -> None:
        self.start("redis")
        wait_for_port(self.redis_port)
        for name in self.commands.keys() - {"redis"}:
            self.start(name)
        wait_until(lambda: web_answers(self.web_port), "the web server answers", seconds=120)

    def kill(self, name: str) -> bool:
        """Kill it and all its children; False when it was not running."""
        process = self.world.processes[name]
        if process.poll() is not None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.killed.append((name, datetime.now(UTC)))
        return True

    def stop_all(self) -> None:
        for process in self.world.processes.values():
            process.terminate()
        for process in self.world.processes.values():
            process.wait(60)

    def counted(self) -> str:
        return ", ".join(f"{count} {name}" for name, count in Counter(name for name, _at in self.killed).most_common())


class Killer(threading.Thread):
    """Kills `kills` times, evenly over `seconds`, and starts what it killed again within two seconds."""

    def __init__(self, parts: Parts, *, kills: int, seconds: float, chance: random.Random) -> None:
        super().__init__(name="killer")
        self.parts, self.chance = parts, chance
        self.pause = seconds / max(kills, 1)
        whole = [name for name, share in SHARES.items() for _ in range(share)]
        self.victims = [whole[index * len(whole) // kills] for index in range(kills)]
        chance.shuffle(self.victims)

    def run(self) -> None:
        began = time.monotonic()
        for number, name in enumerate(self.victims):
            at = began + self.pause * (number + self.chance.uniform(0.2, 0.8))
            time.sleep(max(0.0, at - time.monotonic()))
            while not self.parts.kill(name):
                self.parts.start(name)
                time.sleep(0.2)
            time.sleep(self.chance.uniform(0, min(2.0, self.pause / 4)))
            self.parts.start(name)
