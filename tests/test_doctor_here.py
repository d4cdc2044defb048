"""The doctor's checks of this machine, its command, and that no secret is shown."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import app
from bot.app import KEY_FILE
from bot.commands_setup import doctor
from bot.config import Settings
from bot.doctor import place, report
from bot.doctor.checks import Check, State, ok, skipped, wrong
from bot.server import application
from bot.serving import parts
from tests.outside import APP_TOKEN, FEW, OWN_SECRET, PASSWORD, REACHABLE, SIGNING, TOKEN, Outside, everything, examined
from tests.serving import Serving

SHIPPED = Path(__file__).parent.parent / "bot" / "directory.toml"


def here(settings: Settings, policies: Path | None = FEW) -> dict[str, Check]:
    """The checks of this machine by name."""
    return {check.name: check for check in place.examine(settings, policies)}


def test_nothing_is_set_up(tmp_path: Path) -> None:
    """That is wrong, except in local mode, where nothing can be."""
    check = here(Settings(tmp_path))["settings"]
    assert (check.state, check.found) == (State.WRONG, "neither Slack nor Teams is set up")
    assert "docs/slack.md" in check.todo
    assert here(Settings(tmp_path, local=True))["settings"].state is State.OK


def test_the_data_directory(tmp_path: Path) -> None:
    """It can be written, or made; a place that is no directory is told."""
    assert "can be written" in here(Settings(tmp_path))["data directory"].found
    assert "will be made" in here(Settings(tmp_path / "new" / "er"))["data directory"].found
    assert not (tmp_path / "new").exists()
    (tmp_path / "file").touch()
    check = here(Settings(tmp_path / "file" / "data"))["data directory"]
    assert check.state is State.WRONG
    assert "CLAUSEBOT_DATA_DIR" in check.todo


def test_the_data_files(tmp_path: Path) -> None:
    """What `clausebot check` would find, in one line."""
    assert here(Settings(tmp_path), None)["data files"].found.startswith("1 policies")
    (tmp_path / "broken.md").write_text("no head", "utf-8")
    check = here(Settings(tmp_path), tmp_path)["data files"]
    assert check.state is State.WRONG
    assert "broken.md:" in check.found
    assert "clausebot check" in check.todo


def test_the_directory_of_roles(tmp_path: Path) -> None:
    """Whom people are sent to by default needs an address; who else lacks one is named."""
    settings = Settings(tmp_path)
    own = tmp_path / "directory.toml"
    check = here(settings)["directory of roles"]
    assert check.state is State.WRONG
    assert "Human Resources Department" in check.found
    assert "copy bot/directory.toml there" in check.todo
    acting = 'acts_until_designated = "city-manager"\nbecause = "416.4.1"'
    shipped = SHIPPED.read_text("utf-8").replace("default = true", 'default = true\nreach = "room 1"')
    own.write_text(shipped.replace('id = "city-manager"', 'id = "city-manager"\nreach = "room 2"'), "utf-8")
    assert acting in shipped
    check = here(settings)["directory of roles"]
    assert check.state is State.OK
    assert "City Clerk" in check.found
    # The City Manager acts for the Social Media Administrator, and can be reached.
    assert "Social Media Administrator" not in check.found
    own.write_text(REACHABLE, "utf-8")
    assert here(settings)["directory of roles"].found == "1 roles, each with an address"
    own.write_text(REACHABLE.replace('reach = "room 1"', 'reach = ""'), "utf-8")
    assert "copy" not in here(settings)["directory of roles"].todo
    own.write_text("[[", "utf-8")
    assert here(settings)["directory of roles"].state is State.WRONG


def test_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It must outlive a restart and be too long to guess."""
    monkeypatch.delenv("DYNO", raising=False)
    settings = Settings(tmp_path)
    assert here(settings)["secret"].state is State.SKIPPED
    (tmp_path / KEY_FILE).write_bytes(b"x" * 32)
    assert here(settings)["secret"].found == "kept in the data directory"
    assert here(replace(settings, secret=b"short"))["secret"].state is State.WRONG
    assert here(replace(settings, secret=OWN_SECRET))["secret"].state is State.OK
    monkeypatch.setenv("DYNO", "web.1")
    check = here(settings)["secret"]
    assert check.state is State.WRONG
    assert "CLAUSEBOT_SECRET" in check.todo


