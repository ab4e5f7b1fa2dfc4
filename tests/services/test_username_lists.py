"""Lists of usernames as they come by stdin: every name as it stands there, and nothing guessed."""

import pytest

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.services.files import usernames


def read_username_list(content, *, zeros=False):
    return usernames.read_username_list(RESELLER_V2, Operation.DISABLE, content, zeros=zeros)


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"ann\nbob\n", ["ann", "bob"]),
        (b"\xef\xbb\xbfann\r\nbob\r\n", ["ann", "bob"]),
        (b"ann\rbob\r", ["ann", "bob"]),
        ("ann\nbob".encode("utf-16"), ["ann", "bob"]),
        (b" ann\n ann\t\nann\n", [" ann", " ann\t", "ann"]),
        ("zoe\u00a0\nzoe\n".encode(), ["zoe\u00a0", "zoe"]),
        (b"a\\nb\n'=x\n", ["a\\nb", "'=x"]),
        ("a\u2028b\n".encode(), ["a\u2028b"]),
        (b"username\nann\nusername2\n", ["ann", "username2"]),
        (b'"username","city"\n"a, b",Vigo\n', ["a, b"]),
        (b"city;username\nVigo;a\\tb\n", ["a\tb"]),
        (b"username_x\nann\n", ["username_x", "ann"]),
        (b"{\nann\n", ["{", "ann"]),
        (b'[{"username": "ann"}, {"username": "a\\nb"}]', ["ann", "a\nb"]),
    ],
)
def test_names_are_what_stands_there(content, names):
    assert read_username_list(content).names == names


def test_zero_bytes_end_names_that_may_hold_anything_else():
    assert read_username_list(b"a\nb\0username\0 x\0", zeros=True).names == ["a\nb", "username", " x"]
    first = "\ufeffann\0ann\0".encode()
    assert read_username_list(first, zeros=True).names == ["\ufeffann", "ann"], "the name of another customer"
    with pytest.raises(InvalidInput, match="zero bytes") as caught:
        read_username_list(b"ann\0bob\0")
    assert "read with -0" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no usernames"),
        (b"\n \n", "no usernames"),
        (b"username\n", "there is nothing in it: no row"),
        (b"M\xfcller\n", "line 1: not UTF-8"),
        (b'{"username": "a", "username": "b"}\n', "line 1, username: a name stands there twice"),
        (b'{"username": "a"}\n{"name": "b"}\n', 'line 2: no column "name"'),
        (b'{"username": "a"}\n{"email": "b"}\n', "line 2, username: no username"),
        (b"email,city\na@x.example,Vigo\n", "line 1: no column username"),
        (b"PK\x03\x04xl/", "Excel workbook"),
    ],
)
def test_what_is_no_list_is_refused(content, words):
    with pytest.raises(InvalidInput, match=words):
        read_username_list(content)


def test_what_was_left_out_is_said():
    assert read_username_list(b"ann\n\nbob\nann\n").notes == ["dropped: 1 blank, 1 named twice"]
    assert read_username_list(b"username,city\nann,x\n").notes == [
        "read as CSV with commas, UTF-8: its column username"
    ]
