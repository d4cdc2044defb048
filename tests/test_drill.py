"""`clausebot drill` through the real program and what stands before it: nothing where nothing is kept, else each leak by name."""

from __future__ import annotations

import base64
import datetime
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.casebook import starting
from bot.config import read_settings
from bot.drill.canary import DRILL, WRITTEN
from bot.drill.page import RECEIPT
from policy_kb import KnowledgeBase
from tests import writing_proxy
from tests.canary.process import Process
from tests.writing_proxy import Line, WritingProxy

pytestmark = pytest.mark.anonymity
Before = Callable[..., WritingProxy]


@pytest.fixture(scope="module")
def process(state: Path, knowledge: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The program, open for reports."""
    running = Process(tmp_path_factory.mktemp("drilled"), state).open_reports().start()
    yield running
    running.close()


@dataclass
class Drilled:
    """A drill that has ended."""

    code: int
    out: str
    errors: str


def drilled(process: Process, url: str, *words: str, said: bytes = b"", **more: str) -> Drilled:
    """A drill at this address, as whoever runs the program makes it."""
    done = process.ran("drill", *(("--url", url) if url else ()), "--wait", "0", *words, said=said, more=more)
    return Drilled(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def before(process: Process, tmp_path: Path) -> Iterator[Before]:
    """Puts a proxy before the program, which writes to `proxy.log`."""
    made: list[WritingProxy] = []

    def put(line: Line | None = None, **given: object) -> WritingProxy:
        made.append(WritingProxy(process.url, tmp_path / "proxy.log", line, **given))  # type: ignore[arg-type]
        return made[-1]

    yield put
    for each in made:
        each.close()


def test_p24_where_nothing_is_kept_nothing_is_found(process: Process, before: Before, tmp_path: Path) -> None:
    """Data directory, temporary files and the log that was named are searched; the receipt is shown nowhere; HR will see it."""
    (tmp_path / "proxy.log").write_text("quiet\n")
    done = drilled(process, before().url, "--search", str(tmp_path))
    assert done.code == 0, done.out + done.errors
    assert "Nothing of it was found in what was searched." in done.out
    for path in (process.data, process.temporary, tmp_path):
        assert f"{path}  (" in done.out
    assert "HR sees at a later window" in done.out
    assert not RECEIPT.search(done.out + done.errors)
    assert "The receipt" not in done.out


@pytest.mark.parametrize(
    ("line", "kinds"),
    [(writing_proxy.combined, ("user agent", "address that was opened", "referring page")), (writing_proxy.common, ("address",))],
)
def test_p24_an_access_log_is_a_finding_of_its_own(
    process: Process, before: Before, tmp_path: Path, line: Line, kinds: tuple[str, ...]
) -> None:
    """The log is named, with what it keeps and what to do about it; nothing that was written is in it."""
    done = drilled(process, before(line).url, "--search", str(tmp_path))
    assert done.code == 1
    assert f"{tmp_path / 'proxy.log'}, byte " in done.out
    for kind in kinds:
        assert kind in done.out
    assert "switch it off for /report and /receipt: docs/proxy.md" in done.out
    assert "FOUND, what was written" not in done.out


def test_p2_bodies_in_a_log_are_found(process: Process, before: Before, tmp_path: Path) -> None:
    """In base64 at any place: the words, the file, and the receipt with which somebody came back."""
    done = drilled(process, before(writing_proxy.bodies).url, "--search", str(tmp_path), "--json")
    said = json.loads(done.out)
    assert done.code == 1
    assert {each["kind"] for each in said["found"]} == {*WRITTEN}
    assert {each["shows"] for each in said["found"]} == {"written"}
    assert {each["where"] for each in said["found"]} == {str(tmp_path / "proxy.log")}
    assert not said["ok"]


def test_what_comes_later_is_found_again(process: Process, tmp_path: Path) -> None:
    """What was kept finds a packed backup, and what is piped in; the file that was kept is for its owner alone and no finding."""
    kept = tmp_path / "kept.json"
    assert drilled(process, process.url, "--keep", str(kept), "--search", str(tmp_path)).code == 0
    assert kept.stat().st_mode & 0o777 == 0o600
    marks = json.loads(kept.read_text())["marks"]
    with zipfile.ZipFile(tmp_path / "backup.zip", "w", zipfile.ZIP_DEFLATED) as backup:
        backup.writestr("dump.sql", b"body=" + base64.b64encode(b"x" + marks["words of the report"].encode()))
    done = drilled(process, "", "--again", str(kept), "--search", str(tmp_path))
    assert done.code == 1
    assert f"{tmp_path / 'backup.zip'} > zip dump.sql, byte " in done.out
    assert "words of the report (base64)" in done.out
    assert "kept.json" not in done.out
    piped = drilled(process, "", "--again", str(kept), "--search", "-", said=f'"GET /report?from={marks["user agent"]}"'.encode())
    assert "standard input, byte " in piped.out
    assert "user agent (plain)" in piped.out


def test_a_cookie_of_the_way_is_noticed(process: Process, before: Before) -> None:
    """It ties one visit to the next, whoever keeps it."""
    done = drilled(process, before(cookie="SERVERID=a").url)
    assert done.code == 1
    assert "FOUND: Something on the way sets a cookie" in done.out


def test_hr_sees_that_it_is_a_drill(process: Process, tmp_path: Path) -> None:
    """The report, its file and what was added say so, to HR alone; whoever asks for it is told the receipt."""
    done = drilled(process, process.url, "--show-receipt")
    assert done.code == 0
    words = done.out.rpartition("The receipt: ")[2].split()
    for each in process.data.glob("re*"):
        shutil.copy(each, tmp_path)
    settings = read_settings({"CLAUSEBOT_DATA_DIR": str(tmp_path)})
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=3)
    book = starting.casebook(settings.reports, settings.records, settings.hours, lambda: later)
    with closing(book.store):
        assert book.behind(book.recognise(" ".join(words)))
        book.release()
        found = [book.room.open(case.id, {"hr"}) for case in book.room.cases({"hr"})]
    for each in found:
        assert each
        assert each.case.submission.what.startswith(DRILL)
        (added,), (file,) = each.entries, each.enclosures
        assert DRILL[:29] in added.content["text"]
        assert file.content.decode().startswith(DRILL)


def test_reports_are_closed(state: Path, knowledge: KnowledgeBase, tmp_path: Path) -> None:
    """One line, exit code 2, and nothing is searched."""
    with closing(Process(tmp_path, state).start()) as process:
        done = drilled(process, process.url)
    assert done.code == 2
    assert done.out == ""
    assert "no form is shown. The page says: Reports cannot be taken here yet." in done.errors


def test_another_installation(process: Process, tmp_path: Path) -> None:
    """Where the report went is not where was searched: finding nothing there says nothing."""
    other = tmp_path / "other"
    other.mkdir()
    settings = read_settings({"CLAUSEBOT_DATA_DIR": str(other)})
    starting.casebook(settings.reports, settings.records, settings.hours).store.close()
    done = drilled(process, process.url, CLAUSEBOT_DATA_DIR=str(other))
    assert done.code == 2
    assert "BUT: nothing came into the casebook of this data directory" in done.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--url", "http://127.0.0.1:1"), "nothing takes the connection there"),
        (("--url", "bot.example"), "it must begin with https://"),
        ((), "set CLAUSEBOT_URL"),
        (("--search", "/nowhere/at/all"), "does not exist"),
        (("--search", "-"), "--again FILE --search -"),
        (("--again", "/etc/hostname"), "no file that clausebot drill --keep has written"),
        (("--again", "/etc/hostname", "--url", "https://bot.example"), "--again files nothing"),
        (("--keep", "/etc/hostname", "--url", "https://bot.example"), "nothing is written over"),
    ],
)
def test_what_cannot_be_drilled_is_said(process: Process, words: tuple[str, ...], told: str) -> None:
    """In one clear line, exit code 2."""
    done = drilled(process, "", *words, CLAUSEBOT_URL="")
    assert done.code == 2
    assert told in done.errors
    assert done.out == ""


@pytest.mark.parametrize(("status", "told"), [(429, "too many requests (429)"), (302, "it redirects to https://login.example/")])
def test_what_stands_before_it_holds_it_back(process: Process, before: Before, status: int, told: str) -> None:
    """A limit or a login page of the proxy."""
    done = drilled(process, before(status=status).url)
    assert (done.code, told in done.errors) == (2, True)
