"""Reading the config file: every key known, every value checked, every error with its line."""

import os
import stat
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn, ParamSpec, TypeVar

from tui_reseller.domain.config import Config, ConfigFinding, Settings
from tui_reseller.domain.config_keys import PROFILE, SETTINGS, TEAM, TOP, Key, names
from tui_reseller.domain.errors import BadConfig, InvalidInput
from tui_reseller.domain.nearest import did_you_mean
from tui_reseller.domain.printed import Typed, line
from tui_reseller.domain.profile import UNNAMED, Profile, checked_name
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.domain.proxy import without_password
from tui_reseller.domain.team import Team
from tui_reseller.domain.text import clean
from tui_reseller.storage.toml_items import Table, place_of

LARGEST = 1024 * 1024
MOST_FINDINGS = 50
"""A file with more of them is none of ours; each costs a reading of it."""
_TOO_LARGE = "it is larger than 1 MiB"
_KINDS: dict[type, str] = {
    bool: "true or false",
    str: "a text",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a table",
}
_Kind = TypeVar("_Kind")
_Value = TypeVar("_Value")
_Given = ParamSpec("_Given")


def read_file(path: Path) -> str:
    """Return the text of the config file; empty if it is missing. Raises BadConfig for what is not a plain text file
    of ours: a credential_command in it is run (L29, S18).
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    except OSError as error:
        reason = "it is a symbolic link" if path.is_symlink() else error.strerror
        raise BadConfig(f"{path.name}: cannot be read: {reason}", hint=f"look at {path}") from None
    try:
        _check_file(path, os.fstat(handle))
    except BadConfig:
        os.close(handle)
        raise
    with os.fdopen(handle, "rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:  # it grew since it was looked at
        raise BadConfig(f"{path.name}: cannot be read: {_TOO_LARGE}", hint=f"look at {path}")
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise BadConfig(f"{path.name}:{line}: holds a NUL byte", hint=f"look at {path}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadConfig(f"{path.name}:{line}: is not UTF-8", hint=f"look at {path}") from None


def _check_file(path: Path, found: os.stat_result) -> None:
    problem = hint = ""
    if not stat.S_ISREG(found.st_mode):
        problem = "it is a folder" if stat.S_ISDIR(found.st_mode) else "it is not a plain file"
    elif found.st_uid != os.geteuid():
        problem = "it belongs to somebody else"
    elif found.st_mode & 0o022:
        problem, hint = "it can be changed by other accounts", line("chmod", "600", Typed(str(path))) or ""
    elif found.st_size > LARGEST:
        problem = _TOO_LARGE
    if problem:
        raise BadConfig(f"{path.name}: cannot be read: {problem}", hint=hint or f"look at {path}")


def parse(text: str, path: Path) -> Config:
    """Read a config. Raises BadConfig with file, line and key."""
    config, found = examine(text, most=1)
    if config is None:
        raise BadConfig(found[0].text(path.name), hint=f"look at {path}")
    return config


def examine(text: str, most: int = MOST_FINDINGS) -> tuple[Config | None, list[ConfigFinding]]:
    """Read a config; return it, or None with what is wrong with it, in the order of the file: at most so many."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        words, _sep, place = str(error).rpartition(" (at ")
        line, _comma, column = place.removeprefix("line ").removesuffix(")").partition(", column ")
        is_told = line.isdigit() and column.isdigit()
        where = (int(line), int(column)) if is_told else (len(text.splitlines()) or 1, 0)
        return None, [ConfigFinding(*where, "", f"cannot be read: {clean(words or str(error), longest=120)}")]
    except RecursionError:
        return None, [ConfigFinding(1, 0, "", "cannot be read: nested too deeply")]
    reader = _Reader(found)
    config = reader.config()
    if not reader.refused:
        return config, []
    return None, sorted(
        (finding_at(text, *refused) for refused in reader.refused[:most]), key=lambda each: (each.line, each.column)
    )


def finding_at(text: str, at: Table, key: str, words: str) -> ConfigFinding:
    """Return the finding of an entry, with its place."""
    return ConfigFinding(*place_of(text, at, key), clean(".".join((*at, key) if key else at), longest=120), words)


class _Refused(Exception):
    """An entry is wrong. Which one, and how, stands in the reader."""


@dataclass(frozen=True, slots=True)
class _Reader:
    found: Mapping[str, object]
    refused: list[tuple[Table, str, str]] = field(default_factory=list)

    def config(self) -> Config:
        """Read everything. What is refused is not in it."""
        self.only((), self.found, names(TOP))
        tables = self.table((), self.found, "profiles")
        read = {name: self.profile(name, self.table(("profiles",), tables, name)) for name in tables}
        profiles = {name: profile for name, profile in read.items() if profile is not None}
        default = self.attempt(self.default, tables)
        return Config(MappingProxyType(profiles), default, self.settings(), self.attempt(self.team))

    def default(self, tables: Mapping[str, object]) -> str | None:
        if "default" not in self.found:
            return None
        name = self.value((), self.found, "default", str)
        if name not in tables:
            self.refuse((), "default", f'no profile "{clean(name, longest=40)}"', near=name, among=tables)
        return name

    def settings(self) -> Settings:
        values = self.entries(("settings",), self.table((), self.found, "settings"), SETTINGS)
        keys = self.table((), self.found, "keys")
        bound = {name: self.attempt(self.key, keys, name) for name in keys}
        kept = {name: key for name, key in bound.items() if key is not None}
        return Settings(keys=MappingProxyType(kept), **values)  # type: ignore[arg-type]  # checked above

    def team(self) -> Team | None:
        at, table = ("team",), self.table((), self.found, "team")
        if not table:
            return None
        values = self.entries(at, table, TEAM)
        if "ledger" not in table:
            self.refuse(at, "ledger", "is missing")
        return Team(**values) if "ledger" in values else None  # type: ignore[arg-type]  # checked above

    def key(self, keys: Mapping[str, object], name: str) -> str:
        """Read the key of a command. Without quotes TOML takes the parts of an id for tables."""
        found = keys[name]
        if isinstance(found, dict):
            inner = str(next(iter(found), ""))
            quoted = clean(f'"{name}.{inner}"', longest=80)
            self.refuse(("keys", name), inner, f"an id stands in quotes: {quoted} = ...")
        return self.value(("keys",), keys, name, str)

    def profile(self, name: str, table: Mapping[str, object]) -> Profile | None:
        at, before = ("profiles", name), len(self.refused)
        self.attempt(self.accepted, at, "", lambda: checked_name(name))
        values = self.entries(at, table, PROFILE)
        for key in (key.name for key in PROFILE if key.required and key.name not in table):
            self.attempt(self.refuse, at, key, "is missing")
        if len(self.refused) > before:
            return None
        if "proxy" in values:  # it may have a password in it, as an operator wrote it
            values["proxy"], values["proxy_password"] = without_password(str(values["proxy"]))
        service = PROVIDERS[str(values.get("provider", UNNAMED))]
        return Profile(name=name, **{"base_url": service.base_url, **values})  # type: ignore[arg-type]  # checked above

    def entries(self, at: Table, table: Mapping[str, object], known: tuple[Key, ...]) -> dict[str, object]:
        """Read the keys of a table; those that are refused are left out."""
        self.only(at, table, names(known))
        values = {}
        for key in known:
            if key.name in table:
                before = len(self.refused)
                value = self.attempt(self.entry, at, table, key)
                if len(self.refused) == before:
                    values[key.name] = value
        return values

    def entry(self, at: Table, table: Mapping[str, object], key: Key) -> object:
        found = table[key.name]
        if type(found) not in key.kinds:
            self.wrong_kind(at, key.name, found, key.expects or _KINDS[key.kinds[0]])
        if key.choices and found not in key.choices:
            word = str(found)
            self.refuse(at, key.name, f'no such value "{clean(word, longest=40)}"', near=word, among=key.choices)
        return self.accepted(at, key.name, lambda: key.read(found))

    def only(self, at: Table, table: Mapping[str, object], known: Collection[str]) -> None:
        for key in table:
            if key not in known:
                self.attempt(self.refuse, at, key, "no such key", near=key, among=known)

    def table(self, at: Table, table: Mapping[str, object], key: str) -> Mapping[str, object]:
        return self.attempt(self.value, at, table, key, dict) or {} if key in table else {}

    def value(self, at: Table, table: Mapping[str, object], key: str, kind: type[_Kind]) -> _Kind:
        found = table[key]
        if type(found) is not kind:
            self.wrong_kind(at, key, found, _KINDS[kind])
        return found

    def wrong_kind(self, at: Table, key: str, found: object, expected: str) -> NoReturn:
        self.refuse(at, key, f"must be {expected}, not {_KINDS.get(type(found), 'a date')}")

    def accepted(self, at: Table, key: str, check: Callable[[], _Value]) -> _Value:
        try:
            return check()
        except InvalidInput as error:
            self.refuse(at, key, error.message)

    def attempt(self, read: Callable[_Given, _Value], *given: _Given.args, **named: _Given.kwargs) -> _Value | None:
        """Read a part; None if it is refused, and the others are read all the same."""
        try:
            return read(*given, **named)
        except _Refused:
            return None

    def refuse(self, at: Table, key: str, words: str, *, near: str = "", among: Collection[str] = ()) -> NoReturn:
        if among:
            words += " - " + did_you_mean(near, among, f"there is: {', '.join(among)}")
        self.refused.append((at, key, words))
        raise _Refused
