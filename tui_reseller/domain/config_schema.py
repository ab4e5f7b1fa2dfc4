"""The JSON Schema of the config file, for editors that check TOML while it is written. Made from the table of keys.

What no schema can say is found by the reader alone: a default that names no profile, a host that is none, ids and keys
of the screen.
"""

from collections.abc import Iterable
from datetime import timedelta
from enum import Enum

from tui_reseller.domain.config import Settings
from tui_reseller.domain.config_keys import NAME_PATTERN, PROFILE, SETTINGS, TEAM, TOP, Key
from tui_reseller.domain.duration import written
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.team import Team

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES = {bool: "boolean", str: "string", int: "integer", float: "number", list: "array", dict: "object"}


def schema() -> dict[str, object]:
    """Return the schema, as JSON."""
    profile = Profile("", "")
    tables: dict[str, dict[str, object]] = {
        "settings": _table(SETTINGS, Settings()),
        "keys": {"additionalProperties": {"type": "string", "minLength": 1}},
        "team": _table(TEAM, Team("")),
        "profiles": {"additionalProperties": _table(PROFILE, profile), "propertyNames": {"pattern": NAME_PATTERN}},
    }
    whole = _table(TOP, None)
    properties = {key.name: {**_property(key, None), **tables.get(key.name, {})} for key in TOP}
    return {"$schema": DIALECT, "title": "Configuration of TUI Reseller", **whole, "properties": properties}


def _table(keys: Iterable[Key], defaults: object) -> dict[str, object]:
    keys = tuple(keys)
    required = [key.name for key in keys if key.required]
    return {
        "type": "object",
        "properties": {key.name: _property(key, defaults) for key in keys},
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def _property(key: Key, defaults: object) -> dict[str, object]:
    kinds = [_TYPES[kind] for kind in key.kinds]
    default = {} if key.required or defaults is None else _default(getattr(defaults, key.name))
    choices = {"enum": list(key.choices)} if key.choices else {}
    return {
        "description": key.meaning, "type": kinds[0] if len(kinds) == 1 else kinds, **choices, **key.shape, **default,
    }  # fmt: skip


def _default(value: object) -> dict[str, object]:
    """Return the default as it would be written; none where absence says what no value can."""
    if isinstance(value, Enum):
        return {"default": value.value}
    if isinstance(value, timedelta):
        return {"default": written(value)}
    return {"default": value} if value or isinstance(value, bool) else {}
