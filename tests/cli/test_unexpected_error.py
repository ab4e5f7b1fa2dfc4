"""What the log keeps of an error that nobody expected: every kind and place, and nothing that it says."""

from tui_reseller.cli.unexpected_error import log_unexpected
from tui_reseller.system import logs

WORD = "cAnary-2718"


def broken() -> None:
    key = WORD
    raise ValueError(key)


def test_the_log_has_kinds_and_places_of_a_group_and_of_what_was_before(tmp_path):
    logs.start(tmp_path, debug=False)
    try:
        try:
            broken()
        except ValueError as error:
            raise ExceptionGroup(WORD, [error, KeyError(WORD)]) from None
    except ExceptionGroup as group:
        group.add_note(WORD)
        said = log_unexpected(group)
    text = (tmp_path / logs.FILE).read_text("utf-8")
    assert said == f"unexpected failure: ExceptionGroup; details are in {tmp_path / logs.FILE}"
    assert [kind for kind in ("ExceptionGroup", "ValueError", "KeyError", "in broken") if kind not in text] == []
    assert WORD not in text
    assert all(line.startswith("  ") for line in text.splitlines()[1:])
