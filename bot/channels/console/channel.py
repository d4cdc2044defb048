"""Reads a line, hands the turn to the dispatcher, prints the view; a number presses what it stands before."""

from __future__ import annotations

import asyncio
import logging
import secrets
import shutil
from collections.abc import Callable, Iterable

import click

from bot.channels.console.render import render
from bot.dispatcher import Dispatcher
from bot.turns import Pressed, Said, Submitted, Turn
from bot.views import Button, Form, Text, View, view

PROMPT = "> "
LEAVING = frozenset({"q", "quit", "exit", "bye", ":q"})
log = logging.getLogger(__name__)


class Console:
    """One conversation. `read` gives the next line for a prompt and raises EOFError at the end."""

    def __init__(self, dispatcher: Dispatcher, read: Callable[[str], str] = input) -> None:
        self._dispatcher = dispatcher
        self._read = read
        self._choices: list[Button | Form] = []

    def run(self, opening: Iterable[Turn] = ()) -> None:
        """Talks until the person leaves."""
        with asyncio.Runner() as runner:
            for turn in opening:
                runner.run(self._answer(turn))
            while (line := self._line()) is not None:
                if typed := self._turn(line):
                    runner.run(self._answer(typed))

    def _line(self) -> str | None:
        """The next line; None when the person is done."""
        try:
            line = self._read(PROMPT).strip()
        except (EOFError, KeyboardInterrupt):
            click.echo()
            return None
        return None if line.lower() in LEAVING else line

    def _turn(self, line: str) -> Turn | None:
        if not line:
            return None
        if not line.isascii() or not line.isdigit() or len(line) > 2:
            return Said(line)
        number = int(line)
        if not 1 <= number <= len(self._choices):
            click.echo("There is no such number above. Ask in words, or press one that is shown.\n")
            return None
        choice = self._choices[number - 1]
        return self._filled(choice) if isinstance(choice, Form) else Pressed(choice.action, choice.value)

    def _filled(self, form: Form) -> Submitted | None:
        """Asks for each field; Enter keeps what is there, a full stop alone cancels."""
        values = {}
        for field in form.fields:
            click.echo(f"{field.label}:\n  {field.value or '(empty)'}")
            try:
                typed = self._read("Enter sends it so; or type it anew; . cancels: ").strip()
            except (EOFError, KeyboardInterrupt):
                typed = "."
            if typed == ".":
                click.echo("Nothing was sent.\n")
                return None
            values[field.name] = (typed or field.value)[: field.longest]
        return Submitted(form.id, values)

    async def _answer(self, turn: Turn) -> None:
        try:
            shown = await self._dispatcher.handle(turn)
        except Exception as error:  # noqa: BLE001 - the channel's border: said kindly, logged once, without content
            number = secrets.token_hex(4)
            log.error("turn failed: %s at %s", type(error).__name__, number)
            shown = _apology(number)
        self._choices = [*shown.buttons, *shown.forms]
        click.echo(f"\n{render(shown, width())}\n")


def width() -> int:
    """How many columns the terminal has."""
    return shutil.get_terminal_size().columns


def _apology(number: str) -> View:
    return view(Text(f"Something went wrong on my side; nothing was kept. Please try again. (Error {number})"))
