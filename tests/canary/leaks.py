"""Leaks on purpose. Each does what somebody might write in good faith; the harness must find and name every one.

Planted by `child` around the running objects, switched on by name while the process runs. Nothing of this is in the program.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import gzip
import hashlib
import io
import logging
import os
import re
import sqlite3
import sys
import tempfile
import threading
import time
import uuid
import warnings
import zipfile
import zlib
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prometheus_client import Counter

from bot.channels import plain
from bot.records import Reference
from bot.views import View
from policy_kb import state_directory

_TRACKED = Counter("canary_turns_total", "Planted.", ["who"])


@dataclass
class Seen:
    """What the process holds of the request that it is working on."""

    who: str = ""
    text: str = ""
    door: Any = field(default=None, repr=False)
    api: Any = field(default=None, repr=False)
    headers: dict[str, str] = field(default_factory=dict)
    # Of whoever was at the page of reports last.
    reporter: dict[str, str] = field(default_factory=dict)
    shown: View | None = None


SEEN = Seen()
Leak = Callable[[Seen], Awaitable[None] | None]


def _data(name: str) -> Path:
    return state_directory(os.environ) / name


def _user_at_debug(seen: Seen) -> None:
    logging.getLogger("bot.dispatcher").debug("turn of %s", seen.who)


def _text_in_library(seen: Seen) -> None:
    logging.getLogger("aiohttp.client").debug("posting %r", {"body": seen.text})


def _arguments_of_error(seen: Seen) -> None:
    def fails() -> None:
        raise ValueError("not valid", {"input_value": seen.text})

    asyncio.get_running_loop().call_soon(fails)


def _locals_of_error(seen: Seen) -> None:
    def fails(body: str) -> None:
        raise ZeroDivisionError(len(body) and "division")

    threading.Thread(target=fails, args=(seen.text,)).start()


def _unraisable(seen: Seen) -> None:
    class Closing:
        def __init__(self, body: str) -> None:
            self.body = body

        def __del__(self) -> None:
            body = self.body
            raise OSError(len(body))

    Closing(seen.text)


def _chained_error(seen: Seen) -> None:
    from bot import logs

    try:
        try:
            raise KeyError(seen.text)
        except KeyError as error:
            raise RuntimeError("not filed") from error
    except RuntimeError as error:
        logs.place(error)


def _salted_column(seen: Seen) -> None:
    digest = hashlib.sha256((_data("secret")).read_bytes() + seen.who.encode()).hexdigest()
    _insert("seen.sqlite", "reports", "reporter", digest)


def _plain_digest(seen: Seen) -> None:
    _insert("seen.sqlite", "limits", "bucket", hashlib.sha1(seen.who.encode()).digest())  # noqa: S324 - planted


def _delivery_row(seen: Seen) -> None:
    _insert("seen.sqlite", "deliveries", "key", seen.door.tokens.digest(seen.who)[:24])


def _moment_in_row(_: Seen) -> None:
    _insert("seen.sqlite", "moments", "at", time.time())


def _moment_in_id(_: Seen) -> None:
    _insert("seen.sqlite", "cases", "id", str(uuid.uuid1()))


def _insert(file: str, table: str, column: str, value: object) -> None:
    with closing(sqlite3.connect(_data(file))) as database:
        database.execute(f"CREATE TABLE IF NOT EXISTS {table} ({column})")
        database.execute(f"INSERT INTO {table} VALUES (?)", (value,))  # noqa: S608 - planted
        database.commit()


def _packed_row(seen: Seen) -> None:
    _insert("seen.sqlite", "drafts", "body", zlib.compress(seen.text.encode()))


def _write_ahead(seen: Seen) -> None:
    """Deleted again, and still in the file that stands beside the database."""
    database = sqlite3.connect(_data("queue.sqlite"), isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE IF NOT EXISTS queue (body)")
    database.execute("INSERT INTO queue VALUES (?)", (seen.text,))
    database.execute("DELETE FROM queue")
    _OPEN.append(database)


_OPEN: list[sqlite3.Connection] = []


def _temporary_file(seen: Seen) -> None:
    descriptor, _ = tempfile.mkstemp(prefix="upload-")
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(seen.text)


def _base64_in_zip(seen: Seen) -> None:
    with zipfile.ZipFile(_data("spool.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1", b"body=" + base64.b64encode(b"x" + seen.text.encode()))


def _utf16_file(seen: Seen) -> None:
    _data("last.txt").write_text(seen.text, "utf-16")


def _rotated_log(seen: Seen) -> None:
    _data("access.log.1.gz").write_bytes(gzip.compress(f'"GET /" "{seen.headers.get("User-Agent", "")}"'.encode()))


def _file_name(seen: Seen) -> None:
    _data(f"{seen.who}.lock").touch()


def _file_time(_: Seen) -> None:
    path = _data("heartbeat")
    path.touch()
    os.utime(path, (time.time(), time.time()))


def _metric_label(seen: Seen) -> None:
    _TRACKED.labels(seen.who).inc()


async def _message_elsewhere(seen: Seen) -> None:
    await seen.api.post("C0AUDIT", {"text": f"A form was sent by <@{seen.who}>"})


def _text_in_metadata(seen: Seen) -> None:
    """Done where dialogs are drawn, see `plant`."""


def _address_on_stdout(seen: Seen) -> None:
    sys.stdout.write(f"{seen.headers.get('X-Forwarded-For', '-')} - POST\n")
    sys.stdout.flush()


def _redirect_log(seen: Seen) -> None:
    who = "".join(f"%{byte:02X}" for byte in seen.who.encode())
    sys.stderr.write(f'{{"said": "302 /sign-in?next=%2Fcases%3Fuser%3D{who}"}}\n')
    sys.stderr.flush()


def _warning(seen: Seen) -> None:
    warnings.warn(f"long field: {seen.text}", stacklevel=1)


async def _reference_kept(seen: Seen) -> None:
    await seen.door.in_thread(functools.partial(seen.door.ledger.refer, Reference("slack", seen.who, "{}"), new=True))


def _receipt_in_log(seen: Seen) -> None:
    logging.getLogger("bot.reporting").info("shown: %s", plain.render(seen.shown) if seen.shown else "")


def _receipt_hashed(seen: Seen) -> None:
    found = (
        re.search(r"Seven words:? ((?:[a-z-]+ ){6}[a-z-]+)", " ".join(plain.render(seen.shown).split())) if seen.shown else None
    )
    if found:
        _insert("seen.sqlite", "receipts", "digest", hashlib.sha256(found[1].encode()).hexdigest())


def _in_base64_log(seen: Seen) -> None:
    logging.getLogger("bot.channels").info("payload %s", base64.urlsafe_b64encode(f"{{'who': '{seen.who}'}}".encode()).decode())


def _in_buffer_file(seen: Seen) -> None:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.write(base64.b64encode(seen.who.encode()))
    _data("spool").write_bytes(b"\x00" * 7 + packed.getvalue())


def _to_hr(seen: Seen) -> None:
    """Done where HR's pages are drawn, see `plant`."""


