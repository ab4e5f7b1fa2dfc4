"""Keys: how they are written on screen, and which ones the operator has chosen for which command."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace

from textual.keys import KEY_NAME_REPLACEMENTS, Keys, key_to_character

from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.nearest import did_you_mean
from tui_reseller.domain.text import clean
from tui_reseller.tui.command import Command
from tui_reseller.tui.commands import BY_ID, COMMANDS

_WORDS = {
    "slash": "/", "asterisk": "*", "minus": "-", "full_stop": ".", "exclamation_mark": "!", "at": "@", "comma": ",",
    "question_mark": "?", "colon": ":", "space": "Space", "escape": "Esc", "enter": "Enter", "backspace": "Backspace",
    "less_than_sign": "<", "plus": "+", "ampersand": "&",
}  # fmt: skip
_MODIFIERS = {"ctrl", "alt", "shift", "super"}
_NAMES = frozenset(key.value for key in Keys if not key.value.startswith("<")) | frozenset(_WORDS)
"""Keys by name; beside them there are those that give a character."""
_FORBIDDEN = {"ctrl+a", "ctrl+b", "ctrl+d", "ctrl+h", "ctrl+i", "ctrl+m", "ctrl+s", "f2", "ctrl+w", "ctrl+n", "ctrl+t"}
"""Keys that terminals, tmux or screen keep for themselves, or send for another key; and the ones that commit a form."""


ALWAYS_LEAVES = "ctrl+q"
"""Stays the key of leaving, whatever else is chosen for it: nobody is locked in by a slip in the config file."""


def key_word(key: str) -> str:
    """Return a key as it is written on screen: where no word is settled for it, by the sign that it gives."""
    if key in _WORDS or (key.startswith("f") and key[1:].isdigit()):
        return _WORDS.get(key, key.upper())
    sign = key_to_character(key) or ""
    return sign if sign.isprintable() and sign else key


def _wrong(command_id: str, words: str) -> BadConfig:
    return BadConfig(f"{command_id}: {words}")


def with_keys(chosen: Mapping[str, str], wrong: Callable[[str, str], BadConfig] = _wrong) -> tuple[Command, ...]:
    """Return the catalogue with the operator's keys. Wrong makes the error of an id, which says where that stands.

    Raises it for an unknown id, for what is no key, a clash or a taken key.
    """
    for command_id, key in chosen.items():
        if command_id not in BY_ID:
            near = did_you_mean(command_id, BY_ID, "docs/keys.md has the ids")
            raise wrong(command_id, f"no such command - {near}")
        if not _is_key(_own(key)):
            near = did_you_mean(key.lower(), _NAMES, "for example E, ctrl+e, f5")
            raise wrong(command_id, f'no such key "{clean(key, longest=40)}" - {near}')
    commands = tuple(
        replace(command, keys=_keys_of(command, chosen[command.id])) if command.id in chosen else command
        for command in COMMANDS
    )
    taken: dict[str, str] = {}
    for command in commands:
        for key in command.keys:
            if key in _FORBIDDEN:
                raise wrong(command.id, f'the key "{key}" is not free for use: terminals or forms need it')
            if taken.setdefault(key, command.id) != command.id:
                one = next(name for name in (command.id, taken[key]) if name in chosen)
                raise wrong(one, f'"{key_word(key)}" is the key of both {taken[key]} and {command.id}')
    return commands


def wrong_keys(chosen: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return all that with_keys() would refuse: the id of a command, and what is wrong with it."""
    found: list[tuple[str, str]] = []

    def wrong(command_id: str, words: str) -> BadConfig:
        found.append((command_id, words))
        return BadConfig(words)

    left = dict(chosen)
    while left:
        try:
            with_keys(left, wrong)
        except BadConfig:
            left.pop(found[-1][0])
        else:
            break
    return found


def _keys_of(command: Command, key: str) -> tuple[str, ...]:
    """Return the operator's key of a command, and of the one that leaves also the key that always does."""
    return tuple(dict.fromkeys((_own(key), *(kept for kept in command.keys if kept == ALWAYS_LEAVES))))


def _own(key: str) -> str:
    """Return the name of a key that may be written as the character that it gives."""
    if len(key) != 1 or key.isalnum():
        return key
    name = unicodedata.name(key, key).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


def _is_key(key: str) -> bool:
    """Whether there is such a key, as the terminal's keys are called."""
    modifiers, _plus, bare = key.rpartition("+")
    if key not in _NAMES and not _MODIFIERS.issuperset(modifiers.split("+") if modifiers else ()):
        return False
    character = key_to_character(bare)
    return bare in _NAMES or (character is not None and _own(character) == bare)
