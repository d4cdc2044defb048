"""The pages of the case room, as their template takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.channels.web.cases_disclosure_render import Disclose
from bot.journeys.case_forms import ActForm
from bot.journeys.case_words import Said
from bot.views import Quote


@dataclass(frozen=True, slots=True)
class Enter:
    """The page that a sign-in link leads to; `action` is its own address."""

    action: str
    problem: str = ""
    kind: str = "enter"


@dataclass(frozen=True, slots=True)
class Told:
    """A page that says something."""

    lines: Sequence[str]
    problem: str = ""
    kind: str = "told"


@dataclass(frozen=True, slots=True)
class Unlock:
    """The page that asks for the passphrase."""

    problem: str = ""
    kind: str = "unlock"


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """The words of a witness's receipt, shown once; `action` leads back to the case."""

    words: str = field(repr=False)
    action: str
    problem: str = ""
    kind: str = "receipt"


@dataclass(frozen=True, slots=True)
class Capture:
    """The page that says what capturing a page means, with an address of so many letters at most; `action` leads to the case."""

    action: str
    label: str
    address: str = field(repr=False)
    longest: int
    problem: str = ""
    kind: str = "capture"


@dataclass(frozen=True, slots=True)
class Line:
    """A case in the list."""

    id: str
    label: str
    state: str
    late: bool
    new: bool
    unopened: bool
    on_hold: bool
    line: str
    clock: str


@dataclass(frozen=True, slots=True)
class Listed:
    """The list of cases; `figures` are counts that may be passed on, `alarm` says that something was left unopened."""

    open: Sequence[Line]
    concluded: Sequence[Line]
    figures: Sequence[tuple[str, str]]
    alarm: str = ""
    problem: str = ""
    kind: str = "list"


@dataclass(frozen=True, slots=True)
class Paper:
    """One case. `capture` leads to capturing a page, where that can be done; `sent` are the texts of a form that came back,
    `wrong` what is wrong by field."""

    label: str
    action: str
    version: int
    take: bool
    capture: str
    facts: Sequence[tuple[str, str]]
    what: str = field(repr=False)
    reported: Sequence[tuple[str, str]] = field(repr=False)
    quotes: Sequence[Quote]
    enclosures: Sequence[str]
    entries: Sequence[Said] = field(repr=False)
    acts: Sequence[ActForm] = field(repr=False)
    trail: Sequence[str] = field(repr=False)
    sent: Mapping[str, str] = field(default_factory=dict, repr=False)
    wrong: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    kind: str = "case"


@dataclass(frozen=True, slots=True)
class DueLine:
    """A case that may be deleted; `name` is that of its field, `version` the value."""

    id: str
    name: str
    label: str
    version: int
    line: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class ToBeDeleted:
    """What may be deleted; `action` is the page's own address, `told` stands above."""

    action: str
    told: str
    due: Sequence[DueLine]
    problem: str = ""
    kind: str = "due"


@dataclass(frozen=True, slots=True)
class Deleted:
    """What the disposition log says of a deletion: id, day and code of each."""

    rows: Sequence[tuple[str, str, str]]
    problem: str = ""
    kind: str = "deleted"


Page = Enter | Told | Unlock | NewReceipt | Capture | Listed | Paper | Disclose | ToBeDeleted | Deleted
