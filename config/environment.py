"""Reads settings from the environment: what is wrong is named in one sentence, and what was asked for is remembered."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}
OF_OTHERS = {"ACCORD_REAL_DATA", "ACCORD_TESTS_BEGUN", "ACCORD_START_IN"}
"""Names that begin as ours do and are read by the tests or the launcher."""


class Environment:
    """The environment's variables; each may be given as a file's path under its name with `_FILE`.

    kept   files in the data folder, by the variable that each stands in for when the environment lacks it
    """

    def __init__(self, variables: Mapping[str, str], kept: Mapping[str, Path]) -> None:
        self.variables = variables
        self.kept = kept
        self.asked: set[str] = set()

    def text(self, name: str, default: str = "") -> str:
        self.asked.add(name)
        if path := self.variables.get(f"{name}_FILE"):
            try:
                return Path(path).read_text().strip()
            except OSError as error:
                raise ImproperlyConfigured(
                    f"{name}_FILE names {path}, which cannot be read: check the path and its rights."
                ) from error
        if value := self.variables.get(name, "").strip():
            return value
        kept = self.kept.get(name)
        return kept.read_text().strip() if kept and kept.is_file() else default

    def required(self, name: str, what: str) -> str:
        if value := self.text(name):
            return value
        raise ImproperlyConfigured(f"{name} is not set: give {what} (`bin/start` does so by itself).")

    def secret(self, name: str, what: str) -> str:
        """Return a required text that is long enough not to be guessed."""
        value = self.required(name, what)
        if len(value) < 32:
            raise ImproperlyConfigured(f"{name} is too short to be secret: give at least 32 random characters.")
        return value

    def flag(self, name: str) -> bool:
        value = self.text(name).lower()
        if value not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{name} cannot be read: give 1 or 0.")
        return value in TRUE

    def words(self, name: str) -> list[str]:
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def one_of(self, name: str, *choices: str) -> str:
        """Return one of `choices`, the first when nothing is given."""
        value = self.text(name, choices[0])
        if value not in choices:
            raise ImproperlyConfigured(f"{name} is {value!r}: give {', '.join(choices[:-1])} or {choices[-1]}.")
        return value

    def database(self, name: str, default: str) -> dict[str, Any]:
        url = self.text(name, default)
        if not url.startswith(("postgres://", "postgresql://", "sqlite://")):
            raise ImproperlyConfigured(
                f"{name} cannot be read: give postgres://user:password@host/name, or leave it out for SQLite."
            )
        return environ.Env.db_url_config(url)

    def mail(self, name: str) -> dict[str, Any]:
        """Return Django's EMAIL_… settings, nothing when no mail server is given."""
        url = self.text(name)
        if not url:
            return {}
        try:
            found: dict[str, Any] = environ.Env.email_url_config(url)
        except (ImproperlyConfigured, ValueError) as error:
            raise ImproperlyConfigured(f"{name} cannot be read: give smtp+tls://user:password@host:587.") from error
        if found["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
            found["EMAIL_BACKEND"] = "stakeholders.mail.smtp.Backend"
        return found

    def refuse_unknown(self) -> None:
        """Stop at a variable that begins with ACCORD_ and is none of ours: it is a slip of the pen."""
        known = self.asked | OF_OTHERS
        for name in sorted(self.variables):
            if name.startswith("ACCORD_") and name.removesuffix("_FILE") not in known:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
                raise ImproperlyConfigured(f"{name} is not a setting: did you mean {near[0]}?")
