"""A question: the clause that answers it, the few it may be, or an honest "not covered"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot import references
from bot.citation import opening, quote, quote_within, source
from bot.directory import Directory
from bot.journeys.home import LONGEST, UNCOVERED
from bot.journeys.roles import reach
from bot.outcome import Outcome
from bot.records import Uncovered
from bot.sensitive import names_a_way_to_reach
from bot.understanding import Result, Understanding
from bot.views import Block, Button, Facts, Heading, Text, View, filled, view
from policy_kb import Clause, Kind, KnowledgeBase, Match

_DEFINITIONS_SHOWN = 3
MOST_CHOICES = 3


def answer(asked: Understanding, knowledge: KnowledgeBase, directory: Directory) -> Outcome:
    """The view for a question, by the band it fell into."""
    match asked.outcome:
        case Result.ANSWER:
            return Outcome(_answer(asked, knowledge))
        case Result.CHOICES:
            shown = [match.clause for match in asked.shown]
            return Outcome(_choices(shown, _rest(asked.candidates, asked.shown), knowledge))
        case _:
            return Outcome(_none(asked, knowledge, directory))


def read(clauses: Sequence[Clause], knowledge: KnowledgeBase) -> Outcome:
    """One clause that somebody chose, whole."""
    return Outcome(View((*_quoted(clauses[0], knowledge), *_after(clauses[:1], (), knowledge))))


def read_section(clauses: Sequence[Clause], knowledge: KnowledgeBase) -> Outcome:
    """A section with all its lettered items."""
    section = clauses[0]
    items = knowledge.policy(section.policy).items(section)
    blocks = [quote(knowledge, section), *(quote_within(knowledge, item) for item in items)]
    return Outcome(View((Heading(f"{section.id} with its lettered items"), *blocks, source(knowledge.policy(section.policy)))))


def other(candidates: Sequence[Clause], knowledge: KnowledgeBase, directory: Directory) -> Outcome:
    """What else it may have been; nothing left means: ask a person."""
    if not candidates:
        return Outcome(view(Text("Those were all the clauses that come near it."), *_ask_a_person(directory)))
    return Outcome(_choices(candidates[:MOST_CHOICES], candidates[MOST_CHOICES:], knowledge, "Other clauses that come near it:"))


def define(clauses: Sequence[Clause], knowledge: KnowledgeBase) -> Outcome:
    """What a term means in the policy."""
    return Outcome(view(Text("Quoted from the policy’s definitions:"), *(quote(knowledge, each) for each in clauses)))


def share(clauses: Sequence[Clause], knowledge: KnowledgeBase) -> Outcome:
    """The clauses for everybody in a channel: quotes and source, nothing to press, and nobody's question."""
    sources = dict.fromkeys(source(knowledge.policy(clause.policy)) for clause in clauses)
    return Outcome(view(Text("Quoted from the policy:"), *(quote(knowledge, each) for each in clauses), *sources))


def found(candidates: Sequence[Match], knowledge: KnowledgeBase) -> tuple[tuple[str, View], ...]:
    """One title and view for each clause that may answer, best first, to choose one from."""
    clauses = [match.clause for match in candidates if match.clause.text]
    return tuple((f"{each.id} {each.heading}".strip(), share([each], knowledge).view) for each in clauses)


def person(clauses: Sequence[Clause], knowledge: KnowledgeBase, directory: Directory) -> Outcome:
    """The role that the clause names, and how to reach it. Nothing is sent to anybody."""
    clause = clauses[0]
    named = directory.named_in(f"{knowledge.policy(clause.policy).lead_in(clause)}\n{clause.text}")
    if named:
        said = Text(f"Clause {clause.id} names:")
    else:
        named, said = (directory.default,), Text(f"Clause {clause.id} names nobody to ask. For questions about it, ask:")
    return Outcome(view(said, *(reach(role, directory) for role in named), Text("Nothing was sent to anybody.")))


def keep(asked: Understanding, directory: Directory, key: str, week: str) -> Outcome:
    """Keeps a question that nothing answered for HR: its words and the week, nothing else."""
    question = asked.text.strip()[:LONGEST]
    if not question:
        return Outcome(view(Text("There was no question in it, so nothing was kept."), UNCOVERED))
    if names_a_way_to_reach(question):
        said = Text("It was not kept: please leave out telephone numbers and addresses, and send it again.")
        return Outcome(view(said, filled(UNCOVERED, {"question": question})))
    if asked.sensitive:
        said = Text("This may be about a report or a person, so it was not kept. Please ask a person instead:")
        return Outcome(view(said, reach(directory.default, directory, discreet=True)))
    kept = Text("Kept for HR: the words of your question and the week, without your name or the day. Thank you.")
    return Outcome(view(kept), (Uncovered(key, week, question),))


