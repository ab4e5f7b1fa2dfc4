"""SendGrid's Reseller API v2: twelve fields, eleven operations (services.md, reseller-v2)."""

from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.provider import Action, AtCreate, Effect, Field, Kind, Provider, Told

_SET, _REQUIRED, _OPTIONAL = Operation.SET, AtCreate.REQUIRED, AtCreate.OPTIONAL

FIELDS = (
    Field("username", "Username", set_by=Operation.RENAME, at_create=_REQUIRED, limit=64, check="username",
          is_searched=True, width=20),
    Field("email", "E-mail", set_by=Operation.EMAIL, at_create=_REQUIRED, limit=100, limit_at_create=64, check="email",
          is_searched=True, title="E-MAIL", width=28),
    Field("sending", "Sending", Kind.SWITCH, set_by=Operation.ENABLE, width=7),
    Field("website_access", "Website access", Kind.SWITCH, Told.NEVER, Operation.WEBSITE_ENABLE, title="WEBSITE",
          width=7),
    Field("first_name", "First name", set_by=_SET, at_create=_REQUIRED, limit=50, is_searched=True, width=14),
    Field("last_name", "Last name", set_by=_SET, at_create=_REQUIRED, limit=50, is_searched=True),
    Field("address", "Address", set_by=_SET, at_create=_REQUIRED, limit=100, is_searched=True, width=26),
    Field("city", "City", set_by=_SET, at_create=_REQUIRED, limit=100, is_searched=True),
    Field("state", "State", set_by=_SET, at_create=_REQUIRED, limit=100, width=10),
    Field("zip", "Zip", set_by=_SET, at_create=_REQUIRED, limit=50, width=8),
    Field("country", "Country", set_by=_SET, at_create=_REQUIRED, limit=100, check="country", width=7),
    Field("phone", "Phone", set_by=_SET, at_create=_REQUIRED, limit=50, is_searched=True),
    Field("website", "Website", set_by=_SET, at_create=_REQUIRED, is_searched=True, title="SITE", width=26),
    # Called required by later documentation, left out by the first.
    Field("company", "Company", at_create=AtCreate.ADVISED, is_column=False),
    Field("package", "Package", at_create=AtCreate.ADVISED, is_column=False),
    Field("whitelabel", "White label", at_create=AtCreate.ADVISED, is_column=False),
    Field("free_user", "Free user", at_create=_OPTIONAL, limit=5, check="boolean", is_column=False),
    Field("billing_date", "Billing date", at_create=_OPTIONAL, limit=10, check="date", is_column=False),
    Field("ip", "IP", at_create=_OPTIONAL, is_column=False),
    Field("ip_group", "IP group", at_create=_OPTIONAL, is_column=False),
)  # fmt: skip
"""Limits: reseller-v2 5.1, 5.8, 5.10, 5.11."""

DETAILS = tuple(one.name for one in FIELDS if one.set_by is _SET)
"""Fields that one call changes together (reseller-v2 5.8)."""

_OVERWRITES = "Safe: check. Not safe: send it again before it is resolved; it may undo what others changed."
_REPEAT = "Cannot be checked. Safe: repeat with the same value, or resolve with a note."
_FOR_EVER = "cannot be undone"

