"""What each operation is at Account Provisioning v3, as a request (services 9.6)."""

from collections.abc import Mapping

from tui_reseller.api.accounts_v3.offerings import offerings_of
from tui_reseller.api.request import JsonBody, Request
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.providers.accounts_v3 import ACCOUNTS_V3, PROFILE
from tui_reseller.domain.secret import Secret

ALL = "partners/accounts"
ONE = "partners/accounts/{account}"
SUCCESS = {
    Operation.CREATE: (201,), Operation.DELETE: (204,), Operation.ENABLE: (204,), Operation.DISABLE: (204,),
    Operation.OFFERINGS_SET: (200,),
}  # fmt: skip
"""The statuses with which each operation succeeds."""
TEST_ACCOUNT = ("T-Test-Account", "true")


def write_request(call: Call, key: Secret) -> Request:
    """Return the request of one write. Raises ValueError if the call does not fit the table, which is a mistake of our
    own.
    """
    action = ACCOUNTS_V3.action(call.operation)
    if foreign := sorted(call.fields.keys() - set(action.takes)):
        raise ValueError(f"{call.operation.value} takes no {', '.join(foreign)}")
    match call.operation:
        case Operation.CREATE:
            headers = (TEST_ACCOUNT,) if call.fields.get("test_account") == "true" else ()
            return Request("POST", ALL, body=JsonBody(_new_account(call.fields)), bearer=key, headers_besides=headers)
        case Operation.DELETE:
            return Request("DELETE", ONE, {"account": call.username}, bearer=key)
        case Operation.ENABLE | Operation.DISABLE:
            body = JsonBody({"state": action.leaves["state"]})
            return Request("PUT", f"{ONE}/state", {"account": call.username}, body=body, bearer=key)
        case Operation.OFFERINGS_SET:
            body = JsonBody({"offerings": _offerings(call.fields)})
            return Request("PUT", f"{ONE}/offerings", {"account": call.username}, body=body, bearer=key)
    raise ValueError(f"there is no {call.operation.value}")


def _new_account(fields: Mapping[str, str]) -> Mapping[str, object]:
    profile = {name: fields[name] for name in PROFILE if fields.get(name)}
    return {**({"profile": profile} if profile else {}), "offerings": _offerings(fields)}


def _offerings(fields: Mapping[str, str]) -> object:
    return offerings_of(fields.get("package", ""), fields.get("addons", ""))


def page_request(cursor: str, limit: int, key: Secret) -> Request:
    """Return the request of the page of the list behind an account; the first page for an empty cursor."""
    query = [("limit", str(limit)), *([("offset", cursor)] if cursor else [])]
    return Request("GET", ALL, query=query, bearer=key)


def state_request(account: str, key: Secret) -> Request:
    """Return the request of an account's state."""
    return Request("GET", f"{ONE}/state", {"account": account}, bearer=key)


def offerings_request(account: str, key: Secret) -> Request:
    """Return the request of what an account has booked."""
    return Request("GET", f"{ONE}/offerings", {"account": account}, bearer=key)


def sign_in_request(account: str, key: Secret) -> Request:
    """Return the request of a sign-in link."""
    return Request("POST", f"{ONE}/sso", {"account": account}, bearer=key)


def catalogue_request(key: Secret) -> Request:
    """Return the request of what can be booked."""
    return Request("GET", "partners/offerings", bearer=key)


def email_request(account: str, key: Secret) -> Request:
    """Return the request of an account's e-mail address, on its behalf."""
    return Request("GET", "user/email", bearer=key, on_behalf_of=f"account-id {account}")
