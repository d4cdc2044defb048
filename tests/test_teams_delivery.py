"""When Microsoft fails: what is posted again, what is not, how long a turn takes, and that nobody else waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import requests
from prometheus_client import REGISTRY

from bot.channels import once
from bot.channels.teams import channel, connector, keys, login
from bot.channels.teams.connector import TURN, may_answer, pause
from bot.channels.teams.login import LoginFailed
from bot.dispatcher import Dispatcher
from tests.teams_driver import TeamsDriver, until, visible
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
    return REGISTRY.get_sample_value("clausebot_platform_troubles_total", {"channel": "teams", "ended": ended}) or 0.0


@pytest.mark.parametrize(
    ("fault", "ended"),
    [
        (Fault(status=429, headers={"Retry-After": "1"}), "waited"),
        (Fault(status=429), "waited"),
        (Fault(status=500), "again"),
        (Fault(status=503), "again"),
        (Fault(cut=True), "again"),
        (Fault(status=504), "again"),
    ],
    ids=["429 with Retry-After", "429", "500", "503", "cut", "504"],
)
def test_what_was_not_accepted_is_posted_again(alice: TeamsDriver, fault: Fault, ended: str) -> None:
    """Until it is there, once, and counted."""
    alice.microsoft.faults.append(fault)
    before, times, start = counted(ended), fault.times, time.monotonic()
    assert "416.8.5.f" in alice.say(QUESTION)
    assert counted(ended) == before + times
    assert time.monotonic() - start >= float(fault.headers.get("Retry-After", 0))


@pytest.mark.parametrize(
    "fault",
    [Fault(times=9, lose=True), Fault(times=9, status=500), Fault(times=9, status=502), Fault(times=9, status=504)],
    ids=["lost", "500", "502", "504"],
)
def test_what_may_have_been_accepted_is_sent_once_more_and_no_more(alice: TeamsDriver, fault: Fault) -> None:
    """Nobody can read back whether the first one arrived; two copies are the most."""
    alice.microsoft.faults.append(fault)
    before = counted("failed")
    assert alice.call(message(alice.microsoft, Person(), QUESTION)) == {}
    assert alice.microsoft.attempts == 2
    assert counted("failed") == before + 1


def test_what_is_delivered_without_ado_is_not_counted(alice: TeamsDriver) -> None:
    """Who subtracts the turns that are counted from all answers would learn when the others happened."""
    before = platform_calls()
    assert "416.8.5.f" in alice.say(QUESTION)
    assert platform_calls() == before


def platform_calls() -> dict[str, float]:
    """All that is counted about calls to Teams."""
    samples = [sample for each in REGISTRY.collect() if each.name.startswith("clausebot_platform") for sample in each.samples]
    return {f"{each.name} {each.labels}": each.value for each in samples if each.labels.get("channel") == "teams"}


def test_a_message_is_acknowledged_before_it_is_answered(alice: TeamsDriver) -> None:
    """Microsoft waits for nothing that takes long, and so has no reason to deliver it again."""
    alice.microsoft.faults.append(Fault(delay=1.0))
    start = time.monotonic()
    body = message(alice.microsoft, Person(), QUESTION)
    assert call(alice.bot.url, body, alice.microsoft.token()).status_code == 200
    assert time.monotonic() - start < 0.9
    alice.settle()
    assert len(alice.microsoft.posts) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_what_teams_refuses_is_not_tried_again(alice: TeamsDriver, status: int, caplog: pytest.LogCaptureFixture) -> None:
    """The log says the code and no word of the answer; Teams gets its 200."""
    alice.microsoft.faults.append(Fault(times=9, status=status))
    assert alice.call(message(alice.microsoft, Person(), QUESTION)) == {}
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
    start = time.monotonic()
    assert call(alice.bot.url, dead, alice.microsoft.token(serviceurl="http://127.0.0.1:1/")).status_code == 200
    slow = message(alice.microsoft, Person("slow"), QUESTION)
    assert call(alice.bot.url, slow, alice.microsoft.token()).status_code == 200
    for number in range(5):
        begun = time.monotonic()
        person = Person(f"p{number}")
        assert call(alice.bot.url, message(alice.microsoft, person, QUESTION), alice.microsoft.token()).status_code == 200
        until(lambda person=person: alice.microsoft.sent_to(person.conversation))
        assert time.monotonic() - begun < 1.0
    assert alice.channel._running, "the slow ones are still being tried"
    alice.settle()
    assert time.monotonic() - start < TURN + 2.0


def test_a_blocked_login_keeps_nobody_waiting(dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token the answer cannot be sent; the server goes on, and says why it is not ready."""
    monkeypatch.setattr(login, "TIMEOUT", 0.5)
    stuck = threading.Event()

    def blocked() -> str:
        stuck.wait(20)
        raise LoginFailed("invalid_client AADSTS7000215")

    with closing(TeamsDriver(dispatcher, fetch=blocked)) as driver:
        driver.call(message(driver.microsoft, Person(), QUESTION))
        assert requests.get(f"{driver.bot.url}/healthz", timeout=1).status_code == 200
        assert driver.microsoft.attempts == 0
        assert driver.channel.ready() == ""
        stuck.set()
        until(driver.channel.ready)
        ready = requests.get(f"{driver.bot.url}/readyz", timeout=5)
        assert (ready.status_code, ready.text) == (503, "Teams: the bot gets no token (invalid_client AADSTS7000215)\n")


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
    """A message that is being answered is answered, although its request was over long ago."""
    driver = TeamsDriver(dispatcher)
    try:
        driver.microsoft.faults.append(Fault(status=429, headers={"Retry-After": "1"}))
        body = message(driver.microsoft, Person(), QUESTION)
        assert call(driver.bot.url, body, driver.microsoft.token()).status_code == 200
        assert driver.microsoft.posts == []
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
