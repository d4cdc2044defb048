"""What a turn's view becomes in Slack: a message's content, or a dialog that is opened at once and then filled."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping

from bot.answering import ASKING
from bot.channels import NO_NUMBER, DeliveryError, apology, refused
from bot.channels.slack import render
from bot.channels.slack.api import CHANNEL, PERSISTENT, Api, Json
from bot.channels.slack.payloads import text_at, user_of
from bot.channels.slack.people import People
from bot.dispatcher import Dispatcher
from bot.logs import correlation, place
from bot.metrics import FAILED
from bot.people import Sender
from bot.seals import sealing, submitted
from bot.tokens import ForgedButton
from bot.turns import Submitted, Turn
from bot.views import View

_PRESS_AGAIN = {"response_type": "ephemeral", "text": "Slack did not open the form in time. Please press again."}
log = logging.getLogger(__name__)


class Showing:
    """Asks the dispatcher, and gives its view in the form that `how` makes of it."""

    def __init__(self, door: Dispatcher, api: Api, people: People) -> None:
        self._door = door
        self._api = api
        self._people = people

    async def answered(self, turn: Turn, body: Json, how: Callable[[View], Json]) -> Json:
        """What the dispatcher answers to a turn without a form; guests are not offered one in it either."""
        view = await self._view(turn, self._people.sender(body))
        if view.forms and await self._people.is_guest(user_of(body)):
            view = view.without_forms(but=ASKING)
        return self._rendered(view, how)

    async def formed(self, turn: Turn, body: Json, how: Callable[[View], Json]) -> Json:
        """What the dispatcher answers to a turn with a form, from staff or not."""
        untold = self._door.untold(turn)
        sender = await self._people.sender_of_form(body, untold=untold)
        return self._rendered(await self._view(turn, sender, untold=untold), how, untold=untold)

    async def sent(self, form: str, values: Mapping[str, str], sealed: str, body: Json) -> Json:
        """The dialog that answers a form; one whose state was not sealed here, or for another form, is refused."""
        try:
            turn = submitted(self._door.tokens, form, values, sealed)
        except ForgedButton as forged:
            return self.modal(refused(forged))
        return await self.formed(turn, body, self.modal)

    def modal(self, view: View) -> Json:
        """The view as a dialog, in which there is nothing to share with."""
        return render.modal(view.without_action("share"), sealing(self._door.tokens))

    def _rendered(self, view: View, how: Callable[[View], Json], *, untold: bool = False) -> Json:
        try:
            return how(view)
        except Exception as error:  # noqa: BLE001 - as below
            return how(self._failed(error, untold=untold))

    async def _view(self, turn: Turn, sender: Sender, *, untold: bool = False) -> View:
        """What the dispatcher answers; the apology where it fails."""
        try:
            return await self._door.handle(turn, sender)
        except Exception as error:  # noqa: BLE001 - said kindly, logged once, without content
            return self._failed(error, untold=untold)

    def _failed(self, error: Exception, *, untold: bool) -> View:
        """The apology. `untold` for a turn of which nothing may be logged or counted: a report's, or a case's."""
        if untold:
            self._door.reporting.failed()
            return apology(NO_NUMBER)
        FAILED.labels(CHANNEL).inc()
        log.error("turn failed: %s", place(error))
        return apology(correlation())

    async def dialog(self, body: Json, turn: Turn, values: Mapping[str, str] | None = None) -> None:
        """Shows the view in a dialog: at once a light one, since the right to open it lasts three seconds, then filled."""
        which, untold = {"view_id": text_at(body, "view", "id")}, self._door.untold(turn)
        opening = None
        if text_at(body, "view", "type") != "modal":
            which = {"external_id": secrets.token_hex(8)}
            opening = asyncio.ensure_future(self._open(text_at(body, "trigger_id"), which["external_id"], untold=untold))
        shown = await self.formed(turn, body, lambda view: self.modal(view.filled(values or {})))
        if opening and not await opening:
            url = text_at(body, "response_url")
            if url:
                pressing = self._api.respond(url, {**_PRESS_AGAIN, "replace_original": False}, untold=untold)
                await self._delivered(pressing, untold=untold)
            return
        await self._delivered(self._api.call("views.update", {**which, "view": shown}, untold=untold), untold=untold)

    async def late(self, form: str, values: Mapping[str, str], view_id: str, shown: Json) -> None:
        """Shows what comes of a form in its dialog, which was acknowledged before; a receipt stands nowhere else."""
        untold = self._door.untold(Submitted(form, values))
        arguments = {"view_id": view_id, "view": shown}
        await self._delivered(self._api.call("views.update", arguments, attempts=PERSISTENT, untold=untold), untold=untold)

    async def _delivered(self, call: Awaitable[object], *, untold: bool) -> None:
        """Raises DeliveryError, but of an `untold` turn only counts for the day that it failed."""
        try:
            await call
        except DeliveryError:
            if not untold:
                raise
            self._door.reporting.failed()

    async def _open(self, trigger: str, name: str, *, untold: bool) -> bool:
        """Opens the light dialog; False where Slack refuses. A lost answer may mean that it is open, so it is filled then too."""
        try:
            arguments = {"trigger_id": trigger, "view": render.waiting(name)}
            await self._api.call("views.open", arguments, attempts=1, untold=untold)
        except DeliveryError as error:
            if untold:
                self._door.reporting.failed()
            else:
                log.warning("not delivered: %s", error)
            return not error.permanent
        return True


def unshared(how: Callable[[View], Json]) -> Callable[[View], Json]:
    """The same rendering where there is nothing to share with."""
    return lambda view: how(view.without_action("share"))
