"""The command line."""

from __future__ import annotations

import io
import json
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import click

from bot.commands_ack import ack
from bot.commands_backup import backup, restore
from bot.commands_cases import cases
from bot.commands_drill import drill
from bot.commands_evidence import dispose, verify
from bot.commands_gate import gate
from bot.commands_keys import keys
from bot.commands_ledger import migrate
from bot.commands_outbox import outbox
from bot.commands_people import people
from bot.commands_policy import policy
from bot.commands_reader import reader
from bot.commands_setup import POLICIES, doctor, manifest
from bot.commands_sites import sites
from bot.config import Settings, SettingsError, read_settings


def _sizes(_context: click.Context, _option: click.Parameter, value: str) -> list[int]:
    """Whole numbers between commas."""
    try:
        return [int(size) for size in value.split(",")]
    except ValueError:
        raise click.BadParameter("whole numbers between commas, such as 100,1000") from None


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="clausebot", prog_name="clausebot")
@click.pass_context
def main(context: click.Context) -> None:
    """Finds the clause of the written policy that answers a question, and quotes it word for word."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a sign shows a question mark
    try:
        context.obj = read_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


@main.command()
@POLICIES
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen at, instead of PORT.")
@click.pass_obj
def run(settings: Settings, policies: Path | None, port: int | None) -> None:
    """Serve Slack, Teams and, in local mode, a page for this machine's browser."""
    import asyncio

    from bot import logs, serving

    logs.log_to(sys.stderr)
    # Until the server listens for it: an orderly end also while learning, which takes its own processes along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    settings = replace(settings, port=port) if port else settings
    with _mistakes_told():
        try:
            asyncio.run(serving.serve(settings, policies, _progress, _progress))
        except serving.NothingToServe as nothing:
            raise click.ClickException(str(nothing)) from None


@main.command()
@POLICIES
@click.pass_obj
def chat(settings: Settings, policies: Path | None) -> None:
    """Talk in this terminal. A number presses what it stands before; q leaves."""
    from bot import app
    from bot.channels.console.channel import Console
    from bot.turns import Said

    _use_line_editing()
    with _mistakes_told(), app.dispatcher(settings, policies, _progress) as door:
        Console(door).run([Said("hello")])


@main.command()
@POLICIES
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.option("--json-lines", is_flag=True, help='Read {"id", "text"} objects, one a line, from standard input.')
@click.argument("text", nargs=-1)
@click.pass_obj
def ask(settings: Settings, policies: Path | None, as_json: bool, json_lines: bool, text: tuple[str, ...]) -> None:
    """Answer one question and leave. Nothing is stored."""
    from bot import app, machine
    from bot.understanding import understand

    if json_lines == bool(text):
        raise click.UsageError("give a question, or --json-lines with the questions on standard input")
    with _mistakes_told():
        if not (json_lines or as_json):
            _print_answer(settings, policies, " ".join(text))
            return
        policies = app.in_force(settings, policies, _progress)
        knowledge, directory = app.knowledge_base(settings, policies, progress=_progress), app.directory(settings)
        if json_lines and not machine.answer_lines(sys.stdin, sys.stdout, lambda line: understand(line, knowledge, directory)):
            sys.exit(1)
        if as_json and not json_lines:
            click.echo(json.dumps(machine.as_json(understand(" ".join(text), knowledge, directory))))


@main.command()
@POLICIES
@click.pass_obj
def check(settings: Settings, policies: Path | None) -> None:
    """Check every data file: policies, phrasings, lexicon, intents, directory."""
    from bot import checking

    mistakes, read = checking.check(policies, settings.directory)
    for mistake in mistakes:
        click.echo(mistake)
    click.echo(f"{len(mistakes)} mistake{'s' * (len(mistakes) > 1)} in the data files" if mistakes else f"All good: {read}")
    sys.exit(1 if mistakes else 0)


