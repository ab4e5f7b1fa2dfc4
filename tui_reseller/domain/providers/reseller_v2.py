"""SendGrid's Reseller API v2: twelve fields, eleven operations (services.md, reseller-v2)."""

from dataclasses import replace

from tui_reseller.domain.action import Action, Effect
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.provider import AtCreate, Field, Kind, Provider, Told
from tui_reseller.domain.providers.by_username import ACTIONS_BY_USERNAME as _SHARED
from tui_reseller.domain.providers.by_username import FOR_EVER

_SET, _REQUIRED, _OPTIONAL = Operation.SET, AtCreate.REQUIRED, AtCreate.OPTIONAL

FIELDS = (
    Field("username", "Username", set_by=Operation.RENAME, at_create=_REQUIRED, limit=64, check="username",
          is_searched=True, width=20),
    Field("email", "E-mail", set_by=Operation.EMAIL, at_create=_REQUIRED, limit=100, limit_at_create=64, check="email",
          is_searched=True, title="E-MAIL", width=28),
    Field("sending", "Sending", Kind.SWITCH, set_by=Operation.ENABLE, width=7),
    Field("website_access", "Login", Kind.SWITCH, Told.NEVER, Operation.WEBSITE_ENABLE, title="LOGIN",
          former_titles=("WEBSITE",), width=7),
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

ACTIONS = {
    Operation.ENABLE: _SHARED[Operation.ENABLE],
    Operation.DISABLE: _SHARED[Operation.DISABLE],
    Operation.WEBSITE_ENABLE: _SHARED[Operation.WEBSITE_ENABLE],
    Operation.WEBSITE_DISABLE: _SHARED[Operation.WEBSITE_DISABLE],
    Operation.SET: replace(_SHARED[Operation.SET], takes=DETAILS),
    Operation.EMAIL: _SHARED[Operation.EMAIL],
    Operation.CREATE: Action(
        "New customer", 2, "Create", FOR_EVER,
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
        "Reset password", 3, "Reset", FOR_EVER,
        brief="SMTP and website; no undo",
        consequence=(
            "The old password stops working at once, for SMTP and website: programs that send with it are refused.",
        ),
        of_many="Old passwords stop working at once, for SMTP and website.", remembers=("email",),
        cannot_undo="a password cannot be undone; set a new one", is_repeatable=True, is_checkable=False,
        needs_password=True, hits_whole_account=True,
        advice=dict.fromkeys(
            (Outcome.UNKNOWN, Outcome.UNVERIFIABLE),
            "Old and new password may both be valid. Safe: set a new password.",
        ),
    ),
    Operation.RENAME: _SHARED[Operation.RENAME],
    Operation.DELETE: Action(
        "Delete customer", 3, "Delete", FOR_EVER,
        brief="Close the account, for ever",
        consequence=(
            ('This closes the account at the end of its billing cycle. It is not "disable sending": until then mail '
            "may still go out, and the list may still show it. The username can never be used again."),
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

_NOT_HERE = "how much a customer may send follows from its package; credits are of Subusers v3"

RESELLER_V2 = Provider(
    id="reseller-v2",
    title="Reseller API v2",
    base_url="https://api.sendgrid.com/apiv2",
    formats=("json", "xml"),
    fields=FIELDS,
    actions=ACTIONS,
    identity=("email", "first_name", "last_name"),
    lacks={
        Operation.CREDITS_SET: _NOT_HERE,
        Operation.CREDITS_ADD: _NOT_HERE,
        Operation.IPS_SET: "sending addresses are given when a customer is created; the vendor changes them",
        Operation.OFFERINGS_SET: "a package is given when a customer is created; the vendor changes it",
        Operation.SIGN_IN: "the customer logs in; set a new password if it is lost",
    },
    new_values={"sending": True},
    why_no_usage="the statistics of a customer are at the vendor's website",
    name_fields=("first_name", "last_name"),
    place_fields=("city", "country"),
    sections=(
        ("Contact", ("first_name", "last_name", "email", "phone", "website")),
        ("Address", ("address", "zip", "city", "state", "country")),
    ),
    postal_line=(("zip", "city"), ("state",), ("country",)),
)
