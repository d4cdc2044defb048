"""A bundle proves itself: to Python alone, in an empty directory, without this package."""

from __future__ import annotations

import datetime
import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import app
from bot.__main__ import main
from bot.bundle import RECORDS, SUMS, Bundle
from bot.config import Settings
from bot.evidence import merkle, standalone
from bot.evidence.canonical import canonical
from bot.evidence.roots import Root, Witness, line
from bot.records import Entry, Reference, Uncovered
from tests import evidence
from tests.evidence import HANA, START

COUNT = 9
Files = dict[str, bytes]
SCRIPT = Path(standalone.__file__).read_text("utf-8")


def _root(entries: list[Entry], day: int = 2) -> Root:
    root = merkle.root(entry.digest for entry in entries)
    return Root(datetime.date(2026, 11, day), len(entries), root, entries[-1].digest, START)


def _bundle(entries: list[Entry], *, personal: bool = True) -> Files:
    statement = "I agree.\n"
    witness = Witness(datetime.date(2026, 11, 2), "slack", "posted", "", START)
    statements = {hashlib.sha256(statement.encode()).hexdigest(): statement}
    roots = [_root(entries[:4], 1), _root(entries[:7])]
    bundle = Bundle([evidence.published()], statements, roots, [witness], SCRIPT, personal)
    return {name: b"".join(content) for name, content in bundle.files(entries)}


def _entries() -> list[Entry]:
    return evidence.chained(evidence.acts(COUNT))


def _packed(files: Files, place: Path) -> Path:
    with zipfile.ZipFile(place / "bundle.zip", "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return place / "bundle.zip"


def _run(place: Path, *words: str) -> tuple[int, str]:
    """The script, alone: `-I` and `-S` keep every installed package away."""
    (place / "verify.py").write_text(SCRIPT, "utf-8")
    found = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", *words], cwd=place, capture_output=True, text=True, timeout=60, check=False
    )
    assert not found.stderr, found.stderr
    return found.returncode, found.stdout


def _said(files: Files, place: Path) -> str:
    """What the script says of these files, in this process: it must find something."""
    wrong, said = _in_process(files, place)
    assert wrong, said
    return said


def _in_process(files: Files, place: Path) -> tuple[bool, str]:
    import contextlib
    import io

    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        wrong = standalone.main(str(_packed(files, place)))
    return wrong, told.getvalue()


def _unsummed(files: Files) -> Files:
    """The files with sums that fit, as whoever changes something would leave them."""
    small = {name: content for name, content in files.items() if name not in (SUMS, RECORDS)}
    return files | {SUMS: "".join(f"{hashlib.sha256(each).hexdigest()}  {name}\n" for name, each in small.items()).encode()}


def _row(files: Files, number: int, change: Callable[[dict[str, str]], dict[str, str] | None]) -> Files:
    """The files with one record changed, or taken out."""
    lines = files[RECORDS].splitlines(keepends=True)
    row = change(json.loads(lines[number - 1]))
    lines[number - 1] = b"" if row is None else canonical(row) + b"\n"
    return files | {RECORDS: b"".join(lines)}


def _body(row: dict[str, str], **fields: object) -> dict[str, str]:
    """A record with other fields in its body, and the digest of that."""
    body = canonical(json.loads(row["body"]) | fields).decode()
    return row | {"body": body, "digest": hashlib.sha256(body.encode()).hexdigest()}


def test_a19_a_bundle_is_verified_by_python_alone(tmp_path: Path) -> None:
    """With nothing but the zip file, and unpacked as well, the script says that all is well and ends with 0."""
    packed = _packed(_bundle(_entries()), tmp_path)
    assert _run(tmp_path, "bundle.zip") == (0, f"OK: {COUNT} records, head {_entries()[-1].digest}\n")
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(packed) as file:
        file.extractall(unpacked)
    assert _run(unpacked)[0] == 0


def test_a19_the_script_is_short() -> None:
    """An auditor can read it: under 150 lines, and only modules that come with Python."""
    lines = SCRIPT.splitlines()
    assert len(lines) < 150
    imported = {each.split()[1] for each in lines if each.startswith(("import ", "from "))}
    assert imported <= {*sys.stdlib_module_names}


@pytest.mark.parametrize(
    ("number", "change"),
    [
        (3, lambda row: row | {"body": row["body"].replace("copied", "signed")}),
        (3, lambda row: row | {"digest": "0" * 64}),
        (3, lambda row: row | {"salt": "0" * 32}),
        (3, lambda row: row | {"person": HANA}),
        (3, lambda row: row | {"fields": row["fields"] + " "}),
        (3, lambda row: row | {"salt": "", "person": "", "fields": ""}),
        (3, lambda row: row | {"more": ""}),
        (3, lambda row: {key: value for key, value in row.items() if key != "salt"}),
        (3, lambda row: _body(row, request="r2")),
        (3, lambda row: _body(row, seq=4)),
        (3, lambda row: row | {"body": row["body"].replace(",", ", ", 1)}),
        (3, lambda _: None),
        (1, lambda _: None),
        (1, lambda row: _body(row, request="r2")),
        (9, lambda row: _body(row, request="r2")),
        (9, lambda _: None),
        (6, lambda row: row | {"body": "[]"}),
        (6, lambda row: row | {"body": "no JSON"}),
        (6, lambda row: row | {"body": 7}),
    ],
)
def test_a19_a_changed_record_is_named(
    tmp_path: Path, number: int, change: Callable[[dict[str, str]], dict[str, str] | None]
) -> None:
    """Whichever record is changed or taken out, the script names it and ends with 1."""
    files = _unsummed(_row(_bundle(_entries()), number, change))
    assert f"BAD: record {number}: " in _said(files, tmp_path)


