"""Builds the config file."""

from collections.abc import Mapping

from tui_reseller.storage.config import ConfigFile
from tui_reseller.storage.paths import Paths


def config_in(paths: Paths) -> ConfigFile:
    """Return the config file of a set of folders."""
    return ConfigFile(paths.config, _wrong_keys)


def _wrong_keys(chosen: Mapping[str, str]) -> list[tuple[str, str]]:
    from tui_reseller.tui.keys import wrong_keys  # noqa: PLC0415 - asked by one verb

    return wrong_keys(chosen)
