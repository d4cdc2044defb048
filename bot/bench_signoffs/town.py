"""A made-up organisation: its people, the shipped policy in force, and a desk at which they sign."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterator
from importlib.metadata import version

from bot.database import Database
from bot.desk import Desk
from bot.evidence.canonical import sha256
from bot.expanding import Around
from bot.journeys.reading import pages
from bot.ledger import Ledger, migrations
from bot.office_hours import Hours
from bot.people import Account, Grant, Person
from bot.publishing import Published, changes
from bot.standings import Standings
from policy_kb.library import read_policies, shipped

# A Monday morning in office hours and in the past, so that everybody may be told at once.
ASKED = datetime.datetime(2026, 1, 5, 16, tzinfo=datetime.UTC)
DEPARTMENTS = ("Parks", "Police", "Fire", "Public Works", "Finance", "Library", "Human Resources")
CHANNEL, TENANT = "slack", "T0BENCH"
ADDRESS = "https://bot.example"
HANA = Person("hana", "Hana Ruiz", "hana@city.example", department="Human Resources", grants=frozenset({Grant.HR}))
# So many people are written in one transaction.
_AT_ONCE = 500


def person(number: int) -> Person:
    """One of the people, each with a name of their own."""
    department = DEPARTMENTS[number % len(DEPARTMENTS)]
    return Person(f"p{number:06}", f"Robin {_word(number)}", f"p{number}@city.example", department=department, role="Clerk")


def account(number: int) -> Account:
    """Their account."""
    return Account(CHANNEL, TENANT, f"U{number:06}")


def settle(database: Database, people: int) -> Ledger:
    """An empty database becomes the ledger of an organisation: HR, so many others, and the policy in force."""
    migrations.migrate(database)
    ledger = Ledger(database)
    (policy, *_) = read_policies(shipped())
    with ledger.transaction(deciding=True):
        ledger.policies.publish(Published(policy, "", changes(None, policy), "as installed", ASKED))
        ledger.people.put(HANA)
        ledger.people.link(Account(CHANNEL, TENANT, "UHANA"), HANA.id)
    for start in range(0, people, _AT_ONCE):
        with ledger.transaction():
            for number in range(start, min(start + _AT_ONCE, people)):
                ledger.people.put(person(number))
                ledger.people.link(account(number), person(number).id)
    return ledger


def read_before(database: Database, ledger: Ledger, request: str, left: int = 0) -> None:
    """Everybody whom the request asks has read before, all pages but the last ones: so many are `left`."""
    (published,) = ledger.policies.all_in_force(ASKED.date())
    places = " UNION ALL ".join(f"SELECT {page} AS page" for page in range(len(pages(published)) - left))
    sql = (
        "INSERT INTO progress (request, person, version, page, rendered, client, at) SELECT request, person, ?, page, ?, ?, ? "  # noqa: S608 - whole numbers
        f"FROM assignment CROSS JOIN ({places}) AS places WHERE request = ?"
    )
    database.run(sql, [published.policy.version, sha256(b"a page"), CHANNEL, ASKED.isoformat(), request])


def around() -> Around:
    """What HR asks with, on the morning of ASKED."""
    return Around(ASKED, Hours(), _new_id, lambda: secrets.token_urlsafe(24), ADDRESS)


def desk(ledger: Ledger) -> Desk:
    """The desk as the program sets it up. It answers no question, so it has no knowledge base."""
    standings = Standings(ledger)
    return Desk(standings, lambda record, kind: f"{ADDRESS}/copy/{kind}/{record}", version("clausebot"), _new_id)


def texts(ledger: Ledger) -> dict[str, dict[str, str]]:
    """The digests of the clauses of the text that is signed, by its own."""
    return {each.text_sha256: each.clause_sha256 for each in ledger.policies.all_in_force(ASKED.date())}


def numbers(people: int, part: int = 0, of: int = 1) -> Iterator[int]:
    """Those of the people who are one process's."""
    return iter(range(part, people, of))


def _new_id() -> str:
    return secrets.token_hex(8)


def _word(number: int) -> str:
    """The number in letters, as a last name."""
    letters = ""
    while number or len(letters) < 4:
        number, place = divmod(number, 26)
        letters = chr(ord("a") + place) + letters
    return letters.title()
