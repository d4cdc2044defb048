"""The case room inside a dialog: what a press or a form of somebody who may read does, through the same room as on the web.

What is shown leads to cases by handles alone, and what was typed is never lost: a form that was not kept comes back filled.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.case_access import Seat
from bot.case_handles import ForgedHandle, Handles, OldHandle
from bot.caseroom import Caseroom, KeyLost, Shown
from bot.database import DatabaseGone
from bot.journeys import case_asking, case_words, casework
from bot.journeys.case_asking import CASE, OPEN_ROOM, ROOM, Asked
from bot.journeys.case_refusals import NoSuchCase, Outdated, Refused, Unfilled
from bot.journeys.case_table import Act
from bot.journeys.cases import Wanted
from bot.journeys.casework import ACT, LIST, TAKE, WEB
from bot.journeys.hr import case_link
from bot.sentences import sentence
from bot.threads import InThread
from bot.turns import Pressed, Submitted, Turn
from bot.views import Block, Button, Form, Text, View, view


@dataclass(frozen=True)
class Dialogs:
    """Over the room. `in_book` runs what needs the casebook; `link` gives a reader (by id) an address of the web page; `failed`
    counts for the day."""

    room: Caseroom
    in_book: InThread
    handles: Handles
    link: Callable[[str], Awaitable[str]]
    failed: Callable[[], None] = lambda: None

    async def answer(self, turn: Turn, seat: Seat) -> View:
        """The view. Raises ForgedHandle, NoSuchCase and DatabaseGone."""
        return self._sealed(await self._answered(turn, seat), seat)

    async def _answered(self, turn: Turn, seat: Seat) -> View:
        match turn:
            case Submitted(form, values, state) if form == ROOM:
                return await self._sent(values, state, seat)
            case Pressed(_, value) if value:
                try:
                    return await self._pressed(self.handles.read(value, seat.reader.id).split(" "), seat)
                except OldHandle as old:
                    return view(Text(sentence(old)), Button("All cases", OPEN_ROOM, f"{LIST} 0"))
        return await self._listed(seat)

    async def _pressed(self, wanted: Sequence[str], seat: Seat) -> View:
        match wanted:
            case [kind, page] if kind == LIST:
                return await self._listed(seat, int(page))
            case [kind, id, page] if kind == CASE:
                return casework.case(await self._opened(id, seat), int(page))
            case [kind, id, act] if kind == ACT:
                shown = await self._opened(id, seat)
                may = act in shown.offered
                return case_asking.asking(shown, Act(act)) if may else casework.case(shown, said=case_asking.NOT_NOW)
            case [kind, id, version] if kind == TAKE:
                return await self._taken(Asked(id, Act.TAKE, int(version)), seat)
            case [kind] if kind == WEB:
                return case_link(await self.link(seat.reader.id))
        raise ForgedHandle

    async def _listed(self, seat: Seat, page: int = 0, said: str = "") -> View:
        return casework.listed(await self.in_book(self.room.listed, seat.reader, seat.readers), page, said)

    async def _opened(self, id: str, seat: Seat) -> Shown:
        shown: Shown = await self.in_book(self.room.opened, seat.reader, seat.readers, id)
        return shown

    async def _taken(self, asked: Asked, seat: Seat) -> View:
        """The case after somebody wanted to take it; whoever pressed twice has it."""
        said = casework.KEPT
        try:
            await self._act(asked, {}, seat)
        except NoSuchCase:
            raise
        except Refused as refused:
            said = sentence(refused)
        shown = await self._opened(asked.case, seat)
        return casework.case(shown, said=casework.KEPT if shown.row.mine else said)

    async def _sent(self, values: Mapping[str, str], state: str, seat: Seat) -> View:
        """What comes of a form: it is kept, or comes back with what was typed."""
        try:
            asked = case_asking.read(self.handles.read(state, seat.reader.id))
        except OldHandle as old:
            return case_asking.again(case_asking.read(old.text), values, sentence(old))
        try:
            return await self._kept(asked, values, seat)
        except NoSuchCase:
            raise
        except (DatabaseGone, KeyLost) as gone:
            self.failed()
            return case_asking.again(asked, values, sentence(gone))
        except Exception:  # noqa: BLE001 - what was typed must not be lost, whatever fails; nothing of it may be told
            self.failed()
            return case_asking.again(asked, values, case_words.FAILED)

    async def _kept(self, asked: Asked, values: Mapping[str, str], seat: Seat) -> View:
        try:
            await self._act(asked, values, seat)
        except NoSuchCase:
            raise
        except Refused as refused:
            shown = await self._opened(asked.case, seat)
            if isinstance(refused, Outdated):
                return case_asking.outdated(asked, values, sentence(refused), shown)
            wrong = refused.fields if isinstance(refused, Unfilled) else ()
            return case_asking.again(asked, values, sentence(refused), shown, wrong)
        if asked.act is Act.RECUSE:
            return await self._listed(seat, said=casework.GIVEN_UP)
        return casework.case(await self._opened(asked.case, seat), said=casework.KEPT)

    async def _act(self, asked: Asked, values: Mapping[str, str], seat: Seat) -> None:
        """The act itself, through the room. Raises a Refused, and DatabaseGone."""
        wanted = Wanted(asked.act, asked.version, case_asking.texts(asked.act, values))
        await self.in_book(self.room.act, seat.reader, seat.readers, asked.case, wanted)

    def _sealed(self, shown: View, seat: Seat) -> View:
        """The view with a handle in the place of everything that leads to a case."""

        def sealed(block: Block) -> Block:
            match block:
                case Button(_, action, value) if action == OPEN_ROOM:
                    return replace(block, value=self.handles.made(value, seat.reader.id))
                case Form(state=state) if state:
                    return replace(block, state=self.handles.made(state, seat.reader.id))
            return block

        return View(tuple(map(sealed, shown.blocks)))
