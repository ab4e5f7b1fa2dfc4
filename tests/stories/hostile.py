"""Sixty texts that a customer's record could hold to attack whoever looks at it."""

HOSTILE = (
    # escape sequences
    "\x1b[31mred", "\x1b[2J\x1b[Hcleared", "\x1b[?1049l", "\x1b[8;50;200t", "\x1bc", "\x1b[6n", "\x1b[c", "\x1b[21t",
    "\x1b[?25l", "\x1b[4;2t", "\x1b(0lqk", "\x1b#8", "\x1b[?1000h", "\x1b[20h", "\x1b[1000@",
    # titles, clipboard, links, colours
    "\x1b]0;PWNED-TITLE\x07", "\x1b]2;PWNED-TITLE\x1b\\", "\x1b]52;c;UFdORUQ=\x07", "\x1b]52;c;UFdORUQ=\x1b\\",
    "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07", "\x1b]4;1;#ffffff\x07", "\x1b]10;?\x07", "\x1b]50;x\x07",
    "\x1b]1337;File=name=eA==:AAAA\x07",
    # strings of the terminal's own
    '\x1bP$q"p\x1b\\', "\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\", "\x1b_Gf=100;AAAA\x1b\\", "\x1b^pm\x1b\\",
    "\x1bXsos\x1b\\", "\x1bk-screen-title\x1b\\",
    # the same with eight-bit controls
    "\x9b31mred", "\x9d52;c;UFdORUQ=\x9c", "\x90q\x9c", "\x85next", "\x84\x8d\x8e\x8f",
    # single controls
    "a\x00b", "a\x07bell", "a\x08\x08\x08back", "a\x7fdel", "a\x0e\x0fshift", "a\rover", "two\nlines", "tab\there",
    "\x0b\x0c", "\x05enq",
    # letters that turn, hide or pile up
    "\u202egnp.exe", "\u2066\u2067\u2068\u2069", "pay\u200bpal", "\ufeffbom", "\u2028\u2029", "Z" + "\u0301" * 500,
    "\U000e0041\U000e0042tag", "\ue000\uf8ff", "\ud800lone", "\udfff\ud800",
    # markup of the screen library, and lengths
    "[/] 12", "[link=http://evil.example]y[/link]", "[@click=app.quit]z[/]", "[red]x [b", "M" * 100_000,
)  # fmt: skip
FIELDS = ("email", "first_name", "last_name", "address", "city", "state", "zip", "country", "phone", "website")
