"""What answers of Subusers v3 to calls that change or offer something say, beyond that they are no refusal."""

from collections.abc import Sequence

from tui_reseller.api.subusers_v3.details import addresses_of, credits_in
from tui_reseller.domain.errors import UnusableAnswer
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3
from tui_reseller.domain.receipt import NOTHING_TOLD, Receipt
from tui_reseller.domain.text import clean

NOT_AS_WANTED = "the reply is not what was asked for"


def receipt_of(call: Call, tree: object) -> Receipt:
    """Return what a certain success says. Raises UnusableAnswer where it is not what was asked for."""
    match call.operation:
        case Operation.CREDITS_SET:
            told = credits_in(tree)
            wanted = {name: SUBUSERS_V3.value(name, text) for name, text in call.fields.items()}
            if any(told[name] != value for name, value in wanted.items()):
                raise UnusableAnswer(NOT_AS_WANTED)
            return Receipt("done", told=told)
        case Operation.CREDITS_ADD:
            told = credits_in(tree)
            return Receipt(f"done, {told['credits_remain']} left", told=told)
        case Operation.IPS_SET:
            found = tree.get("ips") if isinstance(tree, dict) else None
            if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
                raise UnusableAnswer("the reply does not tell the customer's addresses")
            told = addresses_of(found)
            if told["ips"] != call.fields["ips"]:
                raise UnusableAnswer(NOT_AS_WANTED)
            return Receipt("done", told=told)
        case Operation.SET:
            sent = [name for name, text in call.fields.items() if text]  # what is empty may be left out
            if not isinstance(tree, dict) or not all(isinstance(tree.get(name), str) for name in sent):
                raise UnusableAnswer(NOT_AS_WANTED)
        case Operation.PASSWORD:
            if tree != {}:
                raise UnusableAnswer("the reply is not the one that the service has for a new password")
    number = tree.get("user_id") if isinstance(tree, dict) else None
    if number is None:
        return Receipt("done")
    ident = clean(str(number), longest=40)
    return Receipt(f"done (id {ident})", told={"id": ident} if call.operation is Operation.CREATE else NOTHING_TOLD)


def offered_in(tree: object) -> Sequence[str]:
    """Return addresses of ours, those first from which the fewest customers send. Raises UnusableAnswer."""
    if not isinstance(tree, list):
        raise UnusableAnswer("the reply is not a list of addresses")
    told = [one for one in tree if isinstance(one, dict) and isinstance(one.get("ip"), str)]
    senders = {clean(one["ip"], longest=40): _count(one.get("subusers")) for one in told}
    return sorted(senders, key=lambda ip: senders[ip])


def _count(names: object) -> int:
    return len(names) if isinstance(names, list) else 0
