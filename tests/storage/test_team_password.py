"""The password of a role: asked for once a process, and again after it led nowhere."""

import pytest

from tests.harness.postgres import needed
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.team import Team


def test_one_that_led_nowhere_is_asked_for_again(tmp_path):
    needed()
    from tui_reseller.storage.ledger.postgresql.link import Link  # noqa: PLC0415 - only where it is installed
    from tui_reseller.storage.ledger.postgresql.password import Password  # noqa: PLC0415 - as above

    words = iter(["old", "new"])
    password = Password(lambda: Secret(next(words)))
    assert password.get() is password.get()
    with pytest.raises(LedgerUnavailable, match="PostgreSQL is away"):
        Link(Team(f"postgresql://ann@/team?host={tmp_path}"), password)
    assert password.get().reveal() == "new"
