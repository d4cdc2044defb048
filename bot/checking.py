"""`clausebot check`: every data file, every mistake, at once."""

from __future__ import annotations

from pathlib import Path

import intents
import policy_kb
from bot.config import SettingsError
from bot.database import BadAddress, DatabaseGone, NotAllowed
from bot.directory import DirectoryError, read_directory
from bot.evaluation import BadLabels
from bot.ledger.migrations import NewerDatabase, OlderDatabase
from bot.sentences import sentence
from intents import CatalogueError
from policy_kb import KnowledgeBaseError, TrainingFailed

DATA_ERRORS = (KnowledgeBaseError, CatalogueError, DirectoryError, SettingsError, BadLabels, TrainingFailed)

# What a ledger that cannot be used is told by; their docstrings are for whoever runs the program.
LEDGER_ERRORS = (DatabaseGone, OlderDatabase, NewerDatabase, NotAllowed, BadAddress)


def ledger_words(error: Exception) -> str:
    """What to say of one of these, in a line."""
    if isinstance(error, DatabaseGone):
        return f"The ledger cannot be used: {error}"
    return sentence(error)


def check(policies: Path | None = None, directory: Path | None = None) -> tuple[list[str], str]:
    """All mistakes, as lines with file and line number, and what was read."""
    mistakes: list[str] = []
    read: list[str] = []
    try:
        library = policy_kb.read(policies)
        clauses = sum(len(policy.clauses) for policy in library.policies)
        read.append(f"{len(library.policies)} policies, {clauses} clauses, {len(library.phrasings)} phrasings")
        read.append(f"{sum(len(group.terms) for group in library.lexicon)} lexicon terms")
    except KnowledgeBaseError as error:
        mistakes += map(str, error.mistakes)
    try:
        catalogue = intents.read()
        read.append(f"{len(catalogue)} intents, {sum(len(intent.said) for intent in catalogue)} sentences")
    except CatalogueError as error:
        mistakes += map(str, error.mistakes)
    try:
        read.append(f"{len(read_directory(directory).roles)} roles")
    except DirectoryError as error:
        mistakes += str(error).splitlines()
    return mistakes, ", ".join(read)
