"""The page "To be deleted" of the case room: what is due, proposed to whoever may read it, and deleted once they confirm."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from aiohttp import web

from bot.case_access import PATH
from bot.case_keeping import CaseKeeping, Due, Proposed
from bot.casebook.keeping import Disposed
from bot.caseroom import Locked
from bot.channels.web.cases_border import Answer, Border, NotOurs, Seat
from bot.channels.web.cases_shapes import Deleted, DueLine, ToBeDeleted, Unlock
from bot.channels.web.posts import numbered
from bot.citation import date
from bot.journeys.case_refusals import NotToBeDeleted
from bot.sentences import sentence
from bot.threads import InThread

DUE = f"{PATH}/to-be-deleted"
# What a ticked case is called in the form, before its id; its value is the version that was seen.
TICKED = "case-"
SURE = "sure"
NONE_TICKED = "Please tick what is to be deleted. Nothing was deleted."
NOT_SURE = "Please confirm at the end of the page that it is to be deleted for good. Nothing was deleted."
LOCKED = "The reports were locked meanwhile, so nothing was deleted."
PROPOSED = (
    "These cases are concluded, and the time that their retention code gives has passed. They stay until somebody deletes them."
)
NOTHING = "Nothing that you see is due. A case is due once it is concluded and the time that its retention code gives has passed."
NO_SCHEDULE = (
    "No retention schedule is set up, so nothing is ever proposed here. It is your organisation's own: whoever runs the program "
    "writes it under [[reports.retention]] of clausebot.toml."
)


class KeepingPages:
    """The page and what it does, within the border of the case room."""

    def __init__(self, border: Border, keeping: CaseKeeping, in_book: InThread) -> None:
        self._border = border
        self._keeping = keeping
        self._in_book = in_book

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """The page, and its form."""
        return (
            web.get(DUE, self._border.bordered(self._due)),
            web.post(DUE, self._border.bordered(self._dispose)),
        )

    async def _due(self, request: web.Request) -> Answer:
        seat, cookie = await self._border.seated(request)
        return await self._page(seat, cookie)

    async def _dispose(self, request: web.Request) -> Answer:
        """Deletes the cases that are ticked, all or none; what cannot be done leaves them ticked."""
        seat, cookie, sent = await self._border.posted(request)
        versions = _ticked(sent)
        if not versions or sent.get(SURE) != "yes":
            return await self._page(seat, cookie, NOT_SURE if versions else NONE_TICKED, versions, 422)
        try:
            made = await self._in_book(self._keeping.dispose, seat.reader, seat.readers, versions)
        except Locked:
            return self._border.shown(Unlock(LOCKED), seat, cookie, 409)
        except NotToBeDeleted as refused:
            return await self._page(seat, cookie, sentence(refused), versions, 409)
        return self._border.shown(deleted(made), seat, cookie)

    async def _page(self, seat: Seat, cookie: str, problem: str = "", ticked: Collection[str] = (), status: int = 200) -> Answer:
        try:
            due = await self._in_book(self._keeping.due, seat.reader, seat.readers)
        except Locked:
            return self._border.shown(Unlock(), seat, cookie)
        return self._border.shown(to_be_deleted(due, ticked, problem), seat, cookie, status)


def to_be_deleted(due: Due, ticked: Collection[str] = (), problem: str = "") -> ToBeDeleted:
    """The page; `ticked` are the ids of cases that somebody has ticked already."""
    told = PROPOSED if due.cases else NOTHING if due.schedules else NO_SCHEDULE
    return ToBeDeleted(DUE, told, [_line(each, ticked) for each in due.cases], problem)


def deleted(made: Sequence[Disposed]) -> Deleted:
    """What the disposition log says of a deletion: to whom it was shown what there was, and to nobody else."""
    return Deleted([(each.id, date(each.day), each.schedule) for each in made])


def _line(each: Proposed, ticked: Collection[str]) -> DueLine:
    case = each.row.case
    line = f"{each.schedule.label} · due since {date(each.since)}"
    return DueLine(case.id, f"{TICKED}{case.id}", each.row.label, case.version, line, case.id in ticked)


def _ticked(sent: Mapping[str, str]) -> dict[str, int]:
    """The versions of the cases that are ticked, by id. Raises NotOurs."""
    found = {}
    for name, version in sent.items():
        if name.startswith(TICKED):
            seen = numbered(version)
            if seen is None:
                raise NotOurs
            found[name.removeprefix(TICKED)] = seen
    return found
