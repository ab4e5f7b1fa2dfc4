"""What people call the fields of all services, in the middle of a sentence. Pure."""

from collections.abc import Mapping
from functools import cache

from tui_reseller.domain.providers import PROVIDERS


def called(name: str) -> str:
    """Return a field as people call it; one that no service has, as it is."""
    return _called().get(name, name)


@cache
def _called() -> Mapping[str, str]:
    fields = (field for provider in PROVIDERS.values() for field in provider.fields)
    return {field.name: field.label[:1].lower() + field.label[1:] for field in fields}
