"""What goes out: a closed, small set of blocks that every channel can show natively."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace


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
    """A choice. `value` is plain inside the program and signed by the dispatcher on its way out."""

    label: str
    action: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form, with what it holds to begin with; `longest` in characters."""

    name: str
    label: str
    value: str = ""
    longest: int = 3000


@dataclass(frozen=True, slots=True)
class Form:
    """A few fields that are sent together."""

    id: str
    fields: tuple[Field, ...]
    submit: str


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

    def with_values(self, sign: Callable[[str], str]) -> View:
        """The same view with each button's value passed through `sign`."""
        return View(
            tuple(replace(block, value=sign(block.value)) if isinstance(block, Button) else block for block in self.blocks)
        )


def view(*blocks: Block | None) -> View:
    """A view of these blocks; None stands for a block that has nothing to show."""
    return View(tuple(block for block in blocks if block is not None))
