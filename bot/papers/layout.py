"""A sheet of paper and what is set on it: headings, paragraphs, pairs of name and value, blocks of type. US Letter; in mm."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos

from bot.papers.breaks import fitting
from bot.papers.signs import needs_shaping, visible

# They say, line by line, what they leave out of a font; nobody asked.
for _library in ("fontTools", "fpdf"):
    logging.getLogger(_library).setLevel(logging.ERROR)

Face = Literal["sans", "mono"]
Align = Literal["L", "R", "C"]
Grey = int

MARGIN = 22.0
BLACK, DARK, LIGHT, PALE = 0, 90, 190, 242
_TOP, _BOTTOM = 24.0, 22.0
_LABEL = 42.0
# How far before a paragraph its mark hangs.
_HANG = 3.6
_FONTS = Path(__file__).parent / "fonts"
_FILES: tuple[tuple[Face, Literal["", "B"], str], ...] = (
    ("sans", "", "DejaVuSans.ttf"),
    ("sans", "B", "DejaVuSans-Bold.ttf"),
    ("mono", "", "DejaVuSansMono.ttf"),
)
# Lines stand this many times the size of their type apart; a point is so many millimetres.
_LEADING = 1.42
_POINT = 25.4 / 72
# What stands for the number of pages until it is known. It is looked for in footers only, so that no name is taken for it.
_PAGES = "{nb}"


class Paper(FPDF):
    """One document. `made_at` is the time of what it tells of, so that the same record always makes the same bytes.

    `running` stands at the head of every page but the first, `foot` at the foot of each, opposite `Page 3 of 9`.
    """

    def __init__(self, title: str, organisation: str, made_at: datetime.datetime, *, foot: str) -> None:
        super().__init__(unit="mm", format="letter")
        for face, style, file in _FILES:
            self.add_font(face, style, _FONTS / file)
        self._organisation, self._running, self._foot = organisation, title, foot
        self.barred = False
        self.set_creation_date(made_at)
        self.set_producer("Clausebot")
        self.set_title(title)
        self.set_author(organisation)
        self.set_lang("en-US")
        self.set_margins(MARGIN, _TOP, MARGIN)
        self.set_auto_page_break(True, margin=_BOTTOM)
        self.c_margin = 0
        self.add_page()

    @property
    def bytes(self) -> bytes:
        """The finished document."""
        return bytes(self.output())

    @property
    def left(self) -> float:
        """How much of the page is left below the place that has been reached."""
        return self.page_break_trigger - self.get_y()

    def need(self, height: float) -> None:
        """Goes on to a new page unless so much is left of this one."""
        if self.left < height:
            self.add_page()

    def gap(self, height: float) -> None:
        """Leaves a space; at the head of a page none is needed."""
        if self.get_y() > _TOP:
            height = min(height, self.left)
            self._bar(height)
            self.set_y(self.get_y() + height)

    def header(self) -> None:
        """The running head. Called by fpdf at the start of each page."""
        self.alias_nb_pages("")
        if self.page_no() == 1:
            return
        self.set_y(12)
        half = self.epw / 2 - 2
        self.line_of(self._organisation, half, size=7.5, grey=DARK)
        self.line_of(self._running, half + 4, size=7.5, grey=DARK, align="R")
        self.rule(17, LIGHT)
        self.set_xy(MARGIN, _TOP)

    def footer(self) -> None:
        """The page's number, and which record or request it belongs to. Called by fpdf at the end of each page."""
        self.rule(self.h - 17, LIGHT)
        self.set_xy(MARGIN, self.h - 15)
        self.type("sans", "", 7.5, DARK)
        self.alias_nb_pages(_PAGES)
        self.set_text_shaping(False)
        self.cell(40, 4, f"Page {self.page_no()} of {_PAGES}")
        self.line_of(self._foot, self.epw - 40, size=7.5, grey=DARK, align="R")

    def type(self, face: Face, style: Literal["", "B"], size: float, grey: Grey = BLACK) -> None:
        """Chooses what is set next."""
        self.set_font(face, style, size)
        self.set_text_color(grey)

    def rule(self, y: float, grey: Grey = BLACK, width: float = 0.2) -> None:
        """A line from margin to margin."""
        self.set_draw_color(grey)
        self.set_line_width(width)
        self.line(MARGIN, y, self.w - MARGIN, y)

    def ready(self, text: str) -> str:
        """The text as the chosen font can draw it, with shaping switched on where the text needs it."""
        self.set_text_shaping(needs_shaping(text), features={"liga": False}, direction="ltr")
        font: Any = self.current_font
        return visible(text, font.cmap)

    def line_of(
        self, text: str, width: float, *, size: float = 9, grey: Grey = BLACK, align: Align = "L", bold: bool = False
    ) -> None:
        """One line in a box of this width, cut with an ellipsis where it is too long."""
        self.type("sans", "B" if bold else "", size, grey)
        self.cell(width, size * _POINT * _LEADING, self.cut(self.ready(text.replace("\n", " ")), width), align=align)

    def cut(self, text: str, width: float) -> str:
        """As much of one line as fits, with an ellipsis where something is missing."""
        if self.get_string_width(text) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.get_string_width(f"{text[:middle]}…") <= width else (low, middle - 1)
        return f"{text[:low].rstrip()}…"

    def lines(self, text: str, width: float, size: float) -> list[str]:
        """The lines that a text has in the chosen font, in a column of this width."""
        if "\n" not in text and self.get_string_width(text) < width:
            return [text]
        found = self.multi_cell(width, size * _POINT, text, align="L", dry_run=True, output=MethodReturnValue.LINES)
        assert isinstance(found, list)  # what `output` asks for
        return [line for line in found if isinstance(line, str)]

    def text_block(
        self,
        text: str,
        *,
        size: float = 9.5,
        bold: bool = False,
        face: Face = "sans",
        grey: Grey = BLACK,
        indent: float = 0,
        mark: str = "",
    ) -> None:
        """A paragraph; `mark` hangs before its first line. No line stands alone at the foot of a page or the head of the next."""
        style: Literal["", "B"] = "B" if bold else ""
        self.type(face, style, size, grey)
        high = size * _POINT * _LEADING
        lines = self.lines(self.ready(text), self.epw - indent, size)
        while lines:
            taken = fitting(len(lines), int(self.left / high + 1e-6), fresh=self.get_y() <= _TOP)
            for line in lines[:taken]:
                self._set(line, high, indent, mark)
                mark = ""
            lines = lines[taken:]
            if lines:
                self.add_page()
                self.type(face, style, size, grey)
                self.ready(text)

    def _set(self, line: str, high: float, indent: float, mark: str) -> None:
        self._bar(high)
        if mark:
            self.set_x(MARGIN + indent - _HANG)
            self.cell(_HANG, high, mark)
        self.set_x(MARGIN + indent)
        self.cell(self.epw - indent, high, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _bar(self, high: float) -> None:
        """The bar in the margin that says that a clause has changed."""
        if self.barred:
            self.set_fill_color(BLACK)
            self.rect(MARGIN - 5, self.get_y(), 1.1, high, style="F")

    def heading(self, text: str, *, size: float = 12, keep: float = 16) -> None:
        """A heading, with room for so much of what follows it."""
        self.gap(5)
        self.need(size * _POINT * _LEADING + keep)
        self.text_block(text, size=size, bold=True)
        self.gap(1.6)

    def pairs(self, rows: Sequence[tuple[str, str]], *, face: Face = "sans", size: float = 9.5, apart: float = 0.9) -> None:
        """Names and values beside each other; a value may have several lines, and stays on one page with its name."""
        for name, value in rows:
            self.type(face, "", size)
            lines = self.lines(self.ready(value), self.epw - _LABEL, size)
            self.need(min(len(lines), 12) * size * _POINT * _LEADING + 1)
            y = self.get_y()
            self.line_of(name, _LABEL - 3, size=8.5, grey=DARK)
            self.set_y(y)
            self.text_block(value, size=size, face=face, indent=_LABEL)
            self.gap(apart)

    def masthead(self, organisation: str, kind: str, title: str, under: str) -> None:
        """The head of the first page: whose paper, of what kind, about what."""
        self.text_block(organisation, size=10, bold=True)
        self.gap(1.2)
        self.rule(self.get_y(), BLACK, 0.6)
        self.gap(5)
        self.text_block(kind, size=10, grey=DARK)
        self.gap(0.8)
        self.text_block(title, size=19 if len(title) < 80 else 12, bold=True)
        self.gap(0.8)
        self.text_block(under, size=9.5, grey=DARK)
        self.gap(2)

    def type_block(self, lines: Sequence[str], *, size: float = 6) -> None:
        """Lines as a terminal shows them, on a tinted ground, each exactly as it is given: they can be copied out again.

        A block stands on one page if any page can hold it.
        """
        high = size * _POINT * 1.26
        if len(lines) * high <= self.page_break_trigger - _TOP:
            self.need(len(lines) * high)
        for line in lines:
            self.need(high)
            self.set_fill_color(PALE)
            self.rect(MARGIN - 2, self.get_y(), self.epw + 4, high + 0.1, style="F")
            self.type("mono", "", size)
            self.ready(line)
            self.cell(self.epw, high, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.gap(2)
