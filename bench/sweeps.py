"""Prints how late sweeps come while the long worker is busy, beside how late they come while it is idle.

python bench/sweeps.py     60 s idle, then 60 s in which six tasks of 10 s run one after another on the long worker;
                           exit status 1 when any sweep came more than 2 s later than its interval

The workers are those of bin/start. Into them goes, from outside, a task that sleeps and a note of when each sweep began.
"""

import argparse
import os
import sys
import tempfile
import textwrap
import time
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import tests.environment  # noqa: F401 -- the settings that reading the schedule needs
from config.celery import app
from tests.worlds import embedded

SWEEPS = {"stakeholders.tasks.send_mail": "send mail", "stakeholders.tasks.close_rounds": "close rounds"}
MOST_LATE_SECONDS = 2.0
TASK_SECONDS = 10

PLANTED = """
    import os, time
    try:
        from celery import shared_task, signals
    except ImportError:  # another Python than the project's
        pass
    else:
        @shared_task(name="bench.sleep", ignore_result=True)
        def sleep(seconds):
            time.sleep(seconds)

        @signals.task_prerun.connect(weak=False)
        def note(task, **_):
            with open(os.environ["SWEEPS_LOG"], "a") as log:
                log.write(f"{time.time()} {task.name}\\n")
"""


def lateness(lines: list[str], begun: float, ended: float) -> dict[str, float]:
    """Return the worst lateness of each sweep in seconds: the longest gap between two starts, less its interval."""
    worst = {}
    for name, words in SWEEPS.items():
        starts = [float(at) for at, task in map(str.split, lines) if task == name and begun <= float(at) <= ended]
        interval = app.conf.beat_schedule[words]["schedule"].total_seconds()
        worst[words] = (
            max((later - earlier for earlier, later in pairwise([begun, *starts, ended])), default=0) - interval
        )
    return worst


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=6, help=f"how many tasks of {TASK_SECONDS} s (6)")
    options = parser.parse_args()
    seconds = options.tasks * TASK_SECONDS
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "sweeps.log"
        (Path(folder) / "sitecustomize.py").write_text(textwrap.dedent(PLANTED))
        os.environ.update(PYTHONPATH=folder, SWEEPS_LOG=str(log))
        with embedded(Path(folder) / "data", "--empty") as world:
            time.sleep(TASK_SECONDS)
            begun = time.time()
            time.sleep(seconds)
            idle = lateness(log.read_text().splitlines(), begun, time.time())
            world.manage(
                "shell", "-v0", "-c",
                "from config.celery import app\n"
                f"for _ in range({options.tasks}): app.send_task('bench.sleep', [{TASK_SECONDS}], queue='long')",
            )  # fmt: skip
            begun = time.time()
            time.sleep(seconds)
            lines = log.read_text().splitlines()
            busy = lateness(lines, begun, time.time())
    slept = sum(line.endswith("bench.sleep") for line in lines)
    for words in SWEEPS.values():
        print(
            f"{words}: worst lateness {busy[words]:.2f} s while the long worker is busy, {idle[words]:.2f} s while idle"
        )
    print(f"{slept} tasks of {TASK_SECONDS} s began; at most {MOST_LATE_SECONDS:g} s late is allowed")
    return 0 if slept >= options.tasks - 1 and max(busy.values()) <= MOST_LATE_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
