"""A list is the same list in whatever pieces it arrives, with every Python of this machine: each has its own expat.

With the fast path and polars every fifth position is tried, all of them by `TUI_RESELLER_CUTS=1 python -m pytest
tests/api/test_cuts.py`.
"""

import os
import subprocess
from pathlib import Path

import pytest

from tests.api.cuts_child import BODIES
from tests.harness.pythons import ROOT, pythons
from tests.harness.v2_lists import table_parser
from tui_reseller.domain.profile import Format

CHILD = Path(__file__).with_name("cuts_child.py")
DAILY = ("xml-declared", "json-escaped")
STEP = int(os.environ.get("TUI_RESELLER_CUTS", "5"))
OURS, *OTHERS = pythons()
PYTHONS = [OURS, *(pytest.param(path, marks=pytest.mark.long) for path in OTHERS)]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in DAILY else pytest.mark.long) for name in BODIES]
)
@pytest.mark.parametrize("python", PYTHONS, ids=lambda path: "-".join(Path(path).parts[-3:]))
def test_a_list_in_three_pieces_cut_at_every_pair_of_positions(python: str, name: str) -> None:
    command = [python, "-I", str(CHILD), str(ROOT), name]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    count, wrong, which = done.stdout.split(maxsplit=2)
    size = len(BODIES[name])
    assert int(count) >= (size + 1) * (size + 2) // 2
    assert int(wrong) == 0, which


@pytest.mark.parametrize("name", ["xml", "xml-comments", "json"])
def test_a_list_in_three_pieces_becomes_the_same_table(name: str) -> None:
    """With the fast path and polars."""
    body = BODIES[name].encode()
    wanted = Format(name.partition("-")[0])

    def rows(*pieces: bytes) -> list[tuple[object, ...]]:
        parser = table_parser(wanted)
        tables = [table for piece in pieces for table in parser.feed(piece)] + parser.close()
        assert parser.is_list
        return [row for table in tables for row in table.rows()]

    whole = rows(body)
    assert whole
    for first in range(0, len(body), STEP):
        for second in range(first, len(body), STEP):
            assert rows(body[:first], body[first:second], body[second:]) == whole
