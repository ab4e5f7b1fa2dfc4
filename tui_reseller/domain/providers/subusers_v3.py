"""SendGrid's Subusers API v3: what resellers work with today (services 9.2, 9.3)."""

from dataclasses import replace

from tui_reseller.domain.action import Action, Effect
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.provider import DETAILS_READ, AtCreate, Field, Kind, Provider, Told
from tui_reseller.domain.providers.by_username import ACTIONS_BY_USERNAME as _SHARED
from tui_reseller.domain.providers.by_username import FOR_EVER

_SET, _CREDITS, _REQUIRED, _OPTIONAL = Operation.SET, Operation.CREDITS_SET, AtCreate.REQUIRED, AtCreate.OPTIONAL
IPS_READ, CREDITS_READ = "ips_read", "credits_read"

FIELDS = (
    Field("username", "Username", set_by=Operation.RENAME, at_create=_REQUIRED, limit=64, check="username",
          is_searched=True, width=20),
    Field("email", "E-mail", set_by=Operation.EMAIL, at_create=_REQUIRED, limit=100, check="email", is_searched=True,
          title="E-MAIL", width=28),
    Field("sending", "Sending", Kind.SWITCH, set_by=Operation.ENABLE, width=7),
    Field("website_access", "Login", Kind.SWITCH, Told.NEVER, Operation.WEBSITE_ENABLE, title="LOGIN",
          former_titles=("WEBSITE",), width=7),
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
    Field(DETAILS_READ, "Details read", Kind.MOMENT, Told.DETAIL, title="READ", width=16),
    # The service wants at least one address of ours.
    Field("ips", "Sending addresses", told=Told.DETAIL, set_by=Operation.IPS_SET, at_create=_REQUIRED, limit=1000,
          check="addresses", is_offered=True, read_with=IPS_READ, title="ADDRESSES", width=30),
    Field(IPS_READ, "Addresses read", Kind.MOMENT, Told.DETAIL, read_with=IPS_READ, title="READ", width=16),
    Field("credits_type", "Credits", Kind.CHOICE, Told.DETAIL, _CREDITS, read_with=CREDITS_READ,
          choices=("recurring", "nonrecurring", "unlimited"), title="CREDITS", width=12),
    Field("credits_total", "Credits at a reset", Kind.NUMBER, Told.DETAIL, _CREDITS, check="count",
          read_with=CREDITS_READ, title="TOTAL", width=9),
    Field("credits_reset", "Reset", Kind.CHOICE, Told.DETAIL, _CREDITS, read_with=CREDITS_READ,
          choices=("monthly", "weekly", "daily"), title="RESET", width=7),
    Field("credits_remain", "Credits left", Kind.NUMBER, Told.DETAIL, _CREDITS, check="count", is_moving=True,
          read_with=CREDITS_READ, title="LEFT", width=9),
    Field("credits_used", "Credits used", Kind.NUMBER, Told.DETAIL, is_moving=True, read_with=CREDITS_READ,
          title="USED", width=9),
    Field(CREDITS_READ, "Credits read", Kind.MOMENT, Told.DETAIL, read_with=CREDITS_READ, title="READ", width=16),
    Field("credits_change", "Add or take", told=Told.DETAIL, check="difference", is_column=False,
          read_with=CREDITS_READ),
)  # fmt: skip
"""The service publishes no limits; these are of the same vendor's older API, which has the same accounts. Credits that
recur have a total and a reset; others are what is left."""

DETAILS = tuple(one.name for one in FIELDS if one.set_by is _SET)
"""What is told for one customer at a time, and changed by one call."""

_WITHOUT_OLD = (
    "the service changes a password only for who knows the old one; without it the customer sets a new one at the "
    "log-in page (Forgot your password?), or you disable login"
)
_NO_CREDITS = "With no credits left the service takes no more of the customer's mail."
_ADDRESS_OF_OTHERS = (
    "The customer's mail leaves from these addresses alone, at once. An address that others use shares their good or "
    "bad name."
)

