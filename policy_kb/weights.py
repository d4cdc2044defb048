"""Weights belong to the data they were fitted to: cached under its digest, fitted anew in a child process when it changes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from policy_kb.lexicon import Group
from policy_kb.phrased import Phrased

# Sentences of the policies themselves: learnt from, never held out, and nobody's phrasing.
POLICY_ITSELF = "the policy"
MANIFEST = "manifest.json"
_KEPT = 6
_SLOWEST = 900
_UNFINISHED = "fitting-"
# Drafts are checked word by word against triggers: nothing that is fitted depends on these modules.
_NOT_FITTED = "drafts"
_LIBRARIES = ("numpy", "scikit-learn", "scipy", "snowballstemmer")

Progress = Callable[[str], None]


class TrainingFailed(Exception):
    """The weights could not be fitted; the message says why."""


class DamagedWeights(Exception):
    """The weights in the cache are not what was written there."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text with what it shows: `label` a clause or an intent, `intent` an intent; `near` marks a near miss."""

    text: str
    label: str
    intent: str
    by: str
    near: bool = False


def state_directory(environment: Mapping[str, str] = os.environ) -> Path:
    """Where state lives: CLAUSEBOT_DATA_DIR, by default the platform's user data folder."""
    return Path(environment.get("CLAUSEBOT_DATA_DIR") or platformdirs.user_data_dir("clausebot", False)).expanduser()


def job(examples: Iterable[Example], lexicon: Sequence[Group]) -> str:
    """What the trainer needs, as one text."""
    return json.dumps({"examples": [asdict(each) for each in examples], "lexicon": [asdict(each) for each in lexicon]})


def fitted(digest: str, job: Callable[[], str], state: Path, progress: Progress | None = None) -> Phrased:
    """The ranker for the data with this digest, from the cache under `state` or fitted now, by one process at a time.

    Raises TrainingFailed, and whatever `job` raises.
    """
    directory = state / "weights" / key(digest)
    with suppress(FileNotFoundError, NotADirectoryError, DamagedWeights):
        return _load(directory)
    work = job()
    tell = progress or (lambda _: None)
    tell("Learning from the phrasings; this takes a minute or two, once after each change ...")
    started = time.monotonic()
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(directory.parent / ".lock", timeout=_SLOWEST):
            _fit_unless_there(work, directory)
        found = _load(directory)
    except OSError as error:
        place = directory.parent
        raise TrainingFailed(f"cannot write to {place}: {error.strerror}; CLAUSEBOT_DATA_DIR names another place") from None
    except DamagedWeights:
        raise TrainingFailed(f"what was just written to {directory} is damaged; is the disk full?") from None
    except Timeout:
        raise TrainingFailed("another process has been fitting the same weights for too long") from None
    tell(f"Learnt in {time.monotonic() - started:.0f} seconds.")
    return found


def key(digest: str, package: Path = Path(__file__).parent) -> str:
    """A name for what the data, this program's package and its libraries give together."""
    total = hashlib.sha256("\n".join([digest, *(f"{name} {version(name)}" for name in _LIBRARIES)]).encode())
    for module in sorted(package.rglob("*.py")):
        if module.relative_to(package).parts[0] != _NOT_FITTED:
            total.update(module.read_bytes())
    return total.hexdigest()[:24]


def _load(directory: Path) -> Phrased:
    """The ranker in this directory.

    Raises FileNotFoundError where there is none, DamagedWeights where it is not as it was written.
    """
    manifest = (directory / MANIFEST).read_bytes()
    try:
        if any(_digest(directory / name) != digest for name, digest in json.loads(manifest).items()):
            raise DamagedWeights
        with suppress(OSError):  # used now, so pruned last; a cache that cannot be written to serves all the same
            os.utime(directory)
        return Phrased.load(directory)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, sqlite3.Error) as error:
        raise DamagedWeights from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fit_unless_there(job: str, directory: Path) -> None:
    """Fits, and puts all that was written in place at once; what another process has put there meanwhile stays."""
    with suppress(FileNotFoundError, DamagedWeights):
        _load(directory)
        return
    shutil.rmtree(directory, ignore_errors=True)
    _prune(directory.parent)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=_UNFINISHED) as work:
        made = Path(work) / "weights"
        made.mkdir()
        (Path(work) / "job.json").write_text(job, "utf-8")
        _run(Path(work) / "job.json", made)
        manifest = {path.name: _digest(path) for path in sorted(made.iterdir())}
        (made / MANIFEST).write_text(json.dumps(manifest), "utf-8")
        made.rename(directory)


def _run(job: Path, made: Path) -> None:
    """The trainer, as a group of processes of its own that is gone when this returns, whatever happens to it or to us."""
    # -P: no module of the folder that somebody happens to stand in is ever run.
    command = [sys.executable, "-P", "-m", "policy_kb.training", str(job), str(made)]
    paths = [str(Path(__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    said = job.with_name("stderr.txt")
    with said.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own module with our own interpreter
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, env=environment, start_new_session=True
        )
        try:
            code = process.wait(_SLOWEST)
        except subprocess.TimeoutExpired:
            raise TrainingFailed(f"the trainer did not finish within {_SLOWEST} seconds") from None
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if code:
        last = said.read_text("utf-8", errors="replace").strip().splitlines()[-1:] or [f"exit code {code}"]
        raise TrainingFailed(f"the trainer stopped: {last[0]}")


def _prune(place: Path) -> None:
    """Removes what a killed process left, and all but the last used weights. The caller holds the lock."""
    sets = []
    for each in place.iterdir():
        if each.name.startswith(_UNFINISHED):
            shutil.rmtree(each, ignore_errors=True)
        elif each.is_dir():
            sets.append(each)
    sets.sort(key=lambda each: each.stat().st_mtime)
    for each in sets[: max(0, len(sets) - _KEPT + 1)]:
        shutil.rmtree(each, ignore_errors=True)
