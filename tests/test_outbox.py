"""The delivery loop over every database: to whom, how often, in which order, and what is recorded of it."""

from __future__ import annotations

import asyncio
import datetime
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.channels import DeliveryError
from bot.database.postgres import Postgres
from bot.database.sqlite import SQLite
from bot.ledger import DatabaseGone, Ledger, migrations
from bot.office_hours import Hours
from bot.outbox import Outbox
from bot.pacing import Pace, Pacing
from bot.records import Act
from bot.views import Button, Field, Form, Heading, view
from tests.databases import KINDS, Handle, opened, schema
from tests.outboxes import (
    ALICE,
    BOB,
    HANA,
    NOW,
    Recorder,
    delivered,
    notice,
    people,
    put,
    refusing,
    running,
    until,
)

NOTICES = int(os.environ.get("CLAUSEBOT_NOTICES", "300"))
# Every chat that somebody may have.
EVERYWHERE = (("slack", "alice"), ("teams", "alice"), ("web", "alice"))


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Handle]:
    """Each implementation of the handle, laid."""
    with opened(request.param, tmp_path) as handle:
        migrations.migrate(handle)
        yield handle


@pytest.fixture
def ledger(database: Handle) -> Ledger:
    """The ledger over it."""
    return Ledger(database)


@pytest.fixture
def memory() -> Iterator[Ledger]:
    """A ledger in memory, where the database makes no difference."""
    handle = SQLite()
    yield Ledger(handle)
    handle.close()


def state(ledger: Ledger, key: str) -> dict[str, object]:
    """The row of a notice."""
    (found,) = ledger._database.rows("SELECT * FROM outbox WHERE key = ?", [key])
    return dict(found)


def one_in_ten() -> Callable[[str], None]:
    """Refuses each tenth call before it is accepted, half of them with the wish to wait."""
    calls = [0]

    def refuse(_: str) -> None:
        calls[0] += 1
        if calls[0] % 10 == 0:
            raise DeliveryError("send: HTTP 429", permanent=False, retry_after=0.001 if calls[0] % 20 else None)

    return refuse


