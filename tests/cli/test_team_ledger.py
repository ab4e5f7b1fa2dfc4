"""The command on the ledger of a team: a real PostgreSQL, a real sandbox, several people."""

import sys

import pytest

from tui_reseller.domain.team import Team


@pytest.fixture
def ann(consoles, team_cluster):
    return consoles(ledger=team_cluster.address("ann"))


@pytest.fixture
def bob(consoles, team_cluster):
    return consoles(ledger=team_cluster.address("bob"))


@pytest.fixture
def someone(ann):
    return lambda name, **values: ann.sandbox.plant(name, **{"active": True, "email": f"{name}@x.example"} | values)


def test_a_ledger_is_made_once_and_its_maker_lets_others_in(consoles, a_cluster):
    a_cluster.ask("CREATE ROLE mia LOGIN CREATEROLE", database="postgres")
    a_cluster.ask("CREATE DATABASE made OWNER mia", database="postgres")
    mia = consoles(ledger=a_cluster.address("mia", "made"))
    assert mia("ledger", "show").code == 3
    assert "there is no ledger in this database" in mia("audit", "list").err
    assert (mia("ledger", "migrate").code, mia("ledger", "init").code) == (11, 11)
    ran = mia("ledger", "init", "--yes")
    assert ran.code == 0, ran.err
    assert "there is a ledger already" in mia("ledger", "init", "--yes").err
    assert mia("ledger", "migrate").row["had"] == ran.row["version"]
    assert mia("ledger", "member", "list").row == {"role": "mia", "account": "*", "may": ["admin", "read", "write"]}
    assert mia("ledger", "member", "add", "nobody-knows", "--may", "read").code == 2
    assert mia("ledger", "member", "add", "sam", "--may", "fly").code == 2
    assert mia("ledger", "member", "add", "sam", "--may", "read").code == 0
    sam = consoles(ledger=a_cluster.address("sam", "made"))
    assert sam("ledger", "show").row["me"] == {"role": "sam", "may": [{"role": "sam", "account": "*", "may": ["read"]}]}
    assert sam("audit", "list").rows == []
    refused = sam("ledger", "member", "add", "sam", "--may", "admin")
    assert (refused.code, "may not do this; nothing was changed" in refused.err) == (3, True)
    assert mia("ledger", "member", "remove", "mia").code == 11
    assert mia("ledger", "member", "remove", "sam").row == {"role": "sam", "removed": 1}
    assert sam("ledger", "show").code == 3


def test_what_is_set_for_an_account_is_a_row_of_it_and_holds_for_all(consoles, ann, bob, someone, team_cluster):
    someone("team-set")
    assert ann("disable", "team-set", "--yes").code == 0
    admin = consoles(ledger=team_cluster.address("postgres"))
    ((key,),) = team_cluster.ask("SELECT name FROM reseller.accounts")
    done = admin("ledger", "account", "set", key, "--per-second", "12.5", "--approvals", "0")
    assert (done.code, done.row["per_second"], done.row["approvals"]) == (0, 12.5, 0), done.err
    (shown,) = bob("ledger", "show").row["accounts"]
    assert (shown["account"], shown["per_second"]) == (done.row["account"], 12.5)
    ((kind, role, body),) = team_cluster.ask("SELECT kind, role, body FROM reseller.rows WHERE number = 3")
    assert (kind, role, body) == ("account", "postgres", '{"approvals":0,"per_second":12.5}')
    refused = ann("ledger", "account", "set", key, "--per-second", "1000")
    assert (refused.code, "may not do this; nothing was changed" in refused.err) == (3, True), refused.err
    for wrong in (("--per-second", "-1"), ("--per-second", "nan"), ("--per-second", "1e9"), ("--approvals", "10"), ()):
        assert admin("ledger", "account", "set", key, *wrong).code == 2, wrong
    assert admin("ledger", "account", "set", key, "--per-second", "0").row["per_second"] is None
    assert ann("audit", "verify").row["rows"] == 4
    assert ann("enable", "team-set", "--yes").code == 0


