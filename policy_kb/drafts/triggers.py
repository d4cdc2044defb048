"""What is written beside a policy: the words by which a draft touches a clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from policy_kb.clauses import Policy
from policy_kb.drafts.figures import Places
from policy_kb.drafts.phrases import Phrase


class Account(StrEnum):
    """Where a draft is to be posted."""

    OFFICIAL = "official"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of a clause, unchanged; `text` is the whole clause where nothing less is named."""

    clause: str
    text: str


@dataclass(frozen=True, slots=True)
class Trigger:
    """One reason why a draft touches a clause.

    `touches` has the passages for each kind of account. Each of `words` is enough; of `together`, one of each group in the same
    sentence. A phrase of `ordinary` means something else; with one of `unless_said` in the sentence, or of `unless_posted`
    anywhere, the trigger is silent. `ask` is whom the policy names. One that `stands` counts even where a sentence speaks of
    working conditions. Where `masked`, a word with signs in place of letters counts too.
    """

    id: str
    touches: Mapping[Account, tuple[Passage, ...]]
    words: tuple[Phrase, ...] = ()
    together: tuple[tuple[tuple[Phrase, ...], ...], ...] = ()
    ordinary: tuple[Phrase, ...] = ()
    unless_said: tuple[Phrase, ...] = ()
    unless_posted: tuple[Phrase, ...] = ()
    ask: str = ""
    stands: bool = False
    masked: bool = False

    @property
    def phrases(self) -> Iterator[Phrase]:
        """All that must be looked for."""
        yield from (*self.words, *self.ordinary, *self.unless_said, *self.unless_posted)
        yield from (phrase for groups in self.together for group in groups for phrase in group)


@dataclass(frozen=True)
class Triggers:
    """All triggers of one policy.

    `rights` are met by talk of working conditions; `beside` is quoted under what a draft for an account touches; `ordinary` are
    phrases that mean nothing to any trigger, `no_slips` words that are no slip of the keyboard.
    """

    policy: Policy
    triggers: tuple[Trigger, ...]
    rights: tuple[Trigger, ...] = ()
    beside: Mapping[Account, Passage] = field(default_factory=dict)
    ordinary: tuple[Phrase, ...] = ()
    no_slips: frozenset[str] = frozenset()
    places: Places = field(default_factory=Places)

    @property
    def phrases(self) -> Iterator[Phrase]:
        """All that must be looked for."""
        yield from self.ordinary
        for trigger in (*self.triggers, *self.rights):
            yield from trigger.phrases
