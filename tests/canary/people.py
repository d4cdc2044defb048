"""Somebody made up at each entry point: the drivers of the other tests, before a program that runs as a process of its own.

Everything that the platforms send along is sent along, each fact with its mark. What comes back is kept in `answers`.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from types import SimpleNamespace
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import requests

from tests.canary.identity import PLACE, Canary
from tests.drivers import flat
from tests.report_page import in_parts
from tests.slack_driver import SlackDriver, until, visible
from tests.slack_stand_in import Json, SlackStandIn, signed
from tests.teams_driver import TeamsDriver
from tests.teams_stand_in import Person, TeamsStandIn, call, invoke
from tests.web_driver import Element, WebDriver, read

_numbers = itertools.count(1)


class Somebody(Protocol):
    """What a flow needs of an entry point; every method gives the text that is then shown."""

    answers: list[tuple[str, str]]

    def become(self, canary: Canary) -> None: ...

    def say(self, text: str) -> str: ...

    def open(self, form: str) -> str: ...

    def press(self, label: str) -> str: ...

    def submit(self, label: str, values: Mapping[str, str]) -> str: ...

    def forge(self, form: str, values: Mapping[str, str]) -> str: ...

    def visit(self, path: str, status: int) -> str: ...


def headers(canary: Canary) -> dict[str, str]:
    """What a telephone and the proxies on the way add."""
    address = canary["IP"]
    return {
        "User-Agent": canary["user agent"],
        "X-Forwarded-For": address,
        "X-Real-IP": address,
        "Forwarded": f"for={address}",
        "Cookie": f"session={canary['cookie']}",
        "Referer": f"https://intranet.example/{canary['cookie']}",
        "Accept-Language": "en-QX",
    }


class CanarySlack(SlackStandIn):
    """Slack whose workspace and dialogs have marks."""

    view_id = ""

    def _answer(self, method: str, arguments: Json) -> Json:
        found = super()._answer(method, arguments)
        if method == "auth.test":
            return {**found, "team_id": PLACE["team"]}
        if method == "views.open" and self.view_id:
            self.views[self.view_id] = arguments["view"]
            self.names[arguments["view"].get("external_id", "")] = self.view_id
            return {"ok": True, "view": {"id": self.view_id}}
        return found


class SlackPerson(SlackDriver):
    """In direct messages and dialogs of Slack."""

    def __init__(self, slack: CanarySlack, url: str) -> None:
        self.slack, self.bot = slack, SimpleNamespace(url=url)  # type: ignore[assignment]
        self._shown: Json = {}
        self._view_id = self.user = ""
        self.answers: list[tuple[str, str]] = []

    def become(self, canary: Canary) -> None:
        self.canary, self.user, self._view_id, self._shown = canary, canary["user id"], "", {}
        self.slack.view_id = canary["view id"]

    def say(self, text: str) -> str:
        before = len(self.slack.posted)
        sent_to = {"channel_type": "im", "channel": self.canary["channel"], "user": self.user, "client_msg_id": "1"}
        content = {"type": "message", **sent_to, "text": text, "ts": f"{time.time():.6f}", "team": PLACE["team"]}
        event = {"event_id": self.canary["event id"], "team_id": PLACE["team"], "event_time": int(time.time())}
        self.send(json.dumps({"type": "event_callback", "api_app_id": "A1", **event, "event": content}))
        return self._wait_for_message(before)

    def open(self, form: str) -> str:
        before = len(self.slack.called("views.update"))
        self.interact({"type": "shortcut", "callback_id": f"open:{form}", "user": {}})
        return self._wait_for_view(before)

    def forge(self, form: str, values: Mapping[str, str]) -> str:
        state = {f"{form}:{name}": {"value": {"type": "plain_text_input", "value": text}} for name, text in values.items()}
        view = {"type": "modal", "id": self.canary["view id"], "callback_id": form, "state": {"values": state}, "blocks": []}
        answer = self.interact({"type": "view_submission", "view": view}).json()
        return flat(visible(answer["view"]))

    def visit(self, path: str, status: int) -> str:
        raise NotImplementedError

    def send(self, body: str, *, form: bool = False) -> requests.Response:
        content, more = signed(body, form=form)
        sent = {**headers(self.canary), **more}
        answer = requests.post(f"{self.bot.url}/slack/events", data=content, headers=sent, timeout=15)
        self.answers.append(("answer to Slack", answer.text))
        return answer

    def interact(self, content: Mapping[str, object]) -> requests.Response:
        canary, number = self.canary, next(_numbers)
        user = {"id": self.user, "username": canary["login"], "name": canary["name"], "team_id": PLACE["team"]}
        more = {
            "team": {"id": PLACE["team"], "domain": f"{PLACE['team']}.slack.example"},
            "trigger_id": f"{canary['trigger_id']}.{number}",
            "response_url": f"{self.slack.response_url()}?{canary['response_url']}=1",
            "response_urls": [{"response_url": f"{self.slack.response_url()}?{canary['response_url']}=2"}],
            "channel": {"id": canary["channel"], "name": canary["login"]},
            "action_ts": f"{time.time():.6f}",
        }
        shown = dict(content)
        if isinstance(view := shown.get("view"), dict):
            shown["view"] = {**view, "hash": f"{canary['view hash']}{number}", "team_id": PLACE["team"]}
        return super().interact({**shown, **more, "user": user})


class TeamsPerson(TeamsDriver):
    """In a chat with the bot in Teams."""

    def __init__(self, microsoft: TeamsStandIn, url: str) -> None:
        self.microsoft, self.bot = microsoft, SimpleNamespace(url=url)  # type: ignore[assignment]
        self.card: Json = {}
        self._in_dialog = False
        self.answers: list[tuple[str, str]] = []

    def become(self, canary: Canary) -> None:
        self.canary, self.card, self._in_dialog = canary, {}, False
        more = {"id": canary["teams account"], "name": canary["name"], "aadObjectId": canary["aadObjectId"]}
        more |= {"userPrincipalName": canary["e-mail"], "email": canary["e-mail"]}
        self.person = Person(canary["conversation"].removeprefix("a:"), tenant=canary["tenant"], more=more)
        self.microsoft.members[canary["teams account"]] = {**more, "tenantId": canary["tenant"], "userRole": "user"}

    def say(self, text: str) -> str:
        before = len(self._sent())
        activity = {"type": "message", "text": text, "textFormat": "plain"}
        self.call({**invoke(self.microsoft, self.person, "", {}), **activity})
        until(lambda: len(self._sent()) > before)
        return self._shown_in_message(before)

    def open(self, form: str) -> str:
        self.card = {"body": []}
        return self._opened({"data": {"msteams": {"type": "task/fetch"}, "action": f"open:{form}", "value": ""}})

    def forge(self, form: str, values: Mapping[str, str]) -> str:
        return self._dialog("task/submit", {"form": form, **{f"{form}.{name}": text for name, text in values.items()}})

    def visit(self, path: str, status: int) -> str:
        raise NotImplementedError

    def call(self, body: Json) -> Json:
        sent_at = self.canary["sent at"]
        client = {"type": "clientInfo", "locale": self.canary["client"], "country": "QX", "platform": "iOS"}
        more = {"id": f"{self.canary['activity id']}-{next(_numbers)}", "timestamp": sent_at, "localTimestamp": sent_at}
        more |= {"locale": self.canary["client"], "entities": [client]}
        token = self.microsoft.token()
        answer = call(self.bot.url, {**body, **more}, token, headers=headers(self.canary))
        assert answer.status_code == 200, answer.status_code
        self.answers.append(("answer to Teams", answer.text))
        found: Json = answer.json() if answer.content else {}
        return found


class WebPerson(WebDriver):
    """At the web pages: the local one, or by an address of its own, where proxies are on the way."""

    def __init__(self, url: str) -> None:
        self.url, self.status, self.html, self.page = url, 0, "", Element("", {})
        self.answers: list[tuple[str, str]] = []
        self._forwarded = False
        self._files: Sequence[bytes] = ()

    def become(self, canary: Canary) -> None:
        self.canary, self._forwarded, self._files = canary, False, ()

    def open(self, form: str) -> str:
        self._send("GET", "/")
        return self.press("Forms") if form == "forms" else self.press(form)

    def say(self, text: str) -> str:
        self._send("GET", "/")
        return super().say(text)

    def attach(self, files: Sequence[bytes]) -> None:
        """Chooses files, which go with the next form."""
        self._files = files

    def forge(self, form: str, values: Mapping[str, str]) -> str:
        return self._send("POST", "/", {"form": form, **{f"field-{name}": text for name, text in values.items()}})

    def visit(self, path: str, status: int) -> str:
        self._forwarded = True
        shown = self._send("GET", path)
        assert self.status == status, self.status
        return shown

    @property
    def _shown(self) -> str:
        mains = self.page.all("main")
        return mains[0].text if mains else self.page.text

    def _send(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> str:
        sent: dict[str, Any] = headers(self.canary)
        if not self._forwarded:  # the local page is for this machine, so nothing may say that a proxy was on the way
            sent = {name: text for name, text in sent.items() if name not in ("X-Forwarded-For", "X-Real-IP", "Forwarded")}
        sent |= {"Sec-Fetch-Site": "same-origin" if fields else "none"}
        body: bytes | None = None
        if fields:
            lines = {name: text.replace("\n", "\r\n") for name, text in fields.items()}
            body, kind = urlencode(lines).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
            if self._files:
                body, kind = in_parts(lines, self._files, f"{self.canary['login']} {self.canary['e-mail']}.jpg")
            sent |= {"Origin": "null", **kind}
            self._files = ()
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            self.status, self.html = answer.status, answer.read().decode()
        finally:
            connection.close()
        self.answers.append(("head of a page", str(answer.headers)))
        self.answers.append(("page", self.html))
        assert answer.headers["Set-Cookie"] is None, "a cookie was set"
        self.page = read(self.html) if "html" in (answer.headers["Content-Type"] or "") else Element("", {}, [self.html])
        return self._shown
