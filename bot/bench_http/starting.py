"""How long `clausebot run` takes until it is ready, and until it has stopped."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import aiohttp

import bot
from bot.bench_http.asking import SECRET
from bot.bench_http.child import Surroundings
from bot.bench_http.stand_ins import APP_ID, TENANT

# After so many seconds it is given up.
_PATIENCE = 60.0
_PAUSE = 0.02
_OURS = ("CLAUSEBOT_", "SLACK_", "MICROSOFT_")
# What a host or an organisation has set must not be touched by a measurement.
_OTHERS = ("PORT", "DYNO", "DATABASE_URL", "REPORTS_DATABASE_URL")


@dataclass(frozen=True, slots=True)
class Started:
    """Seconds until `/readyz` said 200, seconds from SIGTERM to the end, and the exit code."""

    ready: float
    stopped: float
    code: int


async def start_and_stop(surroundings: Surroundings) -> Started:
    """Starts the program with Slack and Teams on, waits until it is ready, stops it.

    Teams is ready without a call to Microsoft, since its keys are fetched when somebody calls.
    Raises OSError where it is not ready in time, or does not stop.
    """
    clock = asyncio.get_running_loop().time
    port, here = _free_port(), Path(bot.__file__).parent.parent
    begun = clock()
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run",
        cwd=here, env=_environment(surroundings, port), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_PATIENCE):
            await _until_ready(program, f"http://127.0.0.1:{port}/readyz")
            ready = clock() - begun
            begun = clock()
            program.terminate()
            code = await program.wait()
        return Started(ready, clock() - begun, code)
    except TimeoutError:
        raise OSError(f"clausebot run was not ready, or did not stop, within {_PATIENCE:.0f} s") from None
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()


async def _until_ready(program: asyncio.subprocess.Process, url: str) -> None:
    async with aiohttp.ClientSession() as session:
        while program.returncode is None:
            try:
                async with session.get(url) as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(_PAUSE)
    raise OSError(f"clausebot run ended by itself with exit code {program.returncode}")


def _environment(surroundings: Surroundings, port: int) -> dict[str, str]:
    """This process's own, with our settings replaced."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS) and name not in _OTHERS}
    return {
        **inherited,
        "CLAUSEBOT_DATA_DIR": str(surroundings.settings.state),
        "CLAUSEBOT_SECRET": surroundings.settings.secret.decode(),
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "PORT": str(port),
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": surroundings.slack_api,
        "MICROSOFT_APP_ID": APP_ID,
        "MICROSOFT_APP_PASSWORD": "none",
        "MICROSOFT_APP_TENANT_ID": TENANT,
    }


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
