"""What `bin/test` runs, stage by stage: the static checks, then the suites against the databases that they are for.

Tests that start and kill processes mostly wait; they run beside the suites, on servers of their own.
A stage that fails does not hide the next one; the exit status is 0 only when every stage went well.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parent.parent
NO_TEST_COLLECTED = 5
DEBIAN = {
    "postgresql": servers.debian_postgresql,
    "redis-server": lambda: shutil.which("redis-server"),
    "chromium-headless-shell": servers.chromium,
    "chromium": servers.chromium,
}
"""Each with what finds it; the second browser is for where the first is not known."""
SLOW = [
    "tests/access",
    "tests/prioritization/actions/test_scoring.py",
    "tests/prioritization/test_agenda.py",
    "tests/prioritization/test_ballot.py",
    "tests/prioritization/test_criteria.py",
    "tests/prioritization/test_explaining.py",
    "tests/prioritization/test_ranking.py",
    "tests/prioritization/test_ranking_states.py",
    "tests/prioritization/test_sample.py",
    "tests/prioritization/test_value_per_effort.py",
    "tests/prioritization/test_voting_form.py",
    "tests/prioritization/test_weights.py",
    "tests/roadmap/imports/test_page.py",
    "tests/roadmap/test_confirm_page.py",
    "tests/roadmap/test_delegation.py",
    "tests/roadmap/test_features.py",
    "tests/roadmap/test_publish_page.py",
    "tests/roadmap/test_share.py",
    "tests/roadmap/test_timeline.py",
    "tests/roadmap/test_timeline_twins.py",
    "tests/roadmap/test_versions_page.py",
    "tests/stakeholders/rules/test_deadlines.py",
    "tests/stakeholders/test_calendar.py",
    "tests/stakeholders/test_outbox.py",
    "tests/stakeholders/test_reminding_property.py",
    "tests/stakeholders/test_round_pages.py",
    "tests/stakeholders/test_rounds.py",
    "tests/test_import_directions.py",
    "tests/ui/test_pseudo_locale.py",
]
"""What `--fast` leaves out besides the marked tests, more than half of the time of all: each took 3 s or more of one processor."""
NO_CHROMIUM = "Chromium is missing: install it (apt install chromium-headless-shell), or run .venv/bin/playwright install chromium."


@dataclass
class Report:
    """How the stages went, in order."""

    lines: list[tuple[str, bool, float, str]] = field(default_factory=list)

    def run(
        self,
        name: str,
        *command: str | Path,
        env: dict[str, str] | None = None,
        fine: Sequence[int] = (0,),
        beside: bool = False,
    ) -> int:
        """Run one stage, showing what it says, or, when it runs `beside` others, at its end; return its status."""
        clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        if not beside:
            print(f"\n== {name}", flush=True)
        begun = time.monotonic()
        done = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env={**clean, **(env or {})},
            check=False,
            text=True,
            stdout=subprocess.PIPE if beside else None,
            stderr=subprocess.STDOUT if beside else None,
        )
        if beside:
            print(f"\n== {name}\n{done.stdout}", flush=True)
        well = done.returncode in fine
        self.note(name, well, time.monotonic() - begun, "" if well else f"status {done.returncode}")
        return done.returncode

    def note(self, name: str, is_well: bool, seconds: float, why: str = "") -> None:
        self.lines.append((name, is_well, seconds, why))

    def close(self, begun: float) -> int:
        print("\n== Summary")
        for name, is_well, seconds, why in self.lines:
            print(f"{'ok  ' if is_well else 'FAIL'} {seconds:7.1f} s  {name}{f' ({why})' if why else ''}")
        failed = [name for name, is_well, _, _ in self.lines if not is_well]
        minutes, rest = divmod(round(time.time() - begun), 60)
        print(
            f"{'All stages passed' if not failed else f'{len(failed)} of {len(self.lines)} stages failed'} in {minutes} min {rest} s."
        )
        return 1 if failed or not self.lines else 0


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/test", description="Test everything from nothing; further arguments go to pytest."
    )
    parser.add_argument(
        "--fast", action="store_true", help="the inner loop: lint, format, and the quick tests on SQLite"
    )
    options, for_pytest = parser.parse_known_args(arguments)
    begun = float(os.environ.get("ACCORD_TESTS_BEGUN", time.time()))
    report = Report()
    if options.fast:
        check_style(report)
        for gone in (path for path in SLOW if not (ROOT / path).exists()):
            report.note("what is slow", is_well=False, seconds=0, why=f"{gone} is no more")
        slow = [f"--ignore={path}" for path in SLOW if not any(each.startswith(path) for each in for_pytest)]
        quick = "not browser and not processes and not postgres and not real_data"
        suite(report, "quick tests on SQLite", quick, [*slow, *for_pytest], {"HYPOTHESIS_PROFILE": "fast"})
        return report.close(begun)
    install_what_is_missing()
    check_style(report)
    check_deeply(report)
    try:
        run_suites(report, for_pytest)
    except servers.MissingServerError as missing:
        report.note("PostgreSQL and Redis", is_well=False, seconds=0, why=str(missing))
    return report.close(begun)


def check_style(report: Report) -> None:
    report.run("lint", bin_dir("ruff"), "check", ".")
    report.run("format", bin_dir("ruff"), "format", "--check", ".")


def check_deeply(report: Report) -> None:
    templates = sorted((ROOT / "templates").rglob("*.html"))
    report.run("templates", bin_dir("djade"), "--target-version", "5.2", "--check", *templates)
    report.run(
        "types", bin_dir("mypy"), "config", "stakeholders", "roadmap", "prioritization", env=settings_environment()
    )
    report.run(
        "missing migrations",
        sys.executable,
        "manage.py",
        "makemigrations",
        "--check",
        "--dry-run",
        env=settings_environment(),
    )
    report.run("import directions", sys.executable, "-m", "pytest", "-q", "tests/test_import_directions.py")


def run_suites(report: Report, for_pytest: Sequence[str]) -> None:
    """Run the suite on SQLite, then on PostgreSQL and Redis, those of processes beside them; then the browser's part."""
    with ThreadPoolExecutor() as beside, production() as both:
        processes = [
            beside.submit(run_processes_on_sqlite, report, for_pytest),
            beside.submit(run_processes_on_postgresql, report, for_pytest),
        ]
        on_sqlite = "not browser and not processes and not postgres"
        collected = [suite(report, "suite on SQLite", on_sqlite, for_pytest)]
        on_postgresql = "not browser and not processes and not sqlite"
        collected.append(suite(report, "suite on PostgreSQL and Redis", on_postgresql, for_pytest, both))
        collected += [each.result() for each in processes]
        browser = servers.chromium()
        if browser:
            chosen = {**both, "CHROMIUM": browser}
            collected.append(suite(report, "browser suite", "browser", for_pytest, chosen, processes=3))
        else:
            report.note("browser suite", is_well=False, seconds=0, why=NO_CHROMIUM)
    if for_pytest and all(status == NO_TEST_COLLECTED for status in collected):
        report.note("tests that match " + " ".join(for_pytest), is_well=False, seconds=0, why="none was found")


