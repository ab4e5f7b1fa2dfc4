"""Starting and ending: themes, keys of the operator's own, drafts, the first run, a defect."""

import json
import os
import re
import stat

import pytest
from textual.widgets import Button

from tests.harness.waiting import soon
from tests.tui.desk import acme, folders, open_desk
from tui_reseller.credentials.credentials import Credentials
from tui_reseller.domain.draft import Draft
from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.switch import Switch
from tui_reseller.services import listing
from tui_reseller.tui import crash
from tui_reseller.tui.app import ResellerApp
from tui_reseller.tui.flows import listing as listing_flow
from tui_reseller.tui.keys import with_keys
from tui_reseller.tui.screens import detail_follower
from tui_reseller.tui.terminal import FRAMES, tame_environment
from tui_reseller.tui.widgets.inputs import Choice
from tui_reseller.wiring.services import build


@pytest.mark.parametrize("theme", ["dark", "light", "16", "no colour"])
async def test_every_theme_starts_and_says_states_in_words(at_desk, someone, monkeypatch, theme):
    name = someone(active="false")
    if theme == "no colour":
        monkeypatch.setenv("NO_COLOR", "1")
    async with at_desk(theme="dark" if theme == "no colour" else theme) as desk:
        await desk.go_to(name)
        await desk.pilot.pause()
        text = "\n".join(desk.screen_text())
        assert f">   {name}" in text
        assert re.search(rf"{name} .* off\b", text)
        await desk.press("d")
        await desk.opened("Disable sending")


async def test_a_key_of_the_operators_own_takes_the_place_of_the_default(at_desk, someone):
    name = someone()
    async with at_desk(config='\n[keys]\n"customer.edit" = "ctrl+e"\n"sending.disable" = "D"\n') as desk:
        await desk.go_to(name)
        await desk.press("d")
        await desk.pilot.pause()
        assert desk.dialog is None
        await desk.write("D")
        await desk.opened("Disable sending")
        await desk.press("escape")
        assert "D Disable" in "\n".join(desk.screen_text())


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"sending.enable": "d"}, "both sending.enable and sending.disable"),
        ({"sending.enabel": "E"}, "sending.enabel: no such command - did you mean sending.enable?"),
        ({"zzz": "E"}, "zzz: no such command - docs/keys.md has the ids"),
        ({"sending.enable": "ctrl+s"}, "is not free"),
        ({"list.sort": "/"}, "list.filter"),
        ({"list.sort": "ctlr+e"}, 'list.sort: no such key "ctlr+e" - did you mean ctrl+e?'),
        ({"list.sort": "Escape"}, "did you mean escape?"),
        ({"list.sort": "esc"}, "did you mean escape?"),
        ({"list.sort": "F5"}, "did you mean f5?"),
        ({"list.sort": "F25 or so"}, "for example E, ctrl+e, f5"),
        ({"list.sort": "ctrl-e"}, "did you mean ctrl+e?"),
        ({"list.sort": ""}, 'list.sort: no such key ""'),
    ],
)
def test_a_clash_of_keys_names_both_commands(chosen, said):
    with pytest.raises(BadConfig, match=re.escape(said)):
        with_keys(chosen)


@pytest.mark.parametrize("key", ["E", "ä", "$", "dollar_sign", "f5", "shift+f5", "alt+x", "ctrl+shift+a"])
def test_any_key_that_a_terminal_may_send_can_be_chosen(key):
    (sort,) = (command for command in with_keys({"list.sort": key}) if command.id == "list.sort")
    assert sort.keys == ({"$": "dollar_sign"}.get(key, key),)


async def test_a_sign_beside_letters_is_a_key_that_works(at_desk, someone):
    name = someone()
    async with at_desk(config="\n[keys]\n'sending.disable' = '$'\n") as desk:
        await desk.go_to(name)
        desk.send("dollar_sign", "$")
        await desk.opened("Disable sending")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"sending.enable" = "d"', 'sending.enable: "d" is the key of both sending.enable and sending.disable'),
        ('"view.menu" = "?"', 'view.menu: "?" is the key of both view.menu and help.open'),
        ('"list.sotr" = "E"', "list.sotr: no such command - did you mean list.sort?"),
        ('"list.sort" = "f50"', 'list.sort: no such key "f50" - did you mean f5?'),
        ('"list.sort" = "f2"', 'list.sort: the key "f2" is not free for use: terminals or forms need it'),
    ],
)
async def test_a_wrong_key_in_the_config_file_stops_the_start_with_its_line(sandbox, tmp_path, line, said):
    paths = folders(tmp_path)
    (paths.config / "config.toml").write_text(f"[settings]\nplain = false\n[keys]\n{line}\n")
    (paths.config / "config.toml").chmod(0o600)
    services = build(paths, Credentials())
    with pytest.raises(BadConfig) as caught:
        ResellerApp(services, acme(sandbox.ready), theme="dark", read_only=False, badge="")
    assert caught.value.message == f"config.toml:4: keys.{said}"
    assert caught.value.hint == f"look at {paths.config / 'config.toml'}"
    await services.aclose()


