"""Text to words: what two people type differently and mean alike comes out alike."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

LONGEST_TEXT = 2400
LONGEST_WORD = 40
_CURLY = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "—": " ", "–": " "})
_REPEATED = re.compile(r"(.)\1{2,}")
# Letters and digits of any script, or one sign such as an emoji (without the invisible joiners between emoji).
_WORD = re.compile(r"[^\W_]+|[^\x00-\x7f\w\s\u200d\ufe0e\ufe0f\ud800-\udfff]")

_STEMMER = snowballstemmer.stemmer("english")

# Words that say nothing of the matter, small talk included. Apostrophes are dropped, as in `tokens`.
STOP_WORDS = frozenset(
    """
    a about above after again against all also am an and any anybody anyone anything are arent around as at be because been
    before being below between both but by can cant cannot could couldnt d did didnt do does doesnt doing done dont down
    during each either else even ever every everybody everyone few for from further get gets getting got gotta go goes going
    gonna had hadnt has hasnt have havent having he hed hell her here hers herself hes hey hi him himself his how i id if
    ill im in into is isnt it its itself ive just kinda know let lets like ll m may maybe me mean means meant might mine
    more most much must my myself need needs no nor not now o of off oh ok okay on once one only or other our ours ourselves
    out over own please pls plz re really s said same say says shall she should shouldnt so some somebody someone something
    still such t tell than that thats the their theirs them themselves then there theres these they theyre thing things
    think this those though through thru to too u ur r under until up us use used using ve very via wanna want wants was
    wasnt way we well were werent what whats when where wheres whether which while who whole whos whose whom why will with
    within without won wont would wouldnt y ya yall ye yeah yes yet you your youre yours yourself abt actually aint already
    always another anyway asap b back bc btw c cause cuz day guy guys idk lol lot make makes making many n nope per put
    question right see since sort sure take tho today took try trying two ty w whatever wondering yo
    """.split()
)


def tokens(text: str) -> list[str]:
    """The words and signs of a text: lower case, width, accents and curly forms folded, apostrophes dropped, "sooo" as "soo".

    A very long text is read at both ends only, since a question stands there.
    """
    if len(text) > LONGEST_TEXT:
        text = f"{text[: LONGEST_TEXT // 2]} {text[-LONGEST_TEXT // 2 :]}"
    folded = _unaccented(unicodedata.normalize("NFKC", text).lower().translate(_CURLY))
    return [word[:LONGEST_WORD] for word in _WORD.findall(_REPEATED.sub(r"\1\1", folded).replace("'", ""))]


def _unaccented(text: str) -> str:
    """The text without accents; plain text is given back as it is."""
    if text.isascii():
        return text
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The English Snowball stem of a word."""
    return str(_STEMMER.stemWord(word))


def stems(text: str) -> list[str]:
    """The stems of a text, in order."""
    return [stem(word) for word in tokens(text)]


def says_anything(text: str) -> bool:
    """Whether there is more in a text than small words."""
    return any(word not in STOP_WORDS and any(map(str.isalnum, word)) for word in tokens(text))
