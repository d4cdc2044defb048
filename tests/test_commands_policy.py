"""`clausebot policy`: a draft, its decisions, publishing, and looking at what was published."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

from bot import app
from bot.evidence.canonical import sha256
from bot.journeys import promise
from bot.people import Person
from bot.publishing import text
from bot.records import Act
from bot.statement import SHIPPED
from tests.versions import TRAVEL, Place

NEW = (
    TRAVEL.replace("effective: 2024-02-01", "effective: 2024-11-01")
    .replace("for a year", "for two years")
    .replace("b. choose the cheapest.", "b. choose the greenest.")
    + "\n## 4 Meals\n\nMeals are paid for.\n"
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("CLAUSEBOT_DATA_DIR", str(tmp_path / "state"))
    return Place(tmp_path, NEW)


DECIDED = ("--material", "3", "--immaterial", "2.b", "--approved-by", " Ada  Clerk ", "--yes")


def test_without_decisions_it_is_a_draft(place: Place) -> None:
    """It shows the difference of each clause by words, and publishes nothing."""
    shown = place.publish("--yes", "--approved-by", "Ada Clerk")
    assert shown.exit_code == 1
    assert "Keep the receipts for[- a year.-]{+ two years.+}" in shown.output
    assert "choose the[- cheapest.-]{+ greenest.+}" in shown.output
    assert "4 (added)" in shown.output
    assert "whether it is material (--material, --immaterial): 2.b, 3" in shown.output
    assert len(place.versions()) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--immaterial", "2.b", "--approved-by", "Ada", "--yes"), "(--material, --immaterial): 3"),
        (("--immaterial", "all", "--yes"), "Name who approved this version"),
        (("--immaterial", "all", "--approved-by", "  ", "--yes"), "Name who approved this version"),
        (("--immaterial", "all", "--approved-by", "x" * 201, "--yes"), "Name who approved this version"),
        (("--immaterial", "all", "--approved-by", "Ada"), "Add --yes"),
        (("--immaterial", "all", "--material", "3,416.1", "--approved-by", "Ada", "--yes"), "Nothing has changed in 416.1"),
        (("--immaterial", "3,2.b", "--material", "3", "--approved-by", "Ada", "--yes"), "Both material and immaterial: 3"),
        (("--immaterial", "all", "--material", "all", "--approved-by", "Ada", "--yes"), "Both material and immaterial: 2.b"),
        (("--effective", "2024-01-31", *DECIDED), "before the version before it"),
    ],
)
def test_it_refuses(place: Place, arguments: tuple[str, ...], told: str) -> None:
    """With a sentence and exit code 1, and nothing is published."""
    refused = place.publish(*arguments)
    assert told in refused.output
    assert refused.exit_code == 1
    assert len(place.versions()) == 1


def test_a_date_that_is_none(place: Place) -> None:
    """Is a wrong use of the command line."""
    refused = place.publish("--effective", "soon")
    assert refused.exit_code == 2
    assert "YYYY-MM-DD" in refused.output


def test_all_mistakes_of_the_file_are_told(place: Place) -> None:
    """With their lines."""
    place.file.write_text(NEW.replace("title: Travel Rules", "titel: x").replace("a. compare", "c. compare"), "utf-8")
    refused = place.publish(*DECIDED)
    assert refused.exit_code == 1
    assert re.search(r"new\.md:3: unknown key 'titel'", refused.output)
    assert re.search(r"new\.md:\d+: item 'c' where 'a' is next", refused.output)
    place.file.write_bytes(b"\xff")
    assert "UTF-8" in place.publish(*DECIDED).output


def test_publishing(place: Place) -> None:
    """The decisions are kept; what is new is material unless said otherwise; the next time the text is the same."""
    done = place.publish(*DECIDED)
    assert done.exit_code == 0, done.output
    first, second = place.versions()
    assert f"Published: Travel Rules (TRV), version {second}, in force from 1 November 2024." in done.output
    assert "Signatures that hold for it without being asked again: 0." in done.output
    with app.ledger(place.settings) as ledger:
        published = ledger.policies.get("TRV", second)
        assert published
        assert {each.clause: each.material for each in published.changes} == {"2.b": False, "3": True, "4": True}
        assert (published.approved_by, published.markdown) == ("Ada Clerk", NEW)
        assert [entry.kind for entry in ledger.acts.all()] == ["published", "published"]
    again = place.publish(*DECIDED)
    assert "word for word" in again.output
    assert again.exit_code == 1
    assert place.versions() == [first, second]


def test_all_that_is_not_named_otherwise(place: Place) -> None:
    """`all` stands for the others."""
    assert place.publish("--immaterial", "all", "--material", "3", "--approved-by", "Ada", "--yes").exit_code == 0
    with app.ledger(place.settings) as ledger:
        last = ledger.policies.versions("TRV")[-1]
    assert {each.clause for each in last.changes if each.material} == {"3"}


def test_another_day_is_written_into_the_file(place: Place) -> None:
    """So that the file that is kept gives the very version that was published."""
    assert place.publish("--effective", "2026-12-24", *DECIDED).exit_code == 0
    with app.ledger(place.settings) as ledger:
        last = ledger.policies.versions("TRV")[-1]
    assert last.policy.effective == datetime.date(2026, 12, 24)
    assert last.markdown == NEW.replace("effective: 2024-11-01", "effective: 2026-12-24")
    place.file.write_text(NEW.replace("effective: 2024-11-01", '"effective": 2026-11-01').replace("two", "ten"), "utf-8")
    refused = place.publish("--effective", "2027-01-01", *DECIDED)
    assert "'effective' must stand on a line of its own" in refused.output


def test_the_first_version_needs_no_decisions(place: Place) -> None:
    """There is nothing to compare with."""
    place.file.write_text(NEW.replace("id: TRV", "id: NEW"), "utf-8")
    done = place.publish("--approved-by", "Ada Clerk", "--yes")
    assert done.exit_code == 0, done.output
    assert "The first version; 6 clauses." in done.output


def test_clauses_in_another_order(place: Place) -> None:
    """Are another version, in which no clause has other words."""
    scope, rest = TRAVEL.split("## 2", 1)
    body, receipts = rest.split("## 3", 1)
    head, one = scope.split("## 1", 1)
    place.file.write_text(f"{head}## 3{receipts}\n## 1{one}## 2{body}", "utf-8")
    done = place.publish("--approved-by", "Ada Clerk", "--yes")
    assert "their order has changed" in done.output
    assert done.exit_code == 0, done.output


def test_signatures_are_carried_over_or_asked_for(place: Place) -> None:
    """Who signed before is told apart: their signature holds, or they sign what has changed."""
    with app.ledger(place.settings) as ledger:
        app.editions.lay(ledger, place.policies, datetime.datetime.now(datetime.UTC))
        (version,) = [each.policy.version for each in ledger.policies.versions("TRV")]
        with ledger.transaction(deciding=True):
            for name in ("alice", "bob"):
                ledger.people.put(Person(name, name.title()))
                at = datetime.datetime.now(datetime.UTC)
                ledger.acts.append(Act(f"s-{name}", "paper", at, "TRV", version, person=name))
    place.file.write_text(TRAVEL.replace("a year", "one year").replace("2024-02-01", "2026-02-01"), "utf-8")
    done = place.publish("--immaterial", "all", "--approved-by", "Ada", "--yes")
    assert "Signatures that hold for it without being asked again: 2." in done.output
    assert "2 people looked at, 2 signatures carried over" in done.output
    place.file.write_text(TRAVEL.replace("a year", "ten years").replace("2024-02-01", "2026-03-01"), "utf-8")
    done = place.publish("--material", "all", "--approved-by", "Ada", "--yes")
    assert "People who signed before and must sign what has changed: 2. To ask them:" in done.output
    assert f"clausebot ack request --policy TRV --version {place.versions()[-1]} " in done.output


def test_looking_at_what_was_published(place: Place) -> None:
    """All versions, one version's changes, the difference of any two, and the whole text."""
    place.publish(*DECIDED)
    first, second = place.versions()
    listed = place.run("list").output.splitlines()
    assert listed[0].startswith(f"  TRV  {first}  effective 1 February 2024, approved by as installed, the first version")
    assert listed[1].startswith(f"* TRV  {second}  effective 1 November 2024, approved by Ada Clerk, 3 clauses changed, 2 of")
    shown = place.run("show", second).output
    assert "2.b (changed, not material)" in shown
    assert "4 (added, material)" in shown
    assert "[- a year.-]{+ two years.+}" in shown
    assert "[- two years.-]{+ a year.+}" in place.run("show", first, "--against", second).output
    assert "The first version; 5 clauses." in place.run("show", first).output
    with app.ledger(place.settings) as ledger:
        kept = ledger.policies.get("TRV", second)
        assert kept
    assert place.run("text", second).output == text(kept.policy)
    missing = place.run("text", "2020-01-01-00000000")
    assert missing.exit_code == 1
    assert "clausebot policy list" in missing.output


