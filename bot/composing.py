"""A policies directory in which some policies stand in another version, made from the organisation's own.

Phrasings and triggers are the organisation's own too; what they say of clauses that the version does not have is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.publishing import Published
from policy_kb import Policy
from policy_kb.library import DRAFTS, LEXICON, PHRASINGS
from policy_kb.phrasings import ASKED

try:
    from yaml import CSafeDumper as _Dumper
    from yaml import CSafeLoader as _Loader
except ImportError:  # a PyYAML built without libyaml: the same, slower
    from yaml import SafeDumper as _Dumper  # type: ignore[assignment]
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

# Where it is written down, beside the files, what was left out of them.
LEFT_OUT = "left-out.txt"


def compose(documents: Mapping[Path, Policy], other: Mapping[str, Published]) -> tuple[dict[str, bytes], list[str]]:
    """The files of the directory, by name, and a line for each thing that was left out.

    `documents` are the files of the policies as the organisation has them, `other` the policies that stand in another
    version, by id.
    """
    files: dict[str, bytes] = {}
    left_out: list[str] = []
    for path, policy in documents.items():
        published = other.get(policy.id)
        files[path.name] = published.markdown.encode() if published else path.read_bytes()
        for ending, fit in ((PHRASINGS, _phrasings), (DRAFTS, _triggers)):
            beside = path.with_suffix(ending)
            if beside.exists():
                content, lines = _fitting(beside, published.policy, fit) if published else (beside.read_bytes(), [])
                files[beside.name] = content
                left_out += lines
    own = next(iter(documents)).parent / LEXICON
    if own.exists():
        files[LEXICON] = own.read_bytes()
    return files, left_out


def _fitting(path: Path, policy: Policy, fit: Any) -> tuple[bytes, list[str]]:
    """A file beside a policy, without what does not fit the version; unchanged where all of it does.

    One that has mistakes of its own stays as it is: its reader names them.
    """
    content = path.read_bytes()
    try:
        written = yaml.load(content, Loader=_Loader)
        lines = [f"{path.name}: {line}, left out (version {policy.version})" for line in fit(written, policy)]
    except (yaml.YAMLError, AttributeError, TypeError, KeyError):
        return content, []
    if not lines:
        return content, []
    return yaml.dump(written, Dumper=_Dumper, allow_unicode=True, sort_keys=False).encode(), lines


def _has(policy: Policy, id: object, passage: object = "") -> bool:
    """Whether the policy has this clause, with a text and these words in it."""
    clause = policy.clause(str(id))
    return clause is not None and bool(clause.text) and str(passage) in clause.text


def _phrasings(written: dict[str, Any], policy: Policy) -> Iterator[str]:
    """Takes the phrasings of missing clauses out of the file."""
    asked = written.get(ASKED) or {}
    for id in [id for id in asked if not _has(policy, id)]:
        del asked[id]
        yield f"the phrasings of {id}, which is no clause with a text"


def _triggers(written: dict[str, Any], policy: Policy) -> Iterator[str]:
    """Takes the triggers that name missing clauses, words or roles out of the file."""
    for account, each in list((written.get("beside") or {}).items()):
        if not _has(policy, each["clause"], each.get("passage", "")):
            del written["beside"][account]
            yield f"{each['clause']} beside drafts for an account ({account})"
    for part in ("rights", "triggers"):
        for trigger in list(written.get(part) or ()):
            yield from _trigger(trigger, policy)
            if not (trigger.get("official") or trigger.get("personal")):
                written[part].remove(trigger)
                yield f"trigger {trigger['id']}"


def _trigger(trigger: dict[str, Any], policy: Policy) -> Iterator[str]:
    for account in ("official", "personal"):
        for each in list(trigger.get(account) or ()):
            if not _has(policy, each["clause"], each.get("passage", "")):
                trigger[account].remove(each)
                yield f"trigger {trigger['id']} for {each['clause']}, whose words are others now"
        if account in trigger and not trigger[account]:
            del trigger[account]
    if not any(trigger.get("ask", "") in clause.text for clause in policy.clauses):
        yield f"whom to ask in trigger {trigger['id']} ({trigger.pop('ask')})"
