"""SendGrid's Account Provisioning API v3: for resellers with an agreement (services 9.6)."""

from tui_reseller.domain.action import Action, Effect
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.provider import DETAILS_READ, KEY, AtCreate, Field, Kind, Provider, Told

_OPTIONAL = AtCreate.OPTIONAL
ACTIVATED, DEACTIVATED, SUSPENDED, BANNED = "activated", "deactivated", "suspended", "banned"

FIELDS = (
    Field(KEY, "Account", is_searched=True, title="ACCOUNT", width=26),
    Field("created_at", "Created", Kind.MOMENT, Told.ROWS, title="CREATED", width=16),
    Field("sending", "Sending", Kind.SWITCH, Told.DETAIL, Operation.ENABLE, width=7),
    Field("state", "State", Kind.CHOICE, Told.DETAIL,
          choices=(ACTIVATED, DEACTIVATED, SUSPENDED, BANNED, "indeterminate"), width=13),
    Field("package", "Package", told=Told.DETAIL, set_by=Operation.OFFERINGS_SET, at_create=AtCreate.REQUIRED,
          is_offered=True, width=22),
    Field("addons", "Add-ons", told=Told.DETAIL, set_by=Operation.OFFERINGS_SET, at_create=_OPTIONAL, limit=1000,
          check="addons", title="ADD-ONS", width=26),
    Field(DETAILS_READ, "Details read", Kind.MOMENT, Told.DETAIL, title="READ", width=16),
    # Given when an account is opened; nobody tells them again.
    Field("company_name", "Company", at_create=_OPTIONAL, is_column=False),
    Field("company_website", "Website of the company", at_create=_OPTIONAL, is_column=False),
    Field("first_name", "First name", at_create=_OPTIONAL, is_column=False),
    Field("last_name", "Last name", at_create=_OPTIONAL, is_column=False),
    Field("email", "E-mail", at_create=_OPTIONAL, limit=100, check="email", is_column=False),
    Field("phone", "Phone", at_create=_OPTIONAL, limit=50, is_column=False),
    Field("timezone", "Time zone", at_create=_OPTIONAL, limit=100, is_column=False),
    Field("test_account", "Test account", at_create=_OPTIONAL, check="boolean", is_column=False),
)  # fmt: skip
"""Add-ons are names with commas between them, each with a number where it is booked more than once: `name:2`."""

PROFILE = ("company_name", "company_website", "first_name", "last_name", "email", "phone", "timezone")
"""What a new account may be told of its owner."""

STATES = {ACTIVATED: True, DEACTIVATED: False, SUSPENDED: False, BANNED: False}
"""Whether an account of a state may send; of another state that is not known."""

_NEVER_TOLD = "the service tells nothing of an account but its state and what it has booked"
_VENDORS = "only the vendor ends that; write to the vendor's support"

