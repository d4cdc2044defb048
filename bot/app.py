"""Composition root: builds everything from Settings; the only file that knows every part."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import intents
import policy_kb
from bot.config import Settings
from bot.directory import Directory, read_directory
from bot.dispatcher import Dispatcher
from bot.evaluation import BadLabels, Row
from bot.ledger import Ledger
from bot.ledger.sqlite import SQLite
from bot.records import Uncovered
from bot.tokens import Tokens
from policy_kb import KnowledgeBase, Others

LEDGER_FILE = "ledger.sqlite"
Progress = Callable[[str], None]


def knowledge_base(
    settings: Settings, policies: Path | None = None, leave_out: str = "", progress: Progress | None = None
) -> KnowledgeBase:
    """The knowledge base, which has learnt from the intents' sentences too what is a question.

    `policies` is a directory of policies, the shipped ones by default; `leave_out` names an author whose lines are not
    used. Raises KnowledgeBaseError or CatalogueError with every mistake in the data files.
    """
    others = Others(intents.digest(), intents.sentences)
    return policy_kb.load(policies, state=settings.state, others=others, leave_out=leave_out, progress=progress)


def directory(settings: Settings) -> Directory:
    """The organisation's directory of roles, or the shipped one. Raises DirectoryError."""
    return read_directory(settings.directory)


def rows_of(author: str, policies: Path | None = None) -> list[Row]:
    """This author's own lines as labelled questions.

    Raises BadLabels where nobody of that name wrote any.
    """
    rows = [
        Row(each.text, "ask" if each.clause else "out_of_scope", (each.clause,) if each.clause else (), each.near)
        for each in policy_kb.read(policies).phrasings
        if each.by == author
    ]
    rows += [Row(text, intent, (), False) for text, intent, by in intents.sentences() if by == author]
    if not rows:
        raise BadLabels(f"nobody named {author!r} wrote a line")
    return rows


def known_lines(policies: Path | None = None) -> set[str]:
    """Everything that was learnt from, in a form in which case and punctuation make no difference."""
    texts = [each.text for each in policy_kb.read(policies).phrasings] + [text for text, _, _ in intents.sentences()]
    return set(map(policy_kb.sameness, texts))


@contextmanager
def dispatcher(settings: Settings, policies: Path | None = None, progress: Progress | None = None) -> Iterator[Dispatcher]:
    """The dispatcher with its ledger; on leaving, the ledger's thread has finished."""
    knowledge = knowledge_base(settings, policies, progress=progress)
    database = SQLite(settings.state / LEDGER_FILE)
    with ThreadPoolExecutor(1, "ledger") as thread:
        ledger = Ledger(database)
        # Without a configured secret, buttons live as long as the process; in a terminal that is long enough.
        tokens = Tokens(settings.secret or secrets.token_bytes(32))
        try:
            yield Dispatcher(knowledge, directory(settings), tokens, ledger, thread)
        finally:
            thread.submit(database.close).result()


def kept_questions(settings: Settings) -> list[Uncovered]:
    """The questions that staff told HR are not covered; a ledger that is not there is not made."""
    path = settings.state / LEDGER_FILE
    if not path.exists():
        return []
    database = SQLite(path)
    try:
        return Ledger(database).uncovered(datetime.date.today())
    finally:
        database.close()
