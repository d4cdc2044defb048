"""docs/proxy.md: the proxies that it sets up are run as they stand, and the drill finds nothing in what they write (P24)."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from policy_kb import KnowledgeBase
from tests.canary.process import Process, free_port
from tests.report_page import in_parts

pytestmark = pytest.mark.anonymity
DOCUMENT = (Path(__file__).parent.parent / "docs" / "proxy.md").read_text("utf-8")
# Around what stands in the document: everything is logged that is not switched off.
NGINX = """
user root;
daemon off;
pid {place}/pid;
error_log {place}/error.log info;
events {{}}
http {{
    access_log {place}/access.log combined;
    client_body_temp_path {place}/bodies;
    proxy_temp_path {place}/answers;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
{servers}
}}
"""


def written(language: str) -> str:
    """The configuration in the document."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    return str(found)


def needs(program: str) -> str:
    """Where a program is; without it the test is skipped aloud."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if not found:
        pytest.skip(f"{program} is not installed, so its configuration in docs/proxy.md was not tried")
    return found


@pytest.fixture(scope="module")
def process(state: Path, knowledge: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The program, open for reports."""
    running = Process(tmp_path_factory.mktemp("behind"), state).open_reports().start()
    yield running
    running.close()


@contextmanager
def running(place: Path, url: str, *command: str) -> Iterator[str]:
    """A program that serves at this address; its output goes to a file in `place`."""
    with open(place / "output.log", "wb") as output:
        started = subprocess.Popen(command, stdout=output, stderr=output, env={"HOME": str(place), "PATH": "/usr/bin:/bin"})
        try:
            end = time.monotonic() + 20
            while time.monotonic() < end and started.poll() is None:
                try:
                    got(place, f"{url}/healthz")
                    break
                except requests.ConnectionError:
                    time.sleep(0.05)
            assert started.poll() is None, (place / "output.log").read_text()
            yield url
        finally:
            started.terminate()
            started.wait(20)


@contextmanager
def nginx(place: Path, port: int, text: str) -> Iterator[str]:
    """nginx with this configuration before a server at this port."""
    own, plain = free_port(), free_port()
    _certificate(place)
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{own} ssl;"),
        ("/etc/ssl/bot.example.gov", str(place / "own")),
        ("127.0.0.1:3978", f"127.0.0.1:{port}"),
    ):
        assert old in text
        text = text.replace(old, new)
    (place / "nginx.conf").write_text(NGINX.format(place=place, servers=text))
    program = needs("nginx")
    subprocess.run([program, "-t", "-q", "-p", str(place), "-c", str(place / "nginx.conf")], check=True)
    with running(place, f"https://localhost:{own}", program, "-p", str(place), "-c", str(place / "nginx.conf")) as url:
        yield url


def got(place: Path, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> int:
    """The status of an answer, from a server whose certificate we made."""
    method, own = "POST" if body else "GET", place / "own.pem"
    return requests.request(
        method, url, data=body, headers=headers, timeout=60, verify=str(own) if own.exists() else True
    ).status_code


def _certificate(place: Path) -> None:
    made = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        [needs("openssl"), "req", "-x509", *made, "-keyout", str(place / "own.key"), "-out", str(place / "own.pem")],
        check=True,
        capture_output=True,
    )


def drilled(process: Process, url: str, place: Path) -> tuple[int, str]:
    """The exit code of a drill through this proxy, which searches what it wrote; and what it said."""
    done = process.ran(
        "drill", "--url", url, "--wait", "0", "--search", str(place), more={"SSL_CERT_FILE": str(place / "own.pem")}
    )
    return done.returncode, (done.stdout + done.stderr).decode()


def test_p24_nginx_as_documented_keeps_nothing(process: Process, tmp_path: Path) -> None:
    """The drill finds nothing, while other paths are logged; a form with three files goes through, and no file is made for it."""
    needs("nginx")
    with nginx(tmp_path, process.port, written("nginx")) as url:
        code, said = drilled(process, url, tmp_path)
        assert code == 0, said
        body, headers = in_parts({"form": "note"}, [bytes(4 * 1024**2)] * 3)
        assert got(tmp_path, f"{url}/report", body, headers) < 413
    logged = (tmp_path / "access.log").read_text() + (tmp_path / "error.log").read_text()
    assert "/healthz" in logged
    for path in ("/report", "/receipt"):
        assert path not in logged.lower()
    assert "buffered to a temporary file" not in logged


def test_p24_the_document_s_lines_are_needed(process: Process, tmp_path: Path) -> None:
    """Without them the drill finds the browser in the access log."""
    needs("nginx")
    with nginx(tmp_path, process.port, written("nginx").replace("access_log off;", "")) as url:
        code, said = drilled(process, url, tmp_path)
    assert code == 1, said
    assert f"{tmp_path}/access.log, byte " in said
    assert "user agent (plain)" in said


def test_p24_nginx_is_silent_where_the_program_is_away(tmp_path: Path) -> None:
    """Its error log names who asked for other paths, never for these."""
    needs("nginx")
    with nginx(tmp_path, free_port(), written("nginx")) as url:
        for path in ("/report?from=me", "/Report/", "/receipt", "/cases/enter/a-link", "/sign/a-link", "/other"):
            assert got(tmp_path, f"{url}{path}") == 502
    logged = (tmp_path / "access.log").read_text() + (tmp_path / "error.log").read_text()
    assert "/other" in logged
    for path in ("/report", "/receipt", "/cases", "/sign"):
        assert path not in logged.lower()


def test_p24_caddy_as_documented_keeps_nothing(process: Process, tmp_path: Path) -> None:
    """The same, also where the program is away."""
    program, port = needs("caddy"), free_port()
    text = written("caddyfile").replace("{\n", "{\n\tadmin off\n", 1)
    for away, behind in ((False, process.port), (True, free_port())):
        (tmp_path / "Caddyfile").write_text(
            text.replace("bot.example.gov", f"http://127.0.0.1:{port}").replace("127.0.0.1:3978", f"127.0.0.1:{behind}")
        )
        with running(tmp_path, f"http://127.0.0.1:{port}", program, "run", "--config", str(tmp_path / "Caddyfile")) as url:
            if away:
                assert got(tmp_path, f"{url}/report?from=me") == 502
            else:
                code, said = drilled(process, url, tmp_path)
                assert code == 0, said
        assert "/report" not in (tmp_path / "output.log").read_text()


def test_the_document_is_linked() -> None:
    """Where somebody looks who runs the server."""
    root = Path(__file__).parent.parent
    for name, link in (("SECURITY.md", "docs/proxy.md"), ("docs/hosting.md", "proxy.md"), ("docs/commands.md", "proxy.md")):
        assert f"({link}" in (root / name).read_text("utf-8")
