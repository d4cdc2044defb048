"""The harness finds what is leaked on purpose, each leak by its name, and nothing where nothing is leaked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from policy_kb import KnowledgeBase
from tests.canary.flows import FLOWS, REPORTS, SLACK, WEB, WHOLE, Flow, at
from tests.canary.leaks import IN_REPORTS, PLANTED, TO_HR
from tests.canary.process import Process
from tests.canary.run import Run, told

pytestmark = pytest.mark.anonymity
(DRAFT,) = (flow for flow in FLOWS if flow.name == "checks a draft")
# As many as tell a moment that keeps step from one that falls together by chance.
OFTEN = 3


@pytest.fixture(scope="module")
def process(state: Path, knowledge: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """One program, in which one leak after the other is switched on."""
    running = Process(tmp_path_factory.mktemp("planted"), state).open_reports().start()
    yield running
    running.close()


@pytest.fixture(scope="module")
def run(process: Process) -> Run:
    """One line of people, each new."""
    return Run(process, SLACK)


def test_where_nothing_is_planted_nothing_is_found(run: Run) -> None:
    """Every flow, each thrice, with the leaks switched off."""
    run.process.leak("")
    for flow in at(SLACK) * OFTEN:
        run.go(flow)
    hits = run.hits(exports=False)
    assert not hits, told(hits)


def leaked(run: Run, name: str, flow: Flow, often: int, where: str) -> set[str]:
    """The kinds of facts that are found in a place while a leak is on; what was planted is cleared away afterwards."""
    run.forget()
    places = (run.process.data, run.process.temporary)
    before = {path for place in places for path in place.rglob("*")}
    run.process.leak(name)
    for _ in range(often):
        run.go(flow)
    run.process.leak("")
    named = {hit.kind for hit in run.hits(exports=False) if where in hit.where}
    for path in {path for place in places for path in place.rglob("*")} - before:
        if "ledger" not in path.name and "reports" not in path.name:
            path.unlink()
    return named


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_leak_is_found_and_named(run: Run, name: str) -> None:
    """The fact and the place are named."""
    _, kinds, where = PLANTED[name]
    named = leaked(run, name, DRAFT, OFTEN if "moment" in kinds[0] else 1, where)
    assert set(kinds) <= named, f"found there: {named}"


@pytest.mark.parametrize("name", IN_REPORTS)
def test_a_leak_planted_in_reports_is_found_and_named(run: Run, name: str) -> None:
    """The same while somebody files a report; the receipt too, and a digest of it that anybody can make."""
    _, kinds, where = IN_REPORTS[name]
    named = leaked(run, name, REPORTS[0], OFTEN if "moment" in kinds[0] else 1, where)
    assert set(kinds) <= named, f"found there: {named}"


@pytest.mark.parametrize("name", ["", *TO_HR])
def test_a_leak_to_hr_is_found_and_named(process: Process, name: str) -> None:
    """On the whole way with files: who wrote may stand neither on HR's pages nor in what HR takes away; and else it does not."""
    run = Run(process, WEB, 7_000)
    run.forget()
    process.leak(name)
    run.go(at(WEB, WHOLE)[-1])
    process.leak("")
    hits = run.hits(exports=False)
    _, kinds, where = TO_HR.get(name, (None, (), ""))
    assert set(kinds) <= {hit.kind for hit in hits if where in hit.where}, told(hits)
    # What was planted before this stays in the process, for example what it counted; HR sees none of it.
    at_hr = [hit for hit in hits if any(place in hit.where for _, _, place in TO_HR.values())]
    assert bool(at_hr) is bool(name), told(at_hr)
