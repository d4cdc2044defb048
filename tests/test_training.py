"""Fitting: the weights do what the training library says, thresholds keep their promises, the cache is sound."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from policy_kb import Band, TrainingFailed, bands, linear, training, weights
from policy_kb.lexicon import Group
from policy_kb.nearest import Nearest, Neighbour
from policy_kb.phrased import NONE, Phrased, Ranked
from policy_kb.thresholds import CAUTIOUS, MOST_REFUSED, Held, fit_thresholds
from policy_kb.weights import POLICY_ITSELF, Example

COLOURS = {"clause:P/1": "red scarlet crimson ruby", "clause:P/2": "blue navy azure teal", "clause:P/3": "green lime olive mint"}
FRAMES = ("can i paint it {}", "{} walls ok?", "is {} allowed here", "my boss hates {}", "{}")
OUTSIDE = (
    "whats for lunch",
    "where do i park",
    "is it raining",
    "who won",
    "pay day?",
    "my chair broke",
    "lights are off",
    "any cake",
)
HELLO = ("hello", "hi there", "good morning bot", "hey", "howdy", "hello hello", "morning", "hi bot")


def examples() -> list[Example]:
    """Five authors, each asking for colours, for what is outside, and saying hello."""
    found = []
    for author in range(5):
        found += [
            Example(FRAMES[author].format(colour), label, "ask", f"author{author}")
            for label, colours in COLOURS.items()
            for colour in colours.split()
        ]
        found += [Example(f"{text} {author}", NONE, "out_of_scope", f"author{author}", near=True) for text in OUTSIDE]
        found += [Example(f"{text} {author}", "intent:greeting", "greeting", f"author{author}") for text in HELLO]
    found.append(Example("walls shall be painted in mint or olive", "clause:P/3", "ask", POLICY_ITSELF))
    return found


LEXICON = (Group("red", "colour", "crimson", ("cherry", "tomato red")),)


@pytest.fixture(scope="module")
def job() -> training.Job:
    return training.read_job(json.loads(weights.job(examples(), LEXICON)))


@pytest.fixture(scope="module")
def model(job: training.Job) -> linear.Linear:
    return training.fit(job, training.count_features(job), np.arange(len(job.texts)))


def test_weights_are_the_training_librarys_own(job: training.Job, model: linear.Linear) -> None:
    """Summing rows with numpy gives what its matrices give, within half precision."""
    counted = training.count_features(job)
    rows = np.arange(len(job.texts))
    scaled, _, _ = training._scale(counted, rows)
    near = np.where(job.near, training.NEAR_MISS_WEIGHT, 1.0)
    matrix, bias = training._machine(scaled, job.labels, len(job.label_names), near)
    theirs = scaled @ matrix + bias
    ours = np.array([model.scores(text)[: len(job.label_names)] for text in job.texts])
    assert np.abs(theirs - ours).max() < 0.01


def test_saved_weights_come_back(model: linear.Linear, tmp_path: Path) -> None:
    """And damaged ones do not."""
    model.save(tmp_path)
    again = linear.load(tmp_path)
    assert np.array_equal(again.scores("crimson walls"), model.scores("crimson walls"))
    assert again.columns == model.columns
    np.save(tmp_path / "weights.npy", np.zeros((2, 2), np.float16))
    with pytest.raises(ValueError, match="do not fit"):
        linear.load(tmp_path)


def test_a_text_without_known_features_scores_the_bias(model: linear.Linear) -> None:
    """Nothing is made up."""
    assert np.array_equal(model.scores("漢字"), model.bias)


def test_clauses_are_ranked(job: training.Job, model: linear.Linear) -> None:
    """The colour's clause first, the greeting and what is outside behind it."""
    ranker = Phrased(model, Nearest.build(training.asked(job, range(len(job.texts)))))
    ranked = ranker.rank("can i have crimson walls")
    assert ranked.labels[0] == "clause:P/1"
    assert ranked.margin > 0
    assert max(ranked.leanings, key=lambda name: ranked.leanings[name]) == "ask"
    assert ranker.rank("is it raining").margin < 0
    assert ranker.labels == set(COLOURS)
    assert ranker.is_common("boss")
    assert not ranker.is_common("unheard")


def test_phrasings_are_not_the_policys_own_sentences(job: training.Job) -> None:
    """Neither those nor greetings are named as what others asked."""
    found = training.asked(job, range(len(job.texts)))
    assert {label for _, label in found} == {*COLOURS, NONE}
    assert all("shall" not in text for text, _ in found)


