"""What a button carries comes back unchanged or is refused kindly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous.encoding import base64_encode

from bot import references
from bot.references import PolicyChanged
from bot.tokens import ForgedButton, Tokens
from policy_kb import KnowledgeBase

TOKENS = Tokens(b"one secret")


@given(st.text(max_size=200))
def test_a_signed_value_comes_back(value: str) -> None:
    """Whatever it holds."""
    assert TOKENS.read(TOKENS.sign(value)) == value


@given(st.text(min_size=1, max_size=80))
def test_a_forged_value_is_refused(value: str) -> None:
    """Unsigned, or signed with another secret."""
    for token in (value, Tokens(b"another").sign(value)):
        with pytest.raises(ForgedButton):
            TOKENS.read(token)


def test_a_signed_value_that_is_no_text_is_refused() -> None:
    """Buttons carry texts only."""
    token = TOKENS._signer.sign(base64_encode(b"\xff")).decode()
    with pytest.raises(ForgedButton):
        TOKENS.read(token)


def test_a_digest_needs_the_secret() -> None:
    """The same for the same text and secret, and for nothing else."""
    assert TOKENS.digest("a") == TOKENS.digest("a")
    assert len({TOKENS.digest("a"), TOKENS.digest("b"), Tokens(b"another").digest("a")}) == 3


def test_references_name_policy_version_and_clause(knowledge: KnowledgeBase) -> None:
    """And are read back to the same clauses."""
    clauses = knowledge.policy("416").clauses[:2]
    assert references.read(knowledge, references.write(knowledge, clauses)) == clauses
    assert references.read(knowledge, "") == ()


@pytest.mark.parametrize("value", ['[["416", "2019-12-12-00000000", "416.1"]]', '[["417", "x", "416.1"]]'])
def test_an_old_button_is_noticed(knowledge: KnowledgeBase, value: str) -> None:
    """Another version or policy is said to have changed."""
    with pytest.raises(PolicyChanged):
        references.read(knowledge, value)
