"""Reads the mails that a world kept in its outbox folder, as their receiver would."""

import re
from email import message_from_bytes, policy

from tests.worlds import World, wait_until


def mail_to(world: World, address: str, containing: str) -> str:
    """Wait for a mail to `address` whose subject or text says `containing`; return its text."""

    def arrived() -> str | None:
        for raw in world.mails():
            mail = message_from_bytes(raw, policy=policy.default)
            body = mail.get_body(("plain",))
            text = body.get_content() if body else ""
            if address in str(mail["To"]) and containing in f"{mail['Subject']}\n{text}":
                return text
        return None

    return str(wait_until(arrived, f"a mail to {address} that says “{containing}”"))


def link_in(text: str) -> str:
    """The personal link in a mail, which stands on a line of its own."""
    found = re.search(r"^(https?://\S+/s/\S+/)$", text, re.M)
    assert found, text
    return found[1]
