"""The parts of the drill: the telephone at the page, what lies in PostgreSQL, the logs that nobody named, what is told."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from aiohttp import web

from bot.config import Settings
from bot.doctor.web import Answer, Web
from bot.drill import keeping, looking, tables
from bot.drill.canary import DRILL, FORWARDED, OPENED, RECEIPT, VISIT, WRITTEN, new_canary
from bot.drill.digests import Digests
from bot.drill.filing import file
from bot.drill.looking import Looked, Place
from bot.drill.page import read
from bot.drill.phone import NotDrilled
from bot.drill.report import Told, as_json, lines
from bot.drill.search import Hit, Search
from bot.drill.tables import Tables
from bot.flood import Flood
from bot.reporting import Reporting
from tests.databases import schema
from tests.report_page import WORDS, Page
from tests.serving import Serving

pytestmark = pytest.mark.anonymity
CANARY = new_canary(1_795_183_331.0)


@pytest.fixture
def page() -> Iterator[Page]:
    """The pages, before a casebook in memory."""
    opened = Page()
    yield opened
    opened.close()


def filed(page: Page, *readers: str) -> tuple[str, list[str], dict[str, None]]:
    """The receipt, what went wrong, what was noticed."""
    visit = asyncio.run(file(page.url, CANARY, readers))
    return visit.canary.receipt, visit.wrong, visit.noticed


def test_the_whole_way_is_gone(page: Page) -> None:
    """Filed to HR with its file, come back to and added to; every word says that it is a drill."""
    assert filed(page, "hr") == (WORDS, [], {})
    ((written, (attached,)),) = page.book.kept
    assert (written.route, written.kind, written.danger, written.involved) == ("hr", "other", False, ())
    assert written.what.startswith(DRILL)
    assert CANARY.marks["words of the report"] in written.what
    assert attached.content.decode().startswith(DRILL)
    (added,) = page.book.added
    assert added.startswith("This is a drill of the program")


def test_where_nobody_of_hr_is_offered_somebody_is(page: Page) -> None:
    """The first reader of the form."""
    filed(page, "somebody-who-left")
    assert page.book.kept[0][0].route == "hr"


def test_where_too_many_write() -> None:
    """The page's own words are told, and no more is sent."""
    crowded = Page(worked=Flood(all=0))
    with pytest.raises(NotDrilled, match="Too many are writing at this moment"):
        filed(crowded)
    crowded.close()
    assert not crowded.book.kept


def test_where_the_receipt_can_not_be_used() -> None:
    """The report is filed, so it is looked for all the same; what went wrong is told."""
    page = Page(worked=Flood(all=1))
    receipt, (wrong,), _ = filed(page, "hr")
    page.close()
    assert receipt == WORDS
    assert "could not be come back to: the page says: Too many" in wrong


