"""What a process in level sealed does with a casebook; run in a process of its own."""

from __future__ import annotations

from pathlib import Path

from bot.casebook.starting import casebook
from bot.casebook.submission import PERIODS, Submission
from bot.office_hours import Hours
from bot.report_settings import Recipient, ReportSettings


def run(place: Path, people: list[tuple[str, str, str, str]]) -> None:
    """Files a report, lets it come to light, adds to it and changes its receipt."""
    recipients = tuple(Recipient(id, name, route, key) for id, name, route, key in people)  # type: ignore[arg-type] # as given
    book = casebook(ReportSettings(recipients=recipients, level="sealed"), place, Hours())
    own, new = book.draw(), book.draw()
    book.file(Submission("other", (), "What happened.", "", PERIODS[0], "hr", (), True), own)
    book.release()
    if not (book.behind(own) and book.add(own, "More.") and book.change(own, new) and book.behind(new)):
        raise SystemExit("the receipt opened nothing")
    book.store.close()
