"""The outbox as rows, over every database: order, leases, what becomes of a notice, and what stays of it."""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.database.postgres import Postgres
from bot.database.sqlite import SQLite
from bot.ledger import Ledger, migrations
from bot.ledger.notices import KEPT, Dead
from bot.records import Notice, Withdrawn
from bot.views import Text, view
from tests.databases import KINDS, Handle, opened, schema

NOW = datetime.datetime(2026, 11, 20, 15, tzinfo=datetime.UTC).timestamp()
WORD = "zebrafinch"


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


def notice(
    key: str, to: str = "person:alice", at: float = NOW, topic: str = "", cause: str = "", *, urgent: bool = False
) -> Notice:
    """A notice that is due at `at`."""
    return Notice(key, to, view(Text(WORD)), datetime.datetime.fromtimestamp(at, datetime.UTC), topic, cause, urgent)


def put(ledger: Ledger, *notices: Notice) -> None:
    """Commits notices."""
    ledger.commit([], datetime.date(2026, 11, 20), notices)


def keys(ledger: Ledger, by: str = "one", now: float = NOW, most: int = 10) -> list[str]:
    """The keys of what is claimed for a minute."""
    return [each.key for each in ledger.notices.claim(now, by, most, 60)]


def row(database: Handle, key: str) -> dict[str, object]:
    """The row of a notice."""
    (found,) = database.rows("SELECT * FROM outbox WHERE key = ?", [key])
    return dict(found)


def test_a_key_is_one_notice(ledger: Ledger) -> None:
    """However often it is written, also after it was sent."""
    put(ledger, notice("a"), notice("a", to="person:bob"))
    (claimed,) = ledger.notices.claim(NOW, "one", 10, 60)
    assert (claimed.to, claimed.attempts) == ("person:alice", 1)
    assert json.loads(claimed.view) == [{"block": "text", "text": WORD}]
    assert ledger.notices.settle("a", "one")
    put(ledger, notice("a"))
    assert keys(ledger) == []


