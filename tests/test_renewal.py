"""A version that comes into force while the program runs: it is learnt beside, and whatever fails is tried again."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable

import pytest

from bot.dispatcher import Dispatcher
from bot.ledger import DatabaseGone
from bot.people import Sender
from bot.publishing import Published, changes
from bot.renewal import Renewal
from bot.turns import Said
from policy_kb import KnowledgeBase

ASKED = "may I post a photo of a child?"


@pytest.fixture
def door(dispatcher: Dispatcher) -> Dispatcher:
    """Its ledger has another version of the policy in force than the one that it answers from."""

    def publish() -> None:
        old = dispatcher.knowledge.policy("416")
        clauses = tuple(old.clauses[:-1])
        new = Published(
            type(old)(old.id, old.title, old.organisation, old.adopted, old.effective, old.source, clauses),
            "",
            changes(old, old),
            "Carla Voss",
            datetime.datetime(2026, 11, 19, tzinfo=datetime.UTC),
        )
        dispatcher.ledger.open()
        dispatcher.ledger.policies.publish(new)

    dispatcher.thread.submit(publish).result()
    return dispatcher


def ran(door: Dispatcher, learn: Callable[[], KnowledgeBase | None], until: Callable[[Renewal], bool]) -> Renewal:
    """Lets it look, every now and then, until something is so; then it is stopped."""

    async def run() -> Renewal:
        renewal = Renewal(door, learn, every=0.01)
        await renewal.start()
        async with asyncio.timeout(20):
            while not until(renewal):
                await asyncio.sleep(0.01)
        await renewal.stop()
        return renewal

    return asyncio.run(run())


def test_what_was_learnt_is_answered_from(door: Dispatcher) -> None:
    """A turn that is under way goes on with what it began with; the next one has the new version."""
    before = door.knowledge
    found = KnowledgeBase.__new__(KnowledgeBase)
    found.__dict__.update(before.__dict__)

    async def run() -> None:
        asked = asyncio.ensure_future(door.handle(Said(ASKED), Sender("web")))
        await asyncio.sleep(0)
        await Renewal(door, lambda: found).round()
        assert (await asked).blocks
        assert door.knowledge is found
        assert (await door.handle(Said(ASKED), Sender("web"))).blocks

    asyncio.run(run())


@pytest.mark.parametrize("error", [RuntimeError, DatabaseGone])
def test_whatever_fails_is_tried_again(
    door: Dispatcher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: type[Exception]
) -> None:
    """Where it cannot be looked whether there is another version, too; a database that is away is nothing to tell of."""
    looked = 0

    def changed(*_: object) -> bool:
        nonlocal looked
        looked += 1
        if looked <= 2:
            raise error("secret words")
        return False

    monkeypatch.setattr("bot.renewal.editions.changed", changed)
    renewal = ran(door, lambda: None, lambda _: looked > 3)
    assert renewal.ready() == ""
    assert len(caplog.records) == (error is RuntimeError)
    assert "secret" not in caplog.text


def test_what_cannot_be_learnt_is_told(door: Dispatcher, caplog: pytest.LogCaptureFixture) -> None:
    """Once in the log, without content, and in /readyz as long as it lasts; the version before answers on."""
    before, calls = door.knowledge, 0

    def learn() -> KnowledgeBase | None:
        nonlocal calls
        calls += 1
        raise ValueError("secret words")

    renewal = ran(door, learn, lambda each: calls > 2 and bool(each.ready()))
    assert renewal.ready().startswith("the version in force cannot be learnt (ValueError at test_renewal.py")
    assert len(caplog.records) == 1
    assert "secret" not in caplog.text
    assert door.knowledge is before
