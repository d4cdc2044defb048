"""Papers made from the ledger: a signer's copy, the certificate of a record, and HR's report and lists of a request."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from bot import exporting, statement
from bot.arrivals import copied
from bot.copies import OF_REQUEST
from bot.journeys.requesting import must_be_hr
from bot.publishing import Published
from bot.records import Entry
from bot.standings import Standings

PDF, PLAIN, CSV, JSON = "application/pdf", "text/plain", "text/csv", "application/json"
# What is the signer's own to keep; the first time that it is fetched it has been delivered.
OWN = ("pdf", "text")
FETCHED = "download"


class NoSuchRecord(Exception):
    """There is no such record, or nothing can be printed of it."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file to give away; `name` is what it is saved as, and names nobody."""

    content: bytes = field(repr=False)
    media_type: str
    name: str


# Draws a paper whose facts have been read: takes a second, of a large request ten, and may be called in any thread.
Drawing = Callable[[], Paper]


@dataclass(frozen=True)
class Issuing:
    """Runs where the ledger's verbs may be called; `new_id` makes the id of the record that a copy was fetched."""

    standings: Standings
    new_id: Callable[[], str] = field(repr=False)

    def allow(self, kind: str, by: str) -> None:
        """Looks whether an address that was given to this person still holds; HR's do for HR alone. Raises NotHR."""
        if kind in OF_REQUEST:
            with self.standings.ledger.transaction():
                must_be_hr(self.standings.ledger.people.get(by), self.standings.today)

    def fetched(self, kind: str, id: str) -> None:
        """A paper was given to whoever has its address; a signer's own copy counts as delivered from now on."""
        if kind in OWN:
            with self.standings.ledger.transaction(deciding=True):
                self._deliver(id)

    def paper(self, kind: str, id: str) -> Paper:
        """The paper of a record (pdf, text, certificate, scan) or of a request (report, csv, json). Raises NoSuchRecord."""
        return self.drawing(kind, id)()

    def drawing(self, kind: str, id: str) -> Drawing:
        """What draws that paper. Raises NoSuchRecord."""
        match kind:
            case "pdf" | "text":
                return self._copy(kind, id)
            case "certificate":
                return self._certificate(id)
            case "scan":
                return self._scan(id)
            case _:
                return self._of_request(kind, id)

    def _deliver(self, id: str) -> None:
        entry = self.standings.ledger.acts.get(id)
        if entry is None or entry.kind != "signed" or not entry.person:
            return
        acts = self.standings.ledger.acts.of_person(entry.person, ("copied",), entry.policy)
        if all(each.facts.get("signed") != id for each in acts):
            copied(self.standings.ledger, id, FETCHED, self.standings.now(), self.new_id)

    def _copy(self, kind: str, id: str) -> Drawing:
        entry, published = self._read(id)
        given = (published, entry, json.loads(entry.personal), self._statement(entry, published))
        zone = self.standings.zone

        def drawn() -> Paper:
            from bot.papers import signed_copy, text_copy  # fpdf2 is loaded only where a paper is wanted

            if kind == "text":
                return Paper(text_copy(*given, zone=zone).encode(), PLAIN, f"signed-{id}.txt")
            return Paper(signed_copy(*given, zone=zone), PDF, f"signed-{id}.pdf")

        return drawn

    def _scan(self, id: str) -> Drawing:
        """The sheet that was signed by hand, as it was scanned; gone where it has been disposed of."""
        entry, _ = self._read(id)
        with self.standings.ledger.transaction():
            found = self.standings.ledger.requests.scan(str(entry.facts.get("scan_sha256", "")))
        if found is None:
            raise NoSuchRecord
        content, media_type = found
        return lambda: Paper(content, media_type, f"sheet-{id}.{media_type.partition('/')[2]}")

    def _certificate(self, id: str) -> Drawing:
        entry, published = self._read(id)
        with self.standings.ledger.transaction():
            acts = self.standings.ledger.acts.of_person(entry.person, ("consented", "copied"), entry.policy)
            root = next((each for each in self.standings.ledger.acts.roots() if each.records >= entry.seq), None)
            witnesses = self.standings.ledger.acts.witnesses(root.day) if root else []
        consented = [each for each in acts if each.kind == "consented" and each.seq < entry.seq]
        delivered = [each for each in acts if each.kind == "copied" and each.facts.get("signed") == id]
        said, zone = self._statement(entry, published), self.standings.zone

        def drawn() -> Paper:
            from bot.papers import certificate

            made = certificate(
                published,
                entry,
                json.loads(entry.personal),
                root,
                statement=said,
                consented=consented[-1] if consented else None,
                copied=delivered[0] if delivered else None,
                witnesses=witnesses,
                zone=zone,
            )
            return Paper(made, PDF, f"certificate-{id}.pdf")

        return drawn

    def _of_request(self, kind: str, id: str) -> Drawing:
        with self.standings.ledger.transaction():
            request = self.standings.ledger.requests.get(id)
            published = self.standings.ledger.policies.get(request.policy, request.version) if request else None
            rows = self.standings.ledger.requests.status(id, self.standings.today)
        if request is None or published is None:
            raise NoSuchRecord
        now, zone = self.standings.now(), self.standings.zone

        def drawn() -> Paper:
            if kind == "csv":
                return Paper(exporting.as_csv(rows).encode(), CSV, f"sign-off-{id}.csv")
            if kind == "json":
                return Paper(exporting.as_json(rows).encode(), JSON, f"sign-off-{id}.json")
            from bot.papers import completion_report

            made = completion_report(request, published, rows, exporting.by_day(rows, zone), now, zone=zone)
            return Paper(made, PDF, f"sign-off-{id}.pdf")

        return drawn

    def _read(self, id: str) -> tuple[Entry, Published]:
        with self.standings.ledger.transaction():
            entry = self.standings.ledger.acts.get(id)
            published = self.standings.ledger.policies.get(entry.policy, entry.version) if entry else None
        if entry is None or published is None or not entry.personal:
            raise NoSuchRecord
        return entry, published

    def _statement(self, entry: Entry, published: Published) -> str:
        """The sentence that was signed, in the words of that time."""
        digest = str(entry.facts.get("statement_sha256", ""))
        with self.standings.ledger.transaction():
            words = self.standings.ledger.policies.statement(digest) if digest else None
        return statement.statement(published.policy, statement.Words(words.strip(), "")) if words else ""
