"""The server: which channels are on, which address it listens at, and how it stops."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from aiohttp import web

from bot.app import Progress, newer, whole
from bot.channels import Part, Reaching
from bot.config import Settings, SettingsError
from bot.dispatcher import Dispatcher, Seen
from bot.metrics import TURNS
from bot.outbox import Outbox
from bot.periodic import jobs
from bot.renewal import Renewal
from bot.sentences import sentence
from bot.server import application
from bot.serving_reports import rooms, work
from bot.surface import SLACK_PATH, TEAMS_PATH

# Longer than a connection of a proxy stands idle; in seconds.
KEEPALIVE = 75.0
# How long requests in flight may take when the program stops, in seconds; aiohttp waits so long twice. Turns whose request
# was answered have their own time.
REQUESTS = 1.5
# After so many seconds from the signal the program is gone, whatever hangs; hosts kill after ten.
DEADLINE = 8.5
FORGETS = (
    "DYNO is set: such a host empties its disk at each restart, and with it who signed what, what staff told HR, and the secret "
    "that signs buttons. Set DATABASE_URL to a PostgreSQL database; or, where the data directory lies on a volume that stays, or "
    "where that loss is accepted, set ALLOW_EPHEMERAL_STORAGE=1"
)
log = logging.getLogger(__name__)


class NothingToServe(Exception):
    """No channel is configured. Set SLACK_BOT_TOKEN or MICROSOFT_APP_ID (docs/slack.md, docs/teams.md), or try it on this
    machine with CLAUSEBOT_ENV=local."""


async def serve(settings: Settings, policies: Path | None, progress: Progress, say: Callable[[str], None]) -> None:
    """Serves what the settings switch on until SIGTERM or SIGINT, then lets turns in flight finish.

    `say` is told what is on once it answers. From the signal on the process has a few seconds to end, and then ends.
    Raises NothingToServe, SettingsError where the disk forgets, OSError where the port is taken, and OlderDatabase,
    NewerDatabase or DatabaseGone where the ledger cannot be used.
    """
    if not (settings.local or settings.slack or settings.microsoft):
        raise NothingToServe(sentence(NothingToServe()))
    if settings.forgets and not settings.local:
        raise SettingsError(FORGETS)
    listening = sockets(settings)
    with whole(settings, policies, progress, count) as (door, reports):
        await door.in_thread(door.ledger.open)
        door.knowledge.drafts  # noqa: B018 - read now, so that the first who checks a draft does not wait for it
        # The knowledge base stays as long as the program: the collector need not look through it again and again.
        gc.collect()
        gc.freeze()
        carried = parts(door, settings)
        sending = outbox(door, settings, carried)
        door.pokes.append(sending.poke)
        working = jobs(door, settings, carried, sending.poke, work(door, reports, settings, sending.poke))
        door.works.append(working.poke)
        learning = Renewal(door, lambda: newer(settings, door.knowledge, policies))
        beside = [*pages(door, settings), *rooms(door, reports, settings, sending.poke), sending, working, learning]
        app = application(carried, lambda: door.in_thread(door.ledger.check), settings.metrics_token, beside)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=REQUESTS, keepalive_timeout=KEEPALIVE)
        try:
            await runner.setup()
            for each in listening:
                await web.SockSite(runner, each).start()
            for line in (*switched(settings), *(f"Reports are closed. {each}" for each in reports.missing)):
                say(line)
            await _stopped()
        finally:
            await runner.cleanup()


def parts(door: Dispatcher, settings: Settings) -> list[Part]:
    """The channels that these settings switch on. The libraries of a channel are loaded only with it."""
    found: list[Part] = []
    if settings.slack:
        from bot.channels.slack.channel import Slack

        found.append(Slack(door, settings.slack))
    if settings.microsoft or settings.local:
        from bot.channels.teams.channel import Teams

        found.append(Teams(door, settings.microsoft))
    if settings.local:
        from bot.channels.web.channel import Web

        found.append(Web(door, settings.port))
    return found


def pages(door: Dispatcher, settings: Settings) -> list[Part]:
    """What people without a chat account and other programs are answered by: signing links, copies, the gate."""
    from bot.channels.web.gate import Gate
    from bot.channels.web.papers import Papers
    from bot.channels.web.signing import Signing

    return [Signing(door), Papers(door), Gate(door, settings.gate_token)]


def outbox(door: Dispatcher, settings: Settings, channels: Sequence[Part]) -> Outbox:
    """What sends notices, through these channels and, where a mail server is set, by e-mail."""
    ways = [each.sending for each in channels if isinstance(each, Reaching)]
    if settings.mail:
        from bot.channels.mail.channel import Mail

        ways.append(Mail(settings.mail))
    return Outbox(door.ledger, door.thread, door.tokens.sign, ways, hours=settings.hours)


def switched(settings: Settings) -> tuple[str, str]:
    """Two lines for whoever starts the server: what is on, and what is not with the variable that switches it on."""
    on, off = [], []
    if settings.local:
        on.append(f"the local page at http://127.0.0.1:{settings.port}/, and {TEAMS_PATH} for a Teams emulator on this machine")
        off += ["Slack (SLACK_BOT_TOKEN)", "Teams (MICROSOFT_APP_ID)", "both want CLAUSEBOT_ENV unset"]
        _switched_mail(settings, on, off)
        return f"On:  {'; '.join(on)}", f"Off: {', '.join(off)}"
    if settings.slack:
        ways = [SLACK_PATH] * bool(settings.slack.signing_secret) + ["a socket"] * bool(settings.slack.app_token)
        on.append(f"Slack ({' and '.join(ways)})")
    else:
        off.append("Slack (SLACK_BOT_TOKEN)")
    if settings.microsoft:
        on.append(f"Teams ({TEAMS_PATH})")
    else:
        off.append("Teams (MICROSOFT_APP_ID)")
    _switched_mail(settings, on, off)
    off.append("the local page (CLAUSEBOT_ENV=local)")
    return f"On:  {', '.join(on)}, port {settings.port}", f"Off: {', '.join(off)}"


def _switched_mail(settings: Settings, on: list[str], off: list[str]) -> None:
    if settings.mail:
        on.append(f"e-mail (by {settings.mail.host})")
    else:
        off.append("e-mail (SMTP_URL)")


def sockets(settings: Settings) -> list[socket.socket]:
    """What the server listens at: this machine alone in local mode, else everything, IPv6 and IPv4 alike.

    Raises OSError where the port is taken.
    """
    if settings.local:
        return [_bound(socket.AF_INET, "127.0.0.1", settings.port), *_local_v6(settings.port)]
    try:
        return [_bound(socket.AF_INET6, "::", settings.port)]
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise
        return [_bound(socket.AF_INET, "0.0.0.0", settings.port)]  # noqa: S104 - a host without IPv6; being reachable is its task


def _local_v6(port: int) -> list[socket.socket]:
    """The same machine by its other name, where it has IPv6."""
    try:
        return [_bound(socket.AF_INET6, "::1", port)]
    except OSError:
        return []


def _bound(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(address != "::"))
        bound.bind((address, port))
        bound.listen(1024)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise OSError(
                error.errno, f"port {port} is taken; stop what uses it, or choose another with PORT or --port"
            ) from None
        raise
    return bound


async def _stopped() -> None:
    """Waits for SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    # A locked ledger or a name that is not resolved holds up a thread, and Python waits for its threads before it ends.
    last = threading.Timer(DEADLINE, _leave)
    last.daemon = True
    last.start()


def _leave() -> None:
    """Ends the process, with whatever hangs."""
    log.warning("something still hangs, such as the ledger or a name server; not waited for any longer")
    os._exit(0)


def count(turn: Seen) -> None:
    """One line and one observation for a turn: kind, journey, channel, time."""
    TURNS.labels(turn.kind, turn.journey, turn.channel).observe(turn.milliseconds / 1000)
    log.info("turn %s %s %s %.1f ms", turn.channel, turn.kind, turn.journey, turn.milliseconds)
