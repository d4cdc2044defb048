"""The Markdown reader: its syntax, and that every mistake is named with its line."""

from __future__ import annotations

import string
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_kb import KnowledgeBaseError, Policy
from policy_kb.mistakes import MistakeList
from policy_kb.read.markdown import parse_markdown, read_markdown

HEAD = """---
id: TRV
title: Travel
organisation: Harbour County
adopted: 2024-01-15
effective: 2024-02-01
source: https://example.org/travel
---
"""
HEAD_LINES = HEAD.count("\n")


def parse(body: str, head: str = HEAD) -> Policy:
    return parse_markdown(head + body, MistakeList("travel.md"))


def mistakes(body: str, head: str = HEAD) -> list[tuple[int, str]]:
    with pytest.raises(KnowledgeBaseError) as raised:
        parse(body, head)
    return [(mistake.line, mistake.message) for mistake in raised.value.mistakes]


def test_the_example_of_the_docs() -> None:
    """Headings, items, definitions, bullets and wrapped lines."""
    policy = parse(
        "# Travel rules\n\n## 1. Scope\n\nAll travel,\nwherever it goes.\n\n## 2 Terms\n\n**Trip** means a\njourney.\n\n"
        "### 2.1 Booking:\nBook early:\n- by train\n- by bus\n\na. ask\n(b) pay e.g. by card\n\nand keep the slip.\n"
    )
    assert [(each.id, each.heading, each.text, each.parent) for each in policy.clauses] == [
        ("1", "Scope", "All travel, wherever it goes.", None),
        ("2", "Terms", "", None),
        ("2:Trip", "Trip", "Trip means a journey.", "2"),
        ("2.1", "Booking", "Book early:\n- by train\n- by bus", "2"),
        ("2.1.a", "", "ask", "2.1"),
        ("2.1.b", "", "pay e.g. by card\nand keep the slip.", "2.1"),
    ]


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("Words before.\n\n## 1 A\n\nText\n", 1, "belongs to no clause"),
        ("## 1 A\n\nText\n\n## Scope\n", 5, "has no number"),
        ("## 1 A\n\nText\n\n## 1 B\n", 5, "stands already on line 9"),
        ("## 1 A\n\nText\n\n##2 B\n", 5, "needs a space"),
        ("## 1 A\n\na. one\n\nc. three\n", 5, "item 'c' where 'b' is next"),
        ("## 1 A\n\n1.2 Booking is done early\n", 3, "looks like a clause"),
        ("## 1 A\n\nText\x00\n", 3, "control characters"),
        ("## 1 A\n\n<!-- draft, not approved -->\n", 3, "would be quoted to staff"),
        ("## 1 A\n\n```\n", 3, "blocks of code"),
        ("## 24-hour notice\n", 1, "has no number"),
        ("Section 1. Purpose\n=======\n\nMuch\n\nmore text.\n", 1, "belongs to no clause"),
        ("\n\n", -HEAD_LINES, "no clause found"),
    ],
)
def test_mistakes_of_the_body(body: str, line: int, message: str) -> None:
    """Each is named with its line."""
    found = mistakes(body)
    assert [at for at, _ in found] == [HEAD_LINES + line]
    assert message in found[0][1]


def test_all_mistakes_come_at_once() -> None:
    """Front matter and body together."""
    head = "---\nid: a b\ntitle:\norganisation: X\nadopted: 15 January\neffective: 2024-02-01\nsurce: y\n---\n"
    found = mistakes("## Scope\n", head)
    told = "\n".join(message for _, message in found)
    for part in (
        "id 'a b'",
        "'title' is missing",
        "'adopted' must be a date",
        "unknown key 'surce'",
        "'source' is missing",
        "has no number",
    ):
        assert part in told


@pytest.mark.parametrize("head", ["", "---\n- a\n---\n", "---\nid: [\n---\n", "---\nid: 1\nid: 2\n---\n"])
def test_broken_front_matter(head: str) -> None:
    """No head, a list, no YAML, a key that stands twice."""
    assert mistakes("## 1 A\n\nText\n", head)


