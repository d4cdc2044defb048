"""The command line, run as a person runs it, and the documents that describe it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import intents
from bot.__main__ import main

ROOT = Path(__file__).parent.parent
# Names of ours that look like variables of the environment.
CONSTANTS = {"SLACK_API", "SLACK_PATH"}
COMMANDS = (ROOT / "docs" / "commands.md").read_text("utf-8")


@pytest.fixture
def runner(state: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A runner whose state lives in the tests' state directory."""
    monkeypatch.setenv("CLAUSEBOT_DATA_DIR", str(state))
    return CliRunner()


@pytest.mark.usefixtures("knowledge")
def test_chat(runner: CliRunner) -> None:
    """A conversation from the first word to leaving."""
    result = runner.invoke(main, ["chat"], input="can i scroll instagram while im on the clock\n1\nq\n")
    assert result.exit_code == 0
    for part in ("Hello.", "416.8.5.f", "Other clauses that come near it"):
        assert part in result.output
    assert "\x1b[" not in result.output


@pytest.mark.usefixtures("knowledge")
def test_ask(runner: CliRunner) -> None:
    """In words, as JSON, and as JSON lines; standard output has nothing else."""
    words = runner.invoke(main, ["ask", "section", "6.20"])
    assert "Employees should direct all media inquiries" in words.stdout
    assert "[1]" not in words.stdout
    assert json.loads(runner.invoke(main, ["ask", "--json", "hello"]).stdout)["intent"] == "greeting"
    lines = runner.invoke(main, ["ask", "--json-lines"], input='{"id": 1, "text": "hello"}\nnonsense\n')
    assert lines.exit_code == 1
    assert [json.loads(line)["id"] for line in lines.stdout.splitlines()] == [1, None]


@pytest.mark.usefixtures("knowledge")
def test_evaluate(runner: CliRunner, tmp_path: Path) -> None:
    """The numbers for people and for programs."""
    labels = tmp_path / "labels.jsonl"
    labels.write_text('{"text": "section 6.20", "intent": "ask", "clauses": ["416.6.20"]}\n', "utf-8")
    labels.write_text(
        labels.read_text("utf-8") + '{"text": "who signs off on it", "intent": "ask"}\n{"text": "help", "intent": "help"}\n',
        "utf-8",
    )
    assert "1 messages stand word for word in the data" in runner.invoke(main, ["eval", str(labels)]).output
    labels.write_text(labels.read_text("utf-8").split("\n")[0] + "\n", "utf-8")
    assert "top-1 1.000" in runner.invoke(main, ["eval", str(labels)]).output
    assert json.loads(runner.invoke(main, ["eval", "--json", str(labels)]).output)["top1"] == 1.0


def test_check(runner: CliRunner, tmp_path: Path) -> None:
    """Good files and broken ones."""
    assert runner.invoke(main, ["check"]).exit_code == 0
    (tmp_path / "broken.md").write_text("no head", "utf-8")
    result = runner.invoke(main, ["check", "--policies", str(tmp_path)])
    assert result.exit_code == 1
    assert "broken.md:" in result.output


