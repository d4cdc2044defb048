"""This search beside others, on the same questions in one run, and at several sizes of the knowledge base."""

from __future__ import annotations

import multiprocessing
import random
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

import policy_kb
from bot import app
from bot.config import Settings
from bot.evaluation import Row, read_rows
from policy_kb import Clause, Policy

FILLER_BESIDE = 1000
WORDS_A_CLAUSE = 60
_SEED = 416

Search = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one search reached: shares 0..1 (-1 without labels), milliseconds, seconds, megabytes."""

    top1: float
    top3: float
    p50: float
    p99: float
    build: float = 0.0
    memory: float = 0.0


def run(settings: Settings, questions: Path | None, sizes: Sequence[int], progress: app.Progress) -> Iterator[str]:
    """The two tables, line by line."""
    rows = [row for row in read_rows(questions) if row.intent == "ask"] if questions else _own_questions()
    if not questions:
        yield "No labelled questions were given (--questions FILE), so accuracy is not measured."
    app.knowledge_base(settings, progress=progress)  # fitted before anything is timed
    yield f"{len(rows)} questions, the shipped policy with its phrasings, {FILLER_BESIDE:,} filler clauses beside it"
    yield f"{'search':<34} top-1  top-3   p50 ms    p99 ms"
    for name, build in _searches(settings).items():
        try:
            search = build()
        except ImportError:
            yield f"{name:<34} not installed: pip install 'clausebot[bench]'"
            continue
        measured = measure(search, rows)
        yield f"{name:<34} {_share(measured.top1)}  {_share(measured.top3)} {measured.p50:8.2f} {measured.p99:9.2f}"
    yield ""
    yield f"{'this search, filler clauses':<34} top-1  top-3   p50 ms    p99 ms  build s  memory MB"
    for size in sizes:
        measured = _in_a_process_of_its_own(settings, rows, size)
        yield (
            f"{size:<34,} {_share(measured.top1)}  {_share(measured.top3)} {measured.p50:8.2f} {measured.p99:9.2f}"
            f" {measured.build:8.2f} {measured.memory:10.0f}"
        )


def measure(search: Search, rows: Sequence[Row]) -> Measured:
    """Asks every question twice and times the second: a server that has been running for a while."""
    for row in rows:
        search(row.text)
    took, found = [], []
    for row in rows:
        start = time.perf_counter()
        found.append(search(row.text))
        took.append((time.perf_counter() - start) * 1000)
    took.sort()
    labelled = [(row.clauses, ids) for row, ids in zip(rows, found, strict=True) if row.clauses]
    top1, top3 = (_hits(labelled, depth) for depth in (1, 3))
    return Measured(top1, top3, took[len(took) // 2], took[min(len(took) - 1, int(len(took) * 0.99))])


def _hits(labelled: Sequence[tuple[tuple[str, ...], Sequence[str]]], depth: int) -> float:
    """The share with an accepted clause among the first `depth`; -1 without labels."""
    hits = sum(any(id in clauses for id in ids[:depth]) for clauses, ids in labelled)
    return hits / len(labelled) if labelled else -1.0


def filler(count: int) -> Policy:
    """A made-up policy of this many clauses, in the words of the shipped policy and lexicon; the same every time."""
    library = policy_kb.read()
    words = [word for group in library.lexicon for word in group.canonical.replace(",", "").split()]
    words += [word for clause in library.policies[0].clauses for word in clause.text.split()]
    chance = random.Random(_SEED)  # noqa: S311 - filler text, no secret
    clauses = tuple(
        Clause("FILLER", f"{number // 100 + 1}.{number % 100 + 1}", "", " ".join(chance.choices(words, k=WORDS_A_CLAUSE)), None)
        for number in range(count)
    )
    shipped = library.policies[0]
    return Policy("FILLER", "Filler", "Nobody", shipped.adopted, shipped.effective, "", clauses)


def this_search(settings: Settings, size: int) -> Search:
    """The shipped knowledge base with filler clauses beside it."""
    shipped = app.knowledge_base(settings)
    knowledge = shipped.with_policy(filler(size), policy_kb.read().lexicon) if size else shipped
    return lambda question: [match.clause.id for match in knowledge.search(question)]


def _searches(settings: Settings) -> dict[str, Callable[[], Search]]:
    documents = _documents()
    asked = [(each.text, each.clause) for each in policy_kb.read().phrasings if each.clause]
    asked += [(text, id) for id, text in documents if id not in {clause for _, clause in asked}]
    return {
        "this search": lambda: this_search(settings, FILLER_BESIDE),
        "SQLite FTS5 (bm25, porter)": lambda: _fts5(documents),
        "rapidfuzz WRatio, phrasings": lambda: _fuzzy(asked, fuzz.WRatio),
        "rapidfuzz token_set_ratio, phrasings": lambda: _fuzzy(asked, fuzz.token_set_ratio),
        "bm25s": lambda: _bm25s(documents),
    }


def _documents() -> list[tuple[str, str]]:
    """What the rivals search: each clause with its heading and phrasings as one text, and the filler."""
    library = policy_kb.read()
    asked: dict[str, list[str]] = {}
    for each in library.phrasings:
        asked.setdefault(each.clause or "", []).append(each.text)
    clauses = [clause for policy in library.policies for clause in policy.clauses if clause.text]
    return [
        (clause.id, "\n".join([clause.heading, clause.text, *asked.get(clause.id, [])]))
        for clause in (*clauses, *filler(FILLER_BESIDE).clauses)
    ]


def _fts5(documents: Sequence[tuple[str, str]]) -> Search:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE documents USING fts5(id UNINDEXED, text, tokenize = 'porter unicode61')")
    database.executemany("INSERT INTO documents VALUES (?, ?)", documents)

    def search(question: str) -> list[str]:
        words = ["".join(filter(str.isalnum, word)) for word in question.split()]
        match = " OR ".join(f'"{word}"' for word in words if word)
        sql = "SELECT id FROM documents WHERE documents MATCH ? ORDER BY rank LIMIT 5"
        return [id for (id,) in database.execute(sql, [match])] if match else []

    return search


def _fuzzy(asked: Sequence[tuple[str, str]], scorer: Callable[..., float]) -> Search:
    texts = [text for text, _ in asked]

    def search(question: str) -> list[str]:
        found = process.extract(question, texts, scorer=scorer, processor=str.lower, limit=30)
        return list(dict.fromkeys(asked[place][1] for _, _, place in found))

    return search


def _bm25s(documents: Sequence[tuple[str, str]]) -> Search:
    import bm25s

    model = bm25s.BM25()
    model.index(bm25s.tokenize([text for _, text in documents], stopwords="en", show_progress=False), show_progress=False)

    def search(question: str) -> list[str]:
        tokens = bm25s.tokenize(question, stopwords="en", show_progress=False)
        places, _ = model.retrieve(tokens, k=5, show_progress=False)
        return [documents[int(place)][0] for place in places[0]]

    return search


def _in_a_process_of_its_own(settings: Settings, rows: Sequence[Row], size: int) -> Measured:
    """So that the memory of one size is not counted with the next."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        measured: Measured = pool.apply(_at_size, (settings, rows, size))
        return measured


def _at_size(settings: Settings, rows: Sequence[Row], size: int) -> Measured:
    start = time.perf_counter()
    search = this_search(settings, size)
    build = time.perf_counter() - start
    found = measure(search, rows)
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kilobytes
    return Measured(
        found.top1, found.top3, found.p50, found.p99, build, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    )


def _own_questions() -> list[Row]:
    """Every hundredth phrasing, to measure time by where there are no labelled questions."""
    return [Row(each.text, "ask", (), False) for each in policy_kb.read().phrasings[::100]]


def _share(value: float) -> str:
    return "    -" if value < 0 else f"{value:.3f}"
