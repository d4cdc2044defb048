"""The register of accounts: the contract of its verbs, over every database."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.ledger import Ledger, migrations
from bot.ledger.sites import SiteTaken
from bot.people import Person
from bot.sites import Allowed, Site
from tests.databases import KINDS, opened

TODAY = datetime.date(2026, 11, 20)
DAY = datetime.timedelta(days=1)
PARKS = Site("p1", "Parks & Recreation", "Facebook", "s1", TODAY)


@pytest.fixture(params=KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger with Alice, Sam and one account, on each database."""
    with opened(request.param, tmp_path) as database:
        migrations.migrate(database)
        ledger = Ledger(database)
        with ledger.transaction():
            ledger.people.put(Person("a1", "Alice Stone"))
            ledger.people.put(Person("s1", "Sam Ortiz"))
            ledger.sites.register(PARKS)
        yield ledger


def test_what_is_registered_is_there(ledger: Ledger) -> None:
    """By id, and by name in any case; what is not registered is not."""
    assert ledger.sites.get("p1") == ledger.sites.get(" parks & RECREATION ") == PARKS
    assert ledger.sites.all() == [PARKS]
    assert ledger.sites.get("Police") is None


def test_people_are_entered_and_struck_out(ledger: Ledger) -> None:
    """From one day on, until another; allowing again begins anew."""
    with ledger.transaction():
        ledger.sites.allow("p1", "a1", TODAY)
    (site,) = ledger.sites.all()
    assert site.people == (Allowed("a1", TODAY),)
    with ledger.transaction():
        ledger.sites.disallow("p1", "a1", TODAY + DAY)
    (site,) = ledger.sites.all()
    assert site.people == (Allowed("a1", TODAY, TODAY + DAY),)
    assert [site.allows("a1", TODAY + n * DAY) for n in (-1, 0, 1)] == [False, True, False]
    with ledger.transaction():
        ledger.sites.allow("p1", "a1", TODAY + 2 * DAY)
    (site,) = ledger.sites.all()
    assert [site.allows("a1", TODAY + n * DAY) for n in (0, 1, 2)] == [False, False, True]


def test_whoever_answers_for_it_is_not_thereby_allowed(ledger: Ledger) -> None:
    """The default is no."""
    (site,) = ledger.sites.all()
    assert not site.allows("s1", TODAY)
    assert not site.allows("", TODAY)


def test_a_name_is_one_account_at_a_time(ledger: Ledger) -> None:
    """Closing frees it; the open one is meant then, and the old one stays to be looked up."""
    again = Site("p2", "Parks & recreation", "Facebook", "s1", TODAY + DAY, None, (Allowed("a1", TODAY + DAY),))
    with pytest.raises(SiteTaken), ledger.transaction():
        ledger.sites.register(again)
    with ledger.transaction():
        ledger.sites.close("p1", TODAY + DAY)
        assert ledger.sites.get("Parks & Recreation") == ledger.sites.get("p1")
        ledger.sites.register(again)
    assert ledger.sites.get("Parks & Recreation") == again
    closed = ledger.sites.get("p1")
    assert closed
    assert [closed.open(TODAY + n * DAY) for n in (-1, 0, 1)] == [False, True, False]


def test_nobody_posts_to_a_closed_account() -> None:
    """Whoever stands in its register."""
    site = Site("p1", "Parks", "Facebook", "s1", TODAY, TODAY + DAY, (Allowed("a1", TODAY),))
    assert [site.allows("a1", TODAY + n * DAY) for n in (0, 1)] == [True, False]
