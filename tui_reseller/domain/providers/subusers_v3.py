"""SendGrid's Subusers API v3: what resellers work with today (services 9.2, 9.3)."""

from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.provider import DETAILS_READ, Action, AtCreate, Effect, Field, Kind, Provider, Told

_SET, _REQUIRED, _OPTIONAL = Operation.SET, AtCreate.REQUIRED, AtCreate.OPTIONAL

FIELDS = (
    Field("username", "Username", set_by=Operation.RENAME, at_create=_REQUIRED, limit=64, check="username",
          is_searched=True, width=20),
    Field("email", "E-mail", set_by=Operation.EMAIL, at_create=_REQUIRED, limit=100, check="email", is_searched=True,
          title="E-MAIL", width=28),
    Field("sending", "Sending", Kind.SWITCH, set_by=Operation.ENABLE, width=7),
    Field("website_access", "Website access", Kind.SWITCH, Told.NEVER, Operation.WEBSITE_ENABLE, title="WEBSITE",
          width=7),
    Field("region", "Region", Kind.CHOICE, Told.ROWS, at_create=_OPTIONAL, choices=("global", "eu"), width=6),
    Field("id", "Id", limit=20, title="ID", width=10),
    Field("first_name", "First name", told=Told.DETAIL, set_by=_SET, limit=50, width=14),
    Field("last_name", "Last name", told=Told.DETAIL, set_by=_SET, limit=50),
    Field("company", "Company", told=Told.DETAIL, set_by=_SET, limit=100, is_searched=True,
          width=20),
    Field("address", "Address", told=Told.DETAIL, set_by=_SET, limit=100, width=26),
    Field("address2", "Address 2", told=Told.DETAIL, set_by=_SET, limit=100, width=20),
    Field("city", "City", told=Told.DETAIL, set_by=_SET, limit=100),
    Field("state", "State", told=Told.DETAIL, set_by=_SET, limit=100, width=10),
    Field("zip", "Zip", told=Told.DETAIL, set_by=_SET, limit=50, width=8),
    Field("country", "Country", told=Told.DETAIL, set_by=_SET, limit=100, check="country",
          width=7),
    Field("phone", "Phone", told=Told.DETAIL, set_by=_SET, limit=50),
    Field("website", "Website", told=Told.DETAIL, set_by=_SET, title="SITE", width=26),
    Field(DETAILS_READ, "Details read", Kind.MOMENT, Told.DETAIL, width=20),
    # Sending addresses: the service wants at least one of ours, and tells in no record whose they are.
    Field("ips", "Sending addresses", at_create=_REQUIRED, limit=1000, check="addresses", is_column=False,
          is_offered=True),
)  # fmt: skip
"""The service publishes no limits; these are of the same vendor's older API, which has the same accounts."""

DETAILS = tuple(one.name for one in FIELDS if one.set_by is _SET)
"""What is told for one customer at a time, and changed by one call."""

_OVERWRITES = "Safe: check. Not safe: send it again before it is resolved; it may undo what others changed."
_REPEAT = "Cannot be checked. Safe: repeat with the same value, or resolve with a note."
_FOR_EVER = "cannot be undone"

