"""Prints the memory of a running Accord: PSS of the whole process tree of bin/start, at rest and after some requests.

python bench/memory.py                 60 s after ready, then after 20 requests; exit status 1 above 220 MB
python bench/memory.py --settle 10     the same with a shorter wait
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from config.check.browser import Browser
from tests.worlds import World, embedded

CEILING_MB = 220


def tree(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    found, queue = [], [pid]
    while queue:
        parent = queue.pop()
        found.append(parent)
        for task in Path(f"/proc/{parent}/task").iterdir():
            queue += [int(child) for child in (task / "children").read_text().split()]
    return found


def pss_mb(pid: int) -> float:
    """Return the proportional set size of one process: its own pages, and its share of those that it shares."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"no PSS for {pid}")


def measure(pid: int, when: str) -> float:
    parts = [(Path(f"/proc/{member}/comm").read_text().strip(), pss_mb(member)) for member in tree(pid)]
    total = sum(size for _, size in parts)
    print(f"{when}: {total:.0f} MB PSS = " + " + ".join(f"{size:.0f} {name}" for name, size in parts))
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settle", type=float, default=60, help="seconds to wait after ready (60)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder) / "data") as world:
        pid = world.processes["start"].pid
        time.sleep(options.settle)
        at_rest = measure(pid, f"{options.settle:g} s after ready")
        visit(world)
        after = measure(pid, "after 20 requests")
    highest = max(at_rest, after)
    print(f"highest {highest:.0f} MB, ceiling {CEILING_MB} MB")
    return 0 if highest <= CEILING_MB else 1


PAGES = ["", "features/", "ranking/", "roadmap/", "rounds/", "people/", "outbox/", "versions/", "setup/", "criteria/"]


def visit(world: World) -> None:
    """Sign in as the sample's manager and open ten pages of Beacon, twice each."""
    browser = Browser()
    door = browser.open(world.links["manager"])
    browser.submit(door, door.form(to="/open/"))
    for path in PAGES * 2:
        page = browser.open(f"{world.url}/p/beacon/{path}")
        if page.status != 200:
            raise SystemExit(f"{page.url} answered {page.status}")


if __name__ == "__main__":
    sys.exit(main())
