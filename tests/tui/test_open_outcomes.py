"""The page of an open outcome, in words, for every operation and every kind of being open."""

from datetime import UTC, datetime

import pytest

from tests.harness.v2 import ACTIONS, changes_of
from tests.services.fakes import CALLS, KIM, LUZ
from tui_reseller.domain.audit import Entry
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.tui.presenters.open_outcome import open_lines

AT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
READ = "read back at 2026-03-04 12:00:00Z: still unknown, it is listed\x1b[2J"


def lines_of(operation, outcome, message, next_check=None):
    call = CALLS[operation]
    changes = changes_of(call, LUZ)
    entry = Entry(
        "id",
        AT,
        "acme",
        "a",
        operation,
        call.username,
        changes,
        KIM,
        None,
        "",
        None,
        outcome,
        message,
        is_observed=message.startswith("read back"),
    )
    return open_lines(entry, next_check)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.needs_you])
@pytest.mark.parametrize("operation", ACTIONS)
def test_every_page_says_what_happened_what_is_known_and_what_is_safe(operation, outcome):
    lines = lines_of(operation, outcome, READ, AT)
    text = "\n".join(lines)
    assert "The request left at " in lines[0]
    assert "\n Known: read back at 2026-03-04 12:00:00Z" in text
    assert "Safe: " in text or "Cannot be checked" in text
    assert "wait until this is resolved" in text
    assert ("Next check " in text) == (outcome is Outcome.UNKNOWN and ACTIONS[operation].is_checkable)
    assert "\x1b" not in text
    assert "failed" not in text.lower()


def test_why_no_answer_came_stands_where_nothing_was_read_yet():
    lines = lines_of(Operation.DELETE, Outcome.UNKNOWN, "host: no answer in time")
    assert "no usable answer came (host: no answer in time)." in lines[0]
    assert lines[1] == " Known: nothing observable yet."
    assert lines[-1] == " Next check when you ask for it"


def test_before_and_wanted_stand_above_what_was_read():
    lines = lines_of(Operation.SET, Outcome.CONFLICT, 'read back 4 times: neither: city "Bergen"')
    assert lines[1:3] == [
        ' city: before "Madrid", wanted "Oslo"',
        ' Known: read back 4 times: neither: city "Bergen".',
    ]
