"""What is served to people without a chat account and to other programs: signing links, copies, the gate; over real HTTP."""

from __future__ import annotations

import datetime
import html
import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import requests

from bot.channels.web.gate import Gate
from bot.channels.web.papers import Papers
from bot.channels.web.signing import Signing
from bot.directory import read_directory
from bot.dispatcher import Dispatcher
from bot.ledger import DatabaseGone, Ledger
from bot.server import application
from bot.signing_links import digest
from bot.sites import Allowed, Site
from bot.tokens import Tokens
from policy_kb import KnowledgeBase
from tests.databases import opened
from tests.serving import Serving
from tests.signoffs import TODAY, Clock, Signer, office
from tests.web_driver import Element, read

TOKEN, GATE = "t" * 32, "gate-token-of-the-tests"


@dataclass
class Served:
    """The pages of an office; the office's own desk, and what its ledger holds, are used through `office`."""

    door: Dispatcher
    url: str

    def get(self, path: str, **more: object) -> requests.Response:
        """Asks for a page."""
        return requests.get(f"{self.url}{path}", timeout=30, **more)  # type: ignore[arg-type] # as requests takes it

    def kinds(self) -> list[str]:
        """What the chain holds."""
        return self.door.thread.submit(lambda: [each.kind for each in self.door.ledger.acts.all()]).result()


@pytest.fixture
def served(knowledge: KnowledgeBase) -> Iterator[Served]:
    """An office over HTTP; its ledger belongs to a thread of its own."""
    with ThreadPoolExecutor(1) as thread:
        made = office()
        here = thread.submit(made.__enter__).result()
        keys = itertools.count(1)
        door = Dispatcher(
            knowledge,
            read_directory(),
            Tokens(b"test"),
            here.ledger,
            thread,
            url="http://bot.example",
            now=here.clock,
            new_key=lambda: f"key{next(keys):013}",
        )

        async def fine() -> None:
            """Nothing is checked."""

        serving = Serving(lambda: application([Signing(door), Papers(door), Gate(door, GATE)], fine))
        try:
            yield Served(door, serving.url)
        finally:
            serving.close()
            thread.submit(made.__exit__, None, None, None).result()


def linked(served: Served, person: str = "alice") -> str:
    """A link for somebody, as HR hands it out."""
    until = datetime.datetime(2027, 2, 1, tzinfo=datetime.UTC)

    def make() -> None:
        with served.door.ledger.transaction():
            served.door.ledger.requests.make_link(digest(TOKEN), "r1", person, until)

    served.door.thread.submit(make).result()
    return f"/sign/{TOKEN}"


class Browser:
    """Somebody at a signing link, without scripts."""

    def __init__(self, served: Served, path: str) -> None:
        self._served = served
        self.status = 0
        self.page = Element("", {})
        self._take(served.get(path))

    @property
    def text(self) -> str:
        """What is to be read."""
        return self.page.one("main").text

    def submit(self, label: str, **values: str) -> None:
        """Sends the form or presses the button with this label."""
        button = next(each for each in self.page.all("button") if each.text == label)
        form = next(each for each in self.page.all("form") if any(part is button for part in each.walk()))
        held = {each.attributes["name"]: each.attributes["value"] for each in form.all("input", type="hidden")}
        sent = {**held, **{f"field-{name}": value for name, value in values.items()}}
        if "name" in button.attributes:
            sent[button.attributes["name"]] = button.attributes["value"]
        self._take(requests.post(f"{self._served.url}{form.attributes['action'].partition('#')[0]}", data=sent, timeout=30))

    def _take(self, answer: requests.Response) -> None:
        self.status, self.page = answer.status_code, read(answer.text)


