"""Keys: how they are written on screen, and which ones the operator has chosen for which command."""

from collections.abc import Mapping
from dataclasses import replace

from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.nearest import did_you_mean
from tui_reseller.tui.commands import BY_ID, COMMANDS, Command

_WORDS = {
    "slash": "/", "asterisk": "*", "minus": "-", "full_stop": ".", "exclamation_mark": "!", "at": "@", "comma": ",",
    "question_mark": "?", "colon": ":", "space": "Space", "escape": "Esc", "enter": "Enter", "backspace": "Backspace",
    "less_than_sign": "<",
}  # fmt: skip
_BY_CHARACTER = {character: name for name, character in _WORDS.items() if len(character) == 1}
_FORBIDDEN = {"ctrl+a", "ctrl+b", "ctrl+d", "ctrl+h", "ctrl+i", "ctrl+m", "ctrl+s", "f2", "ctrl+w", "ctrl+n", "ctrl+t"}
"""Keys that terminals, tmux or screen keep for themselves, or send for another key; and the ones that commit a form."""


ALWAYS_LEAVES = "ctrl+q"
"""Stays the key of leaving, whatever else is chosen for it: nobody is locked in by a slip in the config file."""


def key_word(key: str) -> str:
    """Return a key as it is written on screen."""
    return _WORDS.get(key, key.upper() if key.startswith("f") and key[1:].isdigit() else key)


def with_keys(chosen: Mapping[str, str]) -> tuple[Command, ...]:
    """Return the catalogue with the operator's keys. Raises BadConfig naming an unknown id, a clash or a taken key."""
    for command_id, key in chosen.items():
        if command_id not in BY_ID:
            raise BadConfig(
                f"[keys]: no command {command_id!r}",
                hint=did_you_mean(command_id, BY_ID, "the ids are in the help, F1"),
            )
        if not key:
            raise BadConfig(f"[keys] {command_id}: the key {key!r} is not free for use")
    commands = tuple(
        replace(command, keys=_keys_of(command, chosen[command.id])) if command.id in chosen else command
        for command in COMMANDS
    )
    taken: dict[str, str] = {}
    for command in commands:
        for key in command.keys:
            if key in _FORBIDDEN:
                raise BadConfig(f"[keys] {command.id}: the key {key!r} is not free for use")
            if taken.setdefault(key, command.id) != command.id:
                raise BadConfig(f"[keys]: {key_word(key)!r} is the key of both {taken[key]} and {command.id}")
    return commands


def _keys_of(command: Command, key: str) -> tuple[str, ...]:
    """Return the operator's key of a command, and of the one that leaves also the key that always does."""
    own = _BY_CHARACTER.get(key, key)
    return tuple(dict.fromkeys((own, *(kept for kept in command.keys if kept == ALWAYS_LEAVES))))
