"""The chart of a request's completion over time, drawn in black and white."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from bot.citation import date
from bot.exporting import percent
from bot.papers.layout import BLACK, DARK, LIGHT, MARGIN, Paper

_HEIGHT = 58.0
# Room for the percentages on the left, and for the last percentage on the right.
_LEFT, _RIGHT = 11.0, 13.0
_TICKS = 6
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Course:
    """How far a request has come: how many of `asked` people had signed by the end of each day, oldest first."""

    days: Sequence[tuple[datetime.date, int]]
    asked: int
    begun: datetime.date
    due: datetime.date
    today: datetime.date

    @property
    def until(self) -> datetime.date:
        """The last day of the chart."""
        return max(self.today, self.due, self.begun + _DAY)

    def share(self, signed: int) -> float:
        """A number of people as a share of those asked, 0..1."""
        return min(signed / self.asked, 1) if self.asked else 0.0

    @property
    def latest(self) -> str:
        """The share reached today, in percent."""
        return percent(self.days[-1][1] if self.days else 0, self.asked)

    def said(self) -> str:
        """What the chart shows, in words; for whoever cannot see it."""
        if not self.asked:
            return "Nobody is asked, so there is nothing to show."
        course = f"{self.latest} complete on {date(self.today)}"
        halves = [day for day, signed in self.days if self.asked and self.share(signed) >= 0.5]
        half = f"; half was reached on {date(halves[0])}" if halves else ""
        return (
            f"From {date(self.begun)}, when the request was made, to {date(self.until)}. Due on {date(self.due)}. {course}{half}."
        )


def ticks(begun: datetime.date, until: datetime.date, most: int = _TICKS) -> list[datetime.date]:
    """Days to be named below the chart: at even distances, the first among them, at most so many and one."""
    span = (until - begun).days
    step = max(1, -(-span // most))
    return [begun + datetime.timedelta(days=days) for days in range(0, span + 1, step)]


def draw(paper: Paper, course: Course) -> None:
    """Draws the chart where the page has been reached, with its words below it."""
    paper.need(_HEIGHT + 24)
    top = paper.get_y() + 5
    box = _Box(course, MARGIN + _LEFT, top, paper.epw - _LEFT - _RIGHT)
    # fpdf gives its own pictures their words this way; it has no public name for drawings.
    with paper._marked_sequence(title="Completion over time", alt_text=course.said()):
        _grid(paper, box)
        _due(paper, box)
        _line(paper, box)
    paper.set_y(top + _HEIGHT + 9)
    paper.text_block(course.said(), size=8.5, grey=DARK)


@dataclass(frozen=True, slots=True)
class _Box:
    """Where on the page a day and a share lie."""

    course: Course
    left: float
    top: float
    width: float

    def x(self, day: datetime.date) -> float:
        """Across, in millimetres; days before the first or after the last lie on the edge."""
        whole = (self.course.until - self.course.begun).days
        return self.left + self.width * min(max((day - self.course.begun).days / whole, 0), 1)

    def y(self, share: float) -> float:
        """Down, in millimetres."""
        return self.top + _HEIGHT * (1 - share)


def _grid(paper: Paper, box: _Box) -> None:
    for line in range(0, 101, 25):
        y = box.y(line / 100)
        paper.set_draw_color(BLACK if line == 0 else LIGHT)
        paper.set_line_width(0.3 if line == 0 else 0.15)
        paper.line(box.left, y, box.left + box.width, y)
        paper.set_xy(MARGIN, y - 2)
        paper.line_of(f"{line}%", _LEFT - 2, size=7, grey=DARK, align="R")
    paper.set_draw_color(BLACK)
    paper.set_line_width(0.3)
    for day in ticks(box.course.begun, box.course.until):
        x = box.x(day)
        paper.line(x, box.y(0), x, box.y(0) + 1.2)
        paper.set_xy(x - 13, box.y(0) + 1.8)
        paper.line_of(f"{day.day} {day:%b %Y}", 26, size=7, grey=DARK, align="C")


def _due(paper: Paper, box: _Box) -> None:
    x = box.x(box.course.due)
    paper.set_draw_color(BLACK)
    paper.set_line_width(0.35)
    paper.set_dash_pattern(dash=1.4, gap=1.1)
    paper.line(x, box.top - 1.5, x, box.y(0))
    paper.set_dash_pattern()
    late = x > box.left + box.width / 2
    paper.set_xy(x - 41 if late else x + 1, box.top - 5)
    paper.line_of(f"due {date(box.course.due)}", 40, size=7.5, bold=True, align="R" if late else "L")


def _line(paper: Paper, box: _Box) -> None:
    """Steps: a share holds until the next day on which it changes, and ends today."""
    points = [(box.x(box.course.begun), box.y(0))]
    for day, signed in box.course.days:
        x, y = box.x(day), box.y(box.course.share(signed))
        points += [(x, points[-1][1]), (x, y)]
    end = (box.x(box.course.today), points[-1][1])
    points.append(end)
    paper.set_line_width(0.8)
    paper.polyline(points)
    paper.set_fill_color(BLACK)
    paper.circle(end[0], end[1], 1.1, style="F")
    paper.set_xy(end[0] + 2, end[1] - 4.4 if end[1] > box.top + 4 else end[1] + 1)
    paper.line_of(box.course.latest, 12, size=8.5, bold=True)
