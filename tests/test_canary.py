"""Complete flows by people who do not exist, through the real entry points of a real process: nothing of them stays (P1, P2, P3,
P6, P12, P13, P20).

`CLAUSEBOT_REPORT_FLOWS` sets how many people go through each entry point; `make soak` asks for a thousand. One in ten meets a
fault: a database that is full, sealing that fails or takes long, a platform that fails.
"""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from policy_kb import KnowledgeBase
from tests.canary.flows import CHATS, FLOWS, REPORTS, SLACK, WEB, Flow, at
from tests.canary.process import Process
from tests.canary.run import Run, hits, times, told
from tests.slack_stand_in import Fault as SlackFault
from tests.teams_stand_in import Fault as TeamsFault

pytestmark = pytest.mark.anonymity
COUNT = int(os.environ.get("CLAUSEBOT_REPORT_FLOWS", "14"))
FAULTS = ("full", "seal", "slow", "platform", "lost")
# Longer than the program waits before it tries a call again, and than sealing takes where it is slow; in seconds.
SETTLED = 2.6


@pytest.fixture(scope="module")
def process(state: Path, knowledge: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The program with Slack, Teams and the pages, open for reports."""
    running = Process(tmp_path_factory.mktemp("canary"), state).open_reports().start()
    yield running
    running.close()


def through(process: Process, entry: str, flows: list[Flow], first: int = 1) -> tuple[Run, int]:
    """So many people through an entry point, one in ten of them into a fault; how many of those there were."""
    run, faults = Run(process, entry, first), 0
    for number, flow in enumerate(times(flows, COUNT)):
        if number % 10 == 9:
            into_a_fault(run, flow, FAULTS[faults % len(FAULTS)])
            faults += 1
        else:
            run.go(flow)
    return run, faults


def into_a_fault(run: Run, flow: Flow, fault: str) -> None:
    """Somebody for whom something fails. What they are shown then is others' to test; here it counts what stays."""
    process, sent = run.process, len(run.windows)
    if fault in ("platform", "lost"):
        cut = {"status": 500} if fault == "platform" else {"lose": True}
        process.slack.faults = [SlackFault("views.update", times=2, **cut), SlackFault("views.open", times=1, **cut)]  # type: ignore[arg-type]
        process.microsoft.faults = [TeamsFault(times=2, **cut)]  # type: ignore[arg-type]
    else:
        process.fail(fault)
    try:
        run.go(flow)
    except (AssertionError, KeyError, requests.RequestException):
        pass
    finally:
        process.fail("")
        process.slack.faults, process.microsoft.faults = [], []
        del run.windows[sent:]
    settle(process)
    assert process.alive


def settle(process: Process) -> None:
    """Waits until nothing is under way any more: what was refused is tried again, up to two seconds later."""
    calls, end = -1, time.monotonic() + 20
    while calls != len(process.slack.calls) and time.monotonic() < end:
        calls = len(process.slack.calls)
        time.sleep(SETTLED)


def say(entry: str, run: Run, faults: int, found: int) -> None:
    """The dated line for the docs."""
    flows, receipts = len(run.people), len(run.receipts)
    print(f"\n{datetime.date.today()}: {entry}: {flows:,} flows, {faults} with faults, {receipts:,} receipts: {found} found")  # noqa: T201


@pytest.mark.parametrize("entry", [*CHATS, WEB])
def test_p1_p2_p3_reports_leave_no_trace(process: Process, entry: str) -> None:
    """Filed, come back to, added to, changed, told of: in files, logs, exceptions, calls, metrics and a backup."""
    run, faults = through(process, entry, at(entry, REPORTS))
    found = run.hits(exports=False)
    say(entry, run, faults, len(found))
    assert not found, told(found)
    assert len(run.receipts) >= COUNT // 2
    run.forget()


def again_and_again(run: Run, flow: Flow) -> None:
    """A database that is full still has room in its free pages."""
    for _ in range(40):
        run.go(flow)


@pytest.mark.parametrize("fault", ["full", "seal"])
def test_p3_faults_are_faults(process: Process, fault: str) -> None:
    """Where the database is full or sealing fails, somebody is told so, gets no receipt, and leaves no trace."""
    run = Run(process, CHATS[1], 9_000)
    process.fail(fault)
    try:
        with pytest.raises(AssertionError, match=r"no receipt in: .*nothing was kept"):
            again_and_again(run, REPORTS[0])
    finally:
        process.fail("")
    found = run.hits(exports=False)
    assert not found, told(found)
    run.forget()


@pytest.mark.parametrize("entry", CHATS)
def test_forms_and_questions_leave_no_trace(process: Process, entry: str) -> None:
    """A draft and its writer, a question, a report that is typed as a message, a form that nobody knows."""
    run = Run(process, entry, 5_000)
    for flow in at(entry):
        for _ in range(3):
            run.go(flow)
    found = run.hits(exports=False)
    assert not found, told(found)
    run.forget()


def test_the_local_page_leaves_no_trace(state: Path, knowledge: KnowledgeBase, tmp_path: Path) -> None:
    """A draft and a question at the page of local mode."""
    with closing(Process(tmp_path, state, local=True)) as process:
        run = Run(process.start(), WEB)
        for flow in at(WEB) * 3:
            run.go(flow)
        found = run.hits(exports=False)
    assert not found, told(found)


def test_everything_is_searched_again_when_the_program_has_stopped(state: Path, knowledge: KnowledgeBase, tmp_path: Path) -> None:
    """Stopping writes too: what was in memory alone must not be written then. Exports are searched here."""
    with closing(Process(tmp_path, state).open_reports().start()) as process:
        runs = [Run(process, SLACK, 100), Run(process, CHATS[1], 200)]
        for run in runs:
            for flow in (*at(run.entry, REPORTS)[:2], FLOWS[0]):
                run.go(flow)
        process.stop()
        found = hits(process, runs, exports=True)
    assert not found, told(found)
