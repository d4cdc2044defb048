"""The server on PostgreSQL, as a process of its own: it starts on what it knows, and bears a database that goes away."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from bot.database.postgres import Postgres
from bot.ledger import migrations
from policy_kb import KnowledgeBase
from tests.databases import schema
from tests.tcp_proxy import Wire
from tests.test_server import ROOT, free_port, started, stopped


@pytest.fixture
def environment(tmp_path: Path, state: Path, knowledge: KnowledgeBase) -> Iterator[dict[str, str]]:
    """Local mode over an empty PostgreSQL database, in a data directory of its own."""
    (tmp_path / "weights").symlink_to(state / "weights")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("CLAUSEBOT_", "SLACK_", "MICROSOFT_"))}
    own = {"CLAUSEBOT_ENV": "local", "CLAUSEBOT_SECRET": "0123456789abcdef", "CLAUSEBOT_DATA_DIR": str(tmp_path)}
    with schema() as url:
        yield {**bare, **own, "DATABASE_URL": url, "PORT": str(free_port())}


def test_an_older_database_is_not_served(environment: dict[str, str]) -> None:
    """With a sentence and exit code 1; the release phase brings it up first."""
    process = subprocess.run(
        [sys.executable, "-m", "bot", "run"], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert process.returncode == 1
    assert "has not been brought up to this version yet. Run: clausebot migrate" in process.stderr
    assert "Traceback" not in process.stderr


def test_a_database_that_goes_and_comes_back(environment: dict[str, str], tmp_path: Path) -> None:
    """The server stays up, says that it is not ready, and is again by itself; no file is kept beside the database."""
    url = environment["DATABASE_URL"]
    with closing(Postgres(url)) as handle:
        migrations.migrate(handle)
    place = urlsplit(url)
    wire = Wire(str(place.hostname), place.port or 5432)
    through = place._replace(netloc=f"{place.netloc.rpartition('@')[0]}@127.0.0.1:{wire.port}").geturl()
    process = started({**environment, "DATABASE_URL": through})
    ready = f"http://127.0.0.1:{environment['PORT']}/readyz"
    try:
        wire.cut()
        assert told(until(ready, 503)) == "the ledger cannot be written (DatabaseGone)"
        wire.mend()
        assert told(until(ready, 200)) == "ready"
        wrote = stopped(process)
    finally:
        process.kill()
        wire.cut()
    assert str(place.username) + "@" not in wrote
    assert not list(tmp_path.glob("**/ledger.sqlite"))


def told(answer: str) -> str:
    """What is said of the ledger: alone, or beside one line of the periodic work that came by meanwhile, until its next round."""
    first, *more = answer.splitlines()
    assert [each.partition(":")[0] for each in more] in ([], ["jobs"])
    return first


def until(url: str, status: int) -> str:
    """What is answered once it has this status: an answer counts for two seconds."""
    answers: list[int] = []
    while len(answers) < 100:
        answer = requests.get(url, timeout=30)
        if answer.status_code == status:
            return answer.text
        answers.append(answer.status_code)
        time.sleep(0.1)
    raise AssertionError(answers)
