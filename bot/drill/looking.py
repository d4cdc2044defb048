"""Where a drill is looked for: the data directory, what is temporary, what was named, and databases elsewhere."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.app import KEY_FILE
from bot.config import Settings
from bot.drill.canary import Canary
from bot.drill.digests import Digests
from bot.drill.places import Source, Walk
from bot.drill.search import Hit, Search
from bot.drill.tables import Tables
from bot.drill.unpacking import Shut

STDIN = Path("-")
# Clocks of file systems may be behind; in seconds.
MARGIN = 60.0
# Where programs that stand in front of the bot write, as they are installed by default.
_USUAL = ("nginx", "caddy", "apache2", "httpd", "haproxy.log", "traefik", "journal")
LOGS = tuple(Path("/var/log", name) for name in _USUAL)


@dataclass(frozen=True)
class Place:
    """What was searched: what it is, its path or name, how many files (or tables) and bytes; how many files were not read since
    nothing was changed in them, and how many links were not followed."""

    what: str
    path: str
    files: int
    bytes: int
    unchanged: int = 0
    links: int = 0


@dataclass
class Looked:
    """What a search came to. `near_by` are logs of this machine that nobody named."""

    places: list[Place] = field(default_factory=list)
    hits: dict[Hit, None] = field(default_factory=dict)
    shut: Shut = field(default_factory=dict)
    near_by: tuple[str, ...] = ()


Say = Callable[[str], None]


def look(canary: Canary, settings: Settings, named: Sequence[Path], own: Sequence[Path], say: Say) -> Looked:
    """Looks for what is left of a drill. `own` are files that hold it rightly; `say` is told of each place before it is read."""
    looking = _Looking(canary, settings, own)
    for what, path in _places(settings, named):
        say(f"searching {path} …")
        if path == STDIN:
            looking.piped(what)
        else:
            looking.files(what, path)
    for name, url in (("DATABASE_URL", settings.database_url), ("REPORTS_DATABASE_URL", settings.reports.database_url)):
        if url:
            say(f"searching the database of {name} …")
            looking.database(name, url)
    looking.found.near_by = tuple(_near_by(named))
    return looking.found


class _Looking:
    """One search over many places."""

    def __init__(self, canary: Canary, settings: Settings, own: Sequence[Path]) -> None:
        receipts = [canary.receipt.split()] if canary.receipt else []
        self._search = Search(canary.marks, Digests([canary.ids], _secrets(settings)), receipts)
        self._since = canary.made - MARGIN
        self._known = {(about.st_dev, about.st_ino) for about in (path.stat() for path in own)}
        self.found = Looked()

    def piped(self, what: str) -> None:
        """What comes on standard input."""
        size = self._read([Source("standard input", path=Path("/dev/stdin"))])
        self.found.places.append(Place(what, "standard input", 1, size))

    def files(self, what: str, path: Path) -> None:
        """A file, or all below a directory."""
        walk = Walk(path.resolve(), str(path), self._since, self.found.shut, self._known)
        if path.is_dir() or path.is_file():
            self._read(walk.sources())
        else:
            self.found.shut[str(path)] = "neither a file nor a directory" if path.exists() else "there is none on this machine"
        self.found.places.append(Place(what, str(path), walk.files, walk.bytes, walk.unchanged, walk.links))

    def database(self, name: str, url: str) -> None:
        """A database elsewhere."""
        tables = Tables(url, name, self.found.shut)
        size = self._read(tables.sources())
        self.found.places.append(Place("database", name, tables.count, size))

    def _read(self, sources: Iterable[Source]) -> int:
        looked = self._search.look(sources)
        for hit in looked.hits:
            self.found.hits.setdefault(hit)
        self.found.shut |= looked.shut
        return looked.bytes


def _places(settings: Settings, named: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    yield "data directory", settings.state
    yield "temporary files", Path(tempfile.gettempdir())
    yield from (("named", path) for path in named)


def _secrets(settings: Settings) -> list[bytes]:
    """What the program could have salted a digest with, as far as it can be read here."""
    found = [settings.secret] if settings.secret else []
    try:
        return [*found, (settings.records / KEY_FILE).read_bytes()]
    except OSError:
        return found


def _near_by(named: Sequence[Path]) -> Iterator[str]:
    reached = [path.resolve() for path in named if path != STDIN]
    for log in LOGS:
        if os.path.lexists(log) and not any(log.resolve().is_relative_to(path) for path in reached):
            yield str(log)
