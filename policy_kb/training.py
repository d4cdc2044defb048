"""Fits weights and thresholds; run as a child process, so that the training library never enters the program itself.

`python -m policy_kb.training JOB DIRECTORY` reads a job file and writes what it fitted into the directory.
Labels are clauses, NONE for what nothing answers, and service intents; a second model tells the intents alone. A weight
matrix is the sum of a linear support vector machine and naive Bayes, both linear in the same features.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.naive_bayes import MultinomialNB
from sklearn.svm import LinearSVC

from policy_kb.features import SPACES, Concepts, count, extract, key
from policy_kb.lexicon import Group
from policy_kb.linear import Linear
from policy_kb.nearest import Nearest
from policy_kb.phrased import CLAUSE, NONE, Phrased
from policy_kb.thresholds import Held, fit_thresholds
from policy_kb.weights import POLICY_ITSELF

# Chosen on held-out authors, not on any labelled set.
SVM_COST, SVM_TOLERANCE, SVM_ROUNDS = 0.4, 0.3, 100
BAYES_SHARE, BAYES_SMOOTHING = 0.04, 0.03
NEAR_MISS_WEIGHT = 3.0
# Two of five groups of authors are held out in turn: what they wrote gives the thresholds.
GROUPS, HELD_OUT = 5, (1, 3)
SAMPLED = 3

Matrix = Any  # scipy ships no types
Weights = NDArray[np.float32]


@dataclass(frozen=True)
class Job:
    """Texts with what they show; `labels` and `intents` are column numbers."""

    texts: list[str]
    labels: NDArray[np.intp]
    intents: NDArray[np.intp]
    by: list[str]
    near: NDArray[np.bool_]
    label_names: tuple[str, ...]
    intent_names: tuple[str, ...]
    concepts: Concepts


def read_job(raw: dict[str, Any]) -> Job:
    """The job as it came from the program."""
    examples = raw["examples"]
    label_names = tuple(sorted({each["label"] for each in examples}))
    intent_names = tuple(sorted({each["intent"] for each in examples}))
    groups = [Group(each["id"], each["kind"], each["canonical"], tuple(each["terms"])) for each in raw["lexicon"]]
    return Job(
        [each["text"] for each in examples],
        np.array([label_names.index(each["label"]) for each in examples]),
        np.array([intent_names.index(each["intent"]) for each in examples]),
        [each["by"] for each in examples],
        np.array([each["near"] for each in examples]),
        label_names,
        intent_names,
        Concepts.of(groups),
    )


@dataclass(frozen=True)
class Counted:
    """Damped feature counts of all texts, one matrix for each space, and the key of every column."""

    matrices: list[Matrix]
    keys: list[NDArray[np.uint64]]


def count_features(job: Job) -> Counted:
    """Counts the features of every text, once for all fits."""
    known: list[dict[str, int]] = [{} for _ in SPACES]
    columns: list[list[int]] = [[] for _ in SPACES]
    values: list[list[int]] = [[] for _ in SPACES]
    starts: list[list[int]] = [[0] for _ in SPACES]
    for text in job.texts:
        for space, features in enumerate(extract(text, job.concepts)):
            counts = count(features)
            columns[space] += [known[space].setdefault(feature, len(known[space])) for feature in counts]
            values[space] += counts.values()
            starts[space].append(len(columns[space]))
    matrices = [
        sp.csr_matrix((1 + np.log(np.array(value, np.float32)), column, start), shape=(len(job.texts), max(1, len(names))))
        for names, column, value, start in zip(known, columns, values, starts, strict=True)
    ]
    keys = [
        np.array([key(space, feature) for feature in names] or [0], np.uint64)
        for names, (space, _) in zip(known, SPACES, strict=True)
    ]
    return Counted(matrices, keys)


def fit(job: Job, counted: Counted, rows: NDArray[np.intp]) -> Linear:
    """Both models on these rows, as one weight matrix: a column for each label, then for each intent."""
    scaled, keys, idf = _scale(counted, rows)
    near = np.where(job.near[rows], NEAR_MISS_WEIGHT, 1.0)
    frequency = np.bincount(job.intents[rows], minlength=len(job.intent_names))
    even = np.sqrt(len(rows) / len(frequency) / np.maximum(frequency, 1))[job.intents[rows]]
    labels = _machine(scaled, job.labels[rows], len(job.label_names), near)
    intents = _machine(scaled, job.intents[rows], len(job.intent_names), even)
    order = np.argsort(keys)
    return Linear(
        (*job.label_names, *(f"={name}" for name in job.intent_names)),
        {},
        job.concepts,
        keys[order],
        idf[order],
        np.hstack([labels[0], intents[0]])[order].astype(np.float16),
        np.concatenate([labels[1], intents[1]]).astype(np.float32),
    )


def _scale(counted: Counted, rows: NDArray[np.intp]) -> tuple[Matrix, NDArray[np.uint64], Weights]:
    """tf-idf of the rows, each space brought to its own length; only features that occur in them."""
    parts, keys, weights = [], [], []
    for matrix, names, (_, weight) in zip(counted.matrices, counted.keys, SPACES, strict=True):
        part = matrix[rows]
        frequency = np.bincount(part.indices, minlength=part.shape[1])
        kept = np.flatnonzero(frequency)
        idf = (np.log((1 + len(rows)) / (1 + frequency[kept])) + 1).astype(np.float32)
        part = part[:, kept].tocsr()
        part.data *= idf[part.indices]
        length = np.sqrt(np.asarray(part.multiply(part).sum(1)).ravel())
        parts.append(sp.diags((weight / np.where(length == 0, 1, length)).astype(np.float32)) @ part)
        keys.append(names[kept])
        weights.append(idf)
    return sp.hstack(parts).tocsr(), np.concatenate(keys), np.concatenate(weights)


def _machine(features: Matrix, labels: NDArray[np.intp], width: int, weights: Any) -> tuple[Weights, Weights]:
    """One-against-the-rest machines plus naive Bayes, as weights and biases; a label without rows can never win."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine = LinearSVC(C=SVM_COST, tol=SVM_TOLERANCE, max_iter=SVM_ROUNDS, random_state=0).fit(features, labels, weights)
    bayes = MultinomialNB(alpha=BAYES_SMOOTHING).fit(features, labels)
    evidence = bayes.feature_log_prob_ - bayes.feature_log_prob_.mean(0)
    prior = bayes.class_log_prior_ - bayes.class_log_prior_.mean()
    coefficients, intercepts = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:  # the library keeps one machine for two labels
        coefficients, intercepts = np.vstack([-coefficients, coefficients]), np.concatenate([-intercepts, intercepts])
    matrix = np.zeros((features.shape[1], width), np.float32)
    bias = np.full(width, -9.0, np.float32)
    matrix[:, machine.classes_] = (coefficients + BAYES_SHARE * evidence).T
    bias[machine.classes_] = intercepts + BAYES_SHARE * prior
    return matrix, bias