def test_who_is_here_is_listed(ann, bob, team_cluster):
    assert ann("team").rows == []
    place = '{"account": "acc", "customer": "user\\u00e9", "editing": true}'
    ((session,),) = team_cluster.ask("""SELECT reseller.hello('{"host": "desk1"}')""", "bob")
    team_cluster.ask(f"SELECT reseller.beat('{session}', '{place}')", "bob")
    row = ann("team").row
    assert (row["role"], row["host"], row["account"], row["editing"]) == ("bob", "desk1", "acc", True)
    assert row["customer"] == "useré"


def test_a_worker_goes_on_with_what_a_killed_process_has_left(consoles, ann, bob, someone, team_cluster, tmp_path):
    def sent():
        return [row["username"] for row in ann.sandbox.log() if row["username"].startswith("work-")]

    names = [someone(f"work-{number}") for number in range(3)]
    path = str(tmp_path / "a.plan")
    assert ann("list", "--limit", "1").code == 0
    assert ann("plan", "new", "--filter", "username~^work-", "--action", "disable", "--out", path).code == 0
    ann.sandbox.fault("status", operation="disable", times=1, code=401, shape="E3")
    assert ann("plan", "apply", path, "--confirm", "3 env").code == 9
    ann.sandbox.clear()
    before = sent()
    assert bob("worker", "--once").rows == [], "somebody has to look first"
    team_cluster.ask("UPDATE reseller.jobs SET state = 'running', owner = NULL")
    refused = bob("worker", "--once", "--read-only")
    assert refused.code == 11
    assert sent() == before
    assert consoles(ledger=team_cluster.address("eve"))("worker", "--once").code == 3
    assert sent() == before
    ran = bob("worker", "--once")
    assert (ran.code, ran.row) == (0, {"job": ran.row["job"], "sent": 3, "state": "finished"}), ran.err
    assert sorted(sent()[len(before) :]) == names
    assert [row["outcome"] for row in ann("job", "results", str(ran.row["job"])).rows] == ["applied"] * 3
    assert consoles()("worker", "--once").code == 2


def test_what_one_does_another_sees_undoes_and_verifies(ann, bob, someone, team_cluster):
    someone("team-one")
    done = ann("disable", "team-one", "--yes", "--reason", "ticket 4711")
    assert (done.code, done.row["outcome"]) == (0, "applied"), done.err
    (seen,) = bob("audit", "list", "--username", "team-one").rows
    assert (seen["id"], seen["reason"], seen["outcome"]) == (done.row["id"], "ticket 4711", "applied")
    assert bob("audit", "show", seen["id"]).row["operation"] == "disable"
    undone = bob("undo", seen["id"], "--yes")
    assert (undone.code, undone.row["outcome"]) == (0, "applied"), undone.err
    assert ann("audit", "list", "--operation", "enable").row["batch"] == "job-" + str(ann("job", "list").row["job"])
    assert ann("note", "team-one", "--label", "vip").code == 0
    assert bob("note", "team-one").row["label"] == "vip"
    checked = ann("audit", "verify")
    assert (checked.code, checked.row["rows"], checked.row["whole"]) == (0, 6, True)
    shown = bob("ledger", "show").row
    ((account, head),) = [(one["account"], one["head"]) for one in shown["accounts"]]
    assert account.startswith("reseller-v2|")
    assert head.startswith("6:")
    who = team_cluster.ask("SELECT role FROM reseller.rows ORDER BY number")
    assert [role for (role,) in who] == ["ann", "ann", "bob", "bob", "bob", "ann"]


def test_who_wrote_a_note_is_told_by_role(ann, bob, someone):
    """Here both are one account of one machine: only PostgreSQL tells them apart."""
    someone("team-noted")
    assert ann("list", "--limit", "1").code == 0
    assert ann("note", "team-noted", "--label", "vip").row["operator"]["role"] == "ann"
    shown = bob("note", "team-noted", "--output", "table").out
    assert " by ann (" in shown, shown
    assert bob("note", "team-noted", "--label", "gold").code == 0
    told = ann("note", "team-noted", "--history", "--output", "table").out.splitlines()
    assert [line.split()[-1] for line in told[-2:]] == ["bob", "ann"], told
    assert [row["operator"]["role"] for row in ann("note", "team-noted", "--history").rows] == ["bob", "ann"]
    assert [row["operator"]["role"] for row in ann("note", "--list").rows] == ["bob"]


