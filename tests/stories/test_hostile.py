"""Hostile texts in every field of sixty customers: shown harmlessly, and nothing of them acts on the terminal."""

import re
import unicodedata

import pytest

from tests.harness.hostile import FIELDS
from tests.harness.hostile import SIXTY as HOSTILE
from tests.harness.terminal import DOWN, ENTER, ESCAPE
from tests.harness.waiting import until

pytestmark = pytest.mark.terminal
OSC = re.compile(r"\x1b\](.*?)(?:\x07|\x1b\\)", re.DOTALL)
OURS = re.compile(r"2;DEMO demo|22;[a-z-]*")
STRINGS = re.compile("\x1b[PX^_]|\x1bk")
HIDING = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u2028\u2029\U000e0000-\U000e0fff]")


MIXED = 12
DIALOGS = (("\r", 'Edit "'), ("d", "Disable sending"), ("xd", "Delete customer -"), ("xr", "Rename -"),
           ("p", "Reset password"), ("xe", "Notices go to the new address"), ("a", "Activity of"))  # fmt: skip
OPENED = dict(zip((0, 17, 30, 45, 53, 57, 59), DIALOGS, strict=True))
"""A dialog on each kind of text; every text in every dialog is the affair of tests/reliability."""


def _is_torn(text):
    return any("\ud800" <= char <= "\udfff" for char in text)


def planted(sandbox):
    """Put each text into every field of a customer, h00 to h60; and five at a time into customers m00 to m11."""
    for number, text in enumerate(HOSTILE):
        # A record has at most 1 MiB: the longest text stands in half of the fields, and below in the other half.
        fields = FIELDS if len(text) < 10_000 else FIELDS[:5]
        # Half a character in a username makes a damaged row: it can be seen, and nothing can be done to it.
        username = f"h{number:02}-" + ("" if _is_torn(text) else text)
        sandbox.plant(f"h{number:02}", username=username, **dict.fromkeys(fields, text))
    sandbox.plant("h60", username="h60-", **dict.fromkeys(FIELDS[5:], HOSTILE[-1]))
    for number in range(MIXED):
        texts = (HOSTILE[5 * number : 5 * number + 5] * 2)[: len(FIELDS)]
        sandbox.plant(f"m{number:02}", username=f"m{number:02}-", **dict(zip(FIELDS, texts, strict=True)))


def test_sixty_hostile_texts_in_every_field_are_shown_harmlessly(demo):
    assert len(HOSTILE) == 5 * MIXED
    terminal, sandbox = demo(size=(100, 24))
    planted(sandbox)
    terminal.press("r")
    terminal.sees("113 of 113")
    terminal.type("/username~^[hm][0-9]")
    terminal.sees("73 of 113")
    terminal.press(ENTER)
    at = 0
    for number in sorted({*OPENED, *range(0, 60, 8)}):
        terminal.type(DOWN * (number - at))
        at = number
        terminal.sees(f"│   h{number:02}-")
        if number in OPENED:
            keys, title = OPENED[number]
            terminal.type(keys)
            terminal.sees(title)
            terminal.press(ESCAPE)
            terminal.loses(title)
    terminal.press(DOWN)
    for number in range(MIXED):
        terminal.press(DOWN)
        terminal.sees(f"│   m{number:02}-")
    assert [number for number in range(61) if f"h{number:02}-".encode() not in terminal.raw] == [], (
        "a row was not shown"
    )
    terminal.press("g")
    terminal.press("d")
    terminal.sees("Disable sending")
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
