"""A policies directory, read and checked as a whole, before anything is indexed or fitted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from policy_kb.clauses import Policy
from policy_kb.drafts import Triggers, read_triggers
from policy_kb.lexicon import Group, read_lexicon
from policy_kb.mistakes import KnowledgeBaseError, Mistake
from policy_kb.phrasings import Phrasing, read_phrasings
from policy_kb.read import read_markdown

LEXICON = "lexicon.yaml"
PHRASINGS = ".phrasings.yaml"
# Not among `files`: what is fitted does not depend on it.
DRAFTS = ".drafts.yaml"


@dataclass(frozen=True, slots=True)
class Library:
    """All data of a knowledge base."""

    policies: tuple[Policy, ...]
    phrasings: tuple[Phrasing, ...]
    lexicon: tuple[Group, ...]
    triggers: tuple[Triggers, ...] = ()


def shipped() -> Path:
    """The directory of the policies that come with the program."""
    place = resources.files("policy_kb") / "policies"
    if not isinstance(place, Path):
        raise KnowledgeBaseError([Mistake(str(place), 0, "the package is zipped; install it unpacked")])
    return place


def files(directory: Path | None) -> list[Path]:
    """All data files of a policies directory that are learnt from, and the lexicon it uses, in a fixed order."""
    place = directory or shipped()
    return sorted([*place.glob("*.md"), *place.glob(f"*{PHRASINGS}"), lexicon_file(place)])


def lexicon_file(directory: Path) -> Path:
    """The directory's own lexicon, else the shipped one: how staff talk is much the same everywhere."""
    own = directory / LEXICON
    return own if own.exists() else shipped() / LEXICON


def read_policies(directory: Path) -> tuple[Policy, ...]:
    """The policies alone.

    Raises KnowledgeBaseError with every mistake of every file of the directory, not only of these.
    """
    try:
        found = tuple(read_markdown(path) for path in sorted(directory.glob("*.md")))
    except KnowledgeBaseError:
        return read(directory).policies
    mistakes = tuple(_across_files(directory, found))
    if mistakes:
        raise KnowledgeBaseError(mistakes)
    return found


def read_lexicon_for(directory: Path) -> tuple[Group, ...]:
    """The lexicon that a directory uses.

    Raises KnowledgeBaseError with every mistake in it.
    """
    return read_lexicon(lexicon_file(directory))


def read_triggers_for(directory: Path, policies: Iterable[Policy]) -> tuple[Triggers, ...]:
    """The triggers that stand beside the policies of a directory, which `read_policies` gave; many have none.

    Raises KnowledgeBaseError with every mistake in the first file that has any.
    """
    beside = zip(sorted(directory.glob("*.md")), policies, strict=True)
    return tuple(found for path, policy in beside for found in _triggers(path, policy))


def _triggers(document: Path, policy: Policy) -> Iterator[Triggers]:
    beside = document.with_suffix(DRAFTS)
    if beside.exists():
        yield read_triggers(beside, policy)


def read(directory: Path | None = None) -> Library:
    """Everything in a policies directory, the shipped one by default.

    Raises KnowledgeBaseError with every mistake of every file; nothing is half-read.
    """
    place = directory or shipped()
    mistakes: list[Mistake] = []
    policies: list[Policy] = []
    phrasings: list[Phrasing] = []
    lexicon: tuple[Group, ...] = ()
    triggers: list[Triggers] = []
    for path in sorted(place.glob("*.md")):
        with _noting(mistakes):
            policies.append(policy := read_markdown(path))
            with _noting(mistakes):
                triggers += _triggers(path, policy)
            beside = path.with_suffix(PHRASINGS)
            phrasings += read_phrasings(beside, policy) if beside.exists() else ()
    with _noting(mistakes):
        lexicon = read_lexicon(lexicon_file(place))
    mistakes += _across_files(place, policies)
    if mistakes:
        raise KnowledgeBaseError(mistakes)
    return Library(tuple(policies), tuple(phrasings), lexicon, tuple(triggers))


@contextmanager
def _noting(mistakes: list[Mistake]) -> Iterator[None]:
    """Adds what a reader finds wrong to the mistakes, so that the next one is heard too."""
    try:
        yield
    except KnowledgeBaseError as error:
        mistakes += error.mistakes


def _across_files(place: Path, policies: Iterable[Policy]) -> Iterator[Mistake]:
    documents = {path.stem for path in place.glob("*.md")}
    if not documents:
        yield Mistake(place.name, 0, "holds no policy; a policy is a *.md file")
    for ending in (PHRASINGS, DRAFTS):
        for path in place.glob(f"*{ending}"):
            if path.name.removesuffix(ending) not in documents:
                yield Mistake(path.name, 0, "no policy of this name stands beside it")
    seen: set[str] = set()
    for policy in policies:
        if policy.id in seen:
            yield Mistake(place.name, 0, f"two policies have the id {policy.id!r}")
        seen.add(policy.id)
