"""Flows through one entry point of a running process, and then the search. `Run` is what tests and `make soak` use."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.drill.digests import Digests
from bot.drill.page import RECEIPT as WORDS
from bot.drill.places import Source
from bot.drill.search import Hit, Search
from tests.canary import calls, clocks, identity, papers
from tests.canary.child import DEBUG, RAISED
from tests.canary.flows import (
    IDENTITY,
    SLACK,
    TEAMS,
    TEXTS,
    TIME,
    Fill,
    Flow,
    Forge,
    Open,
    Press,
    Receipt,
    Say,
    Sees,
    Step,
    Visit,
    Waits,
)
from tests.canary.identity import Canary
from tests.canary.people import SlackPerson, Somebody, TeamsPerson, WebPerson
from tests.canary.process import Process

# What is looked for in the words of somebody's own dialog: who they are, not what they wrote.
_WORDS = " (words)"


@dataclass
class Run:
    """Somebody new for each flow; `first` is the number of the first of them."""

    process: Process
    entry: str
    first: int = 1
    people: list[Canary] = field(default_factory=list)
    receipts: list[list[str]] = field(default_factory=list)
    windows: list[clocks.Window] = field(default_factory=list)
    _touched: dict[str, list[clocks.Moment]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        match self.entry:
            case e if e == SLACK:
                self.person: Somebody = SlackPerson(self.process.slack, self.process.url)
            case e if e == TEAMS:
                self.person = TeamsPerson(self.process.microsoft, self.process.url)
            case _:
                self.person = WebPerson(self.process.url)

    def go(self, flow: Flow) -> str:
        """Somebody new goes through a flow; what was shown last. Where all is well its last words are checked."""
        walk = self.walk(flow)
        while not (shown := next(walk)):
            self.process.work_on_reports()
        return shown

    def walk(self, flow: Flow) -> Iterator[str]:
        """The same step by step: nothing is given whenever somebody waits for a window and HR, what was shown last at the end.

        Others may go on meanwhile.
        """
        canary = Canary(self.first + len(self.people), flow.hides & {IDENTITY, TEXTS})
        self.people.append(canary)
        self.person.become(canary)
        shown, receipt = "", ""
        for step in flow.steps:
            if isinstance(step, Waits):
                yield ""
                self.person.become(canary)
            elif TIME in flow.hides and getattr(step, "sends", False):
                before, begun = self._state(), time.time()
                shown, receipt = self._step(step, canary, shown, receipt)
                self._sent(clocks.Window(begun, time.time()), before)
            else:
                shown, receipt = self._step(step, canary, shown, receipt)
        assert flow.shows in shown, f"{flow.name}: {shown}"
        yield shown

    def _step(self, step: Step, canary: Canary, shown: str, receipt: str) -> tuple[str, str]:
        """One step: what is shown after it, and the receipt as far as there is one."""
        facts = {**canary.facts, "receipt": receipt}

        def said(text: str) -> str:
            return _filled(text, facts)

        match step:
            case Say(text):
                return self.person.say(said(text)), receipt
            case Open(form):
                return self.person.open(form), receipt
            case Press(label):
                return self.person.press(label), receipt
            case Sees(words):
                assert words in shown, f"{words!r} is not in: {shown}"
                return shown, receipt
            case Fill(label, values, files=files):
                if files:
                    assert isinstance(self.person, WebPerson), "files go by the pages alone"
                    self.person.attach(papers.files(files, canary.facts))
                return self.person.submit(label, {name: said(text) for name, text in values.items()}), receipt
            case Forge(form, values):
                return self.person.forge(form, {name: said(text) for name, text in values.items()}), receipt
            case Visit(path, status):
                return self.person.visit(path, status), receipt
            case Receipt(words):
                found = words.search(shown)
                assert found, f"no receipt in: {shown}"
                self.receipts.append(found[1].split())
                return shown, found[1]

    def _sent(self, window: clocks.Window, before: Mapping[str, object]) -> None:
        """Notes the moment, and what changed in it: files, the length of logs, metrics."""
        self.windows.append(window)
        time.sleep(clocks.AFTER)
        for name, state in self._state().items():
            if before.get(name) != state:
                moment = state if isinstance(state, float) else window.start
                self._touched.setdefault(name, []).append((moment, 0.001))

    def _state(self) -> dict[str, object]:
        """What can be seen from outside to change: when a file was touched (as a float), how long a log is, what is counted."""
        roots = {"data": self.process.data, "temporary": self.process.temporary}
        found: dict[str, object] = {
            f"time of {name}/{path}": moment for name, root in roots.items() for path, moment in clocks.touched(root).items()
        }
        found |= {f"lines in {name}": (self.process.capture / name).stat().st_size for name in ("stdout", "stderr")}
        return found | {f"metric {name}": text for name, text in self.process.metrics().items()}

    def hits(self, *, exports: bool = True) -> list[Hit]:
        """Every leak of this run alone."""
        return hits(self.process, [self], exports=exports)

    def clock_hits(self) -> list[Hit]:
        """The places that tell when somebody sent something."""
        if not self.windows:
            return []
        changed = clocks.in_step(self.windows, self._touched, "moment of a change")
        return changed + clocks.in_step(self.windows, self.process.told())

    def forget(self) -> None:
        """Begins anew: what was captured so far is put aside, so that the next search finds only what comes now."""
        for name in (DEBUG, RAISED, "stdout", "stderr"):
            path = self.process.capture / name
            if path.exists():
                path.write_bytes(b"")
        self.process.slack.calls.clear()
        self.process.microsoft.posts.clear()
        for office in self.process.offices:
            office.received.clear()
        self.person.answers.clear()
        self.first += len(self.people)
        for kept in (self.people, self.receipts, self.windows, self._touched):
            kept.clear()


def hits(process: Process, runs: Sequence[Run], *, exports: bool = True) -> list[Hit]:
    """Every leak of these runs, named; without `exports` no command is run, which takes seconds.

    Receipts that came late, in a dialog that was filled afterwards, are looked for like those that were read.
    """
    sent_out = [*calls.of_slack(process.slack.calls, identity.IDENTITY["response_url"]), *calls.of_teams(process.microsoft.posts)]
    sent_out += [source for run in runs for source in calls.of_answers(run.person.answers)]
    sent_out += [source for office in process.offices for source in office.received]
    sent_out = list(calls.drawn_once(sent_out))
    people = [each.ids for run in runs for each in run.people if IDENTITY in each.hidden]
    receipts = [words for run in runs for words in run.receipts] + late(sent_out)
    digests = Digests([*people, *({"receipt": " ".join(words)} for words in receipts)], process.secrets)
    who = Search({**identity.IDENTITY, **identity.PLACE}, digests)
    everything = Search({**identity.IDENTITY, **identity.PLACE, **identity.TEXT}, digests, receipts)
    sources = [*process.produced(exports=exports), *sent_out]
    found = everything.hits(each for each in sources if not each.where.endswith(_WORDS))
    found += who.hits(each for each in sources if each.where.endswith(_WORDS))
    return [*found, *(hit for run in runs for hit in run.clock_hits())]


def late(sent_out: Iterable[Source]) -> list[list[str]]:
    """The receipts in the words of dialogs."""
    shown = (each.data.decode("utf-8", "replace") for each in sent_out if each.where.endswith(_WORDS))
    found = {words for text in shown for words in WORDS.findall(text)}
    return [words.split() for words in sorted(found)]


def _filled(text: str, facts: Mapping[str, str]) -> str:
    for kind, fact in facts.items():
        text = text.replace(f"{{{kind}}}", fact)
    return text


def told(hits: Iterable[Hit]) -> str:
    """The leaks as lines, for whoever reads a failed test."""
    return "\n".join(map(str, hits))


def times(flows: list[Flow], count: int) -> Iterator[Flow]:
    """So many flows, each in turn."""
    for number in range(count):
        yield flows[number % len(flows)]
