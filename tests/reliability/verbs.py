"""Commands that change customers, and what forbids them."""

from tests.harness.command import Ran
from tests.reliability.workplace import CUSTOMER
from tui_reseller.domain.audit import Operator

CUSTOMERS = 60
NEW = [f"{name}={value}" for name, value in CUSTOMER.items() if name != "active"]
VERBS = [
    ["enable", "luz"], ["disable", "luz"], ["website-enable", "luz"], ["website-disable", "luz"],
    ["set", "luz", "city=Oslo"], ["email", "luz", "new@bodega.example"], ["create", "username=neu", *NEW,
    "--generate-password"], ["password", "luz", "--generate-password"], ["rename", "luz", "lux"], ["delete", "luz"],
]  # fmt: skip
TYPED = VERBS[7:]
BEN = Operator("ben", "bastion", "10.1.2.3")


def is_refused(ran: Ran, words: str, code: int = 11) -> None:
    assert (ran.code, ran.out) == (code, ""), ran.err
    assert words in ran.err
    assert "Traceback" not in ran.err
