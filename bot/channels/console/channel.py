"""Reads a line, hands the turn to the dispatcher, prints the view; a number presses what it stands before."""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
from collections.abc import Callable, Sequence
from typing import Literal

import click

from bot.channels import apology
from bot.channels.console.render import drawn, render
from bot.dispatcher import Dispatcher
from bot.logs import correlate, correlation, place
from bot.people import Account, Sender
from bot.seals import digest
from bot.turns import Pressed, Said, Submitted, Turn
from bot.views import Button, Field, Form, View

PROMPT = "> "
_NARROWEST = 20
_PRESSED = re.compile(r"[\[(]?([0-9]{1,2})[\])]?\.?")
_SENDING = frozenset({"", "y", "yes", "ok", "send", "1"})
_NOT_SENDING = frozenset({".", "n", "no", "q", "cancel", "quit", "stop"})
LEAVING = frozenset({"q", "quit", "exit", "bye", ":q"})
SENDER = Sender("console", account=Account("console", "local", "staff"))
GOING_ON = "Enter goes on; no stops: "
NOT_SENT = "Nothing was sent.\n"
log = logging.getLogger(__name__)


class Console:
    """One conversation. `read` gives the next line for a prompt and raises EOFError at the end."""

    def __init__(self, dispatcher: Dispatcher, read: Callable[[str], str] = input) -> None:
        self._dispatcher = dispatcher
        self._read = read
        self._choices: list[Button | Form] = []
        # The form whose fields are asked at once, and the one without fields that Enter sends.
        self._alone: Form | None = None
        self._going_on: Form | None = None
        # The digest of what stands around the forms that are shown, where one of them has a state.
        self._rendered = ""

    def run(self, opening: Sequence[Turn] = ()) -> None:
        """Talks until the person leaves."""
        with asyncio.Runner() as runner:
            for turn in opening:
                runner.run(self._answer(turn))
            if opening:
                click.echo("A number presses what it stands before; q leaves.\n")
            while (typed := self._next()) is not None:
                if typed:
                    runner.run(self._answer(typed))

    def _next(self) -> Turn | Literal[False] | None:
        """The next turn; False where nothing is to be sent, None when the person is done."""
        try:
            if form := self._alone:
                sent = self._filled(form)
                self._alone = None
                return sent or False
            line = self._line(GOING_ON if self._going_on else PROMPT)
            return None if line is None else self._turn(line) or False
        except EOFError:
            return None

    def _line(self, prompt: str) -> str | None:
        """The next line; None when the person is done."""
        try:
            line = self._read(prompt).strip()
        except (EOFError, KeyboardInterrupt):
            click.echo()
            return None
        return None if line.lower() in LEAVING else line

    def _turn(self, line: str) -> Turn | None:
        if self._going_on and line.lower() in _NOT_SENDING:
            self._going_on = None
            click.echo(NOT_SENT)
            return None
        if not line:
            return self._filled(self._going_on) if self._going_on else None
        pressed = _PRESSED.fullmatch(line)
        if not pressed:
            return Said(line)
        number = int(pressed[1])
        if not 1 <= number <= len(self._choices):
            click.echo("There is no such number above. Ask in words, or press one that is shown.\n")
            return None
        choice = self._choices[number - 1]
        return self._filled(choice) if isinstance(choice, Form) else Pressed(choice.action, choice.value)

    def _filled(self, form: Form) -> Submitted | None:
        """Asks for each field; Enter or yes keeps what is there, no cancels."""
        values = {}
        for field in form.fields:
            typed = self._chosen(field) if field.choices else self._typed(field)
            if typed is None:
                click.echo(NOT_SENT)
                return None
            values[field.name] = typed
        return Submitted(form.id, values, form.state, self._rendered if form.state else "")

    def _typed(self, field: Field) -> str | None:
        """A text for a field; None where the person does not want to send."""
        if field.value:
            click.echo(f"{field.label}:\n  {field.value}")
            typed = self._answered("Enter sends it as it is; or word it anew; no sends nothing: ")
        else:
            click.echo(f"{field.label}:")
            typed = self._answered(f"Enter {'leaves it empty' if field.optional else 'sends it'}; no sends nothing: ")
        if typed.lower() in _NOT_SENDING or not (typed or field.value or field.optional):
            return None
        return (field.value if field.value and typed.lower() in _SENDING else typed)[: field.longest]

    def _chosen(self, field: Field) -> str | None:
        """One of the choices, or several where the field takes them, by number; None where the person does not want to send."""
        lines = [f"  ({number}) {choice.label}" for number, choice in enumerate(field.choices, 1)]
        click.echo("\n".join([field.label, *lines]))
        leaving = "; Enter leaves it" if field.optional else ""
        while True:
            answered = self._answered(f"{'Numbers choose' if field.several else 'A number chooses'}{leaving}; no sends nothing: ")
            if answered.lower() in _NOT_SENDING:
                return None
            if field.optional and not answered:
                return field.value
            typed = re.findall(r"\d+", answered) if re.fullmatch(r"[\d\s,.()\[\]]+", answered) else []
            values = [field.choices[int(each) - 1].value for each in typed if 1 <= int(each) <= len(field.choices)]
            if len(values) == len(typed) and (len(values) == 1 or (values and field.several)):
                return ",".join(values)
            click.echo("There is no such number.")

    def _answered(self, prompt: str) -> str:
        """What was typed, or no where the person breaks off. Raises EOFError at the end of what is typed."""
        try:
            return self._read(prompt).strip()
        except KeyboardInterrupt:
            return "no"

    async def _answer(self, turn: Turn) -> None:
        try:
            shown = (await self._dispatcher.handle(turn, SENDER)).without_action("share")
            text = render(shown, width())
        except Exception as error:  # noqa: BLE001 - the channel's border: said kindly, logged once, without content
            correlate()
            log.error("turn failed: %s (%s)", place(error), correlation())
            shown = apology(correlation())
            text = render(shown, width())
        click.echo(f"\n{self._shown(shown, text)}\n")

    def _shown(self, shown: View, text: str) -> str:
        """What is printed of a view, whose text is this; what can be chosen in it is remembered."""
        self._choices = [*shown.buttons, *shown.forms]
        self._rendered = digest(drawn(shown)) if any(form.state for form in shown.forms) else ""
        self._alone = self._going_on = None
        match shown.forms:
            case (Form(fields=()) as form,):
                self._going_on = form
                return text if shown.blocks != (form,) else f"{form.title}\n\n{text}"
            # Where there is nothing but a form, its fields are asked at once.
            case (form,) if shown.blocks == (form,):
                self._alone = form
                return form.title
        return text


def width() -> int:
    """How many columns the terminal has."""
    return max(_NARROWEST, shutil.get_terminal_size().columns)
