"""What a report says. Its fields are these and no others: none can hold who wrote it (P4)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.evidence.canonical import canonical

KINDS = ("violation", "retaliation", "other")
# When something was seen, as coarse as somebody remembers.
PERIODS = ("Today or yesterday", "This week", "This month", "Longer ago", "Several times", "I am not sure")
LONGEST_WHAT, LONGEST_WHERE, LONGEST_ID, MOST_CLAUSES = 20_000, 1_000, 40, 10


class Invalid(Exception):
    """Something in this report is missing or too long. Nothing was kept."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes) or self.__doc__)
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Submission:
    """One report. `clauses` are ids of clauses; `where` an address of a post or page, or any words; `when` one of PERIODS.

    `route` is whom it goes to, `involved` are the recipients who get no copy; both are ids of recipients, `route` may be `hr` for
    all of HR. `danger` asks for handing over at once.
    """

    kind: str
    clauses: tuple[str, ...] = field(repr=False)
    what: str = field(repr=False)
    where: str = field(repr=False)
    when: str = field(repr=False)
    route: str = field(repr=False)
    involved: tuple[str, ...] = field(repr=False)
    danger: bool = field(repr=False)


def checked(given: Submission) -> Submission:
    """The same with its texts tidied. Raises Invalid with every mistake, none of which repeats what was written."""
    what, where = tidy(given.what), tidy(given.where)
    clauses = tuple(dict.fromkeys(tidy(each) for each in given.clauses))
    mistakes = [
        said
        for wrong, said in (
            (given.kind not in KINDS, "Please choose what kind of report it is."),
            (not what, "Please say what happened."),
            (len(what) > LONGEST_WHAT, f"What happened is too long; please keep to {LONGEST_WHAT:,} letters."),
            (len(where) > LONGEST_WHERE, f"Where it can be seen is too long; please keep to {LONGEST_WHERE:,} letters."),
            (given.when not in PERIODS, "Please choose when you saw it; “I am not sure” is fine."),
            (len(clauses) > MOST_CLAUSES, f"Please name at most {MOST_CLAUSES} clauses."),
            (any(not 0 < len(each) <= LONGEST_ID for each in clauses), "One of the clauses is not the number of a clause."),
        )
        if wrong
    ]
    if mistakes:
        raise Invalid(*mistakes)
    involved = tuple(sorted(set(given.involved)))
    return Submission(given.kind, clauses, what, where, given.when, given.route, involved, bool(given.danger))


def to_bytes(given: Submission, to: tuple[str, ...], linked: str = "") -> bytes:
    """What is sealed: the report, the ids of those who can read it, and the case that it is linked with, as canonical JSON."""
    return canonical({"report": asdict(given), "to": sorted(to), "linked": linked, "form": 1})


def readers_to_bytes(to: tuple[str, ...], report: Submission) -> bytes:
    """What is sealed to the receipt, so that what its owner adds goes to the same people: who they are, and who is involved."""
    return canonical({"to": sorted(to), "involved": sorted(report.involved)})


def from_bytes(content: bytes) -> tuple[Submission, tuple[str, ...], str]:
    """What `to_bytes` has written: the report, its readers' ids, the linked case."""
    found: dict[str, Any] = json.loads(content)
    report = found["report"]
    lists = {name: tuple(report[name]) for name in ("clauses", "involved")}
    return Submission(**{**report, **lists}), tuple(found["to"]), found["linked"]


def tidy(text: str) -> str:
    """Without signs that only a machine sees, and blanks around; half a character becomes a question mark."""
    whole = text.encode("utf-8", "replace").decode()
    kept = (sign if sign.isprintable() or sign == "\n" else " " if sign.isspace() else "" for sign in whole.replace("\r\n", "\n"))
    return "".join(kept).strip()
