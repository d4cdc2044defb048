"""A view as a page: HTML that is whole without scripts. Pure; every text is escaped by the templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never
from urllib.parse import urlsplit

from markupsafe import Markup

from bot.channels.web import html
from bot.journeys.home import ASK
from bot.people import Standing
from bot.seals import Seal, carried, refusing
from bot.surface import NAME
from bot.views import Block, Button, Facts, Form, Heading, Link, Quote, Text, View

# The names of what is posted; a form's own fields have FIELD before theirs.
ACTION, VALUE, LABEL, FORM, STATE, STANDING, FIELD = "press", "value", "label", "form", "state", "standing", "field-"
HOME = "home"
# Where the local page stands.
LOCAL = "/"
_BULLET = "- "
# A field that takes no more than this is one line.
SHORT = 200
# More choices than this stand in a list that is opened.
MOST_SHOWN = 10

_templates = html.templates()


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody whom one can be here: the id of their account, a word for them, what they are to the organisation, and the name
    with which they sign.
    """

    id: str
    word: str
    standing: Standing
    name: str = ""


# Nobody at this machine is from elsewhere.
STANDINGS = (
    Seat("staff", "Staff", Standing.STAFF, "Alice Stone"),
    Seat("supervisor", "Supervisor", Standing.STAFF, "Sam Ortiz"),
    Seat("hr", "HR", Standing.HR, "Hana Ruiz"),
    Seat("independent", "Independent", Standing.STAFF, "Ada Clerk"),
)
_templates.globals.update(
    NAME=NAME,
    ACTION=ACTION,
    VALUE=VALUE,
    LABEL=LABEL,
    FORM=FORM,
    STATE=STATE,
    STANDING=STANDING,
    FIELD=FIELD,
    HOME=HOME,
    SHORT=SHORT,
    MOST_SHOWN=MOST_SHOWN,
    STANDINGS=STANDINGS,
)


@dataclass(frozen=True, slots=True)
class Done:
    """What the person did, as the page repeats it above the answer: `You asked` with the words, or labels with texts."""

    opening: str
    words: str = field(default="", repr=False)
    pairs: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the view, who looks at it (the id of a seat), what was done before, and by field name what keeps its form
    from being sent. `messages` are what they were sent unasked, newest first; `action` is the address that its forms go to:
    another than the local page's is somebody's own link, where nobody chooses who they are, and nothing is asked.
    """

    shown: View
    standing: str = STANDINGS[0].id
    done: Done | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)
    home: bool = False
    messages: tuple[View, ...] = ()
    action: str = LOCAL

    @property
    def local(self) -> bool:
        """Whether it is the local page."""
        return self.action == LOCAL


def document(page: Page, seal: Seal = refusing) -> str:
    """The whole page. Raises NoPlaceForState where a form has a state, and nothing is given to seal it with."""
    asks = any(form.id == ASK.id for form in page.shown.forms)
    return _templates.get_template("page.html").render(
        page=page,
        title=title(page),
        answer=blocks(page, seal),
        messages=[blocks(Page(each, page.standing)) for each in page.messages],
        ask=None if asks or not page.local else _form(ASK, Page(page.shown, page.standing), titled=True, level=2, sealed=""),
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


def drawn(page: Page) -> str:
    """The answer as somebody sees it: its HTML without the states of its forms and the address that they go to, which may be a
    secret of theirs. This is what a seal digests.
    """
    return str(_blocks(replace(page, action=LOCAL), {}))


def blocks(page: Page, seal: Seal = refusing) -> Markup:
    """The answer's HTML, in which each form carries its state sealed."""
    with_state = [form for form in page.shown.forms if form.state]
    around = drawn(page) if with_state else ""
    return _blocks(page, {form.id: carried(form, around, seal) for form in with_state})


def _blocks(page: Page, sealed: Mapping[str, str]) -> Markup:
    """The view from top to bottom; buttons that follow each other stand together, one right after a quote with the quote.

    `sealed` are the states, by the form's id.
    """
    level = 2 if page.home else 3
    parts: list[Markup] = []
    row: list[Markup] = []
    before: Block | None = None
    for item in page.shown.blocks:
        under_its_title = isinstance(before, Heading) and isinstance(item, Form) and before.text == item.title
        made = _block(item, page, level, sealed, titled=not under_its_title)
        if isinstance(item, Button) and not isinstance(before, Quote):
            row.append(made)
        else:
            parts += [*_row(row), _macro("row", made, "under") if isinstance(item, Button) else made]
            row = []
        before = item
    return Markup("\n").join([*parts, *_row(row)])


def _block(item: Block, page: Page, level: int, sealed: Mapping[str, str], *, titled: bool) -> Markup:
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
            return _macro("button", item, page)
        case Form():
            return _form(item, page, titled=titled, level=level, sealed=sealed.get(item.id, ""))
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


def _form(form: Form, page: Page, *, titled: bool, level: int, sealed: str) -> Markup:
    return _macro("form", form, page, titled, level, form.id == ASK.id, sealed)


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


STYLE, SCRIPT = html.own_file("page.css"), html.own_file("page.js")
POLICY = html.policy(STYLE, SCRIPT, "connect-src 'self'")
