"""What a drill found, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from bot.config import Settings
from bot.drill.canary import MOMENT, VISIT
from bot.drill.looking import Looked, Place
from bot.drill.search import Hit

BEGUN = (
    "Filed a drill at {}.\n"
    "It stays as a report, which HR sees at a later window: it begins with “This is a drill of the program”, and may be "
    "concluded as “outside the policy”."
)
LATER = (
    "What is written later: logs that wait in memory, logs that are turned over, tonight’s backup. Keep what to look for with "
    "--keep FILE, and look again with --again FILE --search PATH."
)
LIMITS = (
    "What stands on other machines: a proxy, a load balancer, a firewall, a content network, a collector of logs. Bring its log "
    "here and name it with --search, or pipe it in: --again FILE --search -",
    LATER,
    "Memory, swap, crash dumps; what a disk, a snapshot or a file system keeps of files that are deleted.",
    "What is encrypted, or packed with a password, zstd, lz4, 7-Zip or RAR.",
    "Slack and Microsoft: the drill goes through the web page alone, and what they keep inside nobody else can search.",
)
DATABASE = "Of PostgreSQL its log, its write-ahead log and archives of it, replicas, snapshots, and rows that are deleted."
_WRITTEN = "What somebody writes, or their receipt, stands there in the open. Find what wrote it before anybody reports."
_VISITED = (
    "That somebody opened these pages is kept there, with the time. If it is the log of a proxy, switch it off for /report and "
    "/receipt: docs/proxy.md"
)
_TIMED = (
    "The casebook keeps a day alone, and sets back the date of its file: what else writes to it, or a file system that takes no "
    "dates, gives away when somebody wrote."
)
_GROUPS = {
    "written": ("FOUND, what was written:", _WRITTEN),
    "moment": ("FOUND, when it was written:", _TIMED),
    "visit": ("FOUND, that somebody was here:", _VISITED),
}
_MOST_KINDS = 4


@dataclass(frozen=True)
class Told:
    """A drill to be told of: where it was filed, or since when it is looked for; what went wrong; and what was found."""

    begun: str
    looked: Looked
    wrong: Sequence[str] = ()
    noticed: Sequence[str] = ()
    limits: Sequence[str] = ()

    @property
    def found(self) -> bool:
        """Whether anything was found, or noticed on the way."""
        return bool(self.looked.hits or self.noticed)

    @property
    def well(self) -> bool:
        """Whether all of it was done, and nothing found."""
        return not (self.found or self.wrong)


def limits(settings: Settings) -> Sequence[str]:
    """What cannot be searched from here."""
    return (*LIMITS, DATABASE) if settings.database_url or settings.reports.database_url else LIMITS


def lines(told: Told) -> Iterator[str]:
    """For people: what was searched, what could not be, what was found, what to do."""
    yield told.begun
    yield from (f"BUT: {each}" for each in told.wrong)
    yield ""
    yield "Searched:"
    yield from (f"  {place.what:16} {place.path}  ({_size(place)})" for place in told.looked.places)
    yield from _listed("Could not be read, or not whole:", (f"{where}: {why}" for where, why in told.looked.shut.items()))
    yield from _listed(
        "Stands on this machine, and was not named:", (f"{path}  (--search {path})" for path in told.looked.near_by)
    )
    yield from _listed("Cannot be searched from here:", told.limits)
    yield ""
    yield from _found(told)


def _size(place: Place) -> str:
    unit = "table" if place.what == "database" else "file"
    parts = [f"{place.files:,} {unit}{'s' * (place.files != 1)}, {place.bytes:,} bytes"]
    if place.unchanged:
        parts.append(f"{place.unchanged:,} unchanged since before the drill, not read")
    if place.links:
        parts.append(f"{place.links:,} link{'s' * (place.links != 1)} not followed")
    return "; ".join(parts)


def _found(told: Told) -> Iterator[str]:
    for shows, (heading, advice) in _GROUPS.items():
        hits = [hit for hit in told.looked.hits if _shows(hit) == shows]
        if hits:
            yield heading
            yield from _by_place(hits)
            yield f"  {advice}"
    yield from (f"FOUND: {each}" for each in told.noticed)
    if not told.found:
        yield "Nothing of it was found in what was searched."


def _by_place(hits: Sequence[Hit]) -> Iterator[str]:
    for where in dict.fromkeys(hit.where for hit in hits):
        here = [hit for hit in hits if hit.where == where]
        kinds = dict.fromkeys(f"{hit.kind} ({hit.how})" for hit in here)
        more = f" and {len(kinds) - _MOST_KINDS} more" if len(kinds) > _MOST_KINDS else ""
        yield f"  {where}, byte {min(hit.at for hit in here):,}: {', '.join(list(kinds)[:_MOST_KINDS])}{more}"


def _listed(heading: str, lines: Iterable[str]) -> Iterator[str]:
    listed = list(lines)
    if listed:
        yield heading
        yield from (f"  {line}" for line in listed)


def as_json(told: Told) -> str:
    """One object: `ok`, `begun`, `wrong`, `searched`, `unread`, `unnamed`, `limits`, `noticed`, and `found`, each with `kind`,
    `shows` (`written`, `moment` or `visit`), `how`, `where` and `byte`."""
    said = {
        "ok": told.well,
        "begun": told.begun,
        "wrong": [*told.wrong],
        "searched": [asdict(place) for place in told.looked.places],
        "unread": [{"where": where, "why": why} for where, why in told.looked.shut.items()],
        "unnamed": [*told.looked.near_by],
        "limits": [*told.limits],
        "noticed": [*told.noticed],
        "found": [_as_found(hit) for hit in told.looked.hits],
    }
    return json.dumps(said, ensure_ascii=False)


def _as_found(hit: Hit) -> dict[str, object]:
    return {"kind": hit.kind, "shows": _shows(hit), "how": hit.how, "where": hit.where, "byte": hit.at}


def _shows(hit: Hit) -> str:
    return "visit" if hit.kind in VISIT else "moment" if hit.kind == MOMENT else "written"
