"""A team's ledger and its server: away, silent, lost in the middle, read-only, of another version, held by somebody."""

import asyncio
import contextlib
import os
import shutil
import time

import pytest

from tests.harness.certificates import make_certificate
from tests.harness.cut_line import CutLine
from tests.harness.muted_line import MutedLine
from tests.harness.postgres import Cluster
from tests.harness.sandbox import free_port
from tests.storage.operations import done
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import LedgerUnavailable, RefusedHere
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.team import Team
from tui_reseller.storage.ledger.encoding import escaped
from tui_reseller.storage.ledger.postgresql import ledger as ledger_module
from tui_reseller.storage.ledger.postgresql import probing
from tui_reseller.storage.ledger.postgresql.ledger import TeamLedger
from tui_reseller.storage.ledger.postgresql.writer import NEVER_LEFT
from tui_reseller.storage.ledger.rows import LOST
from tui_reseller.system.clock import boot_seconds


@pytest.fixture
async def of(team_cluster):
    """Open the ledger as somebody, or at another place."""
    opened = []

    def open_as(role, **there):
        host = there.get("host", team_cluster.folder)
        opened.append(TeamLedger(Team(f"postgresql://{role}@/team?host={host}")))
        return opened[-1]

    yield open_as
    for ledger in opened:
        await ledger.aclose()


@pytest.fixture
def muted(team_cluster, tmp_path):
    folder = tmp_path / "m"
    folder.mkdir()
    line = MutedLine(team_cluster, folder)
    yield line
    line.close()


async def test_a_server_that_goes_away_is_named_and_comes_back(team_cluster, of, intent):
    ann = of("ann")
    await done(ann, intent())
    team_cluster.stop()
    try:
        for asked in (lambda: ann.begin(intent(username="other")), lambda: ann.entries(AuditQuery())):
            with pytest.raises(LedgerUnavailable, match="PostgreSQL is away: nobody answers at") as refused:
                await asked()
            assert "nothing waits to be sent" in refused.value.hint
    finally:
        team_cluster.start()
    assert len(await ann.entries(AuditQuery())) == 1
    await done(ann, intent(username="other"))
    assert (await ann.check()).rows == 4


async def test_who_was_not_heard_of_is_heard_of_before_a_call_leaves(team_cluster, of, intent):
    ann, now = of("ann"), boot_seconds()
    ann._clock = lambda: now
    await ann.begin(intent())
    now += 90  # a machine that slept, less than a lease
    assert ann.heart.send_until < now
    assert await ann.send_until() == now + 60
    now += 90
    team_cluster.stop()
    try:
        assert await ann.send_until() < now
    finally:
        team_cluster.start()


async def test_an_outcome_that_could_not_be_written_is_written_when_the_ledger_is_there_again(team_cluster, of, intent):
    ann, bob = of("ann"), of("bob")
    entry = await ann.begin(intent())
    team_cluster.stop()
    try:
        with pytest.raises(LedgerUnavailable):
            await ann.finish(entry, Outcome.APPLIED, "said", is_answer=True)
    finally:
        team_cluster.start()
    assert (await bob.get(entry)).outcome is None, "its process lives"
    with pytest.raises(RefusedHere, match="being sent just now"):
        await bob.begin(intent())
    await ann.begin(intent(username="other"))  # by a new session, which takes over what is on its way
    assert (await bob.get(entry)).outcome is None
    assert await bob.recover() == 0
    await ann.finish(entry, Outcome.APPLIED, "said", is_answer=True)
    assert (await bob.get(entry)).outcome is Outcome.APPLIED


async def test_an_intent_whose_answer_was_lost_is_closed_as_not_sent(of, muted, intent, monkeypatch):
    monkeypatch.setattr(ledger_module, "WRITE_SECONDS", 1.0)
    ann, bob = of("ann", host=muted.folder), of("bob")
    kept = await ann.begin(intent(username="kept"))
    muted.is_mute = True
    with pytest.raises(LedgerUnavailable, match="did not answer within 1 seconds"):
        await ann.begin(intent(username="lost"))
    muted.is_mute = False
    (lost, _kept) = await bob.entries(AuditQuery())
    assert (lost.username, lost.outcome) == ("lost", None), "it was written; nobody was told"
    await ann.finish(kept, Outcome.APPLIED, "said", is_answer=True)
    found = await bob.get(lost.id)
    assert (found.outcome, found.message) == (Outcome.NOT_SENT, NEVER_LEFT)
    assert (await bob.get(kept)).outcome is Outcome.APPLIED
    assert (await bob.check()).is_whole


