"""The program as a process of its own, with directories of its own, and everything that it leaves behind."""

from __future__ import annotations

import functools
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import requests

from bot import app
from bot.casebook import keys, starting
from bot.config import read_settings
from bot.drill.places import Source, files
from tests.canary import clocks, office
from tests.canary.child import DEBUG, FAULT, LEAK, RAISED, WINDOW, WINDOW_DONE
from tests.canary.identity import KNOWN_TENANT, PLACE
from tests.canary.office import ADA, HANA, Office
from tests.canary.people import CanarySlack
from tests.slack_stand_in import SECRET
from tests.teams_stand_in import APP_ID, TeamsStandIn

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 90.0
SIGNING = "signs-what-this-process-sends-out"
# Who reads reports; nobody else of the organisation is needed.
RECIPIENTS = """
[[recipients]]
id = "hr"
name = "Hana Ruiz"
route = "hr"
email = "hana.ruiz@city.example"

[[recipients]]
id = "independent"
name = "Ada Clerk"
route = "fallback"
email = "ada.clerk@city.example"
"""
_OURS = ("CLAUSEBOT_", "SLACK_", "MICROSOFT_", "CANARY_", "DATABASE_URL", "REPORTS_DATABASE_URL", "PYTEST")


class Process:
    """One server with Slack and Teams, or the local page; `state` holds learnt weights, `place` is an empty directory."""

    def __init__(self, place: Path, state: Path, *, local: bool = False, more: Mapping[str, str] | None = None) -> None:
        self.data, self.temporary, self.capture = (place / name for name in ("data", "temporary", "capture"))
        for each in (self.data, self.temporary, self.capture):
            each.mkdir()
        (self.capture / WINDOW_DONE).touch()
        (self.data / "weights").symlink_to(state / "weights")
        self.slack, self.microsoft = CanarySlack(), TeamsStandIn()
        self.local, self.port = local, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {**self._usual(), **(self._as_local() if local else self._as_served()), **(more or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self.offices = [Office(self.url, functools.partial(self._link, each.email), self.fail) for each in (HANA, ADA)]
        self._windows = self._copies = 0

    def _usual(self) -> dict[str, str]:
        bare = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        own = {"CLAUSEBOT_DATA_DIR": self.data, "TMPDIR": self.temporary, "CANARY_CAPTURE": self.capture, "PORT": self.port}
        return {**bare, **{name: str(value) for name, value in own.items()}, "TZ": "UTC", "PYTHONPATH": str(ROOT)}

    def _as_local(self) -> dict[str, str]:
        return {"CLAUSEBOT_ENV": "local"}

    def _as_served(self) -> dict[str, str]:
        (self.data / "clausebot.toml").write_text(f'[teams]\ntenants = ["{KNOWN_TENANT}"]\n')
        (self.data / "recipients.toml").write_text(RECIPIENTS)
        (self.data / "secret").write_text(SIGNING)
        return {
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": self.slack.url,
            "CLAUSEBOT_URL": office.URL,
            "MICROSOFT_APP_ID": APP_ID,
            "MICROSOFT_APP_PASSWORD": "secret",
            "MICROSOFT_APP_TENANT_ID": f"{PLACE['tenant']}000000000001",
            "CANARY_CLOUD": json.dumps(asdict(self.microsoft.cloud)),
        }

    def open_reports(self) -> Process:
        """Does what is needed before reports may be taken: there is somebody of HR, keys are made, and HR has a copy of them."""
        settings = read_settings(self._environment)
        with app.ledger(settings) as ledger:
            office.settle(ledger)
        book = starting.casebook(settings.reports, settings.records, settings.hours)
        ring = keys.parsed(starting.key_text(settings.reports, settings.records))
        book.store.put(starting.ESCROW, keys.fingerprint(ring))
        book.store.close()
        return self

    def start(self) -> Process:
        """Starts it, and waits until it is ready."""
        command = [sys.executable, "-m", "tests.canary.child"]
        with open(self.capture / "stdout", "ab") as out, open(self.capture / "stderr", "ab") as errors:
            self._process = subprocess.Popen(command, env=self._environment, cwd=self.temporary, stdout=out, stderr=errors)
        end = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < end:
            try:
                if requests.get(f"{self.url}/readyz", timeout=5).text.startswith("ready"):
                    return self
            except (requests.ConnectionError, requests.Timeout):
                time.sleep(0.05)
        self.close()
        raise AssertionError((self.capture / "stderr").read_text()[-3000:])

    def stop(self) -> None:
        """Ends it as a host does; what hangs is killed."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def close(self) -> None:
        """Ends everything."""
        self.stop()
        self.slack.close()
        self.microsoft.close()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def leak(self, name: str) -> None:
        """Switches a planted leak on; an empty name switches it off."""
        (self.capture / LEAK).write_text(name)

    def fail(self, name: str) -> None:
        """Switches a fault on (`full`, `seal`); an empty name switches it off."""
        (self.capture / FAULT).write_text(name)

    def work_on_reports(self) -> None:
        """A window comes, and HR works on all that came to light."""
        self._windows += 1
        (self.capture / WINDOW).write_text(str(self._windows))
        end = time.monotonic() + PATIENCE
        while (self.capture / WINDOW_DONE).read_text() != str(self._windows):
            assert self.alive
            assert time.monotonic() < end, "the window was not worked at"
            time.sleep(0.05)
        for each in self.offices:
            each.work()

    def _link(self, email: str) -> str:
        """A link to the case room."""
        return self.command("cases", "link", email).decode().strip()

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """What the program could salt a digest with."""
        found = [self.data / "secret", self.data / "local" / "secret"]
        return tuple(each.read_bytes() for each in found if each.exists())

    def command(self, *words: str, data: Path | None = None) -> bytes:
        """What a command of the program prints, run beside the server on its data directory, or on another one."""
        done = self.ran(*words, more={"CLAUSEBOT_DATA_DIR": str(data or self.data)})
        return done.stdout + done.stderr

    def ran(self, *words: str, said: bytes = b"", more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
        """A command of the program, run beside the server to its end; `said` is what is piped in, `more` is set besides."""
        call, environment = [sys.executable, "-m", "bot", *words], {**self._environment, **(more or {})}
        return subprocess.run(
            call, env=environment, cwd=self.temporary, input=said, capture_output=True, timeout=120, check=False
        )

    def metrics(self) -> dict[str, str]:
        """What is counted, line by line: the samples' names with labels, and their values. Of the process itself nothing."""
        if not self.alive:
            return {}
        lines = requests.get(f"{self.url}/metrics", timeout=10).text.splitlines()
        found = dict(line.rsplit(" ", 1) for line in lines if not line.startswith(("#", "process_", "python_")))
        return {name: value for name, value in found.items() if "_created" not in name}

    def produced(self, *, exports: bool = True) -> Iterator[Source]:
        """Everything: files, logs, exceptions, outputs, metrics, a backup and, if wanted, what commands export."""
        if self.alive:
            yield Source("metrics", requests.get(f"{self.url}/metrics", timeout=10).content)
        yield from self._backups()
        if exports:
            yield from self._exported()
        yield from files(self.data, "data")
        yield from files(self.temporary, "temporary")
        for name, where in ((DEBUG, "log at DEBUG"), (RAISED, "exceptions"), ("stdout", "stdout"), ("stderr", "stderr")):
            path = self.capture / name
            yield Source(where, path.read_bytes() if path.exists() else b"")

    def _backups(self) -> Iterator[Source]:
        """A copy of every database as a backup makes it."""
        for path in self.data.rglob("*.sqlite"):
            copy = self.capture / f"{path.name}.backup"
            with closing(sqlite3.connect(path)) as database, closing(sqlite3.connect(copy)) as into:
                database.backup(into)
            yield Source(f"backup of {path.name}", copy.read_bytes())

    def _exported(self) -> Iterator[Source]:
        """What the commands export."""
        bundle = self.capture / "bundle.zip"
        for words in (("verify", "--export", str(bundle)), ("gaps",), ("outbox",)):
            yield Source(f"clausebot {words[0]}", self.command(*words))
        if bundle.exists():
            yield Source("exported bundle", bundle.read_bytes())
        yield from self._copied()

    def _copied(self) -> Iterator[Source]:
        """What `clausebot backup` takes along, and what `clausebot restore` makes of it elsewhere."""
        self._copies += 1
        copy, back = (self.capture / f"{name}{self._copies}" for name in ("copy", "back"))
        yield Source("clausebot backup", self.command("backup", str(copy)))
        back.mkdir()
        yield Source("clausebot restore", self.command("restore", str(copy), data=back))
        yield from files(copy, "copy")
        yield from files(back, "brought back")

    def told(self) -> dict[str, list[clocks.Moment]]:
        """The moments in databases, by column. (Whether a log tells of a flow is seen by its growing.)"""
        found: dict[str, list[clocks.Moment]] = {}
        for path in (*self.data.rglob("*"), *self.temporary.rglob("*")):
            if path.is_file() and "weights" not in path.parts and path.read_bytes()[:6] == b"SQLite":
                found |= clocks.in_database(path, path.name)
        return found


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
