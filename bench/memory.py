"""Prints the memory of a running Accord: PSS of the whole process tree of bin/start, at rest and after some requests.

python bench/memory.py                 60 s after ready, then after 20 requests; exit status 1 above 220 MB
python bench/memory.py --settle 10     the same with a shorter wait
"""

import argparse
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.worlds import embedded

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
    parser.add_argument("--empty", action="store_true", help="without the sample")
    options = parser.parse_args()
    chosen = ["--empty"] if options.empty else []
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder) / "data", *chosen) as world:
        pid = world.processes["start"].pid
        time.sleep(options.settle)
        at_rest = measure(pid, f"{options.settle:g} s after ready")
        visit(world)
        after = measure(pid, "after 20 requests")
    highest = max(at_rest, after)
    print(f"highest {highest:.0f} MB, ceiling {CEILING_MB} MB")
    return 0 if highest <= CEILING_MB else 1


def visit(world) -> None:
    """Sign in by the first link that the console printed, and open 20 pages."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    address = next(iter(world.links.values()))
    for _ in range(20):
        with browser.open(address, timeout=30) as answer:
            answer.read()


if __name__ == "__main__":
    sys.exit(main())
