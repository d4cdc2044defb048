"""The shipped policy is the City's policy: nothing lost, added or reordered."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from policy_kb import Clause, Kind, Policy, definitions_used
from policy_kb.read import read_markdown
from tests.conftest import HERE, SHIPPED

SEED = HERE / "416-social-media-policy.txt"
NAVIGATION_LINES = 3


@pytest.fixture(scope="module")
def policy() -> Policy:
    return read_markdown(SHIPPED / "416-social-media.md")


def printed_words(clause: Clause) -> list[str]:
    """The words of a clause as the seed prints them: number or letter, heading, text."""
    if clause.kind is Kind.DEFINITION:
        return clause.text.split()
    mark = clause.id if clause.kind is Kind.SECTION else f"{clause.id[-1]}."
    return [mark, *clause.heading.split(), *clause.text.split()]


def without_marks(words: list[str]) -> list[str]:
    """Bullets, and the stop or colon that ends a heading, are marks and not words."""
    return [word.rstrip(".:") for word in words if word not in ("-", "•")]


def test_the_words_of_all_clauses_in_order_are_the_words_of_the_seed(policy: Policy) -> None:
    """Nothing lost, added or reordered."""
    seed = "\n".join(SEED.read_text("utf-8").split("\n")[NAVIGATION_LINES:]).split()
    ours = [word for clause in policy.clauses for word in printed_words(clause)]
    assert without_marks(ours) == without_marks(seed)


def test_front_matter(policy: Policy) -> None:
    """The policy names itself, its organisation and its dates."""
    assert (policy.id, policy.title, policy.organisation) == ("416", "Social Media Policy", "City of Lee’s Summit")
    assert policy.adopted == policy.effective == datetime.date(2019, 12, 12)
    assert policy.version.startswith("2019-12-12-")


def test_the_version_changes_with_the_wording(policy: Policy, tmp_path: Path) -> None:
    """One changed word gives another version."""
    text = (SHIPPED / "416-social-media.md").read_text("utf-8").replace("must agree in writing", "must agree")
    other = tmp_path / "416.md"
    other.write_text(text, "utf-8")
    assert read_markdown(other).version != policy.version


@pytest.mark.parametrize(
    ("id", "heading", "begins", "ends", "parent"),
    [
        ("416.1", "PURPOSE", "The purpose of this policy", "including termination.", None),
        ("416.4", "ADMINISTRATIVE ROLES AND RESPONSIBILITIES", "", "", None),
        ("416.4.2", "", "The Social Media Administrator is", "approved City social media sites.", "416.4"),
        ("416.6.8", "Employee Requirements for the City’s Social Media Sites", "", "", "416.6"),
        ("416.6.9", "", "No employee shall create", "must be made.", "416.6"),
        ("416.6.13", "", "Employees using City social media sites", "guidelines:", "416.6"),
        ("416.6.13.a", "", "Comply with the City’s (i)", "Graphic Brand Standards", "416.6.13"),
        ("416.6.13.g", "", "Ensure comments do not", "City Attorney’s Office.", "416.6.13"),
        ("416.6.14", "Prohibits Comments of City Social Media Sites/Accounts", "Comments, including", "sites/accounts.", "416.6"),
        ("416.8", "EMPLOYEE OBLIGATIONS AND RESTRICTIONS IN PERSONAL USE OF SOCIAL MEDIA", "Nothing in", "the City.", None),
        ("416.8.3", "Use of Non-Public Information", "Employees must not", "privileged information.", "416.8"),
        ("416.8.5", "Personal Use of Social Media", "The City respects", "forms of social media:", "416.8"),
        ("416.8.5.g", "", "There may be times", "a City policy.", "416.8.5"),
        ("416.3:Agents", "Agents", "Agents means all", "name of the City.", "416.3"),
        ("416.3:Social Media", "Social Media", "Social Media means any", "listed above.", "416.3"),
        ("416.12", "SEVERABILITY AND SAVINGS", "If any part", "application.", None),
    ],
)
def test_clauses(policy: Policy, id: str, heading: str, begins: str, ends: str, parent: str | None) -> None:
    """Each habit of the seed's numbering is read as the labelled questions name it."""
    clause = policy.clause(id)
    assert clause is not None
    assert (clause.heading, clause.parent) == (heading, parent)
    assert clause.text.startswith(begins)
    assert clause.text.endswith(ends)


def test_all_clauses_are_there(policy: Policy) -> None:
    """46 numbers, 17 lettered items, 9 definitions; ids are unique."""
    kinds = [clause.kind for clause in policy.clauses]
    assert (kinds.count(Kind.SECTION), kinds.count(Kind.ITEM), kinds.count(Kind.DEFINITION)) == (45, 17, 9)
    assert len({clause.id for clause in policy.clauses}) == len(policy.clauses)


def test_drafting_slips_are_kept(policy: Policy) -> None:
    """The policy is quoted as it was adopted, slips included."""
    for id, slip in [
        ("416.7.3", "open meeting or create constitutes a meeting"),
        ("416.7.2", "removes, deletes or hides redacts Content"),
        ("416.8.2", "an employee is must include"),
    ]:
        clause = policy.clause(id)
        assert clause is not None
        assert slip in clause.text


def test_a_lettered_item_is_quoted_with_its_lead_in(policy: Policy) -> None:
    """An item knows the opening of its section; a section has none."""
    item, section = policy.clause("416.6.13.d"), policy.clause("416.6.9")
    assert item is not None
    assert section is not None
    assert policy.lead_in(item).startswith("Employees using City social media sites")
    assert policy.lead_in(section) == ""


def test_definitions_used_by_a_clause(policy: Policy) -> None:
    """The longest term wins, and a term on its own still counts."""
    clause = policy.clause("416.4.1")
    assert clause is not None
    assert [term.heading for term in definitions_used(policy, clause)] == ["Social Media Administrator"]
    agents = policy.clause("416.3:Agents")
    assert agents is not None
    assert agents not in definitions_used(policy, agents)
