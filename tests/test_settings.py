"""Settings come from the environment; what is wrong is listed at once."""

from __future__ import annotations

import datetime
import os
import stat
import threading
from pathlib import Path

import pytest

from bot.app import KEY_FILE, kept_questions, kept_secret, ledger
from bot.config import MicrosoftSettings, Settings, SettingsError, SlackSettings, read_settings
from bot.ledger import week
from bot.mail_settings import MailSettings
from bot.office_hours import Hours
from bot.records import Uncovered

SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}
TEAMS = {"MICROSOFT_APP_ID": "id", "MICROSOFT_APP_PASSWORD": "p", "MICROSOFT_APP_TENANT_ID": "t"}
OWN = "0123456789abcdef"


def test_defaults() -> None:
    """Without variables: the platform's data folder, no local mode, no secret, no channel."""
    settings = read_settings({})
    assert settings.state.name == "clausebot"
    assert not settings.local
    assert (settings.secret, settings.port, settings.slack, settings.microsoft) == (b"", 3978, None, None)


def test_local_mode(tmp_path: Path) -> None:
    """Its records lie apart; an own directory of roles counts once the file is there."""
    settings = read_settings(
        {"CLAUSEBOT_ENV": "local", "CLAUSEBOT_DATA_DIR": str(tmp_path), "CLAUSEBOT_SECRET": OWN, "PORT": "80"}
    )
    assert (settings.local, settings.state, settings.secret, settings.directory) == (True, tmp_path, OWN.encode(), None)
    assert (settings.records, settings.port) == (tmp_path / "local", 80)
    (tmp_path / "directory.toml").touch()
    assert settings.directory == tmp_path / "directory.toml"


def test_platforms(tmp_path: Path) -> None:
    """Tokens and ids with the organisation's own lists, and no secret in any print."""
    (tmp_path / "clausebot.toml").write_text('[slack]\nteams = ["T1"]\n[teams]\ntenants = ["t", "u"]\n', "utf-8")
    given = {"CLAUSEBOT_DATA_DIR": str(tmp_path), **SLACK, **TEAMS, "CLAUSEBOT_SECRET": OWN, "CLAUSEBOT_URL": "https://b.gov/"}
    settings = read_settings(given)
    assert settings.slack == SlackSettings("xoxb-1", "s", teams=("T1",))
    assert settings.microsoft == MicrosoftSettings("id", password="p", tenant="t", tenants=("t", "u"))  # noqa: S106 - made up
    assert settings.url == "https://b.gov"
    for secret in ("xoxb-1", "'p'", OWN):
        assert secret not in repr(settings)


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    """Each with the variable's name."""
    file = tmp_path / "file"
    file.touch()
    wrong = {
        "CLAUSEBOT_ENV": "test",
        "CLAUSEBOT_DATA_DIR": str(file),
        "PORT": "many",
        "CLAUSEBOT_URL": "bot.example.gov",
        "CLAUSEBOT_SECRET": "fifteen letters",
        "SLACK_API_URL": "http://slack.example.gov/api/",
        "SLACK_APP_TOKEN": "xoxb-1",
        "MICROSOFT_APP_TYPE": "Tiny",
        "MICROSOFT_CLOUD": "moon",
        "MICROSOFT_APP_PASSWORD": "p",
    }
    with pytest.raises(SettingsError) as raised:
        read_settings(wrong)
    for name in (*(wrong.keys() - {"MICROSOFT_APP_PASSWORD"}), "SLACK_BOT_TOKEN", "MICROSOFT_APP_ID", "MICROSOFT_APP_TENANT_ID"):
        assert name in str(raised.value)


@pytest.mark.parametrize("more", [SLACK, TEAMS, {"DYNO": "web.1"}])
def test_local_mode_never_meets_the_world(more: dict[str, str]) -> None:
    """It asks nobody who they are."""
    with pytest.raises(SettingsError, match="local"):
        read_settings({"CLAUSEBOT_ENV": "local", **more})


@pytest.mark.parametrize(
    ("kind", "needed"),
    [
        ("SingleTenant", {"MICROSOFT_APP_PASSWORD", "MICROSOFT_APP_TENANT_ID"}),
        ("UserAssignedMSI", {"MICROSOFT_APP_TENANT_ID"}),
        ("MultiTenant", {"MICROSOFT_APP_PASSWORD"}),
    ],
)
def test_what_each_kind_of_registration_needs(kind: str, needed: set[str]) -> None:
    """And nothing more."""
    with pytest.raises(SettingsError) as raised:
        read_settings({"MICROSOFT_APP_ID": "id", "MICROSOFT_APP_TYPE": kind})
    assert {line.split(" ")[0] for line in str(raised.value).split("\n")} == needed
    given = dict.fromkeys(needed, "x")
    assert read_settings({"MICROSOFT_APP_ID": "id", "MICROSOFT_APP_TYPE": kind, **given}).microsoft


