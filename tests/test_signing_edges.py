"""What must not come of signing at odd moments: with another's form, past the questions, on a stale page, for another policy."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot import hr_desk
from bot.arrivals import arrived, died
from bot.carrying import carry
from bot.channels import plain
from bot.desk import OldLink
from bot.enquiries import Enquiries
from bot.expanding import Around
from bot.journeys.quiz import questions
from bot.journeys.requesting import BadRequest, NotHR
from bot.office_hours import Hours
from bot.people import Grant, Sender
from bot.publishing import Published, changes
from bot.records import Act, Assignment, Audience, Notice, Request
from bot.standings import NotYours
from bot.turns import Pressed, Submitted
from bot.views import Text, View, view
from tests.signoffs import ALICE, TODAY, Office, Signer, knowledge_of, office

DAY = datetime.timedelta(days=1)


@pytest.fixture(params=["memory", "postgres"])
def here(request: pytest.FixtureRequest) -> Iterator[Office]:
    """An office over each kind of database."""
    with office(request.param) as made:
        yield made


def withdraw(signer: Signer, record: str) -> View:
    """Takes a signature back."""
    sent = Submitted("withdraw", {"reason": "A reason"}, json.dumps([record]))
    signer.shown = signer.office.desk.answer(sent, signer._sender, signer._person)
    return signer.shown


def waiting(office: Office) -> list[str]:
    """The keys of all notices, each of which arrives."""
    keys = []
    while due := office.ledger.notices.claim(office.clock().timestamp() + 10 * 86400, "test", 100, 60):
        keys += [each.key for each in due]
        for each in due:
            office.ledger.notices.settle(each.key, "test")
    return keys


def second_policy(office: Office) -> Published:
    """Another policy, with clauses of its own, asked for by a request of its own."""
    policy = office.published.policy
    own = tuple(replace(each, id=f"5{each.id[1:]}", parent=each.parent and f"5{each.parent[1:]}") for each in policy.clauses)
    other = replace(policy, id="516", title="Other Policy", clauses=own)
    published = Published(other, "", changes(None, other), "as installed", office.clock())
    asked = Request("r5", "516", other.version, Audience("everyone"), office.request.due, office.clock(), "hana")
    with office.ledger.transaction(deciding=True):
        office.ledger.policies.publish(published)
        office.ledger.requests.add(asked)
        office.ledger.requests.assign(Assignment("r5", "alice", asked.due, TODAY))
    return published


def test_anothers_form_signs_nothing(here: Office) -> None:
    """Who sends back the form that was drawn for a colleague is refused: they were shown nothing."""
    alice, bob = Signer(here), Signer(here, "bob")
    bob.read_all()
    sent = Submitted("sign", {"consent": "yes", "name": "Alice Stone"}, bob.form.state)
    with pytest.raises(NotYours):
        here.desk.answer(sent, alice._sender, alice._person)


def test_an_old_form_does_not_lead_past_the_questions() -> None:
    """The form for signing, kept from before the questions, opens them."""
    with office(quiz=True) as here:
        alice = Signer(here)
        alice.read_all()
        right = {each.name: each.right for each in questions(here.published.policy)}
        state = alice.form.state
        sent = Submitted("sign", {"consent": "yes", "name": "Alice Stone"}, state, "drawn")
        alice.shown = here.desk.answer(sent, alice._sender, alice._person)
        assert (alice.form.id, here.entries("signed")) == ("sign_quiz", [])
        alice.submit(**right)
        alice.submit(consent="yes", name="Alice Stone")
        assert len(here.entries("signed")) == 1


def test_the_questions_are_asked_for_the_version_that_is_signed() -> None:
    """A request with questions asks them too where a newer version is signed in its place."""
    with office(quiz=True) as here:
        alice = Signer(here)
        alice.read_all()
        alice.submit(**{each.name: each.right for each in questions(here.published.policy)})
        here.publish("416.8.5.f", "Quite another text.", material=True)
        alice.read_all()
        assert alice.form.id == "sign_quiz"


def test_pages_of_a_difference_are_no_pages_of_the_whole(here: Office) -> None:
    """Who has read what changed, and takes the earlier signature back, reads all of it before signing."""
    alice = Signer(here)
    alice.sign()
    here.publish("416.8.5.f", "Quite another text.", material=True)
    alice.open()
    difference = alice.form.state
    alice.submit()
    withdraw(alice, here.entries("signed")[0].id)
    alice.open()
    assert "Page 1 of" in alice.text
    alice.shown = here.desk.answer(Submitted("sign_read", {}, difference, "drawn"), alice._sender, alice._person)
    assert "Page 1 of" in alice.text


def test_a_signature_for_a_newer_version_settles_the_request(here: Office) -> None:
    """It is recorded for the request that asked, and nothing more is sent of that one."""
    here.publish("416.8.5.f", "Quite another text.", material=True)
    notice = Notice("remind", "person:alice", view(Text("Reminder")), here.clock(), topic="request:r1:alice")
    with here.ledger.transaction():
        here.ledger.notices.add(notice)
    alice = Signer(here)
    alice.sign()
    assert here.entries("signed")[0].request == "r1"
    assert [each.state for each in here.ledger.requests.status("r1", TODAY) if each.person == "alice"] == ["signed"]
    assert "remind" not in waiting(here)


def test_one_signature_stops_the_messages_of_every_request_for_it(here: Office) -> None:
    """Asked twice, and signed once: nobody is asked to sign what they have signed (A14)."""
    with here.ledger.transaction():
        here.ledger.requests.add(replace(here.request, id="r2"))
        here.ledger.requests.assign(Assignment("r2", "alice", here.request.due, TODAY))
        here.ledger.notices.add(Notice("ask", "person:alice", view(Text("Sign")), here.clock(), topic="request:r2:alice"))
    alice = Signer(here)
    alice.sign()
    assert "ask" not in waiting(here)


def test_a_copy_waits_for_nobody_elses_notice(here: Office) -> None:
    """Whole, in all its pieces, before a hundred others who are asked meanwhile; without it the signature is not final (A11)."""
    asked = [Notice(f"ask{number:03}", f"person:p{number}", view(Text("Sign")), here.clock()) for number in range(100)]
    with here.ledger.transaction():
        here.ledger.notices.add_all(asked)
    here.desk = replace(here.desk, address=lambda *_: "")
    Signer(here).sign()
    record, now = here.entries("signed")[0].id, here.clock().timestamp() + 1
    first = []
    while not first or first[-1] != f"copy:{record}":
        (claimed,) = here.ledger.notices.claim(now, "one", 1, 60)
        assert here.ledger.notices.settle(claimed.key, "one")
        first.append(claimed.key)
    assert len(first) > 2
    assert not [key for key in first if not key.startswith(f"copy:{record}")]


def test_who_declined_and_then_signs_has_signed(here: Office) -> None:
    """Whichever way they come to sign, HR sees it at the request that they had declined."""
    alice = Signer(here)
    alice.open()
    alice.press("I do not want to sign")
    alice.submit(reason="Not now")
    alice.sign(request="")
    assert [each.state for each in here.ledger.requests.status("r1", TODAY) if each.person == "alice"] == ["signed"]


def test_a8_declining_twice_makes_one_record(here: Office) -> None:
    """A double click tells HR once; another reason, or one after a signature was taken back, is a record of its own."""
    alice = Signer(here)
    alice.open()
    alice.press("I do not want to sign")
    form = alice.shown
    for reason in ("No", "No", "No, because"):
        alice.shown = form
        alice.submit(reason=reason)
        assert "Noted" in alice.text
    assert len(here.entries("declined")) == 2
    assert len([key for key in waiting(here) if key.startswith("declined:")]) == 2
    alice.sign()
    withdraw(alice, here.entries("signed")[0].id)
    alice.press_action("open:decline", "r1")
    alice.submit(reason="No, because")
    assert len(here.entries("declined")) == 3


def test_wanting_paper_twice_makes_one_record(here: Office) -> None:
    """HR is told once."""
    alice = Signer(here)
    alice.read_all()
    form = alice.shown
    for _ in range(2):
        alice.shown = form
        alice.press("Paper instead")
        assert "HR is told" in alice.text
    assert (len(here.entries("paper_wanted")), len(waiting(here))) == (1, 1)


def test_hr_is_told_where_nobody_asked(here: Office) -> None:
    """Who signs of their own accord and would rather not, or on paper: what the page says is told, is told."""
    with here.ledger.transaction():
        here.ledger.requests.end("r1", "alice", TODAY, "left")
    alice = Signer(here)
    alice.open("")
    alice.press("I do not want to sign")
    alice.submit(reason="No")
    alice.read_all("")
    alice.press("Paper instead")
    assert [key.rpartition(":")[2] for key in waiting(here)] == ["hana", "hana"]


def test_where_there_is_no_hr_nobody_is_said_to_be_told(here: Office) -> None:
    """Nothing is said that is not so."""
    with here.ledger.transaction():
        hana = here.ledger.people.get("hana")
        assert hana
        here.ledger.people.put(replace(hana, separated=TODAY))
    alice = Signer(here)
    alice.read_all()
    alice.press("Paper instead")
    assert "told" not in alice.text
    alice.press_action("open:decline", "r1")
    alice.submit(reason="No")
    assert "told" not in alice.text
    assert waiting(here) == []


def test_a_button_opens_the_policy_that_it_stands_under(here: Office) -> None:
    """Asked for by a request, by one that has been closed since, or by none; and what is declined is that policy."""
    second_policy(here)
    alice = Signer(here)
    with here.ledger.transaction():
        here.ledger.requests.close("r5", TODAY)
    alice.open("r5")
    assert "Other Policy" in alice.text
    alice.press_action("owed")
    (button,) = [each for each in alice.shown.buttons if each.value == "policy:516"]
    alice.press_action(button.action, button.value)
    assert "Other Policy" in alice.text
    alice.press("I do not want to sign")
    alice.submit(reason="No")
    assert here.entries("declined")[0].policy == "516"
    with pytest.raises(NotYours):
        alice.open("policy:none")


def test_whoever_has_left_by_now_signs_nothing(here: Office) -> None:
    """The person is looked at in the transaction that signs, not when their message came in."""
    alice = Signer(here)
    alice.read_all()
    before = alice._person
    assert before
    with here.ledger.transaction():
        here.ledger.people.put(replace(before, separated=TODAY))
    sent = Submitted(alice.form.id, {"consent": "yes", "name": "Alice Stone"}, alice.form.state, "drawn")
    assert "no longer belong" in plain.render(here.desk.answer(sent, alice._sender, before))
    assert here.entries("signed") == []
    assert list(here.desk.standings.owed(replace(before, separated=TODAY))) == []


def test_newcomers_are_told_when_they_can_sign(here: Office) -> None:
    """Before the first day there is nothing to sign, and nobody is told that they have left."""
    with here.ledger.transaction():
        here.ledger.people.put(replace(ALICE, started=TODAY + 3 * DAY))
    alice = Signer(here)
    alice.open()
    assert "before your first day, 23 November 2026" in alice.text


def test_what_is_withdrawn_is_withdrawn_wherever_it_was_carried(here: Office) -> None:
    """A request for the later version asks them then, since they hold it no longer."""
    alice = Signer(here)
    alice.sign()
    here.deliver()
    new = here.publish("416.8.5.f", "Quite another text.", material=False)
    carry(here.ledger, "416", here.clock(), here.desk.new_id)
    assert list(here.ledger.requests.holding("416", new.policy.version)) == ["alice"]
    withdraw(alice, here.entries("signed")[0].id)
    assert here.ledger.requests.holding("416", new.policy.version) == {}


def test_withdrawing_says_what_still_counts(here: Office) -> None:
    """Who takes an earlier signature back and holds the version in force by another one is not told to be barred."""
    alice = Signer(here)
    alice.sign()
    here.publish("416.8.5.f", "Quite another text.", material=True)
    alice.sign(request="")
    here.deliver()
    first, second = (each.id for each in here.entries("signed"))
    withdraw(alice, first)
    assert "still counts" in alice.text
    assert here.desk.standings.verdict(alice._person, TODAY).allowed
    withdraw(alice, second)
    assert "not cleared to post" in alice.text
    assert not here.desk.standings.verdict(alice._person, TODAY).allowed


def test_a_version_signed_before_its_day_can_be_seen_and_taken_back(here: Office) -> None:
    """What is held counts among what somebody has signed, whether it is in force yet or not."""
    new = here.publish("416.8.5.f", "Quite another text.", material=True, effective=TODAY + 30 * DAY)
    with here.ledger.transaction():
        here.ledger.requests.add(replace(here.request, id="r2", version=new.policy.version))
        here.ledger.requests.assign(Assignment("r2", "alice", here.request.due, TODAY))
    alice = Signer(here)
    alice.sign(request="r2")
    assert (here.entries("signed")[0].request, here.entries("signed")[0].version) == ("r2", new.policy.version)
    withdraw(alice, here.entries("signed")[0].id)
    assert "Withdrawn" in alice.text


def test_the_day_of_signing_is_that_of_the_organisation(here: Office) -> None:
    """Signed at nine in the evening in Missouri, when it is the next day in London."""
    here.clock.at = datetime.datetime(2026, 11, 21, 3, tzinfo=datetime.UTC)
    alice = Signer(here)
    alice.sign()
    alice.open()
    assert "20 November 2026" in alice.text


def test_two_versions_published_while_somebody_reads_are_both_shown_from(here: Office) -> None:
    """The difference is taken from the text that was being read, not from the version in between."""
    alice = Signer(here)
    alice.open()
    here.publish("416.2", "Quite another scope.", material=True, effective=TODAY)
    here.publish("416.12", "Quite another text.", material=True, effective=TODAY)
    alice.submit()
    assert "Quite another scope." in alice.text
    assert "Quite another text." in alice.text


def test_a_supervisor_who_has_left_is_told_of_nobody(here: Office) -> None:
    """Neither by name nor as a list."""
    with here.ledger.transaction():
        sam = here.ledger.people.get("sam")
        assert sam
        here.ledger.people.put(replace(sam, separated=TODAY))
    gone = here.ledger.people.get("sam")
    asked = Enquiries(here.desk.standings, knowledge_of(here.published.policy), here.desk.address)
    for text in ("is Alice Stone cleared to post?", "who has signed?"):
        assert "to HR alone" in plain.render(asked.said("ack_status", text, gone))


def test_a_copy_of_which_a_part_died_is_no_copy(here: Office) -> None:
    """The last part arrives, an earlier one never did: the signature is not final (A11); sent once more and whole, it is."""
    desk = dataclasses.replace(here.desk, address=lambda *_: "")
    alice = Signer(dataclasses.replace(here, desk=desk))
    alice.sign()

    def deliver(broken: int) -> None:
        number = 0
        while due := here.ledger.notices.claim(here.clock().timestamp() + 86400, "test", 10, 60):
            for each in due:
                number += 1
                if number == broken:
                    died(here.ledger, each, "test", "gone", here.clock())
                else:
                    arrived(here.ledger, each, "test", "slack", here.clock(), lambda: f"arrived{next(here.ids)}")

    deliver(broken=2)
    assert not here.desk.standings.verdict(alice._person, TODAY).allowed
    here.clock.move(minutes=2)
    alice.press_action("copy", here.entries("signed")[0].id)
    deliver(broken=0)
    assert here.desk.standings.verdict(alice._person, TODAY).allowed


def test_what_takes_a_signature_away_is_not_disposed_of_alone(here: Office) -> None:
    """Else the gate would open again: a withdrawal goes with the signature that it is about, a separation with all of them."""
    alice = Signer(here)
    alice.sign()
    here.deliver()
    signed = here.entries("signed")[0].id
    withdraw(alice, signed)
    gone = here.entries("withdrawn")[0].id
    acts = here.ledger.acts
    with here.ledger.transaction(deciding=True):
        ended = acts.append(Act("ended1", "revoked", here.clock(), "416", facts={"from": str(TODAY)}, person="alice")).id
    assert acts.kept_shut([gone, ended, signed, "none"]) == []
    assert acts.kept_shut([gone, ended]) == [gone, ended]
    with here.ledger.transaction(deciding=True):
        acts.dispose([signed], here.clock(), "GS 055", "hana")
    assert acts.kept_shut([gone, ended]) == []


def test_a_scan_stays_while_a_record_needs_it(here: Office) -> None:
    """One sheet with two signatures: it goes with the second."""
    around = Around(here.clock(), Hours(), here.desk.new_id, lambda: "token")
    seen = ("sam@city.example", "hana@city.example")
    papers = [hr_desk.paper(here.ledger, "r1", f"{who}@city.example", b"%PDF-", seen, around) for who in ("alice", "bob")]
    left = []
    for paper in papers:
        with here.ledger.transaction(deciding=True):
            here.ledger.acts.dispose([paper.id], here.clock(), "GS 055", "hana")
        left.append(here.ledger.requests.scan(paper.facts["scan_sha256"]) is not None)
    assert left == [True, False]


def test_hr_is_looked_at_when_the_request_is_kept(here: Office) -> None:
    """Whose grant was taken since they were looked up asks for nothing, and closes nothing; nor is an old version asked for."""
    around = Around(here.clock(), Hours(), here.desk.new_id, lambda: "token")
    hana = here.ledger.people.get("hana")
    with here.ledger.transaction():
        here.ledger.people.revoke("hana", Grant.HR)
    values = {"policy": "416", "audience": "everyone", "due": str(TODAY + DAY)}
    with pytest.raises(NotHR):
        hr_desk.ask(here.ledger, values, hana, around)
    with pytest.raises(NotHR):
        hr_desk.close(here.ledger, "r1", hana, around)
    assert [each.id for each in here.ledger.requests.open(TODAY)] == ["r1"]


def test_a_version_that_was_replaced_just_now_is_not_asked_for(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Published between reading the form and keeping the request: HR is told, and nobody is asked."""
    around = Around(here.clock(), Hours(), here.desk.new_id, lambda: "token")
    known = hr_desk.known(here.ledger, TODAY)
    monkeypatch.setattr(hr_desk, "known", lambda *_: known)
    here.publish("416.8.5.f", "Quite another text.", material=True)
    values = {"policy": "416", "audience": "everyone", "due": str(TODAY + DAY)}
    with pytest.raises(BadRequest, match="just now"):
        hr_desk.ask(here.ledger, values, here.ledger.people.get("hana"), around)


