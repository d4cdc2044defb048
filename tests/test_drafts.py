"""What a draft touches: the words that staff use find the clauses, ordinary posts find none, quoted text is nobody's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from policy_kb import Account, KnowledgeBase, Policy
from policy_kb.drafts.phrases import Phrase
from policy_kb.drafts.touches import visible
from tests.conftest import HERE

WORKED_WITH = yaml.safe_load((HERE / "drafts.yaml").read_text("utf-8"))
HELD_OUT = yaml.safe_load((HERE / "drafts_held_out.yaml").read_text("utf-8"))
HARDER = yaml.safe_load((HERE / "drafts_harder.yaml").read_text("utf-8"))
SECRETS = st.sampled_from(
    ["fuck this", "our lawsuit", "vote for Jones", "412-55-8891", "https://hanksgrill.com", "I will kill you"]
)


def found(knowledge: KnowledgeBase, text: str, account: str) -> dict[str, tuple[str, ...]]:
    """The clauses that a draft touches, rights among them, with the words."""
    touched = knowledge.drafts.touched(text, Account(account))
    words: dict[str, tuple[str, ...]] = {}
    for touch in (*touched.rights, *touched.touches):
        words[touch.clause.id] = (*words.get(touch.clause.id, ()), *touch.words)
    return words


@dataclass(frozen=True)
class Counts:
    """How many drafts come out exactly right, and how many clauses are found, missed and named for nothing."""

    exact: int
    right: int
    missed: int
    wrong: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed)


def counted(knowledge: KnowledgeBase, drafts: list[dict[str, Any]]) -> Counts:
    exact = right = missed = wrong = 0
    for draft in drafts:
        clauses, must = found(knowledge, draft["text"], draft["account"]).keys(), set(draft["touches"])
        false = clauses - must - set(draft.get("may", ()))
        right, missed, wrong = right + len(must & clauses), missed + len(must - clauses), wrong + len(false)
        exact += not false and must <= clauses
    return Counts(exact, right, missed, wrong)


@pytest.mark.parametrize("draft", WORKED_WITH, ids=lambda draft: draft["text"][:40])
def test_drafts_that_the_triggers_were_written_with(knowledge: KnowledgeBase, draft: dict[str, Any]) -> None:
    """Each touches what it must and nothing that it must not."""
    clauses = found(knowledge, draft["text"], draft["account"]).keys()
    assert set(draft["touches"]) <= clauses <= {*draft["touches"], *draft.get("may", ())}


def test_drafts_that_the_triggers_have_not_seen(knowledge: KnowledgeBase) -> None:
    """As good as when they were first tried: 49 of 50 right, one clause missed, none named for nothing."""
    counts = counted(knowledge, HELD_OUT)
    assert counts.exact >= 49, counts
    assert counts.wrong == 0, counts


def test_what_is_said_in_a_roundabout_way_is_mostly_missed(knowledge: KnowledgeBase) -> None:
    """The documents say so; what is found all the same is right."""
    counts = counted(knowledge, HARDER)
    assert counts.wrong == 0, counts
    assert counts.recall < 0.5, "better than docs/policies.md says: measure again and say so there"


def test_the_drafts_name_clauses_that_are_there(policy: Policy) -> None:
    """150 and more, a third of them innocent, fifty held out."""
    drafts = [*WORKED_WITH, *HELD_OUT, *HARDER]
    named = {id for draft in drafts for id in (*draft["touches"], *draft.get("may", ()))}
    assert all(policy.clause(id) for id in named)
    assert len(HELD_OUT) == 50
    assert len(drafts) >= 150
    assert sum(not draft["touches"] for draft in drafts) * 3 >= len(WORKED_WITH) + len(HELD_OUT)


def spoken(phrase: Phrase) -> str:
    """A phrase as somebody might write it: the first filling of every place."""
    return phrase.figure or " ".join(word.written for slot in phrase.slots for word in (slot[0] if slot else ()))


def test_talk_of_working_conditions_never_draws_a_warning(knowledge: KnowledgeBase) -> None:
    """Not one of the words that 416.10 protects touches any other clause, alone or with anger around it."""
    for trigger in knowledge.drafts.triggers[0].rights:
        for phrase in trigger.words:
            for account in trigger.touches:
                for said in (spoken(phrase), f"Management is a joke about {spoken(phrase)}, my boss is an idiot"):
                    assert found(knowledge, said, account).keys() <= {"416.10"}, said


def test_a_disclaimer_is_enough(knowledge: KnowledgeBase) -> None:
    """Also where it is quoted word for word."""
    said = "I work for the City and I think the council is wrong."
    assert {"416.8.2", "416.8.5.d"} <= found(knowledge, said, "personal").keys()
    for disclaimer in (
        "Views are my own.",
        "“These are my own opinions and do not represent those of the City of Lee’s Summit.”",
    ):
        assert found(knowledge, f"{said} {disclaimer}", "personal") == {}


def test_the_kind_of_account_decides(knowledge: KnowledgeBase) -> None:
    """416.6 for the City's accounts, 416.8 for one's own."""
    said = "I will break that clerk's jaw. No Mexicans should be allowed."
    assert found(knowledge, said, "official").keys() == {"416.6.14"}
    assert found(knowledge, said, "personal").keys() == {"416.8.5.i"}
    assert found(knowledge, "Vote for Jones, damn it", "personal") == {}


@given(
    draft=st.text(max_size=400) | st.lists(SECRETS | st.text(max_size=30), max_size=12).map(" ".join),
    account=st.sampled_from(Account),
)
def test_any_draft_is_answered_with_its_own_words(knowledge: KnowledgeBase, draft: str, account: Account) -> None:
    """Nothing is raised, and every word shown stands in the draft, in the same order of signs."""
    shown = visible(draft)
    for touch in knowledge.drafts.touched(draft, account).touches:
        assert touch.passage in touch.clause.text
        for words in touch.words:
            pattern = words.split("•")
            assert all(part in shown or part in shown.replace(" ", "") for part in pattern), (words, shown)


@pytest.mark.parametrize(
    "draft", ["(" * 3000, '"' * 3000, "a " * 1500, "lawsuit " * 375, "“" * 1500 + "”" * 1500, "\u202e" * 3000, "a*" * 1500]
)
def test_a_long_draft_is_answered_at_once(knowledge: KnowledgeBase, draft: str) -> None:
    """Three thousand signs of the worst kinds."""
    for account in Account:
        knowledge.drafts.touched(draft, account)


def test_the_same_draft_touches_the_same(knowledge: KnowledgeBase) -> None:
    """Whatever was asked before."""
    draft = "Vote for Jones, damn it, and buy at Hank's grill: https://hanks.com"
    assert knowledge.drafts.touched(draft, Account.OFFICIAL) == knowledge.drafts.touched(draft, Account.OFFICIAL)
