"""Where a person starts: the ask box, the policies in force, and the forms, all opened in the same neutral way."""

from __future__ import annotations

from bot.citation import date
from bot.journeys.hr import CASES_LINK
from bot.outcome import Outcome
from bot.people import Standing
from bot.views import OPEN, Button, Choice, Facts, Field, Form, Heading, Text, view
from policy_kb import KnowledgeBase

LONGEST = 3000
# What brings somebody's own sign-offs, and HR everybody's.
SIGNED, OVERVIEW = "signed", "signoffs"

ASK = Form("ask", "Ask about a policy", (Field("question", "Your question, in your own words", longest=LONGEST),), "Ask")
UNCOVERED = Form(
    "uncovered",
    "Tell HR",
    (Field("question", "Your question, as HR will see it (no name, no day; leave out names)", longest=LONGEST),),
    "Tell HR it’s not covered",
)
DRAFT = Form(
    "draft",
    "Check a draft",
    (
        Field(
            "account",
            "Where is it to be posted?",
            choices=(
                Choice("official", "On an official account"),
                Choice("personal", "On my own, personal account"),
            ),
        ),
        Field("draft", "The draft (it is not kept; text between quotation marks is not checked)", longest=LONGEST),
    ),
    "Show the clauses",
)
# Opened by who asks, so it is none of the forms below.
SIGN = Choice("sign", "Read and sign a policy")
# Opened by a door of its own, which knows nobody.
NOTE = Choice("note", "Report without my name")
NOTE_BACK = Choice("note_back", "Come back with a receipt")
_FORMS = Form(
    "forms",
    "Forms",
    (
        Field(
            "form",
            "What would you like to do?",
            choices=(
                Choice("ask", "Ask about a policy"),
                Choice("draft", "See which clauses a draft touches"),
                Choice("uncovered", "Tell HR that a question is not covered"),
                SIGN,
                NOTE,
                NOTE_BACK,
            ),
        ),
    ),
    "Next",
)
FORMS = {form.id: form for form in (ASK, DRAFT, UNCOVERED, _FORMS)}


def home(knowledge: KnowledgeBase, standing: Standing) -> Outcome:
    """The ask box, the policies in force and the forms; HR also finds what staff told it."""
    return Outcome(
        view(
            Heading("Ask about a policy"),
            ASK,
            Heading("In force"),
            in_force(knowledge),
            Button("Forms", f"{OPEN}{_FORMS.id}") if standing is not Standing.OUTSIDER else None,
            Button("My sign-offs", SIGNED) if standing is not Standing.OUTSIDER else None,
            Button("Sign-offs of all", OVERVIEW) if standing is Standing.HR else None,
            Button("Case room", CASES_LINK) if standing is Standing.HR else None,
            Button("Questions told to HR", "gaps") if standing is Standing.HR else None,
            Text("Nothing of what you ask is kept, unless you press “Tell HR it’s not covered”."),
        )
    )


def opened(form: Form) -> Outcome:
    """A form, empty."""
    return Outcome(view(form))


def in_force(knowledge: KnowledgeBase) -> Facts:
    """Each policy with its version and dates."""
    return Facts(
        tuple(
            (
                f"{policy.id} {policy.title}",
                f"version {policy.version}, adopted {date(policy.adopted)}, effective {date(policy.effective)}",
            )
            for policy in knowledge.policies
        )
    )
