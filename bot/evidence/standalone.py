#!/usr/bin/env python3
"""Checks a bundle of records with Python's standard library alone, without the program that wrote it.

    python3 verify.py [BUNDLE.zip, or the directory that it was unpacked to] [ROOTS.txt]
ROOTS.txt holds roots from elsewhere (Clerk, Slack, Teams). Ends with 1 where something is wrong; names the first bad record.
"""

import hashlib
import json
import os
import re
import sys
import unicodedata
import zipfile
import zlib
from typing import IO, Any

COLUMNS = "body digest fields person salt".split()
FIELDS = "at facts id kind personal policy previous request schema seq version".split()
WITH_TEXT = ("published", "signed", "paper")
LINE = re.compile(r"(\d{4}-\d\d-\d\d) (\d+) ([0-9a-f]{64}) ([0-9a-f]{64})")
UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def canonical(value: Any) -> str:  # RFC 8785, for texts in NFC and whole numbers
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(unicodedata.normalize("NFC", value) if isinstance(value, str) else value, ensure_ascii=False)


class Check:
    def __init__(self, path: str, outside: str, wrong: list[tuple[int, str]]) -> None:
        self.path, self.zip = path, None if os.path.isdir(path) else zipfile.ZipFile(path)
        self.number, self.head, self.good, self.wrong = 0, "0" * 64, 0, wrong
        self.branches: list[bytes] = []  # of the Merkle tree: one for each full branch on its right edge
        self.roots: dict[int, set[tuple[str, str, str]]] = {}
        for day, records, root, head in LINE.findall(self.read("roots.txt") + outside):
            self.roots.setdefault(int(records), set()).add((day, root, head))
        self.cleared: dict[str, int] = {}
        self.disposed: set[str] = set()
        self.texts: dict[str, dict[str, str]] = {}
        self.compare_roots()

    def open(self, name: str) -> IO[bytes]:
        return self.zip.open(name) if self.zip else open(os.path.join(self.path, *name.split("/")), "rb")

    def read(self, name: str) -> str:
        with self.open(name) as file:
            return file.read().decode("utf-8")

    def add(self, line: bytes) -> None:
        self.number, before, self.head = self.number + 1, self.head, ""
        try:
            self.check(line.decode("utf-8"), before)
        except UNREADABLE as error:
            self.wrong.append((self.number, f"it cannot be read, or its text is not there ({type(error).__name__})"))
        self.compare_roots()

    def check(self, line: str, before: str) -> None:
        row = json.loads(line)
        body, digest = json.loads(row["body"]), sha256(row["body"])
        self.grow(digest)
        plain = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
        whole = plain == line and canonical(body) == row["body"] and digest == row["digest"]
        if not whole or [*row] != COLUMNS or [*body] != FIELDS:
            self.wrong.append((self.number, "changed: it does not give its digest, or has another form than a record"))
        if body["seq"] != self.number:
            self.wrong.append((self.number, f"missing, or it stands elsewhere: here stands record {body['seq']}"))
        elif before and body["previous"] != before:
            what = f"changed, perhaps with its digest: record {self.number} does not follow it"
            self.wrong.append((self.number - (self.number > 1 and whole), what))
        if row["salt"] or row["person"] or row["fields"]:
            frame = canonical({"fields": {}, "person": row["person"], "salt": row["salt"]})
            if sha256(frame.replace("{}", row["fields"], 1)) != body["personal"]:
                self.wrong.append((self.number, "its personal fields, salt or person were changed"))
        elif body["personal"]:
            self.cleared[body["id"]] = self.number
        if body["kind"] == "disposed":
            self.disposed.update(body["facts"]["records"])
        if (
            body["kind"] in WITH_TEXT
            and not body["facts"]["clauses"].items() <= self.clauses(body["facts"]["text_sha256"]).items()
        ):
            self.wrong.append((self.number, "the text or a clause that it names is not there, or was changed"))

    def clauses(self, digest: str) -> dict[str, str]:
        if digest not in self.texts:
            text, clauses = self.read(f"texts/{digest}.txt"), json.loads(self.read(f"texts/{digest}.json"))
            parts = [f"{each['id']} {each['heading']}".strip() + "\n" + each["text"] for each in clauses]
            fits = sha256(text) == digest and text.endswith("\n\n".join(["", *parts]) + "\n")
            self.texts[digest] = {each["id"]: sha256(part) for each, part in zip(clauses, parts)} if fits else {}  # noqa: B905 - 3.9
        return self.texts[digest]

    def grow(self, digest: str) -> None:
        """RFC 9162: a leaf is SHA-256(00 || digest), a node SHA-256(01 || left || right)."""
        self.head, size = digest, self.number - 1
        branch = hashlib.sha256(b"\0" + bytes.fromhex(digest)).digest()
        while size & 1:
            branch, size = hashlib.sha256(b"\1" + self.branches.pop() + branch).digest(), size >> 1
        self.branches.append(branch)

    def compare_roots(self) -> None:
        for day, root, head in sorted(self.roots.pop(self.number, ())):
            right = self.branches[-1] if self.branches else bytes.fromhex(sha256(""))
            for left in reversed(self.branches[:-1]):
                right = hashlib.sha256(b"\1" + left + right).digest()
            if (right.hex(), self.head) == (root, head):
                self.good = self.number
            else:
                first = min([number for number, _ in self.wrong if number > self.good] or [self.good + 1])
                self.wrong.append((first, f"records {first} to {self.number} do not give the root of {day}"))

    def end(self) -> None:
        manifest = json.loads(self.read("bundle.json"))
        for id, number in self.cleared.items():
            if manifest["personal"] and id not in self.disposed:
                self.wrong.append((number, "its personal fields are gone, and no record says that they were disposed of"))
        for records in self.roots:
            self.wrong.append((self.number + 1, f"missing: a root was made over {records} records"))
        if (self.number, self.head) != (manifest["records"], manifest["head"]):
            what = f"missing or changed, or too much: {manifest['records']} records were written"
            self.wrong.append((self.number + (self.number < manifest["records"]), what))
        for digest, _, name in (line.partition("  ") for line in self.read("SHA256SUMS").splitlines()):
            if sha256(self.read(name)) != digest:
                self.wrong.append((self.number + 2, f"or rather {name}: it is not the file that SHA256SUMS names"))


def main(path: str = os.path.dirname(os.path.abspath(__file__)), outside: str = "") -> bool:
    wrong: list[tuple[int, str]] = []
    try:
        checked = Check(path, open(outside, encoding="utf-8").read() if outside else "", wrong)  # noqa: SIM115 - ends soon
        for line in checked.open("records.jsonl"):
            checked.add(line)
        checked.end()
    except UNREADABLE as error:
        wrong = wrong or [(0, f"there is no bundle to read at {path}: {error!r}")]
    print("BAD: record %d: %s" % min(wrong) if wrong else f"OK: {checked.number} records, head {checked.head}")  # noqa: T201, UP031
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