def test_an_open_outcome_of_one_locks_the_customer_for_the_other(ann, bob, someone):
    someone("team-two")
    ann.sandbox.fault("drop-after", operation="disable", times=1)
    lost = ann("disable", "team-two", "--yes")
    assert (lost.code, lost.row["outcome"]) == (10, "unknown")
    before = len(ann.sandbox.log())
    refused = bob("set", "team-two", "city=Vigo", "--yes")
    assert refused.code == 11
    assert lost.row["id"] in refused.err + refused.out
    assert len(ann.sandbox.log()) == before
    assert [row["id"] for row in bob("needs-you").rows] == [lost.row["id"]]
    assert bob("verify", lost.row["id"]).row["outcome"].startswith("verified")
    assert bob("needs-you").rows == []
    assert bob("set", "team-two", "city=Vigo", "--yes").code == 0


def test_the_ledger_of_a_file_goes_on_in_that_of_the_team(consoles, ann, bob, someone, team_cluster):
    someone("team-moved")
    filed = consoles()
    filed.sandbox.fault("drop-after", operation="disable", times=1)
    lost = filed("disable", "team-moved", "--yes", "--reason", "ticket 4711")
    assert lost.code == 10
    place = team_cluster.address("amy")
    assert filed("ledger", "move", place).code == 11  # nobody was asked
    moved = filed("ledger", "move", place, "--yes")
    assert (moved.code, moved.row["open"], moved.row["rows"]) == (0, 1, 2), moved.err
    for again in (filed("ledger", "move", place, "--yes"), filed("disable", "team-moved", "--yes")):
        assert (again.code, "it was moved to postgresql://" in again.err) == (3, True), again.err
    (seen,) = bob("audit", "list").rows
    assert (seen["id"], seen["reason"]) == (lost.row["id"], "ticket 4711")
    assert bob("set", "team-moved", "city=Vigo", "--yes").code == 11
    assert ann("verify", lost.row["id"]).row["outcome"].startswith("verified")
    assert ann("audit", "verify").row["whole"] is True
    assert bob("set", "team-moved", "city=Vigo", "--yes").code == 0


def test_who_may_only_read_reads_and_sends_nothing(consoles, ann, someone, team_cluster):
    someone("team-three")
    assert ann("disable", "team-three", "--yes").code == 0
    eve = consoles(ledger=team_cluster.address("eve"))
    assert len(eve("audit", "list").rows) == 1
    before = len(ann.sandbox.log())
    refused = eve("enable", "team-three", "--yes")
    assert refused.code == 3
    assert 'role "eve" may not write in this account' in refused.out + refused.err
    assert "ledger member add eve --may write" in refused.out + refused.err
    assert len(ann.sandbox.log()) == before


def test_who_stands_nowhere_is_told_so(consoles, team_cluster):
    ran = consoles(ledger=team_cluster.address("sam"))("audit", "list")
    assert (ran.code, ran.out) == (3, "")
    assert 'role "sam" is no member of this ledger' in ran.err


def test_a_server_that_is_away_leaves_reading_the_service(consoles, tmp_path, someone, ann):
    someone("team-four")
    away = consoles(ledger=f"postgresql://ann@/team?host={tmp_path}")
    assert "team-four" in [row["username"] for row in away("list").rows]
    before = len(ann.sandbox.log())
    refused = away("disable", "team-four", "--yes")
    assert refused.code == 3
    assert "PostgreSQL is away: nobody answers at" in refused.err
    assert "nothing waits to be sent" in refused.err
    assert len(ann.sandbox.log()) == before


