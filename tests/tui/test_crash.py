"""What a report of a defect holds: kinds and places, and nothing that an error says."""

import stat
from pathlib import Path

import pytest

from tui_reseller.tui import crash

WORD = "cAnary-3141"


class OddError(Exception):
    pass


def read_all(folder: Path) -> list[str]:
    return [path.read_text() for path in folder.glob("crash-*.txt")]


def noted(error: BaseException) -> BaseException:
    error.add_note(f"{WORD}: a note")
    error.add_note(f'  File "{WORD}", line 1, in {WORD}')
    error.add_note(f"Traceback {WORD}")
    return error


def raised() -> BaseException:
    try:
        try:
            key = WORD
            raise noted(KeyError(key))
        except KeyError as error:
            raise noted(OddError(f"{WORD}\nTraceback {WORD}")) from error
    except OddError as error:
        return error


@pytest.mark.parametrize(
    ("error", "kinds"),
    [
        (raised(), ["KeyError", "OddError"]),
        (noted(ExceptionGroup(WORD, [raised(), ValueError(WORD)])), ["ExceptionGroup", "KeyError", "ValueError"]),
        (SyntaxError(WORD, (WORD, 1, 1, WORD)), ["SyntaxError"]),
        (None, []),
    ],
)
def test_a_report_has_kinds_and_places_and_no_words(tmp_path: Path, error: BaseException | None, kinds: list[str]):
    crash.reports_go_to(tmp_path)
    path = Path(crash.write_report(error))
    text = path.read_text()
    assert WORD not in text
    assert text.startswith("TUI Reseller ")
    assert [kind for kind in kinds if kind not in text.splitlines()] == []
    assert ("in raised" in text) == any(kind == "KeyError" for kind in kinds)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_what_the_screen_library_would_print_is_a_report_too(at_desk, tmp_path):
    class Rich(Exception):
        def __rich__(self):
            return WORD

    async def breaks():
        async with at_desk() as desk:
            crash.reports_go_to(tmp_path)
            desk.app._handle_exception(Rich(WORD))
            assert desk.app._exit_renderables == []

    with pytest.raises(Rich):
        await breaks()
    (report,) = read_all(tmp_path)
    assert "Rich" in report
    assert WORD not in report


def test_a_long_chain_of_errors_is_a_short_report(tmp_path):
    error = None
    for _ in range(5000):
        following = OddError(WORD)
        following.__context__ = error
        error = following
    crash.reports_go_to(tmp_path)
    assert Path(crash.write_report(error)).stat().st_size < 10_000