ACTIONS = {
    Operation.ENABLE: replace(_SHARED[Operation.ENABLE], scope="subusers.update"),
    Operation.DISABLE: replace(_SHARED[Operation.DISABLE], scope="subusers.update"),
    Operation.WEBSITE_ENABLE: replace(_SHARED[Operation.WEBSITE_ENABLE], scope="subusers.update"),
    Operation.WEBSITE_DISABLE: replace(_SHARED[Operation.WEBSITE_DISABLE], scope="subusers.update"),
    Operation.SET: replace(_SHARED[Operation.SET], takes=DETAILS, scope="user.profile.update", asks_who=True),
    Operation.EMAIL: replace(_SHARED[Operation.EMAIL], scope="user.email.update", asks_who=True),
    Operation.CREATE: Action(
        "New customer", 2, "Create", FOR_EVER,
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
    Operation.CREDITS_SET: Action(
        "Set credits", 2, "Set",
        brief="How much the customer may send",
        consequence=(
            "The count begins anew: recurring credits are all there again, until the next reset.", _NO_CREDITS,
        ),
        of_many=f"Their counts begin anew. {_NO_CREDITS}",
        takes=("credits_type", "credits_total", "credits_reset", "credits_remain"), is_whole=True,
        kinds={
            "recurring": ("credits_total", "credits_reset"), "nonrecurring": ("credits_remain",), "unlimited": (),
        },
        undo=Operation.CREDITS_SET, scope="subusers.credits.update",
        advice={Outcome.UNKNOWN: "Safe: check. Not safe: send it again before it is resolved; the count would begin "
                "anew once more."},
    ),
    Operation.CREDITS_ADD: Action(
        "Add credits", 2, "Add", "not to be repeated on a guess",
        brief="Add to what is left, or take from it",
        consequence=(
            ("The number is added to what is left. Where the answer is lost nobody can tell whether it was: to set the "
             "credits anew leaves no doubt."), _NO_CREDITS,
        ),
        of_many=f"The number is added to what each has left. {_NO_CREDITS}",
        takes=("credits_change",), is_whole=True, is_checkable=False,
        cannot_undo="what was added cannot be undone: the customer may have used it; set the credits anew",
        uncheckable="what is left changes with every mail: no reading can tell", scope="subusers.credits.update",
        advice=dict.fromkeys(
            (Outcome.UNKNOWN, Outcome.UNVERIFIABLE),
            "Safe: look at the credits (credits show), resolve with a note, then set them anew. "
            "Not safe: add again; it may count twice.",
        ),
    ),
    Operation.IPS_SET: Action(
        "Set sending addresses", 2, "Set",
        brief="Where the customer's mail leaves from",
        consequence=(_ADDRESS_OF_OTHERS,),
        of_many="Their mail leaves from these addresses alone, at once.",
        takes=("ips",), is_whole=True, undo=Operation.IPS_SET, scope="subusers.update",
        advice={Outcome.UNKNOWN: "Safe: check. Not safe: send it again before it is resolved; it may undo what others "
                "changed."},
    ),
    Operation.PASSWORD: Action(
        "Change password", 3, "Change", FOR_EVER,
        brief="With the old one; SMTP and website",
        consequence=(
            "The old password stops working at once, for SMTP and website: programs that send with it are refused.",
        ),
        remembers=("email", "id"),
        cannot_undo="a password cannot be undone; change it again", is_checkable=False, needs_password=True,
        why_old_password=_WITHOUT_OLD,
        uncheckable="the service never tells which of the two passwords is valid",
        hits_whole_account=True, scope="user.password.update",
        advice=dict.fromkeys(
            (Outcome.UNKNOWN, Outcome.UNVERIFIABLE),
            "Either the old or the new password is valid. Safe: resolve with a note, then change it "
            "again with one of the two as the old one: the service takes only the valid one.",
        ),
    ),
    Operation.RENAME: replace(
        _SHARED[Operation.RENAME], remembers=("username", "email", "id"), scope="user.username.update"
    ),
    Operation.DELETE: Action(
        "Delete customer", 3, "Delete", FOR_EVER,
        brief="Close the account, for ever",
        consequence=(
            ('This deletes the subuser at once and for ever, with its keys, templates and settings. It is not '
            '"disable sending": nothing can be enabled again.'),
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
        Operation.OFFERINGS_SET: "packages are of accounts; what a subuser may send are its credits (credits set)",
        Operation.SIGN_IN: "the customer logs in; a parent account has a switch of its own at the vendor's website",
    },
    needs_api_user=False,
    list_is_atomic=False,
    reads_lag=30.0,
    after_create=_SET,
    new_values={"sending": True},
    tells_usage=True,
    name_fields=("first_name", "last_name"),
    place_fields=("city", "country"),
    sections=(
        ("Contact", ("first_name", "last_name", "email", "phone", "website", "company")),
        ("Address", ("address", "address2", "zip", "city", "state", "country")),
        ("Account", ("region", "id", DETAILS_READ)),
        ("Credits", ("credits_type", "credits_total", "credits_reset", "credits_remain", "credits_used", CREDITS_READ)),
        ("Sending addresses", ("ips", IPS_READ)),
    ),
    postal_line=(("zip", "city"), ("state",), ("country",)),
)