async def test_whoever_ends_after_a_lost_answer_leaves_nobody_locked(team_cluster, of, intent, tmp_path):
    bob, written = of("bob"), set()
    with CutLine.before(team_cluster, tmp_path / "line") as line:
        for side in ("asked", "answered"):
            for after in range(4):
                ann, name = of("ann", host=tmp_path / "line"), f"{side}-{after}"
                await done(ann, intent(username="other"))
                line.arm(side, after)
                with contextlib.suppress(LedgerUnavailable):
                    await ann.finish(await ann.begin(intent(username=name)), Outcome.NOT_SENT, NEVER_LEFT)
                was_cut = line.was_cut
                line.disarm()
                await ann.aclose()
                if was_cut:
                    found = await bob.entries(AuditQuery(username=name))
                    assert {(entry.outcome, entry.message) for entry in found} <= {(Outcome.NOT_SENT, NEVER_LEFT)}, name
                    written |= {name for _entry in found}
                    await done(bob, intent(username=name))
    assert any(name.startswith("answered") for name in written), "it was written, and nobody was told"
    assert (await bob.check()).is_whole


async def test_reading_goes_on_while_writing_gets_no_answer(of, muted, intent, monkeypatch):
    monkeypatch.setattr(ledger_module, "WRITE_SECONDS", 1.0)
    ann = of("ann", host=muted.folder)
    await ann.begin(intent())
    muted.is_mute = True
    writing = asyncio.create_task(ann.begin(intent(username="other")))
    await asyncio.sleep(0.1)
    muted.is_mute = False  # what was swallowed is gone
    assert len(await ann.entries(AuditQuery(username="user1"))) == 1
    assert not writing.done()
    with pytest.raises(LedgerUnavailable):
        await writing


async def test_what_others_closed_while_we_were_not_heard_of_never_leaves(team_cluster, of, intent):
    ann, bob = of("ann"), of("bob")
    kept = await ann.begin(intent(username="kept"))
    over = "UPDATE reseller.sessions SET until = now() WHERE role = 'ann'"
    team_cluster.ask(over)
    await ann.heart.once()  # a new session, which takes over what is on its way
    closed = await ann.begin(intent())
    assert await ann.send_until(kept) > boot_seconds(), "nobody has closed it"
    team_cluster.ask(over)
    assert await bob.recover() == 2
    await ann.heart.once()
    for entry in (kept, closed):
        assert await ann.send_until(entry) < boot_seconds()
    other = await ann.begin(intent(username="other"))
    assert await ann.send_until(other) > boot_seconds()


@pytest.mark.slow
async def test_a_process_that_stood_still_sends_nothing_and_is_taken_for_dead_for_good(team_cluster, of, intent):
    team_cluster.ask("UPDATE reseller.meta SET lease_seconds = 4")
    ann, bob = of("ann"), of("bob")
    entry = await ann.begin(intent(Operation.SET))
    assert await ann.send_until() > boot_seconds()
    time.sleep(4.5)  # noqa: ASYNC251 - as a stopped process, which says nothing to anybody
    assert ann.heart.send_until < boot_seconds()
    assert (await bob.get(entry)).outcome is Outcome.UNKNOWN
    assert await bob.recover() == 1
    assert ((await bob.get(entry)).message, (await bob.check()).rows) == (LOST, 2)
    await ann.finish(entry, Outcome.APPLIED, "said", is_answer=True)
    assert (await bob.get(entry)).outcome is Outcome.APPLIED
    await ann.begin(intent())
    assert await ann.send_until() > boot_seconds()
    states = team_cluster.ask("SELECT count(*) FILTER (WHERE ended IS NOT NULL), count(*) FROM reseller.sessions")
    assert states == [(1, 3)]


