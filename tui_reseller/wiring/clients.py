"""Who speaks with which service."""

from collections.abc import Callable
from pathlib import Path

from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.providers.accounts_v3 import ACCOUNTS_V3
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3
from tui_reseller.services.ports import CustomersPort


def connect(profile: Profile, credential: Credential, timeout: float | None, *, cache: Path) -> CustomersPort:
    """Return the service of a profile; *cache* is where processes share what can be lost at any time.

    Raises BadConfig for a provider that has no client here.
    """
    client = CLIENTS.get(profile.provider)
    if client is None:
        known = ", ".join(CLIENTS)
        raise BadConfig(f'profile "{profile.name}" has the provider "{profile.provider}"', hint=f"known are: {known}")
    return client(profile, credential, timeout, cache)


def _reseller_v2(profile: Profile, credential: Credential, timeout: float | None, _cache: Path) -> CustomersPort:
    from tui_reseller.api.reseller_v2.client import ResellerV2  # noqa: PLC0415 - httpx is not on the start-up path

    return ResellerV2(profile, credential.key, proxy_password=credential.proxy_password, timeout=timeout)


def _subusers_v3(profile: Profile, credential: Credential, timeout: float | None, cache: Path) -> CustomersPort:
    from tui_reseller.api.subusers_v3.client import SubusersV3  # noqa: PLC0415 - httpx is not on the start-up path
    from tui_reseller.api.v3.pace import Pace  # noqa: PLC0415
    from tui_reseller.storage.shared_pace import SharedPace  # noqa: PLC0415

    pace = Pace(SharedPace(cache, profile.account) if profile.api_user else None)
    return SubusersV3(profile, credential.key, proxy_password=credential.proxy_password, timeout=timeout, pace=pace)


def _accounts_v3(profile: Profile, credential: Credential, timeout: float | None, cache: Path) -> CustomersPort:
    from tui_reseller.api.accounts_v3.client import AccountsV3  # noqa: PLC0415 - httpx is not on the start-up path
    from tui_reseller.api.v3.pace import Pace  # noqa: PLC0415
    from tui_reseller.storage.shared_pace import SharedPace  # noqa: PLC0415

    pace = Pace(SharedPace(cache, profile.account) if profile.api_user else None)
    return AccountsV3(profile, credential.key, proxy_password=credential.proxy_password, timeout=timeout, pace=pace)


Client = Callable[[Profile, Credential, float | None, Path], CustomersPort]
CLIENTS: dict[str, Client] = {
    RESELLER_V2.id: _reseller_v2,
    SUBUSERS_V3.id: _subusers_v3,
    ACCOUNTS_V3.id: _accounts_v3,
}
"""Who speaks with which service, by the provider's id."""
