"""The root of each day: once, over what there was until its end, and told outside."""

from __future__ import annotations

import asyncio
import datetime
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import witness_settings, witnessing
from bot.arrivals import arrived
from bot.evidence import merkle
from bot.evidence.roots import Root, read_line
from bot.evidence.verify import verify
from bot.ledger import Ledger, migrations
from bot.ledger.notices import Claimed
from bot.office_hours import Hours
from bot.timestamps import Stamp
from bot.views import Text
from bot.witness_settings import Witnesses
from bot.witnessing import Witnessing
from tests import databases, evidence

DAY = datetime.date(2026, 11, 2)
# START is 9 o'clock of that day in the City; the next day begins at 6 o'clock of the world's time.
MIDNIGHT = datetime.datetime(2026, 11, 3, 6, 0, tzinfo=datetime.UTC)
ALL = Witnesses("C0ROOTS", "19:roots@thread.tacv2", "https://tsa.example/")


@pytest.fixture(params=databases.KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger with five records of one day."""
    with databases.opened(request.param, tmp_path) as handle:
        migrations.migrate(handle)
        found = Ledger(handle)
        with found.transaction(deciding=True):
            for act in evidence.acts(5):
                found.acts.append(act)
        yield found


class Authority:
    """A time-stamping authority that says what it is told to, and counts."""

    def __init__(self, *answers: Stamp) -> None:
        self.answers = list(answers)
        self.asked: list[bytes] = []

    async def __call__(self, url: str, content: bytes) -> Stamp:
        """Answers the next."""
        assert url == ALL.timestamp_url
        self.asked.append(content)
        return self.answers.pop(0)


async def _here(call: Any, *words: object) -> Any:
    return call(*words)


def _job(ledger: Ledger, place: Path, witnesses: Witnesses = ALL, authority: Authority | None = None) -> Witnessing:
    return Witnessing(ledger, _here, Hours(), witnesses, place, authority or Authority(*[Stamp("granted", "dG9rZW4=")] * 99))


def _claimed(ledger: Ledger) -> list[Claimed]:
    """The notices that wait to be sent."""
    with ledger.transaction():
        return ledger.notices.claim(MIDNIGHT.timestamp(), "w", 10, 60.0)


def _states(ledger: Ledger, day: datetime.date = DAY) -> dict[str, tuple[str, str]]:
    return {each.name: (each.state, each.detail) for each in ledger.acts.witnesses(day)}


def test_a_day_gets_its_root_after_midnight_of_the_city(ledger: Ledger, tmp_path: Path) -> None:
    """A second before midnight there is none, a second after there is one over the records of before, and it verifies."""
    late = replace(evidence.signed(50), at=MIDNIGHT + datetime.timedelta(seconds=1))
    job = _job(ledger, tmp_path)
    asyncio.run(job.tick(MIDNIGHT - datetime.timedelta(seconds=1)))
    assert DAY not in [root.day for root in ledger.acts.roots()]
    ledger.acts.append(late)
    asyncio.run(job.tick(MIDNIGHT + datetime.timedelta(seconds=2)))
    root = ledger.acts.last_root()
    entries = list(ledger.acts.all())
    assert root is not None
    assert (root.day, root.records, root.head) == (DAY, 5, entries[4].digest)
    assert root.root == merkle.root(entry.digest for entry in entries[:5])
    assert verify(entries, ledger.acts.roots()).first is None


def test_a_day_has_one_root_whoever_comes_to_it(ledger: Ledger, tmp_path: Path) -> None:
    """Again, and by another replica at the same moment, nothing is added: one root, one notice a chat."""
    for number in range(3):
        asyncio.run(_job(ledger, tmp_path / str(number)).tick(MIDNIGHT))
    assert len(ledger.acts.roots()) == 1
    assert not witnessing.keep(ledger, replace(ledger.acts.roots()[0], records=9), ALL, MIDNIGHT)
    assert ledger.acts.roots()[0].records == 5
    assert len(_claimed(ledger)) == 2


def test_days_without_records_and_days_missed_get_a_root_too(ledger: Ledger, tmp_path: Path) -> None:
    """Nothing happened is evidence too: each day has its line, and the chats are told of the last of several only."""
    job = _job(ledger, tmp_path)
    asyncio.run(job.tick(MIDNIGHT))
    for hour in range(4):
        asyncio.run(job.tick(MIDNIGHT + datetime.timedelta(days=4, hours=hour)))
    roots = ledger.acts.roots()
    assert [root.day.day for root in roots] == [2, 3, 4, 5, 6]
    assert len({(root.records, root.root, root.head) for root in roots}) == 1
    assert [_states(ledger, root.day)["slack"][0] for root in roots] == ["pending", "none", "none", "none", "pending"]
    lines = (tmp_path / "roots" / "roots.txt").read_text("utf-8").splitlines()
    assert [read_line(each).day for each in lines] == [root.day for root in roots]


def test_days_that_a_record_is_later_than_get_their_roots_at_once(ledger: Ledger, tmp_path: Path) -> None:
    """They are over, whatever the clock says; the day of that record is over by the clock alone, and is the next one."""
    job = _job(ledger, tmp_path)
    asyncio.run(job.tick(MIDNIGHT))
    ledger.acts.append(replace(evidence.signed(50), at=MIDNIGHT + datetime.timedelta(days=3, hours=9)))
    asyncio.run(job.tick(MIDNIGHT + datetime.timedelta(days=3, hours=10)))
    assert [root.day.day for root in ledger.acts.roots()] == [2, 3, 4, 5]
    asyncio.run(job.tick(MIDNIGHT + datetime.timedelta(days=4)))
    assert [(root.day.day, root.records) for root in ledger.acts.roots()] == [(2, 5), (3, 5), (4, 5), (5, 5), (6, 6)]


def test_a_clock_that_jumped_and_is_put_right_leaves_one_root(ledger: Ledger, tmp_path: Path) -> None:
    """Of the day that it jumped in, not of all until where it jumped to; from the next day on all is as ever."""
    job = _job(ledger, tmp_path)
    asyncio.run(job.tick(MIDNIGHT))
    for minute in range(59):
        asyncio.run(job.tick(MIDNIGHT + datetime.timedelta(days=30, hours=9, minutes=minute)))
    assert [root.day.day for root in ledger.acts.roots()] == [2, 3]
    ledger.acts.append(replace(evidence.signed(50), at=MIDNIGHT + datetime.timedelta(hours=10)))
    for day in (0, 1, 2):
        asyncio.run(job.tick(MIDNIGHT + datetime.timedelta(days=day, hours=11)))
    assert [(root.day.day, root.records) for root in ledger.acts.roots()] == [(2, 5), (3, 5), (4, 6)]


def test_a_clock_that_is_years_ahead_makes_no_root(ledger: Ledger, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """That is said once, also where a record has the wrong time; what else is left to do is done, and it goes on afterwards."""
    authority = Authority(Stamp("failed", "timeout"), Stamp("granted", "dG9rZW4="), Stamp("granted", "dG9rZW4="))
    job = _job(ledger, tmp_path, authority=authority)
    asyncio.run(job.tick(MIDNIGHT))
    ahead = MIDNIGHT + datetime.timedelta(days=witnessing.MOST_MISSING + 1)
    ledger.acts.append(replace(evidence.signed(50), at=ahead))
    for minute in range(3):
        asyncio.run(job.tick(ahead + datetime.timedelta(minutes=minute)))
    assert [root.day for root in ledger.acts.roots()] == [DAY]
    assert [each.message for each in caplog.records if "no root" in each.message] == [
        "no root is made: the clock says 2027-12-09, and 401 days since the last one (2026-11-02) have none. Set the clock right"
    ]
    asyncio.run(job.tick(MIDNIGHT + datetime.timedelta(days=1)))
    assert [root.day.day for root in ledger.acts.roots()] == [2, 3]


def test_an_empty_chain_has_a_root(tmp_path: Path) -> None:
    """The first day of all has the root over nothing."""
    with databases.opened("memory", tmp_path) as handle:
        ledger = Ledger(handle)
        asyncio.run(_job(ledger, tmp_path).tick(MIDNIGHT))
        (root,) = ledger.acts.roots()
        assert (root.records, root.root, root.head) == (0, merkle.EMPTY, "0" * 64)
        assert verify([], [root]).first is None


def test_the_notices_hold_a_line_and_nothing_else() -> None:
    """Day, number of records, root and head; to the channel and conversation that are configured; keys that come once."""
    root = Root(DAY, 5, "a" * 64, "b" * 64, MIDNIGHT)
    slack, teams = witnessing.notices(root, ALL, MIDNIGHT)
    assert (slack.key, slack.to, slack.cause) == ("root:2026-11-02:slack", "slack:C0ROOTS", "root:2026-11-02:slack")
    assert (teams.key, teams.to) == ("root:2026-11-02:teams", "teams:19:roots@thread.tacv2")
    assert slack.view.blocks == (Text(f"Record of sign-offs: 2026-11-02 5 {'a' * 64} {'b' * 64}"),)
    assert list(witnessing.notices(root, Witnesses(), MIDNIGHT)) == []


def test_a_notice_that_arrived_is_a_witness(ledger: Ledger, tmp_path: Path) -> None:
    """Posted is recorded when it was posted, not before."""
    asyncio.run(_job(ledger, tmp_path).tick(MIDNIGHT))
    assert _states(ledger)["slack"] == ("pending", "")
    for notice in _claimed(ledger):
        arrived(ledger, notice, "w", "slack", MIDNIGHT, lambda: "id")
    assert (_states(ledger)["slack"][0], _states(ledger)["teams"][0]) == ("posted", "posted")


def test_the_clerks_files(ledger: Ledger, tmp_path: Path) -> None:
    """A file for the day, a line for all days; what is there already is left as it is."""
    asyncio.run(_job(ledger, tmp_path).tick(MIDNIGHT))
    root = ledger.acts.roots()[0]
    found = json.loads((tmp_path / "roots" / "2026-11-02.json").read_text("utf-8"))
    assert found == {"day": "2026-11-02", "records": 5, "root": root.root, "head": root.head, "made_at": MIDNIGHT.isoformat()}
    lines = tmp_path / "roots" / "roots.txt"
    assert lines.read_text("utf-8") == f"2026-11-02 5 {root.root} {root.head}\n"
    assert _states(ledger)["file"][0] == "written"
    (tmp_path / "roots" / "2026-11-02.json").unlink()
    lines.write_text("2026-11-02 kept by the Clerk\n", "utf-8")
    asyncio.run(_job(ledger, tmp_path).tick(MIDNIGHT))
    assert lines.read_text("utf-8") == "2026-11-02 kept by the Clerk\n"
    assert (tmp_path / "roots" / "2026-11-02.json").exists()


def test_a_file_that_cannot_be_written_is_a_failure_and_is_tried_again(ledger: Ledger, tmp_path: Path) -> None:
    """Where the directory is a file, the root is kept, the failure is recorded, and the file comes once there is room."""
    (tmp_path / "roots").write_text("in the way", "utf-8")
    job = _job(ledger, tmp_path)
    asyncio.run(job.tick(MIDNIGHT))
    assert _states(ledger)["file"][0] == "failed"
    (tmp_path / "roots").unlink()
    asyncio.run(job.tick(MIDNIGHT))
    assert _states(ledger)["file"][0] == "written"


def test_a15_a_time_stamp_that_failed_is_recorded_as_failed_and_asked_for_again(ledger: Ledger, tmp_path: Path) -> None:
    """First failed with its code, not asked again for an hour, then granted with the token; afterwards nobody is asked."""
    authority = Authority(Stamp("failed", "timeout"), Stamp("granted", "dG9rZW4="))
    job = _job(ledger, tmp_path, authority=authority)
    asyncio.run(job.tick(MIDNIGHT))
    assert _states(ledger)["timestamp"] == ("failed", "timeout")
    asyncio.run(job.tick(MIDNIGHT + datetime.timedelta(minutes=59)))
    assert len(authority.asked) == 1
    asyncio.run(job.tick(MIDNIGHT + datetime.timedelta(minutes=61)))
    assert _states(ledger)["timestamp"] == ("granted", "dG9rZW4=")
    asyncio.run(job.tick(MIDNIGHT + datetime.timedelta(hours=9)))
    root = ledger.acts.roots()[0]
    assert authority.asked == [f"2026-11-02 5 {root.root} {root.head}\n".encode()] * 2


def test_a15_another_replicas_time_stamp_is_not_replaced_by_a_failure(ledger: Ledger, tmp_path: Path) -> None:
    """What was granted stays granted."""
    asyncio.run(_job(ledger, tmp_path).tick(MIDNIGHT))
    _job(ledger, tmp_path)._record_stamp(DAY, Stamp("failed", "timeout"), MIDNIGHT)
    assert _states(ledger)["timestamp"][0] == "granted"


def test_without_witnesses_that_is_what_is_recorded(ledger: Ledger, tmp_path: Path) -> None:
    """Nobody is told, nobody is asked, and it says so; the Clerk's file is written all the same."""
    authority = Authority()
    asyncio.run(_job(ledger, tmp_path, Witnesses(), authority).tick(MIDNIGHT))
    assert {name: state for name, (state, _) in _states(ledger).items()} == {
        "slack": "none",
        "teams": "none",
        "timestamp": "none",
        "file": "written",
    }
    assert _claimed(ledger) == []


def test_a_damaged_chain_gets_no_root(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where a digest is none or records are missing, no root is made over what is left, and the log says what to run."""
    for damage in ("UPDATE record SET digest = 'x' WHERE seq = 3", "UPDATE record SET seq = 4000 WHERE seq = 5"):
        with databases.opened("memory", tmp_path) as handle:
            ledger = Ledger(handle)
            with ledger.transaction(deciding=True):
                for act in evidence.acts(5):
                    ledger.acts.append(act)
            handle.run("DROP TRIGGER record_is_never_changed")
            handle.run(damage)
            asyncio.run(_job(ledger, tmp_path).tick(MIDNIGHT))
            assert ledger.acts.roots() == []
            assert "clausebot verify" in caplog.text
            caplog.clear()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("C0ROOTS", "must be a table"),
        ({"slack": "C0ROOTS"}, "has no slack; it has slack_channel, teams_conversation, timestamp_url"),
        ({"slack_channel": 7}, "slack_channel must be a text"),
        ({"timestamp_url": "tsa.example"}, "must begin with https:// or http://"),
        ({"timestamp_url": "http://["}, "must begin with https:// or http://"),
    ],
)
def test_mistakes_of_the_settings_are_said(table: object, said: str) -> None:
    """Each mistake in [witness] is one line that says what to do."""
    found, mistakes = witness_settings.read(table)
    assert found == Witnesses()
    assert said in "\n".join(mistakes)


def test_the_settings_are_read() -> None:
    """All three, or none."""
    table = {"slack_channel": "C0ROOTS", "teams_conversation": "19:roots@thread.tacv2", "timestamp_url": "https://tsa.example/"}
    assert witness_settings.read(table) == (ALL, [])
    assert witness_settings.read({}) == (Witnesses(), [])