def test_the_city_attorney_approves_the_words(place: Place) -> None:
    """These exact words, once; other words in the data directory want an approval of their own."""
    asked = place.run("approve-statement", "--by", "Cara Law")
    assert "Add --yes" in asked.output
    assert SHIPPED.statement in asked.output
    assert place.run("approve-statement", "--by", "Cara Law", "--yes").output.endswith("Recorded: approved by Cara Law.\n")
    with app.ledger(place.settings) as ledger:
        assert ledger.policies.statement_approval(SHIPPED.digest)
    again = place.run("approve-statement", "--by", "Cara Law", "--yes")
    assert "approved already" in again.output
    assert again.exit_code == 1
    (place.settings.state / "statement.toml").write_text('consent = "I sign electronically."', "utf-8")
    assert place.run("approve-statement", "--by", "Cara Law", "--yes").exit_code == 0
    (place.settings.state / "statement.toml").write_text("consent = 3", "utf-8")
    assert "consent must be a text" in place.run("approve-statement", "--by", "Cara Law", "--yes").output


def test_the_city_attorney_approves_the_promise_to_reporters(place: Place) -> None:
    """The exact sentences of the form are shown before; what is approved is known by them."""
    asked = place.run("approve-promise", "--by", "Cara Law")
    assert "Add --yes" in asked.output
    assert promise.text(sealed=False) in asked.output
    assert place.run("approve-promise", "--by", "Cara Law", "--yes").output.endswith("Recorded: approved by Cara Law.\n")
    with app.ledger(place.settings) as ledger:
        assert ledger.policies.statement_approval(sha256(promise.text(sealed=False).encode()))
    assert "approved already" in place.run("approve-promise", "--by", "Cara Law", "--yes").output