@pytest.mark.parametrize(("given", "frames"), [(None, str(FRAMES)), ("30", "30")])
def test_the_environment_steers_nothing_but_how_often_is_painted(monkeypatch, given, frames):
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TEXTUAL_PRESS", "d,enter")
    monkeypatch.setenv("TEXTUAL_FPS", given or "")
    if given is None:
        monkeypatch.delenv("TEXTUAL_FPS")
    tame_environment()
    assert {name: value for name, value in os.environ.items() if name.startswith("TEXTUAL")} == {"TEXTUAL_FPS": frames}


async def test_a_draft_survives_a_kill_and_is_offered_at_the_next_start(sandbox, tmp_path, someone):
    name = someone()
    async with open_desk(sandbox, tmp_path) as desk:
        await desk.go_to(name)
        await desk.press("enter")
        await desk.opened("Edit")
        desk.field("city").focus()
        await desk.press("end")
        await desk.write(" Sur")
        drafts = tmp_path / "state" / "drafts"
        await soon("the draft is kept", lambda: drafts.is_dir() and list(drafts.iterdir()))
        kept = next(drafts.iterdir())
        assert json.loads(kept.read_text())["fields"] == {"city": "Madrid Sur"}
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    async with open_desk(sandbox, tmp_path) as desk:
        await desk.told(f'An edit of "{name}" was not sent')
        await desk.go_to(name)
        await desk.press("enter")
        await desk.opened("Edit")
        assert desk.field("city").value == "Madrid Sur"
    async with open_desk(sandbox, tmp_path) as desk:
        await desk.go_to(name)
        assert "An edit of" not in desk.note  # that was said
        await desk.press("enter")
        await desk.opened("Edit")
        assert desk.field("city").value == "Madrid Sur"
        await desk.press("escape")
        await desk.opened("Leave and discard")
        await desk.press("tab")
        await desk.read_then("enter")
        await soon("left", lambda: desk.dialog is None)
        assert not list(drafts.iterdir())


async def test_a_draft_can_be_dropped_without_looking_for_its_customer(sandbox, tmp_path, someone):
    name = someone()
    async with open_desk(sandbox, tmp_path) as desk:
        await desk.go_to(name)
        customer, context = desk.main.context.current, desk.main.context
        context.services.drafts.save(context.session.account, Draft(customer, {"city": "Toledo"}))
    async with open_desk(sandbox, tmp_path) as desk:
        await desk.told(f'An edit of "{name}" was not sent')
        for words in (f'Dropped: the edit of "{name}"', "No edit was left unsent"):
            await desk.press("colon")
            await desk.write("draft")
            await desk.press("enter")
            await desk.told(words)
        await desk.go_to(name)
        await desk.press("enter")
        await desk.opened("Edit")
        assert desk.field("city").value == "Madrid"


async def test_the_first_run_tests_an_account_before_anything_is_saved(sandbox, tmp_path):
    async with open_desk(sandbox, tmp_path, first_run=True) as desk:
        await desk.press("2")
        await desk.opened("Connect a reseller account")
        for name, value in (
            ("name", "mine"), ("base_url", sandbox.ready["base_url"]), ("api_user", sandbox.ready["api_user"]),
            ("key", "not-the-key"),
        ):  # fmt: skip
            desk.field(name).value = value
        desk.app.screen.query_one("#field-provider", Choice).choose("reseller-v2")
        await desk.read_then()
        await desk.opened("Connect a reseller account")
        await soon("it is refused", lambda: desk.app.screen.query("#form-problem") and desk.problem)
        assert desk.field("key").value == ""
        assert desk.services.profiles.load().profiles == {}
        desk.field("key").value = sandbox.ready["api_key"]
        await desk.read_then("ctrl+s")
        await desk.opened("The account answers")
        assert "customers, the first:" in desk.words()
        assert desk.services.profiles.load().profiles == {}
        await desk.read_then()
        await soon("its list is open", lambda: any(type(s).__name__ == "MainScreen" for s in desk.app.screen_stack))
        await desk.is_quiet()
        assert desk.state.read_only, "a protected profile starts read-only"
        assert desk.services.profiles.get("mine").protected


