"""The words that are signed, in one place: what somebody agrees to, and that they do so electronically."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.config import SettingsError
from bot.evidence.canonical import sha256
from policy_kb import Policy

FILE = "statement.toml"

# What somebody agrees to in writing before they edit, post or alter content (416.4.3), on duty and off where the policy says
# so (416.2).
STATEMENT = (
    "I have been given the {title} ({id}) in version {version}, in full. I agree in writing to comply with it, and I do so "
    "before I edit, post or alter any content that it covers. I understand that it applies to official use and, where it says "
    "so, to personal use."
)
# Agreement to act electronically, with the choice of paper and a copy to keep (15 USC 7001(c); RSMo 432.230 to 432.295).
CONSENT = (
    "I agree to sign electronically. I know that I may sign on paper instead, that I am given a copy to keep, and that I may "
    "withdraw this agreement for the future at any time by telling HR."
)
NOT_APPROVED = "These words have not yet been approved by the City Attorney."

_KEYS = ("statement", "consent")
_NAMES = ("title", "id", "version")
_NEEDED = ("title", "version")
_PLACE = re.compile(r"\{([^{}]*)\}")
_LONGEST = 1500


class StatementError(SettingsError):
    """The file with the words that are signed has mistakes; its message lists all of them."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words that are signed: `statement` with places for title, id and version of a policy, and `consent`."""

    statement: str = STATEMENT
    consent: str = CONSENT

    @property
    def text(self) -> str:
        """Both, as they are approved and digested: the statement with its places still open, an empty line, the consent."""
        return f"{self.statement}\n\n{self.consent}\n"

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of `text` in UTF-8; a record of a signature names it."""
        return sha256(self.text.encode())


SHIPPED = Words()


def statement(policy: Policy, words: Words = SHIPPED) -> str:
    """What somebody agrees to, for this version of this policy."""
    values = {"title": policy.title, "id": policy.id, "version": policy.version}
    return _PLACE.sub(lambda place: values[place[1]], words.statement)


def approval(approved: object | None) -> str:
    """The sentence that stands below words that nobody has approved; nothing where there is an approval."""
    return "" if approved else NOT_APPROVED


def read_words(state: Path) -> Words:
    """The organisation's own words in `statement.toml` of the data directory, or else the shipped ones.

    Raises StatementError with everything that is wrong with the file.
    """
    path = state / FILE
    if not path.exists():
        return SHIPPED
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StatementError(f"{FILE}: cannot be read: {error}") from None
    mistakes = [f"{FILE}: unknown key {key!r}; known are {' and '.join(_KEYS)}" for key in given if key not in _KEYS]
    mistakes += [wrong for key in _KEYS if key in given for wrong in _mistakes(key, given[key])]
    if mistakes:
        raise StatementError("\n".join(mistakes))
    written = {key: unicodedata.normalize("NFC", str(text)).strip() for key, text in given.items()}
    return Words(written.get("statement", STATEMENT), written.get("consent", CONSENT))


def _mistakes(key: str, text: object) -> Iterator[str]:
    """What is wrong with one of the two texts."""
    if not isinstance(text, str) or not text.strip():
        yield f"{FILE}: {key} must be a text in quotes"
        return
    if len(text) > _LONGEST:
        yield f"{FILE}: {key} has {len(text):,} characters; {_LONGEST:,} at most, so that it is seen whole where it is signed"
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign != "\n" for sign in text):
        yield f"{FILE}: {key} holds control characters; delete them"
    places = _PLACE.findall(text)
    for place in places:
        if key == "consent" or place not in _NAMES:
            known = "the consent takes none" if key == "consent" else f"known are {', '.join(f'{{{name}}}' for name in _NAMES)}"
            yield f"{FILE}: {key} holds {{{place}}}; {known}"
    for name in _NEEDED if key == "statement" else ():
        if name not in places:
            yield f"{FILE}: {key} must name the policy by {{title}} and {{version}}; {{{name}}} is missing"
