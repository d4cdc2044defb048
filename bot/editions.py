"""In which version each policy answers: the one in force, as published, whatever its file in the policies directory says."""

from __future__ import annotations

import datetime
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from bot.composing import LEFT_OUT, compose
from bot.ledger import Ledger
from bot.publishing import Published, changes
from policy_kb import KnowledgeBase, Policy, shipped
from policy_kb.library import files, read_policies

INSTALLED = "as installed"
DIRECTORY = "editions"
Say = Callable[[str], None]


def say_nothing(_line: str) -> None:
    """For those who need to be told nothing."""


def lay(ledger: Ledger, policies_dir: Path | None, now: datetime.datetime) -> list[Published]:
    """Publishes each policy of a directory (the shipped one by default) that has no version yet as its first; gives those.

    Of several who do so at once, one does. Belongs to the thread of the ledger; raises KnowledgeBaseError.
    """
    found = documents(policies_dir)
    ledger.open()
    if {policy.id for policy in found.values()} <= set(ledger.policies.policies()):
        return []
    laid = []
    with ledger.transaction(deciding=True):
        there = set(ledger.policies.policies())
        for path, policy in found.items():
            if policy.id not in there:
                first = Published(policy, path.read_text("utf-8-sig"), changes(None, policy), INSTALLED, now)
                ledger.policies.publish(first)
                laid.append(first)
    return laid


def directory_in_force(
    ledger: Ledger, policies_dir: Path | None, state: Path, today: datetime.date, say: Say = say_nothing
) -> Path | None:
    """The directory to load the knowledge base from: the one given, or one under `state` where another version is in force.

    The policies are those of the directory given, the versions those of the ledger, which is only read. `say` is told what
    the directory has that does not count. Raises KnowledgeBaseError with every mistake in the files.
    """
    found = documents(policies_dir)
    in_force = {each.policy.id: each for each in ledger.policies.all_in_force(today)}
    other = {policy.id: in_force[policy.id] for policy in found.values() if _differs(policy, in_force.get(policy.id))}
    for path, policy in found.items():
        if policy.id in other and not ledger.policies.get(policy.id, policy.version):
            say(
                f"{path.name} is not the version in force, {other[policy.id].policy.version}, which answers. To put the file in "
                f"force: clausebot policy publish {path}"
            )
    return _composed(found, other, policies_dir or shipped(), state / DIRECTORY, say) if other else policies_dir


def changed(ledger: Ledger, knowledge: KnowledgeBase, today: datetime.date) -> bool:
    """Whether a version has come into force that this knowledge base does not answer from, so that it must be loaded again."""
    in_force = {each.policy.id: each for each in ledger.policies.all_in_force(today)}
    return any(_differs(policy, in_force.get(policy.id)) for policy in knowledge.policies)


def documents(policies_dir: Path | None) -> dict[Path, Policy]:
    """The policies of a directory, by file. Raises KnowledgeBaseError with every mistake of every file."""
    place = policies_dir or shipped()
    return dict(zip(sorted(place.glob("*.md")), read_policies(place), strict=True))


def _differs(policy: Policy, published: Published | None) -> bool:
    return published is not None and published.policy.version != policy.version


def _composed(found: Mapping[Path, Policy], other: Mapping[str, Published], place: Path, editions: Path, say: Say) -> Path:
    """A directory of its own for these files and versions, made once, whole or not at all."""
    target = editions / _digest(place, other)
    if not target.exists():
        contents, left_out = compose(found, other)
        contents[LEFT_OUT] = "".join(f"{line}\n" for line in left_out).encode()
        editions.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=editions))
        for name, content in contents.items():
            (draft / name).write_bytes(content)
        with suppress(OSError):  # somebody else was first
            os.rename(draft, target)
        shutil.rmtree(draft, ignore_errors=True)
    for line in (target / LEFT_OUT).read_text("utf-8").splitlines():
        say(line)
    return target


def _digest(place: Path, other: Mapping[str, Published]) -> str:
    """Changes with any file of the directory, and with the versions that stand in it instead."""
    total = hashlib.sha256()
    for path in sorted({*files(place), *place.glob("*.yaml")}):
        total.update(f"\n{path.name}\n".encode() + path.read_bytes())
    for id in sorted(other):
        total.update(f"\n{id}\n{other[id].markdown}".encode())
    return total.hexdigest()[:32]