def _uncleaned(seen: Seen) -> None:
    """Done where files are cleaned, see `plant`."""


# Name: what is planted, the kinds of facts that it gives away, and a part of where that must be named.
PLANTED: dict[str, tuple[Leak, tuple[str, ...], str]] = {
    "user id logged at DEBUG": (_user_at_debug, ("user id",), "log at DEBUG"),
    "text in a library's log": (_text_in_library, ("what",), "log at DEBUG"),
    "text in an exception's arguments": (_arguments_of_error, ("what",), "log at DEBUG"),
    "text local where a thread failed": (_locals_of_error, ("where",), "exceptions"),
    "text local where closing failed": (_unraisable, ("also",), "exceptions"),
    "text in an error's cause": (_chained_error, ("what",), "exceptions"),
    "digest with the program's secret in a column": (_salted_column, ("user id",), "reports.reporter"),
    "plain digest in a column": (_plain_digest, ("user id",), "limits.bucket"),
    "signed digest, cut, as a delivery's key": (_delivery_row, ("user id",), "deliveries.key"),
    "moment in a column": (_moment_in_row, ("moment",), "moments.at"),
    "moment in an id": (_moment_in_id, ("moment",), "cases.id"),
    "compressed text in a column": (_packed_row, ("what",), "drafts.body"),
    "deleted text in a write-ahead log": (_write_ahead, ("what",), "queue.sqlite-wal"),
    "text in a temporary file": (_temporary_file, ("what",), "temporary/upload-"),
    "base64 in a zip in the data directory": (_base64_in_zip, ("what",), "spool.zip"),
    "text as UTF-16 in a file": (_utf16_file, ("what",), "last.txt"),
    "user agent in a rotated log": (_rotated_log, ("user agent",), "access.log.1.gz"),
    "user id as a file's name": (_file_name, ("user id",), "names of files in data"),
    "a file's time": (_file_time, ("moment of a change",), "data/heartbeat"),
    "id as a metric's label": (_metric_label, ("user id",), "metrics"),
    "id in a message to others": (_message_elsewhere, ("user id",), "chat.postMessage"),
    "text in a dialog's private_metadata": (_text_in_metadata, ("what",), "private_metadata"),
    "address on standard output": (_address_on_stdout, ("IP",), "stdout"),
    "user id URL-encoded in a redirect's log": (_redirect_log, ("user id",), "stderr"),
    "text in a warning": (_warning, ("what",), "log at DEBUG"),
    "a reference kept for a form": (_reference_kept, ("user id",), "ledger.sqlite"),
    "user id in base64 in a log": (_in_base64_log, ("user id",), "stderr"),
    "user id in base64 in gzip within a file": (_in_buffer_file, ("user id",), "data/spool"),
}
# The same while a report is filed.
IN_REPORTS: dict[str, tuple[Leak, tuple[str, ...], str]] = {
    "the receipt in a log": (_receipt_in_log, ("receipt",), "stderr"),
    "a plain digest of the receipt": (_receipt_hashed, ("receipt",), "receipts.digest"),
    "text in a library's log": (_text_in_library, ("what",), "log at DEBUG"),
    "user id logged at DEBUG": (_user_at_debug, ("user id",), "log at DEBUG"),
    "moment in a column": (_moment_in_row, ("moment",), "moments.at"),
}
# The same on the whole way, in what HR sees of it.
TO_HR: dict[str, tuple[Leak, tuple[str, ...], str]] = {
    "the reporter's user agent on HR's page": (_to_hr, ("user agent",), "the case room"),
    "files as they came": (_uncleaned, ("login", "e-mail", "user id", "user agent"), "a file of a case"),
}
ALL = {**PLANTED, **IN_REPORTS, **TO_HR}
# What leaks what is shown, not what came in; and what is done where dialogs are drawn.
AFTERWARDS = (_receipt_in_log, _receipt_hashed)
IN_DIALOG, ON_PAGE, IN_FILE = _text_in_metadata, _to_hr, _uncleaned
