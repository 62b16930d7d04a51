"""Reads the mails that a world kept in its outbox folder, as their receiver would."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.worlds import World, wait_until


def message_to(world: World, address: str, containing: str) -> EmailMessage:
    """Wait for a mail to `address` whose subject or text says `containing`, and return it."""

    def arrived() -> EmailMessage | None:
        for raw in world.mails():
            mail = message_from_bytes(raw, policy=policy.default)
            if address in str(mail["To"]) and containing in f"{mail['Subject']}\n{_part(mail, 'plain')}":
                return mail
        return None

    return wait_until(arrived, f"a mail to {address} that says “{containing}”")


def mail_to(world: World, address: str, containing: str) -> str:
    """Wait for such a mail; return its text."""
    return _part(message_to(world, address, containing), "plain")


def html_to(world: World, address: str, containing: str) -> str:
    """Wait for such a mail; return its HTML."""
    return _part(message_to(world, address, containing), "html")


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    return body.get_content() if body else ""


def link_in(text: str) -> str:
    """The personal link in a mail, which stands on a line of its own."""
    found = re.search(r"^(https?://\S+/s/\S+/)$", text, re.M)
    assert found, text
    return found[1]