def test_a_link_is_read_and_signed_once(served: Served) -> None:
    """Looking uses nothing up; signing does, and the copies are a press away."""
    path = linked(served)
    assert Browser(served, path).status == 200
    alice = Browser(served, path)
    assert "Page 1 of 10" in alice.text
    assert "Who are you?" not in alice.page.text
    for _ in range(9):
        alice.submit("Next page")
    alice.submit("Go on")
    alice.submit("Sign", consent="yes", name="Alice Stone")
    assert "Signed" in alice.text
    assert served.kinds()[-2:] == ["consented", "signed"]
    assert Browser(served, path).status == 404
    copy = next(each.attributes["href"] for each in alice.page.all("a") if "PDF" in each.text)
    fetched = served.get(copy.removeprefix("http://bot.example"))
    assert (fetched.status_code, fetched.headers["Content-Type"]) == (200, "application/pdf")
    assert fetched.content.startswith(b"%PDF")
    assert served.kinds()[-1] == "copied"
    served.get(copy.removeprefix("http://bot.example"))
    assert served.kinds().count("copied") == 1


def test_every_link_that_is_none_looks_alike(served: Served) -> None:
    """Never given, cut short, past its time: one page, one status."""
    linked(served)
    answers = [Browser(served, path) for path in (f"/sign/{'x' * 32}", "/sign/t", f"/sign/{TOKEN}{TOKEN}")]
    clock = served.door.now
    assert isinstance(clock, Clock)
    clock.move(days=365)
    answers.append(Browser(served, f"/sign/{TOKEN}"))
    assert {(each.status, each.text) for each in answers} == {(404, answers[0].text)}
    assert "does not work any more" in answers[0].text


