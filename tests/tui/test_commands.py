"""Every command names what it does, and whatever an operator can do is named by a command."""

import inspect
import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.tui import flows, keys
from tui_reseller.tui.command import Command
from tui_reseller.tui.commands import BY_ID, COMMANDS
from tui_reseller.tui.dispatch import loaded
from tui_reseller.tui.profile_context import ProfileContext

TUI = Path(inspect.getfile(flows)).parents[1]


def parameters(path: str) -> list[str]:
    return [name for name, one in inspect.signature(loaded(path)).parameters.items() if one.default is one.empty]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_every_command_names_a_function_that_exists(command: Command):
    assert command.handler or command.menu, "somebody has to do it"
    if command.handler:
        assert inspect.iscoroutinefunction(loaded(command.handler))
        assert len(parameters(command.handler)) == 1 + (command.takes_key or bool(command.menu))
    if command.menu:
        assert not inspect.iscoroutinefunction(loaded(command.menu))
        assert len(parameters(command.menu)) == 1


def test_a_key_that_terminals_keep_is_refused_to_the_catalogue_as_well(monkeypatch):
    monkeypatch.setattr(keys, "COMMANDS", (*COMMANDS, Command("list.totals", ("ctrl+s",), "Totals")))
    with pytest.raises(BadConfig, match=r"list\.totals.*is not free"):
        keys.with_keys({})


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("slash", "/"), ("semicolon", ";"), ("vertical_line", "|"), ("space", "Space"), ("escape", "Esc"), ("f1", "F1"),
        ("ctrl+q", "ctrl+q"), ("f", "f"), ("G", "G"), ("tab", "tab"), ("delete", "delete"), ("pageup", "pageup"),
    ],
)  # fmt: skip
def test_a_key_is_written_as_the_sign_on_it(key: str, shown: str):
    assert keys.key_word(key) == shown


def verbs() -> dict[str, str]:
    """Return every public async function of flows/ that needs nothing but the profile, and the module it is in."""
    found = {}
    for each in iter_modules(flows.__path__):
        module = import_module(f"{flows.__name__}.{each.name}")
        for name, function in vars(module).items():
            if name.startswith("_") or not inspect.iscoroutinefunction(function):
                continue
            is_own, needed = function.__module__ == module.__name__, parameters(f"{each.name}.{name}")
            if is_own and needed == ["context"]:
                found[f"{each.name}.{name}"] = each.name
    return found


def calls_outside(module: str, name: str) -> bool:
    """Whether another module than its own calls a function: then it is a step of something, no verb."""
    for path in TUI.rglob("*.py"):
        if path != TUI / "flows" / f"{module}.py" and re.search(
            rf"\b{name}\(|partial\({name}\b", path.read_text("utf-8")
        ):
            return True
    return False


def test_every_flow_that_is_a_verb_is_named_by_a_command():
    named = {command.handler for command in COMMANDS}
    left = {path for path, module in verbs().items() if path not in named}
    assert {path for path in left if not calls_outside(*path.split("."))} == set()
    assert len(verbs()) > 25


def test_a_command_in_the_menu_more_is_there_by_its_letter():
    menu = loaded(BY_ID["more.open"].menu)

    class Host:
        commands = COMMANDS

    class Context:
        host = Host()
        provider = RESELLER_V2

    options = {option.value: option.key for option in menu(Context()).options}
    assert options == {command.id: command.more for command in COMMANDS if command.more}


def test_a_profile_context_is_what_a_verb_takes():
    for path in verbs():
        assert inspect.signature(loaded(path)).parameters["context"].annotation is ProfileContext
