"""Who may use the page: a browser on this machine, and only from the page itself.

Nobody is asked who they are here, so another machine, a name that was bent to this address (DNS rebinding) and a form on
another site must all be turned away.
"""

from __future__ import annotations

from aiohttp import web

from bot.peers import is_here, is_own_name

# What a browser says of a request that the page itself made, or the person.
_OWN = frozenset({"same-origin", "none"})

ELSEWHERE = "This page answers only to the computer that it runs on."
OTHER_NAME = "This page answers only under the address that it was started with, such as http://localhost:3978/."
OTHER_SITE = "This was sent from another page, so it was not read."


def refusal(request: web.Request, port: int) -> str:
    """Why the request is not answered, in one sentence; empty where it is. With port 0 any port is right."""
    if not is_here(request.remote, request.headers):
        return ELSEWHERE
    hosts = request.headers.getall("Host", [])
    if len(hosts) != 1 or not is_own_name(hosts[0], port):
        return OTHER_NAME
    if request.method == "POST" and not _is_from_here(request, hosts[0]):
        return OTHER_SITE
    return ""


def is_from_own_site(request: web.Request) -> bool:
    """Whether no browser says that another site made this request; the values are those of Fetch Metadata, in small letters."""
    return all(each in _OWN for each in request.headers.getall("Sec-Fetch-Site", []))


def _is_from_here(request: web.Request, host: str) -> bool:
    """Whether the page itself posted this. Browsers write `null` as origin where no referrer is sent, as on our page."""
    origins = [each.lower() for each in request.headers.getall("Origin", [])]
    return all(each in ("null", f"http://{host.lower()}") for each in origins) and is_from_own_site(request)
