"""`clausebot manifest slack` and `clausebot manifest teams`: what they write, and what they say when something is missing."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.commands_setup import manifest
from bot.config import MicrosoftSettings, Settings
from bot.manifests import slack, teams

URL = "https://bot.example.gov"
BOT = "11111111-2222-3333-4444-555555555555"
PUBLISHER = teams.Publisher("City of Lee’s Summit", "https://cityofls.net/")
HERE = Path(__file__).parent


def settings(tmp_path: Path, **more: Any) -> Settings:
    """Settings with a bot registration and an address."""
    return Settings(tmp_path, url=URL, microsoft=MicrosoftSettings(BOT, tenant=BOT), **more)


def test_the_commands_write_both(tmp_path: Path) -> None:
    """YAML, and a zip file whose publisher and page are those of the policy."""
    runner = CliRunner()
    written = runner.invoke(manifest, ["slack"], obj=settings(tmp_path))
    assert written.stdout == slack.manifest(URL)
    zipped = runner.invoke(manifest, ["teams"], obj=settings(tmp_path))
    assert zipped.stdout_bytes == teams.package(BOT, PUBLISHER, version("clausebot"), URL)
    assert written.exit_code == zipped.exit_code == 0


def test_what_is_given_stands_above_the_settings(tmp_path: Path) -> None:
    """Address, registration, publisher and page; and a file instead of standard output."""
    runner = CliRunner()
    assert (
        "https://other.example.gov/slack/events"
        in runner.invoke(manifest, ["slack", "--url", "https://other.example.gov"], obj=settings(tmp_path)).stdout
    )
    assert runner.invoke(manifest, ["slack", "--socket", "--no-agent"], obj=Settings(tmp_path)).stdout == slack.manifest(
        socket=True, agent=False
    )
    given = [
        "teams",
        "--app-id",
        BOT,
        "--publisher",
        "IT",
        "--website",
        "https://it.example",
        "--output",
        str(tmp_path / "a.zip"),
    ]
    assert runner.invoke(manifest, given, obj=Settings(tmp_path)).stdout == ""
    expected = teams.package(BOT, teams.Publisher("IT", "https://it.example"), version("clausebot"))
    assert (tmp_path / "a.zip").read_bytes() == expected


def test_other_policies_have_another_publisher(tmp_path: Path) -> None:
    """The organisation of the policies that are served."""
    given = ["teams", "--policies", str(HERE / "elsewhere" / "fleet")]
    written = CliRunner().invoke(manifest, given, obj=settings(tmp_path)).stdout_bytes
    tree = json.loads(zipfile.ZipFile(io.BytesIO(written)).read("manifest.json"))
    assert tree["developer"]["name"] == "Tarrow Valley Water District"
    assert tree["developer"]["websiteUrl"] == "https://tarrow.example"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["slack"], "CLAUSEBOT_URL"),
        (["slack", "--url", "http://bot.example.gov"], "must begin with https://"),
        (["teams"], "MICROSOFT_APP_ID is missing"),
        (["teams", "--app-id", "x"], "the app id is none"),
        (["teams", "--app-id", BOT, "--website", "cityofls.net"], "must begin with https://"),
    ],
)
def test_what_is_missing_is_told(tmp_path: Path, given: list[str], told: str) -> None:
    """In one sentence, with exit code 1, and nothing on standard output."""
    result = CliRunner().invoke(manifest, given, obj=Settings(tmp_path))
    assert result.exit_code == 1
    assert told in result.stderr
    assert result.stdout == ""


def test_broken_policies_are_told(tmp_path: Path) -> None:
    """With file and line."""
    (tmp_path / "broken.md").write_text("no head", "utf-8")
    given = ["teams", "--app-id", BOT, "--policies", str(tmp_path)]
    result = CliRunner().invoke(manifest, given, obj=Settings(tmp_path))
    assert result.exit_code == 1
    assert "broken.md:" in result.stderr


def test_policies_that_name_no_page(tmp_path: Path) -> None:
    """The bot's own address stands in; without one, the page must be given."""
    source = (HERE / "elsewhere" / "fleet" / "fleet.md").read_text("utf-8")
    (tmp_path / "fleet.md").write_text(source.replace("https://tarrow.example/", "the board’s minutes"), "utf-8")
    given = ["teams", "--app-id", BOT, "--policies", str(tmp_path)]
    assert "--website" in CliRunner().invoke(manifest, given, obj=Settings(tmp_path)).stderr
    written = CliRunner().invoke(manifest, given, obj=Settings(tmp_path, url=URL)).stdout_bytes
    assert json.loads(zipfile.ZipFile(io.BytesIO(written)).read("manifest.json"))["developer"]["websiteUrl"] == URL


def test_a_zip_file_is_not_written_to_a_terminal(tmp_path: Path) -> None:
    """It is refused with a hint, since it would garble the screen."""
    terminal, other_end = pty.openpty()
    program = (
        "from pathlib import Path; from bot.commands_setup import manifest; from bot.config import Settings;"
        f"manifest(['teams', '--app-id', '{BOT}'], obj=Settings(Path('.')))"
    )
    done = subprocess.run([sys.executable, "-c", program], stdout=other_end, stderr=subprocess.PIPE, cwd=HERE.parent, text=True)
    os.close(other_end)
    os.close(terminal)
    assert done.returncode == 2
    assert "> clausebot.zip" in done.stderr
