"""The four numbers: how often the right clause comes, what is caught, what is refused, which intents are seen."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from bot.understanding import Understanding

WITH_CLAUSES = ("disclaimer", "contact", "request_account")


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled message: `clauses` are all that are accepted; `near` marks a near miss."""

    text: str
    intent: str
    clauses: tuple[str, ...]
    near: bool


class BadLabels(Exception):
    """A file of labelled questions has mistakes; its message lists them."""


def read_rows(path: Path) -> list[Row]:
    """The labelled messages of a JSON-lines file.

    Raises BadLabels with every malformed line.
    """
    rows, mistakes = [], []
    for number, line in enumerate(_lines(path), 1):
        try:
            raw = json.loads(line)
            near = str(raw.get("note", "")).startswith("near miss")
            clauses = raw.get("clauses", [])
            if not isinstance(clauses, list):
                raise TypeError
            rows.append(Row(str(raw["text"]), str(raw["intent"]), tuple(map(str, clauses)), near))
        except (ValueError, KeyError, TypeError, AttributeError):
            mistakes.append(f"{path.name}:{number}: needs a JSON object with text, intent and clauses")
    if mistakes or not rows:
        raise BadLabels("\n".join(mistakes) or f"{path.name}: holds no questions")
    return rows


def _lines(path: Path) -> list[str]:
    """The lines of a file that may end with an empty one. Raises BadLabels."""
    try:
        text = path.read_text("utf-8").rstrip("\n")
        return text.split("\n") if text else []
    except UnicodeDecodeError:
        raise BadLabels(f"{path.name}: not UTF-8 text; save the file as UTF-8") from None


@dataclass(frozen=True)
class Judged:
    """One message with what was understood."""

    row: Row
    asked: Understanding

    @property
    def ranked(self) -> list[str]:
        """The ids of the candidates, best first."""
        return [match.clause.id for match in self.asked.candidates]

    @property
    def shown(self) -> bool:
        """Whether any clause is shown to the person."""
        return bool(self.asked.shown)

    def hit(self, depth: int) -> bool:
        """Whether an accepted clause is among the first `depth`."""
        return any(id in self.row.clauses for id in self.ranked[:depth])

    def section_hit(self) -> bool:
        """Not the clause, but its section came first."""
        first = self.ranked[0] if self.ranked else ""
        return not self.hit(1) and any(first in (id.rpartition(".")[0], id.partition(":")[0]) for id in self.row.clauses)


def judge(rows: Iterable[Row], understand: Callable[[str], Understanding]) -> list[Judged]:
    """Every message, understood."""
    return [Judged(row, understand(row.text)) for row in rows]


def numbers(judged: Sequence[Judged]) -> dict[str, float | int]:
    """The numbers by name; shares are 0..1, and -1 where there is nothing to count."""
    asks = [each for each in judged if each.row.intent == "ask"]
    outside = [each for each in judged if each.row.intent == "out_of_scope"]
    near = [each for each in outside if each.row.near]
    return {
        "questions": len(asks),
        "top1": share(asks, lambda each: each.hit(1)),
        "top3": share(asks, lambda each: each.hit(3)),
        "section_only": share(asks, lambda each: each.section_hit()),
        "refused": share(asks, lambda each: not each.shown),
        "out_of_scope": len(outside),
        "caught": share(outside, lambda each: not each.shown),
        "near_misses": len(near),
        "near_misses_caught": share(near, lambda each: not each.shown),
        "messages": len(judged),
        "intent": share(judged, lambda each: each.asked.intent == each.row.intent),
    }


def share(judged: Sequence[Judged], holds: Callable[[Judged], bool]) -> float:
    """The share for which it holds."""
    return sum(map(holds, judged)) / len(judged) if judged else -1.0


def report(judged: Sequence[Judged], worst: int = 10) -> Iterator[str]:
    """The numbers and the worst confusions, as lines to print."""
    found = numbers(judged)
    yield f"questions         {found['questions']:5}   top-1 {_share(found['top1'])}   top-3 {_share(found['top3'])}"
    yield f"                          section only {_share(found['section_only'])}   refused {_share(found['refused'])}"
    yield f"out of scope      {found['out_of_scope']:5}   caught {_share(found['caught'])}"
    yield f"  near misses     {found['near_misses']:5}   caught {_share(found['near_misses_caught'])}"
    yield f"messages          {found['messages']:5}   intent {_share(found['intent'])}"
    for name in WITH_CLAUSES:
        some = [each for each in judged if each.row.intent == name and each.row.clauses]
        if some:
            right = share(some, lambda each: each.hit(1)), share(some, lambda each: each.hit(3))
            yield f"  {name:<15} {len(some):5}   top-1 {_share(right[0])}   top-3 {_share(right[1])}"
    bands = Counter(str(each.asked.outcome) for each in judged if each.row.intent == "ask")
    yield f"questions by outcome: {', '.join(f'{name} {count}' for name, count in bands.most_common())}"
    yield from _confusions(judged, worst)


def without_known(rows: Sequence[Row], known: Set[str], sameness: Callable[[str], str]) -> list[Row]:
    """The rows that do not stand word for word among the lines that were learnt from."""
    return [row for row in rows if sameness(row.text) not in known]


def _share(value: float | int) -> str:
    return "   -" if value < 0 else f"{value:.3f}"


def _confusions(judged: Sequence[Judged], worst: int) -> Iterator[str]:
    intents = Counter((each.row.intent, each.asked.intent) for each in judged if each.asked.intent != each.row.intent)
    if intents and worst:
        yield "worst confusions of intents (labelled -> recognised):"
        yield from (f"  {count:3}  {a} -> {b}" for (a, b), count in intents.most_common(worst))
    clauses = Counter(
        (each.row.clauses[0], each.ranked[0] if each.ranked else "nothing")
        for each in judged
        if each.row.intent == "ask" and each.row.clauses and not each.hit(1)
    )
    if clauses and worst:
        yield "worst confusions of clauses (labelled -> first):"
        yield from (f"  {count:3}  {a} -> {b}" for (a, b), count in clauses.most_common(worst))
