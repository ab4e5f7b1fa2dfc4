"""Every part of the program shows and changes a service that none of them knows."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.harness.waiting import soon
from tests.toy.provider import TOY
from tests.tui.desk import open_desk
from tui_reseller.cli.entry_points import EntryPoints
from tui_reseller.cli.main import run
from tui_reseller.credentials.credentials import Credentials
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.profile import Profile, Store
from tui_reseller.domain.secret import Secret
from tui_reseller.storage.paths import Paths
from tui_reseller.wiring.services import build, profiles_in

ROOT = Path(__file__).parents[2]


@pytest.fixture
def command(registered, tmp_path, capsys):
    """Run the program's command on the toy: `command("list")` gives exit code, output and messages."""
    paths = Paths(tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    for path in (paths.config, paths.state, paths.cache):
        path.mkdir(mode=0o700)
    profile = Profile("toy", "me", registered.base_url, provider=TOY.id, store=Store.NONE)

    def services(named, _debug):
        credentials = Credentials()
        credentials.remember(profile, Credential(Secret(registered.key)))
        built = build(paths, credentials, profiles=profiles_in(paths, credentials, named=named))
        built.profiles.config.put(profile)
        return built

    def command(*argv):
        capsys.readouterr()
        code = run(argv, EntryPoints(services, None, None, None, None))
        return code, *capsys.readouterr()

    return command


def rows(ran):
    code, out, err = ran
    assert code == 0, err
    return [json.loads(line) for line in out.splitlines()]


def test_the_command_lists_filters_and_shows(command):
    assert rows(command("list")) == [
        {"username": "A-1", "nickname": "Ann", "delivering": True},
        {"username": "A-2", "nickname": "Bob", "delivering": False},
        {"username": "A/3", "nickname": "Łukasz & Søn", "delivering": True},
    ]
    assert [row["username"] for row in rows(command("list", "--filter", "delivering:off"))] == ["A-2"]
    assert [row["username"] for row in rows(command("list", "--filter", "søn"))] == ["A/3"]
    table = command("list", "--output", "table", "--sort", "nickname")[1].splitlines()
    assert table[0].split() == ["username", "delivering", "nickname"]
    assert command("list", "--output", "csv")[1].splitlines()[:2] == ["username,nickname,delivering", "A-1,Ann,on"]
    assert rows(command("show", "A/3"))[0]["nickname"] == "Łukasz & Søn"
    assert "columns: username, nickname, delivering" in command("list", "--columns", "city")[2]


def test_the_command_changes_and_takes_back(command, registered):
    (changed,) = rows(command("set", "A/3", "nickname=Neu", "--yes"))
    assert changed["changes"] == {"nickname": {"before": "Łukasz & Søn", "after": "Neu"}}
    assert registered.accounts["A/3"]["nickname"] == "Neu"
    (enabled,) = rows(command("enable", "A-2", "--yes"))
    assert registered.accounts["A-2"]["delivering"]
    assert rows(command("undo", enabled["id"], "--yes"))[0]["operation"] == "disable"
    assert not registered.accounts["A-2"]["delivering"]
    told = rows(command("audit", "list"))
    assert [entry["operation"] for entry in told] == ["disable", "enable", "set"]
    assert registered.log == [(Operation.SET, "A/3"), (Operation.ENABLE, "A-2"), (Operation.DISABLE, "A-2")]


def test_the_command_refuses_what_the_service_has_not(command, registered):
    assert "Nickname has 41 characters, at most 40" in command("set", "A-1", f"nickname={'x' * 41}", "--yes")[2]
    assert "fields: nickname" in command("set", "A-1", "city=x", "--yes")[2]
    code, _, err = command("rename", "A-1", "A-9", "--confirm", "A-1")
    assert (code, "Toy accounts has no rename" in err) == (11, True)
    code, _, err = command("sign-in", "A-1")
    assert (code, "the account's owner signs in" in err) == (11, True)
    assert registered.log == []


def test_the_command_plans_and_applies(command, registered):
    (plan,) = rows(command("plan", "new", "--filter", "delivering:on", "--action", "disable"))
    assert (plan["items"], plan["operations"]) == (2, ["disable"])
    assert len(rows(command("plan", "apply", plan["plan"], "--yes"))) == 2
    assert registered.log == [(Operation.DISABLE, "A-1"), (Operation.DISABLE, "A/3")]
    assert rows(command("job", "list"))[0]["outcomes"] == {"applied": 2}


def test_the_command_opens_and_closes(command, registered):
    (opened,) = rows(command("create", "username=A-9", "nickname=Zoë", "--yes"))
    assert (opened["operation"], opened["outcome"]) == ("create", "applied")
    assert registered.accounts["A-9"] == {"account_id": "A-9", "nickname": "Zoë", "delivering": True}
    assert "a new account cannot be undone" in command("undo", opened["id"], "--yes")[2]
    assert "Nickname" in command("create", "username=A-8", "--yes")[2]
    (closed,) = rows(command("delete", "A-9", "--confirm", "A-9"))
    assert closed["outcome"] == "applied"
    assert "A-9" not in registered.accounts
    assert registered.log == [(Operation.CREATE, "A-9"), (Operation.DELETE, "A-9")]


def test_an_export_is_a_file_of_changes(command, registered, tmp_path):
    path = tmp_path / "accounts.csv"
    code, _, err = command("list", "--to", str(path))
    assert code == 0, err
    assert path.read_text("utf-8").splitlines()[0] == "username,nickname,delivering"
    path.write_text(path.read_text("utf-8").replace("Bob", "Robert"), "utf-8")
    (plan,) = rows(command("plan", "new", "--from", str(path), "--action", "set"))
    assert plan["items"] == 1
    (done,) = rows(command("plan", "apply", plan["plan"], "--yes"))
    assert done["changes"] == {"nickname": {"before": "Bob", "after": "Robert"}}
    assert registered.log == [(Operation.SET, "A-2")]
    assert [row["outcome"] for row in rows(command("undo", "job-1", "--yes"))] == ["applied"]
    assert registered.accounts["A-2"]["nickname"] == "Bob"


def test_new_accounts_come_from_a_file(command, registered, tmp_path):
    path = tmp_path / "new.csv"
    path.write_text("username,nickname\nB-1,One\nB-2,Two\n")
    assert len(rows(command("create", "--from", str(path), "--yes"))) == 2
    assert [registered.accounts[name]["nickname"] for name in ("B-1", "B-2")] == ["One", "Two"]


def test_our_notes_stand_beside_it(command, registered):
    rows(command("note", "A/3", "--label", "vip"))
    assert [row["username"] for row in rows(command("list", "--filter", "label:vip"))] == ["A/3"]
    assert rows(command("list", "--columns", "username,label", "--filter", "nickname:søn")) == [
        {"username": "A/3", "label": "vip"}
    ]
    assert registered.log == []


def test_the_help_names_it(command):
    assert "reseller-v2, toy." in command("enable", "--help")[1]
    assert "Fields (toy): nickname." in command("set", "--help")[1]
    assert "reseller-v2, toy." in command("delete", "--help")[1]
    assert "toy" not in command("rename", "--help")[1]


async def test_the_screen_shows_and_changes_it(registered, tmp_path):
    ready = {"base_url": registered.base_url, "api_user": "me", "api_key": registered.key}
    async with open_desk(SimpleNamespace(ready=ready), tmp_path, size=(180, 40), provider=TOY.id) as desk:
        painted = "\n".join(desk.screen_text())
        assert {"ACCOUNT", "NAME", "DELIVERY", "Łukasz"} <= set(painted.split())
        assert {"Name", "Delivery"} <= set(painted.split())
        await desk.go_to("A-2")
        await desk.press("e")
        await desk.opened("Resume delivery")
        await desk.read_then()
        await desk.told("Applied")
        assert registered.accounts["A-2"]["delivering"]
        await desk.press("enter")
        await desk.opened('Edit "A-2"')
        await desk.write("by")
        await desk.press("f2")
        await desk.opened("Review changes")
        await desk.read_then()
        await soon("the nickname is sent", lambda: (Operation.SET, "A-2") in registered.log)
        assert registered.accounts["A-2"]["nickname"] == "Bobby"
        await desk.press("p")
        await desk.told("Toy accounts has no password")
        await desk.press("question_mark")
        painted = "\n".join(desk.screen_text())
        assert "Resume delivery" in painted
        await desk.press("escape")
        await desk.press("n")
        await desk.opened("New account")
        assert "Nickname" in "\n".join(desk.screen_text())
        desk.field("username").value, desk.field("nickname").value = "N-1", "New"
        await desk.read_then()
        await desk.opened("Review new account")
        await desk.read_then()
        await soon("the account is opened", lambda: "N-1" in registered.accounts)
        path = tmp_path / "names.csv"
        path.write_text("username,nickname\nA-1,Anna\n")
        await desk.press("less_than_sign")
        await desk.opened("Import")
        desk.field("file").value = str(path)
        await desk.read_then()
        await desk.opened("What is to be done")
        (line,) = (line for line in desk.words().splitlines() if line.endswith("Change nickname"))
        await desk.press(line.split()[0])
        await desk.opened("Import names.csv: 1 to do")
        await desk.press("p")
        await desk.opened("Plan: change nickname")
        await desk.read_then()
        await soon("the file is applied", lambda: registered.accounts["A-1"]["nickname"] == "Anna")


def test_nothing_else_knows_it():
    words = ("nickname", "delivering", '"toy"', "tests.toy", "ToyClient")
    for path in (ROOT / "tui_reseller").rglob("*.py"):
        text = path.read_text("utf-8")
        assert not [word for word in words if word in text], path