ACTIONS = {
    Operation.ENABLE: Action(
        "Start sending", 1, "Start sending",
        brief="The customer may send mail",
        consequence=("The customer may send mail again. Website access does not change.",),
        of_many="They may send mail again. Website access does not change.",
        sets={"sending": True}, undo=Operation.DISABLE, is_repeatable=True,
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
        sets={"sending": False}, undo=Operation.ENABLE, is_repeatable=True, takes_end=True,
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
        advice=dict.fromkeys(
            (Outcome.UNKNOWN, Outcome.UNVERIFIABLE), "Cannot be checked. Safe: repeat with the same value."
        ),
    ),
    Operation.WEBSITE_DISABLE: Action(
        "Website access off", 1, "Switch off",
        consequence=("The customer can no longer log in to the website. Sending goes on.",),
        of_many="They can no longer log in to the website. Sending goes on.",
        sets={"website_access": False}, undo=Operation.WEBSITE_ENABLE, is_repeatable=True, is_checkable=False,
        advice=dict.fromkeys(
            (Outcome.UNKNOWN, Outcome.UNVERIFIABLE),
            "Cannot be checked: treat access as possibly still open. Safe: repeat with the same value.",
        ),
    ),
    Operation.SET: Action(
        "Change details", 1, "Send", consequence=("Only the fields named here change.",), takes=DETAILS, undo=_SET,
        advice={Outcome.UNKNOWN: _OVERWRITES},
    ),
    Operation.EMAIL: Action(
        "Change e-mail", 2, "Change",
        brief="The contact address",
        consequence=(
            "Notices go to the new address, at once. Nobody checks it: no confirmation mail is sent.",
            "The username for SMTP and website stays.",
        ),
        takes=("email",), undo=Operation.EMAIL, advice={Outcome.UNKNOWN: _OVERWRITES},
    ),
    Operation.CREATE: Action(
        "New customer", 2, "Create", _FOR_EVER,
        brief="Review before sending; no undo",
        consequence=(
            ("A new account is opened; it may be billed. There is no undo: a username that was created and deleted can "
            "never be used again."),
        ),
        effect=Effect.CREATES,
        takes=tuple(one.name for one in FIELDS if one.at_create is not AtCreate.NO and one.name != "username"),
        cannot_undo="a new customer cannot be undone; delete closes the account for ever", needs_password=True,
        unseen="password, package, white label, IPs and billing date are never shown",
        advice={
            Outcome.UNKNOWN: "Safe: check. Not safe: create it again before it is resolved; it may be billed.",
            Outcome.CONFLICT: "Safe: choose another username, then resolve with a note. "
            "Not safe: treat the listed customer as ours.",
        },
    ),
    Operation.PASSWORD: Action(
        "Reset password", 3, "Reset", _FOR_EVER,
        brief="SMTP and website; no undo",
        consequence=(
            "The old password stops working at once, for SMTP and website: programs that send with it are refused.",
        ),
        of_many="Old passwords stop working at once, for SMTP and website.", remembers=("email",),
        cannot_undo="a password cannot be undone; set a new one", is_repeatable=True, is_checkable=False,
        needs_password=True, hits_whole_account=True,
        advice=dict.fromkeys(
            (Outcome.UNKNOWN, Outcome.UNVERIFIABLE),
            "Cannot be checked: old and new password may both be valid. Safe: set a new password.",
        ),
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
        effect=Effect.RENAMES, takes=("username",), remembers=("username", "email"), undo=Operation.RENAME,
        hits_whole_account=True,
        advice={
            Outcome.UNKNOWN: "Safe: check. Not safe: rename again, or use the new name for another customer.",
            Outcome.CONFLICT: "Safe: look at both names, then resolve with a note. Not safe: rename again.",
        },
    ),
    Operation.DELETE: Action(
        "Delete customer", 3, "Delete", _FOR_EVER,
        brief="Close the account, for ever",
        consequence=(
            ('This closes the account at the end of its billing cycle. It is not "stop sending": until then mail may '
            "still go out, and the list may still show it. The username can never be used again."),
        ),
        of_many="The accounts are closed for ever; the usernames can never be used again.",
        effect=Effect.REMOVES, remembers=("email",), cannot_undo="a delete cannot be undone", hits_whole_account=True,
        advice={
            Outcome.UNKNOWN: "Safe: check; still being listed is no proof that it was not carried out. "
            "Not safe: delete again, create the same username."
        },
    ),
}  # fmt: skip
"""Grades: interaction 4. Repeatable and checkable: reliability 4.3."""

RESELLER_V2 = Provider(
    id="reseller-v2",
    title="Reseller API v2",
    base_url="https://api.sendgrid.com/apiv2",
    formats=("json", "xml"),
    fields=FIELDS,
    actions=ACTIONS,
    identity=("email", "first_name", "last_name"),
    new_values={"sending": True},
    why_no_sign_in="the customer logs in; set a new password if it is lost",
    name_fields=("first_name", "last_name"),
    place_fields=("city", "country"),
    postal_line=(("zip", "city"), ("state",), ("country",)),
)
