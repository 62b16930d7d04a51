"""How a mail leaves the house: to a mail server, or into the outbox folder, where it is kept.

A server's answer becomes one of three: `Unreachable` (nobody was there: not the mail's fault), `Deferred` (later, or we
cannot know), `Refused` (never).
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext as _


class Unreachable(Exception):
    """The mail server could not be reached, or does not let us in; no mail would get through now."""


class Deferred(Exception):
    """The server says "later", or was cut off before it answered: the mail may be tried again."""


class Refused(Exception):
    """The server will never take this mail, or the address cannot be one.

    is_about_address  whether the address is the reason; else it is this mail, or us
    """

    def __init__(self, why: str, *, is_about_address: bool = False) -> None:
        super().__init__(why)
        self.is_about_address = is_about_address


class Transport(Protocol):
    """Something that takes mails; `keep` says that this one must not reach a server."""

    def deliver(self, mail: EmailMessage, *, keep: bool) -> None: ...


class Post:
    """The mail server that the settings name; one connection for as long as it lasts. Use it as a context manager."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def __enter__(self) -> Post:
        return self

    def __exit__(self, *exception: object) -> None:
        self._hang_up()

    def deliver(self, mail: EmailMessage, *, keep: bool) -> None:
        """Hand a mail to the server, or keep it. Raises Unreachable, Deferred or Refused."""
        check_addresses(mail)
        if keep or settings.MAIL_IS_KEPT:
            keep_as_file(mail)
            return
        self._reach()
        try:
            mail.connection = self._connection
            mail.send()
        except (SMTPException, OSError) as error:
            self._hang_up()
            raise judge(error) from error

    def _reach(self) -> None:
        if self._connection is not None:
            return
        connection = get_connection()
        try:
            connection.open()
        except (SMTPException, OSError) as error:
            connection.close()
            raise Unreachable(_("The mail server cannot be reached: %s") % in_words(error)) from error
        self._connection = connection

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except (SMTPException, OSError):
                return


def judge(error: SMTPException | OSError) -> Exception:
    """Return what a failure in mid-conversation means for the mail: Refused for 5xx, else Deferred or Unreachable."""
    if isinstance(error, SMTPAuthenticationError | SMTPConnectError | SMTPHeloError | SMTPNotSupportedError):
        return Unreachable(in_words(error))
    if isinstance(error, SMTPRecipientsRefused):
        codes = [code for code, _reply in error.recipients.values()]
        if codes and all(code >= 500 for code in codes):
            return Refused(in_words(error), is_about_address=True)
        return Deferred(in_words(error))
    if isinstance(error, SMTPResponseException) and error.smtp_code >= 500:
        of_mailbox = not isinstance(error, SMTPSenderRefused) and re.match(r"\s*5\.[12]\.", _decoded(error.smtp_error))
        return Refused(in_words(error), is_about_address=bool(of_mailbox))
    return Deferred(in_words(error))


def in_words(error: Exception) -> str:
    """Return what the server said, on one line, without control characters."""
    if isinstance(error, SMTPRecipientsRefused) and error.recipients:
        code, reply = next(iter(error.recipients.values()))
        text = f"{code} {_decoded(reply)}"
    elif isinstance(error, SMTPResponseException):
        text = f"{error.smtp_code} {_decoded(error.smtp_error)}"
    else:
        text = str(error) or type(error).__name__
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text).strip()[:400]


def _decoded(reply: bytes | str) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply


def check_addresses(mail: EmailMessage) -> None:
    """Raise Refused for an address that cannot be one, before a server is bothered with it."""
    for address in mail.recipients():
        bare = address.rpartition("<")[2].removesuffix(">")
        if not re.fullmatch(r"[^\s@]+@[^\s@]+", bare) or any(ord(char) < 32 for char in address):
            raise Refused(_("“%s” is not an e-mail address.") % address, is_about_address=True)
        if not bare.rpartition("@")[0].isascii():
            raise Refused(_("Mail servers do not take the letters before the @ in “%s”.") % bare, is_about_address=True)
    if not mail.recipients():
        raise Refused(_("There is no address to send it to."))


def keep_as_file(mail: EmailMessage) -> Path:
    """Write a mail into the outbox folder as an .eml file, readable by the owner alone, and return its path.

    The name is made from the Message-ID, so that a second copy takes the place of the first.
    """
    folder = Path(settings.OUTBOX_DIR)
    name = re.sub(r"[^A-Za-z0-9]+", "-", mail.extra_headers.get("Message-ID", "mail").partition("@")[0]).strip("-")
    path = folder / f"{name}.eml"
    unfinished = path.with_suffix(".part")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(mail.message().as_bytes())
        unfinished.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise Deferred(_("The outbox folder cannot be written: %s") % (error.strerror or error)) from error
    return path
