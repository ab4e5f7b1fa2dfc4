"""The config file: read strictly, edited gently - comments and order of what is not ours to change survive."""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reseller.domain.config import Config, ConfigFinding
from tui_reseller.domain.config_keys import PROFILE, names
from tui_reseller.domain.errors import BadConfig, Conflict
from tui_reseller.domain.profile import Profile, checked_base_url, checked_name
from tui_reseller.domain.team import Team
from tui_reseller.storage.config_reading import examine, finding_at, parse, read_file
from tui_reseller.storage.toml_items import places_of
from tui_reseller.system.files import checked_folder, only_writer, write_whole

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import Item

NAME = "config.toml"
WrongKeys = Callable[[Mapping[str, str]], Iterable[tuple[str, str]]]
"""Names the entries of the table keys that cannot be: the id of a command, and what is wrong."""
_ALWAYS = ("api_user", "base_url", "format", "store")
"""Keys that are written also where they have the default: they show the reader what matters."""


class ConfigFile:
    """`config.toml` in a folder. Every method may raise BadConfig, with file, line and key."""

    def __init__(self, folder: Path, wrong_keys: WrongKeys = lambda _keys: ()) -> None:
        self.path = folder / NAME
        self._wrong_keys = wrong_keys

    def load(self) -> Config:
        """Read and check the file; a missing file is an empty config."""
        return parse(self._text(), self.path)

    def team(self) -> Team | None:
        """Return the ledger of a team that the file names. Where it names none, nothing else of it is read."""
        text = self._text()
        return parse(text, self.path).team if "team" in text else None

    def stamp(self) -> tuple[int, ...] | None:
        """Return what differs as soon as the file was changed; None while there is none."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def wrong_entry(self, table: str, key: str, words: str) -> BadConfig:
        """Return the error of an entry that only its reader can judge, as load() raises it for the others."""
        found = finding_at(self._text(), (table,), key, words)
        return BadConfig(found.text(self.path.name), hint=f"look at {self.path}")

    def text(self) -> str:
        """Return what the file says, right or wrong; empty if it is missing."""
        return self._text()

    def examine(self, text: str) -> list[ConfigFinding]:
        """Return all that is wrong with a text of such a file, in its order; for load() the first is enough."""
        config, found = examine(text)
        if config is None:
            return found
        return [finding_at(text, ("keys",), name, words) for name, words in self._wrong_keys(config.settings.keys)]

    def replace(self, text: str, instead_of: str) -> None:
        """Put a text in the place of another one. Raises BadConfig for one that load() would refuse, Conflict if the
        file says something else by now.
        """
        with only_writer(self.path.with_name("config.lock")):
            parse(text, self.path)
            if self._text() != instead_of:
                raise Conflict(f"{self.path} was changed meanwhile; nothing was written")
            write_whole(self.path, text.encode("utf-8"))

    def put(self, profile: Profile) -> None:
        """Add a profile or replace it. The first one becomes the default. Raises InvalidInput for a bad name or URL.

        No password of a proxy is ever written; one that stands in the file stays until a profile without it comes.
        """
        checked_name(profile.name)
        checked_base_url(profile.base_url)
        self._edit(lambda document, config: _put(document, config, profile))

    def remove(self, name: str) -> None:
        """Take a profile out. If it was the default there is none afterwards: the next one is not guessed."""
        self._edit(lambda document, config: _remove(document, config, name))

    def use(self, name: str) -> None:
        """Name the profile that reads and the screen use by default."""
        self._edit(lambda document, config: _use(document, config, name))

    def set_theme(self, name: str) -> None:
        """Name the theme of the screen."""
        self._edit(lambda document, _: _set(document, "theme", name))

    def _text(self) -> str:
        return read_file(self.path) if checked_folder(self.path.parent) else ""

    def _edit(self, change: "Callable[[TOMLDocument, Config], None]") -> None:
        import tomlkit  # noqa: PLC0415 - reading does not need it

        with only_writer(self.path.with_name("config.lock")):
            text = self._text()
            config = parse(text, self.path)
            document = tomlkit.parse(text)
            change(document, config)
            edited = tomlkit.dumps(document)
            # What we write must be readable by us, whatever style the file was written in.
            parse(edited, self.path)
            write_whole(self.path, edited.encode("utf-8"))


def _put(document: "TOMLDocument", config: Config, profile: Profile) -> None:
    import tomlkit  # noqa: PLC0415 - reading does not need it

    if not config.profiles:
        document["default"] = profile.name  # before any table of ours: tomlkit would put it into the one above
    plain = Profile(name="", api_user="")
    profiles = document.setdefault("profiles", tomlkit.table(is_super_table=True))
    table = profiles.setdefault(profile.name, tomlkit.table())
    for key in names(PROFILE):
        value = getattr(profile, key)
        if key == "proxy" and profile.proxy_password and _has_same_proxy(config, profile):
            continue
        if key not in _ALWAYS and value == getattr(plain, key):
            table.pop(key, None)
            continue
        written = _written(value)
        if key not in table or table[key] != written:
            table[key] = written


def _has_same_proxy(config: Config, profile: Profile) -> bool:
    """Whether the file has the proxy of a profile, and its password, already."""
    before = config.profiles.get(profile.name)
    return before is not None and (before.proxy, before.proxy_password) == (profile.proxy, profile.proxy_password)


def _remove(document: "TOMLDocument", config: Config, name: str) -> None:
    """Take a profile out. The comments behind it speak of what comes next: they stay in its place."""
    from tomlkit.items import Whitespace  # noqa: PLC0415 - reading does not need it

    if name not in config.profiles:
        raise _no_profile(name)
    for container, place in [*places_of(document, ("profiles", name))]:
        container.body[place] = (None, Whitespace(_comments_behind(container.body[place][1])))
    if config.default == name:
        del document["default"]


def _comments_behind(item: "Item") -> str:
    """Return the comments and empty lines that stand behind the last key of a table."""
    from tomlkit.items import Table  # noqa: PLC0415 - as above

    lines = item.value.body if isinstance(item, Table) else []
    last = max((at for at, (key, _item) in enumerate(lines) if key is not None), default=-1)
    return "".join(found.as_string() for _key, found in lines[last + 1 :])


def _use(document: "TOMLDocument", config: Config, name: str) -> None:
    if name not in config.profiles:
        raise _no_profile(name)
    document["default"] = name


def _set(document: "TOMLDocument", key: str, value: str) -> None:
    import tomlkit  # noqa: PLC0415 - reading does not need it

    document.setdefault("settings", tomlkit.table())[key] = value


def _no_profile(name: str) -> BadConfig:
    return BadConfig(f'no profile "{name}"', hint="`profile list` names them")


def _written(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value