def test_a_plan_of_one_is_applied_by_another(ann, bob, someone, tmp_path):
    someone("team-five")
    someone("team-six")
    path = str(tmp_path / "a.plan")
    assert ann("list", "--limit", "1").code == 0
    made = ann("plan", "new", "--filter", "username~^team-(five|six)$", "--action", "disable", "--out", path)
    assert made.code == 0, made.err
    before = len(ann.sandbox.log())
    applied = bob("plan", "apply", path, "--confirm", "2 env")
    assert (applied.code, [row["outcome"] for row in applied.rows]) == (0, ["applied", "applied"]), applied.err
    assert len(ann.sandbox.log()) == before + 2
    job = str(ann("job", "list").row["job"])
    assert sorted(row["username"] for row in ann("job", "results", job).rows) == ["team-five", "team-six"]
    again = ann("plan", "apply", path, "--confirm", "2 env")
    assert (again.code, f"as job {job} of" in again.err) == (11, True)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("postgresql://ann:hunter2@db.example.com/team", "a password does not stand in it"),
        ("postgresql://db.example.com/team?password=hunter2", "a password does not stand in it"),
        ("postgresql://db.example.com/team?sslpassword=hunter2", "a password does not stand in it"),
        ("mysql://db.example.com/team", "postgresql://HOST/DATABASE"),
        ("postgresql://db.example.com", "postgresql://HOST/DATABASE"),
        ("postgresql://db.example.com:x/team", "cannot be read"),
        ("service=", "one name"),
    ],
)
def test_an_address_that_cannot_be_one_is_refused(consoles, home, address, why):
    ran = consoles(ledger=address)("ledger", "show")
    assert (ran.code, why in ran.err) == (3, True), ran.err
    assert "hunter2" not in ran.err
    folder = home / "xdg_config_home" / "tui-reseller"
    folder.mkdir(parents=True, mode=0o700)
    (folder / "config.toml").write_text(f'[team]\nledger = "{address}"\n')
    (folder / "config.toml").chmod(0o600)
    ran = consoles()("list")
    assert (ran.code, why in ran.err, "config.toml:2" in ran.err) == (3, True, True), ran.err
    assert "hunter2" not in ran.err


def test_the_config_names_ledger_and_role_and_a_command_for_the_password(consoles, home, team_cluster):
    folder = home / "xdg_config_home" / "tui-reseller"
    folder.mkdir(parents=True, mode=0o700)
    file = folder / "config.toml"
    text = f'[team]\nledger = "{team_cluster.address("bob").replace("bob@", "")}"\nrole = "ann"\n'
    file.write_text(text + 'password_command = ["echo", "sesame"]\n')
    file.chmod(0o600)
    assert consoles()("ledger", "show").row["me"]["role"] == "ann"
    file.write_text(text + 'password_command = ["false"]\n')
    ran = consoles()("ledger", "show")
    assert (ran.code, 'the credential command "false" of' in ran.err) == (3, True), ran.err
    file.write_text(text.replace("role", "rol"))
    assert "did you mean" in consoles()("list").err


def test_the_command_for_the_password_runs_once_however_many_connections(consoles, home, team_cluster, ann, someone):
    someone("team-asked")
    folder = home / "xdg_config_home" / "tui-reseller"
    folder.mkdir(parents=True, mode=0o700)
    asked = folder / "asked"
    command = f'password_command = ["sh", "-c", "echo x >> {asked}; echo sesame"]\n'
    (folder / "config.toml").write_text(f'[team]\nledger = "{team_cluster.address("ann")}"\n{command}')
    (folder / "config.toml").chmod(0o600)
    done = consoles()("disable", "team-asked", "--yes")
    assert done.code == 0, done.err
    assert asked.read_text() == "x\n"
    ((began,),) = team_cluster.ask("SELECT count(*) FROM reseller.sessions")
    assert began == 1


def test_an_anchor_of_each_account_proves_later_that_nothing_was_changed(ann, bob, someone, team_cluster):
    someone("team-kept")
    assert ann("disable", "team-kept", "--yes").code == 0
    (kept,) = bob("audit", "anchor").rows
    assert kept["account"].startswith("reseller-v2|")
    assert (kept["anchor"].startswith("2:"), len(kept["ledger"])) == (True, 36)
    assert ann("enable", "team-kept", "--yes").code == 0
    assert bob("audit", "verify", "--anchor", kept["anchor"]).code == 0
    cut = "SET session_replication_role = replica; SET search_path = reseller; "
    team_cluster.ask(cut + "DELETE FROM rows WHERE number > 1")
    ran = bob("audit", "verify", "--anchor", kept["anchor"])
    assert (ran.code, ran.row["anchor"]) == (1, False)


