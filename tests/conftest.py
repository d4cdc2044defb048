"""Named fakes and facts that many tests share."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import policy_kb
from bot import app
from bot.config import Settings
from bot.database.sqlite import SQLite
from bot.directory import read_directory
from bot.dispatcher import Dispatcher
from bot.ledger import Ledger
from bot.tokens import Tokens
from policy_kb import KnowledgeBase, Policy

HERE = Path(__file__).parent
SHIPPED = Path(policy_kb.__file__).parent / "policies"


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One state directory for the whole run and all its processes, so that weights are fitted once.

    `CLAUSEBOT_TEST_DATA_DIR` names one that outlives the run.
    """
    if kept := os.environ.get("CLAUSEBOT_TEST_DATA_DIR"):
        return Path(kept)
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "data"
    shared.mkdir(exist_ok=True)
    return shared


@pytest.fixture(scope="session")
def settings(state: Path) -> Settings:
    """Local settings with that data directory."""
    return Settings(state, local=True)


@pytest.fixture(scope="session")
def knowledge(settings: Settings) -> KnowledgeBase:
    """The shipped knowledge base, fitted or from the cache."""
    return app.knowledge_base(settings)


@pytest.fixture(scope="session")
def policy(knowledge: KnowledgeBase) -> Policy:
    """The shipped social media policy."""
    return knowledge.policy("416")


@pytest.fixture
def dispatcher(knowledge: KnowledgeBase) -> Iterator[Dispatcher]:
    """The real dispatcher over a ledger in memory, on a fixed day."""
    with ThreadPoolExecutor(1) as thread:
        database = SQLite()
        ledger, noon = Ledger(database), datetime.datetime(2026, 11, 20, 18, tzinfo=datetime.UTC)
        yield Dispatcher(knowledge, read_directory(), Tokens(b"test"), ledger, thread, now=lambda: noon)
        thread.submit(database.close).result()
