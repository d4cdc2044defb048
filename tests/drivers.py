"""One driver per channel: says, presses and submits as a person would, and gives back what they would read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

import click

from bot.channels.console.channel import Console
from bot.dispatcher import Dispatcher
from bot.views import Field, Form


class Driver(Protocol):
    """A channel with a person in front of it; every method gives the text that is then shown."""

    def say(self, text: str) -> str: ...

    def press(self, label: str) -> str: ...

    def submit(self, label: str, values: Mapping[str, str]) -> str: ...


class ConsoleDriver:
    """Types into the console and reads its output, wrapped lines joined again."""

    def __init__(self, dispatcher: Dispatcher, monkeypatch_echo: list[str]) -> None:
        self._lines: list[str] = []
        self._out = monkeypatch_echo
        self._console = Console(dispatcher, self._read)
        self._last = ""

    def say(self, text: str) -> str:
        return self._run([text])

    def press(self, label: str) -> str:
        return self._run([self._number(label)])

    def submit(self, label: str, values: Mapping[str, str]) -> str:
        """Fills the form; a field that is not named is left as it is."""
        shown = (each for each in self._console._choices if isinstance(each, Form) and each.submit == label)
        form = next(shown, None)
        assert form, f"no form {label!r} in:\n{self._last}"
        assert values.keys() <= {each.name for each in form.fields}
        before = [] if form == self._console._alone else [self._number(label)]
        return self._run([*before, *(_typed(each, values.get(each.name, "")) for each in form.fields)])

    def _number(self, label: str) -> str:
        found = re.search(rf"\[(\d+)\] {re.escape(label)}", self._last)
        assert found, f"no choice {label!r} in:\n{self._last}"
        return found[1]

    def _read(self, _: str) -> str:
        if not self._lines:
            raise EOFError
        return self._lines.pop(0)

    def _run(self, lines: list[str]) -> str:
        self._lines, before = lines, len(self._out)
        self._console.run()
        self._last = click.unstyle("\n".join(self._out[before:]))
        return flat(self._last)


def _typed(field: Field, value: str) -> str:
    """What is typed for a field: a choice by its number, or several."""
    numbers = {choice.value: str(number) for number, choice in enumerate(field.choices, 1)}
    return ", ".join(numbers.get(each, each) for each in (value.split(",") if field.several else [value]))


def flat(text: str) -> str:
    """Text without line breaks, bars and double spaces."""
    return re.sub(r"\s+", " ", text.replace("│", " "))
