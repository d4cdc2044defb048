"""The same delivery twice is one turn, also while the first is being answered, and also when that fails."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels import once
from bot.channels.once import Once


def test_a_second_call_gets_the_first_ones_answer() -> None:
    """One call is made; both get it, at the same time or later. Without an id each is made."""

    async def run() -> None:
        answers, made = Once[str](), []

        async def make() -> str:
            made.append(1)
            await asyncio.sleep(0)
            return "done"

        assert await asyncio.gather(answers.answer("a", make), answers.answer("a", make)) == ["done", "done"]
        assert await answers.answer("a", make) == "done"
        assert len(made) == 1
        await answers.answer("", make)
        await answers.answer("", make)
        assert len(made) == 3

    asyncio.run(run())


def test_who_waited_for_a_failure_tries_again() -> None:
    """The first call fails with its own error, the second makes the answer."""

    async def run() -> None:
        answers, outcomes = Once[str](), [ValueError("x"), "done"]

        async def make() -> str:
            await asyncio.sleep(0)
            outcome = outcomes.pop(0)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        first, second = await asyncio.gather(answers.answer("a", make), answers.answer("a", make), return_exceptions=True)
        assert isinstance(first, ValueError)
        assert second == "done"

    asyncio.run(run())


def test_little_is_held_and_not_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute, so many answers, and no id in the clear."""
    monkeypatch.setattr(once, "MOST", 3)

    async def run() -> None:
        now = [0.0]
        answers: Once[int] = Once(clock=lambda: now[0])

        async def make() -> int:
            return 1

        for id in "abcde":
            await answers.answer(id, make)
        assert [id for id in "abcde" if answers.met(id)] == ["d", "e"]
        now[0] = 61.0
        assert not answers.met("e")
        assert "U0ALICE" not in str(answers.__dict__)

    asyncio.run(run())
