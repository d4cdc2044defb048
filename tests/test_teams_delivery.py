"""When Microsoft fails: what is posted again, what is not, how long a turn takes, and that nobody else waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
import requests
from prometheus_client import REGISTRY

from bot.channels import once
from bot.channels.teams import channel, connector, keys, login
from bot.channels.teams.connector import TURN, may_answer, pause
from bot.channels.teams.login import LoginFailed
from bot.dispatcher import Dispatcher
from tests.teams_driver import TeamsDriver, visible
from tests.teams_stand_in import Fault, Person, call, message, pressed

QUESTION = "can i scroll instagram while im on the clock"
HELP = {"action": "help", "value": ""}


@pytest.fixture
def alice(dispatcher: Dispatcher) -> Iterator[TeamsDriver]:
    """Alice, staff, in her chat with the bot."""
    with closing(TeamsDriver(dispatcher)) as driver:
        yield driver


def counted(ended: str) -> float:
    """How many calls to Teams ended so."""
    return REGISTRY.get_sample_value("clausebot_platform_calls_total", {"channel": "teams", "ended": ended}) or 0.0


@pytest.mark.parametrize(
    ("fault", "ended"),
    [
        (Fault(status=429, headers={"Retry-After": "1"}), "waited"),
        (Fault(status=429), "waited"),
        (Fault(status=500, times=2), "waited"),
        (Fault(status=503), "waited"),
        (Fault(cut=True), "again"),
        (Fault(status=504), "again"),
    ],
    ids=["429 with Retry-After", "429", "500 twice", "503", "cut", "504"],
)
def test_what_was_not_accepted_is_posted_again(alice: TeamsDriver, fault: Fault, ended: str) -> None:
    """Until it is there, once, and counted."""
    alice.microsoft.faults.append(fault)
    before, times, start = counted(ended), fault.times, time.monotonic()
    assert "416.8.5.f" in alice.say(QUESTION)
    assert counted(ended) == before + times
    assert time.monotonic() - start >= float(fault.headers.get("Retry-After", 0))


def test_a_lost_answer_is_sent_once_more_and_no_more(alice: TeamsDriver) -> None:
    """Nobody can read back whether the first one arrived; two copies are the most."""
    alice.microsoft.faults.append(Fault(times=9, lose=True))
    before = counted("failed")
    assert call(alice.bot.url, message(alice.microsoft, Person(), QUESTION), alice.microsoft.token()).status_code == 200
    assert len(alice.microsoft.posts) == 2
    assert counted("failed") == before + 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_what_teams_refuses_is_not_tried_again(alice: TeamsDriver, status: int, caplog: pytest.LogCaptureFixture) -> None:
    """The log says the code and no word of the answer; Teams gets its 200."""
    alice.microsoft.faults.append(Fault(times=9, status=status))
    assert call(alice.bot.url, message(alice.microsoft, Person(), QUESTION), alice.microsoft.token()).status_code == 200
    assert alice.microsoft.attempts == 1
    assert f"not delivered: post: {status}" in caplog.text
    assert "instagram" not in caplog.text


def test_what_cannot_be_sent_is_shown_where_it_was_pressed(alice: TeamsDriver) -> None:
    """The invoke itself brings the card, then."""
    alice.microsoft.faults.append(Fault(times=9, status=403))
    answer = alice.call(pressed(alice.microsoft, Person(), HELP))
    assert answer["type"] == "application/vnd.microsoft.card.adaptive"
    assert "word for word" in visible(answer["value"])


def test_a_dead_or_slow_service_keeps_nobody_else_waiting(alice: TeamsDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others are answered meanwhile, and its own turn ends in time."""
    monkeypatch.setattr(connector, "ATTEMPT", 1.5)
    alice.microsoft.faults.append(Fault(times=9, delay=30.0, conversation="a:slow"))
    dead = {**message(alice.microsoft, Person("dead"), QUESTION), "serviceUrl": "http://127.0.0.1:1/"}
    calls = [
        (dead, alice.microsoft.token(serviceurl="http://127.0.0.1:1/")),
        (message(alice.microsoft, Person("slow"), QUESTION), alice.microsoft.token()),
    ]

    def timed(asked: tuple[Any, str]) -> float:
        start = time.monotonic()
        assert call(alice.bot.url, *asked).status_code == 200
        return time.monotonic() - start

    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(timed, asked) for asked in calls]
        time.sleep(0.2)
        quick = [
            timed((message(alice.microsoft, Person(f"p{number}"), QUESTION), alice.microsoft.token())) for number in range(5)
        ]
        assert max(quick) < 1.0
        assert max(each.result() for each in waiting) < TURN + 1.0


