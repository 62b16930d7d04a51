"""The data folder: secrets that only its owner reads, made once; one running Accord at a time."""

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from config import data_folder
from config.data_folder import KEYS, DataFolder
from config.refusals import CannotStartError
from tests.worlds import ROOT


@pytest.fixture
def folder(tmp_path):
    found = DataFolder(tmp_path / "data")
    found.prepare()
    return found


@pytest.mark.parametrize("name", sorted(KEYS.values()))
def test_a_key_is_long_readable_by_its_owner_alone_and_made_once(folder, name):
    path = folder.path / name
    first = path.read_text()
    folder.prepare()
    assert path.read_text() == first
    assert len(first) >= 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_keys_differ_between_each_other_and_between_folders(folder, tmp_path):
    other = DataFolder(tmp_path / "other")
    other.prepare()
    found = {(place.path / name).read_text() for place in (folder, other) for name in KEYS.values()}
    assert len(found) == 2 * len(KEYS)


def test_nobody_else_may_look_into_the_folder(folder):
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotStartError) as refusal:
        DataFolder(tmp_path / "file" / "data").prepare()
    assert str(refusal.value) == (
        f"The data folder {tmp_path}/file/data cannot be written (Not a directory): "
        "make it writable, or name another one with --data DIR."
    )


WITHOUT_RIGHTS = """
import os, sys
from pathlib import Path
from config.data_folder import DataFolder
from config.refusals import CannotStartError

# Root may write anywhere, so it becomes nobody first.
os.getuid() or os.setuid(65534)
try:
    DataFolder(Path(sys.argv[1])).prepare()
except CannotStartError as refusal:
    print(refusal)
"""


def test_a_folder_without_the_right_to_write_is_refused():
    with tempfile.TemporaryDirectory() as outside:
        Path(outside).chmod(0o755)
        data = Path(outside) / "data"
        data.mkdir(mode=0o555)
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT_RIGHTS, str(data)], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert done.stdout.startswith(f"The data folder {data} cannot be written (Permission denied)"), done.stderr


def test_a_second_accord_on_the_folder_is_refused_and_told_which_runs(folder, monkeypatch):
    monkeypatch.setattr(data_folder, "LOCK_PATIENCE_SECONDS", 0.1)
    handle = folder.lock()
    with pytest.raises(CannotStartError, match=f"process {os.getpid()}"):
        folder.lock()
    os.close(handle)
    os.close(folder.lock())
