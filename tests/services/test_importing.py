"""The screen's import looks at files of every kind as the command does: the same rows, or the same refusal in the same
words. Only a column that is not known is no refusal there yet: the operator may still say what it is.
"""

import pytest

from tests.cli.test_files_handed_in import NAMES, WANTED, options_of
from tests.harness.handed_in import REFUSED, TAKEN
from tui_reseller.domain.operation import Operation
from tui_reseller.services.importing import Import, look

OPEN = {"a column that there is not", "a column below blank lines", "a name of JSON that there is not",
        "a list without a head"}  # fmt: skip
"""Refused by the command for a column that is not known."""


def looked_at(session, kind):
    return look(session, Import("handed.in", kind.content, options_of(kind), Operation.CREATE))


@pytest.mark.parametrize("name", TAKEN)
async def test_every_kind_has_the_rows_that_the_command_finds(session, service, name):
    found = await looked_at(session, TAKEN[name])
    assert (found.problem, list(found.findings)) == ("", [])
    calls = [item.call for item in found.drafted.plan.items]
    assert [call.username for call in calls] == NAMES
    for call in calls:
        assert {**call.fields, "last_name": ""} == {**WANTED[call.username], "last_name": ""}
    assert service.sent == []


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_refused_is_refused_in_the_words_of_the_command(session, service, name):
    bad = REFUSED[name]
    found = await looked_at(session, bad)
    if name in OPEN:
        assert any(not column.field for column in found.columns)
        assert found.drafted is None or not found.drafted.plan.items
    else:
        said = [found.problem, *(finding.words for finding in found.findings)]
        assert any(bad.words.replace("\n", " - ") in one for one in said), said
    assert service.sent == []
