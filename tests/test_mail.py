"""E-mail, handed to a mail server on this machine: what is in it, what a refusal means, and that nothing gets into a header."""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import mail_settings
from bot.channels import DeliveryError
from bot.channels.mail import render
from bot.channels.mail.channel import Mail
from bot.mail_settings import MailSettings
from bot.people import Account
from bot.views import Button, Facts, Field, Form, Heading, Link, Quote, Text, View, view
from tests.smtp_stand_in import Certificate, SmtpStandIn, serving
from tests.test_views_json import ANY, BLOCKS

FROM = "Clausebot <clausebot@city.example>"
TO = "alice.stone@city.example"
SETTINGS = MailSettings("127.0.0.1", 0, FROM)
WITH_PASSWORD = MailSettings("127.0.0.1", 0, FROM, "bot", "p")
SHOWN = view(
    Heading("Please sign the policy"),
    Text("It is due on 12 December 2026.\n<b>Not</b> bold & done."),
    Quote("Be <civil>.", "416.8.5.a, Policy", "When you post:", "a."),
    Facts((("Policy", "416"), ("Due", "12 December 2026"))),
    Link("The policy", "https://city.example/416?a=1&b=2"),
    Link("Elsewhere", "javascript:alert(1)"),
    Button("Read and sign", "open:sign", "signed"),
    Form("f", "Form", (Field("a", "A"),), "Send"),
)


def sent(
    server: SmtpStandIn,
    settings: MailSettings = SETTINGS,
    *,
    key: str = "a",
    to: Account | str = TO,
    shown: View = SHOWN,
    context: ssl.SSLContext | None = None,
) -> None:
    """Sends one message to the server."""

    async def run() -> None:
        async with serving(server):
            await Mail(replace(settings, port=server.port), context).send(to, shown, key)

    asyncio.run(run())


def failure(
    server: SmtpStandIn, settings: MailSettings = SETTINGS, to: str = TO, context: ssl.SSLContext | None = None
) -> DeliveryError:
    """What sending to this server ends with."""
    with pytest.raises(DeliveryError) as found:
        sent(server, settings, to=to, context=context)
    return found.value


def test_a_message() -> None:
    """Plain text and a little HTML, without anything to press; every text is escaped."""
    server = SmtpStandIn()
    sent(server)
    (received,) = server.received
    message = received.message
    assert (received.sender, received.recipient) == ("clausebot@city.example", TO)
    assert (message["From"], message["To"], message["Subject"]) == (FROM, TO, "Please sign the policy")
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Date" in message
    plain = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    plain = plain.replace("\r\n", "\n")
    assert "When you post:\n“a. Be <civil>.”\n— 416.8.5.a, Policy" in plain
    assert "The policy: https://city.example/416?a=1&b=2" in plain
    for text in (plain, html):
        assert "To answer, open Clausebot in Slack or Teams." in text
        assert "Read and sign" not in text
        assert "Send" not in text
    assert "&lt;b&gt;Not&lt;/b&gt; bold &amp; done." in html
    assert "a. Be &lt;civil&gt;." in html
    assert '<a href="https://city.example/416?a=1&amp;b=2">The policy</a>' in html
    assert "javascript:alert(1)" in html
    assert 'href="javascript' not in html


def test_one_notice_is_one_message_id() -> None:
    """So that a mailbox leaves out what it has already; other notices have other ids."""
    server = SmtpStandIn()
    for key in ("a", "a", "b"):
        sent(server, key=key)
    first, again, other = (each.message["Message-ID"] for each in server.received)
    assert first == again != other
    assert re.fullmatch(r"<[0-9a-f]{32}@city\.example>", first)


@pytest.mark.parametrize(
    ("refuse", "code", "permanent"),
    [
        ({"RCPT": "550 no such user"}, "mail: 550", True),
        ({"RCPT": "450 later"}, "mail: 450", False),
        ({".": "554 not this"}, "mail: 554", True),
        ({".": "451 later"}, "mail: 451", False),
        ({"DATA": "452 full"}, "mail: 452", False),
        ({"MAIL": "550 not you"}, "mail: 550", False),
        ({"EHLO": "421 busy", "HELO": "421 busy"}, "mail: 421", False),
        ({"RCPT": ""}, "mail: SMTPServerDisconnected", False),
    ],
)
def test_what_a_refusal_means(refuse: dict[str, str], code: str, permanent: bool) -> None:
    """For this recipient or message 5xx is final, 4xx may pass; what is wrong with us may be mended."""
    error = failure(SmtpStandIn(refuse=refuse))
    assert (str(error), error.permanent) == (code, permanent)


def test_a_lost_answer_may_be_sent_again() -> None:
    """It was taken, and nobody knows; the Message-ID is the same the next time."""
    server = SmtpStandIn(refuse={".": ""})
    assert not failure(server).permanent
    server.refuse = {}
    sent(server)
    assert len(server.received) == 2
    assert len({each.message["Message-ID"] for each in server.received}) == 1


def test_a_server_that_is_away() -> None:
    """May come back."""
    with pytest.raises(DeliveryError) as found:
        asyncio.run(Mail(replace(SETTINGS, port=1)).send(TO, SHOWN, "a"))
    assert not found.value.permanent


