"""The knowledge base: a question in, the clauses that answer it out, with a reason and an honest band."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from policy_kb import bands, parts
from policy_kb.bands import Band
from policy_kb.bare import Bare
from policy_kb.clauses import Clause, Policy
from policy_kb.definitions import definitions_used
from policy_kb.drafts import NO_CHECK, DraftCheck
from policy_kb.lexicon import Group
from policy_kb.nearest import Neighbour
from policy_kb.numbers import ClauseNumbers, Typed
from policy_kb.phrased import ASK, Phrased, Ranked, clause_label

CANDIDATES = 5
MOST_CHOICES = 3
# A further choice is offered down to this share of the first one's score, a second one always.
CHOICE_FROM = 0.25
# Each of several questions must be answered at least this surely to be answered on its own.
PART_FROM = 0.80
# A phrasing this alike is worth naming as the reason.
ALIKE_FROM = 0.45


@dataclass(frozen=True, slots=True)
class Match:
    """A clause that may answer: `score` 0..1, `why` in words."""

    clause: Clause
    score: float
    why: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the knowledge base says to a question.

    `shown` is what to show for the band; `candidates` the five best whatever the band; `parts` the questions that the
    shown clauses answer, where there were several; `leanings` how much speaks for each intent; `alone` that the message is
    nothing but a clause number, `foreign` that it is not in English, so that nothing is made of it.
    """

    band: Band
    shown: tuple[Match, ...]
    candidates: tuple[Match, ...]
    confidence: float
    parts: tuple[str, ...] = field(default=(), repr=False)
    leanings: Mapping[str, float] = field(default_factory=dict, repr=False)
    alone: bool = False
    foreign: bool = False


class KnowledgeBase:
    """Policies with everything needed to search them. Pure: the same question always gives the same finding.

    `phrased` ranks the clauses that have phrasings and tells intents apart; `bare` ranks the others, and is None where
    there are none. `drafts` makes what says which clauses a draft touches, when it is first wanted.
    """

    def __init__(
        self, policies: Sequence[Policy], phrased: Phrased, bare: Bare | None, drafts: Callable[[], DraftCheck] = lambda: NO_CHECK
    ) -> None:
        self.policies = tuple(policies)
        self._make_drafts = drafts
        self.policies_by_id = {policy.id: policy for policy in policies}
        self._phrased = phrased
        self._bare = bare
        self._numbers = ClauseNumbers(self.policies)
        self._terms: dict[Clause, tuple[Clause, ...]] = {}

    def with_policy(self, policy: Policy, lexicon: Iterable[Group]) -> KnowledgeBase:
        """The same knowledge base with one more policy, whose clauses have no phrasings."""
        policies = (*self.policies, policy)
        clauses = [
            clause for each in policies for clause in each.clauses if clause.text and label_of(clause) not in self._phrased.labels
        ]
        bare = Bare(policies, clauses, lexicon, self._phrased.is_common)
        return KnowledgeBase(policies, self._phrased, bare, lambda: self.drafts)

    @cached_property
    def drafts(self) -> DraftCheck:
        """What says which clauses a draft touches. Raises KnowledgeBaseError where its triggers have mistakes."""
        return self._make_drafts()

    def policy(self, id: str) -> Policy:
        """The policy with this id. Raises KeyError."""
        return self.policies_by_id[id]

    def clause(self, id: str) -> Clause | None:
        """The first clause with this id in any policy, or None."""
        return next((clause for policy in self.policies if (clause := policy.clause(id))), None)

    def terms_in(self, clause: Clause) -> tuple[Clause, ...]:
        """The definitions of the terms that a clause uses, the most specific first."""
        if clause not in self._terms:
            self._terms[clause] = definitions_used(self.policy(clause.policy), clause)
        return self._terms[clause]

    def search(self, question: str) -> tuple[Match, ...]:
        """The five best clauses, best first; none for a question without words."""
        return self.find(question).candidates

    def find(self, question: str) -> Finding:
        """The finding for a message, of one question or several."""
        if not any(sign.isalnum() for sign in question):
            return Finding(Band.NONE, (), (), 0.0)
        whole = self._find(question)
        typed = self._numbers.typed(question)
        if typed.clauses:
            return _named(typed, whole)
        if typed.nearest:
            return self._beside(typed.nearest, whole)
        several = self._several(question)
        return _joined(several, whole) if several else whole

    def _find(self, question: str) -> Finding:
        """The finding for one question."""
        if self._phrased.is_foreign(question):
            return Finding(Band.NONE, (), (), 0.0, foreign=True)
        ranked = self._phrased.rank(question)
        band, matches = self._by_phrasings(ranked)
        if self._bare:
            band, matches = _merged(band, matches, *self._by_words(self._bare, question))
        candidates = matches[:CANDIDATES]
        leanings = bands.shares(ranked.leanings, self._phrased.numbers)
        return Finding(band, _shown(band, candidates), candidates, _sure(candidates), (), leanings)

    def _by_phrasings(self, ranked: Ranked) -> tuple[Band, tuple[Match, ...]]:
        """What the phrasings say; nothing where they belong to policies that are not in this knowledge base."""
        found = [(self._labelled[label], score) for label, score in _best(ranked) if label in self._labelled]
        if not found:
            return Band.NONE, ()
        first = bands.confidence(ranked, self._phrased.numbers)
        highest = found[0][1]
        matches = (
            Match(clause, first * math.exp(score - highest), _why(ranked.neighbours.get(label_of(clause))))
            for clause, score in found
        )
        return bands.band(ranked, self._phrased.numbers), tuple(matches)

    @staticmethod
    def _by_words(bare: Bare, question: str) -> tuple[Band, tuple[Match, ...]]:
        """What the words of clauses without phrasings say."""
        found = bare.rank(question)
        why = "its wording fits your words"
        return found.band, tuple(Match(clause, score, why) for clause, score in zip(found.clauses, found.scores, strict=True))

    @cached_property
    def _labelled(self) -> dict[str, Clause]:
        """The clauses by the labels of the fitted model."""
        return {label_of(clause): clause for policy in self.policies for clause in policy.clauses}

    def _beside(self, nearest: Clause, whole: Finding) -> Finding:
        """A number that no clause has: the clause it comes nearest to, and what stands under that."""
        under = [clause for clause in self.policy(nearest.policy).children(nearest) if clause.text]
        why = "there is no clause with the number that you typed; this one comes nearest"
        matches = tuple(Match(clause, 0.5, why) for clause in (nearest, *under))[:CANDIDATES]
        more = tuple(match for match in whole.candidates if match.clause not in {each.clause for each in matches})
        shown = (*matches, *more)[:MOST_CHOICES]
        candidates = tuple(Match(each.clause, min(each.score, 0.5), each.why) for each in (*matches, *more))[:CANDIDATES]
        return Finding(Band.CHOICES if len(shown) > 1 else Band.ANSWER, shown, candidates, 0.5, (), whole.leanings, alone=True)

    def _several(self, question: str) -> list[tuple[str, Finding]]:
        """The parts of a message that are each answered surely, and by different clauses; empty for one question."""
        found = [(part, self._find(part)) for part in parts.questions(question)]
        clauses = {each.candidates[0].clause for _, each in found if each.candidates}
        sure = all(each.band is Band.ANSWER and each.confidence >= PART_FROM and _asks(each) for _, each in found)
        return found if sure and len(clauses) == len(found) > 1 else []


