"""The server: what is on, who may read what, how it starts and stops, as a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from bot.config import MicrosoftSettings, Settings, SlackSettings
from bot.peers import is_loopback
from bot.serving import sockets, switched
from policy_kb import KnowledgeBase
from tests.slack_stand_in import SECRET, Fault, SlackStandIn, event, signed

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("203.0.113.7", False),
        ("::", False),
        ("", False),
        ("x", False),
    ],
)
def test_loopback(address: str, here: bool) -> None:
    """This machine's own addresses."""
    assert is_loopback(address) is here


def test_two_lines_say_what_is_on() -> None:
    """And which variable switches on what is not."""
    state = Path("x")
    slack = SlackSettings("xoxb-1", "s")
    on, off = switched(Settings(state, local=True, port=3978))
    assert "http://127.0.0.1:3978/" in on
    assert "SLACK_BOT_TOKEN" in off
    assert "MICROSOFT_APP_ID" in off
    on, off = switched(Settings(state, slack=slack, microsoft=MicrosoftSettings("id")))
    assert "/slack/events" in on
    assert "/api/messages" in on
    assert "CLAUSEBOT_ENV=local" in off
    assert "a socket" in switched(Settings(state, slack=SlackSettings("xoxb-1", app_token="xapp-1")))[0]  # noqa: S106 - made up


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_listening_everywhere_takes_both_kinds_of_address() -> None:
    """IPv6 and IPv4 reach the same socket; local mode listens at this machine alone."""
    port = free_port()
    (listening,) = sockets(Settings(Path("x"), port=port))
    with listening, socket.create_connection(("127.0.0.1", port)):
        if listening.family is socket.AF_INET6:
            assert listening.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 0
    local = sockets(Settings(Path("x"), local=True, port=free_port()))
    assert {each.getsockname()[0] for each in local} <= {"127.0.0.1", "::1"}
    for each in local:
        each.close()


@pytest.fixture
def environment(state: Path, knowledge: KnowledgeBase) -> dict[str, str]:
    """An environment with the tests' data directory and a free port."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("CLAUSEBOT_", "SLACK_", "MICROSOFT_"))}
    return {**bare, "CLAUSEBOT_DATA_DIR": str(state), "PORT": str(free_port())}


def started(environment: dict[str, str]) -> subprocess.Popen[str]:
    """The program as a host starts it, once it says that it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"], env=environment, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        try:
            if requests.get(f"http://127.0.0.1:{environment['PORT']}/readyz", timeout=5).status_code == 200:
                return process
        except (requests.ConnectionError, requests.Timeout):  # it listens before it has read what it needs
            time.sleep(0.05)
    process.kill()
    raise AssertionError(process.communicate())


def stopped(process: subprocess.Popen[str]) -> str:
    """Sends SIGTERM; what the program wrote, once it has ended well."""
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert time.monotonic() - begun < 10
    return errors


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    """Slack's side."""
    stand_in = SlackStandIn()
    yield stand_in
    stand_in.close()


