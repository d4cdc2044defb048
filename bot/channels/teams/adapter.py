"""Botbuilder's adapter with our way of sending, and the activities that it is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity, ActivityTypes, Attachment, ChannelAccount, ConversationAccount, ResourceResponse

from bot.channels.teams.arrival import Arrival
from bot.channels.teams.connector import Connector
from bot.channels.teams.render import CONTENT_TYPE, Json
from bot.channels.teams.replies import Message

Logic = Callable[[TurnContext], Awaitable[None]]


class Adapter(CloudAdapter):  # type: ignore[misc] # botbuilder ships no types
    """Posts with the turn's connector, instead of a client that stops the event loop to fetch a token."""

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        """What Teams answers to each activity; the answer to an invoke is put aside for `process_activity`.

        Raises DeliveryError.
        """
        answers = []
        for activity in activities:
            id = ""
            if activity.type == ActivityTypes.invoke_response:
                context.turn_state[self._INVOKE_RESPONSE_KEY] = activity
            else:
                connector: Connector = context.turn_state[self.BOT_CONNECTOR_CLIENT_KEY]
                id = await connector.post(activity.conversation.id, _as_json(activity), activity.reply_to_id or "")
            answers.append(ResourceResponse(id=id))
        return answers


def incoming(arrival: Arrival) -> Activity:
    """What botbuilder must know of an activity: no content."""
    return Activity(
        type=arrival.type,
        id=arrival.id or None,
        name=arrival.name or None,
        channel_id=arrival.channel or None,
        service_url=arrival.service,
        from_property=ChannelAccount(id=arrival.account or None),
        recipient=ChannelAccount(id=arrival.bot or None),
        conversation=ConversationAccount(id=arrival.conversation, conversation_type=arrival.kind),
    )


def outgoing(message: Message) -> Activity:
    """A card as a message. It has no text of its own, which Teams would show above the card once more."""
    return Activity(
        type=ActivityTypes.message,
        summary=message.summary,
        attachments=[Attachment(content_type=CONTENT_TYPE, content=message.card)],
    )


def invoke_response(body: Json) -> Activity:
    """What answers an invoke, in the form in which botbuilder hands it back."""
    return Activity(type=ActivityTypes.invoke_response, value=InvokeResponse(status=200, body=body))


def _as_json(activity: Activity) -> dict[str, Any]:
    """The activity as it is posted. Cards are JSON already; msrest would copy them leaf by leaf, evaluating strings."""
    attachments = activity.attachments or []
    activity.attachments = None
    posted: dict[str, Any] = activity.serialize()
    posted["attachments"] = [{"contentType": each.content_type, "content": each.content} for each in attachments]
    return posted
