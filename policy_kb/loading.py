"""From a policies directory to a knowledge base: read, fit or take from the cache, put together."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from policy_kb import library, weights
from policy_kb.bare import Bare
from policy_kb.clauses import Policy
from policy_kb.drafts import DraftCheck
from policy_kb.knowledge import KnowledgeBase, label_of
from policy_kb.library import Library
from policy_kb.phrased import ASK, NONE, OUT_OF_SCOPE, Phrased, clause_label
from policy_kb.phrasings import Phrasing, sameness
from policy_kb.weights import POLICY_ITSELF, Example, Progress
from policy_kb.words import stem

# A question that other policies answer: it shows what a question is, and no clause of ours.
ELSEWHERE = "elsewhere"
# With fewer phrasings a clause is not learnt; they count as further words of it instead.
FEWEST_PHRASINGS = 8
# Beside another organisation's phrasings every so many of the shipped lines is enough.
SHOWN_BESIDE = 5
_SENTENCE = re.compile(r"(?<=[.;:])\s+|\n+(?:- )?")
_FEWEST_WORDS = 3


@dataclass(frozen=True)
class Others:
    """What people say that is no question: (text, intent, author), read only when weights must be fitted.

    `digest` changes when what `read` gives does.
    """

    digest: str
    read: Callable[[], Iterable[tuple[str, str, str]]]


NO_OTHERS = Others("", tuple)


def load(
    policies: Path | None = None,
    *,
    state: Path | None = None,
    others: Others = NO_OTHERS,
    leave_out: str = "",
    progress: Progress | None = None,
) -> KnowledgeBase:
    """The knowledge base of a policies directory, the shipped one by default.

    Weights are fitted in a child process when any data file has changed, and cached under `state` (by default
    CLAUSEBOT_DATA_DIR). `others` are messages that must be told from questions; `leave_out` is an author whose lines are not
    used; `progress` is called with a line where something takes long.

    Raises KnowledgeBaseError with every mistake in the data files, TrainingFailed where fitting fails.
    """
    place = policies or library.shipped()
    own = place == library.shipped()
    # The shipped files are large and need to be read only to be learnt from; others are read, and so checked, each time.
    read = None if own else library.read(place)
    source = place if own or (read and _well_phrased(read)) else library.shipped()

    def job() -> str:
        known = read if read and source == place else library.read(source)
        return weights.job(_examples(known, others, leave_out), known.lexicon)

    phrased = weights.fitted(_digest(source, others, leave_out), job, state or weights.state_directory(), progress)
    found = read.policies if read else library.read_policies(place)

    def drafts() -> DraftCheck:
        triggers = read.triggers if read else library.read_triggers_for(place, found)
        return DraftCheck(triggers, lambda word: phrased.is_common(stem(word)))

    return KnowledgeBase(found, phrased, _bare(found, read, place, phrased), drafts)


def _bare(found: Sequence[Policy], read: Library | None, place: Path, phrased: Phrased) -> Bare | None:
    """An index of the clauses that the phrasings do not cover; the few phrasings that they have count as their words."""
    clauses = [clause for policy in found for clause in policy.clauses if clause.text and label_of(clause) not in phrased.labels]
    if not clauses:
        return None
    asked: dict[str, list[str]] = {}
    for each in read.phrasings if read else ():
        if each.clause:
            asked.setdefault(clause_label(each.policy, each.clause), []).append(each.text)
    lexicon = read.lexicon if read else library.read_lexicon_for(place)
    return Bare(found, clauses, lexicon, phrased.is_common, [asked.get(label_of(clause), []) for clause in clauses])


def _well_phrased(read: Library) -> set[tuple[str, str | None]]:
    """Policy and id of the clauses with enough phrasings to learn from."""
    counted = Counter((each.policy, each.clause) for each in read.phrasings if each.clause)
    return {clause for clause, lines in counted.items() if lines >= FEWEST_PHRASINGS}


def _digest(source: Path, others: Others, leave_out: str) -> str:
    """Changes with any byte of any data file."""
    total = hashlib.sha256(f"{others.digest}\n{leave_out}".encode())
    for path in library.files(source):
        total.update(f"\n{path.name}\n".encode() + path.read_bytes())
    return total.hexdigest()


def _examples(read: Library, others: Others, leave_out: str) -> Iterator[Example]:
    """All lines to learn from; beside other policies, some of the shipped lines too, to show what a question is."""
    lines = [each for each in read.phrasings if each.by != leave_out]
    learnt = _well_phrased(read)
    yield from (_example(each, each.clause is None or (each.policy, each.clause) in learnt) for each in lines)
    yield from _sentences(read.policies, learnt)
    for text, intent, by in _told(others, leave_out):
        label = {ASK: ELSEWHERE, OUT_OF_SCOPE: NONE}.get(intent, f"intent:{intent}")
        yield Example(text, label, intent, by)
    # A copy of the shipped lines is not a second opinion on them.
    known = {sameness(each.text) for each in read.phrasings}
    beside = [
        each for each in library.read().phrasings if each.clause and each.by != leave_out and sameness(each.text) not in known
    ]
    yield from (_example(each, False) for each in beside[::SHOWN_BESIDE])


def _told(others: Others, leave_out: str) -> Iterator[tuple[str, str, str]]:
    """The other messages, without those of the author left out."""
    return (each for each in others.read() if each[2] != leave_out)


def _example(phrasing: Phrasing, learnt: bool) -> Example:
    if phrasing.clause is None:
        return Example(phrasing.text, NONE, OUT_OF_SCOPE, phrasing.by, phrasing.near)
    return Example(phrasing.text, clause_label(phrasing.policy, phrasing.clause) if learnt else ELSEWHERE, ASK, phrasing.by)


def _sentences(policies: Iterable[Policy], asked: set[tuple[str, str | None]]) -> Iterator[Example]:
    """The sentences of every clause that has phrasings; somebody may quote one."""
    for policy in policies:
        for clause in policy.clauses:
            if (policy.id, clause.id) in asked:
                for sentence in _SENTENCE.split(f"{clause.heading}\n{clause.text}"):
                    if len(sentence.split()) >= _FEWEST_WORDS:
                        yield Example(sentence, label_of(clause), ASK, POLICY_ITSELF)