def hold_out(job: Job, counted: Counted, group: int) -> list[Held]:
    """What the whole ranker, fitted without one group of authors, says of their lines."""
    names = sorted(set(job.by) - {POLICY_ITSELF})
    held = np.array([by != POLICY_ITSELF and names.index(by) % GROUPS == group for by in job.by])
    if held.all() or not held.any():
        return []
    rest = np.flatnonzero(~held)
    ranker = Phrased(fit(job, counted, rest), Nearest.build(asked(job, rest)))
    lines = np.flatnonzero(held)[::SAMPLED]
    return [
        Held(ranker.rank(job.texts[row]), job.label_names[job.labels[row]], job.intent_names[job.intents[row]]) for row in lines
    ]


def asked(job: Job, rows: Sequence[int] | NDArray[np.intp]) -> list[tuple[str, str]]:
    """The phrasings among these rows with their labels; service intents are no phrasings."""
    clauses = {NONE, *(name for name in job.label_names if name.startswith(CLAUSE))}
    labelled = ((row, job.label_names[job.labels[row]]) for row in rows if job.by[row] != POLICY_ITSELF)
    return [(job.texts[row], label) for row, label in labelled if label in clauses]


def _hold_out(arguments: tuple[Job, Counted, int]) -> list[Held]:
    return hold_out(*arguments)


def _fit_all(arguments: tuple[Job, Counted]) -> Linear:
    job, counted = arguments
    return fit(job, counted, np.arange(len(job.texts)))


def train(job: Job) -> Linear:
    """The final weights, with thresholds from held-out authors."""
    counted = count_features(job)
    with ProcessPoolExecutor(2) as pool:
        held = pool.map(_hold_out, [(job, counted, group) for group in HELD_OUT])  # first, since they take longest
        final = pool.submit(_fit_all, (job, counted))
        numbers = fit_thresholds([each for part in held for each in part])
        linear = final.result()
    linear.numbers.update(numbers)
    return linear


def main() -> None:
    """Reads the job, writes weights, thresholds and the index of phrasings."""
    directory = Path(sys.argv[2])
    job = read_job(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    train(job).save(directory)
    Nearest.build(asked(job, range(len(job.texts))), directory / "asked.sqlite").close()


if __name__ == "__main__":
    main()
