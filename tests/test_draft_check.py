"""The draft check: a list with the draft's words, never a verdict, and nothing kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import policy_kb
from bot import app
from bot.config import Settings
from bot.journeys import draft as journey
from bot.journeys.draft import MOST_SHOWN, check
from bot.journeys.home import DRAFT
from bot.views import Button, Facts, Form, Quote, Text, View
from policy_kb import KnowledgeBase

TRAVEL = """---
id: TRV
title: Travel Rules
organisation: Harbour County
adopted: 2024-01-15
effective: 2024-02-01
source: https://example.org/travel
---
## 1 Approval

A trip is approved in writing before it is booked. Boats are never booked.
"""
BOATS = 'policy: TRV\ntriggers:\n- {id: boats, personal: [{clause: "1", passage: Boats are never booked.}], words: [boat]}\n'
EVERYTHING = (
    "Vote yes on Prop A, damn it, and go to https://hanks.com for the best grill in town. Our lawsuit is confidential. You "
    "idiot, I will kill you. A reporter asked me for a comment. We deleted your reply. Use our logo. I heard that it closed."
)


def texts(view: View) -> str:
    return "\n".join(block.text for block in view.blocks if isinstance(block, Text))


def quotes(view: View) -> list[Quote]:
    return [block for block in view.blocks if isinstance(block, Quote)]


def test_each_passage_stands_with_the_words_that_led_to_it(knowledge: KnowledgeBase) -> None:
    """A quote, then the draft's words and whom the policy names, then the way to the whole clause."""
    shown = check("official", "Our lawsuit goes well.", knowledge).view
    at = next(place for place, block in enumerate(shown.blocks) if isinstance(block, Quote))
    quote, facts, button = shown.blocks[at : at + 3]
    assert isinstance(quote, Quote)
    assert quote.text.startswith("Never comment on anything related to legal matters")
    assert quote.citation.startswith("416.6.13.g, Social Media Policy, version 2019-12-12-")
    assert quote.lead_in.startswith("Employees using City social media sites")
    assert quote.cut
    assert facts == Facts((("In your draft", "“lawsuit”"), ("To ask", "City Attorney’s Office")))
    assert isinstance(button, Button)
    assert (button.label, button.action) == ("Read 416.6.13.g", "read")


def test_it_is_a_list_and_never_a_verdict(knowledge: KnowledgeBase) -> None:
    """It says who decides, that nothing was kept, and keeps nothing."""
    outcome = check("official", EVERYTHING, knowledge)
    assert outcome.records == ()
    said = texts(outcome.view)
    for part in ("This is a list, not a verdict.", "a person decides", "Ask your supervisor", "Nothing of your draft was kept."):
        assert part in said
    for word in ("violat", "forbidden", "allowed", "must not", "approved"):
        assert word not in said


def test_no_more_than_a_few_are_shown_and_the_rest_is_named(knowledge: KnowledgeBase) -> None:
    """In the policy's order."""
    shown = check("official", EVERYTHING, knowledge).view
    cited = [quote.citation.split(" ")[0].rstrip(",") for quote in quotes(shown)]
    order = [clause.id for clause in knowledge.policy("416").clauses]
    assert len(cited) == MOST_SHOWN
    assert cited == sorted(cited, key=order.index)
    assert "It touches these too: 416." in texts(shown)


def test_a_bullet_is_quoted_with_the_words_before_the_list(knowledge: KnowledgeBase) -> None:
    """And the opening of a section is not said twice."""
    shown = quotes(check("official", "Damn, what a sexy nude.", knowledge).view)
    assert [(quote.text, quote.lead_in[:8]) for quote in shown] == [
        ("Profane language or content", "Comments"),
        ("Sexual content or links to sexual content", ""),
    ]


def test_one_s_own_account_is_told_of_its_rights(knowledge: KnowledgeBase) -> None:
    """With every clause that is listed for it; talk of working conditions stands first."""
    draft = "My supervisor is a moron. Our overtime is not paid."
    first, *others = quotes(check("personal", draft, knowledge).view)
    assert "416.10" in first.citation
    assert [quote.citation.split(",")[0].split(" ")[0] for quote in others] == ["416.8.5.a", "416.8"]
    assert "First Amendment" in others[-1].text
    assert [quote.citation[:6] for quote in quotes(check("personal", "Our overtime is not paid.", knowledge).view)] == ["416.10"]


@pytest.mark.parametrize("account", ["", "other", "Official", "official "])
def test_the_account_is_asked_for_first(knowledge: KnowledgeBase, account: str) -> None:
    """In the form, with the draft in it."""
    shown = check(account, "Our lawsuit", knowledge).view
    (form,) = shown.forms
    assert form.id == DRAFT.id
    assert [field.value for field in form.fields] == ["", "Our lawsuit"]
    assert quotes(shown) == []


@pytest.mark.parametrize("draft", ["", "  \n\t ", "\u3000"])
def test_an_empty_draft_is_asked_for_again(knowledge: KnowledgeBase, draft: str) -> None:
    """With the account that was chosen."""
    shown = check("personal", draft, knowledge).view
    assert "There is no draft in it yet" in texts(shown)
    assert shown.forms[0].fields[0].value == "personal"