def test_check_names_mistakes_in_every_kind_of_file(runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue's and the directory's too."""

    own = tmp_path / "directory.toml"
    own.write_text("[[", "utf-8")
    monkeypatch.setenv("CLAUSEBOT_DATA_DIR", str(tmp_path))
    assert "directory.toml" in runner.invoke(main, ["check"]).output

    def broken() -> None:
        raise intents.CatalogueError([intents.Mistake("help.yaml", 3, "wrong")])

    monkeypatch.setattr(intents, "read", broken)
    assert "help.yaml:3: wrong" in runner.invoke(main, ["check"]).output


@pytest.mark.usefixtures("knowledge")
def test_gaps_lists_what_was_kept(runner: CliRunner, state: Path) -> None:
    """By week, in the asker's words."""
    runner.invoke(main, ["chat"], input="how much vacation do i get after five years here\n2\n\nq\n")
    kept = runner.invoke(main, ["gaps"]).output
    (state / "ledger.sqlite").unlink()
    assert "how much vacation do i get after five years here" in kept


@pytest.mark.usefixtures("knowledge")
def test_bench(runner: CliRunner, tmp_path: Path) -> None:
    """All searches, and one size; with labels and without."""
    labels = tmp_path / "labels.jsonl"
    labels.write_text('{"text": "can i scroll instagram on the clock", "intent": "ask", "clauses": ["416.8.5.f"]}\n', "utf-8")
    found = runner.invoke(main, ["bench", "--questions", str(labels), "--sizes", "5"]).output
    for part in ("this search", "SQLite FTS5", "WRatio", "token_set_ratio", "bm25s", "memory MB"):
        assert part in found
    assert re.search(r"\n5 .* 1\.000 ", found)


def test_gaps(runner: CliRunner) -> None:
    """Nothing was kept."""
    assert "No question was kept" in runner.invoke(main, ["gaps"]).output


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["ask"], 2, "give a question"),
        (["ask", "--json-lines", "x"], 2, "give a question"),
        (["eval"], 2, "give a FILE"),
        (["ask", "--policies", "/nonexistent", "x"], 2, "does not exist"),
        (["dance"], 2, "No such command"),
    ],
)
def test_wrong_use(runner: CliRunner, arguments: list[str], code: int, told: str) -> None:
    """Exit code 2 and a sentence."""
    result = runner.invoke(main, arguments)
    assert result.exit_code == code
    assert told in result.output


def test_a_broken_policy_is_refused(runner: CliRunner, tmp_path: Path) -> None:
    """With every mistake, and nothing half-loaded."""
    (tmp_path / "broken.md").write_text("no head\n##x\n", "utf-8")
    result = runner.invoke(main, ["ask", "--policies", str(tmp_path), "hello"])
    assert result.exit_code == 1
    assert result.output.count("broken.md") >= 2


def test_a_wrong_environment_is_told(runner: CliRunner) -> None:
    """Before anything else happens."""
    result = runner.invoke(main, ["gaps"], env={"CLAUSEBOT_ENV": "moon"})
    assert result.exit_code == 1
    assert "CLAUSEBOT_ENV" in result.output


def test_it_runs_as_a_module() -> None:
    """`python -m bot` is the same program."""
    result = subprocess.run([sys.executable, "-m", "bot", "--version"], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "clausebot" in result.stdout


def test_every_command_and_option_is_documented() -> None:
    """docs/commands.md names each."""
    for name, command in main.commands.items():
        assert f"`clausebot {name}" in COMMANDS
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.opts[0] in COMMANDS, f"{name} {option.opts[0]}"


def test_every_documented_command_exists() -> None:
    """In any document."""
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for name in re.findall(r"`clausebot ([a-z]+)", path.read_text("utf-8")):
            assert name in main.commands, f"{path.name}: clausebot {name}"


def test_every_file_that_a_document_names_exists() -> None:
    """In ARCHITECTURE.md, CONTRIBUTING.md and README.md."""
    for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"):
        for named in re.findall(r"`((?:bot|intents|policy_kb|tests|docs)/[\w./-]*)`", (ROOT / name).read_text("utf-8")):
            assert "NAME" in named or (ROOT / named).exists(), f"{name}: {named}"


def test_every_setting_is_documented() -> None:
    """Each variable that the program reads stands in docs/commands.md."""
    variable = r"(?:CLAUSEBOT|SLACK|MICROSOFT)_[A-Z_]+"
    sources = [path for place in ("bot", "policy_kb") for path in (ROOT / place).rglob("*.py")]
    read = {name for path in sources for name in re.findall(rf"\b{variable}[A-Z]\b", path.read_text("utf-8"))}
    documented = set(re.findall(rf"`({variable})`", COMMANDS))
    assert documented <= read
    assert read - documented <= CONSTANTS


def test_make_targets_of_the_readme_exist() -> None:
    """`make run` and `make test`, at least."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"`?make ([a-z]+)", (ROOT / "README.md").read_text("utf-8")):
        assert f"\n{target}:" in makefile


def test_no_colours_without_a_terminal(state: Path) -> None:
    """What is piped is plain text."""
    environment = {**os.environ, "CLAUSEBOT_DATA_DIR": str(state)}
    result = subprocess.run(
        [sys.executable, "-m", "bot", "ask", "416.1"], capture_output=True, check=True, cwd=ROOT, env=environment
    )
    assert b"\x1b[" not in result.stdout
