"""A view as a page: HTML that is whole without scripts. Pure; every text is escaped by the templates."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import assert_never
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bot.journeys.home import ASK
from bot.people import Standing
from bot.surface import NAME
from bot.views import Block, Button, Facts, Form, Heading, Link, Quote, Text, View

# The names of what is posted; a form's own fields have FIELD before theirs.
ACTION, VALUE, LABEL, FORM, STANDING, FIELD = "press", "value", "label", "form", "standing", "field-"
HOME = "home"
# Who somebody may be here, with a word for it; nobody at this machine is from elsewhere.
STANDINGS = {Standing.STAFF: "Staff", Standing.HR: "HR"}
_BULLET = "- "

_templates = Environment(
    loader=PackageLoader("bot.channels.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_templates.globals.update(
    NAME=NAME, ACTION=ACTION, VALUE=VALUE, LABEL=LABEL, FORM=FORM, STANDING=STANDING, FIELD=FIELD, HOME=HOME, STANDINGS=STANDINGS
)


@dataclass(frozen=True, slots=True)
class Done:
    """What the person did, as the page repeats it above the answer: `You asked` with the words, or labels with texts."""

    opening: str
    words: str = field(default="", repr=False)
    pairs: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the view, who looks at it, what was done before, and by field name what keeps its form from being sent."""

    shown: View
    standing: Standing = Standing.STAFF
    done: Done | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)
    home: bool = False


def document(page: Page) -> str:
    """The whole page."""
    asks = any(form.id == ASK.id for form in page.shown.forms)
    return _templates.get_template("page.html").render(
        page=page,
        title=title(page),
        answer=blocks(page),
        ask=None if asks else _form(ASK, page.standing, {}, titled=True, level=2),
        mistakes=list(_mistakes(page)),
        style=Markup(STYLE),  # noqa: S704 - our own file
        script=Markup(SCRIPT),  # noqa: S704 - our own file
    )


def title(page: Page) -> str:
    """What the window is called: the clause or the form that is shown, never what was asked; browsers keep titles."""
    forms = page.shown.forms
    if page.wrong:
        return f"Not sent yet: {forms[0].title}"
    if page.home or page.shown.blocks == forms:
        return forms[0].title if forms else "Start"
    clauses = dict.fromkeys(item.citation.partition(",")[0] for item in page.shown.blocks if isinstance(item, Quote))
    return f"Answer: {next(iter(clauses)) if len(clauses) == 1 else f'{len(clauses)} clauses'}" if clauses else "Answer"


def blocks(page: Page) -> Markup:
    """The view from top to bottom; buttons that follow each other stand together, one right after a quote with the quote."""
    level = 2 if page.home else 3
    parts: list[Markup] = []
    row: list[Markup] = []
    before: Block | None = None
    for item in page.shown.blocks:
        under_its_title = isinstance(before, Heading) and isinstance(item, Form) and before.text == item.title
        made = _block(item, page, level, titled=not under_its_title)
        if isinstance(item, Button) and not isinstance(before, Quote):
            row.append(made)
        else:
            parts += [*_row(row), _macro("row", made, "under") if isinstance(item, Button) else made]
            row = []
        before = item
    return Markup("\n").join([*parts, *_row(row)])


def _block(item: Block, page: Page, level: int, *, titled: bool) -> Markup:
    match item:
        case Heading(text):
            return _macro("heading", text, level)
        case Text(text):
            return _macro("text", paragraphs(text))
        case Quote():
            return _quote(item)
        case Facts(pairs):
            return _macro("facts", pairs)
        case Link(label, url):
            return _macro("link", label, url if is_web(url) else "")
        case Button():
            return _macro("button", item, page.standing)
        case Form():
            return _form(item, page.standing, page.wrong, titled=titled, level=level)
        case _:
            assert_never(item)


def _quote(item: Quote) -> Markup:
    parts = paragraphs(item.text + ("\u00a0…" if item.cut else ""))
    if item.mark and (not parts or parts[0][0] != "p"):
        parts.insert(0, ("p", [""]))  # a letter stands in a paragraph, also where bullets follow it at once
    return _macro("quote", item, paragraphs(item.lead_in), parts)


def paragraphs(text: str) -> list[tuple[str, Sequence[str]]]:
    """The lines as paragraphs (`p`, one line) and lists (`ul`, their bullets), in order; empty lines are left out."""
    found: list[tuple[str, list[str]]] = []
    for line in filter(str.strip, text.split("\n")):
        if not line.startswith(_BULLET):
            found.append(("p", [line]))
        elif found and found[-1][0] == "ul":
            found[-1][1].append(line.removeprefix(_BULLET))
        else:
            found.append(("ul", [line.removeprefix(_BULLET)]))
    return [(kind, lines) for kind, lines in found]


def is_web(url: str) -> bool:
    """Whether an address leads to a web page and nowhere else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _form(form: Form, standing: Standing, wrong: Mapping[str, str], *, titled: bool, level: int) -> Markup:
    return _macro("form", form, standing, wrong, titled, level, form.id == ASK.id)


def _mistakes(page: Page) -> Iterator[tuple[str, str, str]]:
    """For each field that is wrong: its id, its label and what is wrong."""
    for form in page.shown.forms:
        for each in form.fields:
            if each.name in page.wrong:
                yield f"{form.id}-{each.name}", each.label, page.wrong[each.name]


def _row(buttons: Iterable[Markup]) -> Iterator[Markup]:
    together = Markup("\n").join(buttons)
    if together:
        yield _macro("row", together, "")


def _macro(name: str, *arguments: object) -> Markup:
    """What the macro of this name in `blocks.html` makes."""
    return Markup(getattr(_templates.get_template("blocks.html").module, name)(*arguments).strip())  # noqa: S704 - escaped there


def _file(name: str) -> str:
    return resources.files(__package__).joinpath("templates", name).read_text("utf-8").strip()


def _digest(text: str) -> str:
    """What a content security policy calls a text that stands in the page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


STYLE, SCRIPT = _file("page.css"), _file("page.js")
POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src {_digest(STYLE)}",
        f"script-src {_digest(SCRIPT)}",
        "connect-src 'self'",
        "img-src data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
