"""The receipt: P12."""

from __future__ import annotations

import math
import random
import secrets
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.casebook import receipt
from bot.casebook.sealing import seal, unseal
from bot.casebook.shapes import Change, Done
from bot.database import Row
from tests.casebooks import opened, report

pytestmark = pytest.mark.anonymity
SALT = b"a salt of this test"
WORDS = "Yo-yo felt-tip abacus zoom drop-down T-shirt cloud"


def test_p12_a_receipt_has_at_least_90_bits() -> None:
    """Seven words out of 7,776, each drawn alone."""
    assert len(receipt.word_list()) == 7776
    assert receipt.WORDS * math.log2(len(receipt.word_list())) >= 90


@given(st.randoms(use_true_random=False), st.text(max_size=40), st.text(max_size=40))
def test_p12_a_receipt_that_was_pasted_is_found(chance: random.Random, before: str, after: str) -> None:
    """Whatever stands around it and between its words; six of them are none."""
    words = receipt.new_words(chance.choice)
    assert words in receipt.within(f"{before}. {words} .{after}")
    assert words in receipt.within(f"the secret phrase number {words}")
    assert words in receipt.within(f"the {words} secret phrase number")
    assert words in receipt.within(f"the secret phrase {words} secret phrase")
    assert receipt.within(words.replace(" ", ", ").upper()) == (words,)
    assert receipt.within(" the ".join([*words.split(), *words.split()])) == ()


def test_p12_a_text_that_is_all_such_words_costs_little() -> None:
    """However many rows there are, few are looked up."""
    assert 0 < len(receipt.within("abacus zoom cloud " * 500)) <= 6
    assert len(receipt.within("abacus zoom cloud abacus zoom cloud abacus zoom the " * 50)) <= 6


@pytest.mark.parametrize(
    "typed",
    [
        WORDS,
        WORDS.upper(),
        "  yo yo\tfelt tip\nabacus   zoom drop down t shirt cloud. ",
        "yo-yo-felt-tip-abacus-zoom-drop-down-t-shirt-cloud",
        "1. yo‐yo 2. felt‑tip 3. abacus, 4. zoom 5. drop–down 6. t-shirt 7. “cloud”",
        "ｙｏ-yo felt-tip abacus zoom drop-down t-shirt cloud",
    ],
)
def test_how_a_receipt_is_typed_makes_no_difference(typed: str) -> None:
    """Case, blanks, hyphens, numbers and quotes do not count; letters and their order do."""
    assert receipt.derive(typed, SALT).lookup == receipt.derive(WORDS.lower(), SALT).lookup


def test_another_order_word_or_installation_is_another_receipt() -> None:
    """Nothing but these words in this order under this salt."""
    usual = receipt.derive("abacus zoom", SALT)
    others = [receipt.derive("zoom abacus", SALT), receipt.derive("abacus zoo", SALT), receipt.derive("abacus zoom", SALT + b"2")]
    assert len({each.lookup for each in (usual, *others)}) == 4
    assert len({each.public for each in (usual, *others)}) == 4


@given(st.binary(min_size=32, max_size=32))
def test_the_secret_key_is_one_that_age_knows(secret: bytes) -> None:
    """Our Bech32 is age's: a key made here opens what is sealed to it, and is written as age writes it."""
    written = receipt._identity(secret)
    assert str(pyrage.x25519.Identity.from_str(written)) == written


def test_what_is_kept_of_a_receipt_does_not_open_anything() -> None:
    """The digest is neither the key nor derived from it alone; the words stand in no repr."""
    made = receipt.derive(WORDS, SALT, WORDS)
    assert unseal(seal(b"x", [made.public], 1), made.identity) == b"x"
    assert made.lookup not in made.identity
    assert "yo" not in repr(made).casefold()
    assert made.identity not in repr(made)


@given(st.text())
@settings(max_examples=15, deadline=None)
def test_p12_whatever_is_typed_is_a_receipt(typed: str) -> None:
    """Nothing that somebody can type fails, or is told from an unknown receipt."""
    assert len(receipt.derive(typed, SALT).lookup) == 64