def test_a_notice_is_kept_with_its_cause_or_not_at_all(ledger: Ledger) -> None:
    """A transaction that fails keeps no notice."""

    def failing() -> None:
        with ledger.transaction():
            ledger.notices.add(notice("a"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert keys(ledger) == []


def test_order_is_kept_by_address(ledger: Ledger) -> None:
    """By time, then as they were added; each address has one on its way, and others do not wait for it."""
    put(
        ledger, notice("late", at=NOW - 1), notice("first", at=NOW - 5), notice("second", at=NOW - 5), notice("bob", "person:bob")
    )
    assert keys(ledger) == ["first", "bob"]
    assert keys(ledger, "two") == []
    assert ledger.notices.settle("first", "one")
    assert keys(ledger, "two") == ["second"]
    assert ledger.notices.bury("second", "two", "no way", NOW)
    assert keys(ledger) == ["late"]


def test_one_that_failed_is_waited_for(ledger: Ledger) -> None:
    """What comes after it in the same address does not overtake it."""
    put(ledger, notice("a", at=NOW - 5), notice("b"))
    assert keys(ledger) == ["a"]
    assert ledger.notices.fail("a", "one", NOW + 30, "chat.postMessage: HTTP 500")
    assert keys(ledger) == keys(ledger, now=NOW + 29) == []
    assert keys(ledger, now=NOW + 30) == ["a"]


def test_a_notice_for_later_blocks_nothing(ledger: Ledger) -> None:
    """Not even where it was added before."""
    put(ledger, notice("tomorrow", at=NOW + 86400), notice("now"))
    assert keys(ledger) == ["now"]
    assert keys(ledger, now=NOW + 1) == []
    assert ledger.notices.settle("now", "one")
    assert keys(ledger, now=NOW + 86400) == ["tomorrow"]


def test_an_earlier_one_does_not_overtake_what_is_on_its_way(ledger: Ledger) -> None:
    """Two are never under way to the same address."""
    put(ledger, notice("b"))
    assert keys(ledger) == ["b"]
    put(ledger, notice("a", at=NOW - 60))
    assert keys(ledger, "two") == []
    assert ledger.notices.settle("b", "one")
    assert keys(ledger, "two") == ["a"]


def test_a_lease_ends(ledger: Ledger) -> None:
    """Then another may take it up, and whoever had it says nothing about it any more."""
    put(ledger, notice("a"))
    assert keys(ledger, "one") == ["a"]
    assert keys(ledger, "two", NOW + 59) == []
    (again,) = ledger.notices.claim(NOW + 60, "two", 10, 60)
    assert again.attempts == 2
    assert not ledger.notices.settle("a", "one")
    assert not ledger.notices.fail("a", "one", NOW, "")
    assert not ledger.notices.bury("a", "one", "", NOW)
    assert ledger.notices.settle("a", "two")
    assert not ledger.notices.settle("a", "two")


def test_what_was_not_tried_is_given_back(ledger: Ledger) -> None:
    """It counts as no attempt, and may wait."""
    put(ledger, notice("a"), notice("b", "person:bob"))
    assert keys(ledger) == ["a", "b"]
    ledger.notices.release(["a", "b"], "two")
    ledger.notices.release(["a"], "one", NOW + 5)
    assert keys(ledger) == []
    (again,) = ledger.notices.claim(NOW + 5, "two", 10, 60)
    assert (again.key, again.attempts) == ("a", 1)


def test_only_so_many_are_claimed(ledger: Ledger) -> None:
    """The oldest of all addresses first."""
    put(ledger, *(notice(f"n{number}", f"person:{number}", NOW - number) for number in range(5)))
    assert keys(ledger, most=2) == ["n4", "n3"]
    assert keys(ledger, "two", most=9) == ["n2", "n1", "n0"]


def test_what_is_urgent_goes_before_other_addresses(ledger: Ledger) -> None:
    """However many have waited longer, and also before those that the near ones of a claim hold."""
    put(ledger, *(notice(f"n{number:03}", f"person:{number}", NOW - 500 + number) for number in range(100)))
    put(ledger, notice("part", "person:bob", urgent=True), notice("copy", "person:bob", urgent=True))
    assert keys(ledger, most=2) == ["part", "n000"]
    assert ledger.notices.settle("part", "one")
    assert keys(ledger, most=1) == ["copy"]


def test_what_is_urgent_keeps_the_order_of_its_address(ledger: Ledger, database: Handle) -> None:
    """What is to arrive there before it goes as soon; what is there for later, or was sent, is left as it is."""
    put(ledger, *(notice(f"n{number}", f"person:{number}", NOW - 60) for number in range(5)))
    put(ledger, notice("sent"), notice("first"), notice("tomorrow", at=NOW + 86400))
    put(ledger, notice("copy", urgent=True))
    assert keys(ledger, most=1) == ["sent"]
    assert ledger.notices.settle("sent", "one")
    assert keys(ledger, most=1) == ["first"]
    assert ledger.notices.settle("first", "one")
    assert keys(ledger, most=2) == ["copy", "n0"]
    assert row(database, "tomorrow")["urgent"] == 0


def test_an_urgent_one_that_is_there_already_hurries_nothing(ledger: Ledger) -> None:
    """It was sent before under its key."""
    put(ledger, notice("copy", urgent=True))
    assert keys(ledger) == ["copy"]
    assert ledger.notices.settle("copy", "one")
    put(ledger, notice("b", "person:bob", NOW - 1), notice("a"), notice("copy", urgent=True))
    assert keys(ledger, most=1) == ["b"]


def test_one_full_address_keeps_no_other_back(ledger: Ledger) -> None:
    """However many wait there behind one that has failed."""
    put(ledger, *(notice(f"n{number:03}", at=NOW - 500 + number) for number in range(100)), notice("bob", "person:bob"))
    assert keys(ledger, most=2) == ["n000", "bob"]
    assert ledger.notices.fail("n000", "one", NOW + 60, "HTTP 500")
    assert ledger.notices.fail("bob", "one", NOW, "HTTP 500")
    assert keys(ledger, most=2) == ["bob"]


def test_withdrawing(ledger: Ledger, database: Handle) -> None:
    """What was not sent of a topic is not sent, and nothing of it stays but its key."""
    put(ledger, notice("a", topic="t"), notice("b", "person:bob", topic="t"), notice("c", topic="u"), notice("d", "person:dan"))
    assert keys(ledger, most=1) == ["a"]
    assert ledger.notices.settle("a", "one")
    ledger.commit([Withdrawn("t"), Withdrawn("")], datetime.date(2026, 11, 20))
    assert keys(ledger) == ["c", "d"]
    assert [row(database, key)["state"] for key in "abcd"] == ["sent", "withdrawn", "waiting", "waiting"]
    assert WORD not in str(row(database, "b"))
    put(ledger, notice("b"))
    assert keys(ledger) == []


def test_withdrawing_what_is_on_its_way(ledger: Ledger, database: Handle) -> None:
    """It may still arrive, which is then said; if it fails, it is not tried again."""
    put(ledger, notice("a", topic="t"), notice("b", "person:bob", topic="t"))
    assert keys(ledger) == ["a", "b"]
    assert ledger.notices.withdraw("t") == 2
    assert ledger.notices.settle("a", "one")
    assert not ledger.notices.fail("b", "one", NOW, "HTTP 500")
    assert [row(database, key)["state"] for key in "ab"] == ["sent", "withdrawn"]
    assert keys(ledger, now=NOW + 3600) == []


def test_nothing_personal_stays_of_what_was_sent(ledger: Ledger, database: Handle) -> None:
    """Content and address go at once."""
    put(ledger, notice("a", "email:alice@city.example"))
    assert keys(ledger) == ["a"]
    assert WORD in str(row(database, "a"))
    ledger.notices.settle("a", "one")
    assert WORD not in str(row(database, "a"))
    assert "alice" not in str(row(database, "a"))


def test_rows_are_deleted_after_90_days(ledger: Ledger, database: Handle) -> None:
    """What was sent or withdrawn; never what waits or is dead."""
    put(ledger, *(notice(key, f"person:{key}", topic=key) for key in ("sent", "withdrawn", "dead", "waiting")))
    assert len(keys(ledger)) == 4
    ledger.notices.settle("sent", "one")
    ledger.notices.withdraw("withdrawn")
    ledger.notices.bury("dead", "one", "no way", NOW)
    assert ledger.notices.purge(NOW + KEPT) == 0
    assert ledger.notices.purge(NOW + KEPT + 1) == 2
    assert sorted(found["key"] for found in database.rows("SELECT key FROM outbox")) == ["dead", "waiting"]


def test_the_dead(ledger: Ledger, database: Handle) -> None:
    """They are listed without a person, tried again on request, or given up."""
    put(ledger, notice("a", "email:alice@city.example", cause="copy:r1"), notice("b", "person:bob"))
    assert keys(ledger) == ["a", "b"]
    assert ledger.notices.bury("a", "one", "mail: 550" + "x" * 500, NOW)
    assert ledger.notices.bury("b", "one", "no way", NOW)
    assert ledger.notices.dead()[1] == Dead("b", "", "no way", 1, NOW)
    assert "alice" not in str(ledger.notices.dead())
    assert len(ledger.notices.dead()[0].error) == 200
    assert not ledger.notices.requeue("c", NOW)
    assert ledger.notices.requeue("a", NOW + 5)
    assert not ledger.notices.requeue("a", NOW + 5)
    (again,) = ledger.notices.claim(NOW + 5, "two", 10, 60)
    assert (again.key, again.attempts, again.cause) == ("a", 1, "copy:r1")
    assert ledger.notices.drop("b")
    assert not ledger.notices.drop("b")
    assert ledger.notices.dead() == []
    assert WORD not in str(row(database, "b"))


def test_counts(ledger: Ledger) -> None:
    """What waits, what of it is due, what is dead, and how long the oldest has been due."""
    assert ledger.notices.counts(NOW).oldest_due_age == 0
    put(ledger, notice("a", at=NOW - 700), notice("b", "person:bob"), notice("c", at=NOW + 9), notice("dead:x", "person:x"))
    counts = ledger.notices.counts(NOW)
    assert (counts.waiting, counts.due, counts.dead, counts.oldest_due_age) == (4, 3, 0, 700)
    assert len(keys(ledger)) == 3
    ledger.notices.bury("a", "one", "", NOW)
    ledger.notices.bury("dead:x", "one", "", NOW)
    assert (ledger.notices.counts(NOW).dead, ledger.notices.count_dead()) == (2, 1)
    assert ledger.notices.counts(NOW - 60).oldest_due_age == 0


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("add", "claim", "settle", "fail", "bury", "release", "withdraw", "requeue", "wait")),
        st.integers(0, 5),
        st.integers(-3, 3),
    ),
    max_size=40,
)