def test_a_link_says_by_its_status_too_that_the_database_is_away(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is served with the same words, and nothing is used up."""
    path = linked(served)

    def gone(*_: object) -> None:
        raise DatabaseGone("zebrafinch")

    with monkeypatch.context() as away:
        away.setattr(served.door.desk.__class__, "answer_link", gone)
        answer = served.get(path)
    assert answer.status_code == 503
    assert DatabaseGone.__doc__ in html.unescape(answer.text)
    assert "zebrafinch" not in answer.text
    assert served.get(path).status_code == 200


def test_a_link_is_for_signing_alone(served: Served) -> None:
    """Other presses and forms, and states that were not sealed here, do nothing."""
    path = linked(served)
    before = served.kinds()
    for sent in (
        {"press": "signoffs", "value": "", "standing": "hr"},
        {"press": "home", "value": "", "standing": "hr"},
        {"form": "ask", "field-question": "x", "standing": "staff"},
        {"form": "sign", "state": "forged", "field-name": "Alice Stone", "standing": "staff"},
        {"form": "sign", "field-name": "Alice Stone", "field-consent": "yes", "standing": "staff"},
        {"press": "open:sign", "value": "forged", "standing": "staff"},
    ):
        answer = requests.post(f"{served.url}{path}", data=sent, timeout=30)
        assert answer.status_code in (200, 400, 404), sent
        assert "Traceback" not in answer.text
    assert served.kinds() == before


def test_pages_are_never_kept_by_others(served: Served) -> None:
    """No page of a person is cached, referred from, or shown in a frame."""
    for path in (linked(served), "/copy/nothing"):
        headers = served.get(path).headers
        assert "no-store" in headers["Cache-Control"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_copy_needs_its_address(served: Served) -> None:
    """What was not signed here, is too old, or names what is not there gives nothing."""
    old = served.door.copies.address("id1", "pdf").removeprefix("http://bot.example")
    assert served.get("/copy/nonsense").status_code == 404
    assert served.get(old).status_code == 404
    clock = served.door.now
    assert isinstance(clock, Clock)
    clock.move(days=31)
    answer = served.get(old)
    assert (answer.status_code, "no longer good" in answer.text) == (404, True)


@pytest.mark.parametrize("kind", ["report", "csv", "json"])
def test_hr_fetches_lists_by_their_address(served: Served, kind: str) -> None:
    """Completion report, CSV and JSON of a request."""
    answer = served.get(served.door.copies.address("r1", kind, "hana").removeprefix("http://bot.example"))
    assert answer.status_code == 200
    assert ("Alice Stone" in answer.content.decode("utf-8-sig", "replace")) == (kind != "report")


@pytest.mark.parametrize("by", ["", "alice", "nobody"])
def test_lists_are_given_to_hr_alone_whoever_has_the_address(served: Served, by: str) -> None:
    """An address that was made for somebody who does not hold HR's grant (any more) gives nothing."""
    answer = served.get(served.door.copies.address("r1", "csv", by).removeprefix("http://bot.example"))
    assert (answer.status_code, "Only HR" in answer.text, "Alice" in answer.text) == (404, True, False)


def test_nobody_waits_for_a_paper_that_is_drawn(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report of a large request takes ten seconds: the ledger's thread is free meanwhile. Two are drawn at a time."""
    at_once: list[int] = []
    drawing, drawn = threading.Semaphore(0), threading.Event()

    def slow(*_: object) -> str:
        at_once.append(1)
        drawing.release()
        assert drawn.wait(20)
        return "x"

    monkeypatch.setattr("bot.issuing.exporting.as_csv", slow)
    address = served.door.copies.address("r1", "csv", "hana").removeprefix("http://bot.example")
    with ThreadPoolExecutor(3) as readers:
        asked = [readers.submit(served.get, address) for _ in range(3)]
        assert drawing.acquire(timeout=20)
        assert drawing.acquire(timeout=20)
        assert served.door.thread.submit(lambda: "free").result(timeout=5) == "free"
        assert not drawing.acquire(timeout=0.3)
        drawn.set()
        assert [each.result().text for each in asked] == ["x"] * 3
    assert len(at_once) == 3


def test_the_gate_answers_only_to_its_token(served: Served) -> None:
    """Without it nothing is said of anybody; with it the answer is no, with clause and reason, until a record says yes."""
    assert served.get("/gate?person=alice@city.example").status_code == 401
    assert served.get("/gate?person=alice@city.example", headers={"Authorization": "Bearer wrong"}).status_code == 401
    known = {"Authorization": f"Bearer {GATE}"}
    told = served.get("/gate?person=alice@city.example", headers=known).json()
    assert told == {
        "allowed": False,
        "because": f"version {served.door.knowledge.policies[0].version} is not signed",
        "record": "",
        "clause": "416.4.3",
    }
    assert served.get("/gate?person=nobody@city.example", headers=known).json()["allowed"] is False
    for query in ("", "?person=", "?person=a&person=b", "?person=a&on=tomorrow", "?person=a&colour=red"):
        answer = served.get(f"/gate{query}", headers=known)
        assert (answer.status_code, answer.json()["allowed"]) == (400, False), query


def test_the_gate_says_yes_for_the_account_that_somebody_stands_for(served: Served) -> None:
    """Signed, copy delivered, and in the register: allowed with the record; another account is a no."""
    site = Site("s1", "City page", "Facebook", "sam", TODAY, people=(Allowed("alice", TODAY),))
    desk = served.door.desk

    def signed() -> str:
        with served.door.ledger.transaction():
            served.door.ledger.sites.register(site)
        from tests.signoffs import Office

        here = Office(served.door.ledger, desk, served.door.now, None, None)  # type: ignore[arg-type] # no more is needed here
        alice = Signer(here)
        alice.sign()
        here.deliver()
        return here.entries("signed")[0].id

    record = served.door.thread.submit(signed).result()
    known = {"Authorization": f"Bearer {GATE}"}
    yes = served.get("/gate?person=alice@city.example&account=City page&on=2026-11-20", headers=known).json()
    assert (yes["allowed"], yes["record"], yes["clause"]) == (True, record, "416.4.3")
    no = served.get("/gate?person=alice@city.example&account=Other page", headers=known).json()
    assert (no["allowed"], no["because"]) == (False, "that account is not registered")


def test_without_a_token_there_is_no_gate(knowledge: KnowledgeBase) -> None:
    """An installation that sets none answers nobody."""
    with ThreadPoolExecutor(1) as thread, opened("memory", None) as database:  # type: ignore[arg-type] # no file
        door = Dispatcher(knowledge, read_directory(), Tokens(b"test"), Ledger(database), thread)

        async def fine() -> None:
            """Nothing is checked."""

        serving = Serving(lambda: application([Gate(door, "")], fine))
        answer = requests.get(f"{serving.url}/gate?person=a", headers={"Authorization": "Bearer "}, timeout=30)
        serving.close()
        assert answer.status_code == 401