def run_processes_on_sqlite(report: Report, for_pytest: Sequence[str]) -> int:
    name = "processes on SQLite and the folder broker"
    return suite(report, name, "processes and not browser and not postgres", for_pytest, beside=True)


def run_processes_on_postgresql(report: Report, for_pytest: Sequence[str]) -> int:
    name = "processes on PostgreSQL and Redis"
    with production() as both:
        return suite(report, name, "processes and not browser and not sqlite", for_pytest, both, beside=True)


@contextlib.contextmanager
def production() -> Iterator[dict[str, str]]:
    """Run a PostgreSQL and a Redis in a folder that goes with them; yield the settings that name them.

    Raises MissingServerError where one of them is not installed.
    """
    with (
        tempfile.TemporaryDirectory(prefix="accord-tests-", ignore_cleanup_errors=True) as folder,
        servers.postgresql(Path(folder)) as database,
        servers.redis(Path(folder)) as broker,
    ):
        yield {"DATABASE_URL": database, "REDIS_URL": broker}


def suite(
    report: Report,
    name: str,
    marked: str,
    for_pytest: Sequence[str],
    env: dict[str, str] | None = None,
    *,
    processes: int = 2,
    beside: bool = False,
) -> int:
    """Run pytest over what is `marked`; finding nothing is a failure unless the caller chose tests by arguments.

    processes  that share the tests; three where a browser is waited for half of the time
    """
    chosen = any(argument.startswith("-n") for argument in for_pytest)
    workers = [] if chosen else ["-n", "0" if beside else os.environ.get("TEST_PROCESSES", str(processes))]
    fine = (0, NO_TEST_COLLECTED) if any(not argument.startswith("--ignore=") for argument in for_pytest) else (0,)
    return report.run(
        name,
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-m",
        marked,
        *workers,
        *for_pytest,
        env=env,
        fine=fine,
        beside=beside,
    )


def bin_dir(program: str) -> Path:
    return Path(sys.executable).parent / program


def settings_environment() -> dict[str, str]:
    """Return settings good enough to load the code, for checks that touch no data."""
    return {
        "BASE_URL": "http://testserver",
        "SECRET_KEY": "checks-only-" + "k" * 40,
        "LINK_KEY": "checks-only-" + "l" * 40,
        "DATABASE_URL": "sqlite://:memory:",
    }


def install_what_is_missing() -> None:
    """Install the Debian packages that the suites need and that are not there, when this runs as root."""
    if all(find() for find in DEBIAN.values()) or os.getuid() != 0 or not shutil.which("apt-get"):
        return
    _apt_get("update")
    for package, find in DEBIAN.items():
        if not find():
            print(f"Installing {package} with apt-get", flush=True)
            _apt_get("install", "-y", "--no-install-recommends", package)


def _apt_get(*arguments: str) -> None:
    """Run apt-get without questions; what it could not do shows when the program is looked for."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with contextlib.suppress(OSError):
        subprocess.run(["apt-get", "-qq", *arguments], env=quiet, check=False, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