def test_a_page_that_comes_in_pieces() -> None:
    """A proxy may hand it on as it likes; all of it is read."""

    async def slowly(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for piece in (b"a" * 40_000, b"b" * 20_000, b"end"):
            await answer.write(piece)
            await asyncio.sleep(0.05)
        return answer

    async def called(url: str) -> str:
        async with Web() as calls:
            answer = await calls.call("GET", url)
            assert isinstance(answer, Answer)
            return answer.body

    def served() -> web.Application:
        app = web.Application()
        app.router.add_get("/", slowly)
        return app

    serving = Serving(served)
    assert asyncio.run(called(serving.url)).endswith("bend")
    serving.close()


def test_a_report_that_is_closed() -> None:
    """Nothing was sent."""
    page = Page(door=Reporting())
    with pytest.raises(NotDrilled, match="Reports cannot be taken here yet"):
        filed(page)
    page.close()


@pytest.mark.parametrize(
    "text", ["", "<html>", "<title>Sign in</title><form action='/in'><input name=x>", "</p></main>\x00", "ok"]
)
def test_other_pages_are_not_ours(text: str) -> None:
    """Whatever answers, it is read, and nothing is sent to it."""
    assert not read(text).ours


def test_every_mark_is_another(page: Page) -> None:
    """No two drills share one; an address of a document (RFC 3849) has the form in which programs write it."""
    other = new_canary(0)
    assert not {*CANARY.marks.values()} & {*other.marks.values()}
    assert {*CANARY.marks} | {RECEIPT} == {*WRITTEN, *VISIT}
    assert all(len(group) == 4 or group in ("db8", "") for group in other.marks[FORWARDED].split(":"))
    assert CANARY[OPENED] == f"?from={CANARY.marks[OPENED]}"


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    """Whole; a file that is broken, foreign or cut is refused."""
    whole = replace(CANARY, receipt=WORDS)
    keeping.keep(tmp_path / "kept", whole)
    assert keeping.kept(tmp_path / "kept") == whole
    with pytest.raises(FileExistsError):
        keeping.keep(tmp_path / "kept", whole)
    for text in (
        "",
        "[]",
        "{}",
        '{"marks": {"receipt": "a"}, "made": 1, "receipt": ""}',
        '{"marks": 1, "made": "x", "receipt": ""}',
    ):
        (tmp_path / "broken").write_text(text)
        with pytest.raises(keeping.NotKept):
            keeping.kept(tmp_path / "broken")


def searched(url: str) -> tuple[set[tuple[str, str]], dict[str, str], int]:
    """What is found in a PostgreSQL database, what is shut, how many tables there are."""
    shut: dict[str, str] = {}
    there = Tables(url, "DATABASE_URL", shut)
    hits = Search(CANARY.marks, Digests([], [])).hits(there.sources())
    return {(hit.kind, hit.where) for hit in hits}, shut, there.count


def test_p1_postgres_is_searched_value_by_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text, packed bytes, JSON and arrays, in the last page as in the first; of views and other schemas nothing."""
    monkeypatch.setattr(tables, "PAGES", 2)
    mark = CANARY.marks["words of the report"]
    with schema() as url, psycopg.connect(url, autocommit=True) as database:
        database.execute('CREATE TABLE "Odd ""name" (id int, words text, body bytea, "More" jsonb, list text[])')
        database.execute("CREATE TABLE empty (id int)")
        many = [(number, "x" * 900, b"", "{}", []) for number in range(100)]
        many.append((100, mark, zlib.compress(mark.encode()), json.dumps({"a": mark}), [mark]))
        with database.cursor() as cursor:
            cursor.executemany('INSERT INTO "Odd ""name" VALUES (%s, %s, %s, %s, %s)', many)
        found, shut, count = searched(url)
    assert {where.split(".", 1)[1] for _, where in found} == {"words", "body > zlib", "More", "list"}
    assert (shut, count) == ({}, 2)


def test_a_database_that_is_away_is_said() -> None:
    """By the name of its variable, without its address."""
    found, shut, _ = searched("postgresql://somebody:secret@127.0.0.1:1/x")
    assert not found
    assert list(shut) == ["DATABASE_URL"]
    assert "secret" not in str(shut)
    assert "postgresql" in searched("nonsense")[1]["DATABASE_URL"].lower()


def test_logs_that_nobody_named_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only those that are there, and not below what was named."""
    (tmp_path / "nginx").mkdir()
    (tmp_path / "caddy").mkdir()
    monkeypatch.setattr(looking, "LOGS", (tmp_path / "nginx", tmp_path / "caddy", tmp_path / "httpd"))
    monkeypatch.setattr(looking.tempfile, "gettempdir", lambda: str(tmp_path / "caddy"))
    found = looking.look(CANARY, Settings(tmp_path / "data"), [tmp_path / "caddy"], [], lambda _: None)
    assert found.near_by == (str(tmp_path / "nginx"),)
    assert found.shut == {str(tmp_path / "data"): "there is none on this machine"}
    named = looking.look(CANARY, Settings(tmp_path / "data"), [tmp_path], [], lambda _: None)
    assert named.near_by == ()


def test_links_are_counted_and_what_is_named_by_one_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those within are not followed; a log that is named by a link is read, and what is no file is not passed over in silence."""
    monkeypatch.setattr(looking.tempfile, "gettempdir", lambda: str(tmp_path / "none"))
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "log").write_text(CANARY.marks["user agent"])
    (tmp_path / "link").symlink_to(tmp_path / "real" / "log")
    (tmp_path / "within").mkdir()
    (tmp_path / "within" / "link").symlink_to(tmp_path / "real")
    old = replace(CANARY, made=0)
    empty = Settings(tmp_path / "within")
    by_link = looking.look(old, empty, [tmp_path / "link", Path("/dev/null")], [], lambda _: None)
    assert {hit.where for hit in by_link.hits} == {str(tmp_path / "link")}
    assert by_link.places[0] == Place("data directory", str(tmp_path / "within"), 0, 0, links=1)
    assert by_link.shut["/dev/null"] == "neither a file nor a directory"


def told(*hits: Hit, wrong: tuple[str, ...] = ()) -> Told:
    """A drill with these findings."""
    looked = Looked([Place("data directory", "/data", 3, 4_096, 7, 1)], dict.fromkeys(hits), {"/var/log/x": "Permission denied"})
    return Told("Filed.", looked, wrong)


def test_what_is_told() -> None:
    """What was read and what was not, each finding once by place, what to do; and nothing reassuring where something is wrong."""
    here = Hit("user agent", "plain", "/log", at=1_234)
    hits = (Hit("referring page", "plain", "/log", at=99), Hit("receipt", "words", "/db"), Hit("moment", "to 1 s", "/db seen.at"))
    text = "\n".join(lines(told(here, *hits)))
    assert (
        "data directory   /data  (3 files, 4,096 bytes; 7 unchanged since before the drill, not read; 1 link not followed)"
        in text
    )
    assert "/var/log/x: Permission denied" in text
    assert "/log, byte 99: user agent (plain), referring page (plain)" in text
    assert "FOUND, what was written:\n  /db, byte 0: receipt (words)\n" in text
    assert "FOUND, when it was written:\n  /db seen.at, byte 0: moment (to 1 s)\n" in text
    assert "FOUND, that somebody was here:\n  /log, " in text
    assert "Nothing of it was found" not in text
    assert told().well
    assert not told(wrong=("away",)).well
    assert "BUT: away" in "\n".join(lines(told(wrong=("away",))))
    said = json.loads(as_json(told(here)))
    assert said["found"] == [{"kind": "user agent", "shows": "visit", "how": "plain", "where": "/log", "byte": 1234}]
    assert not said["ok"]


def test_p12_nothing_that_is_told_holds_a_mark() -> None:
    """What stands around a finding is not shown: it may be what somebody else wrote."""
    hit = Hit("receipt", "words", "/log", near=f"the words {WORDS}")
    for text in (as_json(told(hit)), "\n".join(lines(told(hit))), repr(CANARY), repr(replace(CANARY, receipt=WORDS))):
        assert WORDS not in text
        assert not any(mark in text for mark in CANARY.marks.values())
