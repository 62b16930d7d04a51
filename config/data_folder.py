"""Knows the data folder of the embedded mode: the database, broker, outbox, static files and secret keys lie in it."""

import fcntl
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from config.refusals import CannotStartError

KEYS = {"SECRET_KEY": "secret_key", "LINK_KEY": "link_key", "STATUS_TOKEN": "status_token"}
FACTS = {**KEYS, "BASE_URL": "base_url"}
"""The settings that the folder keeps, each in a file of its own; config/settings.py reads what the environment lacks."""
FOLDERS = ("broker/messages", "broker/control", "outbox", "static", "tmp")
LOCK_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class DataFolder:
    """A folder that one running Accord owns."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "accord.sqlite3"

    def prepare(self) -> None:
        """Make the folder and what it holds, readable by its owner alone; raise CannotStartError if it cannot be written."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in FOLDERS:
                (self.path / name).mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in KEYS.values():
                self._make_key(self.path / name)
            probe = self.path / "tmp" / f"probe-{os.getpid()}"
            probe.write_text("")
            probe.unlink()
        except OSError as error:
            raise CannotStartError(
                f"The data folder {self.path} cannot be written ({error.strerror}): "
                "make it writable, or name another one with --data DIR."
            ) from error

    def _make_key(self, path: Path) -> None:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))

    def environment(self, address: str) -> dict[str, str]:
        """Return the settings that an Accord at `address` in this folder runs with, and keep the address for `manage.py`."""
        (self.path / FACTS["BASE_URL"]).write_text(address)
        return {
            "ACCORD_DATA": str(self.path),
            "TMPDIR": str(self.path / "tmp"),
            "STATIC_MANIFEST": "1",
            "LOG_LEVEL": "WARNING",
            **{variable: (self.path / name).read_text().strip() for variable, name in FACTS.items()},
        }

    def lock(self) -> int:
        """Take the folder for this process and its children; return the open lock, which ends with the last of them.

        Raises CannotStartError while another Accord runs on it. After a kill the last processes may need some seconds to
        end; this waits for them.
        """
        handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                owner = os.pread(handle, 20, 0).decode().strip()
                if time.monotonic() > deadline or (owner and _is_running(int(owner))):
                    raise CannotStartError(
                        f"Another Accord (process {owner or 'unknown'}) runs on {self.path}: "
                        "stop it, or name another folder with --data DIR."
                    ) from error
                time.sleep(0.2)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        return handle


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
