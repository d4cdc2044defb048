"""Who may enter the case room: links that hold once, sessions that end, and who receives reports."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from bot.case_access import ENTER, CaseAccess, NotAReader, OldCasesLink, SignedOut, readers
from bot.ledger import Ledger, migrations
from bot.people import Grant, Person
from bot.report_settings import Recipient
from bot.signing_links import digest
from bot.tokens import Tokens
from tests.databases import KINDS, opened

pytestmark = pytest.mark.anonymity

NOW = datetime.datetime(2026, 11, 30, 15, 0, tzinfo=datetime.UTC)
HANA = Person("hana", "Hana Ruiz", "hana@city.example", grants=frozenset({Grant.HR}))
IDA = Person("ida", "Ida Berg", "ida@city.example", grants=frozenset({Grant.HR}))
ADA = Person("ada", "Ada Clerk", "ada@city.example")
BOB = Person("bob", "Bob Marsh", "bob@city.example")
RECIPIENTS = (
    Recipient("hr", "Hana Ruiz", "hr", email="hana@city.example"),
    Recipient("independent", "Ada Clerk", "fallback", email="ada@city.example"),
)


@dataclass
class Desk:
    """The access of an office, and its clock."""

    access: CaseAccess
    ledger: Ledger
    moment: datetime.datetime = NOW

    def later(self, **more: float) -> None:
        """Lets time go by."""
        self.moment += datetime.timedelta(**more)

    def entered(self, person: str = "hana") -> str:
        """The cookie of a new session."""
        return self.access.enter(token(self.access.link_for(person)))


def token(address: str) -> str:
    """What stands at the end of a link."""
    return address.rpartition("/")[2]


@pytest.fixture(params=KINDS)
def desk(request: pytest.FixtureRequest, tmp_path: object) -> Iterator[Desk]:
    """An office with Hana of HR, Ada who is independent, and Bob, on every database."""
    with opened(request.param, tmp_path) as database:  # type: ignore[arg-type] # a path
        if request.param == "postgres":
            migrations.migrate(database)
        ledger = Ledger(database)
        with ledger.transaction():
            for each in (HANA, ADA, BOB):
                ledger.people.put(each)
            ledger.people.grant("hana", Grant.HR)
        tokens = (f"token{number:027}" for number in itertools.count())
        made = Desk.__new__(Desk)
        access = CaseAccess(
            ledger,
            Tokens(b"test secret of it"),
            "https://bot.example/",
            RECIPIENTS,
            now=lambda: made.moment,
            today=lambda: made.moment.date(),
            new_token=lambda: next(tokens),
        )
        made.__init__(access, ledger)  # type: ignore[misc] # the clock is the desk's own
        yield made


def test_a_link_opens_the_room_once(desk: Desk) -> None:
    """Looked at, it holds; used, it does not; and who used it is signed in as whoever it was made for."""
    address = desk.access.link_for("hana")
    assert address.startswith(f"https://bot.example{ENTER}/")
    assert desk.access.holds(token(address))
    assert desk.access.holds(token(address))
    session, seat, _ = desk.access.session(desk.access.enter(token(address)))
    assert (session.person, seat.reader.recipients) == ("hana", {"hr"})
    assert not desk.access.holds(token(address))
    with pytest.raises(OldCasesLink):
        desk.access.enter(token(address))


def test_a_link_holds_for_ten_minutes(desk: Desk) -> None:
    """A moment before they are over it opens the room, and then no more."""
    first, second = desk.access.link_for("hana"), desk.access.link_for("hana")
    desk.later(minutes=9, seconds=59)
    desk.access.enter(token(first))
    desk.later(seconds=1)
    assert not desk.access.holds(token(second))
    with pytest.raises(OldCasesLink):
        desk.access.enter(token(second))


def test_of_a_link_only_its_digest_is_kept(desk: Desk) -> None:
    """The token stands nowhere in the ledger."""
    made = token(desk.access.link_for("hana"))
    link = desk.ledger.requests.link(digest(made))
    assert link is not None
    assert made not in repr(link)


def test_another_link_does_not_open_the_room(desk: Desk) -> None:
    """A link at which somebody signs is none to the case room, and is not used up by trying."""
    with desk.ledger.transaction():
        desk.ledger.requests.make_link(digest("signing"), "abc", "hana", NOW + datetime.timedelta(days=1))
    with pytest.raises(OldCasesLink):
        desk.access.enter("signing")
    link = desk.ledger.requests.link(digest("signing"))
    assert link is not None
    assert link.used_at is None


def test_who_receives_no_reports_gets_no_link(desk: Desk) -> None:
    """Neither staff nor somebody whom nobody knows; and whoever was taken off the list is out at the next request."""
    for person in ("bob", "nobody"):
        with pytest.raises(NotAReader):
            desk.access.link_for(person)
    cookie = desk.entered()
    taken = replace(desk.access, recipients=RECIPIENTS[1:])
    with pytest.raises(NotAReader):
        taken.session(cookie)


def test_a_session_ends_after_half_an_hour_without_anything(desk: Desk) -> None:
    """Whoever goes on stays, by the cookie of each answer; an old cookie is worth nothing."""
    cookie = first = desk.entered()
    for _ in range(3):
        desk.later(minutes=29)
        cookie = desk.access.session(cookie)[2]
    with pytest.raises(SignedOut):
        desk.access.session(first)
    desk.later(minutes=30)
    with pytest.raises(SignedOut):
        desk.access.session(cookie)


def test_a_session_ends_after_eight_hours_whatever_is_done(desk: Desk) -> None:
    """However busy somebody is, they sign in anew."""
    cookie = desk.entered()
    for _ in range(23):
        desk.later(minutes=20)
        cookie = desk.access.session(cookie)[2]
    desk.later(minutes=20)
    with pytest.raises(SignedOut):
        desk.access.session(cookie)


def test_who_leaves_is_out_with_every_cookie(desk: Desk) -> None:
    """A cookie that was copied before is worth nothing after signing out, on any replica."""
    cookie = desk.entered()
    session, _, renewed = desk.access.session(cookie)
    desk.access.leave(session)
    desk.access.leave(session)
    other = replace(desk.access, tokens=Tokens(b"test secret of it"))
    for each in (cookie, renewed):
        with pytest.raises(SignedOut):
            other.session(each)


@pytest.mark.parametrize("spoil", ["{}0", "", ".{}", "x{}", "W10=.{}"])
def test_a_cookie_that_we_did_not_make_is_nobody(desk: Desk, spoil: str) -> None:
    """Neither bent, nor empty, nor made with another secret."""
    cookie = desk.entered()
    with pytest.raises(SignedOut):
        desk.access.session(spoil.format(cookie))
    with pytest.raises(SignedOut):
        replace(desk.access, tokens=Tokens(b"another")).session(cookie)


def test_a_form_belongs_to_its_session(desk: Desk) -> None:
    """What one session's page carries is worth nothing in another."""
    one, other = (desk.access.session(desk.entered())[0] for _ in range(2))
    assert desk.access.is_own_form(one, desk.access.form_token(one))
    assert not desk.access.is_own_form(other, desk.access.form_token(one))
    assert not desk.access.is_own_form(one, "")


