"""What filing a report costs, through the web page over real HTTP; and whether whoever asks meanwhile notices.

The server has a process of its own, with a real casebook on a real disk; its limits on how often somebody may file are lifted,
since one machine here is many people. Beside it stands what cannot be saved: deriving a receipt and sealing, computed alone.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bot import app
from bot.bench_reports.report import lines
from bot.bench_reports.rounds import Plan, measure
from bot.config import Settings
from bot.report_settings import FALLBACK, HR, Recipient, ReportSettings

__all__ = ["Plan", "run"]

READERS = (Recipient("hr", "Hana Ruiz", HR), Recipient("independent", "Ada Clerk", FALLBACK))


def run(settings: Settings, plan: Plan, progress: app.Progress) -> Iterator[str]:
    """The table, line by line; what is kept while measuring is thrown away.

    Raises KnowledgeBaseError or CatalogueError where the data files have mistakes, and OSError where a server does not start.
    """
    app.knowledge_base(settings, progress=progress)  # fitted before anything is timed
    # On the same disk, since reports are kept there.
    with tempfile.TemporaryDirectory(prefix="bench-reports-", dir=settings.state) as name:
        state = Path(name)
        shutil.copytree(settings.state / "weights", state / "weights")
        reports = ReportSettings(recipients=READERS, local=True)
        own = replace(settings, state=state, local=False, secret=b"a bench keeps no secrets", reports=reports)
        found = asyncio.run(measure(own, plan, progress))
    yield from lines(plan, found)
