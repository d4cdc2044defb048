"""Reading and signing a policy version, page by page, in one dialog; declining; what is said when the text has changed meanwhile.

The form carries where its reader is: request, version and digest of the text, page. Nothing is signed but the version that was
read; a typed name and an act called Sign are the signature (RSMo 432.205: executed "with the intent to sign").
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable

from bot import names, statement
from bot.citation import date
from bot.journeys import quiz
from bot.journeys.reading import clauses_of, pages, title
from bot.journeys.signing_facts import (
    BACK,
    OPEN_DECLINE,
    OPEN_SIGN,
    QUIZ,
    READ,
    SIGN,
    WANT_PAPER,
    Circumstances,
    Place,
    Reading,
    act,
    read_as,
    state,
    withdrawn,
)
from bot.outcome import Outcome
from bot.people import Person
from bot.publishing import Published, changes
from bot.records import Act, Notice, Progress
from bot.turns import Submitted
from bot.views import Button, Choice, Facts, Field, Form, Heading, Text, View, view

_AGREED = "yes"


def opened(reading: Reading) -> Outcome:
    """The page at which somebody goes on reading; the last step where all is read; or why there is nothing to sign."""
    if reading.held:
        return Outcome(_already(reading))
    if reading.closed:
        return Outcome(view(Text(reading.closed)))
    return Outcome(_at(reading, reading.next_page))


def turned_back(reading: Reading, page: int) -> Outcome:
    """An earlier page once more."""
    if reading.held or reading.closed:
        return opened(reading)
    return Outcome(_at(reading, max(0, min(page, reading.next_page))))


def read_on(reading: Reading, sent: Submitted, at: Place, how: Circumstances) -> Outcome:
    """The page is noted as read, with the digest of what was drawn, and the next one is shown."""
    if reading.held or reading.closed:
        return opened(reading)
    if not 0 <= at.page < len(reading.pages):
        return opened(reading)
    request = reading.request.id if reading.request else ""
    kept_under = read_as(reading.published.policy.version, reading.difference_from)
    progress = Progress(request, reading.person.id, kept_under, at.page, sent.rendered, how.client, how.now)
    return Outcome(_at(reading, at.page + 1), (progress,))


def answered(reading: Reading, sent: Submitted, how: Circumstances) -> Outcome:
    """The answers to the questions are kept; where one is wrong, its clause is shown and all are asked again."""
    if reading.held or reading.closed or reading.next_page < len(reading.pages):
        return opened(reading)
    asked = quiz.questions(reading.published.policy)
    wrong = [each for each in asked if sent.values.get(each.name) != each.right]
    facts = {"asked": [each.right for each in asked], "wrong": [each.right for each in wrong]}
    kept = act(reading, "quizzed", how, facts, {})
    if wrong:
        said = Text("Not all of them. Here is what the policy says; please try once more.")
        shown = view(said, *(quiz.shown(each, reading.published.policy) for each in wrong), _quiz_form(reading))
        return Outcome(shown, (kept,))
    return Outcome(_signing(reading), (kept,))


def sign(reading: Reading, sent: Submitted, colleagues: Iterable[Person], how: Circumstances, copy: Copy) -> Outcome:
    """The signature: kept once, with a copy on its way, where consent was given and the name is the reader's own.

    `colleagues` may be lazy; `copy` makes what the signer is given, from the act of signing.
    """
    if reading.held or reading.closed or reading.next_page < len(reading.pages) or _is_asked(reading):
        return opened(reading)
    typed = sent.values.get("name", "")
    if sent.values.get("consent") != _AGREED:
        return Outcome(_signing(reading, typed, "To sign here, agree to signing electronically; or choose paper."))
    if problem := names.refused(typed, reading.person, colleagues):
        return Outcome(_signing(reading, typed, problem, agreed=True))
    consented = act(reading, "consented", how, {"statement_sha256": reading.words.digest}, {})
    signed = act(reading, "signed", how, _signed_facts(reading, sent, how), {"typed_name": names.tidy(typed)})
    shown, notices = copy(reading, signed)
    return Outcome(shown, (consented, signed, *withdrawn(reading)), notices)


# Gives the view and the notices that hold the copy.
Copy = Callable[[Reading, Act], tuple[View, tuple[Notice, ...]]]


def changed(reading: Reading, old: Published) -> Outcome:
    """The text is another than the one that was being read: nothing is booked, and the difference is shown first (A7)."""
    fresh = [each.clause for each in changes(old.policy, reading.published.policy)]
    every = pages(reading.published, fresh, old.policy) if fresh else ()
    shown = every[:1]
    said = (
        f"The policy changed while you read. In force is now the {title(reading.published)}; you were reading version "
        f"{old.policy.version}. Nothing was signed. {'This is' if len(every) < 2 else 'Here begins'} what has changed:"
    )
    blocks = [block for page in shown for block in page.blocks]
    return Outcome(view(Text(said), *blocks, Button("Go on reading", OPEN_SIGN, reading.subject)))


def _at(reading: Reading, page: int) -> View:
    """The page with this number, or what comes after the last."""
    shown = reading.pages
    if page >= len(shown):
        if _is_asked(reading):
            return view(Text("A few questions before you sign; each answer stands in the policy."), _quiz_form(reading))
        return _signing(reading)
    top = Text(f"{title(reading.published)}\nPage {page + 1} of {len(shown)}{_why(reading, page)}")
    form = Form(READ, "Read and sign", (), "Next page" if page + 1 < len(shown) else "Go on", state(reading, page))
    return view(top, *shown[page].blocks, form, *_ways(reading, page))


def _is_asked(reading: Reading) -> bool:
    """Whether there are questions to be answered first."""
    return reading.is_asked and bool(quiz.questions(reading.published.policy))


def _why(reading: Reading, page: int) -> str:
    """Under the first page's title: what is asked, or that only a difference is left to read."""
    if page:
        return ""
    if reading.must is not None and reading.before is not None:
        return f". You signed version {reading.before.policy.version}; these are the clauses that have changed since."
    due = f" by {date(reading.request.due)}" if reading.request else ""
    return f". Please read it and sign{due}."