@pytest.mark.parametrize(
    "text", ["[[", "[moon]\n", "[slack]\nteams = 5\n", "[teams]\ntenants = [5]\n", "slack = 5\n", "[slack]\nx = 1\n"]
)
def test_a_broken_organisation_file_is_told(tmp_path: Path, text: str) -> None:
    """By its name."""
    (tmp_path / "clausebot.toml").write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=r"clausebot\.toml"):
        read_settings({"CLAUSEBOT_DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("https://slack-gov.com/api/", True),
        ("http://127.0.0.1:8080/api/", True),
        ("http://localhost:8080/api/", True),
        ("http://[::1]:8080/api/", True),
        ("http://slack.com/api/", False),
        ("http://127.0.0.1.example.org/api/", False),
        ("http://127.0.0.1@example.org/api/", False),
        ("http://10.0.0.5/api/", False),
        ("ftp://slack.com/", False),
        ("https://", False),
        ("http://[", False),
        ("slack.com", False),
    ],
)
def test_tokens_travel_over_https(url: str, fits: bool) -> None:
    """Slack's API is called without it on this machine only."""
    if fits:
        slack = read_settings({**SLACK, "SLACK_API_URL": url}).slack
        assert slack
        assert slack.api_url == url
    else:
        with pytest.raises(SettingsError, match="SLACK_API_URL"):
            read_settings({**SLACK, "SLACK_API_URL": url})


def test_any_bytes_may_be_the_secret() -> None:
    """An environment holds bytes, which need not be UTF-8."""
    given = os.fsdecode(b"\xff" * 16)
    assert read_settings({"CLAUSEBOT_SECRET": given}).secret == b"\xff" * 16


@pytest.mark.parametrize(
    ("given", "forgets"),
    [
        ({}, False),
        ({"DYNO": "web.1"}, True),
        ({"DYNO": "web.1", "ALLOW_EPHEMERAL_STORAGE": "1"}, False),
        ({"DYNO": "web.1", "ALLOW_EPHEMERAL_STORAGE": "0"}, True),
    ],
)
def test_a_disk_that_forgets(given: dict[str, str], forgets: bool) -> None:
    """Is one that the host says it is, unless somebody says that it may."""
    assert read_settings(given).forgets is forgets


def test_kept_questions_are_read_on_the_organisations_day(tmp_path: Path) -> None:
    """Not on the machine's, which may be another one at that hour."""

    class Elsewhere(Hours):
        def day(self, moment: datetime.datetime) -> datetime.date:
            return super().day(moment) - datetime.timedelta(weeks=60)

    week_of = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(weeks=60)
    settings = Settings(tmp_path, hours=Elsewhere())
    with ledger(settings) as kept:
        kept.commit([Uncovered("k", week(week_of), "How much vacation?")], week_of)
    assert [each.key for each in kept_questions(settings)] == ["k"]


def test_the_kept_secret_is_made_once(tmp_path: Path) -> None:
    """For nobody else to read, whole from the first moment, and the same for all who start at once."""
    settings, found = Settings(tmp_path / "new"), list[bytes]()
    threads = [threading.Thread(target=lambda: found.append(kept_secret(settings))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(found[0]) == 32
    (path,) = settings.records.iterdir()
    assert path.name == KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert kept_secret(settings) == found[0]


@pytest.mark.parametrize("content", [b"", b"x" * 15])
def test_half_a_secret_is_never_used(tmp_path: Path, content: bytes) -> None:
    """Nor replaced: somebody has to know that buttons stop working."""
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(SettingsError, match=KEY_FILE):
        kept_secret(Settings(tmp_path))
    assert (tmp_path / KEY_FILE).read_bytes() == content


def test_a_mail_server() -> None:
    """Read with who e-mails are from; its mistakes are listed with the others."""
    given = {"SMTP_URL": "smtp://bot:p%40ss@mail.city.example", "MAIL_FROM": "clausebot@city.example"}
    settings = read_settings(given)
    assert settings.mail == MailSettings("mail.city.example", 587, "clausebot@city.example", "bot", "p@ss")
    assert "p@ss" not in repr(settings)
    with pytest.raises(SettingsError) as wrong:
        read_settings({"SMTP_URL": given["SMTP_URL"], "PORT": "many"})
    assert [line.split()[0] for line in str(wrong.value).splitlines()] == ["PORT", "MAIL_FROM"]