def test_encrypted_by_starttls(tmp_path: Path) -> None:
    """With a password, after the server has proved who it is."""
    certificate = Certificate(tmp_path)
    server = SmtpStandIn(certificate.server)
    settings = MailSettings("localhost", 0, FROM, "bot", "p@ss")
    sent(server, settings, context=certificate.client)
    assert (server.received[0].user, server.received[0].encrypted) == ("bot:p@ss", True)
    assert not failure(SmtpStandIn(certificate.server), settings).permanent


def test_encrypted_at_once(tmp_path: Path) -> None:
    """By smtps."""
    certificate = Certificate(tmp_path)
    server = SmtpStandIn(certificate.server, at_once=True)
    sent(server, MailSettings("localhost", 0, FROM, "bot", "p", encrypted=True), context=certificate.client)
    assert server.received[0].encrypted


def test_a_password_never_goes_over_an_open_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """To another machine without STARTTLS nothing is sent."""
    monkeypatch.setattr("bot.channels.mail.channel.is_here", lambda _host: False)
    server = SmtpStandIn()
    error = failure(server, WITH_PASSWORD)
    assert (str(error), error.permanent) == ("mail: SMTPException", False)
    assert server.received == []


def test_a_wrong_password_is_ours_to_mend() -> None:
    """The notice waits until it is."""
    error = failure(SmtpStandIn(refuse={"AUTH": "535 no"}), WITH_PASSWORD)
    assert (str(error), error.permanent) == ("mail: 535", False)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "alice",
        "a@b\r\nBcc: x@y.example",
        "a@b, c@d.example",
        "<a@b.example>",
        "a b@c.example",
        "a@b.example>",
        "a@",
        "@b",
        "a@b\0",
    ],
)
def test_what_is_no_address_is_never_sent_to(address: str) -> None:
    """And nothing of it gets into a command or a header."""
    server = SmtpStandIn()
    error = failure(server, to=address)
    assert (str(error), error.permanent) == ("mail: no address", True)
    assert server.received == []


@given(st.lists(st.one_of(*BLOCKS.values()), max_size=4), ANY)
def test_whatever_is_said_stays_in_its_place(blocks: list[object], key: str) -> None:
    """No text makes a header, a second recipient or an element of HTML."""
    shown = View(tuple(blocks))  # type: ignore[arg-type]
    message = Mail(SETTINGS).message(TO, shown, key)
    head = message.as_bytes().partition(b"\n\n")[0].decode("ascii")
    names = [line.partition(":")[0] for line in head.split("\n") if not line.startswith((" ", "\t"))]
    assert names == ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    assert message["To"].addresses[0].addr_spec == TO
    assert set(re.findall(r"</?(\w+)", render.html(shown))) <= {"html", "body", "h2", "p", "b", "a", "blockquote"}


def test_subjects() -> None:
    """The heading, or the first line; one line, and not endless."""
    assert render.subject(view(Text("First line.\nSecond."), Heading("A\r\nheading"))) == "A"
    assert render.subject(view(Text("First line.\nSecond."))) == "First line."
    assert render.subject(view(Link("a", "b"))) == "A message from Clausebot"
    long = render.subject(view(Text("word " * 100)))
    assert len(long) <= render.LONGEST_SUBJECT
    assert long.endswith("word …")


def test_settings() -> None:
    """With or without a port, a user and encryption; signs in a password are written as in any address."""
    sender = {"MAIL_FROM": FROM}
    assert mail_settings.read({}) is None
    assert mail_settings.read({"SMTP_URL": "smtp://mail.city.example", **sender}) == MailSettings("mail.city.example", 587, FROM)
    full = mail_settings.read({"SMTP_URL": "smtps://bot:p%40ss@mail.city.example:4650/", **sender})
    assert full == MailSettings("mail.city.example", 4650, FROM, "bot", "p@ss", encrypted=True)
    assert "p@ss" not in repr(full)
    for good in ("smtp://127.0.0.1:25", "smtps://h", "smtp://u:p@h"):
        assert list(mail_settings.mistakes({"SMTP_URL": good, **sender}, local=False)) == []
    assert list(mail_settings.mistakes({"SMTP_URL": "smtp://localhost", **sender}, local=True)) == []


@pytest.mark.parametrize(
    "wrong", ["mail.city.example", "http://h", "smtp://", "smtp://h:x", "smtp://h:0", "smtp://h/box", "smtp://[h"]
)
def test_mistakes_in_the_address(wrong: str) -> None:
    """Told without repeating it, since it may hold a password."""
    (told,) = mail_settings.mistakes({"SMTP_URL": wrong, "MAIL_FROM": FROM}, local=False)
    assert told.startswith("SMTP_URL must be")
    assert wrong not in told.replace("smtp://[USER", "")


def test_mistakes_beside_it() -> None:
    """Each wants the other; a sender is one address; local mode writes to no other machine."""
    url = "smtp://mail.city.example"
    assert list(mail_settings.mistakes({"SMTP_URL": url}, local=False)) == ["MAIL_FROM is missing; it is who e-mails are from"]
    assert list(mail_settings.mistakes({"MAIL_FROM": FROM}, local=False)) == ["SMTP_URL is missing; it is the mail server"]
    for sender in ("city", "a@b, c@d", "a@b\nBcc: c@d", "Ä <a@b>", "<a@b> x@y", 'A" <a@b>'):
        (told,) = mail_settings.mistakes({"SMTP_URL": url, "MAIL_FROM": sender}, local=False)
        assert told.startswith("MAIL_FROM is")
    (told,) = mail_settings.mistakes({"SMTP_URL": url, "MAIL_FROM": FROM}, local=True)
    assert "another machine" in told
