"""Reading and signing at the desk, over every database: what counts as a signature, and what does not."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import statement, views_json
from bot.channels import plain
from bot.publishing import text
from bot.standings import NotYours
from bot.turns import Submitted
from bot.views import Facts, Quote
from tests.databases import KINDS
from tests.signoffs import TODAY, Office, Signer, office


@pytest.fixture(params=KINDS)
def over(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office over each database."""
    with office(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def here() -> Iterator[Office]:
    """An office in memory."""
    with office() as made:
        yield made


def personal(office: Office, kind: str) -> dict[str, object]:
    """What is personal of the latest record of a kind."""
    found: dict[str, object] = json.loads(office.entries(kind)[-1].personal)
    return found


def facts(office: Office, kind: str) -> dict[str, object]:
    """The facts of the latest record of a kind."""
    found: dict[str, object] = json.loads(office.entries(kind)[-1].body)["facts"]
    return found


def test_reading_shows_every_word_of_the_version_in_order(here: Office) -> None:
    """What the pages quote, put together, is the text of every clause."""
    alice = Signer(here)
    alice.open()
    quoted = []
    while alice.form.id == "sign_read":
        quoted += [block.text for block in alice.shown.blocks if isinstance(block, Quote)]
        alice.submit()
    words = " ".join(" ".join(quoted).split())
    assert words == " ".join(" ".join(each.text for each in here.published.policy.clauses).split())


def test_a_signature_holds_what_was_shown(over: Office) -> None:
    """One record with the digests of text, clauses, statement and of every page as drawn, who signed, and by which account."""
    alice = Signer(over)
    pages = alice.read_all()
    assert statement.statement(over.published.policy) in alice.text
    assert statement.NOT_APPROVED in alice.text
    alice.submit(consent="yes", name="alice  STONE")
    assert "Signed" in alice.text
    (signed,) = over.entries("signed")
    assert (signed.person, signed.policy, signed.version, signed.request) == ("alice", "416", over.published.policy.version, "r1")
    told = facts(over, "signed")
    assert told["text_sha256"] == over.published.text_sha256
    assert told["clauses"] == over.published.clause_sha256
    assert [each["page"] for each in told["pages"]] == list(range(pages))  # type: ignore[index,union-attr,attr-defined]
    assert all("drawn" in each["rendered"] for each in told["pages"])  # type: ignore[index,union-attr,attr-defined]
    assert told["statement_sha256"] == statement.SHIPPED.digest
    assert told["statement_approved"] is False
    assert personal(over, "signed")["typed_name"] == "alice STONE"
    assert personal(over, "signed")["account"] == {"channel": "slack", "tenant": "T0HOME", "id": "U0ALICE"}
    assert "Stone" not in signed.body


def test_a8_signing_twice_makes_one_record(over: Office) -> None:
    """A double click, and a platform that delivers again, are told what was signed already."""
    alice = Signer(over)
    alice.read_all()
    form = alice.shown
    alice.submit(consent="yes", name="Alice Stone")
    alice.shown = form
    alice.submit(consent="yes", name="Alice Stone")
    assert "You have signed" in alice.text
    assert len(over.entries("signed")) == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Please type your full name"),
        ("   ", "Please type your full name"),
        ("Bob Marsh", "name of a colleague"),
        ("A" * 10_000, "longer than a name"),
        ("Alice 🦊 Stone", "without emoji"),
        ("Alice", "ask HR to correct"),
    ],
)
def test_a9_a_name_that_is_not_the_signers_is_refused_kindly(here: Office, typed: str, told: str) -> None:
    """Nothing is signed, a sentence says why, and the form is there again with what was typed."""
    alice = Signer(here)
    alice.read_all()
    alice.submit(consent="yes", name=typed)
    assert told in alice.text
    assert alice.form.id == "sign"
    assert here.entries("signed") == []
    alice.submit(consent="yes", name="Alice Stone")
    assert len(here.entries("signed")) == 1


def test_a10_reading_without_signing_is_no_signature(here: Office) -> None:
    """Neither the last page, nor a forged form that skips pages, nor a name without consent signs anything."""
    alice = Signer(here)
    alice.open()
    state = alice.form.state
    alice.shown = here.desk.answer(
        Submitted("sign", {"consent": "yes", "name": "Alice Stone"}, state), alice._sender, alice._person
    )
    assert "Page 1 of" in alice.text
    alice.read_all()
    alice.submit(consent="", name="Alice Stone")
    assert "agree to signing electronically" in alice.text
    assert here.entries("signed") == []
    assert not here.desk.standings.verdict(alice._person, TODAY).allowed


