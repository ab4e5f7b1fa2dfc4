"""A call in the words of the command, for every operation of every service."""

from tests.harness.samples import OLD_PASSWORD, PASSWORD
from tui_reseller.domain.action import Effect
from tui_reseller.domain.operation import Call, Operation, verb_of
from tui_reseller.domain.provider import KEY, Provider

MOST_CAREFUL = 3
"""The grade whose confirmation is typed."""


def words_of(provider: Provider, call: Call) -> list[str]:
    """Return the words, with what agrees to it: nobody is asked."""
    action, verb = provider.action(call.operation), verb_of(call.operation).split()
    agreed = ["--confirm", call.username] if action.grade == MOST_CAREFUL else []
    password = ["--password-stdin"] if call.password is not None else []
    password += ["--old-password-stdin"] if call.old_password is not None else []
    if action.effect is Effect.CREATES:
        named = {} if provider.names_customers else {KEY: call.username}
        return [*verb, *(f"{name}={value}" for name, value in {**named, **call.fields}.items()), *password, "--yes"]
    if call.operation is Operation.SET:
        values = [f"{name}={value}" for name, value in call.fields.items()]
    else:
        values = [each for value in call.fields.values() for each in value.replace(",", " ").split()]
    return [*verb, call.username, *values, *password, *agreed, "--yes"]


def stdin_of(call: Call) -> str:
    """Return what is piped in for those words."""
    old = [OLD_PASSWORD] if call.old_password is not None else []
    return "".join(f"{line}\n" for line in (*old, *([PASSWORD] if call.password is not None else [])))
