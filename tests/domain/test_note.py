"""Labels and notes: what may be written, and on whom one is shown."""

from datetime import UTC, datetime

import pytest

from tests.harness.v2 import a_customer, changed, fingerprint_of
from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.note import LABEL, LONGEST, NOTE, NOTE_COLUMNS, Note, Notes, check_note, checked_note, no_note
from tui_reseller.domain.providers import PROVIDERS

ANA = a_customer("ana", "ana@vino.pt", first_name="Ana", last_name="Sousa")
KIM = Operator("kim", "bastion")


def a_note(label="vip", text="", customer=ANA, username=None):
    moment = datetime(2026, 11, 3, 9, tzinfo=UTC)
    return Note(username or customer.username, label, text, KIM, moment, fingerprint_of(customer), 7)


def noted(*notes):
    return Notes({note.username: note for note in notes})


def test_no_service_has_a_field_of_these_names() -> None:
    for provider in PROVIDERS.values():
        assert not {one.name for one in provider.fields} & set(NOTE_COLUMNS), provider.id


@pytest.mark.parametrize("name", NOTE_COLUMNS)
def test_as_long_as_it_may_be_and_no_longer(name) -> None:
    assert checked_note(name, "é" * LONGEST[name]) == "é" * LONGEST[name]
    assert checked_note(name, " " + "x" * LONGEST[name] + "\n") == "x" * LONGEST[name], "blanks around do not count"
    with pytest.raises(InvalidInput, match=f"at most {LONGEST[name]:,}; nothing was written") as caught:
        checked_note(name, "x" * (LONGEST[name] + 1))
    assert caught.value.field == name


def test_a_note_has_lines_and_a_label_is_one() -> None:
    assert checked_note(NOTE, "one\r\ntwo\n\nthree\n") == "one\ntwo\n\nthree"
    with pytest.raises(InvalidInput, match="Label holds a line break at 4: leave it out"):
        checked_note(LABEL, "one\ntwo")


@pytest.mark.parametrize(
    ("char", "words"),
    [
        ("\x1b", "a control character .U.001B."), ("\t", "a control character .U.0009."), ("\0", "U.0000"),
        ("\r", "U.000D"), ("\x7f", "U.007F"), ("\x9b", "U.009B"), ("\x85", "U.0085"), ("\u2028", "a line separator"),
        ("\u2029", "a line separator"), ("\ud800", "half a character"), ("\x0b", "U.000B"), ("\x1c", "U.001C"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", NOTE_COLUMNS)
def test_what_could_act_on_a_terminal_is_refused_with_its_place(name, char, words) -> None:
    (found,) = check_note(name, f"ab{char}c")
    assert found.message.isprintable()
    with pytest.raises(InvalidInput, match=f"holds .*{words}.* at 3"):
        checked_note(name, f"ab{char}c")


def test_what_only_looks_odd_is_taken_and_kept_as_it_is() -> None:
    for text in ("\u202eevil", "a\u200bb", "日本 é", "=1+1", "[red]x[/]", "'; DROP TABLE rows; --", "e" + "\u0301" * 9):
        assert checked_note(LABEL, text) == text


def test_a_note_is_shown_on_the_customer_it_is_about_and_on_no_other() -> None:
    notes = noted(a_note())
    assert notes.of(ANA).label == "vip"
    assert notes.of(changed(ANA, email="ana@other.pt", city="Faro")).label == "vip", "one that was changed is the same"
    another = a_customer("ana", "eve@x.example", first_name="Eve", last_name="Moss")
    assert notes.of(another) is None
    assert notes.of(a_customer("luz", "ana@vino.pt", first_name="Ana", last_name="Sousa")) is None


def test_the_id_decides_where_there_is_one() -> None:
    of_id = a_customer("ana", "ana@vino.pt", first_name="Ana", last_name="Sousa", extra={"id": "7"})
    notes = noted(a_note(customer=of_id))
    assert notes.of(a_customer("ana", "x@x.example", first_name="X", last_name="Y", extra={"id": "7"})) is not None
    assert notes.of(a_customer("ana", "ana@vino.pt", first_name="Ana", last_name="Sousa", extra={"id": "8"})) is None


def test_only_itself_is_equal_to_notes() -> None:
    notes = noted(a_note())
    assert notes != noted(a_note())
    assert (len(notes), len(Notes())) == (1, 0)


def test_its_output_has_the_same_keys_with_and_without_a_note() -> None:
    found = a_note("", "call\nfirst").as_dict()
    assert found == {
        "username": "ana", "label": None, "note": "call\nfirst", "time": "2026-11-03T09:00:00.000Z",
        "operator": KIM.as_dict(),
    }  # fmt: skip
    assert no_note("ana") == {**dict.fromkeys(found), "username": "ana"}
    assert list(no_note("ana")) == list(found)
