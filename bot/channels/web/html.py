"""What every page of ours is made with: templates that escape, our own files, the policy that names these, and the headers."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined


def templates() -> Environment:
    """The templates of the pages; every text in them is escaped, and what is not given is an error."""
    return Environment(
        loader=PackageLoader("bot.channels.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def own_file(name: str) -> str:
    """A style or script of ours, to stand in a page."""
    return resources.files(__package__).joinpath("templates", name).read_text("utf-8").strip()


def policy(style: str, script: str = "", *more: str) -> str:
    """The content security policy of a page: this style and this script and nothing from elsewhere, and what `more` allows."""
    scripts = (f"script-src {_digest(script)}",) if script else ()
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_digest(style)}",
            *scripts,
            *more,
            "img-src data:",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def headers(policy: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The headers of a page: kept nowhere, told to no other page, read as what it is."""
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        **(more or {}),
    }


def _digest(text: str) -> str:
    """What a content security policy calls a text that stands in the page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
