"""A pytest plugin: says which databases the tests really used and what they counted (`record_property("figures", …)`), and
under CI=true lets nothing be skipped in silence.

The one skip that CI allows is a test marked `real_data` without the folder that ACCORD_REAL_DATA names.
"""

import os

import pytest

used: set[str] = set()
skipped: list[str] = []
counted: list[str] = []


def pytest_configure(config: pytest.Config) -> None:
    from django.db.backends.signals import connection_created

    connection_created.connect(note_database, weak=False)


def note_database(connection, **_) -> None:
    """Note vendor and version as the server itself tells them, at the first connection only."""
    if connection.vendor in {fact.partition(" ")[0] for fact in used}:
        return
    used.add(f"{connection.vendor} {'.'.join(map(str, connection.get_database_version()))}")
    if url := os.environ.get("REDIS_URL"):
        import redis

        used.add(f"redis {redis.Redis.from_url(url).info('server')['redis_version']}")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node) -> None:
    used.update(getattr(node, "workeroutput", {}).get("used", ()))


def pytest_runtest_logreport(report) -> None:
    if report.when == "call":
        counted.extend(str(value) for name, value in report.user_properties if name == "figures")
    if report.skipped and not hasattr(report, "wasxfail"):
        may_be = "real_data" in report.keywords and not os.environ.get("ACCORD_REAL_DATA")
        if not may_be:
            skipped.append(report.nodeid)


def pytest_sessionfinish(session, exitstatus) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["used"] = sorted(used)
    elif skipped and is_ci():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter) -> None:
    terminalreporter.write_line(f"databases used: {', '.join(sorted(used)) or 'none'}")
    for line in counted:
        terminalreporter.write_line(line)
    if skipped and is_ci():
        terminalreporter.write_line(f"skipped though CI=true: {', '.join(skipped)}", red=True)


def is_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("true", "1")
