"""T09: whatever a reply becomes on its way, it is read as what it is or refused, and nothing breaks.

The engine, its corpus and what it holds against a mutant are in tests/harness/fuzz.py. Here 50,000 mutants; the full
run is the same engine on 10,000,000, by hand or here:

    python tests/harness/fuzz.py --first 0 --last 10000000 --log fuzz.log
    TUI_RESELLER_FULL=1 python -m pytest tests/reliability/test_decoder_fuzz.py -n0
"""

import os

import pytest

from tests.harness import fuzz
from tui_reseller.api.reply import Reply
from tui_reseller.api.reseller_v2.replies import SUCCESS, verdict
from tui_reseller.domain.profile import Format

MUTANTS = 10_000_000 if os.environ.get("TUI_RESELLER_FULL") else 50_000
SHARE = 4
"""So many tests, so that a failure says where."""


@pytest.mark.in_turn(3)
@pytest.mark.parametrize("part", range(SHARE))
def test_no_mutant_breaks_anything_or_passes_for_a_success(part):
    first, last = MUTANTS * part // SHARE, MUTANTS * (part + 1) // SHARE
    tally = fuzz.Fuzz().run(first, last)
    assert [f"{found.number}: {found.what}: {found.body[:200]!r}" for found in tally.findings] == []
    assert tally.mutants == last - first
    assert tally.fast > tally.mutants // 60
    # A mutator that only makes rubbish would find nothing.
    assert tally.ends["success"] > tally.mutants // 1000
    assert tally.ends["Rejected"] > tally.mutants // 200
    assert tally.ends["whole list"] > tally.mutants // 100


def test_both_readings_agree_on_what_is_not_mutated():
    said = 0
    for body in dict.fromkeys(fuzz.corpus()):
        for wanted in Format:
            is_success = verdict(Reply(200, (), body), wanted, fuzz.REQUEST)
            assert (isinstance(is_success, str) and is_success.startswith(SUCCESS)) == fuzz.is_success_shape(
                body, wanted
            )
            said += isinstance(is_success, str)
    assert said >= 7


@pytest.mark.parametrize(
    ("plant", "what"),
    [
        (lambda *_given, **_more: "success", "false certainty: success"),
        (lambda *_given, **_more: 1 // 0, "ZeroDivisionError"),
        (lambda *_given, **_more: _spin(), "hang"),
    ],
)
def test_the_engine_finds_what_is_planted(monkeypatch, plant, what):
    monkeypatch.setattr(fuzz, "verdict", plant)
    monkeypatch.setattr(fuzz, "HANG_SECONDS", 0.1)
    found = fuzz.Fuzz().run(0, 3).findings
    assert {finding.number for finding in found} == {0, 1, 2}
    assert all(what in finding.what for finding in found if finding.what != "the fast path says something else")


def _spin() -> str:
    while True:
        pass
