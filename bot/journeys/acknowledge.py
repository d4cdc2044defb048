"""What somebody owes and has signed, and their copies. Pure."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.citation import date
from bot.gate import Held
from bot.journeys.home import OVERVIEW, SIGNED
from bot.journeys.reading import title
from bot.journeys.signing_facts import OPEN_SIGN, Reading, subject
from bot.outcome import Outcome
from bot.publishing import Published, text
from bot.records import Act, Assignment, Entry, Notice, Request
from bot.views import OPEN, Block, Button, Facts, Field, Form, Heading, Link, Text, View, view

OWED, COPY = "owed", "copy"
WITHDRAW = "withdraw"
# A message holds so much of a text in every channel; in characters.
PIECE = 3_500
UNKNOWN = (
    "I do not know who you are here, so I can neither show nor take a signature of yours. "
    "Ask HR to put your work e-mail address into the directory; then this works by itself."
)
# Gives the address of a copy by the record's id and what is wanted (pdf, text, certificate); empty where there is no address.
Address = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Owed:
    """A version that somebody is still to sign, and the request that asks for it, if one does."""

    published: Published
    request: Request | None = None
    assignment: Assignment | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A version that somebody holds."""

    published: Published
    held: Held


def unknown() -> Outcome:
    """Nobody in the directory has this account or its address."""
    return Outcome(view(Text(UNKNOWN)))


def to_overview() -> Outcome:
    """Where HR sees who has signed and who has not."""
    return Outcome(
        view(Text("Who has signed, and who has not, by request and department:"), Button("Sign-offs of all", OVERVIEW))
    )


def earlier(found: Sequence[tuple[Published, Published]]) -> View:
    """Above an answer: what was signed is not what is quoted, and where the difference is to be read."""
    blocks: list[Block] = []
    for signed, in_force in found:
        said = f"You signed version {signed.policy.version}. Quoted here is the {title(in_force)}, which you have not signed."
        blocks += [Text(said), Button("Read what has changed", OPEN_SIGN, subject(in_force, None))]
    return View(tuple(blocks))


def owed(open: Sequence[Owed], today: datetime.date) -> Outcome:
    """What is left to sign, the first due first, each with the button that opens it."""
    if not open:
        return Outcome(view(Text("You owe no signature: nothing is open."), Button("What I have signed", SIGNED)))
    blocks: list[Block] = [Heading("To sign")]
    for each in open:
        blocks += [Facts((("Policy", title(each.published)), ("Due", _due(each, today)))), _read(each)]
    return Outcome(View((*blocks, Button("What I have signed", SIGNED))))


def offer(open: Sequence[Owed], today: datetime.date) -> Outcome:
    """The answer to somebody who says that they want to sign: a message is no signature, the form is."""
    if not open:
        return Outcome(view(Text("You have signed everything that is in force."), Button("What I have signed", SIGNED)))
    said = (
        "Writing that you agree is no signature. You read the policy in a form and sign it there; you get a copy to keep. "
        "There you can also decline, or ask for paper. To take a signature back, look at what you have signed."
    )
    listed = owed(open, today).view.blocks
    return Outcome(View((Text(said), *listed)))


def signed(kept: Sequence[Kept], left: Sequence[Owed], address: Address, zone: ZoneInfo) -> Outcome:
    """What somebody has signed, each with its record and the way to its copy; then what is left."""
    blocks: list[Block] = [Heading("What you have signed")] if kept else [Text("You have signed nothing here yet.")]
    for each in kept:
        entry = each.held.entry
        pairs = (
            ("Policy", title(each.published)),
            (_HOW[entry.kind], moment(entry, zone)),
            ("Record", entry.id),
            ("Final", _final(each)),
        )
        blocks += [Facts(pairs), *links(each.held.signature, address), Button("Send my copy again", COPY, each.held.signature)]
        blocks.append(Button("Withdraw this signature", f"{OPEN}{WITHDRAW}", each.held.signature))
    for open in left:
        blocks += [Text(f"Still to sign: {title(open.published)}"), _read(open)]
    return Outcome(View(tuple(blocks)))


_HOW = {"signed": "Signed", "paper": "Signed on paper", "carried": "Carried over"}


