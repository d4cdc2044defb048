"""Names: does what somebody typed fit the person, and whom does a text name? Pure.

A name fits where it is the legal or preferred name, or a registered alias, after normalising; it is never guessed at, since a
signature in a colleague's name must not be taken (DECISIONS 33, ACKNOWLEDGEMENTS A9).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from bot.people import Person

# Longer than any name in a register; in signs.
LONGEST = 200
BLANK = "Please type your full name, as the City’s directory has it."
TOO_LONG = f"That is longer than a name can be here ({LONGEST} letters). Please type your full name alone."
HIDDEN = "There are invisible signs in what you typed, which could make it read as something else. Please type your name by hand."
NO_LETTERS = "A name is letters here, without emoji or other symbols. Please type your full name."
COLLEAGUE = "That is the name of a colleague. Nobody can sign for somebody else: please type your own full name."
MISFIT = (
    "That does not fit the name that the directory has for you: {}. Please type it as it stands there; "
    "where it is wrong there, ask HR to correct the directory."
)

Words = tuple[str, ...]
# Written for an apostrophe, and for a hyphen, by one keyboard or another.
_APOSTROPHES = re.compile("['’‘‛ʼʻʹ`´′＇׳]")
_HYPHENS = re.compile("[-‐‑‒–—―−﹘﹣－־]")
_COMMAS = re.compile("[,،、]")
# Letters that no decomposition takes apart.
_FOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
# What may follow a name after a comma without being the first name.
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "esq", "md", "phd"}
# Overrides and embeddings make text read as it is not written: refused. Marks and isolates, which keyboards and chats put
# around right-to-left names, do no such thing to a single name: taken out. Two joiners belong to the spelling of some scripts.
_OVERRIDES = re.compile("[\u202a-\u202e]")
_JOINERS = "\u200c\u200d"
_SYMBOLS = frozenset({"So", "Sk", "Sc", "Sm", "Cs", "Co", "Cn", "Me"})


def tidy(typed: str) -> str:
    """The name as it is kept: without direction marks and other signs that nobody sees, with single blanks."""
    if not typed.isascii():
        typed = "".join(sign for sign in typed if sign in _JOINERS or unicodedata.category(sign) != "Cf")
    return " ".join(typed.split())


def fits(typed: str, person: Person) -> bool:
    """Whether this is the person's legal or preferred name, or an alias. Middle initials of the directory may be left out."""
    if len(typed) > LONGEST:
        return False
    written = forms(typed)
    return any(_is_same(written, name) or _leaves_out_initials(written, name) for name in _names(person))


def is_called(person: Person, typed: str) -> bool:
    """Whether this is one of the person's names, letter for letter but for what makes no difference."""
    return _calls(forms(typed), person)


def refused(typed: str, person: Person, colleagues: Iterable[Person]) -> str:
    """Why this is not taken as the person's name, as a sentence for them; empty where it is.

    `colleagues` may be lazy: they are looked at only where the name is not letter for letter the person's own.
    """
    if problem := unfit(typed):
        return problem
    written = forms(typed)
    if _calls(written, person):
        return ""
    if any(other.id != person.id and _calls(written, other) for other in colleagues):
        return COLLEAGUE
    return "" if fits(typed, person) else MISFIT.format(person.name)


def unfit(typed: str) -> str:
    """Why this can be nobody's name, as a sentence; empty where it can."""
    if len(typed) > LONGEST:
        return TOO_LONG
    if turned(typed):
        return HIDDEN
    name = tidy(typed)
    if not name:
        return BLANK
    if not name.isprintable() and any(unicodedata.category(sign) == "Cc" for sign in name):
        return HIDDEN
    plain = _APOSTROPHES.sub("", name)
    if not any(map(str.isalpha, plain)) or any(unicodedata.category(sign) in _SYMBOLS for sign in plain if not sign.isalpha()):
        return NO_LETTERS
    return ""


def turned(text: str) -> bool:
    """Whether a text has signs that make it read as it is not written."""
    return not text.isascii() and _OVERRIDES.search(text) is not None


def same(one: str, other: str) -> bool:
    """Whether two names are one after normalising."""
    return _is_same(forms(one), other)


def named(text: str, people: Iterable[Person]) -> list[Person]:
    """Whom a text names: by a full name or alias, in order of the text, a longer name before one inside it; where it has none,
    everybody of a first name that it has, and of a last name that follows a title ("Officer Marsh")."""
    by: dict[str, list[Person]] = {}
    for person in people:
        for key in called(person):
            by.setdefault(key, []).append(person)
    words = _asked(text)
    found = _spans(words, by) or [each for key in _loosely(words) for each in by.get(key, ())]
    return list({each.id: each for each in found}.values())


def called(person: Person) -> set[str]:
    """All that a text can name somebody by, as `sought` gives it. The ledger keeps it: a change of `forms` must renew that."""
    shown = forms(person.name) | forms(person.preferred)
    whole = {_whole(form) for name in _names(person) for form in forms(name)}
    return whole | {f"first {form[0]}" for form in shown} | {f"last {form[-1]}" for form in shown}


