"""The console at its edges: leaving, wrong numbers, cancelled forms, and what goes wrong inside."""

from __future__ import annotations

import logging

import click
import pytest

from bot.channels.console.channel import Console
from bot.people import Sender
from bot.turns import Said, Turn
from bot.views import Button, Choice, Field, Form, Text, View, view

WORD = "zebrafinch"


class Door:
    """A dispatcher that shows the same view always, and remembers the turns."""

    def __init__(self, shown: View | None) -> None:
        self.turns: list[Turn] = []
        self._shown = shown

    async def handle(self, turn: Turn, sender: Sender) -> View:
        assert sender.channel == "console"
        self.turns.append(turn)
        if self._shown is None:
            raise RuntimeError(f"something about {WORD}")
        return self._shown


FORM = view(Text("?"), Button("Ask", "person", "v"), Form("f", "Form", (Field("a", "A", "first"), Field("b", "B")), "Send"))


def talk(door: Door, lines: list[str | BaseException], monkeypatch: pytest.MonkeyPatch) -> str:
    """What is shown for these lines; an exception stands for a key such as Ctrl-C."""
    out: list[str] = []
    monkeypatch.setattr(click, "echo", lambda text="", **_: out.append(str(text)))

    def read(_: str) -> str:
        line = lines.pop(0) if lines else EOFError()
        if isinstance(line, BaseException):
            raise line
        return line

    Console(door, read).run([Said("hello")])  # type: ignore[arg-type]
    return click.unstyle("\n".join(out))


@pytest.mark.parametrize("leaving", ["q", "QUIT", "bye", KeyboardInterrupt(), EOFError()])
def test_leaving(leaving: str | BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """By word or by key."""
    door = Door(FORM)
    talk(door, [leaving, "never asked"], monkeypatch)
    assert door.turns == [Said("hello")]


@pytest.mark.parametrize("typed", ["1", "[1]", "(1)", "1."])
def test_pressing(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the number is written."""
    door = Door(FORM)
    talk(door, [typed], monkeypatch)
    assert [type(turn).__name__ for turn in door.turns] == ["Said", "Pressed"]


def test_a_number_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is said, and an empty line is nothing."""
    door = Door(FORM)
    assert "no such number" in talk(door, ["7", "", "0"], monkeypatch)
    assert len(door.turns) == 1


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        (["", "x"], {"a": "first", "b": "x"}),
        (["new", "yes"], {"a": "new", "b": "yes"}),
        (["new", ""], None),
        (["no"], None),
        (["", "cancel"], None),
        ([KeyboardInterrupt()], None),
    ],
)
def test_forms(typed: list[str | BaseException], sent: dict[str, str] | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Enter and yes keep what is there, no and cancel send nothing, nor does a field left empty."""
    door = Door(FORM)
    shown = talk(door, ["2", *typed], monkeypatch)
    assert [getattr(turn, "values", None) for turn in door.turns[1:]] == ([sent] if sent else [])
    assert ("Nothing was sent" in shown) == (sent is None)


def test_what_goes_wrong_is_said_kindly_and_logged_without_content(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the message nor the exception's words leave."""
    caplog.set_level(logging.DEBUG)
    shown = talk(Door(None), [WORD], monkeypatch)
    assert "Something went wrong on my side" in shown
    assert "RuntimeError" in caplog.text
    assert WORD not in shown + caplog.text


def test_choices_are_made_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is nothing but a form, it is asked at once; a wrong number is said; no leaves."""
    field = Field("where", "Where?", choices=(Choice("here", "Here"), Choice("there", "There")))
    for typed, sent in ((["7", "x", "2"], [{"where": "there"}]), (["no"], [])):
        door = Door(view(Form("f", "Form", (field,), "Send")))
        shown = talk(door, [*typed], monkeypatch)
        assert "(2) There" in shown
        assert [getattr(turn, "values", None) for turn in door.turns[1:]][:1] == sent
