"""The manifests of the Slack app and the Teams app, both written from `bot.surface`."""

from __future__ import annotations

from urllib.parse import urlsplit


class ManifestError(Exception):
    """Something that a manifest needs is missing; the message says what, and where to set it."""


def checked_address(url: str) -> str:
    """The address without a slash at its end.

    Raises ManifestError where no platform would call it: both want https.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ManifestError(f"{url!r} is no address that Slack or Teams would call; it must begin with https://")
    return url.rstrip("/")
