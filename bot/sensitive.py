"""Messages that must not be kept, not even on request: reports, harassment, receipts."""

from __future__ import annotations

import re

from intents import Recognition

# Share of the evidence above which a message counts as a report; low, since keeping one would be worse than
# not offering to keep a question.
REPORT_SHARE = 0.10
_WORDS = re.compile(
    r"\b(?:harass\w*|assault\w*|grop\w+|molest\w*|rap(?:e|ed|ist)|stalk\w*|threat\w*|bull(?:y|ied|ies|ying)|retaliat\w*|suicid\w*|"
    r"abus\w+|touched me|hit me|hurt me|slurs?|racis\w+|sexis\w+|whistle\w*|anonymous\w*|witness\w*|receipt|passphrase)\b",
    re.IGNORECASE,
)
# Somebody may come to harm: said clearly, misspelt, or round about. Shown too often rather than once too seldom.
_ONESELF = (
    r"kil+(?:ing|ed)? (?:my|him|her|them)sel(?:f|v?es)",
    r"sui?cid\w*",
    r"kms",
    r"end(?:ing)? (?:it all|my life|everything)",
    r"(?:take|taking|took) (?:my|his|her|their) own li(?:fe|ves)",
    r"(?:want|wan+a)(?: to)? die",
    r"(?:wish (?:i|he|she) (?:was|were)|better off) dead",
    r"(?:don.?t|do not) (?:want to|wan+a) (?:live|be alive|wake up|be here any ?more)",
    r"(?:nobody|no ?one) (?:would|will) miss me",
    r"(?:hurt|harm|cut)(?:ting|ing)? myself",
    r"no reason to (?:live|go on)",
    r"can.?t go on(?: any ?more| like this| living)",
    r"quiero morir|matarme|suicidarme|no quiero vivir",
)
_WHO = (
    r"(?:me|us|him|her|them|you|people|everyone|everybody|somebody|someone|my \w+|his \w+|her \w+|their \w+|the (?:boss|office))"
)
_BY = r"(?:he|she|they|who|\w*boss|supervisor|manager|co-?worker|colleague)"
_DID = r"(?:hit|punched|beaten|choked|slapped|attacked|strangled|raped|groped|molested|assaulted)"
_OTHERS = (
    rf"(?:going to|gon+a|wan+a|wants? to|threat\w* to|will) (?:kill|shoot|stab|murder|attack) (?:up )?{_WHO}",
    r"(?:bring|brings|brought|bringing|has|have|had|with|carr\w+|pull\w+|wav\w+) (?:a|an|his|her|their) "
    r"(?:gun|knife|weapon|bomb|rifle|pistol)",
    r"active shooter|bomb threat",
    rf"{_BY} (?:just )?(?:{_DID}|hurt|touched) (?:me|him|her|us|them)(?! up)",
    rf"(?:i|he|she|we|they) (?:was|were|got|am|is|have been) (?:just |sexually )?{_DID}",
    r"raped (?:me|him|her|by)",
)
_DANGER = re.compile(rf"\b(?:{'|'.join((*_ONESELF, *_OTHERS))})\b", re.IGNORECASE)
# Between two signs @ no other is crossed, so that a text full of them is still looked through in one go.
_REACHABLE = re.compile(r"\+?\d[\d\s().-]{6,}\d|[^\s@]@[^\s@]+\.\w")
_GLUE = frozenset(
    """
    a an and are at be can did do does for from get how i if in is it me my of on or our that the their there they this to
    was we what when where which who why will with you your
    """.split()
)


def is_sensitive(text: str, recognition: Recognition) -> bool:
    """Whether the message may be a report, tell of harassment, or be a receipt of a report."""
    report = recognition.share("report", "report_status")
    return report > REPORT_SHARE or bool(_WORDS.search(text)) or _looks_like_receipt(text)


def is_danger(text: str) -> bool:
    """Whether somebody may be about to come to harm."""
    return bool(_DANGER.search(text))


def names_a_way_to_reach(text: str) -> bool:
    """Whether a telephone number or an e-mail address stands in the text."""
    return bool(_REACHABLE.search(text))


def _looks_like_receipt(text: str) -> bool:
    """Five or more plain words in a row without any of the small words that every sentence has."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return len(words) >= 5 and not _GLUE.intersection(words)
