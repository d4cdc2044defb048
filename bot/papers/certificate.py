"""The certificate of a record: what it says, where it stands in the chain, and how anybody can compute its digests again."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from bot.citation import date
from bot.evidence import KINDS
from bot.evidence.roots import Root, Witness
from bot.papers.layout import DARK, Paper
from bot.papers.recipe import recipe
from bot.papers.record import GONE, Read, both_times, local, read
from bot.publishing import Published
from bot.records import Entry

_TITLES = {
    "signed": "Certificate of signature",
    "paper": "Certificate of a signature on paper",
    "carried": "Certificate of a signature carried over",
    "declined": "Certificate of a refusal to sign",
}
_ACTS = KINDS | {"signed": "signed the policy in this version"}
# So much stands between two rows, in millimetres: who, what, when, how and where in the chain fit the first page.
_APART = 0.3
# Facts that have a place of their own on the certificate.
_PLACED = {
    "text_sha256",
    "statement_sha256",
    "statement_approved",
    "pages",
    "rendered",
    "clauses",
    "client",
    "difference_from",
    "program",
}
_WITNESSED = {
    "posted": "posted",
    "written": "written",
    "granted": "granted",
    "failed": "failed",
    "pending": "not yet",
    "none": "none",
}
_NAMES = {"slack": "Slack", "teams": "Microsoft Teams", "file": "file for the Clerk", "timestamp": "RFC 3161 time-stamp"}


def certificate(
    published: Published,
    entry: Entry,
    personal: Mapping[str, Any],
    root: Root | None,
    *,
    statement: str = "",
    consented: Entry | None = None,
    copied: Entry | None = None,
    witnesses: Sequence[Witness] = (),
    zone: datetime.tzinfo = datetime.UTC,
) -> bytes:
    """The certificate as PDF, of a signature or of another act about one version.

    `root` is the earliest daily root that covers the entry (None: not yet covered) and `witnesses` who has seen it; `consented`
    and `copied` are the records of the consent to sign electronically and of the delivery of the copy. The same input gives the
    same bytes. Raises OtherText where the record was made for another text.
    """
    told, policy = read(published, entry, personal), published.policy
    title = _TITLES.get(entry.kind, f"Certificate of record: {entry.kind}")
    paper = Paper(f"{policy.id} {policy.title}: {title.lower()}", policy.organisation, told.at, foot=f"Record {entry.id}")
    under = f"Version {policy.version}, effective {date(policy.effective)}"
    paper.masthead(policy.organisation, title, f"{policy.id} {policy.title}", under)
    _act(paper, told, statement, zone)
    _companions(paper, told, consented, copied, zone)
    _digests(paper, told, published)
    _chain(paper, entry, root, witnesses, zone)
    _by_hand(paper, told)
    return paper.bytes


def _act(paper: Paper, told: Read, statement: str, zone: datetime.tzinfo) -> None:
    paper.heading("Who, what, when and how")
    rows = [("Act", _ACTS.get(told.entry.kind, told.entry.kind)), ("Time", both_times(told.at, zone))]
    if told.personal.get("typed_name"):
        rows.append(("Typed name", told.typed_name))
    rows += [*told.person_rows(), ("Signed in" if told.entry.kind == "signed" else "Done in", told.client())]
    rows.append(("Account", told.account()))
    if statement:
        rows.append(("Statement", statement))
    if told.difference_from:
        rows.append(("Extent", f"the clauses that differ from version {told.difference_from}: {', '.join(told.clauses)}"))
    rows += [(name.replace("_", " ").capitalize(), _plain(value)) for name, value in told.facts.items() if name not in _PLACED]
    rows += [
        (name.capitalize(), _plain(value))
        for name, value in told.personal.items()
        if name not in ("typed_name", "person", "account")
    ]
    paper.pairs([row for row in rows if row[1]], size=8.5, apart=_APART)


def _plain(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return ", ".join(f"{name}: {_plain(each)}" for name, each in value.items())
        case list():
            return ", ".join(map(_plain, value))
    return str(value)


def _companions(paper: Paper, told: Read, consented: Entry | None, copied: Entry | None, zone: datetime.tzinfo) -> None:
    if told.entry.kind != "signed":
        return
    consent = (
        f"to sign electronically\n{_when(consented, zone)}" if consented else "no record of it was given for this certificate"
    )
    copy = _when(copied, zone) if copied else "not yet; until then the signature is not final"
    approved = "had approved the statement" if told.facts.get("statement_approved") else "had not yet approved the statement"
    paper.pairs([("Consent", consent), ("Copy delivered", copy), ("City Attorney", approved)], size=8.5, apart=_APART)


def _when(entry: Entry, zone: datetime.tzinfo) -> str:
    return f"{local(datetime.datetime.fromisoformat(entry.at), zone)}, record {entry.id}, number {entry.seq}"


def _digests(paper: Paper, told: Read, published: Published) -> None:
    paper.heading("Digests (SHA-256)", keep=20)
    rows = [("Whole text", str(told.facts.get("text_sha256") or published.text_sha256))]
    rows.append(("Statement", str(told.facts.get("statement_sha256", ""))))
    pages = [page for page in told.facts.get("pages") or [] if isinstance(page, Mapping)]
    rows += [(f"Page {page.get('page')} as shown", str(page.get("rendered"))) for page in pages]
    rows.append(("Signing page as shown", str(told.facts.get("rendered", ""))))
    paper.pairs([row for row in rows if row[1]], face="mono", size=7.8, apart=_APART)
    if program := str(told.facts.get("program", "")):
        paper.pairs([("Program", program)], size=8.5, apart=_APART)


def _chain(paper: Paper, entry: Entry, root: Root | None, witnesses: Sequence[Witness], zone: datetime.tzinfo) -> None:
    paper.heading("Place in the chain", keep=26)
    paper.pairs([("Record", f"{entry.id}, number {entry.seq} in the chain")], size=8.5, apart=_APART)
    paper.pairs([("Digest", entry.digest), ("Digest before it", entry.previous)], face="mono", size=7.8, apart=_APART)
    if root is None or root.records < entry.seq:
        paper.pairs([("Daily root", "not yet covered; the root of the day is made after midnight")], size=8.5, apart=_APART)
        return
    paper.pairs([("Daily root", f"{date(root.day)}, over records 1 to {root.records}")], size=8.5, apart=_APART)
    paper.pairs([("Merkle root", root.root)], face="mono", size=7.8, apart=_APART)
    seen = [
        f"{_NAMES.get(each.name, each.name)}: {_WITNESSED.get(each.state, each.state)}, {local(each.at, zone)}"
        for each in witnesses
    ]
    if seen:
        paper.pairs([("Witnessed by", "\n".join(seen))], size=8.5, apart=_APART)


def _by_hand(paper: Paper, told: Read) -> None:
    if paper.page_no() == 1:
        paper.add_page()
    paper.heading("How to compute the digests again", keep=40)
    paper.text_block(
        "Copy each block into a terminal, its last line too. It prints a digest, which must be the one above the block. "
        "On macOS write shasum -a 256 for sha256sum. Leave out the head and foot of a page where a block goes on over it.",
        size=9,
    )
    _block(paper, "1. The record", f"Digest: {told.entry.digest}", told.entry.body)
    paper.text_block(
        "The block holds the whole record in its canonical form (RFC 8785). Its field “previous” is the digest of the record "
        "before it, so no earlier record can be changed without changing this digest.",
        size=8.5,
        grey=DARK,
    )
    if not told.entry.personal:
        paper.gap(2)
        paper.text_block(f"2. What is personal: {GONE}. The record’s field “personal” keeps the digest of what it was.", size=9)
        return
    _block(paper, "2. What is personal", f"Commitment, the record’s field “personal”: {told.commitment}", told.committed)
    paper.text_block(
        "The block holds name, account and the other personal fields of the record with a random salt. They do not stand in the "
        "record, so they can be deleted when their time has come without breaking the chain.",
        size=8.5,
        grey=DARK,
    )


def _block(paper: Paper, title: str, digest: str, content: str) -> None:
    paper.gap(3)
    paper.need(30)
    paper.text_block(title, size=10, bold=True)
    paper.gap(0.6)
    paper.text_block(digest, size=7.5)
    paper.gap(1)
    paper.type_block(recipe(content))
