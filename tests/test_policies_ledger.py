"""Published versions and the words that are signed, as they are kept: on every database."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from bot import editions, publication
from bot.database.postgres import Postgres
from bot.ledger import Ledger, migrations
from bot.ledger.policies import AlreadyApproved, AlreadyPublished
from bot.publishing import Published
from bot.statement import SHIPPED
from policy_kb import shipped
from policy_kb.library import read_policies
from tests.databases import KINDS, Handle, opened, schema
from tests.versions import DAY, NOW, policy_with, published, written

FIRST = published(policy_with({"1": "as it was", "2": "stays"}))
SECOND = published(policy_with({"1": "otherwise", "2": "stays"}, days=31), FIRST.policy)
THIRD = published(policy_with({"1": "otherwise", "2": "stays", "3": "new"}, days=60), SECOND.policy, ("3",))
OTHER = published(policy_with({"1": "another"}, id="OTH"))


@pytest.fixture(params=KINDS)
def handle(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Handle]:
    with opened(request.param, tmp_path) as found:
        migrations.migrate(found)
        yield found


@pytest.fixture
def ledger(handle: Handle) -> Ledger:
    return Ledger(handle)


def put(ledger: Ledger, *versions: Published) -> None:
    """Publishes these, one after the other."""
    for each in versions:
        with ledger.transaction(deciding=True):
            ledger.policies.publish(each)


def day(days: int) -> datetime.date:
    """So many days after the first version came into force."""
    return DAY + datetime.timedelta(days=days)


def test_a_version_comes_back_as_it_was(ledger: Ledger, handle: Handle) -> None:
    """With its file, its changes, its approver and its digests; to a program that has just started too."""
    (seed,) = read_policies(shipped())
    real = published(seed)
    put(ledger, FIRST, SECOND, real)
    for each in (FIRST, SECOND, real):
        for kept in (ledger.policies, Ledger(handle).policies):
            found = kept.get(each.policy.id, each.policy.version)
            assert found == each
            assert found
            assert found.policy.version == each.policy.version
            assert (found.text_sha256, found.clause_sha256) == (each.text_sha256, each.clause_sha256)
    assert ledger.policies.get("TRV", "2026-01-01-00000000") is None


def test_the_last_version_effective_on_a_day_is_in_force(ledger: Ledger) -> None:
    """In whatever order they were published; each policy for itself."""
    put(ledger, THIRD, FIRST, OTHER, SECOND)
    assert ledger.policies.versions("TRV") == [FIRST, SECOND, THIRD]
    assert ledger.policies.policies() == ["OTH", "TRV"]
    for days, expected in ((-1, None), (0, FIRST), (30, FIRST), (31, SECOND), (60, THIRD), (9999, THIRD)):
        assert ledger.policies.in_force("TRV", day(days)) == expected
    assert ledger.policies.all_in_force(day(40)) == [OTHER, SECOND]
    assert ledger.policies.all_in_force(day(-1)) == []


def test_of_two_on_one_day_the_one_published_later_counts(ledger: Ledger) -> None:
    """Whatever their digests are."""
    for turn in range(4):
        texts = policy_with({"1": f"wording {turn}"}, days=5)
        put(ledger, Published(texts, "", (), "Ada Clerk", NOW + datetime.timedelta(seconds=turn)))
        assert ledger.policies.in_force("TRV", day(5)) == ledger.policies.get("TRV", texts.version)


def test_publishing_is_recorded_in_the_chain(ledger: Ledger) -> None:
    """With the digest of the text and of each clause, and what was decided; who approved it is personal."""
    put(ledger, FIRST, THIRD)
    first, third = ledger.acts.all()
    facts = json.loads(third.body)["facts"]
    assert (third.kind, third.policy, third.version) == ("published", "TRV", THIRD.policy.version)
    assert facts["text_sha256"] == THIRD.text_sha256
    assert facts["clauses"] == THIRD.clause_sha256
    assert facts["effective"] == "2026-03-02"
    assert {"clause": "3", "kind": "added", "material": False} in facts["changes"]
    assert "Ada Clerk" not in third.body
    assert json.loads(third.personal) == {"approved_by": "Ada Clerk"}
    assert third.previous == first.digest


def test_a_version_is_published_once(ledger: Ledger) -> None:
    """A second time changes nothing, and nothing is recorded."""
    put(ledger, FIRST)
    with pytest.raises(AlreadyPublished):
        put(ledger, Published(FIRST.policy, "another file", (), "somebody else", NOW))
    assert ledger.policies.versions("TRV") == [FIRST]
    assert ledger.acts.count() == 1


def test_nothing_is_kept_of_a_version_whose_transaction_fails(ledger: Ledger) -> None:
    """Neither the version nor its record, and it is not remembered either."""

    def fail() -> None:
        with ledger.transaction(deciding=True):
            ledger.policies.publish(FIRST)
            assert ledger.policies.in_force("TRV", day(1)) == FIRST
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert ledger.policies.get("TRV", FIRST.policy.version) is None
    assert ledger.acts.count() == 0
    put(ledger, FIRST)
    assert ledger.policies.get("TRV", FIRST.policy.version) == FIRST


def test_a_published_version_is_never_changed(ledger: Ledger, handle: Handle) -> None:
    """The database refuses it, by whichever statement."""
    put(ledger, FIRST)
    for statement in ("UPDATE policy_version SET document = '{}'", "DELETE FROM policy_version"):
        with pytest.raises(Exception, match=r"stays|only grows"):
            handle.run(statement)
    assert ledger.policies.versions("TRV") == [FIRST]


def test_the_words_that_are_signed_are_approved_once(ledger: Ledger) -> None:
    """With a record in the chain; these exact words and no others."""
    with ledger.transaction():
        ledger.policies.keep_statement(SHIPPED.digest, SHIPPED.text)
        ledger.policies.keep_statement(SHIPPED.digest, SHIPPED.text)
    assert ledger.policies.statement(SHIPPED.digest) == SHIPPED.text
    assert ledger.policies.statement_approval(SHIPPED.digest) is None
    assert ledger.policies.statement("another") is None
    with ledger.transaction(deciding=True):
        ledger.policies.approve_statement(SHIPPED.digest, SHIPPED.text, "Cara Law", NOW)
    approval = ledger.policies.statement_approval(SHIPPED.digest)
    assert approval
    assert (approval.by, approval.at) == ("Cara Law", NOW)
    assert "Cara" not in repr(approval)
    assert ledger.policies.statement_approval("another") is None
    (entry,) = ledger.acts.all()
    assert entry.kind == "statement_approved"
    assert json.loads(entry.body)["facts"] == {"statement_sha256": SHIPPED.digest}
    with pytest.raises(AlreadyApproved), ledger.transaction(deciding=True):
        ledger.policies.approve_statement(SHIPPED.digest, SHIPPED.text, "Somebody Else", NOW)
    assert ledger.policies.statement_approval(SHIPPED.digest) == approval
    assert ledger.acts.count() == 1


def test_two_replicas_that_lay_the_first_version_leave_one(tmp_path: Path) -> None:
    """Both at once on PostgreSQL: one version, one record, and neither fails."""
    place = written(tmp_path / "policies")
    with schema() as url:
        replicas = [Ledger(Postgres(url)) for _ in range(2)]
        migrations.migrate(handle := Postgres(url))
        barrier = Barrier(2)

        def start(ledger: Ledger) -> int:
            barrier.wait()
            return len(editions.lay(ledger, place, NOW))

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(start, replicas)) == [0, 1]
        assert len(Ledger(handle).policies.versions("TRV")) == 1
        assert Ledger(handle).acts.count() == 1
        for each in (*replicas, Ledger(handle)):
            each._database.close()


@pytest.mark.parametrize("same", [True, False])
def test_a7_of_two_who_publish_at_once_one_does(*, same: bool) -> None:
    """On PostgreSQL: the other is told, whether it was the same version or another, and decides again."""
    with schema() as url:
        handles = [Postgres(url) for _ in range(2)]
        migrations.migrate(handles[0])
        ledgers = [Ledger(each) for each in handles]
        put(ledgers[0], FIRST)
        news = [policy_with({"1": "otherwise"}, days=31), policy_with({"1": "otherwise" if same else "differently"}, days=31)]
        drafts = [
            publication.decide(publication.draft(ledger, new, "file"), ("all",), ())
            for ledger, new in zip(ledgers, news, strict=True)
        ]
        barrier = Barrier(2)

        def race(place: int) -> str:
            barrier.wait()
            try:
                publication.publish(ledgers[place], drafts[place], "Ada Clerk", NOW)
            except (publication.Overtaken, AlreadyPublished) as refused:
                return type(refused).__name__
            return "published"

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(race, range(2))) == sorted(["published", "AlreadyPublished" if same else "Overtaken"])
        assert len(ledgers[0].policies.versions("TRV")) == 2
        assert ledgers[0].acts.count() == 2
        for each in handles:
            each.close()
