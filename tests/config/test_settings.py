"""A wrong or missing setting stops the start with one sentence that says what to do."""

import os
import runpy
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.worlds import OURS, ROOT, bare_environment

GOOD = {
    "BASE_URL": "https://accord.example.org",
    "SECRET_KEY": "s" * 50,
    "LINK_KEY": "l" * 50,
}


@pytest.fixture
def load(monkeypatch):
    """Return a function that runs config/settings.py with GOOD and some changes (None takes a setting away)."""
    for name in OURS:
        monkeypatch.delenv(name, raising=False)

    def run(**changes):
        for name, value in {"ACCORD_DATA": "/nonexistent", **GOOD, **changes}.items():
            if value is not None:
                monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "config" / "settings.py"))

    return run


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"BASE_URL": None}, "BASE_URL is not set: give the address that people open, for example https://accord.example.org (`bin/start` does so by itself)."),
        ({"SECRET_KEY": None}, "SECRET_KEY is not set: give a long random text that signs sessions (`bin/start` does so by itself)."),
        ({"LINK_KEY": None}, "LINK_KEY is not set: give a long random text that makes personal links (`bin/start` does so by itself)."),
        ({"SECRET_KEY": "changeme"}, "SECRET_KEY is too short to be secret: give at least 32 random characters."),
        ({"LINK_KEY": "s" * 50}, "SECRET_KEY and LINK_KEY are the same: give each a random text of its own."),
        ({"BASE_URL": "accord.example.org"}, "BASE_URL is 'accord.example.org': give scheme and host, for example https://accord.example.org."),
        ({"BASE_URL": "https://example.org/accord"}, "BASE_URL is 'https://example.org/accord': give it without a path; Accord needs a host of its own."),
        ({"DEBUG": "maybe"}, "DEBUG cannot be read: give 1 or 0."),
        ({"DATABASE_URL": "oracle9://x"}, "DATABASE_URL cannot be read: give postgres://user:password@host/name, or leave it out for SQLite."),
        ({"REDIS_URL": "http://cache"}, "REDIS_URL cannot be read: give an address such as redis://localhost:6379/0."),
        ({"EMAIL_URL": "mail.example.org"}, "EMAIL_URL cannot be read: give smtp+tls://user:password@host:587."),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT is 'xml': give console or json."),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL is 'loud': give INFO, DEBUG, WARNING, ERROR or CRITICAL."),
        ({"TIME_ZONE": "Mars/Olympus"}, "TIME_ZONE is 'Mars/Olympus': give a name such as Europe/Berlin."),
        ({"SECRET_KEY_FILE": "/nonexistent/secret"}, "SECRET_KEY_FILE names /nonexistent/secret, which cannot be read: check the path and its rights."),
        ({"ACCORD_DATE": "x"}, "ACCORD_DATE is not a setting: did you mean ACCORD_DATA?"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_in_one_sentence(load, changes, sentence):
    with pytest.raises(ImproperlyConfigured) as refusal:
        load(**changes)
    assert str(refusal.value) == sentence


def test_with_good_settings_cookies_are_tied_to_the_host(load):
    found = load()
    assert found["SESSION_COOKIE_NAME"] == "__Host-accord"
    assert found["SESSION_COOKIE_SECURE"] and found["CSRF_COOKIE_SECURE"]
    assert found["ALLOWED_HOSTS"] == ["accord.example.org"]


def test_over_plain_http_cookies_carry_no_host_prefix(load):
    found = load(BASE_URL="http://127.0.0.1:8000")
    assert (found["SESSION_COOKIE_NAME"], found["SESSION_COOKIE_SECURE"]) == ("accord", False)


def test_a_secret_may_lie_in_a_file(load, tmp_path):
    (tmp_path / "key").write_text("k" * 60 + "\n")
    assert load(SECRET_KEY=None, SECRET_KEY_FILE=str(tmp_path / "key"))["SECRET_KEY"] == "k" * 60


def test_what_the_environment_lacks_is_read_from_the_data_folder(load, tmp_path):
    for name, value in {"secret_key": "a" * 50, "link_key": "b" * 50, "base_url": "http://127.0.0.1:8123"}.items():
        (tmp_path / name).write_text(value)
    found = load(BASE_URL=None, SECRET_KEY=None, LINK_KEY=None, ACCORD_DATA=str(tmp_path))
    assert (found["SECRET_KEY"], found["LINK_KEY"], found["BASE_URL"]) == ("a" * 50, "b" * 50, "http://127.0.0.1:8123")


def test_a_mail_server_is_used_once_it_is_given(load):
    found = load(EMAIL_URL="smtp+tls://me:secret@mail.example.org:587")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == ("mail.example.org", 587, True)
    assert not found["MAIL_IS_KEPT"]
    assert found["EMAIL_BACKEND"] == "stakeholders.mail.smtp.Backend"
    assert load(EMAIL_URL="")["MAIL_IS_KEPT"]


def test_an_error_on_the_command_line_ends_with_the_sentence():
    environment = {**bare_environment(), **GOOD, "BASE_URL": "nonsense"}
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert (
        done.stderr.strip().splitlines()[-1].endswith("give scheme and host, for example https://accord.example.org.")
    )


def test_the_suite_runs_on_the_database_that_it_was_told(settings):
    told = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite3"
    assert settings.DATABASES["default"]["ENGINE"].endswith(told)


@pytest.mark.parametrize("path", ["/accounts/login/", "/-/live", "/no-such-page/"])
def test_every_answer_carries_the_strict_policy(client, db, path):
    policy = client.get(path).headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    for part in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ):
        assert part in policy
