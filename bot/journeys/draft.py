"""Which clauses a draft touches: a list, never a verdict. Nothing of the draft is kept."""

from __future__ import annotations

from collections.abc import Sequence

from bot import references
from bot.citation import citation, mark, source
from bot.journeys.home import DRAFT
from bot.outcome import Outcome
from bot.views import OPEN, Block, Button, Facts, Heading, Quote, Text, filled, view
from policy_kb import Account, Clause, KnowledgeBase, Touch, Touched

MOST_SHOWN = 6
_MOST_WORDS = 8
_LONGEST_WORDS = 60
_LONGEST_DRAFT = DRAFT.fields[-1].longest
_ON = {Account.OFFICIAL: "on an official account", Account.PERSONAL: "on your own account"}
_NO_VERDICT = (
    "This is a list, not a verdict. I look for words and do not understand them; whether you may post it, a person decides. "
    "Ask your supervisor, or whom a clause names."
)
_NOTHING = (
    "I found no clause that this touches. That is no approval: I look for words and do not understand them. "
    "If you have doubts, a person decides; ask your supervisor."
)
_NOTHING_ELSE = "I found no other clause that this touches. I look for words only: this is a list, not a verdict."
_RIGHTS = "Your draft speaks of pay, hours or other working conditions. That is yours to do, and the policy says so:"
_QUOTED = "I left out what stands between quotation marks and lines that begin with “>”."
_NOT_KEPT = "Nothing of your draft was kept."


def check(account: str, draft: str, knowledge: KnowledgeBase) -> Outcome:
    """The clauses that the draft touches, each with the words that triggered it; asks for the account where it is not named."""
    if not knowledge.drafts.policies:
        return Outcome(view(Text(_no_triggers(knowledge))))
    if account not in set(Account):
        which = "First: is it for an official account or for your own, personal one? The rules differ."
        return Outcome(view(Text(which), filled(DRAFT, {"draft": draft})))
    if not draft.strip():
        empty = "There is no draft in it yet. Paste the text that you would like to post."
        return Outcome(view(Text(empty), filled(DRAFT, {"account": account})))
    touched = knowledge.drafts.touched(draft, Account(account))
    return Outcome(view(*_shown(touched, Account(account), draft, knowledge), *_after(touched, draft, knowledge)))


def _no_triggers(knowledge: KnowledgeBase) -> str:
    titles = ", ".join(f"{policy.title} ({policy.id})" for policy in knowledge.policies)
    return (
        f"I cannot check drafts against {titles}: nobody has written down yet which words touch its clauses, and I do not guess. "
        "Ask me a question about it instead, or ask your supervisor. Nothing of your draft was kept."
    )


def _shown(touched: Touched, account: Account, draft: str, knowledge: KnowledgeBase) -> list[Block]:
    """What was found: the right to speak first, then the clauses, the strongest few in the policy's order."""
    blocks: list[Block] = [Heading(f"Which clauses this touches {_ON[account]}")]
    if touched.rights:
        blocks += [Text(_RIGHTS), *_quoted(touched.rights, knowledge)]
    if touched.touches:
        strongest = sorted(touched.touches, key=lambda touch: -len(touch.words))[:MOST_SHOWN]
        shown = [touch for touch in touched.touches if touch in strongest]
        blocks += [Text(_NO_VERDICT), *_quoted(shown, knowledge), *_rest(touched.touches, shown)]
        blocks += [_passage(each, "", knowledge) for each in touched.beside]
    elif not touched.rights:
        blocks.append(Text(_NOTHING))
        if knowledge.find(draft).foreign:
            blocks.append(Text("I can only read English so far, so that I found nothing says little here."))
    else:
        blocks.append(Text(_NOTHING_ELSE))
    return blocks


def _quoted(touches: Sequence[Touch], knowledge: KnowledgeBase) -> list[Block]:
    """Each passage with the words of the draft, the lead-in where it is new, and a way to the whole clause."""
    blocks: list[Block] = []
    leads: set[str] = set()
    read: set[str] = set()
    for touch in touches:
        lead = _lead_in(touch, knowledge)
        blocks += [_passage(touch, "" if lead in leads else lead, knowledge), _words(touch)]
        leads.add(lead)
        if touch.passage != touch.clause.text and touch.clause.id not in read:
            blocks.append(Button(f"Read {touch.clause.id}", "read", references.write(knowledge, [touch.clause])))
            read.add(touch.clause.id)
    return blocks


def _passage(touch: Touch, lead_in: str, knowledge: KnowledgeBase) -> Quote:
    clause = touch.clause
    cut = touch.passage != clause.text
    return Quote(touch.passage, citation(knowledge.policy(clause.policy), clause), lead_in, mark(clause) if not cut else "", cut)


def _lead_in(touch: Touch, knowledge: KnowledgeBase) -> str:
    """The words that a bullet or a lettered item needs to be understood."""
    before = touch.clause.text.split(f"\n- {touch.passage}")[0]
    if before != touch.clause.text:
        return before.split("\n- ")[0].rpartition("\n")[2]
    return knowledge.policy(touch.clause.policy).lead_in(touch.clause)


def _words(touch: Touch) -> Facts:
    said = ", ".join(f"“{_short(each)}”" for each in touch.words[:_MOST_WORDS])
    more = len(touch.words) - _MOST_WORDS
    pairs = [("In your draft", f"{said} and {more} more" if more > 0 else said)]
    return Facts(tuple([*pairs, ("To ask", touch.ask)] if touch.ask else pairs))


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS].rstrip()}…"


def _rest(touches: Sequence[Touch], shown: Sequence[Touch]) -> list[Block]:
    named = dict.fromkeys(touch.clause.id for touch in touches if touch not in shown)
    left = [id for id in named if id not in {touch.clause.id for touch in shown}]
    return [Text(f"It touches these too: {', '.join(left)}.")] if left else []


def _after(touched: Touched, draft: str, knowledge: KnowledgeBase) -> list[Block]:
    """What was left out, that nothing was kept, and where to go on."""
    said = [_QUOTED] if touched.quoted else []
    if len(draft) > _LONGEST_DRAFT:
        said.append(f"I read the first {_LONGEST_DRAFT} characters of it.")
    unread = [policy.title for policy in knowledge.policies if policy.id not in knowledge.drafts.policies]
    if unread:
        said.append(f"I cannot check drafts against {', '.join(unread)}.")
    clauses: list[Clause] = [touch.clause for touch in (*touched.touches, *touched.rights)]
    policies = dict.fromkeys(clause.policy for clause in clauses)
    return [
        Text("\n".join([*said, _NOT_KEPT])),
        *(source(knowledge.policy(id)) for id in policies),
        *([Button("Ask a person", "person", references.write(knowledge, clauses[:1]))] if clauses else []),
        Button("Check another draft", f"{OPEN}{DRAFT.id}"),
    ]
