"""Who may enter the case room: a link that holds once, for ten minutes, and then a session that ends after thirty idle ones.

Of a link only its digest is kept, in the ledger's table of links under a name that no request has. A session is a signed cookie;
what ended early stands in the same table, so that every replica knows. All of it is about people of HR, nothing about reports.
"""

from __future__ import annotations

import datetime
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.caseroom import Reader
from bot.ledger import Ledger
from bot.people import Grant, Person
from bot.report_settings import HR, Recipient
from bot.signing_links import digest
from bot.tokens import Tokens

PATH = "/cases"
ENTER = f"{PATH}/enter"
LINK_HOLDS = datetime.timedelta(minutes=10)
IDLE = datetime.timedelta(minutes=30)
# However busy somebody is, they sign in anew after so long.
LONGEST = datetime.timedelta(hours=8)
# What a row of the ledger's table of links is for; ids of requests are hexadecimal.
_LINK, _LEFT = ":cases", ":cases-left"


class OldCasesLink(Exception):
    """This link was used before, or its ten minutes are over. Ask me again in chat for “the case room”, and I send a new one."""


class SignedOut(Exception):
    """You are signed out, because half an hour went by or because you chose to. Ask me in chat for “the case room”."""


class NotAReader(Exception):
    """The case room is for those who receive reports. If you should be one of them, ask HR to name you as a recipient."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in: their id, a random id of the session, since when, and when they last did something."""

    person: str
    id: str = field(repr=False)
    since: datetime.datetime
    seen: datetime.datetime


@dataclass(frozen=True, slots=True)
class Seat:
    """Who acts, and everybody who receives reports."""

    reader: Reader
    readers: tuple[Reader, ...] = field(repr=False)


def readers(
    recipients: Sequence[Recipient],
    hr: Sequence[Person],
    by_email: Callable[[str], Person | None],
    today: datetime.date,
) -> tuple[Reader, ...]:
    """Everybody who receives reports and belongs to the organisation today, by name.

    A recipient is the person at its address. One without an address is read by everybody with HR's grant, where it is the only
    recipient of the route `hr`: else a report that leaves one of several out would reach them as well.
    """
    found: dict[str, tuple[Person, set[str]]] = {}
    alone = sum(each.route == HR for each in recipients) == 1
    for recipient in recipients:
        if recipient.email:
            people = [person for person in (by_email(recipient.email),) if person and person.belongs(today)]
        else:
            people = [each for each in hr if each.may(Grant.HR, today)] if recipient.route == HR and alone else []
        for person in people:
            found.setdefault(person.id, (person, set()))[1].add(recipient.id)
    made = (Reader(person.id, person.shown, frozenset(ids)) for person, ids in found.values())
    return tuple(sorted(made, key=lambda each: (each.name, each.id)))


@dataclass(frozen=True)
class CaseAccess:
    """Links and sessions; runs in the ledger's thread. `url` is our own address, `recipients` are those of the settings."""

    ledger: Ledger
    tokens: Tokens = field(repr=False)
    url: str
    recipients: Sequence[Recipient] = field(repr=False)
    now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC)
    today: Callable[[], datetime.date] = lambda: datetime.datetime.now(datetime.UTC).date()
    new_token: Callable[[], str] = field(default=lambda: secrets.token_urlsafe(32), repr=False)

    def readers(self) -> tuple[Reader, ...]:
        """Everybody who receives reports today. Raises DatabaseGone."""
        people, today = self.ledger.people, self.today()
        with self.ledger.transaction():
            return readers(self.recipients, people.holders(Grant.HR, today), people.by_email, today)

    def seat(self, person: str) -> Seat:
        """This person as a reader, among all. Raises NotAReader and DatabaseGone."""
        everybody = self.readers()
        found = next((each for each in everybody if each.id == person), None)
        if found is None:
            raise NotAReader
        return Seat(found, everybody)

    def link_for(self, person: str) -> str:
        """A new address at which this person enters the case room, once. Raises NotAReader."""
        self.seat(person)
        token = self.new_token()
        with self.ledger.transaction():
            self.ledger.requests.make_link(digest(token), _LINK, person, self.now() + LINK_HOLDS)
        return f"{self.url.rstrip('/')}{ENTER}/{token}"

    def holds(self, token: str) -> bool:
        """Whether a link can still be used; looking uses nothing up."""
        with self.ledger.transaction():
            link = self.ledger.requests.link(digest(token))
        return link is not None and link.request == _LINK and link.used_at is None and self.now() < link.until

    def enter(self, token: str) -> str:
        """Uses a link up, and gives the cookie of a new session. Raises OldCasesLink and NotAReader."""
        now = self.now()
        with self.ledger.transaction():
            link = self.ledger.requests.link(digest(token))
            if link is None or link.request != _LINK or not self.ledger.requests.use_link(digest(token), now):
                raise OldCasesLink
            self.seat(link.person)
        return self._cookie(Session(link.person, self.new_token(), now, now))

    def session(self, cookie: str) -> tuple[Session, Seat, str]:
        """Who is signed in by a cookie, as a reader of today, and the cookie that goes on from here.

        Raises SignedOut, and NotAReader for whom it was taken away meanwhile.
        """
        session, now = self._read(cookie), self.now()
        if not (session.seen <= now < session.seen + IDLE and now < session.since + LONGEST) or self._left(session):
            raise SignedOut
        went_on = Session(session.person, session.id, session.since, now)
        return went_on, self.seat(session.person), self._cookie(went_on)

    def leave(self, session: Session) -> None:
        """Ends a session for good, on every replica."""
        with self.ledger.transaction():
            if not self._left(session):
                self.ledger.requests.make_link(_ended(session), _LEFT, session.person, session.since + LONGEST)

    def form_token(self, session: Session) -> str:
        """What every form of a session carries, so that no other page can send one."""
        return self.tokens.digest(f"cases form\n{session.id}")

    def is_own_form(self, session: Session, given: str) -> bool:
        """Whether a form was made for this session."""
        return hmac.compare_digest(self.form_token(session).encode(), given.encode("utf-8", "surrogatepass"))

    def _left(self, session: Session) -> bool:
        with self.ledger.transaction():
            return self.ledger.requests.link(_ended(session)) is not None

    def _cookie(self, session: Session) -> str:
        times = [int(each.timestamp()) for each in (session.since, session.seen)]
        body = urlsafe_b64encode(json.dumps([session.person, session.id, *times]).encode()).decode()
        return f"{body}.{self._mark(body)}"

    def _read(self, cookie: str) -> Session:
        body, _, mark = cookie.rpartition(".")
        if not hmac.compare_digest(self._mark(body).encode(), mark.encode("utf-8", "surrogatepass")):
            raise SignedOut
        person, id, since, seen = json.loads(urlsafe_b64decode(body))
        return Session(person, id, *(datetime.datetime.fromtimestamp(each, datetime.UTC) for each in (since, seen)))

    def _mark(self, body: str) -> str:
        return self.tokens.digest(f"cases session\n{body}")


def _ended(session: Session) -> str:
    return digest(f"cases left\n{session.id}")
