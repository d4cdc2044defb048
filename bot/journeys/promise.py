"""What is promised to whoever reports, and what is not. Each line names the tests that keep it; a line without one is no promise.

The words are for the City Attorney to approve (416.6.4); until that is recorded, the form says that they are not.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, and the properties (ANONYMITY.md, P1 to P25) whose tests keep it; none where it says what is not promised."""

    id: str
    text: str
    kept_by: tuple[str, ...] = ()


PROMISED = (
    Line(
        "nobody",
        "We do not store your name, account, e-mail address or IP address, nor the minute you wrote.",
        ("p1", "p2", "p6"),
    ),
    Line("sealed", "The report is sealed before it touches the disk.", ("p9", "p10")),
    Line("later", "It is handed over in a later window, not at once.", ("p8",)),
    Line("silent", "Nobody is told when you come back, and nothing is ever sent to you.", ("p13", "p15")),
    Line("left_out", "A person whom you name as involved gets no copy.", ("p11",)),
    Line("once", "Your receipt is shown once, and neither kept nor sent.", ("p12",)),
)
NOT_PROMISED = (
    Line(
        "platform",
        "Slack, Microsoft and your employer’s device see that you opened this app, and may keep what they see. The program sees "
        "your account for the moment in which you press Send, and somebody who changed the program could read it.",
    ),
    Line(
        "network",
        "On the web page, the network and whatever stands in front of this program see from which address the page is asked, and "
        "when.",
    ),
    Line("own_phone", "If that worries you, use the web form from your own phone, away from the City’s network."),
    Line("words", "Whoever reads your report may know you by your words, or by what only you can know."),
    Line("record", "Your text may be a public record, and a court may ask for it."),
)
# In the first two reading levels the key is on the same machine, and who is left out is kept by the program (DECISIONS 23).
BY_PROGRAM = Line(
    "by_program",
    "Here it is the program, not encryption alone, that keeps your report from whoever is left out and from those who run it.",
)


# To whoever has it handed over at once, instead of the promise that it is not.
AT_ONCE = Line(
    "at_once",
    "What you have handed over at once, because somebody is in danger, shows when you wrote it, and who was told.",
)


def text(*, sealed: bool) -> str:
    """All of it, as it is approved and digested: what is promised, an empty line, what is not; a sentence a line."""
    kept, cannot = lines(sealed=sealed)
    return "\n".join((*kept, "", *cannot, AT_ONCE.text, ""))


def lines(*, sealed: bool, danger: bool = False) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sentences that are promised, and those that are not; `sealed` where HR alone holds the keys, `danger` where it is
    handed over at once."""
    cannot = (*((AT_ONCE,) if danger else ()), *NOT_PROMISED, *(() if sealed else (BY_PROGRAM,)))
    kept = (each for each in PROMISED if not (danger and each.id == "later"))
    return tuple(each.text for each in kept), tuple(each.text for each in cannot)