@given(STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_order_is_kept(steps: list[tuple[str, int, int]]) -> None:
    """Whenever something is claimed, nothing of its address is under way or was due before it, and nothing is sent twice."""
    handle = SQLite()
    ledger, now, sent = Ledger(handle), NOW, list[str]()
    migrations.migrate(handle)
    for what, number, more in steps:
        key, by = f"n{number}", f"r{number % 2}"
        match what:
            case "add":
                put(ledger, notice(key, f"person:{number % 2}", now + more, topic=key, urgent=more > 1))
            case "claim":
                before = [dict(each) for each in handle.rows("SELECT * FROM outbox WHERE state = 'waiting'")]
                for claimed in ledger.notices.claim(now, by, 3, 2):
                    own = next(each for each in before if each["key"] == claimed.key)
                    others = [each for each in before if each["address"] == claimed.to and each["key"] != claimed.key]
                    order = (own["not_before"], own["position"])
                    assert own["not_before"] <= now
                    assert not [each for each in others if each["lease_until"] > now]
                    assert not [
                        each for each in others if each["not_before"] <= now and (each["not_before"], each["position"]) < order
                    ]
            case "settle":
                sent += [key] * ledger.notices.settle(key, by)
            case "fail":
                ledger.notices.fail(key, by, now + more, "")
            case "bury":
                ledger.notices.bury(key, by, "", now)
            case "release":
                ledger.notices.release([key], by)
            case "withdraw":
                ledger.notices.withdraw(key)
            case "requeue":
                ledger.notices.requeue(key, now)
            case "wait":
                now += abs(more)
    assert len(sent) == len(set(sent))
    assert all(each["attempts"] >= 0 for each in handle.rows("SELECT attempts FROM outbox"))
    handle.close()


def test_four_replicas_claim_each_notice_once() -> None:
    """On PostgreSQL, all at the same time; what one has, no other gets, and each address goes in its order."""
    with schema() as url:
        handles = [Postgres(url) for _ in range(4)]
        migrations.migrate(handles[0])
        put(Ledger(handles[0]), *(notice(f"{number:03}", f"person:{number % 20}") for number in range(200)))

        def work(replica: int) -> list[tuple[int, str, str]]:
            ledger, by, done = Ledger(handles[replica]), f"r{replica}", []
            while ledger.notices.counts(NOW).waiting:
                for claimed in ledger.notices.claim(NOW, by, 5, 60):
                    done.append((time.monotonic_ns(), claimed.to, claimed.key))
                    assert ledger.notices.settle(claimed.key, by)
            return done

        with ThreadPoolExecutor(4) as pool:
            done = sorted(each for found in pool.map(work, range(4)) for each in found)
        for handle in handles:
            handle.close()
    assert sorted(key for _, _, key in done) == [f"{number:03}" for number in range(200)]
    for address in {to for _, to, _ in done}:
        order = [key for _, to, key in done if to == address]
        assert order == sorted(order)
