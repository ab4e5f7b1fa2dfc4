"""What the help of a verb says of the services: which have its operation, and with which fields; from their tables."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from tui_reseller.domain.operation import WRITES, Operation, verb_of
from tui_reseller.domain.provider import AtCreate, Provider
from tui_reseller.domain.providers import PROVIDERS

F = TypeVar("F", bound=Callable[..., object])
_MARK = "help_of_providers"


def help_from_tables(text: Callable[[], str]) -> Callable[[F], F]:
    """Add a paragraph to the help of a verb, before its examples. It is made when the verb is loaded."""

    def marked(function: F) -> F:
        setattr(function, _MARK, text)
        return function

    return marked


def of_operation(operation: Operation, fields: Callable[[Provider], str] | None = None) -> Callable[[F], F]:
    """Name in the help of a verb the services that have its operation, and the fields that each takes."""
    return help_from_tables(lambda: _operation_text(operation, fields))


def text_for(callback: object) -> str:
    """Return the paragraph that belongs to the function of a verb, or nothing."""
    text = getattr(callback, _MARK, None)
    return text() if callable(text) else ""


def having(operation: Operation) -> list[Provider]:
    """Return the services that have an operation."""
    return [provider for provider in PROVIDERS.values() if provider.has(operation)]


def taken_by(operation: Operation) -> Callable[[Provider], str]:
    """Return what names the fields that an operation takes of a service."""
    return lambda provider: " ".join(provider.action(operation).takes)


def create_fields(provider: Provider) -> str:
    """Name the fields of a new customer: those that it must have, and the others."""
    required = _words(provider.at_create(AtCreate.REQUIRED))
    password = ", and a password" if provider.action(Operation.CREATE).needs_password else ""
    others = _words((*provider.at_create(AtCreate.ADVISED), *provider.at_create(AtCreate.OPTIONAL)))
    later = _words(provider.set_after_create)
    found = f"required {required}{password}" + (f"; further {others}" if others else "")
    return found + (f"; by a second call {later}" if later else "")


def actions_text() -> str:
    """Name the actions of a plan, for each service."""
    return "\n\n".join(
        f"Actions ({provider.id}): {_words(verb_of(operation) for operation in WRITES if provider.has(operation))}."
        for provider in PROVIDERS.values()
    )


def _operation_text(operation: Operation, fields: Callable[[Provider], str] | None) -> str:
    found = having(operation)
    lines = [f"Fields ({provider.id}): {fields(provider)}." for provider in found] if fields else []
    return "\n\n".join([*lines, f"Providers: {', '.join(provider.id for provider in found)}."])


def _words(names: Iterable[str]) -> str:
    return " ".join(names)
