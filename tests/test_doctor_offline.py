"""The doctor where the network fails: each way is told in plain words, soon, and never as a traceback."""

from __future__ import annotations

import datetime
import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.config import Settings
from tests.outside import PATIENCE, TENANT, Outside, everything, examined, is_wrong


@pytest.fixture(scope="module")
def serving() -> Iterator[Outside]:
    """One server for all tests."""
    made = Outside()
    yield made
    made.serving.close()


@pytest.fixture
def outside(serving: Outside) -> Outside:
    """The server, with all well."""
    serving.well_again()
    return serving


@pytest.fixture
def settings(outside: Outside, tmp_path: Path) -> Settings:
    """Everything configured, pointing at the stand-ins."""
    return everything(outside, tmp_path)


@pytest.fixture
def nowhere() -> Iterator[str]:
    """An address of this machine where nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def slack_at(settings: Settings, api_url: str) -> Settings:
    """The same settings with another address of Slack's API."""
    assert settings.slack
    return replace(settings, slack=replace(settings.slack, api_url=api_url))


def test_nobody_is_waited_for(settings: Settings, outside: Outside) -> None:
    """Slow answers end after a moment, all at once, each with its line."""
    outside.slow |= {
        "/api/auth.test",
        "/api/apps.connections.open",
        "/healthz",
        "/readyz",
        "/slack/events",
        "/api/messages",
        "/keys",
    }
    outside.slow |= {f"/{TENANT}/oauth2/v2.0/token"}
    checks = examined(settings, outside)
    for name in ("Slack token", "Slack app token", "Slack signing secret", "Teams sign-in", "Teams endpoint", "server"):
        is_wrong(checks[name], f"no answer within {PATIENCE:g} seconds")
    is_wrong(checks["Microsoft’s keys"], "no answer")


def test_nobody_is_there(settings: Settings, outside: Outside, nowhere: str) -> None:
    """Without a network every line is clear, and none is a traceback."""
    checks = examined(slack_at(replace(settings, url=nowhere), "http://slack.invalid/api/"), outside)
    is_wrong(checks["server"], "nothing takes the connection there")
    is_wrong(checks["Slack token"], "could not be tried at slack.invalid: its name cannot be looked up")
    assert "Slack scopes" not in checks
    assert "readiness" not in checks


def test_the_connection_breaks(settings: Settings, outside: Outside) -> None:
    """In the middle of an answer."""
    outside.cut |= {"/api/auth.test", "/keys"}
    checks = examined(settings, outside)
    is_wrong(checks["Slack token"], "the connection broke")
    is_wrong(checks["Microsoft’s keys"], "the connection broke")


def test_an_address_that_is_none(settings: Settings, outside: Outside) -> None:
    """A mistyped one is told as such."""
    is_wrong(examined(slack_at(settings, "http://:80:80/"), outside)["Slack token"], "that is no address")


def test_a_proxy_that_is_away(settings: Settings, outside: Outside, nowhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy of the environment is used, and blamed where it fails."""
    monkeypatch.setenv("http_proxy", nowhere)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    is_wrong(examined(slack_at(settings, "http://slack.invalid/api/"), outside)["Slack token"], "the proxy of this machine")


def certificate(place: Path) -> Path:
    """A certificate for this machine that nobody but itself has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=1))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = place / "own.pem"
    file.write_bytes(private + built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return file


def test_a_certificate_that_is_not_trusted(settings: Settings, outside: Outside, tmp_path: Path) -> None:
    """Slack and Teams would not call that address either."""
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secured.load_cert_chain(certificate(tmp_path))
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        server.socket = secured.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign] - the refused greeting is what is tested
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        checks = examined(replace(settings, url=f"https://127.0.0.1:{server.server_port}"), outside)
        server.shutdown()
        thread.join()
    is_wrong(checks["server"], "its certificate is not trusted here")
