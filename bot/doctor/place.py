"""What can be checked without a network: settings, data directory, data files, directory of roles, secret."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.app import KEY_FILE
from bot.checking import check
from bot.config import Settings
from bot.directory import Directory, DirectoryError, Role, read_directory
from bot.doctor.checks import Check, ok, skipped, wrong

SHORTEST_SECRET = 16


def examine(settings: Settings, policies: Path | None = None) -> list[Check]:
    """The checks of this machine itself."""
    return [
        _settings(settings),
        _data_directory(settings.records),
        _data_files(policies, settings.directory),
        _roles(settings),
        _secret(settings),
    ]


def _settings(settings: Settings) -> Check:
    """What is switched on. Values that do not fit are told before the doctor is called."""
    if settings.local:
        return ok("settings", "local mode; Slack and Teams are off in it")
    on = list(_switched_on(settings))
    if on:
        return ok("settings", ", ".join(on))
    todo = "follow docs/slack.md or docs/teams.md, and set their variables where the bot runs"
    return wrong("settings", "neither Slack nor Teams is set up", todo)


def _switched_on(settings: Settings) -> Iterator[str]:
    if settings.slack:
        ways = ["called by Slack"] * bool(settings.slack.signing_secret) + ["Socket Mode"] * bool(settings.slack.app_token)
        yield f"Slack ({', '.join(ways)})"
    if settings.microsoft:
        yield f"Teams ({settings.microsoft.app_type}, {settings.microsoft.cloud} cloud)"


def _data_directory(path: Path) -> Check:
    name = "data directory"
    there = next(each for each in (path, *path.parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        todo = "give the bot’s user the right to write there, or name another directory with CLAUSEBOT_DATA_DIR"
        return wrong(name, f"{path} cannot be written ({error.strerror})", todo)
    return ok(name, f"{path} can be written" if there == path else f"{path} will be made at the first start")


def _data_files(policies: Path | None, directory: Path | None) -> Check:
    name = "data files"
    mistakes, read = check(policies, directory)
    if mistakes:
        return wrong(name, f"{len(mistakes)} mistakes, the first: {mistakes[0]}", "run clausebot check, which names them all")
    return ok(name, read)


def _roles(settings: Settings) -> Check:
    name = "directory of roles"
    try:
        directory = read_directory(settings.directory)
    except DirectoryError as error:
        return wrong(name, str(error).splitlines()[0], "run clausebot check, which names every mistake in it")
    unreached = [role for role in directory.roles if not _reached(role, directory)]
    if directory.default in unreached:
        found = f"{len(unreached)} of {len(directory.roles)} roles have no address, {directory.default.name} among them"
        return wrong(name, f"{found}, whom people are sent to where nothing is covered", _how_to_reach(settings))
    if unreached:
        return ok(name, f"no address yet for: {', '.join(role.name for role in unreached)}")
    return ok(name, f"{len(directory.roles)} roles, each with an address")


def _reached(role: Role, directory: Directory) -> bool:
    """Whether an answer can say how to reach this role, or who acts for it."""
    acting = directory.acting(role)
    return bool(role.reach or (acting and acting.reach))


def _how_to_reach(settings: Settings) -> str:
    own = settings.state / "directory.toml"
    file = str(own) if settings.directory else f"{own} (copy bot/directory.toml there)"
    return f"write an address, a number or a room after “reach” in {file}"


def _secret(settings: Settings) -> Check:
    """Buttons in old messages work as long as the secret stays the same."""
    name, todo = "secret", "set CLAUSEBOT_SECRET to 32 random letters and digits, and never change it: openssl rand -hex 16"
    if settings.secret:
        if len(settings.secret) < SHORTEST_SECRET:
            return wrong(name, f"CLAUSEBOT_SECRET has fewer than {SHORTEST_SECRET} letters and can be guessed", todo)
        return ok(name, "CLAUSEBOT_SECRET is set")
    if os.environ.get("DYNO"):
        return wrong(name, "this host empties its disk at each restart, and the buttons of older messages stop working", todo)
    if (settings.records / KEY_FILE).exists():
        return ok(name, "kept in the data directory")
    return skipped(name, "none yet; the first start makes one and keeps it in the data directory")