def test_a_blocked_login_keeps_nobody_waiting(dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token the answer cannot be sent; the server goes on, and says why it is not ready."""
    monkeypatch.setattr(login, "TIMEOUT", 0.5)
    stuck = threading.Event()

    def blocked() -> str:
        stuck.wait(20)
        raise LoginFailed("invalid_client AADSTS7000215")

    with closing(TeamsDriver(dispatcher, fetch=blocked)) as driver, ThreadPoolExecutor(1) as threads:
        turn = threads.submit(call, driver.bot.url, message(driver.microsoft, Person(), QUESTION), driver.microsoft.token())
        time.sleep(0.2)
        assert requests.get(f"{driver.bot.url}/healthz", timeout=1).status_code == 200
        assert turn.result().status_code == 200
        assert driver.channel.ready() == ""
        stuck.set()
        until(lambda: bool(driver.channel.ready()))
        ready = requests.get(f"{driver.bot.url}/readyz", timeout=5)
        assert (ready.status_code, ready.text) == (503, "Teams: the bot gets no token (invalid_client AADSTS7000215)\n")


def until(done: Callable[[], bool]) -> None:
    """Waits until something has happened."""
    end = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.005)


def test_a_blocked_ledger_keeps_no_answer_back(
    alice: TeamsDriver, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What it would have said or kept is done without, and logged."""
    monkeypatch.setattr(once, "LEDGER_PATIENCE", 0.2)
    monkeypatch.setattr(channel, "REMEMBERING", 0.2)
    stuck = threading.Event()
    dispatcher.thread.submit(stuck.wait, 20)
    try:
        assert "416.8.5.f" in alice.say(QUESTION)
    finally:
        stuck.set()
    assert "the ledger did not say whether a delivery is new: TimeoutError" in caplog.text
    assert "a reference was not kept: TimeoutError" in caplog.text


def test_a_blocked_key_server_keeps_nobody_waiting(alice: TeamsDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever cannot be checked gets 503 in the end; everything else is answered meanwhile."""
    monkeypatch.setattr(keys, "TIMEOUT", 1.5)
    alice.microsoft.keys_delay = 30.0
    with ThreadPoolExecutor(3) as threads:
        body = message(alice.microsoft, Person(), QUESTION)
        waiting = [threads.submit(call, alice.bot.url, body, alice.microsoft.token()) for _ in range(3)]
        time.sleep(0.2)
        start = time.monotonic()
        assert requests.get(f"{alice.bot.url}/healthz", timeout=1).status_code == 200
        assert call(alice.bot.url, body, "Bearer x.y.z").status_code == 401
        assert time.monotonic() - start < 1.0
        assert [each.result().status_code for each in waiting] == [503] * 3
    assert alice.microsoft.keys_asked == 1
    assert requests.get(f"{alice.bot.url}/readyz", timeout=5).text.startswith("Teams: the keys of Microsoft’s login cannot")


def test_turns_in_flight_finish_when_the_bot_stops(dispatcher: Dispatcher) -> None:
    """A message that is being answered is answered, although nobody waits for the request any more."""
    driver = TeamsDriver(dispatcher)
    try:
        driver.microsoft.faults.append(Fault(status=429, headers={"Retry-After": "1"}))
        headers = {"Authorization": driver.microsoft.token()}
        body = message(driver.microsoft, Person(), QUESTION)
        with pytest.raises(requests.ReadTimeout):
            requests.post(f"{driver.bot.url}/api/messages", json=body, headers=headers, timeout=0.4)
        driver.bot.close()
        assert len(driver.microsoft.posts) == 1
    finally:
        driver.microsoft.close()


@pytest.mark.parametrize(
    ("service", "local", "answered"),
    [
        ("https://smba.trafficmanager.net/amer/", False, True),
        ("http://smba.trafficmanager.net/amer/", False, False),
        ("http://localhost:3979/", False, False),
        ("ftp://example.org/", False, False),
        ("https://", False, False),
        ("https://[bad/", False, False),
        ("https://example.org:99999/", False, False),
        ("nonsense", False, False),
        ("http://localhost:56150/_connector", True, True),
        ("http://127.0.0.1:1/", True, True),
        ("http://[::1]:1/", True, True),
        ("https://smba.trafficmanager.net/amer/", True, False),
        ("http://192.0.2.1/", True, False),
    ],
)
def test_where_answers_may_go(service: str, local: bool, answered: bool) -> None:
    """Encrypted to Microsoft, or to this machine in local mode."""
    assert may_answer(service, local=local) is answered


@pytest.mark.parametrize(("attempt", "asked", "waited"), [(1, None, 0.25), (2, None, 0.75), (3, None, 2.25), (1, 7.0, 7.0)])
def test_how_long_is_waited(attempt: int, asked: float | None, waited: float) -> None:
    """Three times as long each time, or as long as Teams asks."""
    assert pause(attempt, asked) == waited