def test_held_out_lines_are_by_authors_not_learnt_from(job: training.Job) -> None:
    """Each group's lines are scored by a ranker without them; the policy itself is never held out."""
    held = training.hold_out(job, training.count_features(job), 1)
    assert held
    lines = [text for text, by in zip(job.texts, job.by, strict=True) if by == "author1"]
    assert len(held) == len(lines[:: training.SAMPLED])
    assert training.hold_out(job, training.count_features(job), 99) == []


def test_the_whole_training_is_deterministic(job: training.Job) -> None:
    """Twice the same."""
    one, two = training.train(job), training.train(job)
    assert one.numbers == two.numbers
    assert np.array_equal(one.weights, two.weights)


def held(label: str, margin: float, right: bool = True, gap: float = 1.0, leaning: str = "ask") -> Held:
    best = label if right and label.startswith("clause:") else "clause:P/9"
    leanings = {name: (3.0 if name == leaning else 0.0) for name in ("ask", "out_of_scope", "greeting")}
    ranked = Ranked((best, "clause:P/8"), np.array([margin, margin - gap], np.float32), 0.0, leanings, {})
    return Held(ranked, label, "ask" if label.startswith("clause:") else "out_of_scope")


def test_thresholds_refuse_no_more_than_promised() -> None:
    """Of a thousand questions with margins 0..1, a few in a hundred; what is outside has lower ones."""
    lines = [
        held("clause:P/1", number / 1000, right=number % 20 != 0, gap=1.0 if number % 20 else 0.01) for number in range(1000)
    ]
    lines += [held(NONE, -number / 100, right=False, gap=0.1) for number in range(100)]
    numbers = fit_thresholds(lines)
    refused = sum(each.ranked.margin < numbers["none_below"] for each in lines if each.is_question)
    assert refused == round(MOST_REFUSED * 1000)
    sure, unsure = held("clause:P/1", 0.9), held("clause:P/1", 0.9, gap=0.01)
    assert bands.confidence(sure.ranked, numbers) > bands.confidence(unsure.ranked, numbers)
    assert bands.band(held(NONE, -0.5).ranked, numbers) is Band.NONE


def test_questions_are_not_stolen_by_other_intents() -> None:
    """Where questions look like greetings, they get a head start until few are lost."""
    lines = [held("clause:P/1", 0.5, leaning="ask" if number % 2 else "greeting") for number in range(400)]
    lines += [held(NONE, -0.5) for _ in range(100)]
    assert fit_thresholds(lines)["question_bias"] == pytest.approx(2.0)


def test_too_little_to_fit_on_gives_cautious_numbers() -> None:
    """A small directory of phrasings."""
    assert fit_thresholds([held("clause:P/1", 0.5)]) == CAUTIOUS


def test_no_certain_answers_give_a_cautious_threshold() -> None:
    """Where nothing is right often enough, round numbers serve."""
    lines = [held("clause:P/1", 0.5, right=number % 2 == 0) for number in range(400)] + [held(NONE, -0.5) for _ in range(100)]
    assert fit_thresholds(lines)["answer_from"] == CAUTIOUS["answer_from"]


