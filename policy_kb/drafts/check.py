"""A draft against the triggers: which clauses it touches, and with which words. A list, never a verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from policy_kb.drafts.figures import MASKED, Figure, figures
from policy_kb.drafts.folding import Folded
from policy_kb.drafts.masks import masked
from policy_kb.drafts.phrases import Index, Phrase
from policy_kb.drafts.quotation import without_quotations
from policy_kb.drafts.spellings import Slips
from policy_kb.drafts.touches import Hit, Hits, Touch, Touches
from policy_kb.drafts.triggers import Account, Triggers

LONGEST = 3000


@dataclass(frozen=True, slots=True)
class Touched:
    """What a draft touches, in the policies' order.

    `rights` protects the talk of working conditions that is in it, `beside` is to be quoted with the touches. `quoted` says
    that quoted text was left out.
    """

    touches: tuple[Touch, ...] = ()
    rights: tuple[Touch, ...] = ()
    beside: tuple[Touch, ...] = ()
    quoted: bool = False


class DraftCheck:
    """The triggers of all policies that have some, ready to be looked for. Pure: the same draft always touches the same.

    `is_common` says of a word that it is an ordinary one, and so no slip of the keyboard.
    """

    def __init__(self, triggers: Iterable[Triggers] = (), is_common: Callable[[str], bool] = lambda _: False) -> None:
        self.triggers = tuple(triggers)
        self._index = Index(phrase for policy in self.triggers for phrase in policy.phrases)
        self._places = [policy.places for policy in self.triggers]
        self._maskable = {
            word: phrase
            for policy in self.triggers
            for trigger in policy.triggers
            for phrase in (trigger.words if trigger.masked else ())
            for word in phrase.single_words
        }
        no_slips = frozenset[str]().union(*(policy.no_slips for policy in self.triggers))
        self._slips = Slips(self._index.written, self._index.forms, lambda word: word in no_slips or is_common(word))

    @property
    def policies(self) -> tuple[str, ...]:
        """The ids of the policies that drafts can be checked against."""
        return tuple(each.policy.id for each in self.triggers)

    def touched(self, draft: str, account: Account) -> Touched:
        """What the first LONGEST characters of a draft touch, quoted text left out."""
        draft = draft[:LONGEST]
        own, quoted = without_quotations(draft)
        text = Folded(own)
        hits = self._hits(text)
        posted = self._hits(Folded(draft)) if quoted else hits
        found = [Touches(each, account, hits, posted, text) for each in self.triggers]
        touches = tuple(touch for each in found for touch in each.warnings)
        rights = tuple(touch for each in found for touch in each.rights)
        beside = tuple(touch for each in found for touch in each.beside) if touches else ()
        return Touched(touches, rights, beside, quoted)

    def _hits(self, text: Folded) -> Hits:
        """Every phrase and figure that stands in the text."""
        hits: dict[Phrase, list[Hit]] = defaultdict(list)
        shapes = list(figures(text.text, self._places))
        for shape in shapes:
            for phrase in self._index.figures.get(shape.kind, ()):
                hits[phrase].append(_hit(shape, text))
        inside = {place for shape in shapes if shape.is_address for place in range(shape.start, shape.end)}
        words = text.words(inside.__contains__, self._slips.mended)
        for phrase, at, end in self._index.find(words):
            hits[phrase].append(Hit(words[at].start, words[end - 1].end, words[at].sentence))
        for word, start, end in masked(text.text, self._maskable):
            hits[self._maskable[word]].append(Hit(start, end, text.sentence(start)))
        return hits


NO_CHECK = DraftCheck()


def _hit(shape: Figure, text: Folded) -> Hit:
    return Hit(shape.start, shape.end, text.sentence(shape.start), shape.kind in MASKED)
