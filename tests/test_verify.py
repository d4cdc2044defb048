"""Whoever changes the record is found: the chain, what is personal, the texts, the roots."""

from __future__ import annotations

import datetime
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import app, witnessing
from bot.__main__ import main
from bot.config import Settings
from bot.database import Database
from bot.database.sqlite import SQLite
from bot.evidence import chain, merkle
from bot.evidence.canonical import canonical, sha256
from bot.evidence.roots import Root, line
from bot.evidence.verify import LISTED, Report, verify
from bot.ledger import Ledger, migrations
from bot.people import Grant, Person
from bot.records import Act, Entry
from tests import databases, evidence
from tests.evidence import ALICE, BOB, HANA, START
from tests.untraced import untraced

COUNT = 12
TRIGGERS = {
    "sqlite": ["record_is_never_changed", "record_is_never_deleted", "personal_is_only_cleared", "personal_is_never_deleted"],
    "postgres": ["record_only_grows ON record", "personal_is_only_cleared ON personal", "personal_stays ON personal"],
}
_FORGED = "INSERT INTO record SELECT 13, 'y', kind, at, policy, version, request, body, ?, ? FROM record"
TEXTS = ["id", "kind", "at", "policy", "version", "request", "body", "previous", "digest"]


@cache
def _chain() -> tuple[Entry, ...]:
    return tuple(evidence.chained(evidence.acts(COUNT)))


def _root(entries: list[Entry] | tuple[Entry, ...], day: int = 2) -> Root:
    head = entries[-1].digest if entries else chain.BEGINNING
    return Root(datetime.date(2026, 11, day), len(entries), merkle.root(entry.digest for entry in entries), head, START)


def _texts() -> dict[str, dict[str, str]]:
    return {evidence.published().text_sha256: evidence.published().clause_sha256}


