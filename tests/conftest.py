"""Named fakes and facts that many tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import policy_kb
from bot import app
from bot.config import Settings
from policy_kb import KnowledgeBase, Policy

HERE = Path(__file__).parent
SHIPPED = Path(policy_kb.__file__).parent / "policies"


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One state directory for the whole run, so that weights are fitted once.

    `CLAUSEBOT_TEST_DATA_DIR` names one that outlives the run.
    """
    kept = os.environ.get("CLAUSEBOT_TEST_DATA_DIR")
    return Path(kept) if kept else tmp_path_factory.mktemp("data")


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
