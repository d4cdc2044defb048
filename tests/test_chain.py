"""The chain: what an entry is made of, that it only grows, on every database, and its Merkle tree."""

from __future__ import annotations

import datetime
import hashlib
import itertools
import json
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.database.postgres import Postgres
from bot.evidence import KINDS, chain, merkle
from bot.evidence.canonical import NotCanonical, canonical
from bot.evidence.roots import NotARoot, Root, line, read_line
from bot.ledger import Ledger
from bot.ledger.acts import PAGE
from bot.records import Act
from tests import databases, evidence
from tests.evidence import ALICE, BOB, HANA, START

# In all four replicas together; `make soak` signs 10,000.
SIGNED = int(os.environ.get("CLAUSEBOT_SIGNED", "400"))


@pytest.fixture(params=databases.KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger on each database."""
    with databases.opened(request.param, tmp_path) as handle:
        found = Ledger(handle)
        if handle.dialect == "postgres":
            from bot.ledger import migrations

            migrations.migrate(handle)
        found.open()
        yield found


def _fill(ledger: Ledger, count: int) -> None:
    with ledger.transaction(deciding=True):
        for act in evidence.acts(count):
            ledger.acts.append(act)


def test_an_entry_says_what_the_format_says() -> None:
    """The body holds exactly the fields of docs/record-format.md, and its digest is SHA-256 of it."""
    (entry,) = evidence.chained([evidence.signed(1)])
    body = json.loads(entry.body)
    assert body.keys() == chain.FIELDS
    assert (body["schema"], body["seq"], body["previous"], body["kind"]) == ("clausebot.record/1", 1, "0" * 64, "signed")
    assert body["at"] == "2026-11-02T15:01:00.000000Z" == entry.at
    assert entry.digest == hashlib.sha256(entry.body.encode()).hexdigest()
    assert canonical(body).decode() == entry.body


def test_the_commitment_is_what_the_format_says() -> None:
    """The commitment is SHA-256 over canonical JSON of salt, person and fields; nothing personal stands in the body."""
    (entry,) = evidence.chained([evidence.signed(1)])
    content = {"salt": entry.salt, "person": ALICE, "fields": json.loads(entry.personal)}
    assert json.loads(entry.body)["personal"] == hashlib.sha256(canonical(content)).hexdigest()
    assert "Alice" not in entry.body
    assert ALICE not in entry.body


def test_what_is_not_personal_has_no_commitment() -> None:
    """An act of nobody has no salt and an empty commitment."""
    (entry,) = evidence.chained([Act("x", "published", START)])
    assert (json.loads(entry.body)["personal"], entry.salt, entry.person, entry.personal) == ("", "", "", "")


def test_columns_are_what_stands_in_the_body() -> None:
    """A version written with letters taken apart is kept as the body has it, so that both stay the same."""
    (entry,) = evidence.chained([Act("x", "published", START, policy="e\u0301", person="u\u0308")])
    assert (entry.policy, json.loads(entry.body)["policy"], entry.person) == ("\u00e9", "\u00e9", "\u00fc")
    before, after = chain.frame(entry, json.loads(entry.body)["personal"])
    assert entry.body == before + "{}" + after


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (Act("x", "liked", START), chain.UnknownKind),
        (Act("x", "signed", START.replace(tzinfo=None)), chain.TimeWithoutZone),
        (Act("x", "signed", START, facts={"share": 0.5}), NotCanonical),
        (Act("x", "signed", START, facts={"client": "\ud83d"}), NotCanonical),
        (Act("x", "signed", START, personal={"typed_name": "\ude00"}), NotCanonical),
    ],
)
def test_what_cannot_be_a_record_is_refused_before_anything_is_written(ledger: Ledger, act: Act, error: type[Exception]) -> None:
    """An unknown kind, a time without zone, a fraction or half a character raise, and the chain is as it was."""
    _fill(ledger, 2)
    with pytest.raises(error), ledger.transaction():
        ledger.acts.append(act)
    assert ledger.acts.count() == 2


def test_what_was_appended_is_read(ledger: Ledger) -> None:
    """Entries come back as they were made, one by one, by person, by request and by kind, oldest first."""
    _fill(ledger, 8)
    found = list(ledger.acts.all())
    assert [entry.seq for entry in found] == list(range(1, 9))
    assert all(entry.previous == before.digest for before, entry in itertools.pairwise(found))
    assert ledger.acts.get(found[3].id) == found[3]
    assert ledger.acts.get("nobody") is None
    assert [entry.seq for entry in ledger.acts.of_person(ALICE)] == [2, 5, 6]
    assert [entry.seq for entry in ledger.acts.of_person(ALICE, ["signed"])] == [2, 6]
    assert [entry.seq for entry in ledger.acts.of_person(BOB, ["copied"], "416")] == []
    assert [entry.seq for entry in ledger.acts.of_request("r1", ["requested", "signed"])] == [1, 2, 4, 6, 8]
    assert [entry.seq for entry in ledger.acts.all(after=6)] == [7, 8]
    assert ledger.acts.head() == (8, found[-1].digest)


def test_the_chain_is_read_piece_by_piece(tmp_path: Path) -> None:
    """A chain that is longer than one piece is read whole."""
    with databases.opened("memory", tmp_path) as handle:
        ledger = Ledger(handle)
        with ledger.transaction(deciding=True):
            for number in range(PAGE + 5):
                ledger.acts.append(Act(f"{number}", "ended", START))
        assert [entry.seq for entry in ledger.acts.all()] == list(range(1, PAGE + 6))


def test_an_act_that_is_rolled_back_leaves_no_gap(ledger: Ledger) -> None:
    """A transaction that fails takes its number with it."""
    _fill(ledger, 2)
    with suppress(KeyError), ledger.transaction(deciding=True):
        ledger.acts.append(evidence.signed(90))
        raise KeyError
    ledger.acts.append(evidence.signed(91))
    assert [entry.seq for entry in ledger.acts.all()] == [1, 2, 3]


def test_disposal_clears_what_is_personal_and_says_so(ledger: Ledger) -> None:
    """Afterwards neither name, account, person nor salt is there, the record is, and a `disposed` record lists it."""
    _fill(ledger, 6)
    before = list(ledger.acts.all())
    gone = [before[1].id, before[5].id, before[1].id, "nobody"]
    with ledger.transaction(deciding=True):
        (entry,) = ledger.acts.dispose(gone, START, "RSMo 109.200, schedule GS 055", HANA)
    after = list(ledger.acts.all())
    assert json.loads(entry.body)["facts"] == {"records": [before[1].id, before[5].id], "reason": "RSMo 109.200, schedule GS 055"}
    assert after[1] == replace(before[1], person="", salt="", personal="")
    assert after[3] == before[3]
    assert [each.seq for each in ledger.acts.of_person(ALICE)] == [5]
    assert ledger.acts.dispose(gone, START, "again", HANA) == []


def test_disposal_takes_the_scan_along(ledger: Ledger) -> None:
    """The scan of a signature on paper is deleted with the names in its record; its digest stays."""
    with ledger.transaction(deciding=True):
        scans = [ledger.requests.keep_scan(content, "application/pdf") for content in (b"%PDF one", b"%PDF two")]
        for number, scan in enumerate(scans):
            facts = {"scan_sha256": scan, "text_sha256": "t", "clauses": {}}
            ledger.acts.append(
                Act(f"p{number}", "paper", START, facts=facts, person=ALICE, personal={"typed_name": "Alice Stone"})
            )
        ledger.acts.dispose(["p0"], START, "GS 055", HANA)
    assert ledger.requests.scan(scans[0]) is None
    assert ledger.requests.scan(scans[1]) is not None
    assert scans[0] in next(ledger.acts.all()).body


def test_roots_are_kept_once_a_day(ledger: Ledger) -> None:
    """The first root of a day stays, whoever computes another; witnesses are as they last were."""
    day = datetime.date(2026, 11, 2)
    first, second = Root(day, 3, "1" * 64, "2" * 64, START), Root(day, 4, "3" * 64, "4" * 64, START)
    with ledger.transaction():
        assert ledger.acts.last_root() is None
        assert ledger.acts.keep_root(first)
        assert not ledger.acts.keep_root(second)
        ledger.acts.witnessed(day, "slack", "pending", "", START)
        ledger.acts.witnessed(day, "slack", "posted", "", START)
    assert ledger.acts.roots() == [first]
    assert ledger.acts.last_root() == first
    assert [(each.name, each.state) for each in ledger.acts.witnesses(day)] == [("slack", "posted")]
    assert ledger.acts.witnesses() == ledger.acts.witnesses(day)


def test_replicas_append_without_a_fork_or_a_loss() -> None:
    """Four replicas of their own on one PostgreSQL sign at once: every record is there, once, and the chain is whole."""
    from bot.evidence.verify import verify
    from bot.ledger import migrations

    with databases.schema() as url:
        handles = [Postgres(url) for _ in range(5)]
        migrations.migrate(handles[4])
        kept: list[str] = []

        def sign(handle: Postgres, replica: int) -> None:
            ledger = Ledger(handle)
            for number in range(SIGNED // 4):
                act = replace(evidence.signed(number, secrets.token_hex(8)), id=f"{replica}-{number}")
                with ledger.transaction(deciding=number % 2 == 0):
                    ledger.acts.append(act)
                kept.append(act.id)

        threads = [threading.Thread(target=sign, args=(handles[replica], replica)) for replica in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = list(Ledger(handles[4]).acts.all())
        for handle in handles:
            handle.close()
    assert len(found) == len(kept) == SIGNED // 4 * 4
    assert {entry.id for entry in found} == set(kept)
    assert verify(found).first is None


def test_every_kind_is_said_in_the_format() -> None:
    """docs/record-format.md says of each kind what it says here."""
    text = (Path(__file__).parent.parent / "docs" / "record-format.md").read_text("utf-8")
    listed = dict(row.strip("| ").split(" | ", 1) for row in text.splitlines() if row.startswith("| `"))
    kinds = {name.strip("`"): what for name, what in listed.items() if name.strip("`") in KINDS}
    assert kinds == KINDS


DIGESTS = [hashlib.sha256(bytes([number])).hexdigest() for number in range(40)]


def test_the_tree_is_that_of_the_rfc() -> None:
    """The root over no leaf is the hash of nothing, over one its leaf's, and over seven the one that RFC 9162 draws in 2.1.5."""
    leaves = [hashlib.sha256(b"\0" + bytes.fromhex(each)).digest() for each in DIGESTS]
    node = lambda left, right: hashlib.sha256(b"\1" + left + right).digest()  # noqa: E731 - as short as in the RFC
    a, b, c, d, e, f, j = leaves[:7]
    assert merkle.root([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.root(DIGESTS[:1]) == a.hex()
    assert merkle.root(DIGESTS[:7]) == node(node(node(a, b), node(c, d)), node(node(e, f), j)).hex()


@given(st.integers(0, 40))
def test_the_root_is_that_of_the_definition(size: int) -> None:
    """The tree that grows leaf by leaf has the root that the recursive definition gives."""
    assert merkle.root(DIGESTS[:size]) == _defined(DIGESTS[:size]).hex()


@given(st.integers(1, 40), st.data())
def test_inclusion_is_proven_for_each_leaf_and_for_no_other(size: int, data: st.DataObject) -> None:
    """The proof holds for its own leaf, place, size and root, and falls when any of them is another."""
    digests, index = DIGESTS[:size], data.draw(st.integers(0, size - 1))
    proof, root = merkle.inclusion(digests, index), merkle.root(digests)
    assert merkle.included(digests[index], index, size, proof, root)
    assert len(proof) <= 6
    other = data.draw(st.integers(0, size).filter(lambda each: each != index))
    assert not merkle.included(digests[index], other, size, proof, root)
    assert not merkle.included("0" * 64, index, size, proof, root)
    assert not merkle.included(digests[index], index, size, (*proof, "0" * 64), root)
    assert not proof or not merkle.included(digests[index], index, size, proof[:-1], root)


@given(st.integers(0, 40), st.data())
def test_consistency_is_proven_for_a_tree_that_grew_and_for_no_other(first: int, data: st.DataObject) -> None:
    """The proof holds between the tree of then and of now, and falls when an old leaf was changed."""
    second = data.draw(st.integers(first, 40))
    proof, now = merkle.consistency(DIGESTS[:second], first), merkle.root(DIGESTS[:second])
    assert merkle.consistent(first, second, merkle.root(DIGESTS[:first]), now, proof)
    if first:
        changed = ["f" * 64, *DIGESTS[1:]]
        assert not merkle.consistent(first, second, merkle.root(changed[:first]), now, proof)
        assert not merkle.consistent(
            first, second, merkle.root(changed[:first]), now, merkle.consistency(changed[:second], first)
        )
    assert not merkle.consistent(first, second, merkle.root(DIGESTS[:first]), now, (*proof, "0" * 64))


def test_there_is_no_proof_of_what_is_not_there() -> None:
    """A leaf beyond the tree, or a tree larger than it is, has no proof."""
    for wrong in (
        lambda: merkle.inclusion(DIGESTS, 40),
        lambda: merkle.inclusion(DIGESTS, -1),
        lambda: merkle.consistency(DIGESTS, 41),
    ):
        with pytest.raises(IndexError):
            wrong()
    assert not merkle.consistent(5, 4, merkle.root(DIGESTS[:5]), merkle.root(DIGESTS[:4]), ("0" * 64,))
    assert not merkle.consistent(3, 4, merkle.root(DIGESTS[:3]), merkle.root(DIGESTS[:4]), ())


def test_a_root_is_read_from_its_line() -> None:
    """The line that is posted gives back day, number, root and head; other lines are refused."""
    root = Root(datetime.date(2026, 11, 2), 12, "a" * 64, "b" * 64, datetime.datetime(2026, 11, 2, tzinfo=datetime.UTC))
    assert read_line(line(root) + "\n") == root
    for wrong in ("", "2026-11-02", line(root).upper(), line(root).replace("2026-11-02", "2026-13-02"), line(root) + " x"):
        with pytest.raises(NotARoot):
            read_line(wrong)


def _defined(digests: list[str]) -> bytes:
    """MTH of RFC 9162, 2.1.1, word for word."""
    if not digests:
        return hashlib.sha256(b"").digest()
    if len(digests) == 1:
        return hashlib.sha256(b"\0" + bytes.fromhex(digests[0])).digest()
    k = 1
    while k * 2 < len(digests):
        k *= 2
    return hashlib.sha256(b"\1" + _defined(digests[:k]) + _defined(digests[k:])).digest()