def test_a8_asking_twice_makes_one_request(here: Office) -> None:
    """A double click on HR's form asks nobody twice; the same request a day later is another one."""
    around = Around(here.clock(), Hours(), here.desk.new_id, lambda: "token")
    values = {"policy": "416", "audience": "everyone", "due": str(TODAY + 9 * DAY)}
    hana = here.ledger.people.get("hana")
    one, other = (hr_desk.ask(here.ledger, values, hana, around) for _ in range(2))
    later = hr_desk.ask(here.ledger, values, hana, replace(around, now=around.now + DAY))
    assert (one == other, one == later, len(here.entries("requested"))) == (True, False, 2)


def test_declining_by_a_link_leaves_the_way_to_sign_after_all(here: Office) -> None:
    """Only the signature uses the link up."""
    with here.ledger.transaction():
        here.ledger.requests.make_link("digest", "r1", "alice", here.clock() + 9 * DAY)
    sender = Sender("web")
    shown = here.desk.answer_link(Pressed("open:decline", "r1"), sender, "digest")
    shown = here.desk.answer_link(Submitted("decline", {"reason": "No"}, shown.forms[0].state, "drawn"), sender, "digest")
    (after_all,) = [each for each in shown.buttons if each.label == "Read and sign after all"]
    shown = here.desk.answer_link(Pressed(after_all.action, after_all.value), sender, "digest")
    while shown.forms and shown.forms[0].id == "sign_read":
        shown = here.desk.answer_link(Submitted("sign_read", {}, shown.forms[0].state, "drawn"), sender, "digest")
    signed = {"consent": "yes", "name": "Alice Stone"}
    here.desk.answer_link(Submitted("sign", signed, shown.forms[0].state, "drawn"), sender, "digest")
    assert len(here.entries("signed")) == 1
    with pytest.raises(OldLink):
        here.desk.answer_link(Pressed("open:sign", "r1"), sender, "digest")
