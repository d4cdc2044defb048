"""From what stands in a draft to the passages that it touches."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice, product

from policy_kb.clauses import Clause, Policy
from policy_kb.drafts.folding import Folded
from policy_kb.drafts.phrases import Phrase
from policy_kb.drafts.triggers import Account, Passage, Trigger, Triggers

# So many ways to put one phrase of each group together are tried in a sentence.
_MOST_TRIED = 200
_MASK = "•"


@dataclass(frozen=True, slots=True)
class Touch:
    """A passage of a clause that a draft touches, with the words of the draft that did it, and whom the policy names to ask."""

    clause: Clause
    passage: str
    words: tuple[str, ...] = field(default=(), repr=False)
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase in a draft: its place in the folded text, and its sentence; `masked` where its digits are not to be shown."""

    start: int
    end: int
    sentence: int
    masked: bool = False

    def overlaps(self, other: Hit) -> bool:
        """Whether two hits share a sign."""
        return self.start < other.end and other.start < self.end


Hits = Mapping[Phrase, Sequence[Hit]]


class Touches:
    """What a draft touches of one policy; `hits` leave out what it quotes, `posted` do not."""

    def __init__(self, triggers: Triggers, account: Account, hits: Hits, posted: Hits, text: Folded) -> None:
        self._triggers = triggers
        self._hits = hits
        self._posted = posted
        self._text = text
        self._ordinary = self._all(triggers.ordinary)
        self._account = account
        self._rights = [(trigger, list(self._of(trigger))) for trigger in triggers.rights if account in trigger.touches]

    @property
    def rights(self) -> tuple[Touch, ...]:
        """What protects the working conditions that the draft speaks of."""
        return self._touches(self._rights)

    @property
    def warnings(self) -> tuple[Touch, ...]:
        """What else it touches, in the policy's order. Talk of working conditions never counts."""
        protected = [hit for _, hits in self._rights for hit in hits]
        spared = self._text.with_fragments({hit.sentence for hit in protected})
        found = []
        for trigger in self._triggers.triggers:
            if self._account in trigger.touches:
                hits = [hit for hit in self._of(trigger) if trigger.stands or hit.sentence not in spared]
                found.append((trigger, _apart_from(hits, protected)))
        return self._touches(found)

    @property
    def beside(self) -> tuple[Touch, ...]:
        """What is quoted with the touches of this account."""
        passage = self._triggers.beside.get(self._account)
        return (Touch(_clause(self._triggers.policy, passage), passage.text),) if passage else ()

    def _of(self, trigger: Trigger) -> Iterator[Hit]:
        """Where a trigger is set off."""
        if any(self._posted.get(phrase) for phrase in trigger.unless_posted):
            return
        excused = {hit.sentence for hit in self._all(trigger.unless_said)}
        ordinary = [*self._ordinary, *self._all(trigger.ordinary)]
        words = [hit for hit in _apart_from(self._all(trigger.words), ordinary) if hit.sentence not in excused]
        yield from words
        for groups in trigger.together:
            yield from self._together([_apart_from(self._all(group), ordinary) for group in groups], excused)

    @staticmethod
    def _together(groups: Sequence[Sequence[Hit]], excused: set[int]) -> Iterator[Hit]:
        """The hits of all groups in every sentence that has one of each side by side."""
        by_sentence: dict[int, list[list[Hit]]] = defaultdict(lambda: [[] for _ in groups])
        for at, group in enumerate(groups):
            for hit in group:
                by_sentence[hit.sentence][at].append(hit)
        for sentence, found in by_sentence.items():
            ways = islice(product(*found), _MOST_TRIED)
            if sentence not in excused and any(_side_by_side(way) for way in ways):
                yield from (hit for group in found for hit in group)

    def _all(self, phrases: Iterable[Phrase]) -> list[Hit]:
        return [hit for phrase in phrases for hit in self._hits.get(phrase, ())]

    def _touches(self, found: Iterable[tuple[Trigger, list[Hit]]]) -> tuple[Touch, ...]:
        """A touch for each passage, with the words of all triggers that lead to it."""
        hits: dict[Passage, list[Hit]] = defaultdict(list)
        asks: dict[Passage, str] = {}
        for trigger, its in found:
            for passage in trigger.touches.get(self._account, ()) if its else ():
                hits[passage] += its
                asks[passage] = asks.get(passage) or trigger.ask
        policy = self._triggers.policy
        order = {clause.id: place for place, clause in enumerate(policy.clauses)}
        ordered = sorted(hits, key=lambda passage: (order[passage.clause], min(hit.start for hit in hits[passage])))
        return tuple(Touch(_clause(policy, each), each.text, self._words(hits[each]), asks[each]) for each in ordered)

    def _words(self, hits: Iterable[Hit]) -> tuple[str, ...]:
        """The words as they were typed, each once, without the digits that identify somebody."""
        shown: dict[str, str] = {}
        for hit in _merged(hits):
            start, end = self._text.as_typed(hit.start, hit.end)
            words = visible(self._text.typed[start:end])
            if hit.masked:
                words = "".join(_MASK if sign.isdigit() else sign for sign in words)
            shown.setdefault(words.casefold(), words)
        return tuple(shown.values())


def visible(text: str) -> str:
    """A text in one line, without signs that steer how others are shown."""
    kept = (sign for sign in text if sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cf", "Cs"))
    return " ".join("".join(kept).split())


def _clause(policy: Policy, passage: Passage) -> Clause:
    found = policy.clause(passage.clause)
    assert found is not None, "the reader lets no passage through whose clause is not there"
    return found


def _side_by_side(way: Sequence[Hit]) -> bool:
    return not any(one.overlaps(other) for one, other in combinations(way, 2))


def _apart_from(hits: Iterable[Hit], others: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in hits if not any(hit.overlaps(other) for other in others)]


def _merged(hits: Iterable[Hit]) -> list[Hit]:
    """The hits in order, those that overlap as one."""
    merged: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if merged and hit.overlaps(merged[-1]):
            last = merged.pop()
            merged.append(Hit(last.start, max(last.end, hit.end), last.sentence, last.masked or hit.masked))
        else:
            merged.append(hit)
    return merged
