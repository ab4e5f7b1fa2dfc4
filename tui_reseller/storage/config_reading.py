"""Reading the config file: every key known, every value checked, every error with its line."""

import os
import stat
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn, TypeVar

from tui_reseller.domain.config import REFRESH, SLOW_LINK, SYSLOG, THEMES, Config, Settings
from tui_reseller.domain.duration import read_duration
from tui_reseller.domain.errors import BadConfig, InvalidInput
from tui_reseller.domain.nearest import did_you_mean
from tui_reseller.domain.printed import Typed, line
from tui_reseller.domain.profile import (
    COLOURS,
    UNNAMED,
    Format,
    Profile,
    Store,
    checked_base_url,
    checked_max_percent,
    checked_max_rows,
    checked_name,
)
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.domain.proxy import checked_proxy, without_password
from tui_reseller.domain.team import Team, checked_address
from tui_reseller.domain.text import clean
from tui_reseller.storage.toml_items import Table, line_of

LARGEST = 1024 * 1024
_TOO_LARGE = "it is larger than 1 MiB"
_TOP = ("default", "settings", "keys", "profiles", "team")
_TEAM = ("ledger", "role", "password_command")
_CHOICES = {"theme": THEMES, "refresh": REFRESH, "slow_link": SLOW_LINK}
_SETTINGS = (*_CHOICES, "plain", "mouse", "retention", "syslog")
PROFILE_KEYS = tuple(field.name for field in fields(Profile) if field.name not in {"name", "proxy_password"})
_REQUIRED = tuple(f.name for f in fields(Profile) if f.default is MISSING and f.name != "name")
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
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        words, _sep, place = str(error).rpartition(" (at ")
        line = place.removeprefix("line ").partition(",")[0]
        where = line if line.isdigit() else str(len(text.splitlines()) or 1)
        raise BadConfig(
            f"{path.name}:{where}: cannot be read: {clean(words or str(error), longest=120)}", hint=f"look at {path}"
        ) from None
    except RecursionError:
        raise BadConfig(f"{path.name}:1: cannot be read: nested too deeply", hint=f"look at {path}") from None
    return _Reader(text, path, found).config()


