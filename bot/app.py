"""Composition root: builds everything from Settings. With `serving.py`, the only file that knows every part."""

from __future__ import annotations

import datetime
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

import intents
import policy_kb
from bot import demonstration, editions, enrolling
from bot.clause_choices import clause_choices
from bot.config import SHORTEST_SECRET, Settings, SettingsError
from bot.database.sqlite import SQLite
from bot.directory import Directory, read_directory
from bot.dispatcher import Dispatcher, Seen, say_nothing
from bot.enrolling import Occasion
from bot.evaluation import BadLabels, Row
from bot.ledger import Database, Ledger, migrations
from bot.opening_reports import Reports, reports
from bot.records import Uncovered
from bot.statement import read_words
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
    *,
    laying: bool = True,
) -> Iterator[Dispatcher]:
    """The dispatcher with its ledger; on leaving, the ledger's threads have finished. `seen` is told of each turn.

    `laying` publishes policies that have no version yet and opens reports; without it nothing is written before somebody presses
    something.
    """
    with whole(settings, policies, progress, seen, laying=laying) as (door, _):
        yield door


@contextmanager
def whole(
    settings: Settings,
    policies: Path | None = None,
    progress: Progress | None = None,
    seen: Callable[[Seen], None] = say_nothing,
    *,
    laying: bool = True,
) -> Iterator[tuple[Dispatcher, Reports]]:
    """The dispatcher, and what there is of reports beside it."""
    knowledge = knowledge_base(settings, in_force(settings, policies, progress, laying=laying), progress=progress)
    database, threads = ledger_database(settings)
    roles, say = directory(settings), progress or editions.say_nothing
    with ThreadPoolExecutor(threads, "ledger") as thread, reports(settings, roles, say, opening=laying) as here:
        tokens = Tokens(settings.secret or kept_secret(settings))
        door = Dispatcher(
            knowledge,
            roles,
            tokens,
            Ledger(database),
            thread,
            hours=settings.hours,
            words=read_words(settings.state),
            url=settings.own_url,
            program=version("clausebot"),
            seen=seen,
            reports=here.door,
        )
        here.counted.clauses = lambda: clause_choices(door.knowledge.policies)
        try:
            if laying:
                thread.submit(_begun, settings, door, here).result()
            yield door, here
        finally:
            thread.submit(database.close).result()


def _begun(settings: Settings, door: Dispatcher, here: Reports) -> None:
    """What is there from the first moment on: the people of local mode, and how many people could write a report."""
    if settings.local:
        demonstration.seed(door.ledger)
    here.counted.count(door.ledger, door.today())


def in_force(
    settings: Settings, policies: Path | None = None, progress: Progress | None = None, *, laying: bool = False
) -> Path | None:
    """The directory of the same policies in the versions in force today, which is the one given where no other was published.

    With `laying` policies without a version are published as their first, and the words that are signed are kept; without it
    the ledger is read where there is one, and not made. Raises KnowledgeBaseError, StatementError, and what a ledger that
    cannot be used raises.
    """
    if not (laying or settings.database_url or (settings.records / LEDGER_FILE).exists()):
        return policies
    now = datetime.datetime.now(datetime.UTC)
    database, _ = ledger_database(settings)
    try:
        kept = Ledger(database)
        if laying:
            editions.lay(kept, policies, now)
            words = read_words(settings.state)
            kept.policies.keep_statement(words.digest, words.text)
            if listed := directory(settings).people:
                occasion = Occasion(now, settings.hours.day(now), lambda: secrets.token_hex(8), "directory.toml")
                enrolling.apply(kept, listed, occasion)
        else:
            migrations.check(database)
        today, say = settings.hours.day(now), progress or editions.say_nothing
        return editions.directory_in_force(kept, policies, settings.state, today, say)
    except migrations.OlderDatabase:
        if laying:
            raise
        return policies
    finally:
        database.close()


def newer(
    settings: Settings, knowledge: KnowledgeBase, policies: Path | None = None, progress: Progress | None = None
) -> KnowledgeBase | None:
    """The knowledge base anew where another version of a policy is in force by now, else None. May have to learn for a minute."""
    with ledger(settings) as kept:
        today = settings.hours.day(datetime.datetime.now(datetime.UTC))
        if not editions.changed(kept, knowledge, today):
            return None
    return knowledge_base(settings, in_force(settings, policies, progress), progress=progress)


@contextmanager
def ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger, open, for this thread and a moment. Raises what a ledger that cannot be used raises."""
    database, _ = ledger_database(settings)
    try:
        kept = Ledger(database)
        kept.open()
        yield kept
    finally:
        database.close()


def ledger_database(settings: Settings) -> tuple[Database, int]:
    """The database that what is kept goes to, not opened yet, and how many threads may use it. Raises BadAddress."""
    if not settings.database_url:
        return SQLite(settings.records / LEDGER_FILE), 1
    from bot.database.postgres import CONNECTIONS, Postgres  # its driver is loaded only where it is used

    return Postgres(settings.database_url), CONNECTIONS


def migrate(settings: Settings) -> list[str]:
    """Brings the ledger's database up to this version; gives the names of the steps that it took.

    Raises NewerDatabase, DatabaseGone or BadAddress.
    """
    database, _ = ledger_database(settings)
    try:
        return migrations.migrate(database)
    finally:
        database.close()


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
    if not settings.database_url and not (settings.records / LEDGER_FILE).exists():
        return []
    database, _ = ledger_database(settings)
    try:
        return Ledger(database).uncovered(settings.hours.day(datetime.datetime.now(datetime.UTC)))
    finally:
        database.close()
