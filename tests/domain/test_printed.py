"""What is printed is what a shell runs: of ours what we say, of others only what no shell could take for anything."""

import string
from pathlib import Path

import pytest

from tests.harness import hostile
from tests.harness.shells import SHELLS, words_in
from tui_reseller.domain.printed import LONGEST, Foreign, Typed, command, is_plain, line

PLAIN = set(string.ascii_letters + string.digits + "@._+-")
ODD = [chr(code) for code in range(1, 0x180) if chr(code) not in PLAIN]


@pytest.mark.parametrize("text", ["garcia.mail", "a", "A@b.c+d-e_f", "+x", ".", "..", "@x", "9", "x" * LONGEST])
def test_a_plain_text_of_others_stands_as_it_is(text: str) -> None:
    assert is_plain(text)
    assert command("show", Foreign(text)) == f"tui-reseller show {text}"
    assert command("set", Foreign("x"), Foreign(text, "city=")) == f"tui-reseller set x city={text}"


@pytest.mark.parametrize(
    "text", ["", "-", "-x", "--yes", "a\n", "x" * (LONGEST + 1), "é", *(f"a{sign}b" for sign in ODD)]
)
def test_any_other_text_of_others_never_does(text: str) -> None:
    assert not is_plain(text)
    assert command("show", Foreign(text)) is None
    assert command("show", "--", Foreign(text)) is None
    assert (command("set", "x", Foreign(text, "city=")) is None) is bool(text)


def test_what_the_operator_typed_is_quoted_where_all_shells_agree() -> None:
    for text in (
        "a b",
        "$(touch P)",
        "`touch P`",
        '"',
        "!!",
        "~",
        "*",
        "{a,b}",
        "é",
        "=ls",
        "#",
        "%s",
        "",
        "a;b",
        "(x)",
    ):
        assert command("plan", "show", Typed(text)) == f"tui-reseller plan show '{text}'"
    for text in ("it's", "a\\b", "\\'", "a\nb", "\x1b[2J", "\u202e", "\u200b", "x" * (LONGEST + 1), "Z" + "\u0301" * 9):
        assert command("plan", "show", Typed(text)) is None


def test_a_word_of_ours_that_no_shell_takes_is_a_defect() -> None:
    with pytest.raises(ValueError, match="quoted"):
        command("it's")
    assert line("--confirm", "200 acme") == "--confirm '200 acme'"
    assert command() == "tui-reseller"


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_hears_what_was_meant(shell: str, tmp_path: Path) -> None:
    texts = [*(f"a{sign}b" for sign in ODD), *ODD, *PLAIN, *(text for _, text in hostile.ALL)]
    texts += [
        "",
        "-x",
        "--yes",
        "!!",
        "!$",
        "=ls",
        "~root",
        "x=~root",
        "^x^y",
        "a'b",
        "\\x27",
        "(touch P)",
        "{P,Q}",
        "<(touch P)",
    ]
    meant, lines = [], []
    for text in texts:
        for word in (Foreign(text), Foreign(text, "city="), Typed(text)):
            told = command("verb", word)
            if told is not None:
                lines.append(told)
                meant.append(["verb", word.behind + text if isinstance(word, Foreign) else text])
    assert len(lines) > 400
    assert words_in(shell, lines, tmp_path) == meant
