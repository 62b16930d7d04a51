"""A real mail server that is moody by chance, and writes down what it said: later, never, or nothing at all."""

from __future__ import annotations

import contextlib
import random
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

from tests.servers import free_port
from tests.stakeholders.smtp import Controlled

LATER, NEVER, CUT, CUT_BEFORE = 0.06, 0.01, 0.04, 0.03
"""How often it defers, refuses, accepts and cuts the line before it has said so, and cuts it before it has the mail."""


@dataclass(frozen=True)
class Copy:
    """A mail that the server took: nobody can take it back. `is_cut` when its sender was not told so."""

    at: datetime
    message_id: str
    to: str
    link: str
    is_cut: bool


class Desk:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.copies: list[Copy] = []
        self.refusals: list[str] = []
        self.deferrals = 0
        self.cuts_before = 0
        self.port = 0
        self._news = threading.Condition()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.chance.random() < CUT_BEFORE:
            self.cuts_before += 1
            server.transport.abort()
            return "421 gone"
        if reply := self._mood(450, 550):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if reply := self._mood(451, 554):
            return reply
        mail = message_from_bytes(envelope.content, policy=policy.default)
        text = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
        found = re.search(r"^https?://\S+/s/\S+/$", text, re.M)
        is_cut = self.chance.random() < CUT
        with self._news:
            self.copies.append(
                Copy(datetime.now(UTC), mail["Message-ID"], envelope.rcpt_tos[0], found[0] if found else "", is_cut)
            )
            self._news.notify_all()
        if is_cut:
            server.transport.abort()
        return "250 OK"

    def _mood(self, later: int, never: int) -> str:
        drawn = self.chance.random()
        if drawn < NEVER:
            self.refusals.append(f"no. {len(self.refusals) + 1} for good")
            return f"{never} {self.refusals[-1]}"
        if drawn < NEVER + LATER:
            self.deferrals += 1
            return f"{later} come back later"
        return ""

    def link_for(self, address: str, known: set[str], *, seconds: float) -> str:
        """Wait for a link to `address` that is not known yet; "" when none comes."""

        def found() -> str:
            return next(
                (each.link for each in self.copies if each.to == address and each.link and each.link not in known), ""
            )

        with self._news:
            self._news.wait_for(found, timeout=seconds)
            return found()


@contextlib.contextmanager
def desk(chance: random.Random) -> Iterator[Desk]:
    handler = Desk(chance)
    controller = Controlled(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    handler.port = controller.port
    try:
        yield handler
    finally:
        controller.stop()
