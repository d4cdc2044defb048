"""The forms of the case room: one for each act, with its fields and what is said above them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.journeys.case_table import LONGEST, OUTCOMES, RISKS, SEVERITIES, Act
from bot.views import Choice, Field

if TYPE_CHECKING:
    from bot.caseroom import Shown

_SHORT = 200
TO = "to"
MISSING = "Please choose or write this; a text may have 3,000 letters."


def _choices(values: Sequence[str]) -> tuple[Choice, ...]:
    return tuple(Choice(each, each.capitalize()) for each in values)


@dataclass(frozen=True, slots=True)
class ActForm:
    """The form of an act: `id` is the act, `hints` stand above the fields; `open` where it was sent and came back."""

    id: str
    label: str
    submit: str
    fields: tuple[Field, ...] = ()
    hints: tuple[str, ...] = ()
    open: bool = False


_FORMS = {
    Act.WRITE: ActForm(
        "write",
        "Write to the reporter",
        "Keep behind the receipt",
        (
            Field(
                "letter",
                "What is it?",
                choices=(
                    Choice("word", "A personal word"),
                    Choice("question", "A question"),
                    Choice("feedback", "Feedback: what was done, or is planned"),
                ),
            ),
            Field("text", "Your words", longest=LONGEST),
        ),
        ("It waits behind the receipt. Nothing is sent to anybody, and you are not told whether it was read.",),
    ),
    Act.ASSESS: ActForm(
        "assess",
        "Assess",
        "Keep the assessment",
        (
            Field("category", "What it is about, in a few words", longest=_SHORT),
            Field("severity", "How serious it would be", choices=_choices(SEVERITIES)),
            Field("risk", "Risk that the reporter, or a witness, is treated worse for it", choices=_choices(RISKS)),
            Field("measures", "What is done about that risk (needed unless it is low)", longest=LONGEST, optional=True),
        ),
    ),
    Act.NOTE: ActForm(
        "note", "Add a note", "Keep the note", (Field("text", "For those who may read this case", longest=LONGEST),)
    ),
    Act.WITNESS: ActForm(
        "witness",
        "Make a receipt for a witness",
        "Make a receipt",
        (),
        ("For somebody who cooperates (416.10 protects them too). Seven words are shown once; you hand them over.",),
    ),
    Act.LINK: ActForm(
        "link", "Link with another case", "Link", hints=("The link is sealed: only those who may read this case see it.",)
    ),
    Act.HAND_OVER: ActForm("hand_over", "Hand over to a colleague", "Hand over"),
    Act.CONCLUDE: ActForm(
        "conclude",
        "Conclude",
        "Conclude the case",
        (
            Field("outcome", "Outcome", choices=_choices(OUTCOMES)),
            Field("text", "What the reporter is told", longest=LONGEST),
            Field("reason", "Why, for the file", longest=LONGEST, optional=True),
        ),
        ("What the reporter is told waits behind the receipt, and counts as feedback.",),
    ),
    Act.RECUSE: ActForm(
        "recuse",
        "I am involved in this",
        "Give the case up",
        (),
        ("You lose sight of this case at once and for good. Nobody is told why.",),
    ),
    Act.REOPEN: ActForm("reopen", "Open this case again", "Open again"),
    Act.SCHEDULE: ActForm(
        "schedule",
        "Choose how long it is kept",
        "Keep the code",
        (),
        ("The lines are those of your organisation's retention schedule. The time runs from the conclusion.",),
    ),
    Act.HOLD: ActForm(
        "hold",
        "Put it on legal hold",
        "Put it on hold",
        (Field("reason", "Why, for those who may read this case", longest=LONGEST, optional=True),),
        ("For a lawsuit, a records request or an audit. While it is on hold it cannot be deleted, whatever its age.",),
    ),
    Act.RELEASE_HOLD: ActForm(
        "release_hold",
        "End the legal hold",
        "End the hold",
        (Field("reason", "Why, for those who may read this case", longest=LONGEST, optional=True),),
    ),
}


def forms(shown: Shown, sent: str = "") -> tuple[ActForm, ...]:
    """The forms for what this reader can do now, but for taking the case; the one that was `sent` stands open."""
    found = (_fitting(_FORMS[act], shown) for act in _FORMS if act in shown.offered)
    return tuple(replace(each, open=each.id == sent) for each in found if each)


def form_of(act: Act, shown: Shown | None = None) -> ActForm | None:
    """The form of one act, whether it can be done now or not; with what can be chosen where a case is given."""
    form = _FORMS.get(act)
    return _fitting(form, shown) if form and shown else form


def _fitting(form: ActForm, shown: Shown) -> ActForm | None:
    """A form with what can be chosen in this case; None where there is nothing to choose from."""
    if form.id == Act.HAND_OVER:
        choices = tuple(Choice(each.id, each.name) for each in shown.colleagues)
        return replace(form, fields=(Field(TO, "To whom?", choices=choices),)) if choices else None
    if form.id == Act.LINK:
        choices = tuple(Choice(each.case.id, f"{each.label}, {each.standing.state}") for each in shown.others)
        return replace(form, fields=(Field(TO, "Which one?", choices=choices),)) if choices else None
    if form.id == Act.SCHEDULE:
        choices = tuple(Choice(each.code, each.label) for each in shown.schedules)
        field = Field("schedule", "Line of the schedule", choices=choices, value=shown.row.case.schedule)
        return replace(form, fields=(field,)) if choices else None
    if form.id == Act.CONCLUDE and shown.row.standing.state == "assessing":
        outcome = Field("outcome", "Outcome", choices=_choices(OUTCOMES[-1:]))
        hint = "This case has not been assessed, so all that can be said is that it lies outside the policy."
        return replace(form, fields=(outcome, *form.fields[1:]), hints=(*form.hints, hint))
    return form
