"""Hostile texts in every field of sixty customers: shown harmlessly, and nothing of them acts on the terminal."""

import re
import unicodedata

import pytest
from hostile import FIELDS, HOSTILE
from terminal import DOWN, ENTER, ESCAPE, until

pytestmark = pytest.mark.terminal
OSC = re.compile(r"\x1b\](.*?)(?:\x07|\x1b\\)", re.DOTALL)
OURS = re.compile(r"2;DEMO demo|22;[a-z-]*")
STRINGS = re.compile("\x1b[PX^_]|\x1bk")
HIDING = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u2028\u2029\U000e0000-\U000e0fff]")


DIALOGS = (("\r", 'Edit "'), ("d", "Stop sending"), ("xd", "Delete customer"), ("xr", "Rename -"),
           ("p", "Reset password"), ("xe", "contact address"), ("a", "Activity of"))  # fmt: skip
OPENED = {
    row: [DIALOGS[(2 * at + more) % len(DIALOGS)] for more in range(2)]
    for at, row in enumerate((0, 17, 30, 45, 53, 57, 59))
}
"""Two dialogs on each kind of text, and each dialog twice; every text in every dialog is tests/reliability's affair."""


def _is_torn(text):
    return any("\ud800" <= char <= "\udfff" for char in text)


def test_sixty_hostile_texts_in_every_field_are_shown_harmlessly(demo):
    assert len(HOSTILE) == 60
    terminal, sandbox = demo(size=(100, 30))
    for number, text in enumerate(HOSTILE):
        # A record has at most 1 MiB: the longest text stands in half of the fields, and below in the other half.
        fields = FIELDS if len(text) < 10_000 else FIELDS[:5]
        # Half a character in a username makes a damaged row: it can be seen, and nothing can be done to it.
        username = f"h{number:02}-" + ("" if _is_torn(text) else text)
        sandbox.plant(f"h{number:02}", username=username, **dict.fromkeys(fields, text))
    sandbox.plant("h60", username="h60-", **dict.fromkeys(FIELDS[5:], HOSTILE[-1]))
    terminal.press("r")
    terminal.sees("101 of 101")
    terminal.type("/username~^h[0-9]")
    terminal.sees("61 of 101")
    terminal.press(ENTER)
    for number in range(len(HOSTILE) + 1):
        terminal.sees(f"│ h{number:02}-")
        for keys, title in OPENED.get(number, ()):
            terminal.type(keys)
            terminal.sees(title)
            terminal.press(ESCAPE)
            terminal.loses(title)
        terminal.press(DOWN)
    terminal.press("g")
    terminal.press("d")
    terminal.sees("Stop sending")
    terminal.commit()
    until("it is applied", lambda: len(sandbox.log()) == 1)
    terminal.sees("Applied")
    for keys, title in (("a", "Activity of"), ("m", "Messages"), ("u", "Undo:")):
        terminal.press(keys)
        terminal.sees(title, "h00-")
        terminal.press(ESCAPE)
        terminal.loses(title)
    terminal.press("q")
    assert terminal.ends() == 0
    sent = terminal.raw.decode("utf-8")  # what is no UTF-8 fails here
    assert [found for found in OSC.findall(sent) if not OURS.fullmatch(found)] == []
    assert not STRINGS.search(sent.replace("\x1bP+q", ""))
    assert not HIDING.search(sent)
    assert {char for char in sent if unicodedata.category(char) in {"Cc", "Cs", "Co"}} <= set("\x1b\x07\r\n\x08\t")
    assert "\x1b]52" not in sent
    assert "\u0301" * 5 not in sent
    for ours in ("\x1b[?1049l", "\x1b[?25l", "\x1b[?1000h"):
        sent = sent.replace(ours, "")
    sent = sent.replace("\x1b[6n", "", 1)  # the line is measured once, at the start
    for text in HOSTILE[:15]:
        assert text not in sent
    assert "[/] 12" in sent
    assert "[link=http://evil" in sent
    assert "[@click=app.quit]z[/]" in sent