def _ways(reading: Reading, page: int) -> list[Button]:
    back = [Button("Back", BACK, state(reading, page - 1))] if page else []
    return [*back, Button("I do not want to sign", OPEN_DECLINE, reading.subject)]


def _quiz_form(reading: Reading) -> Form:
    return quiz.form(QUIZ, reading.published.policy, state(reading, len(reading.pages)))


def _signing(reading: Reading, typed: str = "", wrong: str = "", *, agreed: bool = False) -> View:
    """The last step: the statement, the consent, the name, and Sign."""
    policy = reading.published.policy
    consent = Field("consent", "Signing electronically", _AGREED if agreed else "", choices=(Choice(_AGREED, "I agree to this"),))
    name = Field("name", "Your full name, as the directory has it", typed[: names.LONGEST], names.LONGEST)
    form = Form(SIGN, "Read and sign", (consent, name), "Sign", state(reading, len(reading.pages)))
    approval = statement.approval(reading.approved or None)
    return view(
        Text(wrong) if wrong else None,
        Heading("What you sign"),
        Text(statement.statement(policy, reading.words)),
        Text(approval) if approval else None,
        Facts((("Policy", title(reading.published)), ("Read", _all(len(reading.pages))))),
        Text(reading.words.consent),
        form,
        Button("Back", BACK, state(reading, len(reading.pages) - 1)),
        Button("Paper instead", WANT_PAPER, state(reading, len(reading.pages))),
        Button("I do not want to sign", OPEN_DECLINE, reading.subject),
    )


def _all(pages: int) -> str:
    return f"all {pages} pages" if pages > 1 else "its only page"


def _already(reading: Reading) -> View:
    assert reading.held is not None  # asked before
    day = datetime.datetime.fromisoformat(reading.held.at).astimezone(reading.zone).date()
    said = f"You have signed the {title(reading.published)}. There is nothing more to do."
    return view(Text(said), Facts((("Record", reading.held.id), ("Signed", date(day)))), Button("What I have signed", "signed"))


def _signed_facts(reading: Reading, sent: Submitted, how: Circumstances) -> dict[str, object]:
    shown = reading.pages
    digests = reading.published.clause_sha256
    return {
        "text_sha256": reading.published.text_sha256,
        "clauses": {id: digests[id] for id in clauses_of(shown) if id in digests},
        "pages": [{"page": each.page, "rendered": each.rendered, "client": each.client} for each in reading.read],
        "statement_sha256": reading.words.digest,
        "statement_approved": reading.approved,
        "rendered": sent.rendered,
        "client": how.client,
        "difference_from": reading.difference_from,
        "program": how.program,
    }