def sought(text: str) -> tuple[list[str], list[str]]:
    """What a text can name people by: full names and aliases; and what counts where it has none of these."""
    words = _asked(text)
    runs = (words[start : start + length] for start in range(len(words)) for length in range(1, _LONGEST_NAME + 1))
    return list(dict.fromkeys(map(_whole, runs))), _loosely(words)


_POSSESSIVE = re.compile(r"['’]s\b")
# How a question begins that names nobody of that first name.
_ASKING = {("will",), ("may",)}
# As much of a message as is looked through for names, in signs.
_LONGEST_TEXT = 3000
_LONGEST_NAME = 8
_TITLES = set("mr mrs ms mx miss dr officer chief captain capt sergeant sgt lieutenant lt detective director supervisor".split())


def _asked(text: str) -> Words:
    return _plain_words(_POSSESSIVE.sub("", _without_case(text[:_LONGEST_TEXT])))


def _whole(form: Words) -> str:
    return f"whole {' '.join(form)}"


def _loosely(words: Words) -> list[str]:
    """First names, and last names after a title."""
    firsts = [f"first {word}" for word in words[words[:1] in _ASKING :]]
    return firsts + [f"last {word}" for title, word in pairwise(words) if title in _TITLES]


def _spans(words: Words, by: dict[str, list[Person]]) -> list[Person]:
    """Who is named by runs of these words, the longest run from each place first; what it covers is not looked at again."""
    found: list[Person] = []
    start = 0
    while start < len(words):
        for length in range(min(_LONGEST_NAME, len(words) - start), 0, -1):
            if people := by.get(_whole(words[start : start + length])):
                found += people
                start += length
                break
        else:
            start += 1
    return found


def _names(person: Person) -> list[str]:
    return [name for name in (person.name, person.preferred, *person.aliases) if name]


def _calls(written: frozenset[Words], person: Person) -> bool:
    return any(_is_same(written, name) for name in _names(person))


def _is_same(written: frozenset[Words], name: str) -> bool:
    return bool(written & forms(name))


def _leaves_out_initials(written: frozenset[Words], name: str) -> bool:
    """Whether the typed name is the directory's without some of its middle initials. One that it adds is not taken."""
    return any(_skips_initials(form, whole) for form in written for whole in _ways(_without_case(name), "", " "))


def _skips_initials(typed: Words, whole: Words) -> bool:
    place = 0
    for number, word in enumerate(whole):
        if place < len(typed) and typed[place] == word:
            place += 1
        elif not (_is_initial(word) and 0 < number < len(whole) - 1):
            return False
    return place == len(typed)


def _is_initial(word: str) -> bool:
    """One letter of a script that has capitals; elsewhere one sign may be a name."""
    return len(word) == 1 and word.upper() != word


@lru_cache(maxsize=65536)
def forms(name: str) -> frozenset[Words]:
    """A name as words, for each way to write its hyphens and apostrophes: apart or together. Empty where no letter is left."""
    name = _without_case(name)
    apostrophes = ("", " ") if _APOSTROPHES.search(name) else ("",)
    hyphens = ("", " ") if _HYPHENS.search(name) else ("",)
    return frozenset(way for apostrophe in apostrophes for hyphen in hyphens for way in _ways(name, apostrophe, hyphen) if way)


def _ways(name: str, apostrophe: str, hyphen: str) -> Iterator[Words]:
    """Folded words in reading order: "Marsh, Bob" turned round; after a comma "Md" may be a first name or a degree, so both."""
    joined = _HYPHENS.sub(hyphen, _APOSTROPHES.sub(apostrophe, name))
    last, *rest = [_plain_words(part) for part in _COMMAS.split(joined)]
    if not rest or set(rest[0]) <= _SUFFIXES:
        yield sum(rest, last)
    if rest:
        yield sum(rest[1:], rest[0] + last)


def _plain_words(text: str) -> Words:
    """Accents and signs taken off; what is left between blanks and full stops."""
    if text.isascii():
        return tuple(_ASCII_GAPS.sub(" ", text.replace("'", "")).split())
    folded = unicodedata.normalize("NFKD", text).translate(_FOLDED)
    return tuple("".join(map(_folded, folded)).split())


def _without_case(text: str) -> str:
    """In the form in which compatible signs are one, and so are capitals and small letters."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


_ASCII_GAPS = re.compile("[^a-z0-9]+")


def _folded(sign: str) -> str:
    """A letter itself, nothing for what is put on a letter or is not seen, a blank for what parts words.

    Vowels and tones that stand as marks (Indic scripts, Thai, Japanese) are letters here: without them, names become others.
    """
    match "" if _APOSTROPHES.match(sign) else unicodedata.category(sign)[0]:
        case "":
            return ""
        case "L" | "N":
            return sign
        case "M":
            return "" if _is_accent(sign) else sign
        case "C":
            return "" if unicodedata.category(sign) == "Cf" else " "
        case _:
            return " "


def _is_accent(sign: str) -> bool:
    """By its class in Unicode: strokes, Hebrew and Arabic points, marks above and below; and variation selectors."""
    place = unicodedata.combining(sign)
    return place == 1 or 10 <= place <= 36 or 200 <= place <= 240 or "\ufe00" <= sign <= "\ufe0f"
