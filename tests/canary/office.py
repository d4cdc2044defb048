"""HR in the case room: signed in by a real link, at the pages of the running process. What HR receives is kept to be searched."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

import requests

from bot.case_access import PATH
from bot.drill.places import Source
from bot.ledger import Ledger
from bot.people import Grant, Person
from tests.web_driver import Element, read

# Somebody of HR, and the independent one who reads what HR may not, and what tells of retaliation.
HANA, ADA = Person("hana", "Hana Ruiz", "hana.ruiz@city.example"), Person("ada", "Ada Clerk", "ada.clerk@city.example")
ASKED, ANSWERED = "Which of the pages was it?", "The page was taken down."
# How HR's own address is written in links, wherever the process listens.
URL = "https://bot.example"
_CASE = re.compile(rf'href="({PATH}/case/[0-9a-f]+)"')
_FILE = re.compile(rf'href="({PATH}/case/[0-9a-f]+/file/\d+)"')
_TROUBLES = ("full", "seal")


def settle(ledger: Ledger) -> None:
    """Both are there. No chat reaches them, since the marks of the organisation would then stand in the directory for good."""
    with ledger.transaction():
        for each in (HANA, ADA):
            ledger.people.put(each)
        ledger.people.grant(HANA.id, Grant.HR)


class Office:
    """The browser of one of them. `link` makes a link to the case room, `trouble` switches a fault of the process on or, without
    a name, off."""

    def __init__(self, url: str, link: Callable[[], str], trouble: Callable[[str], None]) -> None:
        self._url, self._link, self._trouble = url, link, trouble
        self._cookie = ""
        self._asked: set[str] = set()
        self._concluded: set[str] = set()
        self._troubles = itertools.cycle(_TROUBLES)
        self.received: list[Source] = []

    def work(self) -> None:
        """What there is to do: new cases are taken, assessed and asked about, those from before are concluded.

        The first of them meets a fault before: what cannot be done then is done afterwards.
        """
        for number, case in enumerate(self._open()):
            if number == 0:
                self._trouble(next(self._troubles))
                self._do(case, "note", text="A note that may not be kept.", faulty=True)
                self._trouble("")
            self._worked_at(case)

    def _worked_at(self, case: str) -> None:
        if case in self._asked:
            self._do(case, "conclude", outcome="substantiated", text=ANSWERED, reason="Seen by two.")
            self._concluded.add(case)
            return
        self._do(case, "take")
        for file in _FILE.findall(self._read(case)):
            assert self._get(file, "a file of a case").ok
        self._do(case, "assess", category="Posting", severity="serious", risk="some", measures="Nobody is told.")
        self._do(case, "write", letter="question", text=ASKED)
        self._asked.add(case)

    def _open(self) -> Iterator[str]:
        """The cases that are not concluded yet."""
        shown = self._read(PATH)
        return (case for case in dict.fromkeys(_CASE.findall(shown)) if case not in self._concluded)

    def _read(self, path: str) -> str:
        if not self._cookie:
            self._enter()
        shown = self._get(path, "the case room (words)")
        if shown.status_code == 401:  # half an hour went by
            self._enter()
            shown = self._get(path, "the case room (words)")
        assert shown.ok, shown.status_code
        return shown.text

    def _enter(self) -> None:
        path = self._link().removeprefix(URL)
        self._get(path, "the case room (words)")
        entered = self._send("POST", path, {}, "the case room (words)")
        self._cookie = entered.headers["Set-Cookie"].partition(";")[0]

    def _do(self, case: str, act: str, *, faulty: bool = False, **texts: str) -> None:
        """An act, by its form on the page as it stands."""
        page = read(self._read(case))
        done = self._send("POST", f"{case}/{act}", _hidden(page, f"{case}/{act}") | texts, "the case room (words)")
        assert faulty or done.status_code == 303, (act, done.status_code, read(done.text).text)

    def _get(self, path: str, what: str) -> requests.Response:
        return self._send("GET", path, None, what)

    def _send(self, method: str, path: str, body: dict[str, str] | None, what: str) -> requests.Response:
        carried = {"Cookie": self._cookie} if self._cookie else {}
        answer = requests.request(method, self._url + path, data=body, headers=carried, timeout=30, allow_redirects=False)
        self.received += [Source(f"head of {what.removesuffix(' (words)')}", str(answer.headers).encode())]
        self.received.append(Source(what, answer.content))
        return answer


def _hidden(page: Element, action: str) -> dict[str, str]:
    """What stands hidden in a page's form for an address."""
    form = next(each for each in page.all("form") if each.attributes.get("action") == action)
    fields = [each for each in form.all("input") if each.attributes.get("type") == "hidden"]
    return {each.attributes["name"]: each.attributes["value"] for each in fields}
