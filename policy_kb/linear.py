"""A fitted linear text classifier, answering with numpy alone: a text's rows of the weight matrix, summed."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from policy_kb.features import SPACES, Concepts, count, extract, key

Scores = NDArray[np.float32]
_ARRAYS = ("keys", "idf", "weights", "bias")
_MOST_TIMES = 400
_LOGARITHMS = np.array([0.0, *(1 + math.log(times) for times in range(1, _MOST_TIMES))], np.float32)


@dataclass(frozen=True)
class Linear:
    """`keys` are sorted; a row of `weights` belongs to each, with a column for every name in `columns`.

    `idf` weighs the features, `bias` is what a text without known features scores. `numbers` are thresholds fitted
    together with the weights.
    """

    columns: tuple[str, ...]
    numbers: dict[str, float]
    concepts: Concepts
    keys: NDArray[np.uint64]
    idf: Scores
    weights: NDArray[np.float16]
    bias: Scores

    def scores(self, text: str) -> Scores:
        """One score for each column; higher fits better."""
        rows, values = self._features(text)
        found: Scores = values @ self.weights[rows].astype(np.float32) + self.bias
        return found

    def _features(self, text: str) -> tuple[NDArray[np.intp], Scores]:
        """The rows of the known features and their values, each space brought to its own length."""
        rows: list[NDArray[np.intp]] = [np.empty(0, np.intp)]
        values: list[Scores] = [np.empty(0, np.float32)]
        for features, (space, weight) in zip(extract(text, self.concepts), SPACES, strict=True):
            counts = count(features)
            wanted = np.array([key(space, feature) for feature in counts], np.uint64)
            at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
            known = self.keys[at] == wanted
            if known.any():
                at = at[known]
                times = np.minimum(np.fromiter(counts.values(), np.intp, len(counts)), _MOST_TIMES - 1)[known]
                value = _LOGARITHMS[times] * self.idf[at]
                rows.append(at)
                values.append(value * np.float32(weight / math.sqrt(float(value @ value))))
        return np.concatenate(rows), np.concatenate(values)

    def save(self, directory: Path) -> None:
        """Writes the arrays, their names and the thresholds into a directory that exists."""
        for name in _ARRAYS:
            np.save(directory / f"{name}.npy", getattr(self, name))
        about = {"columns": self.columns, "numbers": self.numbers, "concepts": self.concepts.as_rows()}
        (directory / "about.json").write_text(json.dumps(about), "utf-8")


def load(directory: Path) -> Linear:
    """What was saved there, the large arrays mapped from the files.

    Raises OSError, KeyError or ValueError where files are missing or damaged.
    """
    about = json.loads((directory / "about.json").read_text("utf-8"))
    arrays = {name: np.load(directory / f"{name}.npy", mmap_mode="r").view(np.ndarray) for name in _ARRAYS}
    columns = tuple(about["columns"])
    if arrays["weights"].shape != (len(arrays["keys"]), len(columns)):
        raise ValueError("weights and names do not fit each other")
    return Linear(columns, about["numbers"], Concepts.from_rows(about["concepts"]), **arrays)
