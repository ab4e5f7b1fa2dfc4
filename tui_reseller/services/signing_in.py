"""Whose account a key is for: the service says it, where it tells."""

from dataclasses import replace

from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import InvalidInput, NotPermitted
from tui_reseller.domain.profile import Profile
from tui_reseller.services import retry
from tui_reseller.services.services import Services
from tui_reseller.services.session import complete

NAME_IT = "name the account: --api-user NAME"


async def with_account_name(services: Services, profile: Profile, credential: Credential | None) -> Profile:
    """Return a profile with the name of our own account, asked from the service by the key if it has none.

    All that is ours hangs on that name: locks, lists, plans, the audit log. Raises InvalidInput where nobody can tell
    it; NoAnswer, Rejected, MissingCredentials.
    """
    if profile.api_user or profile.service.needs_api_user:
        return profile
    if credential is None and (profile.keeps_key or not profile.credential_command):
        raise InvalidInput(
            "without a key the service cannot be asked whose account it is", field="api_user", hint=NAME_IT
        )
    key = complete(credential or await services.credentials.get(profile), profile)
    service = services.connect(profile, key, None)
    try:
        identity = await retry.read(services.clock, service.probe, retry.Budget())
    except NotPermitted as error:
        raise InvalidInput(
            f"the key may not ask whose account it is: {error.message}", field="api_user", hint=NAME_IT
        ) from None
    finally:
        await service.aclose()
    if not identity.account:
        raise InvalidInput("the service does not tell whose account it is", field="api_user", hint=NAME_IT)
    return replace(profile, api_user=identity.account)
