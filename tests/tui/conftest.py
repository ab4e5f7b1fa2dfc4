from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any
from zlib import crc32

import pytest

from tests.harness.sandbox import Sandbox
from tests.tui.desk import Desk, open_desk


@pytest.fixture
def sandbox(sandboxes) -> Sandbox:
    shared = sandboxes("tui", customers=60)
    shared.start_anew()
    return shared


@pytest.fixture
def at_desk(sandbox, tmp_path) -> "partial[AbstractAsyncContextManager[Desk]]":
    """Open the application: `async with at_desk(size=(120, 40)) as desk`."""
    return partial(open_desk, sandbox, tmp_path)


@pytest.fixture
def someone(sandbox, request) -> Any:
    """Plant a customer of the test's own."""
    number = 0

    def plant(username: str = "", **values: Any) -> str:
        nonlocal number
        number += 1
        name = username or f"x{crc32(request.node.name.encode())}-{number}"
        usual = {
            "email": f"{name[:40]}@example.com", "first_name": "Ana", "last_name": "Sol", "address": "Calle 1",
            "city": "Madrid", "state": "M", "zip": "28013", "country": "ES", "phone": "1", "website": "a.example",
            "active": "true",
        }  # fmt: skip
        sandbox.plant(name, **{**usual, **values})
        return name

    return plant
