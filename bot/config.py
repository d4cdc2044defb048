"""Settings from the environment. All that is wrong is listed at once."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot import mail_settings, office_hours, report_reading, witness_settings
from bot.database import address as database_address
from bot.mail_settings import MailSettings
from bot.office_hours import Hours
from bot.peers import is_loopback
from bot.report_settings import ReportSettings
from bot.witness_settings import Witnesses
from policy_kb import state_directory

PORT = 3978
# A secret of fewer letters, or bytes, could be guessed.
SHORTEST_SECRET = 16
SLACK_API = "https://slack.com/api/"
APP_TYPES = ("SingleTenant", "UserAssignedMSI", "MultiTenant")
CLOUDS = ("public", "government")
_SLACK = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN")
_MICROSOFT = ("MICROSOFT_APP_ID", "MICROSOFT_APP_PASSWORD", "MICROSOFT_APP_TENANT_ID")
_BEGINS = {"SLACK_BOT_TOKEN": "xoxb-", "SLACK_APP_TOKEN": "xapp-"}


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """One Slack app. With an `app_token` it connects by itself (Socket Mode), else Slack calls it.

    `teams` are the ids of the workspaces that are served; empty means the one that the token belongs to.
    """

    bot_token: str = field(repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    api_url: str = SLACK_API
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MicrosoftSettings:
    """One bot registration in Azure. `tenants` are the tenants whose people count as staff, the bot's own among them."""

    app_id: str
    app_type: str = "SingleTenant"
    password: str = field(default="", repr=False)
    tenant: str = ""
    cloud: str = "public"
    tenants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says.

    `local` is the local mode; `state` is where all state lives; `secret` signs buttons and is empty unless set; `url` is the
    address that the platforms call, `metrics_token` what reads the metrics from elsewhere; `forgets` says that the disk is
    emptied at each restart, and that nobody has said that it may; `hours` are the organisation's own; `database_url` is the
    PostgreSQL database of the ledger, empty where that is a file; `mail` is the mail server for whom no chat reaches;
    `witnesses` are told the root of each day; `reports` says how anonymous reports are taken.
    """

    state: Path
    local: bool = False
    secret: bytes = field(default=b"", repr=False)
    port: int = PORT
    url: str = ""
    metrics_token: str = field(default="", repr=False)
    slack: SlackSettings | None = None
    microsoft: MicrosoftSettings | None = None
    forgets: bool = False
    hours: Hours = field(default_factory=Hours)
    database_url: str = field(default="", repr=False)
    gate_token: str = field(default="", repr=False)
    mail: MailSettings | None = None
    witnesses: Witnesses = field(default_factory=Witnesses)
    reports: ReportSettings = field(default_factory=ReportSettings)

    @property
    def own_url(self) -> str:
        """The address under which people reach us: of this machine alone in local mode; empty where none is known."""
        return f"http://127.0.0.1:{self.port}" if self.local else self.url

    @property
    def directory(self) -> Path | None:
        """The organisation's own directory of roles, where there is one."""
        own = self.state / "directory.toml"
        return own if own.exists() else None

    @property
    def records(self) -> Path:
        """Where what is kept lies; what is tried out in local mode lies apart."""
        return _records(self.state, local=self.local)


def _records(state: Path, *, local: bool) -> Path:
    return state / "local" if local else state