def slack_at(slack: SlackStandIn) -> dict[str, str]:
    """The variables that switch Slack on."""
    return {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": slack.url}


def test_local_mode_as_a_process(environment: dict[str, str]) -> None:
    """The page answers, nothing else is on, and SIGTERM ends it."""
    process = started({**environment, "CLAUSEBOT_ENV": "local"})
    answer = requests.get(f"http://127.0.0.1:{environment['PORT']}/", timeout=5)
    assert "Ask about a policy" in answer.text
    errors = stopped(process)
    assert "On:  the local page at http://127.0.0.1:" in errors


def test_a_turn_in_flight_is_finished_when_the_program_stops(environment: dict[str, str], slack: SlackStandIn) -> None:
    """Asked, then stopped: the answer still goes out. Logs hold neither the question nor its asker."""
    process = started({**environment, **slack_at(slack)})
    assert requests.get(f"http://127.0.0.1:{environment['PORT']}/", timeout=5).status_code == 404
    slack.faults = [Fault("chat.postMessage", delay=1.5)]
    said = {
        "type": "message",
        "channel_type": "im",
        "channel": "D1",
        "user": "U0CANARY",
        "text": "can i scroll instagram on the clock zebrafinch",
        "ts": "1",
    }
    content, headers = signed(event(said), form=False)
    url = f"http://127.0.0.1:{environment['PORT']}/slack/events"
    assert requests.post(url, data=content, headers=headers, timeout=5).status_code == 200
    errors = stopped(process)
    assert len(slack.posted) == 1
    assert "turn slack said ask" in errors
    for private in ("zebrafinch", "U0CANARY", "xoxb-1", SECRET):
        assert private not in errors


def asked(environment: dict[str, str], channel: str) -> None:
    """Somebody asks in Slack."""
    said = {"type": "message", "channel_type": "im", "channel": channel, "user": "U1", "text": "416.8.5 f", "ts": "1"}
    content, headers = signed(event(said), form=False)
    url = f"http://127.0.0.1:{environment['PORT']}/slack/events"
    assert requests.post(url, data=content, headers=headers, timeout=5).status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        Fault("chat.postMessage", times=99, status=429, headers={"Retry-After": "30"}),
        Fault("chat.postMessage", times=99, delay=12),
    ],
    ids=["limited", "hanging"],
)
def test_stopping_waits_for_nobody(environment: dict[str, str], slack: SlackStandIn, fault: Fault) -> None:
    """A platform that takes no answers and a caller that does not finish its request cost seconds, not the deadline."""
    process = started({**environment, **slack_at(slack)})
    slack.faults = [fault]
    for channel in ("D1", "D2", "D3"):
        asked(environment, channel)
    with socket.create_connection(("127.0.0.1", int(environment["PORT"]))) as caller:
        caller.sendall(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
        stopped(process)


def test_stopping_does_not_wait_for_a_locked_ledger(
    environment: dict[str, str], state: Path, tmp_path: Path, slack: SlackStandIn
) -> None:
    """Another program holds the file, and a queue stands before it: the program ends in time all the same, and well."""
    (tmp_path / "weights").symlink_to(state / "weights")
    environment = {**environment, **slack_at(slack), "CLAUSEBOT_DATA_DIR": str(tmp_path)}
    process = started(environment)
    lock = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    for channel in ("D1", "D2", "D3"):
        asked(environment, channel)
    assert "ledger" in stopped(process)
    lock.close()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "No channel is configured"),
        ({"CLAUSEBOT_ENV": "local", "SLACK_BOT_TOKEN": "xoxb-1"}, "local mode asks nobody who they are"),
        ({"CLAUSEBOT_ENV": "local", "DYNO": "web.1"}, "DYNO is set"),
        ({"MICROSOFT_APP_PASSWORD": "x", "MICROSOFT_APP_TENANT_ID": "t"}, "MICROSOFT_APP_ID is missing"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "DYNO": "web.1"}, "ALLOW_EPHEMERAL_STORAGE=1"),
        ({"CLAUSEBOT_ENV": "local", "CLAUSEBOT_SECRET": "short"}, "CLAUSEBOT_SECRET"),
        ({"SLACK_BOT_TOKEN": "xoxp-1", "SLACK_SIGNING_SECRET": "s"}, "must begin with xoxb-"),
    ],
)
def test_it_refuses_to_start(environment: dict[str, str], more: dict[str, str], told: str) -> None:
    """With a sentence and exit code 1, where nothing would be served or anybody would be."""
    process = subprocess.run(
        [sys.executable, "-m", "bot", "run"], env={**environment, **more}, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert process.returncode == 1
    assert told in process.stderr
    assert "Traceback" not in process.stderr


def test_a_taken_port_is_told(environment: dict[str, str]) -> None:
    """In a sentence."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(environment["PORT"])))
        taken.listen()
        process = subprocess.run(
            [sys.executable, "-m", "bot", "run"],
            env={**environment, "CLAUSEBOT_ENV": "local"},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert process.returncode == 1
    assert "is taken; stop what uses it, or choose another with PORT or --port" in process.stderr
    assert "Traceback" not in process.stderr
