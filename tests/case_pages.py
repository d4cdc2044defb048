"""The pages of the case room for tests: an office over HTTP, and browsers that are signed in."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import requests

from bot.case_access import PATH, CaseAccess
from bot.caseroom import Caseroom
from bot.channels.web.cases import Cases
from bot.ledger import Ledger
from bot.people import Grant, Person
from bot.report_settings import ReportSettings
from bot.server import application
from bot.tokens import Tokens
from bot.views import Quote
from tests.caserooms import HOURS, SECRET, Room, office
from tests.databases import opened
from tests.serving import Serving
from tests.web_driver import Element, read

CLAUSE = Quote("Employees may not.", "416.8.5.a, Social Media Policy", mark="a.")


@dataclass
class Served:
    """The pages of an office. `failed` counts what went wrong."""

    room: Room
    access: CaseAccess
    url: str
    ledger_thread: ThreadPoolExecutor
    book_thread: ThreadPoolExecutor
    failed: list[int] = field(default_factory=list)

    def link(self, person: str = "hana") -> str:
        """A sign-in link, as an address of the test's server."""
        address = self.ledger_thread.submit(self.access.link_for, person).result()
        return self.url + address.removeprefix("https://bot.example")

    def browser(self, person: str = "hana") -> Browser:
        """Somebody who is signed in."""
        browser = Browser(self)
        browser.enter(self.link(person))
        return browser

    def case(self) -> str:
        """The address of the first case that Hana sees."""
        return f"{PATH}/case/{self.book_thread.submit(self.room.case).result()}"

    def reported(self, what: str = SECRET, involved: tuple[str, ...] = ()) -> None:
        """A report that has come to light."""
        self.book_thread.submit(self.room.reported, what, involved=involved).result()
        self.book_thread.submit(self.room.released).result()


class Browser:
    """One browser. It carries our cookie by hand, since it is for https alone."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self.cookie = ""
        self.answer = requests.Response()

    def get(self, path: str, **headers: str) -> requests.Response:
        """Asks for a page."""
        return self._sent("GET", path, None, headers)

    def post(self, path: str, fields: dict[str, str] | str, **headers: str) -> requests.Response:
        """Sends a form."""
        return self._sent("POST", path, fields, headers)

    def enter(self, link: str) -> requests.Response:
        """Follows a sign-in link and presses its button."""
        path = link.removeprefix(self._served.url)
        self.get(path)
        return self.post(path, {})

    def fill(self, path: str, act: str, **texts: str) -> requests.Response:
        """Fills in the form of an act on a case's page, with what stands hidden in it, and sends it."""
        page = read(self.get(path).text)
        return self.post(f"{path}/{act}", hidden(page, f"{path}/{act}") | texts)

    def _sent(self, method: str, path: str, body: object, headers: dict[str, str]) -> requests.Response:
        carried = {"Cookie": f"__Secure-cases={self.cookie}"} if self.cookie else {}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = requests.request(
            method, self._served.url + path, data=body, headers=carried | named, timeout=30, allow_redirects=False
        )
        if "__Secure-cases" in self.answer.cookies or "Set-Cookie" in self.answer.headers:
            found = re.search('__Secure-cases="?([^";]*)', self.answer.headers["Set-Cookie"])
            self.cookie = found[1] if found else ""
        return self.answer


def hidden(page: Element, action: str) -> dict[str, str]:
    """What stands hidden in a page's form for an address."""
    form = next(each for each in page.all("form") if each.attributes.get("action") == action)
    fields = [each for each in form.all("input") if each.attributes.get("type") == "hidden"]
    return {each.attributes["name"]: each.attributes["value"] for each in fields}


@contextmanager
def case_pages(place: Path, chosen: ReportSettings | None = None, lost: tuple[str, ...] = ()) -> Iterator[Served]:
    """An office with Hana and Ida of HR and the independent Ada, over HTTP; ledger and casebook have a thread each. `lost` are
    the recipients whose key is lost."""
    with ThreadPoolExecutor(1) as ledger_thread, ThreadPoolExecutor(1) as book_thread:
        making, opening = office(chosen=chosen), opened("memory", place)
        room = book_thread.submit(making.__enter__).result()
        database = ledger_thread.submit(opening.__enter__).result()
        ledger = Ledger(database)

        def people() -> None:
            for id, name in (("hana", "Hana Ruiz"), ("ida", "Ida Berg"), ("ada", "Ada Clerk"), ("bob", "Bob Marsh")):
                with ledger.transaction():
                    ledger.people.put(Person(id, name, f"{id}@city.example"))
                    if id in ("hana", "ida"):
                        ledger.people.grant(id, Grant.HR)

        ledger_thread.submit(people).result()
        access = CaseAccess(
            ledger,
            Tokens(b"a secret of the tests"),
            "https://bot.example",
            room.book.people,
            now=room.clock,
            today=lambda: HOURS.day(room.clock()),
        )
        failed: list[int] = []
        serving: Serving | None = None

        def threaded(thread: ThreadPoolExecutor) -> object:
            async def run(call: object, *given: object) -> object:
                return await asyncio.get_running_loop().run_in_executor(thread, call, *given)  # type: ignore[arg-type, func-returns-value]

            return run

        cases = Cases(
            access,
            Caseroom(replace(room.book, lost=lambda: lost), HOURS, lambda: HOURS.day(room.clock())),
            threaded(ledger_thread),  # type: ignore[arg-type] # what runs it
            threaded(book_thread),  # type: ignore[arg-type]
            {"416.8.5.a": CLAUSE}.get,
            failed=lambda: failed.append(1),
        )

        async def fine() -> None:
            """Nothing is checked."""

        serving = Serving(lambda: application([cases], fine))
        try:
            yield Served(room, access, serving.url, ledger_thread, book_thread, failed)
        finally:
            serving.close()
            book_thread.submit(making.__exit__, None, None, None).result()
            ledger_thread.submit(opening.__exit__, None, None, None).result()
