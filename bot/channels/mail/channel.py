"""E-mail by SMTP, one connection a message."""

from __future__ import annotations

import datetime
import hashlib
import re
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

import aiosmtplib
from aiosmtplib import errors

from bot.channels import DeliveryError
from bot.channels.mail import render
from bot.mail_settings import MailSettings, is_here
from bot.metrics import CALLS
from bot.people import Account
from bot.views import View

CHANNEL = "email"
# How long each answer of the mail server may take, in seconds.
TIMEOUT = 20.0
# One address and nothing else: no sign that a header or an SMTP command reads as its own.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")


class Mail:
    """The way out by e-mail. `context` is how the mail server's certificate is checked, as usual by default."""

    name = CHANNEL

    def __init__(self, settings: MailSettings, context: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._context = context
        self._sender = parseaddr(settings.sender)[1]
        # A password goes over an encrypted line only; a mail server in the house that wants none may be without.
        self._start_tls = None if settings.encrypted else True if settings.user and not is_here(settings.host) else None

    async def send(self, to: Account | str, view: View, key: str, *, again: bool = False) -> None:
        """Hands a message to the mail server. Raises DeliveryError, permanent where the server says that it will never take it.

        What was sent cannot be looked for, so `again` changes nothing; but the same key makes the same Message-ID, by which
        mailboxes leave out what they have already.
        """
        del again
        address = to if isinstance(to, str) else to.id
        if not _ADDRESS.fullmatch(address):
            raise DeliveryError("mail: no address", permanent=True)
        try:
            await self._hand_over(self.message(address, view, key), address)
        except (errors.SMTPException, OSError, ValueError) as error:
            CALLS.labels(CHANNEL, "failed").inc()
            raise failure(error) from None

    def message(self, address: str, view: View, key: str) -> EmailMessage:
        """The message as it is sent."""
        user, _, domain = address.rpartition("@")
        mark = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        message = EmailMessage()
        message["From"] = self._settings.sender
        message["To"] = Address("", user, domain)
        message["Subject"] = render.subject(view)
        message["Date"] = format_datetime(datetime.datetime.now(datetime.UTC))
        message["Message-ID"] = f"<{mark}@{self._sender.rpartition('@')[2]}>"
        # So that no mailbox answers that its owner is away (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(render.text(view))
        message.add_alternative(render.html(view), subtype="html")
        return message

    async def _hand_over(self, message: EmailMessage, address: str) -> None:
        settings = self._settings
        await aiosmtplib.send(
            message,
            sender=self._sender,
            recipients=[address],
            hostname=settings.host,
            port=settings.port,
            username=settings.user or None,
            password=settings.password or None,
            use_tls=settings.encrypted,
            start_tls=self._start_tls,
            tls_context=self._context,
            timeout=TIMEOUT,
        )


def failure(error: Exception) -> DeliveryError:
    """What a failure means: a code of 500 or more about this recipient or message is final, all else may pass.

    That the server takes neither our password nor our own address is for whoever runs the program to mend.
    """
    if isinstance(error, errors.SMTPRecipientsRefused) and error.recipients:
        error = error.recipients[0]
    if isinstance(error, errors.SMTPResponseException):
        about_it = isinstance(error, errors.SMTPRecipientRefused | errors.SMTPDataError)
        return DeliveryError(f"mail: {error.code}", permanent=about_it and error.code >= 500)
    return DeliveryError(f"mail: {type(error).__name__}", permanent=False)
