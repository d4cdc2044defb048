"""The bench over HTTP: a short run from end to end, and what counts as an answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from click.testing import CliRunner

from bot.__main__ import main
from bot.bench_http import report
from bot.bench_http.asking import Sample, SlackCommand, TeamsMessage, ask
from bot.bench_http.load import Measured, closed_loop, measured, percentiles, typical
from bot.bench_http.rounds import Compared, Found, Plan
from bot.bench_http.stand_ins import APOLOGY, StandIns, listen
from bot.bench_http.starting import Started

ROW = re.compile(r"^(ours|bare Bolt AsyncApp|bare CloudAdapter) +(\d+\.\d)(?: +\d+){4} +\d+\.\d\d +(\d+)$", re.MULTILINE)


@pytest.mark.usefixtures("knowledge")
def test_a_short_run(state: Path) -> None:
    """All rows are there, every question was answered, and nothing that was kept meanwhile stays."""
    environment = {"CLAUSEBOT_DATA_DIR": str(state)}
    short = ["bench", "http", "--seconds", "0.5", "--concurrent", "4", "--rounds", "1"]
    result = CliRunner().invoke(main, short, env=environment, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    rows = ROW.findall(result.stdout)
    assert [name for name, _, _ in rows] == ["ours", "bare Bolt AsyncApp", "ours", "bare CloudAdapter"]
    assert all(float(rate) > 0 and errors == "0" for _, rate, errors in rows), result.stdout
    for part in ("The load generator alone", "ours / bare", "resident memory", "start to /readyz", "SIGTERM to exit, code 0"):
        assert part in result.stdout
    assert not list(state.glob("bench-*"))


def answered_by(respond: Callable[[web.Request], Awaitable[web.Response]]) -> Sample:
    """What is measured of a server that answers a command like this."""

    async def asked() -> Sample:
        stand_ins = StandIns()
        await stand_ins.open()
        app = web.Application()
        app.router.add_post("/{path:.*}", respond)
        runner, url = await listen(app)
        asking = SlackCommand(stand_ins)
        async with aiohttp.ClientSession() as session:
            found = await ask(session, url, asking.call("may i post this?"), asking, stand_ins)
        await runner.cleanup()
        await stand_ins.close()
        return found

    return asyncio.run(asked())


def later(text: bytes) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Acknowledges, and answers a little later at the response_url."""
    following = set()

    async def follow(url: str) -> None:
        await asyncio.sleep(0.05)
        async with aiohttp.ClientSession() as session, session.post(url, data=text):
            pass

    async def respond(request: web.Request) -> web.Response:
        following.add(asyncio.ensure_future(follow(str((await request.post())["response_url"]))))
        return web.Response()

    return respond


def at_once(status: int, text: bytes) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answers in the acknowledgement."""

    async def respond(_: web.Request) -> web.Response:
        return web.Response(status=status, body=text)

    return respond


def test_a_later_answer_is_waited_for() -> None:
    """The acknowledgement and the answer are measured apart."""
    sample = answered_by(later(b"a clause"))
    assert not sample.failed
    assert sample.answered >= sample.acknowledged + 0.04
    assert answered_by(later(APOLOGY)).failed


@pytest.mark.parametrize(
    ("status", "text", "failed"), [(200, b"a clause", False), (200, APOLOGY, True), (500, b"a clause", True), (401, b"", True)]
)
def test_what_counts_as_an_answer(status: int, text: bytes, failed: bool) -> None:
    """Neither a refusal nor the apology does."""
    assert answered_by(at_once(status, text)).failed is failed


def test_a_server_that_is_gone_is_an_error() -> None:
    """It is counted, and does not end the run."""

    async def asked() -> Sample:
        stand_ins = StandIns()
        await stand_ins.open()
        asking = TeamsMessage(stand_ins)
        async with aiohttp.ClientSession() as session:
            found = await ask(session, "http://127.0.0.1:9", asking.call("may i?"), asking, stand_ins)
        await stand_ins.close()
        return found

    assert asyncio.run(asked()).failed


def test_no_question_is_asked_twice() -> None:
    """A loop with fewer questions than it has time for asks each once and ends."""
    asked: list[str] = []

    async def answer(question: str) -> Sample:
        asked.append(question)
        await asyncio.sleep(0)
        return Sample(asyncio.get_running_loop().time(), 0.01, 0.02, failed=question == "7")

    async def loop() -> tuple[list[Sample], float]:
        begun = asyncio.get_running_loop().time()
        return await closed_loop(answer, map(str, range(50)), 60, 4), begun

    samples, begun = asyncio.run(loop())
    assert sorted(asked, key=int) == [str(number) for number in range(50)]
    found = measured(samples, begun, 0.5)
    assert (found.errors, found.processor) == (1, 10)
    assert (found.acknowledged_p50, found.answered_p99) == (10, 20)


def test_percentiles() -> None:
    """The median and the 99th, in milliseconds; a single value is both."""
    assert percentiles([each / 1000 for each in range(100)]) == (50, 99)
    assert percentiles([0.5]) == (500, 500)


def test_typical_is_the_median_of_each_figure() -> None:
    """And the sum of the errors."""
    rounds = [Measured(rate, 1, 2, 3, 4, rate / 100, 1) for rate in (300, 100, 200)]
    assert typical(rounds) == Measured(200, 1, 2, 3, 4, 2, 3)


@pytest.mark.parametrize(
    ("rate", "p99", "memory", "ready", "code", "missed"),
    [(80, 250, 250, 4, 0, 0), (79, 250, 250, 4, 0, 1), (80, 251, 251, 4.1, 0, 3), (80, 1, 1, 1, 1, 1), (80, 1, 1, 1, -15, 1)],
)
def test_what_is_wanted_is_judged(rate: float, p99: float, memory: float, ready: float, code: int, missed: int) -> None:
    """Exactly what was wanted is met; less is missed."""
    ours, bare = Measured(rate, 1, p99, 1, 1, 3, 0), Measured(100, 1, 1, 1, 1, 2, 0)
    found = Found(5000, (Compared("Slack", "bare", ((ours, bare),)),), memory, Started(ready, 1, code))
    lines = list(report.lines(Plan(8, 100, 1), found))
    assert sum(": missed" in line for line in lines) == missed
    assert sum(": met" in line for line in lines) == 5 - missed