def test_a19_every_byte_of_the_records_counts(tmp_path: Path) -> None:
    """A byte changed anywhere in a line of the records is found, and the record of that line is named."""
    files = _bundle(_entries())
    lines = files[RECORDS].splitlines(keepends=True)
    start = sum(map(len, lines[:4]))
    for place in range(start, start + len(lines[4]), 97):
        content = bytearray(files[RECORDS])
        content[place] ^= 1
        assert "BAD: record 5: " in _said(files | {RECORDS: bytes(content)}, tmp_path), place


def test_a19_the_last_records_deleted_are_found_against_a_root(tmp_path: Path) -> None:
    """Whoever cuts the records and the count of them is found by the roots; who cuts those too, by a root from elsewhere."""
    files = _bundle(_entries())
    manifest = json.loads(files["bundle.json"]) | {"records": 5, "head": _entries()[4].digest}
    cut = files | {RECORDS: b"".join(files[RECORDS].splitlines(keepends=True)[:5]), "bundle.json": canonical(manifest)}
    assert "BAD: record 6: missing" in _said(_unsummed(cut), tmp_path)
    cut["roots.txt"] = files["roots.txt"].splitlines(keepends=True)[0]
    _packed(_unsummed(cut), tmp_path)
    assert _run(tmp_path, "bundle.zip")[0] == 0
    (tmp_path / "clerk.txt").write_text(f"Record of sign-offs: {line(_root(_entries()[:7]))}\n", "utf-8")
    code, said = _run(tmp_path, "bundle.zip", "clerk.txt")
    assert (code, "BAD: record 6: missing" in said) == (1, True)


def test_a19_a_chain_written_anew_is_found_against_a_root(tmp_path: Path) -> None:
    """Records that are whole in themselves and not those of the root are named as a range."""
    forged = evidence.chained([*evidence.acts(4), *evidence.acts(COUNT)[5:], *evidence.acts(COUNT)[4:5]])
    files = _bundle(forged) | {"roots.txt": _bundle(_entries())["roots.txt"]}
    assert "BAD: record 5: records 5 to 7 do not give the root of 2026-11-02" in _said(_unsummed(files), tmp_path)


def test_a19_texts_are_recomputed(tmp_path: Path) -> None:
    """A word changed in a text or in a clause, or a text that is not there, is found at the first signature of it."""
    files = _bundle(_entries())
    (text,) = [name for name in files if name.startswith("texts/") and name.endswith(".txt")]
    clauses = text.removesuffix(".txt") + ".json"
    for name, content in (
        (text, files[text].replace(b"must", b"may", 1)),
        (clauses, files[clauses].replace(b"must", b"may", 1)),
        (clauses, b"[]\n"),
        (clauses, b"no JSON"),
    ):
        assert "BAD: record 2: " in _said(_unsummed(files | {name: content}), tmp_path)
    for name in (text, clauses):
        assert "BAD: record 2: " in _said({each: files[each] for each in files if each != name}, tmp_path)


def test_a19_every_other_file_is_summed(tmp_path: Path) -> None:
    """A byte changed in any other file is found by its digest; so is a file that is not there, and a file that is no bundle."""
    files = _bundle(_entries())
    for name in sorted({*files} - {RECORDS}):
        content = bytearray(files[name])
        content[-2] ^= 1
        assert "BAD: " in _said(files | {name: bytes(content)}, tmp_path), name
    for name in sorted({*files} - {"verify.py", "README.txt"}):
        assert "BAD: " in _said({each: files[each] for each in files if each != name}, tmp_path), name
    (tmp_path / "bundle.zip").write_bytes(b"PK\x03\x04 and no more")
    assert _run(tmp_path, "bundle.zip")[0] == 1
    assert _run(tmp_path, "elsewhere.zip")[0] == 1


def test_a_damaged_zip_file_is_found(tmp_path: Path) -> None:
    """Bytes changed within the packed records end in an answer and 1, not in a traceback."""
    packed = _packed(_bundle(_entries()), tmp_path)
    content = bytearray(packed.read_bytes())
    content[500:520] = b"\0" * 20
    packed.write_bytes(bytes(content))
    code, said = _run(tmp_path, "bundle.zip")
    assert (code, said.startswith("BAD: record ")) == (1, True)


