"""Composition root: builds everything from Settings. With `serving.py`, the only file that knows every part."""

from __future__ import annotations

import datetime
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import intents
import policy_kb
from bot.config import SHORTEST_SECRET, Settings, SettingsError
from bot.directory import Directory, read_directory
from bot.dispatcher import Dispatcher, Seen, say_nothing
from bot.evaluation import BadLabels, Row
from bot.ledger import Ledger
from bot.ledger.sqlite import SQLite
from bot.records import Uncovered
from bot.tokens import Tokens
from policy_kb import KnowledgeBase, Others

LEDGER_FILE = "ledger.sqlite"
KEY_FILE = "secret"
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
def dispatcher(
    settings: Settings,
    policies: Path | None = None,
    progress: Progress | None = None,
    seen: Callable[[Seen], None] = say_nothing,
) -> Iterator[Dispatcher]:
    """The dispatcher with its ledger; on leaving, the ledger's thread has finished. `seen` is told of each turn."""
    knowledge = knowledge_base(settings, policies, progress=progress)
    database = SQLite(settings.records / LEDGER_FILE)
    with ThreadPoolExecutor(1, "ledger") as thread:
        tokens = Tokens(settings.secret or kept_secret(settings))
        door = Dispatcher(knowledge, directory(settings), tokens, Ledger(database), thread, seen=seen)
        try:
            yield door
        finally:
            thread.submit(database.close).result()


def kept_secret(settings: Settings) -> bytes:
    """The secret that signs buttons where none is configured: made once, kept in the data directory, for nobody else to read.

    Raises SettingsError where the file holds too little to be one, and OSError where it cannot be read or written.
    """
    path = settings.records / KEY_FILE
    if not path.exists():
        _make_secret(path)
    secret = path.read_bytes()
    if len(secret) < SHORTEST_SECRET:
        raise SettingsError(
            f"{path} holds fewer than {SHORTEST_SECRET} bytes, which is no secret. Bring it back from a backup, or delete it: "
            "the next start makes a new one, and the buttons of older messages stop working"
        )
    return secret


def _make_secret(path: Path) -> None:
    """Written beside its place and then put there at once, so that nobody finds half of it; who is first there stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(prefix=f"{KEY_FILE}-", dir=path.parent)  # mode 0600
    try:
        with open(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)


def kept_questions(settings: Settings) -> list[Uncovered]:
    """The questions that staff told HR are not covered; a ledger that is not there is not made."""
    path = settings.records / LEDGER_FILE
    if not path.exists():
        return []
    database = SQLite(path)
    try:
        return Ledger(database).uncovered(datetime.date.today())
    finally:
        database.close()
