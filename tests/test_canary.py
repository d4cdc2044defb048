"""Complete flows by people who do not exist, through the real entry points of a real process: nothing of them stays (P1, P2, P3,
P6, P12, P13, P20).

`CLAUSEBOT_REPORT_FLOWS` sets how many people go through each entry point; `make soak` asks for a thousand. One in ten meets a
fault: a database that is full, sealing that fails or takes long, a platform that fails.
"""

from __future__ import annotations

import datetime
import itertools
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from policy_kb import KnowledgeBase
from tests.canary.flows import CHATS, FLOWS, REPORTS, SLACK, WEB, WHOLE, Flow, at
from tests.canary.process import Process
from tests.canary.run import Run, hits, times, told
from tests.slack_stand_in import Fault as SlackFault
from tests.teams_stand_in import Fault as TeamsFault

pytestmark = pytest.mark.anonymity
COUNT = int(os.environ.get("CLAUSEBOT_REPORT_FLOWS", "10"))
FAULTS = ("full", "seal", "slow", "platform", "lost")
# How often somebody on the whole way acts: before the first window, before the second, and after it.
STAGES = 3
# So many go through one process, and are searched for together: HR's list of cases grows with each.
TOGETHER = 50
# Longer than the program waits before it tries a call again, and than sealing takes where it is slow; in seconds.
SETTLED = 2.6


@pytest.fixture(scope="module")
def process(state: Path, knowledge: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The program with Slack, Teams and the pages, open for reports."""
    running = Process(tmp_path_factory.mktemp("canary"), state).open_reports().start()
    yield running
    running.close()


def through(run: Run, flows: list[Flow], count: int) -> int:
    """So many people, all of them at once under way, one in ten of them into a fault; how many of those there were."""
    walks = [(number, run.walk(flow)) for number, flow in enumerate(times(flows, count))]
    for stage in itertools.count():
        walks = [(number, walk) for number, walk in walks if goes_on(run, walk, fault_of(number, stage))]
        if not walks:
            return count // 10
        run.process.work_on_reports()
    raise AssertionError


def fault_of(number: int, stage: int) -> str:
    """What fails for somebody before the window `stage`: for one in ten something, once."""
    place, last = divmod(number, 10)
    return FAULTS[place % len(FAULTS)] if last == 9 and place % STAGES == stage else ""


def goes_on(run: Run, walk: Iterator[str], fault: str) -> bool:
    """Somebody goes as far as to the next window; whether they wait for it now."""
    if not fault:
        return next(walk) == ""
    return into_a_fault(run, walk, fault)


def into_a_fault(run: Run, walk: Iterator[str], fault: str) -> bool:
    """Somebody for whom something fails. What they are shown then is others' to test; here it counts what stays."""
    process, sent = run.process, len(run.windows)
    if fault in ("platform", "lost"):
        cut = {"status": 500} if fault == "platform" else {"lose": True}
        process.slack.faults = [SlackFault("views.update", times=2, **cut), SlackFault("views.open", times=1, **cut)]  # type: ignore[arg-type]
        process.microsoft.faults = [TeamsFault(times=2, **cut)]  # type: ignore[arg-type]
    else:
        process.fail(fault)
    waits = False
    try:
        waits = next(walk) == ""
    except (AssertionError, KeyError, requests.RequestException):
        pass
    finally:
        process.fail("")
        process.slack.faults, process.microsoft.faults = [], []
        del run.windows[sent:]
    if run.entry != WEB:  # on a page nothing is tried again
        settle(process)
    assert process.alive
    return waits


def settle(process: Process) -> None:
    """Waits until nothing is under way any more: what was refused is tried again, up to two seconds later."""
    calls, end = -1, time.monotonic() + 20
    while calls != len(process.slack.calls) and time.monotonic() < end:
        calls = len(process.slack.calls)
        time.sleep(SETTLED)


@pytest.fixture
def fresh(state: Path, tmp_path: Path) -> Iterator[Callable[[], Process]]:
    """Makes another process instead of the one that it made before."""
    made: list[Process] = []

    def another() -> Process:
        for each in made:
            each.close()
        place = tmp_path / str(len(made))
        place.mkdir()
        made.append(Process(place, state).open_reports().start())
        return made[-1]

    yield another
    for each in made:
        each.close()


def say(entry: str, run: Run, faults: int, found: int) -> None:
    """The dated line for the docs."""
    flows, receipts = len(run.people), len(run.receipts)
    print(f"\n{datetime.date.today()}: {entry}: {flows:,} flows, {faults} with faults, {receipts:,} receipts: {found} found")  # noqa: T201


@pytest.mark.parametrize("entry", [*CHATS, WEB])
def test_p1_p2_p3_reports_leave_no_trace(process: Process, fresh: Callable[[], Process], entry: str) -> None:
    """All the way from the first form to HR's conclusion: in files, logs, exceptions, calls, metrics, what HR sees, copies."""
    for begun in range(0, COUNT, TOGETHER):
        run = Run(process if begun == 0 else fresh(), entry, begun + 1)
        count = min(TOGETHER, COUNT - begun)
        faults = through(run, at(entry, WHOLE), count)
        found = run.hits(exports=COUNT > TOGETHER)
        say(entry, run, faults, len(found))
        assert not found, told(found)
        assert len(run.receipts) >= count - 2 * faults
        assert faults == count // 10
        run.forget()


@pytest.mark.parametrize("entry", [*CHATS, WEB])
def test_p1_p2_p3_each_part_of_the_way_leaves_no_trace(process: Process, entry: str) -> None:
    """Filed and left, come back to, added to, changed, told of, tried with words that open nothing, and handed over at once."""
    run = Run(process, entry, 3_000)
    for flow in at(entry, REPORTS):
        run.go(flow)
    found = run.hits(exports=False)
    assert not found, told(found)
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
    """Stopping writes too: what was in memory alone must not be written then. Exports and copies are searched here."""
    with closing(Process(tmp_path, state).open_reports().start()) as process:
        runs = [Run(process, SLACK, 100), Run(process, CHATS[1], 200), Run(process, WEB, 300)]
        for run in runs:
            for flow in (*at(run.entry, REPORTS)[:2], at(run.entry, WHOLE)[-1], FLOWS[0]):
                if run.entry in flow.at and (run.entry != WEB or flow is not FLOWS[0]):
                    run.go(flow)
        process.stop()
        found = hits(process, runs, exports=True)
    assert not found, told(found)