@pytest.mark.parametrize(("key", "result"), [("1", "demo"), ("3", None), ("q", None)])
async def test_the_first_run_is_left_by_one_key(sandbox, tmp_path, key, result):
    async with open_desk(sandbox, tmp_path, first_run=True) as desk:
        await desk.press(key)
        assert desk.app.return_value == result


async def test_leaving_asks_when_customers_are_marked_and_ctrl_q_always_asks(at_desk):
    async with at_desk() as desk:
        await desk.press("ctrl+q")
        await desk.opened("Quit?")
        await desk.press("s")
        await soon("stayed", lambda: desk.dialog is None)
        await desk.press("space", "q")
        await desk.opened("Quit?")
        assert "1 customer is marked" in desk.words()
        await desk.press("q")
        await soon("left", lambda: not desk.app.is_running or desk.app._exit)
    assert desk.app.return_code == 0


async def test_a_defect_leaves_a_report_without_values_and_a_code_of_its_own(at_desk, tmp_path):
    crash.reports_go_to(tmp_path)
    desk = None
    try:
        async with at_desk() as desk:

            def broken():
                return {}["cAnary"]

            desk.app.call_later(broken)
            await soon("it ends", lambda: desk.app.crash_report)
    except KeyError:
        pass  # the screen library's test mode passes it on
    assert desk is not None
    assert desk.app.return_code == 1
    reports = list(tmp_path.glob("crash-*.txt"))
    assert len(reports) == 1
    text = reports[0].read_text()
    assert "in broken" in text
    assert text.rstrip().endswith("KeyError")
    assert "KeyError: " not in text


async def test_the_focus_never_starts_on_a_button_that_acts(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        for keys in (("d",), ("e",), ("p",), ("x", "d"), ("x", "r")):
            await desk.press(*keys)
            await soon("a form", lambda: desk.app.screen.query("#form-name"))
            assert not isinstance(desk.app.focused, Button) or desk.app.focused.id == "cancel"
            await desk.press("escape")
            await soon("left", lambda: desk.dialog is None)


async def test_an_editor_whose_draft_the_disk_refuses_goes_on(at_desk, someone, tmp_path):
    name = someone()
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "drafts").write_text("in the way")
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("enter")
        await soon("the editor", lambda: desk.dialog is not None)
        await desk.write("Zoe")
        await desk.told("What you type is not kept as a draft")
        await desk.press("escape")
        assert desk.app.return_code is None


async def test_what_was_last_set_is_known_before_the_list_is(at_desk, someone, monkeypatch):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("w", "d")
        await desk.opened("Disable login")
        await desk.read_then("ctrl+s")
        await desk.told("Applied")
    found = []

    async def load(session):
        found.append(await session.find(name))
        return await before(session)

    before = listing.load
    monkeypatch.setattr(listing, "load", load)
    async with at_desk():
        await soon("the list is loaded", lambda: found)
    (customer,) = found
    assert customer.switch("website_access") is Switch.OFF


async def test_the_detail_tells_the_age_of_a_new_list_though_the_cursor_never_moved(at_desk, monkeypatch):
    monkeypatch.setattr(listing_flow, "REPAINT_SECONDS", 0.0)  # so that it is shown while the list arrives
    monkeypatch.setattr(detail_follower, "REST_SECONDS", 3600.0)
    async with at_desk(size=(120, 40)) as desk:
        said = desk.main.context.read_at
        assert said != "list of -"
        await soon("the age of the list", lambda: desk.main.detail.facts.read_at == said)
        assert any("Sending" in line and said in line for line in desk.screen_text())


def test_whatever_key_leaves_ctrl_q_leaves_too():
    found = {command.id: command.keys for command in with_keys({"app.quit": "f10", "list.filter": "f3"})}
    assert (found["app.quit"], found["list.filter"]) == (("f10", "ctrl+q"), ("f3",))
