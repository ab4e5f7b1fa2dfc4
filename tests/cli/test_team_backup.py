"""The ledger of a team is backed up and restored by PostgreSQL: what the verbs of a file say of that, what follows."""

import subprocess

import pytest


def _pg(cluster, program, *words):
    command = [str(cluster.bin / program), "-h", str(cluster.folder), "-U", "postgres", *words]
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)


@pytest.fixture
def as_role(consoles, team_cluster):
    return lambda role, database="team": consoles(ledger=team_cluster.address(role, database))


@pytest.fixture
def restored(team_cluster, tmp_path):
    """Dump the ledger now; call what is returned to restore it at another place, which has this name."""
    dump = str(tmp_path / "ledger.dump")
    made = []

    def dumped():
        _pg(team_cluster, "pg_dump", "-Fc", "-f", dump, "team")

        def restore(name):
            made.append(name)
            team_cluster.ask(f"CREATE DATABASE {name}", database="postgres")
            _pg(team_cluster, "pg_restore", "--exit-on-error", "-d", name, dump)

        return restore

    yield dumped
    for name in made:
        team_cluster.ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", database="postgres")


@pytest.mark.parametrize("role", ["ann", "eve", "amy"])
@pytest.mark.parametrize("verb", ["backup", "restore"])
def test_the_verbs_of_a_file_say_who_does_it_and_how(as_role, tmp_path, role, verb):
    file = tmp_path / "copy"
    ran = as_role(role)("ledger", verb, str(file), *(["--yes"] if verb == "restore" else []))
    assert (ran.code, ran.out, file.exists()) == (11, "", False)
    assert "the ledger of a team is no file; nothing was" in ran.err
    assert "whoever administers PostgreSQL" in ran.err
    assert ("pg_dump" if verb == "backup" else "pg_restore") in ran.err
    assert ("ledger accept --reason" in ran.err) == (verb == "restore")


def test_nothing_is_said_of_a_file_where_the_server_is_away(consoles, tmp_path):
    away = consoles(ledger=f"postgresql://ann@/team?host={tmp_path}")
    assert away("ledger", "backup", str(tmp_path / "x")).code == 11
    ran = away("ledger", "accept", "--reason", "ticket 4711", "--yes")
    assert (ran.code, "PostgreSQL is away" in ran.err) == (3, True), ran.err


def test_a_dump_of_now_goes_on_at_another_place(as_role, restored):
    ann = as_role("ann")
    ann.sandbox.plant("team-dump", active=True)
    assert ann("disable", "team-dump", "--yes").code == 0
    restored()("whole")
    there = as_role("ann", "whole")
    assert there("audit", "verify").row == {"rows": 2, "whole": True} | there("audit", "verify").row
    assert there("enable", "team-dump", "--yes").code == 0
    refused = as_role("eve", "whole")("disable", "team-dump", "--yes")
    assert (refused.code, "may not write" in refused.err) == (3, True)
    assert as_role("sam", "whole")("audit", "list").code == 3


@pytest.mark.parametrize("word", ["accept", "accept-loss"])
def test_an_older_dump_is_refused_until_somebody_who_may_write_accepts_it(as_role, restored, word):
    ann = as_role("ann")
    ann.sandbox.plant("team-older", active=True)
    assert ann("disable", "team-older", "--yes").code == 0
    restore = restored()
    assert ann("enable", "team-older", "--yes").code == 0
    restore("older")
    there, before = as_role("ann", "older"), len(ann.sandbox.log())
    refused = there("disable", "team-older", "--yes")
    assert (refused.code, "the ledger ends with row 2, but row 4 was written" in refused.err) == (3, True), refused.err
    assert "ledger accept --reason" in refused.err
    assert len(ann.sandbox.log()) == before
    assert len(there("audit", "list").rows) == 1, "reading goes on"
    assert there("ledger", word, "--reason", "x").code == 11, "nobody was asked"
    assert there("ledger", word, "--reason", " ", "--yes").code == 2
    accepted = there("ledger", word, "--reason", "ticket 4711", "--yes")
    assert (accepted.code, accepted.row["rows"]) == (0, 3), accepted.err
    assert there("ledger", word, "--reason", "again", "--yes").code == 2
    assert there("disable", "team-older", "--yes").code == 0


def test_who_may_only_read_accepts_nothing(as_role, team_cluster):
    ann, eve = as_role("ann"), as_role("eve")
    ann.sandbox.plant("team-eve", active=True)
    assert ann("disable", "team-eve", "--yes").code == 0
    assert eve("audit", "verify").code == 0
    cut = "SET session_replication_role = replica; SET search_path = reseller; "
    team_cluster.ask(cut + "DELETE FROM rows WHERE number > 1")
    refused = eve("ledger", "accept", "--reason", "ticket 4711", "--yes")
    assert (refused.code, 'role "eve" may not write in this account' in refused.err) == (3, True), refused.err
    assert "ledger member add eve --may write" in refused.err
    assert team_cluster.ask("SELECT count(*) FROM reseller.rows WHERE kind = 'accepted'") == [(0,)]