def test_nearest_phrasings() -> None:
    """The most alike of each label; common words alone lead nowhere slow."""
    index = Nearest.build(
        [("can i paint it red", "a"), ("paint it blue", "b"), ("red red red", "a"), *[("the same", "c")] * 1200]
    )
    assert index.labels("can i paint it red?")["a"] == Neighbour("can i paint it red", pytest.approx(0.973, abs=0.01))
    assert index.labels("the") == {}
    assert index.labels("unheard of") == {}
    index.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Counts the trainings, without changing them."""
    runs: list[int] = []
    fit = weights._run

    def counted(job: Path, made: Path) -> None:
        runs.append(1)
        fit(job, made)

    monkeypatch.setattr(weights, "_run", counted)
    return lambda: len(runs)


def small_job() -> str:
    return weights.job(examples(), LEXICON)


def test_weights_are_fitted_once_for_the_same_data(tmp_path: Path, quick: Callable[[], int]) -> None:
    """And again when it changes; what is fitted is said."""
    told: list[str] = []
    weights.fitted("one", small_job, tmp_path, told.append)
    weights.fitted("one", small_job, tmp_path)
    assert (quick(), len(told)) == (1, 2)
    weights.fitted("two", small_job, tmp_path)
    assert quick() == 2


@pytest.mark.parametrize("name", ["about.json", "keys.npy", "weights.npy", "asked.sqlite", weights.MANIFEST])
@pytest.mark.parametrize("how", ["empty", "gone", "changed"])
def test_damaged_weights_are_fitted_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fitted_once: Path, name: str, how: str
) -> None:
    """No torn, missing or altered file is ever answered from."""
    state = Path(shutil.copytree(fitted_once, tmp_path / "state"))
    (place,) = (each for each in (state / "weights").iterdir() if each.is_dir())
    file = place / name
    if how == "gone":
        file.unlink()
    else:
        content = bytearray(b"" if how == "empty" else file.read_bytes())
        if content:
            content[len(content) // 2] ^= 0xFF
        file.write_bytes(content)
    again: list[str] = []
    monkeypatch.setattr(
        weights,
        "_run",
        lambda _, made: (
            again.append("run"),
            shutil.copytree(pristine(fitted_once), made, ignore=shutil.ignore_patterns(weights.MANIFEST), dirs_exist_ok=True),
        ),
    )
    assert weights.fitted("one", small_job, state).rank("crimson").labels[0] == "clause:P/1"
    assert again == ["run"]


def pristine(state: Path) -> Path:
    (place,) = (each for each in (state / "weights").iterdir() if each.is_dir())
    return place


@pytest.fixture(scope="module")
def fitted_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    state = tmp_path_factory.mktemp("fitted once")
    weights.fitted("one", small_job, state)
    return state


def test_a_place_with_signs_in_its_name_serves(tmp_path: Path, fitted_once: Path) -> None:
    """`#`, `?`, `%` and blanks mean something in addresses and nothing here."""
    state = Path(shutil.copytree(fitted_once, tmp_path / "a #b?c%41 d"))
    assert weights.fitted("one", lambda: "never", state).rank("is crimson ok").neighbours
    assert [each.name for each in tmp_path.iterdir()] == ["a #b?c%41 d"]


def test_a_ranker_serves_several_threads(fitted_once: Path) -> None:
    """With the same answers."""
    ranker = weights.fitted("one", lambda: "never", fitted_once)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: ranker.rank("crimson walls").labels[0], range(40)))
    assert set(found) == {"clause:P/1"}


def test_old_weights_and_what_a_killed_process_left_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fitted_once: Path
) -> None:
    """The sets used last are kept, so that going back and forth is quick."""
    monkeypatch.setattr(weights, "_KEPT", 2)
    monkeypatch.setattr(
        weights,
        "_run",
        lambda _, made: shutil.copytree(
            pristine(fitted_once), made, ignore=shutil.ignore_patterns(weights.MANIFEST), dirs_exist_ok=True
        ),
    )
    for name in ("one", "two", "three"):
        (tmp_path / "weights" / f"{weights._UNFINISHED}{name}").mkdir(parents=True)
        weights.fitted(name, small_job, tmp_path)
    assert len([each for each in (tmp_path / "weights").iterdir() if each.is_dir()]) == 2


def test_a_failing_trainer_is_told(tmp_path: Path) -> None:
    """With its last word; and nothing is left in the cache."""
    with pytest.raises(TrainingFailed, match="the trainer stopped: KeyError"):
        weights.fitted("bad", lambda: "{}", tmp_path)
    assert [each.name for each in (tmp_path / "weights").iterdir() if each.is_dir()] == []


def test_a_hanging_trainer_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time, with all its children."""
    monkeypatch.setattr(weights, "_SLOWEST", 0.3)
    with pytest.raises(TrainingFailed, match="did not finish"):
        weights.fitted("slow", small_job, tmp_path)


def test_no_module_of_the_folder_we_stand_in_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even one named like a library."""
    (tmp_path / "numpy.py").write_text("raise SystemExit('taken over')", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert weights.fitted("one", small_job, tmp_path / "state").labels == set(COLOURS)


def test_a_directory_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """In words."""
    (tmp_path / "weights").write_text("a file", "utf-8")
    with pytest.raises(TrainingFailed, match="cannot write"):
        weights.fitted("one", small_job, tmp_path)


def test_what_another_process_fitted_meanwhile_is_used(
    tmp_path: Path, fitted_once: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found under the lock, and left as it is."""

    def meanwhile() -> str:
        shutil.copytree(fitted_once / "weights", tmp_path / "weights", dirs_exist_ok=True)
        return small_job()

    monkeypatch.setattr(weights, "_run", lambda *_: pytest.fail("fitted twice"))
    assert weights.fitted("one", meanwhile, tmp_path).labels == set(COLOURS)


def test_the_state_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """CLAUSEBOT_DATA_DIR, else the platform's."""
    monkeypatch.setenv("CLAUSEBOT_DATA_DIR", str(tmp_path))
    assert weights.state_directory() == tmp_path
    monkeypatch.delenv("CLAUSEBOT_DATA_DIR")
    assert weights.state_directory().name == "clausebot"
    assert os.environ.get("CLAUSEBOT_DATA_DIR") is None
