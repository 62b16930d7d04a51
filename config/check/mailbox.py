"""Reads the mails that Accord keeps in its outbox folder, as the people they are for would."""

import email
import email.policy
import re
import time
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from config.check.browser import Unexpected


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    text: str

    def link(self, part: str) -> str:
        """Return the first address in the mail that holds `part`."""
        for address in re.findall(r"https?://[^\s<>\"]+", self.text):
            if part in address:
                return address.rstrip(".,)")
        raise Unexpected(f"The mail “{self.subject}” to {self.to} has no address with “{part}”.")


class Mailbox:
    """The outbox folder of one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mails(self) -> list[Mail]:
        """Return all kept mails, oldest first."""
        files = [path for path in self.folder.rglob("*.eml") if path.is_file()]
        return [_read(path) for path in sorted(files, key=lambda path: path.stat().st_mtime_ns)]

    def wait_for(self, to: str, about: str, *, seconds: float = 45) -> Mail:
        """Return the newest mail to this address with `about` in its subject, waiting for it to come."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = [mail for mail in self.mails() if mail.to == to and about in mail.subject]
            if found:
                return found[-1]
            time.sleep(0.5)
        subjects = [mail.subject for mail in self.mails() if mail.to == to]
        raise Unexpected(f"No mail about “{about}” reached {to} within {seconds:g} s; these did: {subjects}.")


def _read(path: Path) -> Mail:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain", "html"))
    to = re.search(r"[^\s<>]+@[^\s<>]+", str(message["To"]))
    return Mail(to[0] if to else "", str(message["Subject"]), body.get_content() if body else "")
