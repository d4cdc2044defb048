"""One activity as it arrives: what is read of it, with every type checked once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

TEAMS = "msteams"


class BadActivity(Exception):
    """What came in is no activity that anybody can answer."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody mentioned in a message, and the markup that stands for it there."""

    account: str
    markup: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """An activity, as far as it is read; a text that is missing is empty.

    `name` belongs to an invoke, `action` to an installation, `kind` to a conversation (personal, groupChat, channel);
    `account` is the writer's id for this bot, `person` the one that stays; `tenant` is theirs, `tenants` are all that are
    named; `value` is what was pressed, sent or asked for, `digest` tells one value from another.
    """

    type: str
    id: str
    name: str
    action: str
    channel: str
    service: str
    kind: str
    conversation: str = field(repr=False)
    account: str = field(repr=False)
    person: str = field(repr=False)
    bot: str
    tenant: str
    tenants: frozenset[str]
    guest: bool
    text: str = field(repr=False)
    mentions: tuple[Mention, ...] = field(repr=False)
    joined: frozenset[str] = field(repr=False)
    left: frozenset[str] = field(repr=False)
    value: Mapping[str, Any] = field(repr=False)
    digest: str = field(repr=False)

    @property
    def personal(self) -> bool:
        """Whether nobody but the writer reads the conversation."""
        return self.kind == "personal"

    @property
    def filled(self) -> bool:
        """Whether a message is a button or a form, as clients without dialogs send it."""
        return self.type == "message" and ("action" in self.value or "form" in self.value)

    @property
    def mentioned(self) -> bool:
        """Whether the message mentions this bot."""
        return any(mention.account == self.bot for mention in self.mentions)


def read(body: object) -> Arrival:
    """The activity in this JSON.

    Raises BadActivity where a part that counts is missing or of another type.
    """
    if not isinstance(body, dict):
        raise BadActivity
    sender, conversation = part(body, "from"), part(body, "conversation")
    value, tenants = part(body, "value", strict=False), _tenants(body, conversation, sender)
    arrival = Arrival(
        type=text(body, "type"),
        id=text(body, "id"),
        name=text(body, "name"),
        action=text(body, "action", strict=False),
        channel=text(body, "channelId"),
        service=text(body, "serviceUrl"),
        kind=_kind(conversation),
        conversation=text(conversation, "id"),
        account=text(sender, "id"),
        person=text(sender, "aadObjectId") or text(sender, "id"),
        bot=text(part(body, "recipient"), "id"),
        tenant=next(filter(None, tenants), ""),
        tenants=frozenset(filter(None, tenants)),
        guest=is_guest(sender) or not text(sender, "aadObjectId"),
        text=text(body, "text"),
        mentions=tuple(_mentions(parts(body, "entities"))),
        joined=frozenset(text(each, "id") for each in parts(body, "membersAdded")),
        left=frozenset(text(each, "id") for each in parts(body, "membersRemoved")),
        value=value,
        digest=hashlib.sha256(json.dumps(value).encode()).hexdigest(),
    )
    if not (arrival.type and arrival.service and arrival.conversation):
        raise BadActivity
    return arrival


def text(container: Mapping[str, Any], key: str, *, strict: bool = True) -> str:
    """A text of this JSON object, always one that can be stored and sent; empty where there is none.

    Raises BadActivity where it is something else, unless not `strict`.
    """
    found = container.get(key)
    if isinstance(found, str):
        # JSON may hold halves of surrogate pairs, which no database and no HTTP takes.
        return found.encode("utf-8", "replace").decode()
    if found is not None and strict:
        raise BadActivity
    return ""


def part(container: Mapping[str, Any], key: str, *, strict: bool = True) -> Mapping[str, Any]:
    """An object within this JSON object; empty where there is none.

    Raises BadActivity where it is something else, unless not `strict`.
    """
    found = container.get(key)
    if isinstance(found, dict):
        return found
    if found is not None and strict:
        raise BadActivity
    return {}


def parts(container: Mapping[str, Any], key: str, *, strict: bool = True) -> list[Mapping[str, Any]]:
    """The objects in a list of this JSON object; what is no object is left out.

    Raises BadActivity where it is no list, unless not `strict`.
    """
    found = container.get(key)
    if isinstance(found, list):
        return [each for each in found if isinstance(each, dict)]
    if found is not None and strict:
        raise BadActivity
    return []


def is_guest(account: Mapping[str, Any]) -> bool:
    """Whether this account, of an activity or of a roster, says that it is a guest's."""
    role = text(account, "userRole", strict=False) or text(account, "role", strict=False)
    external = "#ext#" in text(account, "userPrincipalName", strict=False).lower()
    return external or role.lower() in ("guest", "anonymous")


def _kind(conversation: Mapping[str, Any]) -> str:
    """Emulators leave out the kind of a conversation between two."""
    kind = text(conversation, "conversationType")
    return kind or ("groupChat" if conversation.get("isGroup") else "personal")


def _tenants(body: Mapping[str, Any], conversation: Mapping[str, Any], sender: Mapping[str, Any]) -> list[str]:
    """The tenants that are named, the writer's own first; one that is not named is empty."""
    tenant = part(part(body, "channelData", strict=False), "tenant", strict=False)
    named = (text(sender, "tenantId", strict=False), text(tenant, "id", strict=False), text(conversation, "tenantId"))
    return [each.lower() for each in named]


def _mentions(entities: Iterable[Mapping[str, Any]]) -> Iterable[Mention]:
    for entity in entities:
        if entity.get("type") == "mention":
            mentioned = part(entity, "mentioned", strict=False)
            yield Mention(text(mentioned, "id", strict=False), text(entity, "text", strict=False))