def test_every_notice_arrives_exactly_once_and_in_order(ledger: Ledger) -> None:
    """From a channel that refuses one call in ten (300; 10,000 with CLAUSEBOT_NOTICES)."""
    addresses = max(1, NOTICES // 5)
    with ledger.transaction():
        for number in range(NOTICES):
            ledger.notices.add(notice(f"{number:05}", f"slack:C{number % addresses}"))
    channel = Recorder(refuse=one_in_ten())
    begun = time.perf_counter()
    delivered(ledger, channel, seconds=600)
    took = time.perf_counter() - begun
    sys.stdout.write(f"\n{datetime.date.today()} {NOTICES} notices, one call in ten refused: {took:.1f} s\n")
    assert sorted(channel.keys) == [f"{number:05}" for number in range(NOTICES)]
    order: dict[str, list[str]] = {}
    for to, _, key, _ in channel.sent:
        order.setdefault(to, []).append(key)
    assert all(keys == sorted(keys) for keys in order.values())
    assert len(order) == addresses


def test_what_was_sent_leaves_no_content(ledger: Ledger) -> None:
    """Only the key stays, so that it is not sent again."""
    put(ledger, notice("a", "email:alice@city.example"))
    delivered(ledger, Recorder("email"))
    assert state(ledger, "a")["state"] == "sent"
    assert "zebrafinch" not in str(state(ledger, "a"))
    assert "alice" not in str(state(ledger, "a"))


def test_a_person_is_reached_where_they_are(memory: Ledger) -> None:
    """Slack, then Teams, then the local page, then e-mail; only channels that are on count."""
    people(memory, ALICE, BOB, accounts=EVERYWHERE)
    channels = {name: Recorder(name) for name in ("email", "web", "teams", "slack")}
    for number, name in enumerate(("slack", "teams", "web", "email")):
        put(memory, notice(f"n{number}", "person:alice"))
        delivered(memory, *channels.values())
        assert channels.pop(name).keys == [f"n{number}"]
    put(memory, notice("nowhere", "person:alice"), notice("nobody", "person:nobody"), notice("no address", "person:bob"))
    delivered(memory, Recorder("email", refuse=refusing(permanent=True)))
    errors = {dead.key: dead.error for dead in memory.notices.dead()}
    assert errors == {"nowhere": "send: HTTP 400", "nobody": "no way to reach them", "no address": "no way to reach them"}


def test_a_permanent_failure_falls_to_the_next_channel(memory: Ledger) -> None:
    """In the same attempt; one that may pass is waited for."""
    people(memory, ALICE, accounts=EVERYWHERE)
    put(memory, notice("a", "person:alice"))
    slack, teams = Recorder("slack", refusing(permanent=True)), Recorder("teams", refusing(times=2))
    web = Recorder("web")
    delivered(memory, slack, teams, web)
    assert (slack.keys, teams.keys, web.keys) == ([], ["a"], [])
    assert teams.sent[0][0] == "teams-alice"
    assert teams.sent[0][3]


def test_the_last_attempt_tries_all_that_is_left(memory: Ledger) -> None:
    """A channel that has been away for two days keeps nobody from an e-mail."""
    people(memory, ALICE, accounts=EVERYWHERE)
    put(memory, notice("a", "person:alice"))
    slack, email = Recorder("slack", refusing()), Recorder("email")
    delivered(memory, slack, email)
    assert email.keys == ["a"]
    assert state(memory, "a")["attempts"] == 9


def test_a_place_is_its_own_only_way(memory: Ledger) -> None:
    """A channel's notice goes nowhere else."""
    put(memory, notice("a", "slack:C1"), notice("b", "teams:19:x@thread.tacv2"), notice("c", "email:clerk@city.example"))
    slack, teams, email = Recorder("slack", refusing(permanent=True)), Recorder("teams"), Recorder("email")
    delivered(memory, slack, teams, email)
    assert [each[0] for each in teams.sent] == ["19:x@thread.tacv2"]
    assert [each[0] for each in email.sent] == ["clerk@city.example"]
    assert [dead.key for dead in memory.notices.dead()] == ["a"]


def test_buttons_are_signed_and_forms_stay_behind(memory: Ledger) -> None:
    """A button that opens a form is sent; the form itself could not be filled there."""
    form = Form("sign", "Sign", (Field("name", "Name"),), "Sign", "state")
    put(
        memory,
        notice("a", "slack:C1", Heading("Please sign"), form, Button("Read and sign", "open:sign", "r1"), Button("Why?", "why")),
    )
    slack = Recorder()
    delivered(memory, slack)
    expected = view(Heading("Please sign"), Button("Read and sign", "open:sign", "signed r1"), Button("Why?", "why"))
    assert slack.sent[0][1] == expected


def test_giving_up(memory: Ledger) -> None:
    """After the last attempt it is dead, with the code of the last failure; what waited for it goes on."""
    put(memory, notice("a"), notice("b"))
    calls: list[str] = []

    def refuse(key: str) -> None:
        calls.append(key)
        if key == "a":
            raise DeliveryError("send: HTTP 503", permanent=False)

    slack = Recorder(refuse=refuse)
    delivered(memory, slack)
    (dead,) = memory.notices.dead()
    assert (dead.key, dead.error, dead.attempts) == ("a", "send: HTTP 503", 9)
    assert calls == ["a"] * 9 + ["b"]


def test_whatever_a_channel_stumbles_over_is_tried_again(memory: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    """And told by its place only, never by its words."""
    put(memory, notice("a"))
    times = [2]

    def refuse(key: str) -> None:
        if times[0]:
            times[0] -= 1
            raise ValueError("zebrafinch")

    slack = Recorder(refuse=refuse)
    delivered(memory, slack)
    assert slack.keys == ["a"]
    assert "ValueError" in caplog.text
    assert "zebrafinch" not in caplog.text


def test_a_view_of_another_version_waits_for_it(memory: Ledger) -> None:
    """A newer replica may know the block; if none comes, it is dead and not half sent."""
    put(memory, notice("a"))
    memory._database.run("UPDATE outbox SET view = ?", ['[{"block": "hologram"}]'])
    slack = Recorder()
    delivered(memory, slack)
    assert slack.sent == []
    assert memory.notices.dead()[0].error == "view: UnknownBlock"
    assert memory.notices.dead()[0].attempts == 9


def test_a11_the_copy_is_recorded_with_its_arrival(ledger: Ledger) -> None:
    """In one transaction: a record `copied` of the signer, for the same policy, version and request, once."""
    people(ledger, ALICE, accounts=EVERYWHERE)
    with ledger.transaction(deciding=True):
        ledger.acts.append(
            Act("r1", "signed", NOW, "416", "v1", "q1", {"text_sha256": "0"}, "alice", {"typed_name": "Alice Stone"})
        )
    put(ledger, notice("copy:r1", "person:alice", cause="copy:r1"), notice("b", cause="copy:gone"), notice("c", cause="else:x"))
    delivered(ledger, Recorder("slack", refusing(times=1)))
    signed, copied = ledger.acts.all()
    assert (copied.kind, copied.policy, copied.version, copied.request, copied.person) == ("copied", "416", "v1", "q1", "alice")
    assert '"how":"slack","signed":"r1"' in copied.body
    assert signed.seq + 1 == copied.seq
    assert ledger.notices.counts(NOW.timestamp()).waiting == 0


def test_a_copy_that_did_not_arrive_is_not_recorded(memory: Ledger) -> None:
    """A signature without a copy is not final."""
    with memory.transaction(deciding=True):
        memory.acts.append(Act("r1", "signed", NOW, "416", "v1"))
    put(memory, notice("copy:r1", cause="copy:r1"))
    delivered(memory, Recorder("slack", refusing(permanent=True)))
    assert [entry.kind for entry in memory.acts.all()] == ["signed"]


def test_roots_are_recorded_as_posted_or_failed(ledger: Ledger) -> None:
    """What a witness did not take is recorded as that."""
    put(ledger, notice("a", cause="root:2026-11-19:slack"), notice("b", "teams:x", cause="root:2026-11-19:teams"))
    delivered(ledger, Recorder("slack"), Recorder("teams", refusing(permanent=True)))
    found = {each.name: (each.state, each.detail) for each in ledger.acts.witnesses(datetime.date(2026, 11, 19))}
    assert found == {"slack": ("posted", ""), "teams": ("failed", "send: HTTP 400")}


def test_whose_targets_cannot_be_read_is_given_up(memory: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    """After as many attempts as any other, and told by its place only; others go on meanwhile."""
    people(memory, ALICE, accounts=EVERYWHERE)
    memory._database.run("UPDATE person SET employment = 'zebrafinch'")
    put(memory, notice("a", "person:alice"), notice("b"))
    slack = Recorder()
    delivered(memory, slack)
    assert slack.keys == ["b"]
    (dead,) = memory.notices.dead()
    assert (dead.key, dead.error, dead.attempts) == ("a", "not worked on: ValueError", 9)
    assert "zebrafinch" not in caplog.text


def test_where_even_that_cannot_be_kept_others_go_on(memory: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    """It is told, and the lease ends by itself."""
    put(memory, notice("a", cause="root:no day:slack"), notice("b", "slack:C2"))
    slack = Recorder(refuse=lambda key: refusing(permanent=True)(key) if key == "a" else None)
    delivered(memory, slack, done=lambda: slack.keys == ["b"] and "could not be kept: ValueError" in caplog.text)


def test_what_cannot_be_recorded_is_not_sent_again(memory: Ledger) -> None:
    """A mistake of ours after it was sent must not write to somebody again and again."""
    put(memory, notice("a", cause="root:no day:slack"))
    slack = Recorder()
    delivered(memory, slack)
    assert slack.keys == ["a"]
    assert memory.notices.dead()[0].error == "sent, but not recorded: ValueError"


def test_hr_is_told_once_a_day_how_many_died(ledger: Ledger) -> None:
    """Each who is HR, in office hours, and never about those notices themselves."""
    people(ledger, ALICE, HANA)
    put(ledger, *(notice(f"n{number}", "person:nobody") for number in range(2)))
    delivered(ledger, Recorder("slack"))
    email = Recorder("email")
    moments = ((0, 11), (0, 16), (0, 17), (1, 16), (3, 16), (3, 17))
    for days, hour in moments:
        now = NOW.replace(hour=hour) + datetime.timedelta(days=days)
        _one_round(ledger, email, now)
    assert email.keys == ["dead:2026-11-20:hana", "dead:2026-11-23:hana"]
    assert "2 notices could not be delivered" in str(email.sent[0][1])
    _one_round(ledger, Recorder("email", refusing(permanent=True)), NOW + datetime.timedelta(days=4))
    assert len(ledger.notices.dead()) == 3
    _one_round(ledger, email, NOW + datetime.timedelta(days=5))
    assert "2 notices could not be delivered" in str(email.sent[-1][1])


def _one_round(ledger: Ledger, sender: Recorder, now: datetime.datetime) -> None:
    """A fresh outbox at this moment, until it has nothing to do."""

    def idle() -> bool:
        return ledger.notices.counts(now.timestamp()).waiting == 0

    async def run() -> None:
        with ThreadPoolExecutor(1) as thread:
            loop = asyncio.get_running_loop()
            async with running(ledger, thread, sender, clock=now.timestamp, hours=Hours()) as outbox:
                await until(lambda: outbox._tended > 0)
                while not await loop.run_in_executor(thread, idle):
                    await asyncio.sleep(0.01)

    asyncio.run(run())


def test_the_time_of_a_notice_comes(memory: Ledger) -> None:
    """What is for later is sent then and not before."""
    moment = [NOW.timestamp()]
    put(memory, notice("later", at=NOW + datetime.timedelta(hours=1)), notice("now"))
    slack = Recorder()

    async def run() -> None:
        with ThreadPoolExecutor(1) as thread:
            async with running(memory, thread, slack, clock=lambda: moment[0]):
                await until(lambda: slack.keys == ["now"])
                await asyncio.sleep(0.1)
                assert slack.keys == ["now"]
                moment[0] += 3600
                await until(lambda: slack.keys == ["now", "later"])

    asyncio.run(run())


def test_a_poke_wakes_it_at_once(memory: Ledger) -> None:
    """From any thread; a poke before the start or after the end does nothing."""
    slack = Recorder()

    async def run() -> None:
        with ThreadPoolExecutor(1) as thread:
            loop = asyncio.get_running_loop()
            async with running(memory, thread, slack, every=60.0) as outbox:
                await asyncio.sleep(0.2)
                await loop.run_in_executor(thread, put, memory, notice("a"))
                await asyncio.sleep(0.2)
                assert slack.keys == []
                await loop.run_in_executor(thread, outbox.poke)
                await until(lambda: slack.keys == ["a"], 2)
            outbox.poke()

    asyncio.run(run())


def test_stopping_lets_go_what_was_not_begun(memory: Ledger) -> None:
    """What is being sent arrives; the rest is given back, and counts as no attempt."""
    put(memory, *(notice(f"n{number}", f"slack:C{number}") for number in range(5)))
    slack = Recorder()

    async def run() -> None:
        slack.held = asyncio.Event()
        with ThreadPoolExecutor(1) as thread:
            async with running(memory, thread, slack):
                await slack.begun.wait()
                asyncio.get_running_loop().call_later(0.1, slack.held.set)

    asyncio.run(run())
    assert slack.keys == ["n0"]
    assert state(memory, "n0")["state"] == "sent"
    for number in range(1, 5):
        row = state(memory, f"n{number}")
        assert (row["state"], row["attempts"], row["lease_by"]) == ("waiting", 0, "")


def test_what_hangs_is_cut_off(memory: Ledger) -> None:
    """Before its lease ends, and tried again."""
    put(memory, notice("a"))
    slack, calls = Recorder(), [0]

    def hang_once(_: str) -> None:
        calls[0] += 1
        slack.held = asyncio.Event()
        if calls[0] > 1:
            slack.held.set()

    slack.refuse = hang_once
    delivered(memory, slack, lease=0.4)
    assert slack.keys == ["a"]
    assert slack.sent[0][3]


def test_a_replica_that_dies_is_followed_by_another(ledger: Ledger) -> None:
    """When its lease has ended, and not before; what it had sent and not settled is sent once more, as such."""
    put(ledger, notice("a"))
    ledger.notices.claim(NOW.timestamp(), "dead", 10, 60)
    moment = [NOW.timestamp() + 59]
    slack = Recorder()

    async def run() -> None:
        with ThreadPoolExecutor(1) as thread:
            async with running(ledger, thread, slack, clock=lambda: moment[0]):
                await asyncio.sleep(0.2)
                assert slack.sent == []
                moment[0] += 1
                await until(lambda: bool(slack.sent))

    asyncio.run(run())
    assert slack.sent[0][2:] == ("a", True)


class Unsteady(SQLite):
    """A database that can go away and come back."""

    gone = False

    def run(self, sql: str, params: object = ()) -> int:
        """As usual, unless it is gone."""
        if self.gone:
            raise DatabaseGone
        return super().run(sql, params)  # type: ignore[arg-type]


def test_a_database_that_goes_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of sending too: what was sent is settled when it is back, and not sent again."""
    monkeypatch.setattr("bot.delivery.AWAY", 0.02)
    monkeypatch.setattr("bot.outbox.AWAY", 0.02)
    database = Unsteady()
    ledger, slack = Ledger(database), Recorder()
    put(ledger, notice("a"), notice("b"))

    async def run() -> None:
        slack.held = asyncio.Event()
        with ThreadPoolExecutor(1) as thread:
            async with running(ledger, thread, slack):
                await slack.begun.wait()
                database.gone = True
                slack.held.set()
                await asyncio.sleep(0.2)
                assert slack.keys == ["a"]
                database.gone = False
                await until(lambda: slack.keys == ["a", "b"])

    asyncio.run(run())
    assert state(ledger, "a")["attempts"] == state(ledger, "b")["attempts"] == 1
    database.close()


def test_pacing() -> None:
    """A second between two in a conversation, a quarter in the channel; a wish to wait holds the whole channel."""
    now = [100.0]
    pacing = Pacing({"slack": Pace(1.0, 0.25)}, lambda: now[0])
    assert pacing.wait("slack", "D1") == 0
    pacing.sent("slack", "D1")
    assert (pacing.wait("slack", "D1"), pacing.wait("slack", "D2"), pacing.wait("teams", "D1")) == (1.0, 0.25, 0.0)
    now[0] += 0.5
    assert (pacing.wait("slack", "D1"), pacing.wait("slack", "D2")) == (0.5, 0.0)
    pacing.hold("slack", 30.0)
    pacing.hold("slack", 3.0)
    assert (pacing.wait("slack", "D1"), pacing.wait("slack", "D2"), pacing.wait("email", "x")) == (30.0, 30.0, 0.0)
    pacing.sent("email", "x")
    assert pacing.wait("email", "x") == 0


def test_conversations_that_are_free_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory does not grow with everybody who was ever written to."""
    monkeypatch.setattr("bot.pacing._MOST", 3)
    now = [0.0]
    pacing = Pacing({"slack": Pace(1.0, 0.0)}, lambda: now[0])
    for number in range(10):
        now[0] += 0.6
        pacing.sent("slack", f"D{number}")
    assert len(pacing._conversations) <= 4
    assert pacing.wait("slack", "D9") == 1.0


def test_messages_keep_their_pace(memory: Ledger) -> None:
    """In one conversation, while others do not wait for it."""
    put(memory, *(notice(f"{conversation}{number}", f"slack:{conversation}") for conversation in "ab" for number in range(3)))
    times: dict[str, float] = {}
    slack = Recorder(refuse=lambda key: times.setdefault(key, time.monotonic()) and None)
    delivered(memory, slack, pacing=Pacing({"slack": Pace(0.2, 0.02)}))
    for conversation in "ab":
        for number in range(2):
            assert times[f"{conversation}{number + 1}"] - times[f"{conversation}{number}"] >= 0.19
    assert max(times.values()) - min(times.values()) < 0.8


def test_a_channel_that_asks_for_time_gets_it(memory: Ledger) -> None:
    """For all its conversations; those that had to wait long lose no attempt."""
    put(memory, notice("a", "slack:C1"), notice("b", "slack:C2"), notice("c", "email:clerk@city.example"))
    slack, email = Recorder(refuse=refusing(times=1, retry_after=500.0)), Recorder("email")

    async def run() -> None:
        with ThreadPoolExecutor(1) as thread:
            async with running(memory, thread, slack, email):
                await until(lambda: email.keys == ["c"])
                await asyncio.sleep(0.2)

    asyncio.run(run())
    assert slack.sent == []
    assert (state(memory, "a")["attempts"], state(memory, "b")["attempts"]) == (1, 0)
    assert state(memory, "b")["retry_at"] == pytest.approx(NOW.timestamp() + 500, abs=5)


def test_a_platform_that_hangs_keeps_no_other_back(memory: Ledger) -> None:
    """However many notices wait for it: after a few it is left alone for a while, and those that it had to wait for lose
    no attempt."""
    put(memory, *(notice(f"s{number}", f"slack:C{number}") for number in range(100)), notice("mail", "email:clerk@city.example"))
    slack, email = Recorder(held=asyncio.Event()), Recorder("email")
    delivered(memory, slack, email, done=lambda: email.keys == ["mail"], lease=0.6, next_attempt=lambda *_: 0.0)
    assert slack.sent == []
    assert sum(state(memory, f"s{number}")["attempts"] == 0 for number in range(100)) > 80


def test_what_is_told_to_whoever_runs_it(memory: Ledger) -> None:
    """Nothing where all is well; how many died, and how long the oldest has waited."""
    moment = [NOW.timestamp()]

    async def run() -> None:
        with ThreadPoolExecutor(1) as thread:
            slack = Recorder(refuse=refusing(permanent=True))
            async with running(memory, thread, slack, clock=lambda: moment[0]) as outbox:
                await asyncio.sleep(0.05)
                assert outbox.ready() == ""
                await asyncio.get_running_loop().run_in_executor(thread, put, memory, notice("a"), notice("b"))
                await asyncio.sleep(0.1)
                moment[0] += 6
                await until(lambda: outbox.ready() == "outbox: 2 notices could not be delivered")

    asyncio.run(run())
    outbox = Outbox(memory, ThreadPoolExecutor(1), str, [])
    for age, told in ((599, ""), (660, "11 minutes"), (7200, "2 hours"), (86400, "1 day")):
        put(memory, notice(f"late {age}", at=NOW - datetime.timedelta(seconds=age)))
        outbox._counts = memory.notices.counts(NOW.timestamp())
        assert (f"the oldest notice has waited {told}" in outbox.ready()) == bool(told)


def test_four_replicas_share_the_work() -> None:
    """On PostgreSQL, all at the same time: nothing twice, nothing lost, each address in its order."""
    with schema() as url:
        handles = [Postgres(url) for _ in range(4)]
        migrations.migrate(handles[0])
        put(Ledger(handles[0]), *(notice(f"{number:03}", f"slack:C{number % 30}") for number in range(200)))
        channels = [Recorder(refuse=one_in_ten()) for _ in handles]
        order: list[tuple[str, str]] = []
        for channel in channels:
            channel.sent = _Shared(order)

        async def run() -> None:
            with ThreadPoolExecutor(8) as thread:
                outboxes = [running(Ledger(each), thread, channel) for each, channel in zip(handles, channels, strict=True)]
                for each in outboxes:
                    await each.__aenter__()
                await until(lambda: len(order) >= 200, 30)
                await asyncio.sleep(0.2)
                for each in outboxes:
                    await each.__aexit__(None, None, None)

        asyncio.run(run())
        for handle in handles:
            handle.close()
    assert sorted(key for _, key in order) == [f"{number:03}" for number in range(200)]
    assert all(channel.sent.own for channel in channels)
    for address in {to for to, _ in order}:
        assert [key for to, key in order if to == address] == sorted(key for to, key in order if to == address)


class _Shared(list):  # type: ignore[type-arg]
    """What one replica has sent, written into one list for all."""

    def __init__(self, order: list[tuple[str, str]]) -> None:
        super().__init__()
        self.order = order
        self.own = 0

    def append(self, each: tuple[str, object, str, bool]) -> None:
        """One more."""
        self.own += 1
        self.order.append((each[0], each[2]))