ACTIONS = {
    Operation.ENABLE: Action(
        "Activate", 1, "Activate",
        brief="The account may send mail",
        consequence=("The account may send mail again.",),
        of_many="They may send mail again.",
        sets={"sending": True}, leaves={"state": ACTIVATED}, undo=Operation.DISABLE, is_repeatable=True,
        refused_when={"state": {SUSPENDED: f"it is suspended, and {_VENDORS}",
                                BANNED: f"it is banned, and {_VENDORS}"}},
        advice={Outcome.UNKNOWN: "Safe: check, or repeat with the same value."},
    ),
    Operation.DISABLE: Action(
        "Deactivate", 2, "Deactivate",
        brief="The account's mail is refused",
        consequence=(
            "The account's mail is refused from now on. The customer can still log in.",
            "Undo activates it again; do not count on mail refused meanwhile.",
        ),
        of_many="Their mail is refused from now on. They can still log in.",
        sets={"sending": False}, leaves={"state": DEACTIVATED}, undo=Operation.ENABLE, is_repeatable=True,
        takes_end=True,
        refused_when={"state": {SUSPENDED: f"it is suspended: its mail is not delivered, and {_VENDORS}",
                                BANNED: f"it is banned: nothing of it works, and {_VENDORS}"}},
        advice={
            Outcome.UNKNOWN: "Safe: check, or repeat with the same value; until then mail may still go out.",
        },
    ),
    Operation.CREATE: Action(
        "New account", 2, "Create", "cannot be undone",
        brief="Review before sending; no undo",
        consequence=(
            "A new account is opened, and billed. There is no undo: delete closes it for ever.",
            ("The service gives it an id and tells nothing else of it again: what you enter here stands in the audit "
             "log alone."),
        ),
        effect=Effect.CREATES, takes=("package", "addons", *PROFILE, "test_account"),
        cannot_undo="a new account cannot be undone; delete closes it for ever",
        advice=dict.fromkeys(
            (Outcome.UNKNOWN, Outcome.UNVERIFIABLE),
            "Safe: check; or look for an account created at that time (list --sort created_at:desc), then resolve with "
            "a note. Not safe: create it again before it is resolved; both would be billed.",
        ),
    ),
    Operation.OFFERINGS_SET: Action(
        "Change offerings", 3, "Change",
        brief="Package and add-ons",
        consequence=(
            ("This overwrites all that the account has booked, and its billing, at once. What the new offerings do not "
             "allow is taken away: sending addresses, the newest first, and with a free package its subusers."),
            "Undo books what was booked before; what was taken away does not come back with it.",
        ),
        of_many="All that they have booked is overwritten. What the new offerings do not allow is taken away.",
        takes=("package", "addons"), is_whole=True, adding=2, undo=Operation.OFFERINGS_SET,
        advice={Outcome.UNKNOWN: "Safe: check. Not safe: send it again before it is resolved; it may undo what others "
                "changed."},
    ),
    Operation.DELETE: Action(
        "Delete account", 3, "Delete", "cannot be undone",
        brief="Close the account, for ever",
        consequence=(
            ("This ends billing, revokes the account's keys and takes its addresses away, at once and for ever. It is "
             'not "deactivate": nothing can be activated again.'),
        ),
        of_many="Billing ends, keys are revoked and addresses taken away, at once and for ever.",
        effect=Effect.REMOVES, remembers=(KEY,), cannot_undo="a delete cannot be undone", hits_whole_account=True,
        advice={Outcome.UNKNOWN: "Safe: check. Not safe: delete again before it is resolved."},
    ),
    Operation.SIGN_IN: Action(
        "Sign in as the customer", 2, "Get the link",
        brief="A link to the account, once",
        consequence=(
            "The link opens the customer's whole account, as its first administrator: once, for about a minute.",
            "Whoever has it is in. Who asked for it is written down; the link is kept nowhere.",
        ),
        effect=Effect.ENTERS, is_repeatable=True, is_checkable=False,
        uncheckable="the service never tells of its links; one works once, within 60 s of being made",
        cannot_undo="a link cannot be taken back: it works once, and ends by itself 60 s after it was made",
        advice=dict.fromkeys(
            (Outcome.UNKNOWN, Outcome.UNVERIFIABLE),
            "A link may have been made; nobody was given it here, and it ends by itself 60 s later. Safe: ask for "
            "another one, which closes this one; or resolve with a note.",
        ),
    ),
}  # fmt: skip
"""Grades: interaction 4. Repeatable and checkable: reliability 4.3."""

_LOGS_IN = (
    "logging in belongs to the state of an account: who is deactivated can still log in, who is banned cannot, and "
    "only the vendor bans"
)

_BOOKED = "what an account may send follows from its package (offerings set)"

ACCOUNTS_V3 = Provider(
    id="accounts-v3",
    title="Account Provisioning v3",
    base_url="https://api.sendgrid.com/v3",
    fields=FIELDS,
    actions=ACTIONS,
    identity=(KEY,),
    lacks={
        Operation.WEBSITE_ENABLE: _LOGS_IN,
        Operation.WEBSITE_DISABLE: _LOGS_IN,
        Operation.SET: f"names and addresses are given when an account is opened; {_NEVER_TOLD}. The customer changes "
        "them in the vendor's application",
        Operation.EMAIL: "the customer changes it in the vendor's application",
        Operation.RENAME: "an account has an id of the service, which never changes",
        Operation.CREDITS_SET: _BOOKED,
        Operation.CREDITS_ADD: _BOOKED,
        Operation.IPS_SET: "how many addresses an account has follows from what it has booked (offerings set)",
        Operation.PASSWORD: "an account has no password here; a sign-in link lets you in: tui-reseller sign-in ACCOUNT",
    },
    needs_api_user=False,
    list_is_atomic=False,
    reads_lag=30.0,
    new_values={"sending": True},
    sections=(("Account", ("state", "package", "addons", "created_at", DETAILS_READ)),),
    why_no_usage="the statistics of an account are in the vendor's application: a sign-in link lets you in",
)