def label_of(clause: Clause) -> str:
    """The label of a clause in the fitted model."""
    return clause_label(clause.policy, clause.id)


def _best(ranked: Ranked) -> Iterator[tuple[str, float]]:
    return zip(ranked.labels[:CANDIDATES], map(float, ranked.scores[:CANDIDATES]), strict=True)


def _why(nearest: Neighbour | None) -> str:
    if nearest and nearest.similarity >= ALIKE_FROM:
        return f"others asked “{nearest.text}”"
    return "it is the clause that questions worded like yours are about"


def _asks(finding: Finding) -> bool:
    """Whether a part is a question and not, say, a wish for the disclaimer."""
    return max(finding.leanings, key=lambda name: finding.leanings[name], default=ASK) == ASK


def _merged(
    band: Band, matches: tuple[Match, ...], other_band: Band, others: tuple[Match, ...]
) -> tuple[Band, tuple[Match, ...]]:
    """Two rankings as one: the surer one leads, and one that finds nothing never does."""
    may_lead = other_band is Band.ANSWER or (other_band is Band.CHOICES and band is Band.NONE)
    other_leads = may_lead and _sure(others) > _sure(matches)
    leader, rest = (others, matches) if other_leads else (matches, others)
    highest = _sure(leader) if leader else 1.0
    capped = tuple(Match(each.clause, min(each.score, highest), each.why) for each in rest)
    merged = sorted((*leader, *capped), key=lambda match: -match.score)
    return (other_band if other_leads else band), tuple(merged)


def _sure(matches: Sequence[Match]) -> float:
    return matches[0].score if matches else 0.0


def _shown(band: Band, candidates: Sequence[Match]) -> tuple[Match, ...]:
    """One clause for an answer, two or three to choose from, none for none."""
    if band is Band.NONE or not candidates:
        return ()
    if band is Band.ANSWER or len(candidates) == 1:
        return tuple(candidates[:1])
    near = [match for match in candidates[2:MOST_CHOICES] if match.score >= CHOICE_FROM * candidates[0].score]
    return (*candidates[:2], *near)


def _named(typed: Typed, whole: Finding) -> Finding:
    """The clauses whose numbers were typed, before anything else."""
    shown = tuple(Match(clause, 1.0, f"you typed its number, {clause.id}") for clause in typed.clauses[:MOST_CHOICES])
    rest = (match for match in whole.candidates if match.clause not in typed.clauses)
    return Finding(Band.ANSWER, shown, (*shown, *rest)[:CANDIDATES], 1.0, (), whole.leanings, typed.alone)


def _joined(several: Sequence[tuple[str, Finding]], whole: Finding) -> Finding:
    """The findings of several questions as one."""
    shown = tuple(finding.shown[0] for _, finding in several)
    first = {match.clause for match in shown}
    rest = [match for match in whole.candidates if match.clause not in first]
    confidence = min(finding.confidence for _, finding in several)
    asked = tuple(part for part, _ in several)
    return Finding(Band.ANSWER, shown, (*shown, *rest)[:CANDIDATES], confidence, asked, whole.leanings)