@pytest.fixture(params=["memory", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with a chain, and nothing that keeps anybody from changing it."""
    with databases.opened(request.param, tmp_path) as handle:
        migrations.migrate(handle)
        with Ledger(handle).transaction(deciding=True):
            for act in evidence.acts(COUNT):
                Ledger(handle).acts.append(act)
        for trigger in TRIGGERS[handle.dialect]:
            handle.run(f"DROP TRIGGER {trigger}")
        yield handle


def _checked(handle: Database, roots: list[Root] | None = None) -> Report:
    return verify(Ledger(handle).acts.all(), roots or [], _texts())


def test_a_whole_chain_is_whole(opened: Database) -> None:
    """Nothing is wrong where nothing was changed, with roots and texts; and a chain without records is whole too."""
    entries = list(Ledger(opened).acts.all())
    report = _checked(opened, [_root([], 1), _root(entries[:5]), _root(entries, 3)])
    assert (report.records, report.head, report.roots, report.problems) == (COUNT, entries[-1].digest, 3, ())
    assert verify([]).first is None


@settings(deadline=None)
@given(st.data())
def test_a3_any_byte_changed_is_found_and_named(data: st.DataObject) -> None:
    """Whichever letter of whichever field of a record is another, verify names that record."""
    entries = list(_chain())
    place = data.draw(st.integers(0, COUNT - 1))
    entry = entries[place]
    name = data.draw(st.sampled_from([*TEXTS, "person", "salt", "personal"]))
    value = getattr(entry, name)
    at = data.draw(st.integers(0, len(value)))
    changed = value[:at] + data.draw(st.sampled_from(["x", "0", '"', " ", "\u00e9", "\\", ""])) + value[at + 1 :]
    if changed == value:
        return
    entries[place] = replace(entry, **{name: changed})
    first = verify(entries, [_root(_chain())], _texts()).first
    assert first is not None
    assert first.seq == place + 1


@settings(deadline=None)
@given(st.data())
def test_a3_a_record_written_anew_with_its_digest_is_found_and_named(data: st.DataObject) -> None:
    """Whoever changes a record and computes its digest anew is found by the next record, or by a root where it is the last."""
    place = data.draw(st.integers(0, COUNT - 1))
    forged = chain.entry(replace(evidence.acts(COUNT)[place], request="r2"), place + 1, _chain()[place].previous, "f" * 32)
    entries = [*_chain()[:place], forged, *_chain()[place + 1 :]]
    first = verify(entries, [_root(_chain()[:place]), _root(_chain())]).first
    assert first is not None
    assert first.seq == place + 1


@pytest.mark.parametrize("place", range(1, COUNT - 1))
def test_a3_a_record_that_is_hung_elsewhere_is_found_and_named(place: int) -> None:
    """A record that was written anew after another one than stands before it is named, not the one before it."""
    forged = chain.entry(evidence.acts(COUNT)[place], place + 1, "f" * 64, "f" * 32)
    first = verify([*_chain()[:place], forged, *_chain()[place + 1 :]]).first
    assert first is not None
    assert first.seq == place + 1


@settings(deadline=None)
@given(st.data())
def test_a3_rows_in_another_order_or_missing_are_found_and_named(data: st.DataObject) -> None:
    """A record taken out, put in twice, or put elsewhere is found at the first place that is wrong."""
    entries = list(_chain())
    place, other = sorted(data.draw(st.lists(st.integers(0, COUNT - 1), min_size=2, max_size=2, unique=True)))
    match data.draw(st.sampled_from(["gone", "twice", "swapped", "renumbered"])):
        case "gone":
            del entries[place]
        case "twice":
            entries.insert(place + 1, entries[place])
        case "swapped":
            entries[place], entries[other] = entries[other], entries[place]
        case "renumbered":
            entries[place], entries[other] = replace(entries[other], seq=place + 1), replace(entries[place], seq=other + 1)
    first = verify(entries, [_root(_chain())]).first
    assert first is not None
    assert first.seq == place + 1


def _sql_changes() -> list[tuple[str, list[Any], int]]:
    digest = "f" * 64
    changes: list[tuple[str, list[Any], int]] = []
    changes += [(f"UPDATE record SET {name} = 'x' WHERE seq = 5", [], 5) for name in TEXTS]  # noqa: S608 - constants
    return [
        *changes,
        ("UPDATE record SET seq = 500 WHERE seq = 5", [], 5),
        ("UPDATE record SET seq = -1 WHERE seq = 5", [], -1),
        ("DELETE FROM personal WHERE record = ?", [f"{4:016x}"], 5),
        ("UPDATE personal SET person = ? WHERE record = ?", [HANA, f"{4:016x}"], 5),
        ("UPDATE personal SET salt = ? WHERE record = ?", ["0" * 32, f"{4:016x}"], 5),
        ("UPDATE personal SET fields = '{}' WHERE record = ?", [f"{3:016x}"], 4),
        ("UPDATE personal SET fields = fields || ' ' WHERE record = ?", [f"{3:016x}"], 4),
        ("UPDATE personal SET salt = NULL, person = NULL, fields = NULL WHERE record = ?", [f"{3:016x}"], 4),
        (f"{_FORGED} WHERE seq = 5", [digest] * 2, 13),
    ]


@pytest.mark.parametrize(("sql", "params", "seq"), _sql_changes())
def test_a3_changes_by_sql_are_found_and_named(opened: Database, sql: str, params: list[Any], seq: int) -> None:
    """Whoever has the database and takes the triggers away is found, and the first bad record is named."""
    loose = (
        "PRAGMA foreign_keys = OFF" if opened.dialect == "sqlite" else "ALTER TABLE personal DROP CONSTRAINT personal_record_fkey"
    )
    opened.run(loose)
    opened.run(sql, params)
    report = _checked(opened)
    assert report.first is not None
    assert report.first.seq == seq


def test_a3_bytes_that_are_no_text_are_found_and_named(tmp_path: Path) -> None:
    """SQLite lets somebody write bytes that are no text; the record is named, and those around it are read."""
    with databases.opened("memory", tmp_path) as handle:
        migrations.migrate(handle)
        with Ledger(handle).transaction(deciding=True):
            for act in evidence.acts(COUNT):
                Ledger(handle).acts.append(act)
        handle.run("DROP TRIGGER record_is_never_changed")
        handle.run("UPDATE record SET body = CAST(X'80FF' AS TEXT) WHERE seq = 7")
        handle.run("UPDATE record SET kind = X'80FF' WHERE seq = 9")
        report = _checked(handle)
    assert report.records == COUNT
    assert [problem.seq for problem in report.problems][:1] == [7]
    assert {problem.seq for problem in report.problems} >= {7, 9}


def test_a5_the_table_refuses_what_is_changed(tmp_path: Path) -> None:
    """With the triggers in place none of these changes is taken, but clearing what is personal."""
    for kind in ("memory", "postgres"):
        with databases.opened(kind, tmp_path) as handle:
            migrations.migrate(handle)
            with Ledger(handle).transaction(deciding=True):
                for act in evidence.acts(COUNT):
                    Ledger(handle).acts.append(act)
            refused = 0
            for sql, params, _ in _sql_changes()[:-2]:
                try:
                    handle.run(sql, params)
                except Exception:  # noqa: BLE001 - each driver has its own
                    refused += 1
            assert refused == len(_sql_changes()) - 2
            assert _checked(handle).first is None


@given(st.integers(0, COUNT - 1), st.integers(0, COUNT))
def test_a4_deleting_the_last_records_is_found_against_a_root(kept: int, under: int) -> None:
    """A chain that was cut is whole in itself; the root that was made over more records names the first that is missing."""
    cut = list(_chain()[:kept])
    assert verify(cut).first is None
    first = verify(cut, [_root(_chain()[:under])]).first
    if under <= kept:
        assert first is None
    else:
        assert first is not None
        assert (first.seq, "missing" in first.what) == (kept + 1, True)


def test_a4_a_chain_written_anew_is_found_against_a_root() -> None:
    """Whoever writes everything anew from a record on is found by the root, which names the range."""
    forged = evidence.chained([*evidence.acts(6), *[replace(act, request="r2") for act in evidence.acts(COUNT)[6:]]])
    assert verify(forged).first is None
    first = verify(forged, [_root(_chain()[:4], 1), _root(_chain())]).first
    assert first is not None
    assert (first.seq, first.what) == (5, "records 5 to 12 are not those that the root of 2026-11-02 was made over")


def test_a_root_that_was_changed_is_found() -> None:
    """Root or head of another chain, and a root over nothing that is not that of nothing, are found."""
    for wrong in (replace(_root(_chain()), root="0" * 64), replace(_root(_chain()), head="0" * 64)):
        assert verify(_chain(), [wrong]).first is not None
    assert verify([], [replace(_root([]), root="0" * 64)]).first is not None


def test_disposed_fields_are_gone_with_a_record_of_it(opened: Database) -> None:
    """After disposal the chain is whole; without the record that lists it the gap is found."""
    with Ledger(opened).transaction(deciding=True):
        Ledger(opened).acts.dispose([f"{3:016x}"], START, "GS 055", HANA)
    assert _checked(opened).first is None
    opened.run("UPDATE personal SET salt = NULL, person = NULL, fields = NULL WHERE record = ?", [f"{5:016x}"])
    first = _checked(opened).first
    assert first is not None
    assert first.seq == 6


def test_texts_that_were_signed_are_compared() -> None:
    """A text that is not there, or has other clauses than were signed, is found at the first signature of it."""
    ((digest, clauses),) = _texts().items()
    for texts in ({}, {digest: {**clauses, "416.1": "0" * 64}}, {digest: {}}):
        first = verify(_chain(), texts=texts).first
        assert first is not None
        assert first.seq == 2


@pytest.mark.parametrize(
    "fields",
    [{"kind": "liked"}, {"at": "yesterday"}, {"more": ""}, {"schema": "clausebot.record/2"}, {"facts": []}, {"facts": 1}],
)
def test_what_is_no_record_is_found_though_its_digest_fits(fields: dict[str, Any]) -> None:
    """An entry of another kind, time or form, whole in itself, is found and named."""
    entry = _chain()[0]
    body = canonical(json.loads(entry.body) | fields).decode()
    columns = {name: value for name, value in fields.items() if name in ("kind", "at")}
    first = verify([replace(entry, body=body, digest=sha256(body.encode()), **columns)]).first
    assert first is not None
    assert first.seq == 1


@pytest.mark.parametrize("body", [None, 7, b"{}", "\ud800", "[" * 100_000])
def test_what_is_no_text_is_found(body: Any) -> None:
    """Whatever stands where a body should be, verify goes on and names the record."""
    first = verify([_chain()[0], replace(_chain()[1], body=body)]).first
    assert first is not None
    assert first.seq == 2


def test_many_mistakes_are_counted() -> None:
    """Of a chain that is wrong throughout the first mistakes are listed and the rest is counted."""
    whole = evidence.chained([Act(f"{number}", "ended", START) for number in range(3 * LISTED)])
    entries = [replace(entry, digest="0" * 64) for entry in whole]
    report = verify(entries)
    assert len(report.problems) == LISTED
    assert report.more + LISTED >= 3 * LISTED
    assert report.first is not None
    assert report.first.seq == 1


def test_verifying_is_fast() -> None:
    """A signature is checked in less than five times the time that hashing and parsing its body takes."""
    entries = evidence.chained([evidence.signed(number) for number in range(1000)])

    def bare() -> None:
        for entry in entries:
            hashlib.sha256(entry.body.encode()).hexdigest()
            json.loads(entry.body)

    def whole() -> None:
        assert verify(entries, [_root(entries)], _texts()).first is None

    with untraced():
        assert min(map(_seconds, [whole] * 3)) < 5 * min(map(_seconds, [bare] * 3))


def _seconds(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory whose ledger has a chain with roots, and its people."""
    monkeypatch.setenv("CLAUSEBOT_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("CLAUSEBOT_ENV", raising=False)
    with app.ledger(Settings(tmp_path)) as ledger, ledger.transaction(deciding=True):
        ledger.policies.publish(evidence.published())
        for act in evidence.acts(COUNT):
            ledger.acts.append(act)
        entries = list(ledger.acts.all())
        ledger.acts.keep_root(_root(entries[:6]))
        gone = datetime.date(2026, 12, 1)
        ledger.people.put(Person(ALICE, "Alice Stone", "alice@city.example", separated=gone))
        ledger.people.put(Person(BOB, "Bob Marsh", "bob@city.example"))
        ledger.people.put(Person(HANA, "Hana Ruiz", "hana@city.example"))
        ledger.people.grant(HANA, Grant.HR)
    return tmp_path


def test_the_command_says_what_it_found(place: Path) -> None:
    """`clausebot verify` prints records, seconds, records a second, roots and the head, and ends with 0."""
    result = CliRunner().invoke(main, ["verify"])
    assert result.exit_code == 0, result.output
    assert f"{COUNT + 1} records in " in result.output
    assert " a second), 1 of 1 roots fit" in result.output
    assert "OK: every record is whole" in result.output


def test_a4_the_command_finds_what_is_missing_against_the_clerks_file(place: Path) -> None:
    """Cut from the table, with the roots there, the last records are still named from the Clerk's file."""
    with app.ledger(Settings(place)) as ledger:
        entries = list(ledger.acts.all())
    witnessing.write(place / witnessing.DIRECTORY, _root(entries, 3))
    handle = SQLite(place / app.LEDGER_FILE)
    for trigger in ("record_is_never_deleted", "personal_is_never_deleted"):
        handle.run(f"DROP TRIGGER {trigger}")
    handle.run("DELETE FROM personal WHERE record IN (SELECT id FROM record WHERE seq > 10)")
    handle.run("DELETE FROM record WHERE seq > 10")
    handle.run("DELETE FROM root")
    handle.close()
    result = CliRunner().invoke(main, ["verify"])
    assert result.exit_code == 1
    assert "BAD: record 11: missing" in result.output


def test_the_command_takes_roots_from_elsewhere(place: Path, tmp_path: Path) -> None:
    """A root that somebody copied from a message is compared too; what is no root is refused with its file's name."""
    with app.ledger(Settings(place)) as ledger:
        entries = list(ledger.acts.all())
    elsewhere = tmp_path / "copied.txt"
    elsewhere.write_text(line(_root(entries)) + "\n", "utf-8")
    assert "2 of 2 roots fit" in CliRunner().invoke(main, ["verify", "--roots", str(elsewhere)]).output
    elsewhere.write_text(line(replace(_root(entries), root="0" * 64)) + "\n", "utf-8")
    assert CliRunner().invoke(main, ["verify", "--roots", str(elsewhere)]).exit_code == 1
    elsewhere.write_text("what was it\n", "utf-8")
    assert "copied.txt: this is no file of roots" in CliRunner().invoke(main, ["verify", "--roots", str(elsewhere)]).output


def test_disposal_by_the_command(place: Path) -> None:
    """It counts first, deletes with --yes what is personal of those who left, and leaves no trace of it in the files."""
    words = ["dispose", "--separated-before", "2027-01-01", "--reason", "GS 055", "--by", "hana@city.example"]
    assert "With --yes this deletes what is personal in 5 records" in CliRunner().invoke(main, words).output
    result = CliRunner().invoke(main, [*words, "--yes"])
    assert "Disposed of what is personal in 5 records" in result.output, result.output
    assert CliRunner().invoke(main, ["verify"]).exit_code == 0
    stored = b"".join(path.read_bytes() for path in place.glob("ledger.sqlite*"))
    assert b'"typed_name":"Alice Stone"' not in stored
    assert b'"typed_name":"Bob' in stored


def test_only_hr_or_the_clerk_disposes(place: Path) -> None:
    """Somebody without a grant, or nobody, is refused; and it must be said of which records."""
    for email in ("bob@city.example", "nobody@city.example"):
        result = CliRunner().invoke(main, ["dispose", "--record", "x", "--reason", "GS", "--by", email, "--yes"])
        assert (result.exit_code, "Only somebody of HR or the Clerk" in result.output) == (1, True)
    assert CliRunner().invoke(main, ["dispose", "--reason", "GS", "--by", "hana@city.example"]).exit_code == 2
