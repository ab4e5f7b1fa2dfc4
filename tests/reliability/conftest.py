"""A sandbox and commands on it, for rules about who may write what."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.harness.sandbox import Sandbox
from tests.reliability.verbs import CUSTOMERS
from tests.reliability.workplace import CUSTOMER, Workplace


@pytest.fixture
def running(sandboxes) -> Sandbox:
    return sandboxes("rails", customers=CUSTOMERS)


@pytest.fixture
def at(running, tmp_path, terminal) -> Callable[..., Workplace]:
    """Make a workplace with a profile on the sandbox, where a customer "luz" waits."""
    running.start_anew()
    running.plant("luz", **CUSTOMER)

    def make(**profile: Any) -> Workplace:
        return Workplace(running, tmp_path, terminal, **profile)

    return make