@dataclass(frozen=True, slots=True)
class _Reader:
    text: str
    path: Path
    found: Mapping[str, object]

    def config(self) -> Config:
        self.only((), self.found, _TOP)
        tables = self.table((), self.found, "profiles")
        profiles = {name: self.profile(name, self.table(("profiles",), tables, name)) for name in tables}
        default = self.value((), self.found, "default", str) if "default" in self.found else None
        if default is not None and default not in profiles:
            self.refuse((), "default", f'no profile "{clean(default, longest=40)}"', near=default, among=profiles)
        return Config(MappingProxyType(profiles), default, self.settings(), self.team())

    def settings(self) -> Settings:
        at = ("settings",)
        table = self.table((), self.found, "settings")
        self.only(at, table, _SETTINGS)
        chosen = {name: self.choice(at, table, name, known) for name, known in _CHOICES.items() if name in table}
        kept = self.duration(at, table, "retention") if "retention" in table else Settings().retention
        flags = {name: self.value(at, table, name, bool) for name in ("plain", "mouse") if name in table}
        syslog = self.syslog(at, table) if "syslog" in table else ""
        keys = self.table((), self.found, "keys")
        bound = {name: self.key(keys, name) for name in keys}
        return Settings(keys=MappingProxyType(bound), retention=kept, syslog=syslog, **chosen, **flags)  # type: ignore[arg-type]

    def team(self) -> Team | None:
        at = ("team",)
        table = self.table((), self.found, "team")
        self.only(at, table, _TEAM)
        if not table:
            return None
        if "ledger" not in table:
            self.refuse(at, "ledger", "is missing")
        address = self.value(at, table, "ledger", str)
        role = self.value(at, table, "role", str) if "role" in table else ""
        asks = self.command(at, table, "password_command") if "password_command" in table else ()
        return Team(self.accepted(at, "ledger", lambda: checked_address(address)), role, asks)

    def key(self, keys: Mapping[str, object], name: str) -> str:
        """Read the key of a command. Without quotes TOML takes the parts of an id for tables."""
        found = keys[name]
        if isinstance(found, dict):
            inner = str(next(iter(found), ""))
            quoted = clean(f'"{name}.{inner}"', longest=80)
            self.refuse(("keys", name), inner, f"an id stands in quotes: {quoted} = ...")
        return self.value(("keys",), keys, name, str)

    def duration(self, at: Table, table: Mapping[str, object], key: str) -> timedelta:
        text = self.value(at, table, key, str)
        try:
            return read_duration(text)
        except InvalidInput as error:
            self.refuse(at, key, error.message)

    def syslog(self, at: Table, table: Mapping[str, object]) -> str:
        """Read true, false or the path of a socket."""
        if isinstance(table["syslog"], bool):
            return SYSLOG if table["syslog"] else ""
        if not isinstance(table["syslog"], str):
            self.refuse(at, "syslog", "must be true, false or the path of a socket")
        path = self.value(at, table, "syslog", str)
        if not path.startswith("/"):
            self.refuse(at, "syslog", "must be a path from the root on, or true")
        return path

    def profile(self, name: str, table: Mapping[str, object]) -> Profile:
        at = ("profiles", name)
        self.only(at, table, PROFILE_KEYS)
        self.accepted(at, "", lambda: checked_name(name))
        for key in _REQUIRED:
            if key not in table:
                self.refuse(at, key, "is missing")
        values: dict[str, object] = {}
        for key in table:
            values[key] = self.profile_value(at, table, key)
        if "proxy" in table:  # it may have a password in it, as an operator wrote it
            address, values["proxy_password"] = without_password(self.value(at, table, "proxy", str))
            values["proxy"] = self.accepted(at, "proxy", lambda: checked_proxy(address))
        service = PROVIDERS[str(values.get("provider", UNNAMED))]
        return Profile(name=name, **{"base_url": service.base_url, **values})  # type: ignore[arg-type]  # checked above

    def profile_value(self, at: Table, table: Mapping[str, object], key: str) -> object:
        match key:
            case "provider":
                return self.choice(at, table, key, list(PROVIDERS))
            case "colour":
                return self.choice(at, table, key, COLOURS)
            case "format":
                return Format(self.choice(at, table, key, [word.value for word in Format]))
            case "store":
                return Store(self.choice(at, table, key, [word.value for word in Store]))
            case "protected" | "read_only":
                return self.value(at, table, key, bool)
            case "credential_command":
                return self.command(at, table, key)
        if key in {"max_rows", "max_percent"}:
            return self.ceiling(at, table, key)
        text = self.value(at, table, key, str)
        if key == "api_user" and not text.strip():
            self.refuse(at, key, "must not be empty")
        is_address = key == "base_url" or (key == "eu_base_url" and text)
        return self.accepted(at, key, lambda: checked_base_url(text)) if is_address else text

    def command(self, at: Table, table: Mapping[str, object], key: str) -> tuple[str, ...]:
        found = self.value(at, table, key, list)
        if not found or not all(isinstance(part, str) for part in found) or not found[0]:
            self.refuse(at, key, 'must be a list of texts, the program first: ["pass", "show", "sendgrid"]')
        return tuple(found)

    def only(self, at: Table, table: Mapping[str, object], known: Collection[str]) -> None:
        for key in table:
            if key not in known:
                self.refuse(at, key, "no such key", near=key, among=known)

    def table(self, at: Table, table: Mapping[str, object], key: str) -> Mapping[str, object]:
        return self.value(at, table, key, dict) if key in table else {}

    def value(self, at: Table, table: Mapping[str, object], key: str, kind: type[_Kind]) -> _Kind:
        found = table[key]
        if type(found) is not kind:
            self.refuse(at, key, f"must be {_KINDS[kind]}, not {_KINDS.get(type(found), 'a date')}")
        return found

    def ceiling(self, at: Table, table: Mapping[str, object], key: str) -> float | None:
        number = self.value(at, table, key, int if type(table[key]) is int else float)
        check = checked_max_rows if key == "max_rows" else checked_max_percent
        return self.accepted(at, key, lambda: check(number))

    def choice(self, at: Table, table: Mapping[str, object], key: str, known: Collection[str]) -> str:
        word = self.value(at, table, key, str)
        if word not in known:
            self.refuse(at, key, f'no such value "{clean(word, longest=40)}"', near=word, among=known)
        return word

    def accepted(self, at: Table, key: str, check: Callable[[], _Value]) -> _Value:
        try:
            return check()
        except InvalidInput as error:
            self.refuse(at, key, error.message)

    def refuse(self, at: Table, key: str, words: str, *, near: str = "", among: Collection[str] = ()) -> NoReturn:
        if among:
            words += " - " + did_you_mean(near, among, f"there is: {', '.join(among)}")
        raise wrong_entry(self.text, self.path, at, key, words)


def wrong_entry(text: str, path: Path, at: Table, key: str, words: str) -> BadConfig:
    """Return the error of an entry, with file, line and key."""
    place = clean(".".join((*at, key) if key else at), longest=120)
    return BadConfig(f"{path.name}:{line_of(text, at, key)}: {place}: {words}", hint=f"look at {path}")