def test_a_button_of_ours_is_no_session(desk: Desk) -> None:
    """The same secret signs buttons, and nothing that a button carries signs anybody in."""
    with pytest.raises(SignedOut):
        desk.access.session(desk.access.tokens.sign('["hana","x",0,9999999999]'))


def found(recipients: tuple[Recipient, ...], *people: Person) -> dict[str, set[str]]:
    """Who reads for which recipients."""
    by_email = {each.email: each for each in people}
    hr = [each for each in people if Grant.HR in each.grants]
    return {each.id: set(each.recipients) for each in readers(recipients, hr, by_email.get, NOW.date())}


def test_p11_a_recipient_is_the_person_at_its_address() -> None:
    """HR's grant alone opens nothing where recipients are named."""
    assert found(RECIPIENTS, HANA, IDA, ADA, BOB) == {"hana": {"hr"}, "ada": {"independent"}}


def test_p11_a_recipient_without_address_is_hr_only_where_it_stands_alone() -> None:
    """One recipient for all of HR is read by all of HR; of two nobody knows who is which, so they are read by nobody."""
    one, two = Recipient("hr", "Human Resources", "hr"), Recipient("hr-two", "Deputy", "hr")
    assert found((one, RECIPIENTS[1]), HANA, IDA, ADA) == {"hana": {"hr"}, "ida": {"hr"}, "ada": {"independent"}}
    assert found((one, two), HANA, IDA, ADA) == {}
    assert found((Recipient("x", "X", "fallback"), Recipient("s", "S", "supervisor")), HANA) == {}


def test_who_has_left_reads_nothing() -> None:
    """Separation ends it on its day."""
    gone = replace(HANA, separated=NOW.date())
    assert found(RECIPIENTS, gone, ADA) == {"ada": {"independent"}}
    assert found((Recipient("hr", "Human Resources", "hr"),), gone) == {}
