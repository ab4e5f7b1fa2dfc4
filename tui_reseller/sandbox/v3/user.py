"""An account's own data: of the customer on whose behalf the call is, else of the reseller (services 9.3).

The reseller's own data cannot be changed here: a client that forgets on whose behalf it calls is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox import rules
from tui_reseller.sandbox.changes import edit, has_password, set_password
from tui_reseller.sandbox.v3.desk import PARENT, PARENT_EMAIL, PARENT_PROFILE, answer
from tui_reseller.sandbox.v3.errors import Refused, about, forbidden, unreadable
from tui_reseller.sandbox.v3.subusers import PASSWORD_RULE

if TYPE_CHECKING:
    from tui_reseller.sandbox.answer import Answer
    from tui_reseller.sandbox.store import Customer
    from tui_reseller.sandbox.v3.call import Call
    from tui_reseller.sandbox.v3.desk import Desk

_PROFILE = (
    "address", "address2", "city", "company", "country", "first_name", "last_name", "phone", "state", "website", "zip",
)  # fmt: skip


def scopes(desk: Desk, _call: Call) -> Answer:
    """Tell what the key may do."""
    return answer({"scopes": list(desk.terms.scopes)})


def username(_desk: Desk, call: Call) -> Answer:
    """Tell whose account this is."""
    if call.acting is None:
        return answer(PARENT)
    return answer({"username": call.acting.values["username"], "user_id": call.acting.ident})


def email(_desk: Desk, call: Call) -> Answer:
    """Tell the e-mail address."""
    return answer({"email": PARENT_EMAIL if call.acting is None else call.acting.values["email"]})


def profile(_desk: Desk, call: Call) -> Answer:
    """Tell names and address. A second address line is left out where there is none, as clients have seen it."""
    return answer(PARENT_PROFILE if call.acting is None else _profile(call.acting.values))


def _profile(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in _PROFILE if name != "address2" or values[name]}


def set_profile(desk: Desk, call: Call) -> Answer:
    """Change those details that were sent."""
    customer = _customer(call)
    values = {name: value for name, value in call.fields().items() if name in _PROFILE}
    if not values:
        raise Refused(400, {"message": "no fields provided"})
    errors = [about(name, f"{name} must be a text") for name, value in values.items() if not isinstance(value, str)]
    if not errors:
        errors = [about(name, text) for name, value in values.items() for text in rules.lengths({name: value})]
    if errors:
        raise Refused(400, *errors)
    edit(desk.store, "client", "set", customer, values, call.called)
    return answer(_profile(customer.values | values))


def set_email(desk: Desk, call: Call) -> Answer:
    """Change the e-mail address."""
    customer, value = _customer(call), call.text("email")
    texts = rules.email(value, changed=True)
    if texts:
        raise Refused(400, *(about("email", text) for text in texts))
    edit(desk.store, "client", "email", customer, {"email": value}, call.called)
    return answer({"email": value})


def rename(desk: Desk, call: Call) -> Answer:
    """Change the username; paths have the new one at once, the number stays."""
    customer, value = _customer(call), call.text("username")
    errors = [about("username", text) for text in rules.renamed_username(value)]
    if value != customer.username and desk.store.find(value):
        errors.append({"message": "username exists"})
    if errors:
        raise Refused(400, *errors)
    edit(desk.store, "client", "rename", customer, {"username": value}, call.called)
    return answer({"username": value})


def password(desk: Desk, call: Call) -> Answer:
    """Change the password, for whoever knows the present one."""
    customer = _customer(call)
    new, old = call.text("new_password"), call.text("old_password")
    texts = rules.password(new, new, PASSWORD_RULE)
    if texts:
        raise Refused(400, *(about("new_password", text) for text in texts))
    if not has_password(customer, old):
        raise unreadable("old_password", "the old password is not right")
    set_password(desk.store, "client", customer, new, call.called)
    return answer({})


def _customer(call: Call) -> Customer:
    if call.acting is None:
        raise forbidden()
    return call.acting
