"""Capturing a page from a terminal: on the server, and on HR's own computer with their own key."""

# ruff: noqa: F401, F811 - the fixtures `settings` and `there` are other modules'

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.capture import visiting
from bot.casebook.starting import FILE
from bot.config import Settings
from tests.site_stand_in import Site, answer, site
from tests.test_cases_commands import run, settings
from tests.test_cases_reader import Sealed, sealed, there

pytestmark = pytest.mark.anonymity

POST = b"<title>Night crew</title><p>What they posted</p>"
HANA = ("--as", "hana@city.example")


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site that this computer can visit."""
    with site(post=answer(POST)) as found:
        monkeypatch.setattr(visiting, "STRANGER", found.visitor())
        yield found


def test_a_page_is_captured_into_a_case(settings: Settings, away: Site) -> None:
    """Warned first, asked for the address, visited once; what was kept is said, and is in the case."""
    id = run(settings, "list", *HANA).stdout[:6]
    assert "Take it first" in run(settings, "capture", id, *HANA, code=1).stderr
    run(settings, "take", id, *HANA)
    done = run(settings, "capture", id, *HANA, said=f"{away.url('/post')}\ny\n")
    assert "The site may notice the visit" in done.stderr
    shown = run(settings, "show", id, *HANA).stdout
    for part in ("What they posted", "title: Night crew", f"address: {away.url('/post')}", "file: file 1 of this case"):
        assert part in done.stdout
        assert part in shown
    assert len(away.asked) == 1


@pytest.mark.parametrize(
    ("address", "said", "visited"),
    [
        ("http://127.0.0.1/", "not the address of a page", False),
        ("{site}/none", "no such page", True),
        ("bob@x", "not the", False),
    ],
)
def test_what_cannot_be_captured_is_one_line(settings: Settings, away: Site, address: str, said: str, visited: bool) -> None:
    """And nothing was kept but that a site was visited, where one was."""
    id = run(settings, "list", *HANA).stdout[:6]
    run(settings, "take", id, *HANA)
    failed = run(settings, "capture", id, *HANA, said=f"{address.format(site=away.url(''))}\ny\n", code=1)
    assert said in failed.stderr
    shown = run(settings, "show", id, *HANA).stdout
    assert ("hana example: capture" in shown.lower()) == ("failed: The site says" in shown) == visited
    assert ("The attempt is noted in the case." in failed.stderr) == visited
    assert "file 1 of this case" not in shown


def test_nothing_is_visited_without_a_yes(settings: Settings, away: Site) -> None:
    """Who reads the warning and thinks better of it has told the site nothing."""
    id = run(settings, "list", *HANA).stdout[:6]
    run(settings, "take", id, *HANA)
    run(settings, "capture", id, *HANA, said=f"{away.url('/post')}\nn\n", code=1)
    assert (away.asked, away.looked_up) == ([], [])


def test_p10_hr_captures_on_its_own_computer(there: Sealed, away: Site) -> None:
    """With its own key, into the case: the colleague reads it with theirs, and the server never could."""
    id = there.run("hana", "list").stdout[:8]
    there.run("hana", "take", id)
    there.run("hana", "capture", id, said=f"{away.url('/post')}\ny\n")
    assert "What they posted" in there.run("ida", "show", id).stdout
    there.run("hana", "capture", id, said=f"{away.url('/none')}\ny\n", code=1)
    assert "no such page" in there.run("ida", "show", id).stdout
    assert there.book.opener is None


def test_with_a_copy_it_is_written_to_a_file_alone(tmp_path: Path, away: Site) -> None:
    """The copy stays as it is; a file that is there already is not overwritten, and no site visited for it."""
    made = sealed(tmp_path, "")
    made.book.store.close()
    copy, output = made.settings.records / FILE, tmp_path / "page"
    before, id = copy.read_bytes(), made.run("hana", "list", copy=copy).stdout[:8]
    assert "reach nobody" in made.run("hana", "capture", id, copy=copy, code=2).stderr
    done = made.run("hana", "capture", id, "--output", str(output), copy=copy, said=f"{away.url('/post')}\ny\n")
    assert (output.read_bytes(), copy.read_bytes()) == (POST, before)
    assert "What they posted" in done.stdout
    assert "Nothing was kept in the case" in done.stdout
    assert "is there already" in made.run("hana", "capture", id, "--output", str(output), copy=copy, code=1).stderr
    nowhere = str(tmp_path / "none" / "page")
    said = f"{away.url('/post')}\ny\n"
    assert "could not be written" in made.run("hana", "capture", id, "--output", nowhere, copy=copy, said=said, code=1).stderr
    assert len(away.asked) == 2
