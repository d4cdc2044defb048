"""The bench of sign-offs: a short run from end to end, and what its lines say."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import main
from bot.bench_signoffs import report
from bot.bench_signoffs.delivering import Delivered
from bot.bench_signoffs.replicas import Together
from bot.bench_signoffs.signing import NotSigned, Signed, record_of
from bot.database.postgres import Postgres
from bot.views import Text, view
from tests.databases import POSTGRES, schema

NOTHING_LOST = re.compile(r"(\d+) arrived, 0 lost, 0 repeated; wanted each exactly once: met")
SHORT = ["bench", "signoffs", "--people", "30", "--signed", "6", "--together", "8"]


def places(handle: Postgres) -> set[str]:
    """What benches have made for themselves in the database."""
    return {row["name"] for row in handle.rows("SELECT nspname AS name FROM pg_namespace WHERE SUBSTR(nspname, 1, 6) = 'bench_'")}


def test_a_short_run(tmp_path: Path) -> None:
    """Every measurement has its line, all arrived once, all signed, and nothing that was made meanwhile stays."""
    environment = {"CLAUSEBOT_DATA_DIR": str(tmp_path)}
    with schema() as url, closing(Postgres(url)) as handle:
        before = places(handle)
        result = CliRunner().invoke(main, [*SHORT, "--postgres", POSTGRES], env=environment, catch_exceptions=False)
        left = places(handle) - before
    assert result.exit_code == 0, result.output
    assert NOTHING_LOST.findall(result.stdout) == ["31", "6"]
    assert "31 people asked" in result.stdout
    assert "12 turns each" in result.stdout
    assert "Sign, from submission to commit" in result.stdout
    # The version and the request, everybody asked; consent, signature and copy of each who signed.
    assert f"verify, {2 + 31 + 3 * 6} records" in result.stdout
    assert "8 signatures, 0 lost, no fork; wanted no fork, no loss: met" in result.stdout
    assert "asked 31 of 31" in result.stderr
    assert not left
    assert not list(tmp_path.glob("bench-*"))


def test_without_postgresql_the_rest_is_measured(tmp_path: Path) -> None:
    """And the last line says how it is measured."""
    result = CliRunner().invoke(main, SHORT, env={"CLAUSEBOT_DATA_DIR": str(tmp_path)}, catch_exceptions=False)
    assert result.stdout.splitlines()[-1] == "PostgreSQL was not measured; name a database with --postgres URL"


def test_an_address_that_is_none_is_told(tmp_path: Path) -> None:
    """As a sentence, with exit code 1."""
    result = CliRunner().invoke(main, [*SHORT, "--postgres", "postgres://%"], env={"CLAUSEBOT_DATA_DIR": str(tmp_path)})
    assert result.exit_code == 1
    assert "DATABASE_URL is not the address" in result.output


def test_what_misses_is_said_to_miss() -> None:
    """A notice that came twice, a chain that is broken, a signature that is gone, one that is slow."""
    (line, _) = report.delivered("copies", Delivered(9, 1, 0, 0, 1.0), [0.001])
    assert line.endswith("missed")
    slow = Signed(60.0, 30.0, tuple([0.051] * 100), (0.01,) * 1100)
    rate, _, commit, _ = report.signed(slow, [0.001])
    assert rate.endswith("100 a minute; wanted at least 1,000: missed")
    assert commit.endswith("p99 51.0 ms; wanted p99 at most 50 ms: missed")
    for found in (Together((slow,), 99, 99, 300, ""), Together((slow,), 100, 100, 300, "record 7: missing")):
        assert next(report.together(found, 100, [0.001])).endswith("missed")
    assert next(report.verified(300, 0.001, 0.001, "record 7: missing")).endswith("missed")


def test_who_was_not_given_a_signature_is_no_signer() -> None:
    """A view without a record of a signature is a mistake of the bench, and told as one."""
    with pytest.raises(NotSigned):
        record_of(view(Text("Please type your full name.")))
