"""What stands in a button of a case: nobody can read it but whom it was made for, for half an hour, on every replica."""

from __future__ import annotations

import datetime
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

import pytest

from bot.case_handles import ForgedHandle, Handles, OldHandle
from bot.tokens import Tokens

pytestmark = pytest.mark.anonymity
TEXT = "case 0123456789abcdef0123456789abcdef 3"


@dataclass
class Clock:
    """Stands still until told."""

    moment: datetime.datetime = datetime.datetime(2026, 11, 30, 16, tzinfo=datetime.UTC)

    def __call__(self) -> datetime.datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    """A clock."""
    return Clock()


@pytest.fixture
def handles(clock: Clock) -> Handles:
    """Handles of an installation."""
    return Handles(Tokens(b"the secret of it"), clock)


def test_it_gives_back_what_was_put_in(handles: Handles, clock: Clock) -> None:
    """To the same person, from another replica with the same secret too, until half an hour has gone by."""
    made = handles.made(TEXT, "hana")
    clock.moment += datetime.timedelta(minutes=29)
    assert handles.read(made, "hana") == TEXT
    assert Handles(Tokens(b"the secret of it"), clock).read(made, "hana") == TEXT


def test_it_is_of_no_use_to_anybody_else(handles: Handles, clock: Clock) -> None:
    """Nor to whoever has another secret."""
    made = handles.made(TEXT, "hana")
    for others in (handles, Handles(Tokens(b"another secret of it"), clock)):
        with pytest.raises(ForgedHandle):
            others.read(made, "ida" if others is handles else "hana")


@pytest.mark.parametrize("given", ["", "x", "ä", "AAAA", TEXT, "A" * 200])
def test_what_was_not_made_here_is_refused(handles: Handles, given: str) -> None:
    """Whatever it is."""
    with pytest.raises(ForgedHandle):
        handles.read(given, "hana")


def test_a_changed_byte_is_found(handles: Handles) -> None:
    """Each of them."""
    raw = bytearray(urlsafe_b64decode(handles.made(TEXT, "hana")))
    for place in range(len(raw)):
        raw[place] ^= 1
        with pytest.raises(ForgedHandle):
            handles.read(urlsafe_b64encode(raw).decode(), "hana")
        raw[place] ^= 1


def test_nothing_of_a_case_stands_in_it(handles: Handles) -> None:
    """Not even that two of them belong to one case: they have neither bytes nor a length of their own in common."""
    one, two = (urlsafe_b64decode(handles.made(TEXT, "hana")) for _ in range(2))
    short = urlsafe_b64decode(handles.made("web", "hana"))
    assert len(one) == len(two) == len(short)
    assert TEXT.encode()[:12] not in one
    pieces = [{raw[place : place + 4] for place in range(len(raw) - 4)} for raw in (one, two)]
    assert not pieces[0] & pieces[1]


def test_an_old_one_says_so_to_whom_it_belongs_alone(handles: Handles, clock: Clock) -> None:
    """What was typed into its form can be kept then; to anybody else it is as forged as before."""
    made = handles.made(TEXT, "hana")
    clock.moment += datetime.timedelta(minutes=30)
    with pytest.raises(OldHandle) as old:
        handles.read(made, "hana")
    assert old.value.text == TEXT
    assert TEXT not in str(old.value)
    with pytest.raises(ForgedHandle):
        handles.read(made, "ida")
