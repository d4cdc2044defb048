"""The form of each act inside a dialog: empty, as it comes back where it was not kept, and what it holds. Pure.

Names of forms, fields and choices say nothing of cases, since platforms may keep them (DECISIONS 25).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.journeys import case_words
from bot.journeys.case_forms import ActForm, form_of
from bot.journeys.case_table import Act
from bot.journeys.paging import split
from bot.views import OPEN, Block, Button, Choice, Facts, Form, Heading, Quote, Text, View, filled, view

if TYPE_CHECKING:
    from bot.caseroom import Shown

# The one form of all acts, and what opens everything else.
ROOM = "room"
OPEN_ROOM = f"{OPEN}{ROOM}"
# What the value of a button begins with that opens a case.
CASE = "case"
NOT_NOW = "That cannot be done with this case as it stands."
_LATEST = 3
# So many bytes of a text are a glimpse of it.
_GLIMPSE = 400
_CODES = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form is for: an act with a case, as its version was seen. As a text it is the form's state."""

    case: str
    act: Act
    version: int

    def __str__(self) -> str:
        return f"{self.case} {self.act} {self.version}"


def read(state: str) -> Asked:
    """What a form is for, from its state. Raises ValueError where it is none of ours."""
    case, act, version = state.split(" ")
    return Asked(case, Act(act), int(version))


def asking(shown: Shown, act: Act) -> View:
    """The form for an act, empty."""
    return _view(Asked(shown.row.case.id, act, shown.row.case.version), form_of(act, shown), shown.row.label)


def again(asked: Asked, values: Mapping[str, str], problem: str, shown: Shown | None = None, wrong: Sequence[str] = ()) -> View:
    """The form with what was typed, after it was not kept; `wrong` are the acts' own names of fields."""
    form = form_of(asked.act, shown)
    labels = [each.label for each in form.fields if each.name in wrong] if form else []
    said = Text("\n".join((problem, *(f"- {each}" for each in labels))))
    return _view(asked, form, shown.row.label if shown else "", [said], values)


def outdated(asked: Asked, values: Mapping[str, str], problem: str, shown: Shown) -> View:
    """The same after somebody else was faster: above it the case as it is now, for which the form is meant from now on."""
    now = replace(asked, version=shown.row.case.version)
    latest = [case_words.trail(each, shown.names) for each in shown.row.case.trail[-_LATEST:]]
    as_it_is = Facts((*case_words.facts(shown), ("Done last", "; ".join(latest))))
    above: list[Block] = [Text(problem), as_it_is, *_written_last(shown)]
    return _view(now, form_of(asked.act, shown), shown.row.label, above, values)


def _written_last(shown: Shown) -> Iterator[Quote]:
    """How the latest text in a case begins: as much as there is room for beside a form that is full."""
    for said in case_words.since(shown)[-1:]:
        whole = next(iter((*said.words, *(value for _, value in said.pairs))))
        begins = next(split(whole, _GLIMPSE, _GLIMPSE))
        yield Quote(begins, said.by, cut=begins != whole)


def texts(act: Act, values: Mapping[str, str]) -> dict[str, str]:
    """What a form holds, by the acts' own names of fields."""
    form = form_of(act)
    found = {}
    for place, field in enumerate(form.fields if form else ()):
        value = values.get(_name(place), "")
        choices = {_CODES[number]: choice.value for number, choice in enumerate(field.choices)}
        found[field.name] = choices.get(value, "") if choices else value
    return found


def _view(
    asked: Asked, form: ActForm | None, label: str, above: Sequence[Block] = (), values: Mapping[str, str] | None = None
) -> View:
    if form is None:
        return view(*above, Text(NOT_NOW))
    return view(
        *above,
        Heading(f"{label}: {form.label}" if label else form.label),
        Text("\n".join(form.hints)) if form.hints else None,
        _filled(_drawn(form, str(asked)), values or {}),
        Button("Back to the case", OPEN_ROOM, f"{CASE} {asked.case} 0"),
    )


def _filled(form: Form, values: Mapping[str, str]) -> Form:
    """The form with what was typed, and with what was chosen as far as it can be chosen now."""
    allowed = {field.name: {each.value for each in field.choices} for field in form.fields}
    return filled(form, {name: value for name, value in values.items() if not allowed.get(name) or value in allowed[name]})


def _drawn(form: ActForm, state: str) -> Form:
    """A form as platforms may see it: its fields are numbers, its choices letters, the same ones whatever can be chosen now."""
    whole = form_of(Act(form.id)) or form
    fields = []
    for place, field in enumerate(form.fields):
        codes = {choice.value: _CODES[number] for number, choice in enumerate(whole.fields[place].choices)}
        choices = tuple(Choice(codes[each.value], each.label) for each in field.choices)
        fields.append(replace(field, name=_name(place), choices=choices))
    return Form(ROOM, form.label, tuple(fields), form.submit, state, digested=False)


def _name(place: int) -> str:
    return f"f{place + 1}"
