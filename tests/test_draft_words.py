"""How a draft is read: what it quotes, the forms of words, masks, numbers and links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_kb import Account, KnowledgeBase
from policy_kb.drafts.quotation import without_quotations
from tests.test_drafts import SECRETS, found

QUOTES = [
    "“{}”",
    '"{}"',
    "‘{}’",
    "'{}'",
    "«{}»",
    "„{}“",
    "»{}«",
    "‹{}›",
    "「{}」",
    "『{}』",
    "《{}》",
    "``{}''",
    "> {}",
    "  > {}",
    "&gt; {}",
]


@pytest.mark.parametrize("quoted", QUOTES)
@given(words=SECRETS, before=st.sampled_from(["", "They say\n", "Ann: \n"]))
def test_quoted_text_never_triggers(knowledge: KnowledgeBase, quoted: str, words: str, before: str) -> None:
    """Whatever the marks; outside of them the same words do."""
    draft = f"{before}{quoted.format(words)}\nThe library opens at 9."
    touched = knowledge.drafts.touched(draft, Account.OFFICIAL)
    assert (touched.touches, touched.rights, touched.quoted) == ((), (), True)
    assert knowledge.drafts.touched(f"{before}{words}\nThe library opens at 9.", Account.OFFICIAL).touches


@pytest.mark.parametrize(
    "draft",
    [
        "It's the workers' day, don't be late",
        'a 12" pipe',
        "6' tall",
        "rock 'n roll, 'tis true",
        "“never closed",
        "a < b > c",
        'say "',
    ],
)
def test_apostrophes_and_inches_quote_nothing(draft: str) -> None:
    """A mark that opens no quotation leaves the draft as it is."""
    assert without_quotations(draft) == (draft, False)


def test_a_quotation_ends_a_sentence_as_its_full_stop_does(knowledge: KnowledgeBase) -> None:
    """Words before and after it are not taken together."""
    draft = "Our mayor said “we are done.” My brother is an idiot."
    assert found(knowledge, draft, "personal") == {}


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        ("the Plaintiff's case", ("Plaintiff's",)),
        ("the plantiff again", ("plantiff",)),
        ("a law-suit", ("law-suit",)),
        ("#ClassAction", ("ClassAction",)),
        ("thé LAWSUITS", ("LAWSUITS",)),
        ("law\u200bsuit", ("lawsuit",)),
        ("a class, action", None),
        ("outlawsuits", None),
        ("class. Action!", None),
    ],
)
def test_words_in_any_form_but_never_inside_others(knowledge: KnowledgeBase, draft: str, words: tuple[str, ...] | None) -> None:
    """Plural, possessive, accents, hidden signs, hashtags and slips; the words are shown as they were typed."""
    assert found(knowledge, draft, "official").get("416.6.13.g") == words


@pytest.mark.parametrize("draft", ["f***", "sh!t", "a$$hole", "FUUUCK", "What the hell", "bullsh*t", "*damn*"])
def test_profanity_behind_a_mask(knowledge: KnowledgeBase, draft: str) -> None:
    """Signs in place of letters and letters drawn out hide nothing."""
    assert "416.6.14" in found(knowledge, draft, "official")


@pytest.mark.parametrize("draft", ["classic passes", "Scunthorpe", "cocktail hour", "a 5* hotel", "see note*", "Dick Clark"])
def test_profanity_inside_other_words(knowledge: KnowledgeBase, draft: str) -> None:
    """Is none."""
    assert found(knowledge, draft, "official") == {}


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("apologise for the lawsuit and the libellous neighbour", "apologize"),
        ("our licence", "our license"),
        ("cancelled", "canceled"),
    ],
)
def test_british_spelling_is_read_as_american(knowledge: KnowledgeBase, british: str, american: str) -> None:
    """Both touch the same."""
    tail = " day off denied, the vandalising plaintiffs' favourite colour"
    assert found(knowledge, british + tail, "official").keys() == found(knowledge, f"lawsuit {american}{tail}", "official").keys()


def test_numbers_are_shown_without_their_digits(knowledge: KnowledgeBase) -> None:
    """A draft is answered where others may look over the shoulder."""
    words = found(knowledge, "Her SSN is 412-55-8891, card 4111 1111 1111 1111.", "official")["416.6.15"]
    assert words == ("SSN", "•••-••-••••", "•••• •••• •••• ••••")


@pytest.mark.parametrize(
    "draft",
    [
        "Call 816-969-1000, open 9-5",
        "card 4111 1111 1111 1112",
        "000-12-3456",
        "Parcel 52-900-04-21-00-0-00-000",
        "See https://cityofls.net/jobs, www.epa.gov/lead, https://umkc.edu and https://www.mo.us.",
        "Write to parks@cityofls.net",
    ],
)
def test_numbers_and_links_that_are_fine(knowledge: KnowledgeBase, draft: str) -> None:
    """Telephone numbers, numbers that only look like a card's, the City's own pages and those of governments and schools."""
    assert found(knowledge, draft, "official") == {}


def test_links_of_others(knowledge: KnowledgeBase) -> None:
    """With and without https, and without the full stop behind."""
    words = found(knowledge, "See https://hanks.com/a?b=c. Or fakecityofls.net, or irs.gov.com", "official")["416.6.7"]
    assert words == ("https://hanks.com/a?b=c", "fakecityofls.net", "irs.gov.com")