@main.command("eval")
@POLICIES
@click.option("--leave-out", default="", metavar="AUTHOR", help="Fit without this author's lines.")
@click.option("--on-author", is_flag=True, help="Judge on the lines of the author left out instead of a file.")
@click.option("--json", "as_json", is_flag=True, help="The numbers as one JSON object.")
@click.option("--worst", default=10, show_default=True, help="How many confusions to list.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.pass_obj
def evaluate(
    settings: Settings, file: Path | None, policies: Path | None, leave_out: str, on_author: bool, as_json: bool, worst: int
) -> None:
    """Measure on labelled questions: top-1, top-3, caught, refused, intent. Nothing is stored."""
    from bot import app, evaluation
    from bot.understanding import understand
    from policy_kb import sameness

    if bool(file) == on_author or (on_author and not leave_out):
        raise click.UsageError("give a FILE of labelled questions, or --leave-out AUTHOR --on-author")
    with _mistakes_told():
        policies = app.in_force(settings, policies, _progress)
        rows = evaluation.read_rows(file) if file else app.rows_of(leave_out, policies)
        knowledge, directory = app.knowledge_base(settings, policies, leave_out, _progress), app.directory(settings)
        judged = evaluation.judge(rows, lambda text: understand(text, knowledge, directory))
        fresh = evaluation.without_known(rows, app.known_lines(policies), sameness) if file and not as_json else rows
    lines = [json.dumps(evaluation.numbers(judged))] if as_json else evaluation.report(judged, worst)
    for line in lines:
        click.echo(line)
    if len(fresh) < len(rows):
        click.echo(f"{len(rows) - len(fresh)} messages stand word for word in the data; without them:")
        for line in evaluation.report(evaluation.judge(fresh, lambda text: understand(text, knowledge, directory)), 0):
            click.echo(f"  {line}")


@main.group(invoke_without_command=True)
@click.option(
    "--questions", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Labelled questions to measure accuracy on."
)
@click.option(
    "--sizes", default="100,1000,10000,100000", show_default=True, callback=_sizes, help="Numbers of clauses to measure at."
)
@click.pass_context
def bench(context: click.Context, questions: Path | None, sizes: list[int]) -> None:
    """Compare this search with others, side by side in one run, and measure it at several sizes."""
    from bot import bench as benches

    if context.invoked_subcommand:
        return
    with _mistakes_told():
        for line in benches.run(context.obj, questions, sizes, _progress):
            click.echo(line)


@bench.command()
@click.option("--seconds", type=click.FloatRange(min=0.1), default=8, show_default=True, help="How long each measurement takes.")
@click.option("--concurrent", type=click.IntRange(1), default=100, show_default=True, help="How many ask at once.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="How often each server is measured.")
@click.pass_obj
def http(settings: Settings, seconds: float, concurrent: int, rounds: int) -> None:
    """Compare this server with the bare SDKs of Slack and Teams, and measure memory, start and stop."""
    from bot import bench_http

    with _mistakes_told():
        for line in bench_http.run(settings, bench_http.Plan(seconds, concurrent, rounds), _progress):
            click.echo(line)


@bench.command()
@click.option("--people", type=click.IntRange(1), default=10_000, show_default=True, help="How many people there are.")
@click.option(
    "--signed", type=click.IntRange(1), default=2_000, show_default=True, help="How many of them read and sign on SQLite."
)
@click.option("--together", type=click.IntRange(4), default=10_000, show_default=True, help="How many sign on PostgreSQL.")
@click.option("--postgres", default="", metavar="URL", help="A PostgreSQL database; what is made in it is removed again.")
@click.pass_obj
def signoffs(settings: Settings, people: int, signed: int, together: int, postgres: str) -> None:
    """Measure sign-offs: asking everybody, delivery, signing, verifying, four processes at once."""
    from bot import bench_signoffs

    settings.state.mkdir(parents=True, exist_ok=True)
    with _mistakes_told():
        for line in bench_signoffs.run(settings.state, bench_signoffs.Plan(people, signed, together, postgres), _progress):
            click.echo(line)


@bench.command()
@click.option("--seconds", type=click.FloatRange(min=0.1), default=60, show_default=True, help="How long each measurement takes.")
@click.option("--filed", type=click.FloatRange(min=0.1), default=2, show_default=True, help="How many reports come a second.")
@click.option("--asked", type=click.FloatRange(min=0.1), default=10, show_default=True, help="How many questions come a second.")
@click.option("--burst", type=click.IntRange(1), default=50, show_default=True, help="How many reports come at once in the end.")
@click.pass_obj
def reports(settings: Settings, seconds: float, filed: float, asked: float, burst: int) -> None:
    """Measure filing reports on the web page: at a steady pace beside questions, and many at once."""
    from bot import bench_reports

    with _mistakes_told():
        for line in bench_reports.run(settings, bench_reports.Plan(seconds, filed, asked, burst), _progress):
            click.echo(line)


@main.command()
@click.pass_obj
def gaps(settings: Settings) -> None:
    """List the questions that staff told HR are not covered, by week."""
    from bot import app

    with _mistakes_told():
        kept = app.kept_questions(settings)
    for each in kept:
        click.echo(f"{each.week}  {' '.join(each.question.split())}")
    if not kept:
        click.echo("No question was kept.")


main.add_command(manifest)
main.add_command(doctor)
main.add_command(ack)
main.add_command(keys)
main.add_command(backup)
main.add_command(cases)
main.add_command(restore)
main.add_command(drill)
main.add_command(migrate)
main.add_command(gate)
main.add_command(outbox)
main.add_command(people)
main.add_command(policy)
main.add_command(reader)
main.add_command(sites)
main.add_command(verify)
main.add_command(dispose)


def _print_answer(settings: Settings, policies: Path | None, text: str) -> None:
    import asyncio

    from bot import app
    from bot.channels.console.channel import SENDER, width
    from bot.channels.console.render import render
    from bot.turns import Said

    # Nothing that is printed can be pressed, so no secret is needed, nor a directory that can be written.
    with app.dispatcher(replace(settings, secret=b"nothing is pressed"), policies, _progress, laying=False) as door:
        shown = asyncio.run(door.handle(Said(text), SENDER))
    click.echo(render(shown.without_choices(), width()))


def _progress(line: str) -> None:
    click.echo(line, err=True)


@contextmanager
def _mistakes_told() -> Iterator[None]:
    """Turns mistakes in the data files, and a ledger that cannot be used, into lines and exit code 1."""
    from bot.checking import DATA_ERRORS, LEDGER_ERRORS, ledger_words

    try:
        yield
    except LEDGER_ERRORS as error:
        raise click.ClickException(ledger_words(error)) from None
    except DATA_ERRORS as error:
        raise click.ClickException(str(error)) from None
    except (OSError, sqlite3.Error) as error:
        raise click.ClickException(f"{type(error).__name__}: {error}") from None


def _use_line_editing() -> None:
    """Arrow keys and history at the prompt, where the platform has them; history is not saved."""
    with suppress(ImportError):
        import readline  # noqa: F401 - importing it is what switches it on


if __name__ == "__main__":
    main()