@pytest.mark.slow
async def test_a_session_that_beats_lives_longer_than_its_lease(team_cluster, of, intent):
    team_cluster.ask("UPDATE reseller.meta SET lease_seconds = 6")
    ann, bob = of("ann"), of("bob")
    entry = await ann.begin(intent())
    await asyncio.sleep(7)
    assert ann.heart.send_until > boot_seconds()
    assert (await bob.get(entry)).outcome is None
    await ann.aclose()
    assert (await bob.get(entry)).outcome is Outcome.UNKNOWN, "it ended, and nobody knows"


@pytest.mark.slow
async def test_who_holds_a_lock_is_named(team_cluster, of, intent, account):
    import psycopg  # noqa: PLC0415 - only where it is installed

    ann = of("ann")
    with psycopg.connect(team_cluster.address("bob"), autocommit=True) as bob:
        bob.execute("SELECT pg_advisory_lock(reseller.lock_of(%s))", (escaped(account),))
        with pytest.raises(LedgerUnavailable) as refused:
            await ann.begin(intent())
        assert f'"bob" holds the lock of {account}' in refused.value.message
        assert f"(process {bob.info.backend_pid} of PostgreSQL)" in refused.value.message
        await done(ann, intent(account="other"))
    await done(ann, intent())


async def test_a_server_that_can_only_be_read_is_read(team_cluster, of, intent):
    ann = of("ann")
    await done(ann, intent())
    await ann.aclose()
    team_cluster.ask("ALTER DATABASE team SET default_transaction_read_only = on")
    try:
        with pytest.raises(LedgerUnavailable, match="can only be read"):
            await ann.begin(intent(username="other"))
        assert len(await ann.entries(AuditQuery())) == 1
        await ann.aclose()
    finally:
        team_cluster.ask(
            "SET default_transaction_read_only = off; ALTER DATABASE team RESET default_transaction_read_only"
        )


@pytest.mark.parametrize(("version", "words"), [(99, "a newer version of this program"), (1, "of an older version")])
async def test_another_schema_is_refused_and_not_changed(team_cluster, of, intent, version, words):
    ((ours,),) = team_cluster.ask("SELECT version FROM reseller.meta")
    team_cluster.ask(f"UPDATE reseller.meta SET version = {version}")
    try:
        with pytest.raises(LedgerUnavailable, match=words):
            await of("ann").begin(intent())
        with pytest.raises(LedgerUnavailable, match=words):
            await of("ann").entries(AuditQuery())
        assert team_cluster.ask("SELECT count(*) FROM reseller.rows") == [(0,)]
    finally:
        team_cluster.ask(f"UPDATE reseller.meta SET version = {ours}")


async def test_a_server_that_is_none_or_says_nothing_is_named(team_cluster, of, monkeypatch):
    monkeypatch.setattr(probing, "SECONDS", 0.5)
    with team_cluster.silent() as folder:
        assert probing.why_not({"host": folder}).endswith("does not answer as one does")
    assert "no database of this name" in probing.why_not(
        {"host": str(team_cluster.folder), "user": "ann", "dbname": "no"}
    )


def test_a_certificate_must_be_that_of_the_host(tmp_path, monkeypatch):
    make_certificate(tmp_path, "db.example.com")
    port = free_port()
    with Cluster.running() as cluster:
        for name in ("cert.pem", "key.pem"):
            shutil.copy(tmp_path / name, cluster.folder / name)
            (cluster.folder / name).chmod(0o600)
            if os.geteuid() == 0:
                shutil.chown(cluster.folder / name, "nobody", "nogroup")
        cluster.stop()
        there = f"-c listen_addresses=127.0.0.1 -c port={port} -c ssl_cert_file={cluster.folder}/cert.pem"
        cluster.start(f"{there} -c ssl_key_file={cluster.folder}/key.pem -c ssl=on")

        def why(host, **more):
            found = {
                "hostaddr": "127.0.0.1",
                "port": str(port),
                "sslmode": "verify-full",
                "user": "ann",
                "dbname": "no",
            }
            return probing.why_not({**found, "host": host, **more})

        trusted = str(tmp_path / "cert.pem")
        assert "no database of this name" in why("db.example.com", sslrootcert=trusted)
        for told in (why("other.example.com", sslrootcert=trusted), why("db.example.com")):
            assert "has not the certificate of this host from an authority that we trust" in told
        cluster.stop()
        cluster.start(f"-c listen_addresses=127.0.0.1 -c port={port}")
        assert "offers no TLS" in why("db.example.com", sslrootcert=trusted)
