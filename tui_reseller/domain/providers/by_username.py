"""What is the same at the services whose customers have a username: the older API and the subusers that came after it.

Each service takes these into its own table, with what it has besides.
"""

from tui_reseller.domain.action import Action, Effect
from tui_reseller.domain.operation import Operation, Outcome

FOR_EVER = "cannot be undone"
_OVERWRITES = "Safe: check. Not safe: send it again before it is resolved; it may undo what others changed."
_REPEAT = "Safe: repeat with the same value, or resolve with a note."

ACTIONS_BY_USERNAME = {
    Operation.ENABLE: Action(
        "Enable sending", 1, "Enable sending",
        brief="The customer may send mail",
        consequence=("The customer may send mail again. Login does not change.",),
        of_many="They may send mail again. Login does not change.",
        sets={"sending": True}, undo=Operation.DISABLE, is_repeatable=True,
        advice={Outcome.UNKNOWN: "Safe: check, or repeat with the same value.", Outcome.UNVERIFIABLE: _REPEAT},
    ),
    Operation.DISABLE: Action(
        "Disable sending", 2, "Disable sending",
        brief="The customer's mail is refused",
        consequence=(
            "The customer's mail is refused from now on. Login does not change.",
            "Undo enables sending again; do not count on mail refused meanwhile.",
        ),
        of_many="Their mail is refused from now on. Login does not change.",
        sets={"sending": False}, undo=Operation.ENABLE, is_repeatable=True, takes_end=True,
        advice={
            Outcome.UNKNOWN: "Safe: check, or repeat with the same value; until then mail may still go out.",
            Outcome.UNVERIFIABLE: _REPEAT,
        },
    ),
    Operation.WEBSITE_ENABLE: Action(
        "Enable login", 1, "Enable login",
        consequence=("The customer may log in to the website. Sending does not change.",),
        of_many="They may log in to the website. Sending does not change.",
        sets={"website_access": True}, undo=Operation.WEBSITE_DISABLE, is_repeatable=True, is_checkable=False,
        advice=dict.fromkeys(
            (Outcome.UNKNOWN, Outcome.UNVERIFIABLE), "Safe: repeat with the same value."
        ),
    ),
    Operation.WEBSITE_DISABLE: Action(
        "Disable login", 1, "Disable login",
        consequence=("The customer can no longer log in to the website. Sending goes on.",),
        of_many="They can no longer log in to the website. Sending goes on.",
        sets={"website_access": False}, undo=Operation.WEBSITE_ENABLE, is_repeatable=True, is_checkable=False,
        advice=dict.fromkeys(
            (Outcome.UNKNOWN, Outcome.UNVERIFIABLE),
            "Treat access as possibly still open. Safe: repeat with the same value.",
        ),
    ),
    Operation.SET: Action(
        "Change details", 1, "Send", consequence=("Only the fields named here change.",), undo=Operation.SET,
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
}  # fmt: skip
"""Grades: interaction 4. Repeatable and checkable: reliability 4.3."""