@pytest.mark.parametrize(
    ("body", "clauses"),
    [
        ("## 1 A\n\n**Important:** All must.\n\nMore.\n", [("1", "**Important:** All must.\nMore.")]),
        ("## 1 A\n\n**Employees on probation** may not.\n", [("1", "**Employees on probation** may not.")]),
        (
            "## 1 Definitions\n\n**Device**: a phone.\n- **User** means a person.\n",
            [("1", ""), ("1:Device", "Device: a phone."), ("1:User", "User means a person.")],
        ),
        (
            "## 1 A\n\n1. Home\n   a. meals\n   b. hotel\n2. Abroad\n   a. visa\n",
            [("1", "1. Home\na. meals\nb. hotel\n2. Abroad\na. visa")],
        ),
        ("## 1 A\n\n| x | y |\n| 1 | 2 |\n> Note\n", [("1", "| x | y |\n| 1 | 2 |\n> Note")]),
        ("## Section 3. Reporting etc. ##\n\nText\n", [("3", "Text")]),
        ("## § 3.1 A\n\nText\n### Article 4\nMore\n", [("3.1", "Text"), ("4", "More")]),
        ("## HR-2 A\n\nText\n### HR-2.1 B\nMore\n", [("HR-2", "Text"), ("HR-2.1", "More")]),
    ],
)
def test_what_people_write(body: str, clauses: list[tuple[str, str]]) -> None:
    """Bold words, lists, tables and headings as they occur in real files."""
    assert [(clause.id, clause.text) for clause in parse(body).clauses] == clauses


def test_the_example_of_the_document() -> None:
    """docs/policies.md shows a policy that is read as it says."""
    document = (Path(__file__).parent.parent / "docs" / "policies.md").read_text("utf-8")
    example = document.split("```markdown\n")[1].split("```")[0]
    policy = parse_markdown(example, MistakeList("example.md"))
    assert [(each.id, each.parent) for each in policy.clauses] == [
        ("1", None),
        ("2", None),
        ("2:Trip", "2"),
        ("3", None),
        ("3.1", "3"),
        ("3.2", "3"),
        ("3.2.a", "3.2"),
        ("3.2.b", "3.2"),
        ("3.2.c", "3.2"),
    ]


def test_an_id_of_digits_needs_quotes() -> None:
    """YAML would read 0416 as another number."""
    assert "put digits in quotes" in mistakes("## 1 A\n\nText\n", HEAD.replace("TRV", "0416"))[0][1]


def test_unreadable_files(tmp_path: Path) -> None:
    """A file that is not UTF-8 and one that is not there are mistakes, not exceptions."""
    latin = tmp_path / "latin.md"
    latin.write_bytes(HEAD.encode() + "## 1 Café\n".encode("latin-1"))
    for path in (latin, tmp_path / "absent.md"):
        with pytest.raises(KnowledgeBaseError, match=path.name):
            read_markdown(path)


def test_a_letter_out_of_turn_in_round_brackets_is_text() -> None:
    """Roman items such as (i) belong to the clause they stand in."""
    policy = parse("## 1 A\n\nBoth\n\n(i) one\n\n(ii) two\n")
    assert [clause.text for clause in policy.clauses] == ["Both\n(i) one\n(ii) two"]


WORDS = st.lists(st.text(string.ascii_letters + "’“”,;é", min_size=2, max_size=9), min_size=1, max_size=8).map(" ".join)


@given(st.lists(st.tuples(WORDS, st.lists(WORDS, max_size=3), st.lists(WORDS, max_size=4)), min_size=1, max_size=6))
def test_what_is_written_is_read(sections: list[tuple[str, list[str], list[str]]]) -> None:
    """Any policy in the syntax keeps its words, order, ids and parents."""
    lines, expected = [], []
    for number, (heading, paragraphs, items) in enumerate(sections, 1):
        lines += [f"## {number} {heading}", "", *(f"{paragraph}\n" for paragraph in paragraphs)]
        expected.append((str(number), heading.rstrip(" .:"), "\n".join(paragraphs), None))
        for letter, item in zip("abcd", items, strict=False):
            lines.append(f"{letter}. {item}\n")
            expected.append((f"{number}.{letter}", "", item, str(number)))
    policy = parse("\n".join(lines))
    assert [(each.id, each.heading, each.text, each.parent) for each in policy.clauses] == expected


@given(st.text(max_size=400))
def test_any_text_is_a_policy_or_a_list_of_mistakes(body: str) -> None:
    """The reader never fails in another way."""
    found = MistakeList("any.md")
    with suppress(KnowledgeBaseError):
        assert parse_markdown(HEAD + body, found).clauses
        return
    assert found.found
