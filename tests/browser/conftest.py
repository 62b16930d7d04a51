"""A real Chromium, found where the machine has it, and the two worlds that it looks at."""

import os

import pytest

from tests import servers, worlds

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    path = os.environ.get("CHROMIUM") or servers.chromium()
    return {**browser_type_launch_args, "executable_path": str(path), "args": FLAGS + root}


WORLDS = ("embedded", "production")
"""Each is set up once, by the process that runs all of its tests: see tests/lanes.py."""


@pytest.fixture(scope="session", params=WORLDS)
def world(request, tmp_path_factory):
    """An Accord without the sample, as real processes shared by a run: SQLite and folders, then PostgreSQL and Redis."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "embedded":
        with worlds.embedded(folder / "data", "--empty") as running:
            yield running
    else:
        if "postgres" not in os.environ.get("DATABASE_URL", ""):
            pytest.skip("needs DATABASE_URL of a PostgreSQL; bin/test starts one")
        with worlds.production(folder, sample=False) as running:
            yield running
