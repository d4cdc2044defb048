"""A telephone without scripts at the pages of reports, which does the little work all the same, so that it uses up little."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp import FormData

from bot.channels.web.render import FIELD
from bot.channels.web.report import HEADERS
from bot.channels.web.report_body import FILE, WORK
from bot.channels.web.work import zeros
from bot.doctor.web import Answer, Unreached, Web
from bot.drill import page
from bot.drill.canary import AGENT, COOKIE, FORWARDED, OPENED, REFERRER, Canary
from bot.drill.page import Sheet
from bot.peers import is_loopback

# More work than this nobody is asked for; then it is sent without.
_MOST_BITS = 22
# What these pages say of themselves, and a proxy must let through.
_SAID = ("Cache-Control", "Referrer-Policy")
_BARE = "These pages are reached without TLS: whoever is on the way reads what is written, and the receipt."
_COOKIE = "Something on the way sets a cookie on these pages, which ties one visit to another; the program sets none."


class NotDrilled(Exception):
    """The drill could not be made; its message says why."""


class Phone:
    """Opens pages and sends forms, and notices what the way there adds or takes away."""

    def __init__(self, web: Web, url: str, canary: Canary) -> None:
        self._web, self._url = web, url.rstrip("/")
        parts = urlsplit(url)
        near = parts.hostname == "localhost" or is_loopback(parts.hostname or "")
        self.noticed: dict[str, None] = {} if parts.scheme == "https" or near else {_BARE: None}
        self._headers = {
            "User-Agent": canary[AGENT],
            "Accept": "text/html,application/xhtml+xml",
            "Accept-Language": "en",
            "Cookie": canary[COOKIE],
            "X-Forwarded-For": canary[FORWARDED],
        }
        self._from, self._referrer = canary[OPENED], canary[REFERRER]

    async def open(self, path: str) -> Sheet:
        """A page, by a link on another page. Raises NotDrilled where it is none of ours."""
        return await self._call("GET", f"{path}{self._from}", {"Referer": self._referrer, "Sec-Fetch-Site": "cross-site"})

    async def send(self, sheet: Sheet, values: Mapping[str, str], file: tuple[str, bytes] | None = None) -> Sheet:
        """The page after a form was sent. Raises NotDrilled where it is none of ours."""
        fields = {**sheet.held, **{f"{FIELD}{name}": text for name, text in values.items()}}
        if 0 < sheet.bits <= _MOST_BITS:
            fields[WORK] = await asyncio.to_thread(solved, sheet.challenge, sheet.bits)
        form = FormData(fields)
        if file:
            form.add_field(FILE, file[1], filename=file[0], content_type="text/plain")
        # A browser tells no page where it comes from, since our pages ask for that.
        return await self._call("POST", urlsplit(sheet.action).path, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}, form)

    async def _call(self, method: str, path: str, headers: Mapping[str, str], form: FormData | None = None) -> Sheet:
        answer = await self._web.call(method, f"{self._url}{path}", {**self._headers, **headers}, form)
        match answer:
            case Unreached(reason):
                raise NotDrilled(f"{reason}. Is the bot running there? (clausebot run)")
            case Answer(429):
                raise NotDrilled("too many requests (429), says what stands in front of the bot; wait, then try again")
            case Answer(status) if 300 <= status < 400:
                raise NotDrilled(
                    f"it redirects to {answer.headers.get('location', 'elsewhere')}; give the final address, without a login"
                )
        sheet = page.read(answer.body)
        if not sheet.ours:
            raise NotDrilled(f"something else answers there ({answer.status} for {urlsplit(path).path})")
        self._notice(answer)
        return sheet

    def _notice(self, answer: Answer) -> None:
        if "set-cookie" in answer.headers:
            self.noticed[_COOKIE] = None
        for name in _SAID:
            if answer.headers.get(name.lower()) != HEADERS[name]:
                self.noticed[f"Something on the way takes away or changes {name}, which these pages are sent with."] = None


def solved(challenge: str, bits: int) -> str:
    """The little work that the script of the page does."""
    begun, number = f"{challenge}.{secrets.token_hex(8)}.", 0
    while zeros(f"{begun}{number}") < bits:
        number += 1
    return f"{begun}{number}"
