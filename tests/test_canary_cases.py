"""Cases worked on in chat, in a real process: their words stand in dialogs, and in no byte besides (P1, P2, P3, P13)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import LEDGER_FILE
from bot.database.sqlite import SQLite
from bot.ledger import Ledger
from bot.people import Account, Person
from policy_kb import KnowledgeBase
from tests.canary.flows import CHATS, REPORTS, SLACK, TEXTS, Fill, Flow, Step
from tests.canary.identity import Canary
from tests.canary.process import Process
from tests.canary.run import Run, told

pytestmark = pytest.mark.anonymity
LABEL = re.compile(r"Case [0-9a-f]{6}")


@pytest.fixture(scope="module")
def process(state: Path, knowledge: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The program with Slack, Teams and the pages, in which cases are shown in chat."""
    with closing(Process(tmp_path_factory.mktemp("cases"), state)) as running:
        with (running.data / "clausebot.toml").open("a") as settings:
            settings.write('\n[reports]\nread_in_chat = "modal"\n')
        yield running.open_reports().start()


def at_once() -> Flow:
    """A report of danger, which comes to light at once; who wrote it may be known here, since the same person reads it."""
    flow = REPORTS[0]

    def told(step: Step) -> Step:
        return replace(step, values={**step.values, "f8": "b"}) if isinstance(step, Fill) and step.sends else step

    return replace(flow, hides=frozenset({TEXTS}), steps=tuple(map(told, flow.steps)))


def received_by(process: Process, canary: Canary, entry: str) -> None:
    """Whoever has this account, in whatever organisation that is served, is Hana of HR from now on."""
    account = Account("slack", "", canary["user id"]) if entry == SLACK else Account("teams", "", canary["aadObjectId"])
    with closing(SQLite(process.data / LEDGER_FILE)) as database:
        people = Ledger(database).people
        with Ledger(database).transaction(deciding=True):
            people.put(Person("hana", "Hana Ruiz", "hana.ruiz@city.example"))
            people.link(account, "hana")


@pytest.mark.parametrize("entry", CHATS)
def test_p1_p2_p13_a_case_in_chat_leaves_no_trace(process: Process, entry: str) -> None:
    """Read, taken, answered, noted and concluded with words that are looked for afterwards everywhere."""
    run = Run(process, entry, 30_000)
    run.go(at_once())
    (canary,) = run.people
    received_by(process, canary, entry)
    hana = run.person
    hana.open("forms")
    labels = LABEL.findall(hana.submit("Next", {"form": "room"}))
    assert labels
    assert canary["what"] in hana.press(f"Open {labels[0]}")
    hana.press("Take this case")
    hana.press("Write to the reporter")
    assert canary["where"] in hana.submit("Keep behind the receipt", {"f1": "a", "f2": f"Is it {canary['where']}?"})
    hana.press("Add a note")
    assert canary["also"] in hana.submit("Keep the note", {"f1": f"Known: {canary['also']}"})
    hana.press("Conclude")
    assert "Concluded" in hana.submit("Conclude the case", {"f1": "e", "f2": canary["what"], "f3": canary["also"]})
    found = run.hits(exports=False)
    assert not found, told(found)
    run.forget()
