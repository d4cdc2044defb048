"""What goes out: a closed, small set of blocks that every channel can show natively."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace

# What the action of a button begins with that brings a form.
OPEN = "open:"


@dataclass(frozen=True, slots=True)
class Heading:
    """A line above what follows."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """The bot's own words; a paragraph a line."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a policy, unchanged, and where they stand.

    `lead_in` is the opening of the section that a lettered item belongs to, `mark` its letter as printed; `cut` says
    that only the beginning is quoted here.
    """

    text: str
    citation: str
    lead_in: str = ""
    mark: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A web address with its label."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Button:
    """A choice. `value` is plain inside the program and signed by the dispatcher on its way out.

    An action `open:FORM` brings a view with that form; a channel that has dialogs shows it in one.
    """

    label: str
    action: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things that a field may hold."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form, with what it holds to begin with; `longest` in characters.

    With `choices` it is one of them, or with `several` as many as apply, joined by commas; else a text. Only an `optional` one
    may be left empty.
    """

    name: str
    label: str
    value: str = ""
    longest: int = 3000
    choices: tuple[Choice, ...] = ()
    optional: bool = False
    several: bool = False

    @property
    def held(self) -> tuple[str, ...]:
        """The values of the choices that it holds."""
        values = split(self.value) if self.several else (self.value,)
        return tuple(each.value for each in self.choices if each.value in values)


@dataclass(frozen=True, slots=True)
class Form:
    """A few fields, or none, that are sent together. `title` and `submit` have at most 24 characters, Slack's limit in dialogs.

    `state` comes back with it unchanged. It is plain inside the program; a channel carries it sealed (`bot.seals`), together
    with the digest of what it has drawn around the form; but not of one that is not `digested`, since that would be one of what
    somebody wrote.
    """

    id: str
    title: str
    fields: tuple[Field, ...]
    submit: str
    state: str = ""
    digested: bool = True


Block = Heading | Text | Quote | Facts | Link | Button | Form


@dataclass(frozen=True, slots=True)
class View:
    """One answer: its blocks from top to bottom."""

    blocks: tuple[Block, ...]

    @property
    def buttons(self) -> tuple[Button, ...]:
        """The choices, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Button))

    @property
    def forms(self) -> tuple[Form, ...]:
        """The forms, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Form))

    def without_choices(self) -> View:
        """The same view without buttons and forms, where nothing can be pressed."""
        return View(tuple(block for block in self.blocks if not isinstance(block, Button | Form)))

    def without_action(self, action: str) -> View:
        """The same view without the buttons for one action, where the channel cannot do it."""
        return View(tuple(block for block in self.blocks if not (isinstance(block, Button) and block.action == action)))

    def without_forms(self, but: Container[str] = ()) -> View:
        """The same view without forms and what opens one, for those who get answers at most; `but` are left in."""
        return View(tuple(block for block in self.blocks if _form_of(block) is None or _form_of(block) in but))

    def filled(self, values: Mapping[str, str]) -> View:
        """The same view with these texts in its forms' fields, by field name, cut to what each field takes."""
        return View(tuple(filled(block, values) if isinstance(block, Form) else block for block in self.blocks))

    def with_values(self, sign: Callable[[str], str]) -> View:
        """The same view with each button's value passed through `sign`."""
        return View(
            tuple(replace(block, value=sign(block.value)) if isinstance(block, Button) else block for block in self.blocks)
        )


def view(*blocks: Block | None) -> View:
    """A view of these blocks; None stands for a block that has nothing to show."""
    return View(tuple(block for block in blocks if block is not None))


def split(value: str) -> tuple[str, ...]:
    """The values in a field of several choices, each once."""
    return tuple(dict.fromkeys(each for each in value.split(",") if each))


def filled(form: Form, values: Mapping[str, str]) -> Form:
    """The form with these texts in its fields, by field name, each cut to what the field takes."""
    fields = (replace(each, value=values[each.name][: each.longest]) if each.name in values else each for each in form.fields)
    return replace(form, fields=tuple(fields))


def _form_of(block: Block) -> str | None:
    """The form that a block is or opens."""
    if isinstance(block, Form):
        return block.id
    return block.action.removeprefix(OPEN) if isinstance(block, Button) and block.action.startswith(OPEN) else None
