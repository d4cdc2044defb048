"""What does the policy say? A question to the clauses that answer it, word for word, with a reason and an honest band.

`load` reads policies, phrasings and lexicon; `KnowledgeBase.search` and `.find` answer.
"""

from policy_kb.bands import Band
from policy_kb.clauses import Clause, Kind, Policy
from policy_kb.definitions import definitions_used
from policy_kb.drafts import Account, DraftCheck, Touch, Touched
from policy_kb.knowledge import Finding, KnowledgeBase, Match
from policy_kb.library import Library, read, shipped
from policy_kb.loading import Others, load
from policy_kb.mistakes import KnowledgeBaseError, Mistake
from policy_kb.phrasings import Phrasing, sameness
from policy_kb.weights import TrainingFailed, state_directory
from policy_kb.words import says_anything

__all__ = [
    "Account",
    "Band",
    "Clause",
    "DraftCheck",
    "Finding",
    "Kind",
    "KnowledgeBase",
    "KnowledgeBaseError",
    "Library",
    "Match",
    "Mistake",
    "Others",
    "Phrasing",
    "Policy",
    "Touch",
    "Touched",
    "TrainingFailed",
    "definitions_used",
    "load",
    "read",
    "sameness",
    "says_anything",
    "shipped",
    "state_directory",
]