def test_p12_unknown_malformed_changed_and_deleted_answer_alike_and_cost_alike(tmp_path: Path) -> None:
    """None and False, whatever the reason; their times lie within what chance makes of one and the same receipt."""
    with opened(tmp_path) as here:
        book = here.book
        changed, deleted = here.filed(report()), here.filed(report())
        assert book.change(book.recognise(changed), book.draw())
        here.released()
        gone = book.store.at(book.recognise(deleted).lookup)
        assert gone
        with book.store.transaction():
            assert book.store.delete(gone.id, 0, here.clock.now.date())
        cases = {
            "unknown": receipt.new_words(secrets.choice),
            "malformed": "x" * 5000,
            "changed": changed,
            "deleted": deleted,
            "": "",
        }
        times: dict[str, list[float]] = {name: [] for name in cases}
        for _ in range(12):
            for name, typed in cases.items():
                start = time.thread_time()
                assert book.behind(book.recognise(typed)) is None
                times[name].append(time.thread_time() - start)
        for typed in cases.values():
            own = book.recognise(typed)
            assert book.add(own, "more") is False
            assert book.change(own, own) is False
            assert book.tell_of_retaliation(own, report(), own) is False
    fastest = {name: min(some) for name, some in times.items()}
    assert max(fastest.values()) < 2 * min(fastest.values()), fastest


def test_p12_a_wrong_receipt_costs_the_same_statements_and_the_same_computing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: one Argon2 with the same measure, and the same statements of the database, whatever was typed."""
    costs = []
    with opened(tmp_path) as here:
        here.filed(report())
        database, hashed = here.book.store._database, receipt.hash_secret_raw
        rows = database.rows
        counted: list[object] = []

        def computed(secret: bytes, *measure: object) -> bytes:
            counted.append(measure)
            return hashed(secret, *measure)  # type: ignore[arg-type] # as they came

        def asked(sql: str, params: Sequence[object] = ()) -> Iterator[Row]:
            counted.append(sql)
            return rows(sql, params)

        monkeypatch.setattr(receipt, "hash_secret_raw", computed)
        monkeypatch.setattr(database, "rows", asked)
        for typed in ("", "x" * 5000, "abacus zoom", receipt.new_words(secrets.choice), "\ud800"):
            counted.clear()
            here.book.behind(here.book.recognise(typed))
            costs.append(tuple(counted))
    assert len(set(costs)) == 1
    assert len(costs[0]) == 4


def test_the_owner_of_a_receipt_reads_the_replies_and_never_the_report(tmp_path: Path) -> None:
    """Behind it lie state and replies; whoever finds the receipt does not read what was reported."""
    with opened(tmp_path) as here:
        words, book = here.filed(report()), here.book
        waiting = book.behind(book.recognise(words))
        assert waiting
        assert (waiting.state, waiting.released, waiting.replies) == ("", None, ())
        assert waiting.waits
        here.released()
        (case,) = book.room.cases(["hana"])
        today = here.clock.now.date()
        assert book.room.act(case.id, Change(Done("write", "p1", today), 0, "received", "", {"text": "Who?"}, "Who?"))
        found = book.behind(book.recognise(words))
        assert found
        assert [(each.day, each.text) for each in found.replies] == [(today, "Who?")]
        assert (found.waits, found.state, found.released) == (None, "received", today)
        assert "residents" not in repr([each.text for each in found.replies])


def test_a_changed_receipt_opens_what_the_old_one_did(tmp_path: Path) -> None:
    """Replies are sealed anew; the old words open nothing any more, and HR's later replies reach the new ones."""
    with opened(tmp_path) as here:
        book, old = here.book, here.book.draw()
        book.file(report(), old)
        here.released()
        (case,) = book.room.cases(["hana"])
        change = Change(Done("write", "p1", here.clock.now.date()), 0, "received", "", {}, "First.")
        assert book.room.act(case.id, change)
        new = book.draw()
        assert book.change(old, new)
        assert book.behind(old) is None
        later = Change(Done("write", "p1", here.clock.now.date()), 1, "received", "", {}, "Second.")
        assert book.room.act(case.id, later)
        found = book.behind(book.recognise(new.words))
        assert found
        assert [each.text for each in found.replies] == ["First.", "Second."]
        assert book.add(new, "I am well.")
        here.released()
        reopened = book.room.open(case.id, ["joan"])
        assert reopened
        assert {each.content.get("text", "") for each in reopened.entries if each.act == "added"} == {"I am well."}
