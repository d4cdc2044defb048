"""The page of reports as HTML: made for a telephone, whole without scripts, and with nothing from elsewhere. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from bot.attachments import LARGEST, MOST
from bot.channels.web import html, render
from bot.channels.web.render import FIELD, FORM, STATE, Page
from bot.channels.web.report_body import FILE, WORK
from bot.journeys.report import SEEN, WRITE
from bot.seals import Seal, carried
from bot.surface import NAME
from bot.views import Form, Heading, Text, View

REPORT, RECEIPT = "/report", "/receipt"
TITLES = {REPORT: "Report without your name", RECEIPT: "Come back with your receipt"}
# Above the seven words.
RECEIPT_TITLE = "Your receipt"
# What a browser keeps in its history says nothing of what was done here.
TITLE = "Form"
# Where "Leave this page" leads where the organisation has named no page of its own.
ELSEWHERE = "about:blank"
TAKEN = ("image/png", "image/jpeg", "image/webp", "application/pdf", "text/plain")
STYLE, SCRIPT = f"{render.STYLE}\n{html.own_file('report.css')}", html.own_file("report.js")
POLICY = html.policy(STYLE, SCRIPT)

_templates = html.templates()
_templates.globals.update(
    NAME=NAME,
    TITLE=TITLE,
    FORM=FORM,
    STATE=STATE,
    FIELD=FIELD,
    FILE=FILE,
    WORK=WORK,
    TAKEN=",".join(TAKEN),
    MOST=MOST,
    MEGABYTES=LARGEST // 1024**2,
    REPORT=REPORT,
    RECEIPT=RECEIPT,
    SHORT=200,
    MOST_SHOWN=render.MOST_SHOWN,
    # Of the local page, which shares the macros of fields.
    STANDING="",
    ACTION="",
    VALUE="",
    LABEL="",
)


@dataclass(frozen=True, slots=True)
class Puzzle:
    """The work that a browser does before it sends: the challenge, and how many bits must be zero."""

    challenge: str
    bits: int


def document(path: str, shown: View, seal: Seal, puzzle: Puzzle, leave: str = "", *, opened: bool) -> str:
    """The whole page at `path`; `opened` where nothing was sent yet. What was wrong stands above the form, aloud."""
    form = next(iter(shown.forms), None)
    wrong = shown.blocks[0] if form and not opened and isinstance(shown.blocks[0], Text) else None
    rest = View(tuple(each for each in shown.blocks if each is not wrong and not isinstance(each, Form)))
    return _templates.get_template("report.html").render(
        path=path,
        heading=TITLES[path],
        opened=opened,
        wrong=render.blocks(Page(View((wrong,)), home=True)) if wrong else "",
        answer=render.blocks(Page(rest, home=True)),
        form=form,
        sealed=carried(form, "", seal) if form else "",
        takes_files=form is not None and form.id == WRITE and form.state == SEEN,
        words=Heading(RECEIPT_TITLE) in shown.blocks,
        puzzle=puzzle,
        leave=leave or ELSEWHERE,
        style=Markup(STYLE),  # noqa: S704 - our own file
        script=Markup(SCRIPT),  # noqa: S704 - our own file
    )
