"""docs/settings.md names every setting that the code reads, and no other."""

import re

from tests.worlds import ROOT


def documented():
    return set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))


def read_by_the_code():
    from config.settings import env

    served = set(re.findall(r'environ\.get\("([A-Z_]+)"', (ROOT / "config" / "gunicorn.py").read_text()))
    return env.asked | served


def test_every_setting_is_documented():
    assert read_by_the_code() - documented() == set()


def test_nothing_is_documented_that_is_not_read():
    assert documented() - read_by_the_code() == set()


def test_no_module_reads_the_environment_past_the_settings():
    """Settings come from one file; the processes' own modules and the data folder's are the exception."""
    may = {
        "environment.py",
        "settings.py",
        "gunicorn.py",
        "launcher.py",
        "preparation.py",
        "probe.py",
        "celery.py",
        "wsgi.py",
    }
    found = [
        str(path.relative_to(ROOT))
        for app in ("config", "stakeholders", "roadmap", "prioritization")
        for path in (ROOT / app).rglob("*.py")
        if path.name not in may
        and path != ROOT / "config" / "check" / "run.py"  # hands its environment on to the copy, less our settings
        and path != ROOT / "prioritization" / "rules" / "__init__.py"  # tells numpy its threads, reads nothing
        and re.search(r"\bos\.(environ|getenv)", path.read_text())
    ]
    assert found == []
