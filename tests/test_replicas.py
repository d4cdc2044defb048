"""Four processes sign on one PostgreSQL database at the same time: one chain, and every signature is in it."""

from __future__ import annotations

import datetime
import os

from bot.bench_signoffs.replicas import REPLICAS, signed_together
from tests.databases import schema

SIGNED = int(os.environ.get("CLAUSEBOT_SIGNED", "400"))


def test_replicas_neither_fork_the_chain_nor_lose_a_signature() -> None:
    """400 signatures, or CLAUSEBOT_SIGNED: each person has one, and the chain is whole."""
    with schema() as url:
        found = signed_together(url, SIGNED)
    rate = SIGNED / found.seconds
    told = f"{found.signatures:,} signatures by {REPLICAS} processes on PostgreSQL, {found.records:,} records"
    print(f"\n{datetime.date.today()}: {told}: chain {found.wrong or 'whole'} ({rate:.0f} signatures a second)")  # noqa: T201
    assert found.wrong == ""
    assert found.signatures == found.people == SIGNED
    # The request and its version, everybody asked, HR among them; consent and signature of each who signed.
    assert found.records == 2 + SIGNED + 1 + 2 * SIGNED
