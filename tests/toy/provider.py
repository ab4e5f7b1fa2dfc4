"""The toy service's table: two fields of its own, five operations, an account id as the key of a customer."""

from tui_reseller.domain.action import Action, Effect
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.provider import KEY, AtCreate, Field, Kind, Provider

TOY = Provider(
    id="toy",
    title="Toy accounts",
    base_url="https://toy.example/v1",
    fields=(
        Field(KEY, "Account", at_create=AtCreate.REQUIRED, limit=40, is_searched=True, title="ACCOUNT", width=12),
        Field("nickname", "Nickname", set_by=Operation.SET, at_create=AtCreate.REQUIRED, limit=40,
              is_searched=True, width=20),
        Field("delivering", "Delivery", Kind.SWITCH, set_by=Operation.ENABLE, title="DELIVERY", width=8),
    ),
    actions={
        Operation.ENABLE: Action(
            "Resume delivery", 1, "Resume", consequence=("The account delivers again.",),
            of_many="They deliver again.", sets={"delivering": True}, undo=Operation.DISABLE, is_repeatable=True,
        ),
        Operation.DISABLE: Action(
            "Pause delivery", 2, "Pause", consequence=("The account delivers nothing until it is resumed.",),
            of_many="They deliver nothing until they are resumed.", sets={"delivering": False}, undo=Operation.ENABLE,
            is_repeatable=True,
        ),
        Operation.CREATE: Action(
            "New account", 2, "Open", consequence=("An account is opened.",), effect=Effect.CREATES,
            takes=("nickname",), cannot_undo="a new account cannot be undone",
        ),
        Operation.DELETE: Action(
            "Close account", 3, "Close", consequence=("The account is closed for ever.",),
            of_many="They are closed for ever.", effect=Effect.REMOVES, remembers=("nickname",),
            cannot_undo="a closed account stays closed", hits_whole_account=True,
        ),
        Operation.SET: Action(
            "Change nickname", 1, "Send", consequence=("Only the nickname changes.",), takes=("nickname",),
            undo=Operation.SET,
        ),
    },
    identity=("nickname",),
    lacks={Operation.SIGN_IN: "the account's owner signs in"},
    needs_api_user=False,
    new_values={"delivering": True},
    name_fields=("nickname",),
)  # fmt: skip