class SettingsError(Exception):
    """The environment has mistakes; its message lists all of them."""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in this environment, and in `clausebot.toml` of its data directory.

    Raises SettingsError with everything that is wrong.
    """
    given = {name: value.strip() for name, value in environment.items()}
    state = state_directory(environment)
    organisation, mistakes = _organisation(state / "clausebot.toml")
    hours, more = office_hours.read(organisation.get("organisation", {}))
    witnesses, wrong = witness_settings.read(organisation.get("witness", {}))
    local = given.get("CLAUSEBOT_ENV") == "local"
    listed, unread = _table(_records(state, local=local) / "recipients.toml")
    reports, bad = report_reading.read(organisation.get("reports", {}), listed.get("recipients"), given)
    mistakes += [*more, *wrong, *unread, *bad]
    mistakes += [*_general_mistakes(given, state), *_slack_mistakes(given), *_microsoft_mistakes(given)]
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return Settings(
        state,
        local,
        os.fsencode(given.get("CLAUSEBOT_SECRET", "")),
        int(given.get("PORT") or PORT),
        given.get("CLAUSEBOT_URL", "").rstrip("/"),
        given.get("CLAUSEBOT_METRICS_TOKEN", ""),
        _slack(given, organisation),
        _microsoft(given, organisation),
        bool(given.get("DYNO")) and not given.get("DATABASE_URL") and given.get("ALLOW_EPHEMERAL_STORAGE") != "1",
        hours=hours.always() if local else hours,
        database_url=given.get("DATABASE_URL", ""),
        gate_token=given.get("CLAUSEBOT_GATE_TOKEN", ""),
        mail=mail_settings.read(given),
        witnesses=witnesses,
        reports=reports,
    )


def _slack(given: Mapping[str, str], organisation: Mapping[str, Any]) -> SlackSettings | None:
    if not any(given.get(name) for name in _SLACK):
        return None
    bot, signing, app = (given.get(name, "") for name in _SLACK)
    return SlackSettings(bot, signing, app, given.get("SLACK_API_URL") or SLACK_API, _ids(organisation, "slack", "teams"))


def _microsoft(given: Mapping[str, str], organisation: Mapping[str, Any]) -> MicrosoftSettings | None:
    if not any(given.get(name) for name in _MICROSOFT):
        return None
    app_id, password, tenant = (given.get(name, "") for name in _MICROSOFT)
    app_type = given.get("MICROSOFT_APP_TYPE") or APP_TYPES[0]
    named = _ids(organisation, "teams", "tenants")
    cloud = given.get("MICROSOFT_CLOUD") or CLOUDS[0]
    return MicrosoftSettings(app_id, app_type, password, tenant, cloud, tuple(dict.fromkeys(filter(None, (tenant, *named)))))


def _general_mistakes(given: Mapping[str, str], state: Path) -> Iterator[str]:
    mode = given.get("CLAUSEBOT_ENV", "")
    if mode not in ("", "local"):
        yield f"CLAUSEBOT_ENV is {mode!r}; it may be 'local' or unset"
    if state.exists() and not state.is_dir():
        yield f"CLAUSEBOT_DATA_DIR is {state}, which is not a directory"
    port = given.get("PORT", "")
    if port and not (port.isdecimal() and 0 < int(port) < 65536):
        yield f"PORT is {port!r}; it must be a number from 1 to 65535"
    for name in ("CLAUSEBOT_SECRET", "CLAUSEBOT_GATE_TOKEN"):
        if 0 < len(given.get(name, "")) < SHORTEST_SECRET:
            yield f"{name} has fewer than {SHORTEST_SECRET} letters and can be guessed; make one with openssl rand -hex 16"
    yield from _address_mistakes(given)
    yield from database_address.mistakes(given, local=mode == "local")
    yield from mail_settings.mistakes(given, local=mode == "local")
    if mode == "local":
        yield from _local_mistakes(given)


def _address_mistakes(given: Mapping[str, str]) -> Iterator[str]:
    """The bot's token goes to Slack's address, so it is called without https on this machine only."""
    for name in ("CLAUSEBOT_URL", "SLACK_API_URL"):
        scheme, host = _parts(given.get(name, ""))
        if given.get(name) and (scheme not in ("http", "https") or not host):
            yield f"{name} is {given[name]!r}; it must begin with https:// and name a host"
        elif name == "SLACK_API_URL" and scheme == "http" and not (host == "localhost" or is_loopback(host)):
            yield f"{name} is {given[name]!r}; it must begin with https://, since the bot's token is sent there"


def _parts(url: str) -> tuple[str, str]:
    """The scheme and the host of an address; both empty where it is none."""
    try:
        found = urlsplit(url)
        return found.scheme, found.hostname or ""
    except ValueError:
        return "", ""


def _local_mistakes(given: Mapping[str, str]) -> Iterator[str]:
    """Local mode asks nobody who they are, so it must never meet the world."""
    for name in (*_SLACK, *_MICROSOFT):
        if given.get(name):
            yield f"{name} is set, and CLAUSEBOT_ENV is 'local'; local mode asks nobody who they are, so unset one of them"
    if given.get("DYNO"):
        yield "CLAUSEBOT_ENV is 'local' on a hosted machine (DYNO is set); unset it there"


def _slack_mistakes(given: Mapping[str, str]) -> Iterator[str]:
    if not any(given.get(name) for name in _SLACK):
        return
    if not given.get("SLACK_BOT_TOKEN"):
        yield "SLACK_BOT_TOKEN is missing; it stands under OAuth & Permissions of the Slack app"
    if not (given.get("SLACK_SIGNING_SECRET") or given.get("SLACK_APP_TOKEN")):
        yield "SLACK_SIGNING_SECRET is missing (or SLACK_APP_TOKEN, for Socket Mode); it stands under Basic Information"
    for name, begins in _BEGINS.items():
        if given.get(name) and not given[name].startswith(begins):
            yield f"{name} must begin with {begins}; another token of the app was taken"


def _microsoft_mistakes(given: Mapping[str, str]) -> Iterator[str]:
    app_type = given.get("MICROSOFT_APP_TYPE") or APP_TYPES[0]
    if app_type not in APP_TYPES:
        yield f"MICROSOFT_APP_TYPE is {app_type!r}; it may be {', '.join(APP_TYPES)}"
    if given.get("MICROSOFT_CLOUD") and given["MICROSOFT_CLOUD"] not in CLOUDS:
        yield f"MICROSOFT_CLOUD is {given['MICROSOFT_CLOUD']!r}; it may be {' or '.join(CLOUDS)}"
    if not any(given.get(name) for name in _MICROSOFT):
        return
    needed = {
        "MICROSOFT_APP_ID": "without it nobody would be checked",
        "MICROSOFT_APP_PASSWORD": "it is the client secret of the registration",
        "MICROSOFT_APP_TENANT_ID": "it is the directory (tenant) id of the registration",
    }
    if app_type == "UserAssignedMSI":
        del needed["MICROSOFT_APP_PASSWORD"]
    if app_type == "MultiTenant":
        del needed["MICROSOFT_APP_TENANT_ID"]
    for name, why in needed.items():
        if not given.get(name):
            yield f"{name} is missing; {why}"


# Tables whose mistakes are found where they are read.
_READ_ELSEWHERE = {"organisation", "witness", "reports"}


def _organisation(path: Path) -> tuple[Mapping[str, Any], list[str]]:
    """What `clausebot.toml` says, and its mistakes."""
    tables, mistakes = _table(path)
    known = {"slack": "teams", "teams": "tenants"}
    mistakes += [f"{path.name}: unknown table [{name}]" for name in tables.keys() - known - _READ_ELSEWHERE]
    for name, key in known.items():
        table = tables.get(name, {})
        fits = isinstance(table, dict) and table.keys() <= {key} and isinstance(table.get(key, []), list)
        if not fits or not all(isinstance(id, str) for id in table.get(key, [])):
            mistakes.append(f'{path.name}: [{name}] takes one line, {key} = ["...", "..."]')
    return tables, mistakes


def _table(path: Path) -> tuple[dict[str, Any], list[str]]:
    """What a file says, empty where there is none, and why it cannot be read."""
    try:
        return (tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}), []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, [f"{path.name}: cannot be read: {error}"]


def _ids(organisation: Mapping[str, Any], table: str, key: str) -> tuple[str, ...]:
    return tuple(organisation.get(table, {}).get(key, ()))
