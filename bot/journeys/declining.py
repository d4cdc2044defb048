"""Not signing: with a reason, or on paper instead. Whoever asked is told. Pure."""

from __future__ import annotations

import json

from bot.journeys.reading import title
from bot.journeys.signing import opened
from bot.journeys.signing_facts import DECLINE, OPEN_SIGN, Circumstances, Reading, act, state, told, withdrawn
from bot.outcome import Outcome
from bot.records import Entry
from bot.turns import Submitted
from bot.views import Button, Facts, Field, Form, Text, view

_REASON = Field("reason", "Your reason (whoever asked you will read it)", longest=1000)


def form_opened(reading: Reading) -> Outcome:
    """The form in which somebody says why they do not sign."""
    if reading.held or reading.closed:
        return opened(reading)
    return Outcome(view(Form(DECLINE, "Not signing", (_REASON,), "Do not sign", state(reading, 0))))


def decline(reading: Reading, sent: Submitted, how: Circumstances) -> Outcome:
    """Kept with its reason, and told to whoever asked (A12)."""
    if reading.held or reading.closed:
        return opened(reading)
    reason = " ".join(sent.values.get("reason", "").split())[: _REASON.longest]
    if not reason:
        return Outcome(view(Text("Please write a reason; without one nothing was sent."), *form_opened(reading).view.forms))
    told_whom = "Whoever asked you is told, with your reason. " if reading.told else ""
    noted = f"Noted: you do not sign. {told_whom}You can still sign later."
    button = Button("Read and sign after all", OPEN_SIGN, reading.subject)
    if reading.declined and _reason(reading.declined) == reason:  # a double click, or a platform that delivers again
        return Outcome(view(Text(noted), Facts((("Record", reading.declined.id), ("Your reason", reason))), button))
    kept = act(reading, "declined", how, {}, {"reason": reason})
    shown = view(Text(noted), Facts((("Record", kept.id), ("Your reason", reason))), button)
    said = f"{reading.person.shown} does not sign the {title(reading.published)}."
    return Outcome(shown, (kept, *withdrawn(reading)), told(reading, kept, view(Text(said), Facts((("Reason", reason),)))))


def paper_wanted(reading: Reading, how: Circumstances) -> Outcome:
    """Somebody would rather sign on paper; HR is told, and the gate stays shut until the sheet is recorded."""
    if reading.held or reading.closed:
        return opened(reading)
    said = "HR is told that you want to sign on paper, and brings you the sheet. Until it is recorded, you have not signed."
    if not reading.told:
        said = "Noted. Please ask HR for the sheet. Until it is recorded, you have not signed."
    if reading.paper_wanted:
        return Outcome(view(Text(said), Facts((("Record", reading.paper_wanted.id),))))
    kept = act(reading, "paper_wanted", how, {}, {})
    shown = view(Text(f"{reading.person.shown} wants to sign the {title(reading.published)} on paper."))
    return Outcome(view(Text(said), Facts((("Record", kept.id),))), (kept,), told(reading, kept, shown))


def _reason(declined: Entry) -> str:
    """The reason that was given."""
    return str(json.loads(declined.personal).get("reason", ""))
