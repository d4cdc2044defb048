"""Small policies in several versions, for tests about publishing."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from bot import app, publication
from bot.__main__ import main
from bot.config import Settings
from bot.ledger import Ledger
from bot.publishing import Change, Published, changes
from policy_kb import Clause, Policy

DAY = datetime.date(2026, 1, 1)
NOW = datetime.datetime(2026, 11, 20, 15, 0, tzinfo=datetime.UTC)
TRAVEL = """---
id: TRV
title: Travel Rules
organisation: Harbour County
adopted: 2024-01-15
effective: 2024-02-01
source: https://example.org/policies/travel
---

## 1 Scope

These rules apply to all travel that the County pays for.

## 2 Booking

Whoever books must:

a. compare three offers;

b. choose the cheapest.

## 3 Receipts

Keep the receipts for a year.
"""


def policy_with(clauses: Mapping[str, str], days: int = 0, id: str = "TRV") -> Policy:
    """A policy with these clauses, in force so many days after the first day of 2026."""
    found = tuple(Clause(id, each, "", text, None) for each, text in clauses.items())
    day = DAY + datetime.timedelta(days=days)
    return Policy(id, "Travel Rules", "Harbour County", DAY, day, "https://example.org/", found)


def published(policy: Policy, before: Policy | None = None, immaterial: tuple[str, ...] = ()) -> Published:
    """That policy as it was published after another one, with these changes not material."""
    found = (Change(each.clause, each.kind, each.clause not in immaterial) for each in changes(before, policy))
    return Published(policy, f"the file of {policy.version}", tuple(found), "Ada Clerk", NOW)


def written(place: Path, text: str = TRAVEL, name: str = "travel.md") -> Path:
    """A policies directory with this policy in it."""
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(text, "utf-8")
    return place


def publish(ledger: Ledger, place: Path, text: str) -> str:
    """Publishes this text, all of it material; gives the version."""
    (file := place / "new.md").write_text(text, "utf-8")
    draft = publication.draft(ledger, *publication.read(file))
    return publication.publish(ledger, publication.decide(draft, ["all"], []), "Ada Clerk", NOW).policy.version


class Place:
    """A data directory, a policies directory, a file to publish, and `clausebot policy`."""

    def __init__(self, path: Path, text: str) -> None:
        self.settings = Settings(path / "state")
        self.policies = written(path / "policies")
        self.file = path / "new.md"
        self.file.write_text(text, "utf-8")

    def run(self, *arguments: str) -> Result:
        """`clausebot policy` with these arguments."""
        return CliRunner().invoke(main, ["policy", *arguments])

    def publish(self, *arguments: str) -> Result:
        """`clausebot policy publish` of the file."""
        return self.run("publish", str(self.file), "--policies", str(self.policies), *arguments)

    def versions(self) -> list[str]:
        """What was published of it."""
        with app.ledger(self.settings) as ledger:
            return [each.policy.version for each in ledger.policies.versions("TRV")]