def test_reading_is_taken_up_where_it_was_left(here: Office) -> None:
    """Who closes the form after two pages sees the third, and may go back."""
    alice = Signer(here)
    alice.open()
    alice.submit()
    alice.submit()
    alice.open()
    assert "Page 3 of" in alice.text
    alice.press("Back")
    assert "Page 2 of" in alice.text


def test_a11_without_the_copy_a_signature_is_not_final(over: Office) -> None:
    """The gate opens when the copy has arrived, and the record of that names the signature."""
    alice = Signer(over)
    alice.sign()
    verdict = over.desk.standings.verdict(alice._person, TODAY)
    assert (verdict.allowed, verdict.record) == (False, over.entries("signed")[0].id)
    assert "copy has not been delivered" in verdict.because
    over.deliver()
    assert facts(over, "copied")["signed"] == over.entries("signed")[0].id
    assert over.desk.standings.verdict(alice._person, TODAY).allowed


def test_a12_declining_needs_a_reason_and_is_told(here: Office) -> None:
    """The gate stays shut, whoever asked is told with the reason, and signing later is still possible."""
    alice = Signer(here)
    alice.open()
    alice.press("I do not want to sign")
    alice.submit(reason="  ")
    assert "Please write a reason" in alice.text
    assert here.entries("declined") == []
    alice.submit(reason="I never post anything")
    assert personal(here, "declined")["reason"] == "I never post anything"
    told = here.ledger.notices.claim(here.clock().timestamp(), "test", 10, 60)
    assert [each.to for each in told] == ["person:hana"]
    assert not here.desk.standings.verdict(alice._person, TODAY).allowed
    alice.press("Read and sign after all")
    alice.sign()
    assert len(here.entries("signed")) == 1


def test_a16_the_gate_cites_its_record_and_its_clause(here: Office) -> None:
    """The default is no; a yes names the record, and both name 416.4.3."""
    alice = Signer(here)
    assert here.desk.standings.verdict(alice._person, TODAY) == dataclasses.replace(
        here.desk.standings.verdict(alice._person, TODAY), allowed=False, record="", clause="416.4.3"
    )
    assert here.desk.standings.verdict(None, TODAY).allowed is False
    alice.sign()
    here.deliver()
    verdict = here.desk.standings.verdict(alice._person, TODAY)
    assert (verdict.allowed, verdict.record, verdict.clause) == (True, here.entries("signed")[0].id, "416.4.3")
    assert not here.desk.standings.verdict(alice._person, TODAY - datetime.timedelta(days=1)).allowed


def test_a6_a_material_change_shuts_the_gate_and_only_it_is_signed(over: Office) -> None:
    """The old signature no longer opens; what is read is the changed clause with what changed; signing it opens again."""
    alice = Signer(over)
    alice.sign()
    over.deliver()
    new = over.publish("416.8.5.f", "Employees may use social media on work time.", material=True)
    verdict = over.desk.standings.verdict(alice._person, new.policy.effective)
    assert not verdict.allowed
    assert "earlier version" in verdict.because
    alice.open("")
    quoted = [block for block in alice.shown.blocks if isinstance(block, Quote)]
    assert [each.text for each in quoted] == ["Employees may use social media on work time."]
    assert any(isinstance(block, Facts) and block.pairs[0][0] in ("Taken out", "Put in") for block in alice.shown.blocks)
    alice.sign(request="")
    over.deliver()
    assert list(facts(over, "signed")["clauses"]) == ["416.8.5.f"]  # type: ignore[call-overload]
    assert facts(over, "signed")["difference_from"] == over.published.policy.version
    assert over.desk.standings.verdict(alice._person, new.policy.effective).allowed


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 12), st.sampled_from(["416.2", "416.8.5.f", "416.12"]))
def test_a7_what_is_published_while_somebody_reads_is_never_signed_unread(pages: int, clause: str) -> None:
    """Wherever the new version comes in between, the old one is refused, the difference is shown, and nothing is booked."""
    with office() as here:
        alice = Signer(here)
        alice.open()
        for _ in range(pages):
            if alice.form.id == "sign_read":
                alice.submit()
        shown = alice.form.id
        here.publish(clause, "Quite another text.", material=True)
        alice.submit(consent="yes", name="Alice Stone")
        assert here.entries("signed") == []
        assert "The policy changed while you read" in alice.text, shown
        assert "Quite another text." in alice.text
        alice.press("Go on reading")
        assert "Page 1 of" in alice.text


