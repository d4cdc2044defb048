"""What each activity asks for, and the reply to it, in the place where the person is."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.channels import NO_NUMBER, apology, refused
from bot.channels.once import Deliveries
from bot.channels.teams import replies
from bot.channels.teams.arrival import TEAMS, Arrival, part, parts, text
from bot.channels.teams.render import summary
from bot.channels.teams.replies import NOTHING, Reply
from bot.channels.teams.roster import Roster
from bot.channels.teams.wording import from_html, spoken, tidy
from bot.config import MicrosoftSettings
from bot.dispatcher import Dispatcher
from bot.logs import correlation, place
from bot.metrics import FAILED
from bot.people import Account, Sender, Standing
from bot.records import Reference
from bot.seals import sealing, submitted
from bot.tokens import ForgedButton, Tokens
from bot.turns import Pressed, Said, Submitted, Turn
from bot.views import OPEN, View

CHANNEL = "teams"
NO_QUERY = "Type your question, in your own words."
# The tenant of an emulator that names none.
_LOCAL = "local"
NOTHING_FOUND = "No clause comes near this."
Surface = Callable[[View], Reply]
log = logging.getLogger(__name__)


class Conversation:
    """Answers activities by way of the dispatcher; `settings` is None in local mode, where everybody is staff.

    `roster` tells guests, of whom activities do not say that they are; without one only the activity is asked.
    """

    def __init__(self, door: Dispatcher, settings: MicrosoftSettings | None, roster: Roster | None) -> None:
        self._door = door
        self._roster = roster
        self._deliveries = Deliveries(door, CHANNEL)
        self._open = settings is None
        self._tenants = frozenset(tenant.lower() for tenant in settings.tenants) if settings else frozenset()

    async def reply(self, arrival: Arrival) -> Reply:
        """The reply to an activity; what nobody knows gets none."""
        match arrival.type:
            case "message":
                return await self._message(arrival)
            case "invoke":
                return await self._invoke(arrival)
            case "installationUpdate" | "conversationUpdate" if _arrives(arrival):
                return await self._welcome(arrival)
        return NOTHING

    async def remember(self, arrival: Arrival) -> None:
        """Keeps or forgets where somebody can be written to unasked.

        Only from a chat with the bot alone: an installation adds somebody, a message only keeps the place up to date. A press
        or a form does nothing here, in whatever way it comes: it must leave no trace.
        """
        if not arrival.personal or not arrival.person or self._named(arrival) is not Standing.STAFF:
            return
        if _leaves(arrival):
            await self._door.in_thread(self._door.ledger.forget, CHANNEL, arrival.person)
        elif _writes(arrival) and await self._looked_up(arrival) is Standing.STAFF:
            reference = Reference(CHANNEL, arrival.person, _place_of(arrival))
            new = arrival.type != "message"
            await self._door.in_thread(functools.partial(self._door.ledger.refer, reference, new=new))

    async def _message(self, arrival: Arrival) -> Reply:
        if arrival.filled:
            opens = text(arrival.value, "action", strict=False).startswith(OPEN)
            return await self._sent(arrival.value, arrival, self._in_place if opens else self._in_message)
        if not (arrival.personal or arrival.mentioned):
            return NOTHING
        if not await self._deliveries.is_new(arrival.conversation, arrival.id):
            return NOTHING
        words = spoken(arrival.text, arrival.mentions, arrival.bot)
        return await self._shown(Said(words) if words else Pressed("help"), arrival, replies.in_message)

    async def _invoke(self, arrival: Arrival) -> Reply:
        value = arrival.value
        data = part(value, "data", strict=False)
        match arrival.name:
            case "adaptiveCard/action":
                data = part(part(value, "action", strict=False), "data", strict=False)
                # In a chat between two the quote stays above; before others the answer is for the one who pressed.
                surface = replies.under_card if arrival.personal else replies.in_card
                return await self._sent(data, arrival, surface)
            case "task/fetch" | "task/submit" | "composeExtension/submitAction":
                return await self._sent(data, arrival, self._in_dialog)
            case "composeExtension/fetchTask":
                turn = Pressed(f"{OPEN}{text(value, 'commandId', strict=False)}")
                return await self._shown(turn, arrival, self._in_dialog, {"draft": _marked_message(value)})
            case "composeExtension/query":
                return await self._bordered(self._found(value), lambda view: replies.under_search(summary(view)))
        return NOTHING

    async def _found(self, value: Mapping[str, Any]) -> Reply:
        """The clauses for what was typed into the search box."""
        typed = next((each for each in parts(value, "parameters", strict=False) if each.get("name") != "initialRun"), {})
        query = tidy(text(typed, "value", strict=False))
        if not query:
            return replies.under_search(NO_QUERY)
        found = await self._door.found(query)
        return replies.in_results(found) if found else replies.under_search(NOTHING_FOUND)

    async def _welcome(self, arrival: Arrival) -> Reply:
        """Teams tells of one installation in two ways; it is greeted once."""
        if not await self._deliveries.is_new("welcome", arrival.conversation):
            return NOTHING
        return await self._shown(Pressed("home"), arrival, replies.in_message)

    async def _sent(self, data: Mapping[str, Any], arrival: Arrival, surface: Surface) -> Reply:
        """The reply to a button or a form; a form whose state was not sealed here, or for another form, is refused."""
        try:
            turn = _turn(data, self._door.tokens)
        except ForgedButton as forged:
            return surface(refused(forged))
        if surface != self._in_dialog and self._door.untold(turn):
            return await self._bordered(self._not_in_a_dialog(turn, arrival, surface), surface, untold=True)
        return await self._shown(turn, arrival, surface, _held(turn, data))

    async def _not_in_a_dialog(self, turn: Turn, arrival: Arrival, surface: Surface) -> Reply:
        sender = self._sender(arrival, await self._looked_up(arrival, untold=True))
        return surface(await self._door.not_in_a_dialog(turn, sender))

    def _in_dialog(self, view: View) -> Reply:
        return replies.in_dialog(view, sealing(self._door.tokens))

    def _in_place(self, view: View) -> Reply:
        return replies.in_plain_message(view, sealing(self._door.tokens))

    def _in_message(self, view: View) -> Reply:
        """To a client without dialogs; a form with a state cannot be opened anew, so it is filled in its place."""
        return self._in_place(view) if any(form.state for form in view.forms) else replies.in_message(view)

    async def _shown(self, turn: Turn, arrival: Arrival, surface: Surface, held: Mapping[str, str] | None = None) -> Reply:
        """The view for a turn, with these texts in its forms' fields."""
        untold = self._door.untold(turn)

        async def shown() -> Reply:
            looked_up = _is_about_forms(turn) or arrival.name.startswith("task/")
            standing = await self._looked_up(arrival, untold=untold) if looked_up else self._named(arrival)
            view = await self._door.handle(turn, self._sender(arrival, standing))
            return surface(view.filled(held or {}).without_action("share"))

        return await self._bordered(shown(), surface, untold=untold)

    async def _bordered(self, work: Awaitable[Reply], surface: Surface, *, untold: bool = False) -> Reply:
        """The channel's border: said kindly where the person is, logged once, without content. `untold` for a turn of which
        nothing may be logged or counted: a report's, or a case's."""
        try:
            return await work
        except Exception as error:  # noqa: BLE001 - whatever failed, somebody waits for an answer
            if untold:
                self._door.reporting.failed()
                return surface(apology(NO_NUMBER))
            FAILED.labels(CHANNEL).inc()
            log.error("turn failed: %s", place(error))
            return surface(apology(correlation()))

    def _sender(self, arrival: Arrival, standing: Standing) -> Sender:
        """Who Teams says it is; of outsiders nothing more than that they are."""
        if standing is Standing.OUTSIDER or not arrival.person:
            return Sender(CHANNEL, standing)
        profile = functools.partial(self._roster.profile, arrival) if self._roster else None
        return Sender(CHANNEL, standing, Account(CHANNEL, arrival.tenant or _LOCAL, arrival.person), profile)

    async def _looked_up(self, arrival: Arrival, *, untold: bool = False) -> Standing:
        """What the activity says, and for staff what Teams knows of them too."""
        standing = self._named(arrival)
        if standing is Standing.STAFF and self._roster and await self._roster.is_outsider(arrival, untold=untold):
            return Standing.OUTSIDER
        return standing

    def _named(self, arrival: Arrival) -> Standing:
        """What the activity says. Staff are members of a configured tenant; whoever does not seem one is an outsider."""
        if self._open:
            return Standing.STAFF
        ours = arrival.channel == TEAMS and bool(arrival.tenants) and arrival.tenants <= self._tenants
        return Standing.STAFF if ours and not arrival.guest else Standing.OUTSIDER


