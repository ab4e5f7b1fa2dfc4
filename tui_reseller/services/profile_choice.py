"""Which profile is used, and under which rules: decided by the config, a name and the environment."""

from collections.abc import Callable

from tui_reseller.domain.config import Config
from tui_reseller.domain.errors import BadConfig, RefusedHere
from tui_reseller.domain.nearest import did_you_mean
from tui_reseller.domain.profile import Profile

ENV = "env"
"""The name of the profile that the environment gives."""


def chosen(
    load: Callable[[], Config], name: str | None, environment: Profile | None, *, writing: bool = False
) -> Profile:
    """Return the profile to use: the named one, the environment's, the default, or the only one.

    Raises BadConfig if there is none or the named one is not there; RefusedHere for a write if none of several is
    named: the default serves reads and the screen only.
    """
    if environment is not None:
        if name and name != ENV:
            raise BadConfig(f'profile "{name}" is named beside TUI_RESELLER_API_USER: one of the two is too many')
        return environment
    config = load()
    if name:
        return by_name(config, name)
    if not config.profiles:
        raise BadConfig("no profile yet", hint="tui-reseller profile add NAME, or try: tui-reseller demo")
    if len(config.profiles) == 1:
        return next(iter(config.profiles.values()))
    if writing:
        raise RefusedHere(
            f"refused: several profiles and none named; nothing was sent. Profiles: {', '.join(config.profiles)}",
            hint="--profile NAME",
        )
    if config.default is None:
        raise BadConfig(f"several profiles and none in use: {', '.join(config.profiles)}", hint="--profile NAME")
    return by_name(config, config.default)


def by_name(config: Config, name: str) -> Profile:
    """Return a profile of the config. Raises BadConfig if it is not there."""
    if name in config.profiles:
        return config.profiles[name]
    known = f"profiles: {', '.join(config.profiles) or 'none'}"
    raise BadConfig(f'no profile "{name}"', hint=did_you_mean(name, config.profiles, known))


def strictest(config: Config, profile: Profile) -> Profile:
    """Return a profile with the strictest rules of all profiles of its account: another name for it, or the
    environment, is no way around them.
    """
    for other in config.profiles.values():
        if other.account == profile.account:
            profile = profile.stricter(other)
    return profile
