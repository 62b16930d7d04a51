"""What happens to answers that come around a deadline, under load and with one web process's clock wrong.

    python -m bench.deadline                                    2,000 answers by 32 threads on PostgreSQL, 300 by 8 on SQLite
    python -m bench.deadline --answers 200 --threads 16 --only postgresql

Each run fires that many answers over T ± 3 s at each of its rounds (half confirmations, half votings), through gunicorn,
and reads the rows by plain SQL. PostgreSQL is fired at three times: with true clocks, and with the clock of one of its two
web processes 5 minutes fast and 5 minutes slow. Prints the figures; exits 1 at the first that is wrong. About a minute and
a half a run on 2 cores. PostgreSQL and Redis are its own and are thrown away.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from tests import servers
from tests.stakeholders.under_fire import under_fire

WRONG_CLOCKS = (0, 300, -300)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=2_000, help="to each round on PostgreSQL (2000)")
    parser.add_argument("--threads", type=int, default=32, help="on PostgreSQL (32)")
    parser.add_argument("--rounds", type=int, default=4, help="a run (4)")
    parser.add_argument("--spread", type=float, default=3.0, help="seconds before and after the deadline (3)")
    parser.add_argument("--only", choices=["postgresql", "sqlite"])
    options = parser.parse_args()
    os.environ.pop("DATABASE_URL", None)
    runs = [] if options.only == "postgresql" else [("SQLite", 300, 8, 0)]
    if options.only != "sqlite":
        runs += [("PostgreSQL", options.answers, options.threads, wrong) for wrong in WRONG_CLOCKS]
    print(f"{len(runs)} runs, about {len(runs) * 1.5:.0f} minutes", flush=True)
    return max([run(*each, rounds=options.rounds, spread=timedelta(seconds=options.spread)) for each in runs])


def run(database: str, answers: int, threads: int, wrong: int, *, rounds: int, spread: timedelta) -> int:
    """Fire once; print the figures, and return the exit code."""
    clock = f", one web process {wrong:+} s" if wrong else ""
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="accord-bench-")))
        if database == "PostgreSQL":
            os.environ["DATABASE_URL"] = stack.enter_context(servers.postgresql(folder))
            stack.callback(os.environ.pop, "DATABASE_URL")
        try:
            figures = under_fire(
                folder, answers=answers, threads=threads, rounds=rounds, spread=spread, wrong_clock=wrong
            )
        except AssertionError as wrong_figure:
            print(f"WRONG on {database}{clock}: {wrong_figure}", flush=True)
            return 1
    print(f"{database}{clock}: {figures} ({time.monotonic() - began:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
