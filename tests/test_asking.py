"""What somebody is told who is asked, reminded, or late, and what is recorded of it."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.plain import render as plain
from bot.journeys.asking import EMAIL, Asking, Way, after_leave, asked, due_for, ended, escalated, reminded, unreached
from bot.records import Act, Assignment, Status, Withdrawn
from bot.signing_links import digest
from bot.views import Button, Link
from tests.asking_town import ALICE, DUE, HOURS, NOW, REQUEST, SAM, TODAY, URL, new_id, policy

PUBLISHED = policy()
ASKED = replace(REQUEST, version=PUBLISHED.policy.version)
ASKING = Asking(ASKED, PUBLISHED, "Hana Ruiz", HOURS, URL)
ASSIGNMENT = Assignment("r1", "alice", DUE, TODAY)
DAY = datetime.timedelta(days=1)
DAYS = st.dates(datetime.date(2026, 1, 1), datetime.date(2027, 12, 31))


def test_somebody_with_a_chat_account_is_asked() -> None:
    """Who asks, what, until when, and the button; the record holds the day and no name."""
    told = asked(ASKING, ALICE, Way("chat", "token"), NOW, new_id)
    act, assignment = told.records
    assert isinstance(act, Act)
    assert (act.kind, act.person, act.facts, act.personal) == ("assigned", "alice", {"due": "2026-12-04"}, {})
    assert assignment == ASSIGNMENT
    (notice,) = told.notices
    assert (notice.key, notice.to, notice.topic, notice.not_before) == ("ask:r1:alice", "person:alice", "request:r1:alice", NOW)
    assert notice.view.buttons == (Button("Read and sign", "open:sign", "r1"),)
    words = plain(notice.view)
    for said in ("Social Media Policy", "Hana Ruiz", "4 December 2026", PUBLISHED.policy.version, "copy to keep", "decline"):
        assert said in words
    assert told.links == ()
    assert "Questions" in plain(
        asked(replace(ASKING, request=replace(ASKED, quiz=True)), ALICE, Way("chat"), NOW, new_id).notices[0].view
    )


def test_somebody_with_an_address_only_gets_a_link() -> None:
    """Of its token the digest is kept; reminders bring a new one."""
    told = asked(ASKING, ALICE, Way(EMAIL, "token"), NOW, new_id)
    (link,) = told.links
    assert (link.digest, link.person, link.request) == (digest("token"), "alice", "r1")
    assert link.until > datetime.datetime.combine(DUE, datetime.time(), datetime.UTC)
    assert Link("Read and sign", f"{URL}/sign/token") in told.notices[0].view.blocks
    assert told.notices[0].view.buttons == ()
    again = reminded(ASKING, ASSIGNMENT, Way(EMAIL, "other"), NOW)
    assert [each.digest for each in again.links] == [digest("other")]
    without = asked(replace(ASKING, url=""), ALICE, Way(EMAIL, "token"), NOW, new_id)
    assert without.links == ()
    assert "Ask Hana Ruiz for a link" in plain(without.notices[0].view)


def test_somebody_who_cannot_be_written_to_is_asked_all_the_same() -> None:
    """It is recorded; HR sees them in the status."""
    told = asked(ASKING, ALICE, Way("", "token"), NOW, new_id)
    assert len(told.records) == 2
    assert (told.notices, told.links) == ((), ())


def test_a14_nobody_is_told_in_quiet_hours() -> None:
    """Saturday's request is read on Monday at eight."""
    saturday = datetime.datetime(2026, 11, 21, 20, tzinfo=datetime.UTC)
    monday = datetime.datetime(2026, 11, 23, 14, tzinfo=datetime.UTC)
    late = Status("Alice Stone", "", "", "", "outstanding", DUE, "", overdue=True, person="alice")
    notices = [
        *asked(ASKING, ALICE, Way("chat"), saturday, new_id).notices,
        *reminded(ASKING, ASSIGNMENT, Way("chat"), saturday).notices,
        escalated(ASKING, "sam", [late], saturday, supervisor=True),
        unreached(ASKING, 1, 0, saturday),
    ]
    assert {each.not_before for each in notices if each} == {monday}


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (14, "in 14 days, on 4 December 2026"),
        (1, "due tomorrow"),
        (0, "due today"),
        (-1, "was due on 4 December 2026"),
        (-30, "Overdue"),
    ],
)
def test_a_reminder_says_how_long(days: int, said: str) -> None:
    """By the organisation's day."""
    now = datetime.datetime.combine(DUE - days * DAY, datetime.time(18), datetime.UTC)
    told = reminded(ASKING, ASSIGNMENT, Way("chat"), now)
    assert said in plain(told.notices[0].view)
    assert told.notices[0].key == f"remind:r1:alice:{(DUE - days * DAY).isoformat()}"
    assert told.records == ()


def test_an_end_is_recorded_and_stops_what_waits() -> None:
    """The row keeps when and why."""
    told = ended(ASKING, "alice", "no longer among those who are asked", NOW, new_id, ASSIGNMENT)
    act, over, withdrawn = told.records
    assert isinstance(act, Act)
    assert (act.kind, act.facts) == ("ended", {"why": "no longer among those who are asked"})
    assert over == replace(ASSIGNMENT, ended=TODAY, why_ended="no longer among those who are asked")
    assert withdrawn == Withdrawn("request:r1:alice")


def test_many_late_people_are_named_as_far_as_there_is_room() -> None:
    """And the rest are counted."""
    late = [Status(f"Person {number}", "", "", "", "outstanding", DUE, "", overdue=True) for number in range(45)]
    words = plain(escalated(ASKING, "ada", late, NOW, supervisor=False).view)
    assert "45 people have not signed" in words
    assert "And 5 more" in words
    one = plain(escalated(ASKING, "sam", late[:1], NOW, supervisor=True).view)
    assert "One person who reports to you has not signed" in one


def test_hr_is_told_only_of_what_there_is() -> None:
    """Nothing where everybody can be asked."""
    assert unreached(ASKING, 0, 0, NOW) is None
    assert unreached(replace(ASKING, request=replace(ASKED, asked_by="")), 3, 0, NOW) is None
    notice = unreached(ASKING, 2, 1, NOW)
    assert notice
    assert "2 people have neither" in plain(notice.view)
    assert "1 member of the group has no entry" in plain(notice.view)


@given(DAYS, DAYS, st.none() | DAYS, st.integers(0, 60))
def test_nobody_is_asked_for_a_day_that_has_passed(
    due: datetime.date, on: datetime.date, started: datetime.date | None, days: int
) -> None:
    """Nor for an earlier one than everybody; newcomers have their days from the start on."""
    request = replace(ASKED, due=due, days_after_start=days)
    found = due_for(request, replace(ALICE, started=started), on)
    assert found >= max(due, on)
    if started:
        assert found >= started + days * DAY
    elif due >= on:
        assert found == due


@given(DAYS, DAYS, st.none() | DAYS, DAYS)
def test_leave_never_takes_days_away(
    due: datetime.date, start: datetime.date, end: datetime.date | None, on: datetime.date
) -> None:
    """And looked at again on the same day it changes nothing more."""
    asking = replace(ASKING, request=replace(ASKED, due=due))
    person = replace(SAM, leave_from=start, leave_until=end)
    was = Assignment("r1", "sam", max(due, TODAY), TODAY)
    found = after_leave(asking, was, person, on)
    assert found >= was.due
    assert after_leave(asking, replace(was, due=found), person, on) == found