def test_channels_that_are_off_are_one_line_each(tmp_path: Path) -> None:
    """With the variable that would switch them on."""
    outside = Outside()
    try:
        checks = examined(Settings(tmp_path), outside)
    finally:
        outside.serving.close()
    assert checks["Slack"].state is checks["Teams"].state is checks["clock"].state is State.SKIPPED
    assert "SLACK_BOT_TOKEN" in checks["Slack"].found
    assert "MICROSOFT_APP_ID" in checks["Teams"].found
    assert outside.seen == {}


def test_no_secret_is_shown(tmp_path: Path) -> None:
    """Neither when all is well nor when all answers repeat what was sent."""
    outside = Outside()
    try:
        settings = everything(outside, tmp_path)
        shown = "\n".join(report.lines(list(examined(settings, outside).values())))
        sent = " ".join(outside.seen.values())
        outside.answers |= dict.fromkeys(outside.seen, (400, f"{sent} {PASSWORD} {SIGNING}"))
        checks = list(examined(settings, outside).values())
        shown += "\n".join([*report.lines(checks), *report.as_json(checks)])
    finally:
        outside.serving.close()
    assert shown.count("WRONG") > 8
    assert TOKEN in sent
    assert APP_TOKEN in sent
    for secret in (TOKEN, APP_TOKEN, SIGNING, PASSWORD, OWN_SECRET.decode()):
        assert secret not in shown


def test_lines_for_people() -> None:
    """State, name and finding; under it what to do; a sum at the end."""
    checks = [ok("a", "fine"), wrong("b", "bad", "mend it"), skipped("c", "no need")]
    assert list(report.lines(checks)) == [
        "ok       a: fine",
        "WRONG    b: bad",
        "         To do: mend it",
        "skipped  c: no need",
        "1 of 3 checks found something wrong.",
    ]
    assert list(report.lines(checks[:1]))[-1] == "Nothing is wrong."


def test_the_command(tmp_path: Path) -> None:
    """Exit code 1 while something is wrong, else 0; lines or JSON."""
    runner = CliRunner()
    result = runner.invoke(doctor, ["--policies", str(FEW)], obj=Settings(tmp_path))
    assert result.exit_code == 1
    assert "WRONG    settings: neither Slack nor Teams" in result.stdout
    (tmp_path / "directory.toml").write_text(REACHABLE, "utf-8")
    result = runner.invoke(doctor, ["--json", "--policies", str(FEW)], obj=Settings(tmp_path, local=True, secret=OWN_SECRET))
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["ok"] is True
    assert {"name": "Slack", "state": "skipped"}.items() <= told["checks"][-2].items()


def test_the_running_bot_itself(tmp_path: Path, settings: Settings) -> None:
    """The real server passes: it knows Slack's signature, refuses strangers on Teams' behalf, and is alive."""
    outside = Outside()
    given = replace(everything(outside, tmp_path), state=settings.state)
    assert given.slack
    given = replace(given, slack=replace(given.slack, app_token=""))

    async def fine() -> None:
        """What is kept can be written."""

    with app.dispatcher(given) as door:
        running = Serving(lambda: application(parts(door, given), fine))
        try:
            checks = examined(replace(given, url=running.url), outside)
        finally:
            running.close()
            outside.serving.close()
    names = ("server", "Slack signing secret", "Teams endpoint")
    assert {name: checks[name].found for name in names if checks[name].state is not State.OK} == {}