@pytest.mark.parametrize("draft", ["The library opens at 9 on Saturday.", "🎉🎉", "...", "\u202eabc", "“Our lawsuit”"])
def test_nothing_found_is_no_approval(knowledge: KnowledgeBase, draft: str) -> None:
    """No clause, and no all-clear."""
    shown = check("official", draft, knowledge).view
    assert quotes(shown) == []
    assert "I found no clause that this touches. That is no approval" in texts(shown)
    assert ("I left out what stands between quotation marks" in texts(shown)) == draft.startswith("“")


def test_another_language_is_told_that_only_english_is_read(knowledge: KnowledgeBase) -> None:
    """Since finding nothing in it means nothing."""
    draft = "יום הולדת שמח לסבתא שלי, כולנו אוהבים אותך"
    assert "I can only read English so far" in texts(check("personal", draft, knowledge).view)


def test_a_longer_draft_is_read_to_the_limit_of_its_field(knowledge: KnowledgeBase) -> None:
    """And that is said."""
    longest = DRAFT.fields[-1].longest
    assert longest == policy_kb.drafts.LONGEST
    shown = check("official", "a" * longest + " lawsuit", knowledge).view
    assert f"I read the first {longest} characters" in texts(shown)
    assert quotes(shown) == []
    assert "characters" not in texts(check("official", "lawsuit " * 375, knowledge).view)


def test_many_words_and_long_ones_are_cut(knowledge: KnowledgeBase) -> None:
    """The list stays short."""
    (facts, *_) = [
        block for block in check("official", "https://a.com/" + "b" * 200, knowledge).view.blocks if isinstance(block, Facts)
    ]
    assert facts.pairs[0][1].endswith("b…”")
    assert len(facts.pairs[0][1]) < 70
    many = "fuck shit bitch damn crap bastard asshole bullshit goddamn cunt"
    (facts, *_) = [block for block in check("official", many, knowledge).view.blocks if isinstance(block, Facts)]
    assert facts.pairs[0][1].endswith("“bullshit” and 2 more")


def place_with(tmp_path: Path, drafts: str = "") -> Path:
    directory = tmp_path / "policies"
    directory.mkdir()
    (directory / "travel.md").write_text(TRAVEL, "utf-8")
    if drafts:
        (directory / "travel.drafts.yaml").write_text(drafts, "utf-8")
    return directory


@pytest.mark.usefixtures("knowledge")
def test_policies_without_triggers_are_not_guessed_at(tmp_path: Path, settings: Settings) -> None:
    """It is said that nobody has written any."""
    shown = check("personal", "our lawsuit", app.knowledge_base(settings, place_with(tmp_path))).view
    assert "I cannot check drafts against Travel Rules (TRV)" in texts(shown)
    assert shown.buttons == shown.forms == ()


@pytest.mark.usefixtures("knowledge")
def test_another_organisation_s_triggers_are_used(tmp_path: Path, settings: Settings) -> None:
    """Without whom to ask where none is named, and without rights where none are named."""
    knowledge = app.knowledge_base(settings, place_with(tmp_path, BOATS))
    shown = check("personal", "Two boats, please", knowledge).view
    assert quotes(shown)[0].text == "Boats are never booked."
    assert Facts((("In your draft", "“boats”"),)) in shown.blocks
    assert "no clause that this touches" in texts(check("official", "Two boats, please", knowledge).view)


def test_a_policy_that_cannot_be_checked_is_named(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    """Beside one that can."""
    travel = policy_kb.read(place_with(tmp_path)).policies[0]
    shown = check("official", "our lawsuit", knowledge.with_policy(travel, ())).view
    assert "I cannot check drafts against Travel Rules." in texts(shown)
    assert quotes(shown)


def constants() -> str:
    """All that the journey and its form say of their own."""
    return Path(journey.__file__).read_text("utf-8") + repr(DRAFT)


@given(
    draft=st.text(max_size=300) | st.text("lawsuit damn “”'\">\n 412-55-8891", max_size=120),
    account=st.sampled_from(["official", "personal", "x"]),
)
def test_nothing_is_said_that_is_neither_the_draft_s_nor_the_policy_s_nor_ours(
    knowledge: KnowledgeBase, draft: str, account: str
) -> None:
    """Whatever the draft: it is answered, its words come back only between quotation marks, and quotes are the policy's."""
    policy = knowledge.policy("416")
    wordings = [clause.text for clause in policy.clauses]
    for block in check(account, draft, knowledge).view.blocks:
        match block:
            case Quote(text, citation, lead_in):
                assert any(text in wording for wording in wordings)
                assert any(lead_in in wording for wording in wordings)
                assert policy.version in citation
            case Facts(pairs):
                for label, value in pairs:
                    assert label in ("In your draft", "To ask")
                    assert label == "In your draft" or any(value in wording for wording in wordings)
            case Text(text):
                assert all(part.strip(".") in constants() for line in text.split("\n") for part in line.split(". "))
            case Form():
                assert block.fields[-1].value in (draft, "")