def _answer(asked: Understanding, knowledge: KnowledgeBase) -> View:
    clauses = [match.clause for match in asked.shown]
    blocks: list[Block] = []
    for place, clause in enumerate(clauses):
        heading = [Heading(f"“{asked.parts[place]}”")] if asked.parts else []
        blocks += [*heading, *_quoted(clause, knowledge)]
        if asked.whole:
            blocks += [quote_within(knowledge, item) for item in knowledge.policy(clause.policy).items(clause)]
    return View((*blocks, *_after(clauses, _rest(asked.candidates, asked.shown), knowledge)))


def _quoted(clause: Clause, knowledge: KnowledgeBase) -> list[Block]:
    """The clause, word for word; for a bare heading the clauses that stand under it."""
    if clause.text:
        return [Text("Quoted from the policy:"), quote(knowledge, clause)]
    buttons = [_way_to(each, knowledge) for each in knowledge.policy(clause.policy).children(clause) if each.text]
    return [Heading(f"{clause.id} {clause.heading}"), Text("This heading has no text of its own. Under it:"), *buttons]


def _way_to(clause: Clause, knowledge: KnowledgeBase) -> Button:
    """The button that brings a clause: a defined term by its meaning, another by number and heading."""
    if clause.kind is Kind.DEFINITION:
        return Button(f"What “{clause.heading}” means", "define", references.write(knowledge, [clause]))
    return Button(f"Read {clause.id} {clause.heading}".strip(), "read", references.write(knowledge, [clause]))


def _after(clauses: Sequence[Clause], rest: Sequence[Clause], knowledge: KnowledgeBase) -> list[Block]:
    """What stands under a quote: source, ways on, and the terms it uses."""
    policies = {clause.policy: knowledge.policy(clause.policy) for clause in clauses}
    blocks: list[Block] = [source(policy) for policy in policies.values()]
    if rest:
        blocks.append(Button("Not what I meant", "other", references.write(knowledge, rest)))
    blocks.append(Button("Ask a person", "person", references.write(knowledge, clauses[:1])))
    blocks.append(Button("Share in this channel", "share", references.write(knowledge, clauses)))
    blocks += dict.fromkeys(button for clause in clauses for button in _sections(clause, knowledge))
    terms = dict.fromkeys(button for clause in clauses for button in _terms(clause, knowledge))
    return [*blocks, *list(terms)[:_DEFINITIONS_SHOWN]]


def _sections(clause: Clause, knowledge: KnowledgeBase) -> Iterator[Button]:
    """The way to the whole section, for a lettered item and for the section itself."""
    policy = knowledge.policy(clause.policy)
    parent = policy.clause(clause.parent) if clause.parent and clause.kind is Kind.ITEM else None
    section = parent or (clause if policy.items(clause) else None)
    if section:
        yield Button(f"Read {section.id} with its items", "section", references.write(knowledge, [section]))


def _terms(clause: Clause, knowledge: KnowledgeBase) -> Iterator[Button]:
    """The way to each defined term that the clause uses."""
    for term in knowledge.terms_in(clause):
        yield _way_to(term, knowledge)


def _choices(
    shown: Sequence[Clause],
    rest: Sequence[Clause],
    knowledge: KnowledgeBase,
    said: str = "I am not sure which clause you mean. Is it one of these?",
) -> View:
    blocks: list[Block] = [Text(said)]
    for clause in shown:
        blocks.append(opening(knowledge, clause))
        short = Button(f"Read {clause.id}", "read", references.write(knowledge, [clause]))
        blocks.append(_way_to(clause, knowledge) if clause.kind is Kind.DEFINITION else short)
    return View((*blocks, Button("None of these", "other", references.write(knowledge, rest))))


def _none(asked: Understanding, knowledge: KnowledgeBase, directory: Directory) -> View:
    said = Text("I found no clause that answers this, so I quote none. The policy may not cover it.")
    if asked.foreign:
        said = Text("I can only read English so far. Please ask in English, or ask a person.")
    nearest = references.write(knowledge, [match.clause for match in asked.candidates[:MOST_CHOICES]])
    return view(
        said,
        *_ask_a_person(directory),
        Button("Show the nearest clauses", "other", nearest) if asked.candidates else None,
        None if asked.sensitive or not asked.text.strip() else filled(UNCOVERED, {"question": asked.text}),
    )


def _ask_a_person(directory: Directory) -> Iterable[Facts | Text]:
    return (Text("Ask a person:"), reach(directory.default, directory))


def _rest(candidates: Sequence[Match], shown: Sequence[Match]) -> list[Clause]:
    seen = {match.clause for match in shown}
    return [match.clause for match in candidates if match.clause not in seen]