ACTIONS = {
    Operation.ENABLE: Action(
        "Start sending", 1, "Start sending",
        brief="The customer may send mail",
        consequence=("The customer may send mail again. Website access does not change.",),
        of_many="They may send mail again. Website access does not change.",
        sets={"sending": True}, undo=Operation.DISABLE, is_repeatable=True, scope="subusers.update",
        advice={Outcome.UNKNOWN: "Safe: check, or repeat with the same value.", Outcome.UNVERIFIABLE: _REPEAT},
    ),
    Operation.DISABLE: Action(
        "Stop sending", 2, "Stop sending",
        brief="The customer's mail is refused",
        consequence=(
            "The customer's mail is refused from now on. Website access does not change.",
            "Undo starts sending again; do not count on mail refused meanwhile.",
        ),
        of_many="Their mail is refused from now on. Website access does not change.",
        sets={"sending": False}, undo=Operation.ENABLE, is_repeatable=True, takes_end=True, scope="subusers.update",
        advice={
            Outcome.UNKNOWN: "Safe: check, or repeat with the same value; until then mail may still go out.",
            Outcome.UNVERIFIABLE: _REPEAT,
        },
    ),
    Operation.WEBSITE_ENABLE: Action(
        "Website access on", 1, "Switch on",
        consequence=("The customer may log in to the website. Sending does not change.",),
        of_many="They may log in to the website. Sending does not change.",
        sets={"website_access": True}, undo=Operation.WEBSITE_DISABLE, is_repeatable=True, is_checkable=False,
        scope="subusers.update",
        advice=dict.fromkeys(
            (Outcome.UNKNOWN, Outcome.UNVERIFIABLE), "Cannot be checked. Safe: repeat with the same value."
        ),
    ),
    Operation.WEBSITE_DISABLE: Action(
        "Website access off", 1, "Switch off",
        consequence=("The customer can no longer log in to the website. Sending goes on.",),
        of_many="They can no longer log in to the website. Sending goes on.",
        sets={"website_access": False}, undo=Operation.WEBSITE_ENABLE, is_repeatable=True, is_checkable=False,
        scope="subusers.update",
        advice=dict.fromkeys(
            (Outcome.UNKNOWN, Outcome.UNVERIFIABLE),
            "Cannot be checked: treat access as possibly still open. Safe: repeat with the same value.",
        ),
    ),
    Operation.SET: Action(
        "Change details", 1, "Send", consequence=("Only the fields named here change.",), takes=DETAILS, undo=_SET,
        scope="user.profile.update", advice={Outcome.UNKNOWN: _OVERWRITES},
    ),
    Operation.EMAIL: Action(
        "Change e-mail", 2, "Change",
        brief="The contact address",
        consequence=(
            "Notices go to the new address, at once. Nobody checks it: no confirmation mail is sent.",
            "The username for SMTP and website stays.",
        ),
        takes=("email",), undo=Operation.EMAIL, scope="user.email.update", advice={Outcome.UNKNOWN: _OVERWRITES},
    ),
    Operation.CREATE: Action(
        "New customer", 2, "Create", _FOR_EVER,
        brief="Review before sending; no undo",
        consequence=("A new subuser is opened. There is no undo: delete closes it for ever.",),
        effect=Effect.CREATES, takes=("email", "ips", "region"),
        cannot_undo="a new customer cannot be undone; delete closes the account for ever", needs_password=True,
        unseen="password and sending addresses are not shown", scope="subusers.create",
        advice={
            Outcome.UNKNOWN: "Safe: check. Not safe: create it again before it is resolved.",
            Outcome.CONFLICT: "Safe: choose another username, then resolve with a note. "
            "Not safe: treat the listed customer as ours.",
        },
    ),
    Operation.RENAME: Action(
        "Rename", 3, "Rename", "mail stops until the customer changes settings",
        brief="The log-in name, at once",
        consequence=(
            ("From now on SMTP and website log in only with the new name. Programs of the customer that send with the "
            "old name are refused until they are changed."),
            "Undo renames back, if the service accepts the old name again.",
        ),
        of_many="SMTP and website log in only with the new names, at once.",
        effect=Effect.RENAMES, takes=("username",), remembers=("username", "email", "id"), undo=Operation.RENAME,
        hits_whole_account=True, scope="user.username.update",
        advice={
            Outcome.UNKNOWN: "Safe: check. Not safe: rename again, or use the new name for another customer.",
            Outcome.CONFLICT: "Safe: look at both names, then resolve with a note. Not safe: rename again.",
        },
    ),
    Operation.DELETE: Action(
        "Delete customer", 3, "Delete", _FOR_EVER,
        brief="Close the account, for ever",
        consequence=(
            ('This deletes the subuser at once and for ever, with its keys, templates and settings. It is not "stop '
            'sending": nothing can be started again.'),
        ),
        of_many="The subusers are deleted at once and for ever, with their keys, templates and settings.",
        effect=Effect.REMOVES, remembers=("email", "id"), cannot_undo="a delete cannot be undone",
        hits_whole_account=True, scope="subusers.delete",
        advice={Outcome.UNKNOWN: "Safe: check. Not safe: delete again, create the same username."},
    ),
}  # fmt: skip
"""Grades: interaction 4. Repeatable and checkable: reliability 4.3. Scopes: services 9.1."""

SUBUSERS_V3 = Provider(
    id="subusers-v3",
    title="Subusers v3",
    base_url="https://api.sendgrid.com/v3",
    eu_base_url="https://api.eu.sendgrid.com/v3",
    fields=FIELDS,
    actions=ACTIONS,
    identity=("id", "email"),
    lacks={
        Operation.PASSWORD: "the service changes a password only for who knows the old one; the customer sets a new "
        "one at the log-in page (Forgot your password?), or you stop website access",
    },
    needs_api_user=False,
    list_is_atomic=False,
    reads_lag=30.0,
    new_values={"sending": True},
    why_no_sign_in="the customer logs in; a parent account has a switch of its own at the vendor's website",
    name_fields=("first_name", "last_name"),
    place_fields=("city", "country"),
    postal_line=(("zip", "city"), ("state",), ("country",)),
)
