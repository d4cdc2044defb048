"""What a report may say, and how it is filled up and sealed: P4, P9, P10."""

from __future__ import annotations

import dataclasses

import pyrage
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.casebook import padding, sealing, submission
from bot.casebook.enclosing import from_bytes, to_bytes
from bot.casebook.shapes import Enclosure
from bot.casebook.submission import KINDS, PERIODS, Invalid, Submission
from tests.casebooks import report

pytestmark = pytest.mark.anonymity
KEYS = [pyrage.x25519.Identity.generate() for _ in range(4)]
PUBLIC = [str(each.to_public()) for each in KEYS]


def test_p4_a_report_has_exactly_these_fields() -> None:
    """No field can hold who wrote, when exactly, or through what."""
    names = {each.name for each in dataclasses.fields(Submission)}
    assert names == {"kind", "clauses", "what", "where", "when", "route", "involved", "danger"}


def test_a_report_without_words_is_refused_with_all_that_is_wrong() -> None:
    """Every mistake is told at once, and none repeats what was written."""
    with pytest.raises(Invalid) as refused:
        submission.checked(report(kind="gossip", what=" \u200b\n", when="at 14:02", clauses=("x" * 50,)))
    assert len(refused.value.mistakes) == 4
    assert "14:02" not in str(refused.value)
    assert "gossip" not in str(refused.value)


def test_a_report_too_long_is_refused() -> None:
    """What cannot be kept whole is not cut."""
    with pytest.raises(Invalid):
        submission.checked(report(what="a" * 20_001))
    with pytest.raises(Invalid):
        submission.checked(report(clauses=tuple(f"416.{each}" for each in range(11))))


@given(
    st.builds(
        Submission,
        st.sampled_from(KINDS),
        st.lists(st.text(min_size=1, max_size=9), max_size=4).map(tuple),
        st.text(min_size=1),
        st.text(max_size=40),
        st.sampled_from(PERIODS),
        st.text(max_size=9),
        st.lists(st.text(max_size=9), max_size=3).map(tuple),
        st.booleans(),
    )
)
@example(report(what="half \ud800 a character"))
@settings(max_examples=60, deadline=None)
def test_whatever_is_accepted_comes_out_as_it_went_in(given_: Submission) -> None:
    """What is sealed is read back the same, whatever letters it has."""
    try:
        checked = submission.checked(given_)
        content = submission.to_bytes(checked, ("hana",), "case")
    except (Invalid, ValueError):
        return
    again, to, linked = submission.from_bytes(content)
    assert submission.to_bytes(again, to, linked) == content
    assert (to, linked, again.kind, again.danger) == (("hana",), "case", checked.kind, checked.danger)


@given(st.binary(max_size=70_000))
@example(b"a" * 4092)
@example(b"a" * 4093)
@example(b"\0" * 100)
@settings(max_examples=60, deadline=None)
def test_p9_a_padded_size_takes_only_a_few_values(content: bytes) -> None:
    """Whatever its length, a content has the size of a bucket, and comes back whole."""
    padded = padding.pad(content)
    assert len(padded) in (4096, 16384, 65536, 262144)
    assert padding.unpad(padded) == content


def test_p9_what_is_too_long_for_the_last_bucket_is_refused() -> None:
    """Nothing is cut off."""
    padding.pad(b"a" * (262144 - 4))
    with pytest.raises(padding.TooLong):
        padding.pad(b"a" * (262144 - 3))


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_what_was_not_padded_here_is_refused(content: bytes) -> None:
    """No made-up bytes are taken for a content."""
    with pytest.raises(padding.NotPadded):
        padding.unpad(content)


@pytest.mark.parametrize("count", range(1, 5))
@pytest.mark.parametrize("length", [10, 900])
def test_p9_size_and_stanzas_do_not_tell_how_many_can_read(count: int, length: int) -> None:
    """One size of body per bucket, and one number of stanzas, whoever was left out."""
    sealed = sealing.seal(b"x" * length, PUBLIC[:count])
    assert sealing.stanzas(sealed) == sealing.STANZAS
    assert len(sealing.body(sealed)) == len(sealing.body(sealing.seal(b"", PUBLIC)))
    assert sealing.unseal(sealed, str(KEYS[count - 1])) == b"x" * length


def test_p9_a_reader_stands_at_any_place_among_the_stanzas() -> None:
    """The real keys are not the first ones: where age finds a reader's stanza is chance."""
    places = set()
    for _ in range(40):
        lines = sealing.seal(b"", PUBLIC[:1]).partition(b"\n---")[0].split(b"-> X25519 ")[1:]
        for place in range(sealing.STANZAS):
            head = b"age-encryption.org/v1\n-> X25519 " + lines[place]
            if _opens(head):
                places.add(place)
    assert len(places) > 4


def _opens(head: bytes) -> bool:
    """Whether age takes this one stanza for Alice's: then it complains about the header's seal, not about the key."""
    try:
        pyrage.decrypt(head.rstrip(b"\n") + b"\n--- " + b"A" * 43 + b"\n" + b"\0" * 32, [KEYS[0]])
    except pyrage.DecryptError as error:
        return "matching" not in str(error)
    return True


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_p10_a_changed_byte_is_an_error(place: int, flip: int) -> None:
    """Whatever byte is changed, nothing is opened."""
    sealed = bytearray(_SEALED)
    sealed[place % len(sealed)] ^= flip
    with pytest.raises(sealing.NotForThisKey):
        sealing.unseal(bytes(sealed), str(KEYS[0]))


_SEALED = sealing.seal(b"what happened", PUBLIC[:2])


def test_p10_every_byte_of_the_end_and_every_fiftieth_of_the_rest_is_guarded() -> None:
    """Not only bytes that chance finds."""
    for place in [*range(0, len(_SEALED), 50), *range(len(_SEALED) - 40, len(_SEALED))]:
        changed = _SEALED[:place] + bytes([_SEALED[place] ^ 1]) + _SEALED[place + 1 :]
        with pytest.raises(sealing.NotForThisKey):
            sealing.unseal(changed, str(KEYS[0]))


def test_p10_another_key_opens_nothing() -> None:
    """Whoever it was not sealed to learns nothing, nor does a text that is no key."""
    for wrong in (str(KEYS[3]), "AGE-SECRET-KEY-1WRONG", ""):
        with pytest.raises(sealing.NotForThisKey):
            sealing.unseal(_SEALED, wrong)


def test_nothing_is_sealed_to_nobody_or_to_no_key() -> None:
    """A report that nobody could open would be lost."""
    for keys in ([], ["age1nonsense"], [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(17)]):
        with pytest.raises(sealing.NotSealed):
            sealing.seal(b"", keys)


def test_files_come_out_as_they_went_in() -> None:
    """Names with any letters, empty files, several of them; more than twenty are refused."""
    files = (Enclosure("Zoë\nbild.png", "image/png", b"\x89PNG\0"), Enclosure("", "text/plain", b""))
    assert from_bytes(to_bytes(files)) == files
    assert from_bytes(b"") == ()
    with pytest.raises(padding.TooLong):
        to_bytes(files * 11)
