"""The services that this program knows, by their ids."""

from tui_reseller.domain.provider import Provider
from tui_reseller.domain.providers.accounts_v3 import ACCOUNTS_V3
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3

PROVIDERS: dict[str, Provider] = {one.id: one for one in (SUBUSERS_V3, ACCOUNTS_V3, RESELLER_V2)}
"""All services, the one of new profiles first."""
FOREIGN = Provider("foreign", "Service of a newer version", "", (), {})
"""Of an account in the ledger whose service this version does not know: shown, and nothing is sent there."""


def provider_named(name: str) -> Provider:
    """Return a service by its id. Raises KeyError."""
    return PROVIDERS[name]


def provider_of(account: str) -> Provider:
    """Return the service of an account, by the account's key (domain/account.py). Keys of older versions named none:
    they are of the Reseller API v2.
    """
    name, _, rest = account.partition("|")
    if "://" in name or not rest:
        return RESELLER_V2
    return PROVIDERS.get(name, FOREIGN)
