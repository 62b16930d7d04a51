"""Knows how to fork a family of processes, keep every one of them alive, and leave nothing behind.

The family shares one interpreter that has imported everything once, so it costs little more memory than one process.
A child ends when its parent does, in two ways: the kernel sends it SIGTERM (Linux), and a thread of its own looks
for its parent and, when the parent is gone, gives the child a few seconds to finish before it ends it.
"""

import ctypes
import gc
import os
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
ORPHAN_GRACE_SECONDS = 10.0
STOP_GRACE_SECONDS = 25.0
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""A child that lived this long is restarted at once when it dies; the back-off begins anew."""


def live_and_die_with(parent: int) -> None:
    """Tie this process to `parent`: when that process ends, however it ends, this one ends too."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)
    threading.Thread(target=_end_with, args=(parent,), name="orphan-watch", daemon=True).start()


def call_this_process(name: str) -> None:
    """Let `ps` and `top` show `accord-<name>` (Linux keeps 15 characters)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NAME, f"accord-{name}".encode()[:15], 0, 0, 0)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(ORPHAN_GRACE_SECONDS)
    os._exit(1)


@dataclass
class Child:
    """One member of the family: what it runs, and how its life has gone so far."""

    name: str
    work: Callable[[], object]
    pid: int = 0
    started: float = 0.0
    due: float = 0.0
    delay: float = FIRST_DELAY_SECONDS


@dataclass
class Supervisor:
    """Forks `children`, starts again what dies, and stops all of them on SIGTERM, SIGINT or SIGHUP."""

    children: list[Child]
    say: Callable[[str], None] = print
    _stopping: bool = field(default=False, init=False)
    _signals_seen: int = field(default=0, init=False)

    def run(self, each_turn: Callable[[], bool]) -> int:
        """Keep the family alive until a signal asks to stop or `each_turn` returns False; return the exit status.

        each_turn   called about twice a second; False means that the start has failed
        """
        read_end, write_end = os.pipe()
        os.set_blocking(write_end, False)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        gc.collect()
        gc.freeze()
        status = 0
        while not self._stopping:
            self._start_what_is_due()
            if not each_turn():
                status, self._stopping = 1, True
                break
            if select.select([read_end], [], [], 0.5)[0]:
                os.read(read_end, 4096)
            self._reap()
        self._stop_all()
        return status

    def _ask_to_stop(self, *_: object) -> None:
        self._stopping = True
        self._signals_seen += 1

    def _start_what_is_due(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if not child.pid and child.due <= now:
                child.pid, child.started = fork(child.work, child.name), now

    def _reap(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if not child.pid:
                continue
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if not pid:
                continue
            if now - child.started >= STEADY_SECONDS:
                child.delay = FIRST_DELAY_SECONDS
            if not self._stopping:
                self.say(f"The {child.name} process {in_words(status)}; starting it again in {child.delay:g} s")
            child.pid, child.due = 0, now + child.delay
            child.delay = min(child.delay * 2, LONGEST_DELAY_SECONDS)

    def _stop_all(self) -> None:
        for child in self.children:
            if child.pid:
                os.kill(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_GRACE_SECONDS
        patience = self._signals_seen
        while any(child.pid for child in self.children):
            self._reap()
            if time.monotonic() > deadline or self._signals_seen > patience:
                for child in self.children:
                    if child.pid:
                        os.kill(child.pid, signal.SIGKILL)
            time.sleep(0.05)


def fork(work: Callable[[], object], name: str) -> int:
    """Run `work` in a child named `name` that dies with this process; return its pid. The child never returns from here."""
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        # The terminal sends Ctrl-C to the whole group; only the parent answers it, and tells its children.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
        call_this_process(name)
        live_and_die_with(parent)
        work()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def run_apart(work: Callable[[], object]) -> bool:
    """Run `work` in a child and wait for it, so that what it imports and allocates is gone afterwards; True if it went well."""
    _, status = os.waitpid(fork(work, "step"), 0)
    return os.waitstatus_to_exitcode(status) == 0


def in_words(status: int) -> str:
    """Return how a process ended, from its wait status, as the end of a sentence about it."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with status {code}"