def test_what_is_asked_of_others_cannot_be_opened(here: Office) -> None:
    """A forged button with somebody else's request, or one that never was, shows nothing."""
    with here.ledger.transaction():
        here.ledger.requests.end("r1", "bob", TODAY, "left")
    carol = Signer(here, "hana")
    with pytest.raises(NotYours):
        carol.open("r2")
    assert here.entries("signed") == []


def test_nobody_unknown_signs(here: Office) -> None:
    """Somebody whom the directory does not know is told whom to ask, whatever they send."""
    nobody = Signer(here, "nobody")
    nobody.open()
    assert "I do not know who you are" in nobody.text


def test_whoever_left_signs_nothing(here: Office) -> None:
    """From the day of separation on there is nothing to sign, and no clearance (416.6.12)."""
    with here.ledger.transaction():
        alice = here.ledger.people.get("alice")
        assert alice is not None
        here.ledger.people.put(dataclasses.replace(alice, separated=TODAY))
    signer = Signer(here)
    signer.open()
    assert "no longer belong" in signer.text
    verdict = here.desk.standings.verdict(signer._person, TODAY)
    assert (verdict.allowed, verdict.clause) == (False, "416.6.12")


def test_a_quiz_is_answered_before_signing() -> None:
    """With a wrong answer the clause is shown and all is asked again; the attempts are kept."""
    with office(quiz=True) as here:
        alice = Signer(here)
        alice.read_all()
        assert alice.form.id == "sign_quiz"
        assert not [choice for field in alice.form.fields for choice in field.choices if ":" in choice.label]
        wrong = {field.name: field.choices[0].value for field in alice.form.fields}
        alice.submit(**wrong)
        assert "Not all of them" in alice.text
        from bot.journeys.quiz import questions

        alice.submit(**{each.name: each.right for each in questions(here.published.policy)})
        assert alice.form.id == "sign"
        assert [bool(json.loads(each.body)["facts"]["wrong"]) for each in here.entries("quizzed")] == [True, False]
        alice.open()
        assert alice.form.id == "sign"


def test_paper_instead_is_told_to_hr_and_signs_nothing(here: Office) -> None:
    """Paper is one press away, and until the sheet is recorded nothing is signed."""
    alice = Signer(here)
    alice.read_all()
    alice.press("Paper instead")
    assert "on paper" in alice.text
    assert len(here.entries("paper_wanted")) == 1
    assert here.entries("signed") == []


def test_a_signature_can_be_withdrawn(here: Office) -> None:
    """The gate shuts, the signature stays in the chain, HR is told, and it can be signed anew."""
    alice = Signer(here)
    alice.sign()
    here.deliver()
    alice.press_action("signed")
    alice.press("Withdraw this signature")
    alice.submit(reason="I leave the team")
    assert "Withdrawn" in alice.text
    assert not here.desk.standings.verdict(alice._person, TODAY).allowed
    alice.sign()
    assert len(here.entries("signed")) == 2


def test_the_copy_holds_the_whole_text(here: Office) -> None:
    """The answer to signing holds every word of what was signed, and the notice the way to it."""
    alice = Signer(here)
    alice.sign()
    assert text(here.published.policy).strip() in alice.text
    (notice,) = here.ledger.notices.claim(here.clock().timestamp(), "test", 10, 60)
    assert "https://bot.example/pdf/" in str(notice.view)


def test_without_an_address_the_copy_comes_whole_in_pieces(here: Office) -> None:
    """Every word arrives in messages that every channel holds, the last of which is recorded."""
    desk = dataclasses.replace(here.desk, address=lambda *_: "")
    alice = Signer(dataclasses.replace(here, desk=desk))
    alice.sign()
    sent, causes = [], []
    while due := here.ledger.notices.claim(here.clock().timestamp(), "test", 10, 60):
        for each in due:
            sent.append(plain.render(views_json.load(each.view)))
            causes.append(each.cause)
            here.ledger.notices.settle(each.key, "test")
    assert len(sent) > 5
    assert here.published.policy.clauses[-1].text[-60:] in sent[-2]
    assert [bool(each) for each in causes] == [False] * (len(causes) - 1) + [True]