def test_a19_without_what_is_personal(tmp_path: Path) -> None:
    """Without salts, persons and fields the rest is verified, and no name is in it; what is left in is checked still."""
    files = _bundle(_entries(), personal=False)
    assert _in_process(files, tmp_path)[0] is False
    whole = b"\n".join(files.values()).decode()
    assert "Alice" not in whole
    assert not any(person in whole for person in (evidence.ALICE, evidence.BOB, HANA))
    assert "BAD: record 2: " in _said(_row(files, 2, lambda row: row | {"person": HANA}), tmp_path)


def test_disposed_records_are_whole(tmp_path: Path) -> None:
    """Personal fields that a later record lists as disposed of are missed by nobody."""
    from dataclasses import replace

    from bot.records import Act

    acts = evidence.acts(COUNT - 1)
    entries = evidence.chained([*acts, Act("d", "disposed", START, facts={"records": [acts[1].id], "reason": "GS 055"})])
    entries[1] = replace(entries[1], person="", salt="", personal="")
    assert _in_process(_bundle(entries), tmp_path) == (False, f"OK: {COUNT} records, head {entries[-1].digest}\n")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory with a ledger in which more stands than the chain."""
    monkeypatch.setenv("CLAUSEBOT_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("CLAUSEBOT_ENV", raising=False)
    with app.ledger(Settings(tmp_path)) as ledger:
        with ledger.transaction(deciding=True):
            ledger.policies.publish(evidence.published())
            ledger.policies.keep_statement(hashlib.sha256(b"I agree.\n").hexdigest(), "I agree.\n")
            for act in evidence.acts(COUNT):
                ledger.acts.append(act)
            ledger.acts.keep_root(_root(list(ledger.acts.all())))
        ledger.commit([Uncovered("k1", "2026-W45", "Canary question about parrots")], datetime.date(2026, 11, 2))
        ledger.refer(Reference("teams", "canary-person", '{"id": "canary-conversation"}'), new=True)
    return tmp_path


def test_a19_the_command_writes_it_and_the_script_reads_it(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """`clausebot verify --export` writes a bundle that the script in it finds whole, alone in an empty directory."""
    empty = tmp_path_factory.mktemp("empty")
    result = CliRunner().invoke(main, ["verify", "--export", str(empty / "bundle.zip")])
    assert result.exit_code == 0, result.output
    assert f"bundle.zip, {COUNT + 1} records, head " in result.output
    with zipfile.ZipFile(empty / "bundle.zip") as packed:
        assert packed.read("verify.py").decode() == SCRIPT
        assert b"I agree.\n" in [packed.read(name) for name in packed.namelist() if name.startswith("statements/")]
    assert _run(empty, "bundle.zip")[0] == 0


def test_the_same_records_give_the_same_file(place: Path) -> None:
    """A bundle written twice is the same to the last byte, so that two people can compare digests."""
    written = []
    for name in ("one.zip", "two.zip"):
        assert CliRunner().invoke(main, ["verify", "--export", str(place / name)]).exit_code == 0
        written.append((place / name).read_bytes())
    assert written[0] == written[1]


def test_a20_the_export_holds_the_record_and_nothing_else(place: Path) -> None:
    """What was asked and not covered, and where somebody can be written to, are in no file of the bundle."""
    for words in ([], ["--without-personal"]):
        assert CliRunner().invoke(main, ["verify", "--export", str(place / "bundle.zip"), *words]).exit_code == 0
        with zipfile.ZipFile(place / "bundle.zip") as packed:
            names, whole = packed.namelist(), b"".join(map(packed.read, packed.namelist())).lower()
        assert b"canary" not in whole
        assert b"parrots" not in whole
        kinds = {name.partition("/")[0] for name in names}
        assert kinds == {
            *("records.jsonl", "texts", "texts.jsonl", "statements", "roots.txt", "roots.jsonl", "witnesses.jsonl"),
            *("bundle.json", "README.txt", "verify.py", SUMS),
        }


def test_a_chain_that_is_not_whole_is_not_exported(place: Path) -> None:
    """First the bad record is named; a bundle of it is not written."""
    from bot.database.sqlite import SQLite

    handle = SQLite(place / app.LEDGER_FILE)
    handle.run("DROP TRIGGER record_is_never_changed")
    handle.run("UPDATE record SET request = 'r2' WHERE seq = 3")
    handle.close()
    result = CliRunner().invoke(main, ["verify", "--export", str(place / "bundle.zip")])
    assert (result.exit_code, "BAD: record 3: `request`" in result.output, (place / "bundle.zip").exists()) == (1, True, False)


def test_a_file_that_cannot_be_written_is_said(place: Path) -> None:
    """A directory that is not there is one line and exit code 1."""
    result = CliRunner().invoke(main, ["verify", "--export", str(place / "nowhere" / "bundle.zip")])
    assert (result.exit_code, "cannot write" in result.output) == (1, True)
