"""The people of the local mode, who exist to try things out: staff, a supervisor, HR and somebody independent.

They stand in the local ledger alone.
"""

from __future__ import annotations

from bot.ledger import Ledger
from bot.people import Account, Grant, Person

# By the seat that they take at the local page and in the terminal.
PEOPLE = {
    "staff": Person(
        "demo-staff", "Alice Stone", "alice.stone@example.gov", role="Ranger", department="Parks", supervisor="demo-supervisor"
    ),
    "supervisor": Person("demo-supervisor", "Sam Ortiz", "sam.ortiz@example.gov", role="Supervisor", department="Parks"),
    "hr": Person("demo-hr", "Hana Ruiz", "hana.ruiz@example.gov", role="Director", department="Human Resources"),
    "independent": Person("demo-independent", "Ada Clerk", "ada.clerk@example.gov", role="City Clerk", department="City Clerk"),
}
CHANNELS = ("web", "console")


def seed(ledger: Ledger) -> None:
    """Puts them into the ledger, once; whoever is there already stays as they are."""
    with ledger.transaction(deciding=True):
        for seat, person in PEOPLE.items():
            if ledger.people.get(person.id) is None:
                ledger.people.put(person)
                for channel in CHANNELS:
                    ledger.people.link(Account(channel, "local", seat), person.id)
        if not ledger.people.get("demo-hr").grants:  # type: ignore[union-attr] # put above
            ledger.people.grant("demo-hr", Grant.HR)
