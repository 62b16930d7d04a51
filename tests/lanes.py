"""A pytest plugin: of the browser's tests, those that look at one world run in one process, which starts it once."""

import re

import pytest
from xdist.scheduler import LoadScopeScheduling

WORLD = re.compile(r"tests/browser/.*\[(embedded|production)-")


class Lanes(LoadScopeScheduling):
    """Every test goes to whichever process is free, those of a world to the process that has it."""

    def _split_scope(self, nodeid: str) -> str:
        found = WORLD.search(nodeid)
        return found[1] if found else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log) -> Lanes:
    return Lanes(config, log)
