"""A mail server that answers slowly holds nobody for long: Django's SMTP backend with a limit for the whole conversation."""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

PATIENCE = 10.0
"""Seconds that a server may take in all to let us in, and again for each mail.

A socket's own timeout begins anew with every byte, so that a server which sends one byte now and then never runs into it.
"""


class Backend(EmailBackend):
    """Django's backend, of which opening and every sending ends within PATIENCE (connecting: EMAIL_TIMEOUT an address)."""

    _until = 0.0

    def open(self) -> bool | None:
        if self.connection:
            return False
        self._until = time.monotonic() + PATIENCE + (self.timeout or 0)
        return super().open()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self._until = time.monotonic() + PATIENCE
        return super().send_messages(email_messages)

    @property
    def connection_class(self) -> Any:
        return partial(_PatientSSL if self.use_ssl else _Patient, left=self._left)

    def _left(self) -> float:
        return self._until - time.monotonic()


class _Replies:
    """What a server says, line by line, as long as there is time left. Stands in for the socket's file in smtplib."""

    def __init__(self, sock: socket.socket, left: Any) -> None:
        self._sock, self._left, self._read = sock, left, b""

    def readline(self, limit: int) -> bytes:
        while b"\n" not in self._read and len(self._read) < limit:
            more = self._receive()
            if not more:
                break
            self._read += more
        end = min(self._read.find(b"\n") + 1 or len(self._read), limit)
        line, self._read = self._read[:end], self._read[end:]
        return line

    def close(self) -> None:
        self._read = b""

    def _receive(self) -> bytes:
        try:
            self._sock.settimeout(max(self._left(), 0.001))
            return self._sock.recv(4096)
        except TimeoutError:
            raise TimeoutError("the server takes too long to answer") from None


class _Patient(smtplib.SMTP):
    def __init__(self, *args: Any, left: Any, **kwargs: Any) -> None:
        self._left = left
        super().__init__(*args, **kwargs)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:
            self.file = _Replies(self.sock, self._left)
        return super().getreply()


class _PatientSSL(_Patient, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""
