"""A real mail server for tests, whose behaviour is scripted: it accepts, defers, refuses, or cuts the line."""

import asyncio
import contextlib
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Desk:
    """Takes mails in. `script` holds what it does with the next ones, in order; then it accepts.

    accept · rcpt 450 … · rcpt 550 … · data 451 … · data 554 … · cut after data · cut before data · drip

    `drip` answers the recipient with one byte now and then, for ever.
    """

    def __init__(self):
        self.mails = []
        self.script = []
        self.tries = 0

    def _next(self, phase):
        if self.script and self.script[0].startswith(phase):
            return self.script.pop(0).removeprefix(phase).strip()
        return None

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.tries += 1
        if self._next("cut before data") is not None:
            session.peer and server.transport.abort()
            return "421 gone"
        if self._next("drip") is not None:
            while not server.transport.is_closing():
                server.transport.write(b"2")
                await asyncio.sleep(0.05)
        if reply := self._next("rcpt"):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if reply := self._next("data"):
            return reply
        mail = message_from_bytes(envelope.content, policy=policy.default)
        mail.envelope_to = list(envelope.rcpt_tos)
        self.mails.append(mail)
        if self._next("cut after data") is not None:
            server.transport.abort()
        elif self.script and self.script[0] == "accept":
            self.script.pop(0)
        return "250 OK"

    def ids(self):
        return [mail["Message-ID"] for mail in self.mails]


class Controlled(Controller):
    def factory(self):
        return SMTP(self.handler, hostname="mail.test", data_size_limit=10_000_000, enable_SMTPUTF8=True)


@contextlib.contextmanager
def desk(port=0):
    """Run a mail server on loopback; yields the desk, whose `port` says where it listens."""
    from tests.servers import free_port

    handler = Desk()
    controller = Controlled(handler, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    handler.port = controller.port
    try:
        yield handler
    finally:
        controller.stop()