def copied(reading: Reading, act: Act, address: Address, zone: ZoneInfo) -> tuple[View, tuple[Notice, ...]]:
    """What the signer is given at once, and the notices with the copy to keep (RSMo 432.235(3))."""
    policy = reading.published.policy
    facts = Facts(
        (
            ("Policy", title(reading.published)),
            ("Signed as", str(act.personal["typed_name"])),
            ("When", stamp(act.at, zone)),
            ("Record", act.id),
            ("Text", f"SHA-256 {reading.published.text_sha256}"),
        )
    )
    way = links(act.id, address)
    opened = ", or you have opened it here" if way else ""
    said = f"Signed. Your copy is on its way to you; once it has arrived{opened}, the signature is final."
    shown = view(Heading("Signed"), Text(said), facts, *way, Heading("What you signed, in full"), Text(text(policy)))
    return shown, copies(act.id, act.at, reading.person.id, reading.published, facts, way)


def copies(
    record: str, at: datetime.datetime, person: str, published: Published, facts: Facts, way: Sequence[Link], again: str = ""
) -> tuple[Notice, ...]:
    """The signer's copy as notices: one with links where there is an address, else the whole text piece by piece, then the facts.

    The arrival of the last one is recorded, and no signature is final before, so all are urgent. `again` makes the keys new where
    a copy is sent once more.
    """
    to, key = f"person:{person}", f"copy:{record}{again}"
    head = Text("Your copy of what you signed. Please keep it.")
    if way:
        return (Notice(key, to, view(head, facts, *way), at, cause=f"copy:{record}", urgent=True),)
    pieces = _pieces(text(published.policy))
    pages = [
        Notice(f"{key}:{place}", to, view(Text(f"Your copy, part {place} of {len(pieces)}\n{piece}")), at, urgent=True)
        for place, piece in enumerate(pieces, 1)
    ]
    return (*pages, Notice(key, to, view(head, facts), at, cause=f"copy:{record}", urgent=True))


def links(record: str, address: Address) -> list[Link]:
    """The ways to the copies of a signature."""
    wanted = {"pdf": "Your signed copy (PDF)", "text": "The same as plain text", "certificate": "Certificate, to check it by"}
    return [Link(label, url) for kind, label in wanted.items() if (url := address(record, kind))]


def withdraw_opened(record: str) -> Outcome:
    """The form in which a signature is withdrawn."""
    reason = Field("reason", "Why? (HR reads it)", longest=1000)
    return Outcome(view(Form(WITHDRAW, "Withdraw a signature", (reason,), "Withdraw", json.dumps([record]))))


def withdrawn(held: Kept, reason: str, act: Act, hr: Iterable[str], shown_name: str, stays: str) -> Outcome:
    """Kept as an act of its own: the signature stays in the chain, and no longer counts from now on; `stays` is the version in
    force where that is held by another one.
    """
    told = view(Text(f"{shown_name} has withdrawn the signature of the {title(held.published)}."), Facts((("Reason", reason),)))
    notices = tuple(Notice(f"withdrawn:{act.id}:{each}", f"person:{each}", told, act.at) for each in hr)
    from_now = f"Your signature of version {stays} still counts; withdraw it too" if stays else "You are not cleared to post"
    rest = " if you mean that one." if stays else " from now on."
    said = f"Withdrawn. {from_now}{rest} The record of your signature stays, and this one beside it."
    return Outcome(view(Text(said), Facts((("Record", act.id),))), (act,), notices)


def moment(entry: Entry, zone: ZoneInfo) -> str:
    """When an entry was made, where the organisation is."""
    return stamp(datetime.datetime.fromisoformat(entry.at), zone)


def stamp(at: datetime.datetime, zone: ZoneInfo) -> str:
    """`28 November 2026, 14:03 CST`."""
    local = at.astimezone(zone)
    return f"{date(local.date())}, {local:%H:%M %Z}"


def _due(each: Owed, today: datetime.date) -> str:
    if each.assignment is None:
        return "whenever you like; before you post for the organisation"
    late = " (overdue)" if each.assignment.due < today else ""
    return f"{date(each.assignment.due)}{late}"


def _read(each: Owed) -> Button:
    return Button("Read and sign", OPEN_SIGN, subject(each.published, each.request))


def _final(each: Kept) -> str:
    return "yes" if each.held.final else "once your copy has arrived"


def _pieces(whole: str) -> list[str]:
    """The text in pieces that a message holds, cut between clauses where there is room."""
    pieces = [""]
    for part in whole.split("\n\n"):
        if pieces[-1] and len(pieces[-1]) + len(part) > PIECE:
            pieces.append("")
        pieces[-1] += f"\n\n{part}" if pieces[-1] else part
    return pieces
