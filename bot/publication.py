"""Publishing a version: from a file to a draft, from decisions about what is material to the ledger."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from bot.ledger import Ledger
from bot.publishing import CHANGED, Change, Published, changes, clause_text
from policy_kb import KnowledgeBaseError, Policy
from policy_kb.clauses import digest
from policy_kb.located import read_file
from policy_kb.mistakes import MistakeList
from policy_kb.read import front_matter
from policy_kb.read.markdown import parse_markdown

# Stands for every clause that has changed.
ALL = "all"
_EFFECTIVE = re.compile(r"^effective[ \t]*:.*$", re.MULTILINE)
_LONGEST_NAME = 200


class Refused(Exception):
    """This version cannot be published as it is."""


class SameText(Refused):
    """This is word for word the text of the version before, so there is nothing to publish."""


class TooEarly(Refused):
    """This would come into force before the version before it. Give the day with --effective, or in the file."""


class Undecided(Refused):
    """It is not decided for every changed clause whether the change is material."""

    def __init__(self, clauses: Collection[str]) -> None:
        super().__init__(f"Say for each changed clause whether it is material (--material, --immaterial): {', '.join(clauses)}")


class NotChanged(Refused):
    """Clauses that nothing has changed in were named."""

    def __init__(self, clauses: Collection[str]) -> None:
        super().__init__(f"Nothing has changed in {', '.join(clauses)}; clauses are named as printed, such as 416.8.5.f")


class DecidedTwice(Refused):
    """Clauses were called both material and immaterial."""

    def __init__(self, clauses: Collection[str]) -> None:
        super().__init__(f"Both material and immaterial: {', '.join(clauses)}")


class NoApprover(Refused):
    """Name who approved this version, with --approved-by: a name of at most 200 characters."""


class Overtaken(Refused):
    """Another version was published meanwhile. Look at the difference from that one, and decide again."""


@dataclass(frozen=True)
class Draft:
    """A version that may be published; `before` is the one that it follows. The changes count as material until decided."""

    policy: Policy
    markdown: str
    before: Published | None
    changes: tuple[Change, ...]

    @property
    def open(self) -> tuple[str, ...]:
        """The clauses of which somebody must say whether the change is material; what is new or gone is unless said otherwise."""
        return tuple(change.clause for change in self.changes if change.kind == CHANGED) if self.before else ()

    def words(self, clause: str) -> tuple[str, str]:
        """The words of a clause before and after, empty where it was not there or is not."""
        policies = (self.before.policy if self.before else None, self.policy)
        old, new = (policy.clause(clause) if policy else None for policy in policies)
        return clause_text(old) if old else "", clause_text(new) if new else ""


def read(path: Path, effective: datetime.date | None = None) -> tuple[Policy, str]:
    """The policy in a file, and the file's text; with another effective date written into it where one is given.

    Raises KnowledgeBaseError with every mistake in the file.
    """
    mistakes = MistakeList(path)
    text = read_file(path, mistakes)
    if text is None:
        raise KnowledgeBaseError(mistakes.found)
    policy = parse_markdown(text, mistakes)
    if effective is None or effective == policy.effective:
        return policy, text
    head, _, _ = front_matter.split(text.replace("\r\n", "\n"))
    text = text.replace("\r\n", "\n").replace(head, _EFFECTIVE.sub(f"effective: {effective.isoformat()}", head), 1)
    policy = parse_markdown(text, mistakes)
    if policy.effective != effective:
        mistakes.add(1, "'effective' must stand on a line of its own to be set by --effective")
    mistakes.stop_if_any()
    return policy, text


def draft(ledger: Ledger, policy: Policy, markdown: str) -> Draft:
    """What publishing this would change. Raises SameText and TooEarly; the ledger must be open, and is only read."""
    before = next(reversed(ledger.policies.versions(policy.id)), None)
    if before and digest(before.policy.clauses) == digest(policy.clauses):
        raise SameText
    if before and policy.effective < before.policy.effective:
        raise TooEarly
    return Draft(policy, markdown, before, changes(before.policy if before else None, policy))


def decide(draft: Draft, material: Collection[str], immaterial: Collection[str]) -> Draft:
    """The draft with these decisions; `all` stands for every clause that the other list does not name.

    Raises NotChanged, DecidedTwice, and Undecided where a changed clause is left.
    """
    known = [change.clause for change in draft.changes]
    named = [{id for id in ids if id != ALL} for ids in (material, immaterial)]
    if strange := [id for ids in named for id in sorted(ids) if id not in known]:
        raise NotChanged(strange)
    if twice := sorted(named[0] & named[1]):
        raise DecidedTwice(twice)
    if ALL in material and ALL in immaterial:
        raise DecidedTwice(known)
    yes = set(known) - named[1] if ALL in material else named[0]
    no = set(known) - named[0] if ALL in immaterial else named[1]
    if undecided := [id for id in draft.open if id not in yes | no]:
        raise Undecided(undecided)
    return replace(draft, changes=tuple(replace(change, material=change.clause not in no) for change in draft.changes))


def approver(name: str) -> str:
    """The name of who approved it, as it is recorded. Raises NoApprover."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not name or len(name) > _LONGEST_NAME or any(unicodedata.category(sign) in ("Cc", "Cs") for sign in name):
        raise NoApprover
    return name


def publish(ledger: Ledger, draft: Draft, approved_by: str, now: datetime.datetime) -> Published:
    """Publishes a draft that was decided on.

    Raises NoApprover, AlreadyPublished, and Overtaken where the version before is another by now.
    """
    published = Published(draft.policy, draft.markdown, draft.changes, approver(approved_by), now)
    before = [draft.before.policy.version] if draft.before else []
    with ledger.transaction(deciding=True):
        versions = [each.policy.version for each in ledger.policies.versions(draft.policy.id)]
        if draft.policy.version not in versions and versions[-1:] != before:
            raise Overtaken
        ledger.policies.publish(published)
    return published
