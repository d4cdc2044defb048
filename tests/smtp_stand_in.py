"""A mail server on this machine that writes down what it is sent, and refuses as it is told. With STARTTLS and AUTH PLAIN."""

from __future__ import annotations

import asyncio
import base64
import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Received:
    """One message: the envelope, the bytes, who logged in, and whether the line was encrypted."""

    sender: str
    recipient: str
    raw: bytes
    user: str
    encrypted: bool

    @property
    def message(self) -> EmailMessage:
        """The message, read."""
        read = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(read, EmailMessage)
        return read


@dataclass
class SmtpStandIn:
    """`refuse` gives the answer to a command that begins so, `.` being the end of a message; an empty one hangs up instead.

    A message whose end is answered by hanging up was taken all the same.
    """

    tls: ssl.SSLContext | None = None
    at_once: bool = False
    refuse: dict[str, str] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    port: int = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        line = _Line(self, reader, writer)
        try:
            await line.talk()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


class _Line:
    def __init__(self, server: SmtpStandIn, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._encrypted = server.at_once
        self._sender = self._recipient = self._user = ""

    async def talk(self) -> None:
        """Commands until the end."""
        self._say("220 mail.city.example")
        while command := (await self._reader.readline()).decode().strip():
            answer = next((text for begins, text in self._server.refuse.items() if command.upper().startswith(begins)), None)
            if answer == "":
                return
            if answer:
                self._say(answer)
            elif not await self._done(command):
                return

    async def _done(self, command: str) -> bool:
        match command.upper().partition(" ")[0]:
            case "EHLO":
                offers = ["AUTH PLAIN", *(["STARTTLS"] if self._server.tls and not self._encrypted else [])]
                self._say("\r\n".join(["250-mail.city.example", *(f"250-{each}" for each in offers), "250 8BITMIME"]))
            case "STARTTLS":
                self._say("220 go on")
                await self._writer.start_tls(self._server.tls)  # type: ignore[arg-type] # offered only where there is one
                self._encrypted = True
            case "AUTH":
                self._user = base64.b64decode(command.split()[-1]).decode().replace("\0", ":").strip(":")
                self._say("235 welcome")
            case "MAIL":
                self._sender = command.partition("<")[2].partition(">")[0]
                self._say("250 fine")
            case "RCPT":
                self._recipient = command.partition("<")[2].partition(">")[0]
                self._say("250 fine")
            case "DATA":
                return await self._data()
            case "QUIT":
                self._say("221 bye")
                return False
            case _:
                self._say("250 fine")
        return True

    async def _data(self) -> bool:
        self._say("354 go on")
        raw = (await self._reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n")
        answer = self._server.refuse.get(".", "250 taken")
        if answer.startswith("2") or not answer:
            self._server.received.append(Received(self._sender, self._recipient, raw, self._user, self._encrypted))
        if answer:
            self._say(answer)
        return bool(answer)

    def _say(self, text: str) -> None:
        self._writer.write(f"{text}\r\n".encode())


@asynccontextmanager
async def serving(server: SmtpStandIn) -> AsyncIterator[SmtpStandIn]:
    """The server on a free port, as long as it is wanted."""
    listening = await asyncio.start_server(server.talk, "127.0.0.1", 0, ssl=server.tls if server.at_once else None)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server


class Certificate:
    """A certificate for a server's name that its own client trusts."""

    def __init__(self, place: Path, server: str = "localhost") -> None:
        self._file = place / "mail.pem"
        key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, server)])
        now = datetime.datetime.now(datetime.UTC)
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(server)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self._file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))

    @cached_property
    def server(self) -> ssl.SSLContext:
        """The server's side."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._file)
        return context

    @cached_property
    def client(self) -> ssl.SSLContext:
        """The side that trusts it."""
        return ssl.create_default_context(cafile=str(self._file))
