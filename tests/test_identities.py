"""Who an account is: looked up, linked once by the verified address, never guessed."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bot import identities
from bot.identities import Identities
from bot.ledger import Ledger, migrations
from bot.people import Account, Grant, Person, Profile, Sender, Standing
from tests.databases import KINDS, opened

TODAY = datetime.date(2026, 11, 20)
ALICE = Person("a1", "Alice Stone", "alice@city.example")
HANA = Person("h1", "Hana Ruiz", "hana@city.example", separated=TODAY, grants=frozenset({Grant.HR}))
SLACK, TEAMS = Account("slack", "T1", "U1"), Account("teams", "tenant", "aad")


class Platform:
    """A platform that says what `profile` holds, and counts how often it was asked."""

    def __init__(self, email: str = "") -> None:
        self.profile: Profile | None = Profile(email) if email else None
        self.asked = 0
        self.error: Exception | None = None

    async def __call__(self) -> Profile | None:
        """What Slack or Microsoft would say."""
        self.asked += 1
        if self.error:
            raise self.error
        return self.profile


class Known:
    """Identities over a ledger with Alice and Hana, at a clock that is set by hand."""

    def __init__(self, ledger: Ledger, thread: ThreadPoolExecutor) -> None:
        self.ledger, self.seconds, self._thread = ledger, 0.0, thread
        self.identities = Identities(ledger, self._in_thread, lambda: TODAY, lambda: self.seconds)
        self.within(lambda: [ledger.people.put(each) for each in (ALICE, HANA)])

    def within(self, call: Callable[[], Any]) -> Any:
        """The call within a transaction, in the ledger's thread."""

        def done() -> Any:
            with self.ledger.transaction():
                return call()

        return self._thread.submit(done).result()

    def person(
        self, account: Account | None, platform: Platform | None = None, standing: Standing = Standing.STAFF
    ) -> Person | None:
        """Who this is."""
        return asyncio.run(self.identities.person_of(Sender("slack", standing, account, platform)))

    async def _in_thread(self, call: Callable[..., Any], *args: object) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call, *args)


@pytest.fixture(params=KINDS)
def known(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Known]:
    """On each database, which belongs to one thread."""
    with ThreadPoolExecutor(1) as thread:
        kind = opened(request.param, tmp_path)
        database = thread.submit(kind.__enter__).result()
        thread.submit(migrations.migrate, database).result()
        yield Known(Ledger(database), thread)
        thread.submit(kind.__exit__, None, None, None).result()


def test_an_account_is_linked_for_good(known: Known) -> None:
    """By the verified address, in any case; afterwards nobody is asked, and another address changes nothing."""
    platform = Platform("ALICE@city.example")
    assert known.person(SLACK, platform) == ALICE
    platform.profile = Profile("hana@city.example")
    assert known.person(SLACK, platform) == ALICE
    assert platform.asked == 1
    assert known.person(SLACK) == ALICE


def test_slack_and_teams_join_at_one_person(known: Known) -> None:
    """Each by its own verified address."""
    assert known.person(SLACK, Platform("alice@city.example")) == ALICE
    assert known.person(TEAMS, Platform("alice@city.example")) == ALICE
    assert known.within(lambda: known.ledger.people.accounts("a1")) == [SLACK, TEAMS]


def test_a_second_account_of_a_platform_is_not_linked_by_itself(known: Known) -> None:
    """Somebody who has one there already may be somebody else; HR links it by hand."""
    assert known.person(SLACK, Platform("alice@city.example")) == ALICE
    second = Account("slack", "T1", "U2")
    assert known.person(second, Platform("alice@city.example")) is None
    known.within(lambda: known.ledger.people.link(second, "a1"))
    assert known.person(second) == ALICE


def test_outsiders_are_nobody(known: Known) -> None:
    """Even with an address of the directory, even with a linked account; and they cost no call."""
    platform = Platform("alice@city.example")
    assert known.person(SLACK, platform, Standing.OUTSIDER) is None
    assert platform.asked == 0
    known.within(lambda: known.ledger.people.link(SLACK, "a1"))
    assert known.person(SLACK, platform, Standing.OUTSIDER) is None
    assert known.person(None, platform) is None


def test_who_has_left_is_found_and_may_nothing(known: Known) -> None:
    """By an account that was linked; an address that has become free links nobody to the leaver."""
    assert known.person(SLACK, Platform("hana@city.example")) is None
    known.within(lambda: known.ledger.people.link(TEAMS, "h1"))
    person = known.person(TEAMS)
    assert person == HANA
    assert not person.may(Grant.HR, TODAY)


def test_an_unknown_account_is_not_asked_about_each_time(known: Known) -> None:
    """For minutes; then again, and by then the directory may know them."""
    platform = Platform("new@city.example")
    assert known.person(SLACK, platform) is None
    known.within(lambda: known.ledger.people.put(Person("n1", "Nora Lane", "new@city.example")))
    assert known.person(SLACK, platform) is None
    assert platform.asked == 1
    known.seconds += identities.UNKNOWN_FOR
    person = known.person(SLACK, platform)
    assert person is not None
    assert person.id == "n1"


def test_a_profile_without_an_address_is_nobody(known: Known) -> None:
    """Nor is an account without a way to ask."""
    assert known.person(SLACK, Platform()) is None
    assert known.person(TEAMS) is None
    silent = Platform("x")
    silent.profile = Profile("")
    assert known.person(Account("slack", "T1", "U9"), silent) is None


@pytest.mark.parametrize("error", [TimeoutError(), OSError("down")])
def test_a_platform_that_does_not_answer_is_asked_again_soon(known: Known, error: Exception) -> None:
    """Nobody is turned away by it for minutes."""
    platform = Platform("alice@city.example")
    platform.error = error
    assert known.person(SLACK, platform) is None
    platform.error = None
    assert known.person(SLACK, platform) is None
    known.seconds += identities.SILENT_FOR
    assert known.person(SLACK, platform) == ALICE


def test_a_slow_platform_is_not_waited_for(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person waits meanwhile."""
    monkeypatch.setattr(identities, "PATIENCE", 0.01)

    async def slow() -> Profile | None:
        await asyncio.sleep(5)
        return Profile("alice@city.example")

    assert asyncio.run(known.identities.person_of(Sender("slack", account=SLACK, profile=slow))) is None


def test_two_turns_at_once_link_once(known: Known) -> None:
    """Both know the person."""
    platform = Platform("alice@city.example")

    async def both() -> list[Person | None]:
        sender = Sender("slack", account=SLACK, profile=platform)
        return list(await asyncio.gather(*(known.identities.person_of(sender) for _ in range(2))))

    assert asyncio.run(both()) == [ALICE, ALICE]
    assert known.within(lambda: known.ledger.people.accounts("a1")) == [SLACK]


def test_unknown_accounts_do_not_fill_the_memory(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest are forgotten."""
    monkeypatch.setattr(identities, "REMEMBERED", 2)
    platform = Platform("nobody@city.example")
    for number in (1, 2, 3, 3, 1):
        known.person(Account("slack", "T1", f"U{number}"), platform)
    assert platform.asked == 4


def test_nothing_shows_who_is_unknown(known: Known) -> None:
    """Accounts are personal: they stand in no representation that a log may hold."""
    known.person(Account("slack", "T1", "USECRET"), Platform("nobody@city.example"))
    assert "USECRET" not in repr(known.identities)