def test_the_doctor_says_that_a_failover_could_lose_rows(ann, team_cluster, tmp_path):
    def standbys():
        (found,) = [row for row in ann("doctor").rows if row["about"] == "ledger, its standbys"]
        return found["state"], found["found"]

    assert standbys() == ("ok", "none")
    team_cluster.ask("SELECT pg_create_physical_replication_slot('tui_standby')")
    try:
        assert standbys() == ("note", "1, none of them waited for")
    finally:
        team_cluster.ask("SELECT pg_drop_replication_slot('tui_standby')")
    assert standbys() == ("ok", "none")


def test_a_driver_that_is_missing_is_named(consoles, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    ran = consoles(ledger="postgresql://localhost/team")("audit", "list")
    assert (ran.code, "pip install 'tui-reseller[team]'" in ran.err) == (3, True)


def test_without_a_team_the_verbs_say_how_to_have_one(consoles):
    ran = consoles()("ledger", "show")
    assert (ran.code, "TUI_RESELLER_LEDGER" in ran.err) == (2, True)


async def test_a_connection_elsewhere_must_prove_who_the_server_is(monkeypatch):
    from tui_reseller.storage.ledger.postgresql.link import parameters_of  # noqa: PLC0415 - only where it is installed

    for name in ("PGHOST", "PGHOSTADDR", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)
    elsewhere = ("postgresql://db.example.com/team?sslmode=disable", "service=reseller", "postgresql://192.0.2.1/t",
                 "postgresql://localhost/team?hostaddr=192.0.2.1")  # fmt: skip
    for address in elsewhere:
        assert parameters_of(Team(address))["sslmode"] == "verify-full", address
    for address in (
        "postgresql://localhost/t",
        "postgresql://127.0.0.1/t",
        "postgresql://[::1]/t",
        "postgresql:///t?host=/run",
    ):
        assert "sslmode" not in parameters_of(Team(address)), address
    monkeypatch.setenv("PGHOST", "db.example.com")
    assert parameters_of(Team("postgresql:///team"))["sslmode"] == "verify-full"


def test_missing_rows_are_told_and_accepted_with_a_reason(ann, bob, someone, team_cluster):
    someone("team-seven")
    for verb in ("disable", "enable"):
        assert ann(verb, "team-seven", "--yes").code == 0
    team_cluster.ask(
        "SET session_replication_role = replica; SET search_path = reseller; DELETE FROM rows WHERE number > 2"
    )
    before = len(ann.sandbox.log())
    refused = ann("disable", "team-seven", "--yes")
    assert (refused.code, "the ledger ends with row 2, but row 4 was written" in refused.err) == (3, True), refused.err
    assert len(ann.sandbox.log()) == before
    assert ann("audit", "verify").code == 1
    assert ann("ledger", "accept", "--reason", "older dump, ticket 4711", "--yes").row["rows"] == 3
    assert ann("audit", "verify").code == 0
    assert ann("disable", "team-seven", "--yes").code == 0


def test_a_job_that_goes_on_by_itself_goes_on_in_the_same_ledger(ann, bob, someone, tmp_path):
    someone("team-eight")
    someone("team-nine")
    path = str(tmp_path / "a.plan")
    assert ann("list", "--limit", "1").code == 0
    wanted = ("--filter", "username~^team-(eight|nine)$", "--action", "disable", "--out", path)
    assert ann("plan", "new", *wanted).code == 0
    started = ann("plan", "apply", path, "--confirm", "2 env", "--detach")
    assert started.code == 0, started.err
    job = str(bob("job", "list").row["job"])
    assert bob("job", "watch", job).code == 0
    assert [row["outcome"] for row in bob("job", "results", job).rows] == ["applied", "applied"]
