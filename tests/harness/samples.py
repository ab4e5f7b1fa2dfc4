"""What a customer and a call look like at a service, by its table: values that its rules allow, one call of each kind.

No test has a list of a service's operations or fields by hand: a new one is tried as soon as it stands in the table.
The passwords are canaries: none of them may be found in an error, a log or a file.
"""

from dataclasses import replace

from tui_reseller.domain.action import Effect
from tui_reseller.domain.operation import RECORDED, WRITES, Call, Operation
from tui_reseller.domain.provider import KEY, AtCreate, Kind, Provider, Told
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.value import Value
from tui_reseller.domain.whole import in_one_form

PASSWORD = "pA55-CANARY+/ü"
OLD_PASSWORD = "0Ld-pA55-CANARY+/ü"
"""That of every customer who is planted for a call that asks for the old one."""
BY_CHECK = {"boolean": "true", "date": "2030-01-31", "country": "US", "difference": "5"}
"""By the rule that a field has beyond its limit: those that are alike for every word."""
PACKAGE = "org.ei.free.v1"
"""One that the sandbox offers."""


def writes_of(provider: Provider) -> list[Operation]:
    """Return the operations of a service that change a customer."""
    return [operation for operation in provider.actions if operation in WRITES]


def recorded_of(provider: Provider) -> list[Operation]:
    """Return the operations of a service that are written down: those, and what lets an operator in."""
    return [operation for operation in provider.actions if operation in RECORDED]


def told_columns(provider: Provider) -> list[str]:
    """Return the columns that a list tells, but for the key and what the service gives by itself, as an id."""
    told = [f for f in provider.fields if f.is_column and f.told in {Told.LIST, Told.ROWS} and f.name != KEY]
    return [f.name for f in told if f.set_by or f.at_create is not AtCreate.NO]


def sample(provider: Provider, name: str, word: str) -> Value:
    """Return a value of a field that its rules allow; mostly another one for a word of another length."""
    field = provider.by_name[name]
    if field.kind is Kind.SWITCH:
        return True
    if field.kind is Kind.CHOICE:
        return field.choices[0]
    if field.is_address:
        return f"{word}@x.example"
    if field.is_offered and not field.check:
        return PACKAGE
    size = len(word)
    match field.check:
        case "addresses":
            return f"203.0.113.{1 + size % 2}, 203.0.113.{3 + size % 2}"
        case "count":
            return 1000 + size
        case "addons":
            return f"org.ei.dedicated_ip.v1:{size}"
    return BY_CHECK.get(field.check, f"{word} & söhne")


def planted_for(provider: Provider, operation: Operation) -> dict[str, Value]:
    """Return the values with which a customer is planted so that an operation has something to change."""
    told = told_columns(provider)
    turned = {n: not value for n, value in provider.action(operation).sets.items() if n not in provider.untold}
    return {**{name: sample(provider, name, "old") for name in told}, **turned}


def call_of(provider: Provider, operation: Operation, username: str, word: str = "new") -> Call:
    """Return a call that changes a planted customer, or makes a new one."""
    action = provider.action(operation)
    if action.effect is Effect.RENAMES:
        fields = {KEY: f"{username}.new"}
    else:
        needed = {*provider.at_create(AtCreate.REQUIRED), *told_columns(provider)}
        names = [name for name in action.takes if action.effect is not Effect.CREATES or name in needed]
        fields = {name: str(sample(provider, name, word)) for name in names if name != KEY}
    if action.kinds:
        kind = str(sample(provider, action.takes[0], word))
        fields = {action.takes[0]: kind, **{name: fields[name] for name in action.kinds[kind]}}
    if action.effect is Effect.CREATES and provider.names_customers:  # by its address the new one is known
        fields |= {field.name: f"{username}@x.example" for field in provider.fields if field.is_address}
    call = Call(operation, username, fields, Secret(PASSWORD) if action.needs_password else None)
    call = replace(call, old_password=Secret(OLD_PASSWORD) if action.why_old_password else None)
    return in_one_form(provider, call)
