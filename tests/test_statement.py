"""The words that are signed: shipped ones, an organisation's own, and what is wrong with those."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from bot.config import SettingsError
from bot.statement import CONSENT, NOT_APPROVED, SHIPPED, STATEMENT, StatementError, Words, approval, read_words, statement
from tests.versions import policy_with

OWN = 'statement = "I comply with {title} ({id}), version {version}."\nconsent = "I sign electronically."\n'


def test_the_statement_names_the_version() -> None:
    """Title, id and version stand in it, and no place is left open."""
    policy = policy_with({"1": "x"})
    said = statement(policy)
    assert f"the Travel Rules (TRV) in version {policy.version}" in said
    assert "{" not in said
    assert "agree in writing to comply" in said


def test_the_consent_offers_paper_and_a_copy() -> None:
    """What the law wants said before somebody signs electronically."""
    for words in ("electronically", "paper", "copy to keep", "withdraw"):
        assert words in CONSENT


def test_what_is_digested_is_both_as_they_are_approved() -> None:
    """Anybody can recompute it from the words."""
    assert SHIPPED.digest == hashlib.sha256(f"{STATEMENT}\n\n{CONSENT}\n".encode()).hexdigest()
    assert Words(consent="x").digest != SHIPPED.digest != Words(statement="x").digest


def test_until_they_are_approved_it_says_so() -> None:
    """And nothing afterwards."""
    assert approval(None) == NOT_APPROVED
    assert "City Attorney" in NOT_APPROVED
    assert approval("Cara Law") == ""


def test_an_organisation_may_have_its_own(tmp_path: Path) -> None:
    """One of the two, or both; without a file the shipped ones."""
    assert read_words(tmp_path) is SHIPPED
    (tmp_path / "statement.toml").write_text(OWN, "utf-8")
    own = read_words(tmp_path)
    policy = policy_with({"1": "x"})
    assert statement(policy, own) == f"I comply with Travel Rules (TRV), version {policy.version}."
    assert own.consent == "I sign electronically."
    (tmp_path / "statement.toml").write_text('consent = " Cafe\u0301 "', "utf-8")
    assert read_words(tmp_path) == Words(STATEMENT, "Café")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("statement = ", ["cannot be read"]),
        ("statment = 'x'", ["unknown key 'statment'"]),
        ("statement = 3", ["statement must be a text"]),
        ("consent = '  '", ["consent must be a text"]),
        ("statement = 'I agree'", ["{title} is missing", "{version} is missing"]),
        ("statement = '{title} {version} {name}'", ["holds {name}"]),
        ("consent = '{title}'", ["the consent takes none"]),
        (f"consent = '{'x' * 1501}'", ["1,501 characters"]),
        ('consent = "a\\u0000b"', ["control characters"]),
        ("statement = 'I agree'\nconsent = ''", ["{title} is missing", "{version} is missing", "consent must be a text"]),
    ],
)
def test_mistakes_are_named_all_at_once(tmp_path: Path, text: str, told: list[str]) -> None:
    """And nothing is taken of a file that has one."""
    (tmp_path / "statement.toml").write_text(text, "utf-8")
    with pytest.raises(StatementError) as raised:
        read_words(tmp_path)
    assert isinstance(raised.value, SettingsError)
    for words in told:
        assert words in str(raised.value)
