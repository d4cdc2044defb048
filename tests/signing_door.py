"""The dispatcher with forms that carry a state, as a journey about signing would make them, and a person in each channel."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from bot.dispatcher import Dispatcher
from bot.people import Sender
from bot.turns import Pressed, Said, Submitted, Turn
from bot.views import Button, Choice, Facts, Field, Form, Heading, Quote, Text, View, filled, view

HOW = (Choice("here", "I read it here"), Choice("paper", "I read it on paper"))
SIGN = Form(
    "sign",
    "Sign 416",
    (
        Field("name", "Your full name", longest=200),
        Field("how", "How did you read it?", choices=HOW, optional=True),
        Field("note", "Anything to add?", optional=True),
    ),
    "Sign",
    state="request-1 page-2",
)
SIGNING = view(
    Heading("416 Social Media Policy"),
    Quote("First line & <b>.\n- a “bullet”", "416.1 (PURPOSE), Policy, version 1", "Lead-in:", "d."),
    Facts((("Request", "Read and sign by 1 December 2026"),)),
    Button("Back", "back", "request-1"),
    SIGN,
    Button("Decline", "open:decline", "request-1"),
)
NEXT = Form("page", "Read and sign", (), "Next page", state="request-1 page-1")
DECLINE = Form("decline", "Decline", (Field("reason", "Why?"),), "Decline to sign", state="request-1")
WRONG = "That is not the name that the directory knows."


def reading(*quotes: Quote) -> View:
    """A page of a policy, with nothing to fill in below it."""
    return view(Text("Page 1 of 2"), *quotes, NEXT, Button("Decline", "open:decline", "request-1"))


PAGE = reading(Quote("Every word of it counts.", "416.2, Policy, version 1"))


@dataclass(eq=False)
class SigningDoor(Dispatcher):
    """Answers what is about signing itself, and all else as ever; `met` are the turns that came, with their senders."""

    page: View = PAGE
    met: list[tuple[Turn, Sender]] = field(default_factory=list)

    @property
    def sent(self) -> Submitted:
        """The form that came last."""
        turn = self.met[-1][0]
        assert isinstance(turn, Submitted)
        return turn

    async def handle(self, turn: Turn, sender: Sender) -> View:
        """The view for the turn."""
        self.met.append((turn, sender))
        found = self._about_signing(turn)
        return found.with_values(self.tokens.sign) if found else await super().handle(turn, sender)

    def _about_signing(self, turn: Turn) -> View | None:
        match turn:
            case Said("sign") | Submitted("ask", {"question": "sign"}):
                return view(Text("Something is to be signed."), Button("Read and sign", "open:sign", "request-1"))
            case Pressed("open:sign" | "back", value) if self.tokens.read(value) == "request-1":
                return self.page
            case Pressed("open:decline", value) if self.tokens.read(value) == "request-1":
                return view(Text("Nothing is signed then."), DECLINE)
            case Submitted("page"):
                return SIGNING
            case Submitted("sign", {"name": "Bob Marsh"} as values):
                return view(Text(WRONG), *(filled(each, values) if each is SIGN else each for each in SIGNING.blocks))
            case Submitted("sign" | "decline"):
                return view(Text("It is kept."))
        return None


def signing_door(dispatcher: Dispatcher, page: View = PAGE) -> SigningDoor:
    """That dispatcher, made of a usual one."""
    usual = {each.name: getattr(dispatcher, each.name) for each in dataclasses.fields(dispatcher)}
    return SigningDoor(**usual, page=page)
