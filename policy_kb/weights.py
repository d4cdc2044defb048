"""Weights belong to the data they were fitted to: cached under its digest, fitted anew in a child process when it changes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import platformdirs

from policy_kb.lexicon import Group
from policy_kb.phrased import Phrased

# The modules that decide what is fitted and how it is written; a change of any makes older weights unusable.
_SOURCES = ("words", "features", "linear", "nearest", "phrased", "bands", "thresholds", "training")
_KEPT = 8
_SLOWEST = 600
_UNFINISHED = "fitting-"
_FITTING = ("numpy", "scikit-learn", "snowballstemmer")

# Sentences of the policies themselves: learnt from, never held out, and nobody's phrasing.
POLICY_ITSELF = "the policy"

Progress = Callable[[str], None]


class TrainingFailed(Exception):
    """The weights could not be fitted; the message says why."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text with what it shows: `label` a clause or an intent, `intent` an intent; `near` marks a near miss."""

    text: str
    label: str
    intent: str
    by: str
    near: bool = False


def state_directory() -> Path:
    """Where state lives: CLAUSEBOT_DATA_DIR, by default the platform's user data folder."""
    return Path(os.environ.get("CLAUSEBOT_DATA_DIR") or platformdirs.user_data_dir("clausebot", False)).expanduser()


def job(examples: Iterable[Example], lexicon: Sequence[Group]) -> str:
    """What the trainer needs, as one text."""
    return json.dumps({"examples": [asdict(each) for each in examples], "lexicon": [asdict(each) for each in lexicon]})


def fitted(digest: str, job: Callable[[], str], data: Path, progress: Progress | None = None) -> Phrased:
    """The ranker for the data with this digest, from the cache under `data` or fitted now.

    Raises TrainingFailed, and whatever `job` raises.
    """
    directory = data / "weights" / _key(digest)
    try:
        return Phrased.load(directory)
    except (OSError, ValueError, KeyError):
        shutil.rmtree(directory, ignore_errors=True)
    work = job()
    if progress:
        progress("Learning from the phrasings; this takes up to a minute, once after each change ...")
    _fit(work, directory)
    if progress:
        progress("Learnt.")
    return Phrased.load(directory)


def _key(digest: str) -> str:
    """A name for what the data, this program and its libraries give together."""
    total = hashlib.sha256("\n".join([digest, *(f"{name} {version(name)}" for name in _FITTING)]).encode())
    for name in _SOURCES:
        total.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return total.hexdigest()[:24]


def _fit(job: str, directory: Path) -> None:
    """Runs the trainer in a child process and puts all that it wrote in place at once, so that no torn cache is ever read.

    Where another process was faster, its weights stay. Raises TrainingFailed.
    """
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory.parent, prefix=_UNFINISHED) as work:
            made = Path(work) / "weights"
            made.mkdir()
            _run(job, made)
            _prune(directory.parent)
            made.rename(directory)
    except OSError as error:
        if not (directory / "about.json").exists():
            place = directory.parent
            raise TrainingFailed(f"cannot write to {place}: {error.strerror}; CLAUSEBOT_DATA_DIR names another place") from None


def _run(job: str, work: Path) -> None:
    command = [sys.executable, "-m", "policy_kb.training", str(work)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    try:
        done = subprocess.run(  # noqa: S603 - our own module with our own interpreter
            command, input=job, text=True, capture_output=True, env=environment, timeout=_SLOWEST, check=False
        )
    except subprocess.TimeoutExpired:
        raise TrainingFailed(f"the trainer did not finish within {_SLOWEST} seconds") from None
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise TrainingFailed(f"the trainer stopped: {last[0]}")


def _prune(place: Path) -> None:
    """Removes all but the newest weights; each change of the data leaves a set behind."""
    old = sorted(
        (each for each in place.iterdir() if not each.name.startswith(_UNFINISHED)), key=lambda each: each.stat().st_mtime
    )
    for each in old[: -(_KEPT - 1)]:
        shutil.rmtree(each, ignore_errors=True)
