"""People who do not exist. Each of their facts holds a mark that nothing else holds, so that finding a mark is finding a leak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# What is known of a sender for the length of one request, by kind: the mark in it. Letters beyond ASCII show what was escaped.
IDENTITY: Mapping[str, str] = {
    "user id": "U0CANARYKEA",
    "login": "canarykea.login",
    "name": "Zoë Canaryfield",
    "e-mail": "canarymail@n",
    "aadObjectId": "c0ffee00-cafe-4bad-8000-",
    "teams account": "29:1canaryteal",
    "channel": "D0CANARYEMU",
    "conversation": "a:1canaryrook",
    "response_url": "canaryhook",
    "trigger_id": "9630.canarytrig",
    "view id": "V0CANARYJAY",
    "view hash": "1795183331.canaryhash",
    "activity id": "f:canaryactivity",
    "event id": "Ev0CANARYAUK",
    "client": "canary-Locale-QX",
    "IP": "203.0.113.77",
    "user agent": "CanaryAgent/7.13",
    "cookie": "canarycookie",
    "sent at": "14:02:11.123",
}
# The organisation's own, which everybody in it has.
PLACE: Mapping[str, str] = {"team": "T0CANARYOWL", "tenant": "c0ffee11-cafe-4bad-8001-"}
# Words of what is written; what, where and who else.
TEXT: Mapping[str, str] = {"what": "zebrafinch", "where": "quokkaberry", "also": "marimbasolstice"}
SENT_AT = "2026-11-20T14:02:11.123Z"


@dataclass(frozen=True)
class Canary:
    """Somebody made up: facts by kind. What is `hidden` holds the marks; the rest only looks alike, where it may be known."""

    number: int
    hidden: frozenset[str] = frozenset({"identity", "text"})
    facts: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        own = {kind: f"{mark}{self.number}" for kind, mark in {**IDENTITY, **TEXT}.items()}
        own |= {
            "IP": IDENTITY["IP"],
            "e-mail": f"{IDENTITY['e-mail']}{self.number}.city.example",
            "aadObjectId": f"{IDENTITY['aadObjectId']}{self.number:012x}",
            "sent at": SENT_AT,
            "team": PLACE["team"],
            "tenant": f"{PLACE['tenant']}000000000001",
        }
        if "identity" not in self.hidden:
            own |= {kind: _known(own[kind]) for kind in (*IDENTITY, "tenant")}
        if "text" not in self.hidden:
            own |= dict.fromkeys(TEXT, f"plain words {self.number}")
        object.__setattr__(self, "facts", own)

    def __getitem__(self, kind: str) -> str:
        return self.facts[kind]

    @property
    def ids(self) -> dict[str, str]:
        """What could stand in a digest: every fact that tells this person from others."""
        return {kind: value for kind, value in self.facts.items() if kind in IDENTITY and kind != "sent at"}


def _known(fact: str) -> str:
    """The same fact without its mark."""
    for mark, instead in (("CANARY", "LINNET"), ("canary", "linnet"), ("Canary", "Linnet"), ("c0ffee", "decade")):
        fact = fact.replace(mark, instead)
    return fact.replace("203.0.113.77", "198.51.100.7").replace("14:02:11.123", "13:00:00.000")


KNOWN_TENANT = _known(f"{PLACE['tenant']}000000000001")
