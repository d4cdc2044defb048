"""What a bundle of the records holds, file by file, for somebody who checks it without this program. Pure.

The format stands in docs/record-format.md; `bot/evidence/standalone.py` goes along and reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.evidence.canonical import sha256
from bot.evidence.chain import BEGINNING
from bot.evidence.roots import Root, Witness, line
from bot.publishing import Published, text
from bot.records import Entry

SCHEMA = "clausebot.bundle/1"
RECORDS = "records.jsonl"
SUMS = "SHA256SUMS"
README = """\
These are the records of what was signed, with everything that is needed to check them.

  records.jsonl    one record a line, in the order of their numbers: its body, the digest of that, and what is personal
  texts/           each published version: the text as it is signed, and its clauses; the names are SHA-256 digests
  texts.jsonl      which text is which version of which policy
  statements/      the words that people signed under, by digest
  roots.txt        a line a day: day, number of records until its end, Merkle root over them, digest of the last
  roots.jsonl      the same, with the time at which each was made
  witnesses.jsonl  what became of each root outside: posted to Slack or Teams, written for the Clerk, time-stamped
  bundle.json      how many records were written, and the digest of the last
  SHA256SUMS       the digests of all files but the records, which have their own
  verify.py        checks all of this with Python 3 alone

To check everything:   python3 verify.py
Against roots that somebody else kept, a line each as in roots.txt:   python3 verify.py . THEIR_ROOTS.txt

By hand, for one record (here the twelfth), with Python's own json and sha256sum:
  sed -n 12p records.jsonl | python3 -c 'import json,sys; sys.stdout.write(json.loads(sys.stdin.readline())["body"])' | sha256sum
gives its `digest`, which the body of the thirteenth names as `previous`.

A text:           sha256sum texts/*.txt       gives each file's own name, and a signature names it as text_sha256
The other files:  sha256sum -c SHA256SUMS

Where salts, persons and fields are empty throughout (bundle.json says "personal": false), they were left out on purpose: what a
signature says stands there, and who gave it does not. In a record of which bundle.json does not say so, they were deleted by
schedule; a later record of the kind `disposed` lists it.
"""


@dataclass(slots=True)
class Bundle:
    """All but the entries, which are read once while the bundle is written. `script` is the text of the stand-alone check."""

    versions: Sequence[Published]
    statements: Mapping[str, str]
    roots: Sequence[Root]
    witnesses: Sequence[Witness]
    script: str
    personal: bool = True
    records: int = field(default=0, init=False)
    head: str = field(default=BEGINNING, init=False)

    def files(self, entries: Iterable[Entry]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Each file's name with its content, piece by piece; to be read one after another, since later ones count the earlier."""
        yield RECORDS, self._lines(entries)
        sums = []
        for name, content in self._small():
            sums.append(f"{sha256(content)}  {name}\n")
            yield name, iter([content])
        yield SUMS, iter(["".join(sums).encode()])

    def _lines(self, entries: Iterable[Entry]) -> Iterator[bytes]:
        for entry in entries:
            self.records, self.head = self.records + 1, entry.digest
            row = {"body": entry.body, "digest": entry.digest, "salt": "", "person": "", "fields": ""}
            if self.personal:
                row |= {"salt": entry.salt, "person": entry.person, "fields": entry.personal}
            yield _row(**row)

    def _small(self) -> Iterator[tuple[str, bytes]]:
        yield "bundle.json", _row(schema=SCHEMA, records=self.records, head=self.head, personal=self.personal)
        yield "texts.jsonl", b"".join(map(_version, self.versions))
        for digest, published in sorted({each.text_sha256: each for each in self.versions}.items()):
            yield f"texts/{digest}.txt", text(published.policy).encode()
            yield f"texts/{digest}.json", _clauses(published)
        for digest, words in sorted(self.statements.items()):
            yield f"statements/{digest}.txt", words.encode()
        yield "roots.txt", "".join(f"{line(root)}\n" for root in self.roots).encode()
        yield "roots.jsonl", b"".join(map(_root, self.roots))
        yield "witnesses.jsonl", b"".join(map(_witness, self.witnesses))
        yield "README.txt", README.encode()
        yield "verify.py", self.script.encode()


def _version(published: Published) -> bytes:
    policy = published.policy
    day = policy.effective.isoformat()
    return _row(policy=policy.id, version=policy.version, title=policy.title, effective=day, text_sha256=published.text_sha256)


def _clauses(published: Published) -> bytes:
    digests = published.clause_sha256
    rows = [
        {"id": each.id, "heading": each.heading, "text": each.text, "sha256": digests[each.id]}
        for each in published.policy.clauses
    ]
    return _json(rows)


def _root(root: Root) -> bytes:
    made = root.made_at.isoformat()
    return _row(day=root.day.isoformat(), records=root.records, root=root.root, head=root.head, made_at=made)


def _witness(witness: Witness) -> bytes:
    at = witness.at.isoformat()
    return _row(day=witness.day.isoformat(), name=witness.name, state=witness.state, detail=witness.detail, at=at)


def _row(**content: object) -> bytes:
    return _json(content)


def _json(content: object) -> bytes:
    """One line, keys in order. Texts stay as they are: what is digested must not become another text."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