def _arrives(arrival: Arrival) -> bool:
    """Whether the bot was just added to a conversation."""
    return (arrival.type == "installationUpdate" and arrival.action == "add") or arrival.bot in arrival.joined - {""}


def _writes(arrival: Arrival) -> bool:
    """Whether somebody wrote words, or has the bot in a chat anew."""
    told = arrival.type == "message" and not arrival.filled
    return told or _arrives(arrival) or arrival.action == "add-upgrade"


def _is_about_forms(turn: Turn) -> bool:
    """Whether what is shown or done depends on who somebody is."""
    match turn:
        case Submitted():
            return True
        case Pressed(action):
            return action == "home" or action.startswith(OPEN)
    return False


def _leaves(arrival: Arrival) -> bool:
    """Whether the bot was just taken out of a conversation."""
    return (arrival.type == "installationUpdate" and arrival.action == "remove") or arrival.bot in arrival.left - {""}


def _turn(data: Mapping[str, Any], tokens: Tokens) -> Turn:
    """What a button or form of ours carries; another program's gives a turn that the dispatcher refuses kindly.

    Raises ForgedButton where a form's state was not sealed here.
    """
    form = text(data, "form", strict=False)
    if form:
        return submitted(tokens, form, _fields(form, data), text(data, "state", strict=False))
    return Pressed(text(data, "action", strict=False), text(data, "value", strict=False))


def _held(turn: Turn, data: Mapping[str, Any]) -> dict[str, str]:
    """What the card already holds for the form that is opened."""
    return _fields(turn.action.removeprefix(OPEN), data) if isinstance(turn, Pressed) else {}


def _fields(form: str, data: Mapping[str, Any]) -> dict[str, str]:
    begins = f"{form}."
    return {key.removeprefix(begins): text(data, key, strict=False) for key in data if key.startswith(begins)}


def _marked_message(value: Mapping[str, Any]) -> str:
    """The text of the message that an action was called on; empty where it was called on none."""
    body = part(part(value, "messagePayload", strict=False), "body", strict=False)
    content = text(body, "content", strict=False)
    return from_html(content) if text(body, "contentType", strict=False) == "html" else tidy(content)


def _place_of(arrival: Arrival) -> str:
    """What writing to somebody unasked needs, as JSON."""
    found = {
        "service_url": arrival.service,
        "conversation": arrival.conversation,
        "bot": arrival.bot,
        "tenant": min(arrival.tenants, default=""),
    }
    return json.dumps(found, sort_keys=True)
