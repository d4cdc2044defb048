"""Plants the leaks of `leaks` around the running objects of a process. Nothing of this is in the program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from bot.attachments import Attachment
from bot.channels.web.report_render import REPORT
from bot.dispatcher import Dispatcher
from bot.people import Account, Sender
from bot.turns import Said, Submitted, Turn
from bot.views import View
from tests.canary.leaks import AFTERWARDS, ALL, IN_DIALOG, IN_FILE, ON_PAGE, SEEN


def plant(switched: Callable[[], str]) -> None:
    """Wraps the door, the requests and Slack's dialogs; `switched` names the leak that is on."""
    _plant_in_door(switched)
    _plant_at_the_rim()
    _plant_in_dialogs(switched)
    _plant_at_hr(switched)


def _plant_in_door(switched: Callable[[], str]) -> None:
    handle = Dispatcher.handle

    async def leaking(self: Dispatcher, turn: Turn, sender: Sender) -> View:
        account = sender.account or Account("", "", "")
        SEEN.door, SEEN.who, SEEN.text = self, account.id, _words(turn)
        shown = SEEN.shown = await handle(self, turn, sender)
        on = ALL.get(switched())
        # Before there is a text nothing is worth leaking, and the moment that counts is that of sending.
        if on and (SEEN.text or on[0] in AFTERWARDS):
            done = on[0](SEEN)
            if done is not None:
                await done
        return shown

    Dispatcher.handle = leaking  # type: ignore[method-assign]


def _words(turn: Turn) -> str:
    match turn:
        case Submitted(_, values):
            return " ".join(values.values()) if len("".join(values.values())) > 20 else ""
        case Said(text):
            return text
    return ""


def _plant_at_the_rim() -> None:
    from bot import server
    from bot.channels.slack.api import Api

    correlated, made = server._correlated, Api.__init__

    @web.middleware
    async def remembering(request: web.Request, handler: Any) -> web.StreamResponse:
        SEEN.headers = dict(request.headers)
        if request.path == REPORT:
            SEEN.reporter = SEEN.headers
        return await correlated(request, handler)

    def remembered(self: Api, *given: Any, **named: Any) -> None:
        made(self, *given, **named)
        SEEN.api = self

    server._correlated = remembering
    Api.__init__ = remembered  # type: ignore[method-assign]


def _plant_in_dialogs(switched: Callable[[], str]) -> None:
    from bot.channels.slack import render

    modal = render.modal

    def leaking(*given: Any, **named: Any) -> Any:
        drawn = modal(*given, **named)
        on = ALL.get(switched())
        return {**drawn, "private_metadata": SEEN.text} if on and on[0] is IN_DIALOG else drawn

    render.modal = leaking


def _plant_at_hr(switched: Callable[[], str]) -> None:
    from bot import attachments
    from bot.channels.web import cases_render

    document, cleaned = cases_render.document, attachments.cleaned

    def leaking(*given: Any, **named: Any) -> str:
        on = ALL.get(switched())
        told = f"<!-- {SEEN.reporter.get('User-Agent')} -->" if on and on[0] is ON_PAGE else ""
        return document(*given, **named) + told

    def as_they_came(files: Sequence[bytes]) -> tuple[Sequence[Attachment], Sequence[str]]:
        on = ALL.get(switched())
        found = [Attachment(f"file-{number}", "application/octet-stream", content) for number, content in enumerate(files)]
        return (found, ()) if on and on[0] is IN_FILE else cleaned(files)

    cases_render.document, attachments.cleaned = leaking, as_they_came  # type: ignore[assignment]
