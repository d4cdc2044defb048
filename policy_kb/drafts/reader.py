"""Reads the triggers that stand beside a policy, `NAME.drafts.yaml`; `docs/policies.md` shows the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from policy_kb.clauses import Policy
from policy_kb.drafts.figures import Places
from policy_kb.drafts.phrases import BadPhrase, Phrase, read_phrase
from policy_kb.drafts.triggers import Account, Passage, Trigger, Triggers
from policy_kb.located import Located, line_of, read_file, read_yaml
from policy_kb.mistakes import MistakeList

KEYS = ("policy", "places", "lists", "ordinary", "no slips", "rights", "beside", "triggers")
TRIGGER_KEYS = (
    *(account.value for account in Account),
    *("id", "words", "together", "ordinary", "unless said", "unless posted", "ask", "stands", "masked"),
)


def read_triggers(path: Path, policy: Policy) -> Triggers:
    """The triggers of this policy.

    Raises KnowledgeBaseError with every mistake in the file.
    """
    mistakes = MistakeList(path)
    text = read_file(path, mistakes)
    document = read_yaml(text, mistakes) if text is not None else None
    mistakes.stop_if_any()
    found = _Reader(policy, mistakes).document(document)
    mistakes.stop_if_any()
    return found


class _Reader:
    """Reads one document; a mistake is noted and reading goes on, so that all are found at once."""

    def __init__(self, policy: Policy, mistakes: MistakeList) -> None:
        self._policy = policy
        self._mistakes = mistakes
        self._wordings = [clause.text for clause in policy.clauses]
        self._lists: dict[str, tuple[Phrase, ...]] = {}

    def document(self, document: Any) -> Triggers:
        """All of the file; what is wrong is left out."""
        top = self._mapping(document, "the file", 1, KEYS)
        if (named := top.get("policy")) != self._policy.id:
            wanted = f"which is {self._policy.id!r} (in quotes)"
            self._mistakes.add(line_of(named, 1), f"policy: {named!r} is not the policy beside it, {wanted}")
        for name, written in self._mapping(top.get("lists"), "lists", 1).items():
            self._lists[name] = self._phrases(written, name, line_of(name, 1))
        places = self._mapping(top.get("places"), "places", 1, ("own", "fine"))
        beside = self._mapping(top.get("beside"), "beside", 1, tuple(Account))
        return Triggers(
            self._policy,
            tuple(self._triggers(top.get("triggers"))),
            tuple(self._triggers(top.get("rights"))),
            {Account(account): each for account, value in beside.items() for each in self._passages([value], line_of(account))},
            self._phrases(top.get("ordinary"), "ordinary", 1),
            frozenset(self._texts(top.get("no slips"), "no slips", 1)),
            Places(tuple(self._texts(places.get("own"), "own", 1)), tuple(self._texts(places.get("fine"), "fine", 1))),
        )

    def _triggers(self, written: Any) -> list[Trigger]:
        found: list[Trigger] = []
        line = 1
        for each in self._list(written, "triggers", line):
            fields = self._mapping(each, "a trigger", line, TRIGGER_KEYS)
            line = line_of(next(iter(fields), None), line)
            trigger = self._trigger(fields, line)
            if trigger.id in {other.id for other in found}:
                self._mistakes.add(line, f"trigger {trigger.id!r} stands twice")
            found.append(trigger)
        return found

    def _trigger(self, fields: Mapping[str, Any], line: int) -> Trigger:
        name = str(fields.get("id", ""))
        trigger = Trigger(
            name,
            {account: self._passages(fields[account], line_of(account, line)) for account in Account if account in fields},
            self._phrases(fields.get("words"), "words", line),
            tuple(self._groups(fields.get("together"), line)),
            self._phrases(fields.get("ordinary"), "ordinary", line),
            self._phrases(fields.get("unless said"), "unless said", line),
            self._phrases(fields.get("unless posted"), "unless posted", line),
            str(fields.get("ask", "")),
            self._switch(fields.get("stands", False), line),
            self._switch(fields.get("masked", False), line),
        )
        if not name or not any(trigger.touches.values()) or not (trigger.words or trigger.together):
            self._mistakes.add(line, f"trigger {name!r} needs 'id', 'official' or 'personal', and 'words' or 'together'")
        if not any(trigger.ask in wording for wording in self._wordings):
            self._mistakes.add(line_of(fields["ask"], line), f"ask: {trigger.ask!r} stands in no clause, word for word")
        return trigger

    def _groups(self, written: Any, line: int) -> Iterator[tuple[tuple[Phrase, ...], ...]]:
        for way in self._list(written, "together", line):
            groups = tuple(self._phrases(group, "together", line) for group in self._list(way, "together", line))
            if len(groups) < 2 or not all(groups):
                self._mistakes.add(line, "'together' holds lists of two groups of phrases or more")
            else:
                yield groups

    def _passages(self, written: Any, line: int) -> tuple[Passage, ...]:
        found = []
        for each in self._list(written, "clauses", line):
            fields = self._mapping(each, "a clause", line, ("clause", "passage"))
            id = str(fields.get("clause", ""))
            at = line_of(fields.get("clause"), line)
            clause = self._policy.clause(id)
            if clause is None or not clause.text:
                self._mistakes.add(at, f"policy {self._policy.id} has no clause {id!r} with a text")
            elif (passage := fields.get("passage", clause.text)) not in clause.text or not passage:
                self._mistakes.add(line_of(passage, at), f"these words do not stand in {id}: {passage!r}")
            else:
                found.append(Passage(id, str(passage)))
        return tuple(found)

    def _phrases(self, written: Any, where: str, line: int) -> tuple[Phrase, ...]:
        found: dict[str, Phrase] = {}
        for text in self._texts(written, where, line):
            try:
                phrase = read_phrase(text, self._lists)
            except BadPhrase as bad:
                self._mistakes.add(line_of(text, line), str(bad))
                continue
            if text.strip() in found:
                self._mistakes.add(line_of(text, line), f"{text!r} stands twice under '{where}'")
            found[text.strip()] = phrase
        return tuple(found.values())

    def _texts(self, written: Any, where: str, line: int) -> Iterator[Located]:
        for text in self._list(written, where, line):
            if isinstance(text, Located) and text.strip():
                yield text
            else:
                self._mistakes.add(line_of(text, line), f"{text!r} under '{where}' must be a text; put it in quotes")

    def _list(self, written: Any, where: str, line: int) -> Iterable[Any]:
        if written is None or isinstance(written, list):
            return written or []
        self._mistakes.add(line_of(written, line), f"'{where}' must hold a list")
        return []

    def _mapping(self, written: Any, where: str, line: int, known: tuple[str, ...] = ()) -> dict[str, Any]:
        """A mapping, or an empty one and a mistake noted; keys that are not known are named."""
        if written is not None and not isinstance(written, dict):
            self._mistakes.add(line_of(written, line), f"{where} must hold 'name:' lines")
            return {}
        found = written or {}
        for key in found:
            if known and key not in known:
                self._mistakes.add(line_of(key, line), f"unknown key {key!r} in {where}; known are {', '.join(known)}")
        return found

    def _switch(self, written: Any, line: int) -> bool:
        if not isinstance(written, bool):
            self._mistakes.add(line_of(written, line), f"{written!r} must be yes or no")
        return written is True
