"""Dialogs fit 80x24 whatever they show, and no text of ours passes a control character on."""

import json
import unicodedata
from datetime import UTC, datetime

import pytest
from textual.events import Paste
from textual.widgets import Button

from tests.harness.hostile import SIXTY as HOSTILE
from tests.harness.v2 import DETAIL_FIELDS, a_customer
from tests.harness.waiting import soon
from tui_reseller.domain.audit import Entry, Operator
from tui_reseller.domain.changes import Change
from tui_reseller.domain.job import Job, JobItem, JobState
from tui_reseller.domain.note import Note
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.plan import Item, Plan
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.switch import Switch
from tui_reseller.services.notes import OpenedNote
from tui_reseller.services.result import Result
from tui_reseller.tui.dialogs import customer_forms, texts
from tui_reseller.tui.dialogs.form_spec import FormSpec
from tui_reseller.tui.dialogs.note_form import note_form
from tui_reseller.tui.presenters import job as job_presenter
from tui_reseller.tui.presenters.detail import Facts, wide_lines
from tui_reseller.tui.presenters.entry import entry_line
from tui_reseller.tui.presenters.notes import written_words
from tui_reseller.tui.presenters.outcome import as_command, result_note
from tui_reseller.tui.presenters.parts import text_of
from tui_reseller.tui.presenters.rows import columns, fit, spoken
from tui_reseller.tui.presenters.short_detail import short_lines, title_words

LONG = "mueller-und-soehne-." * 3 + "exam"
NOW = datetime(2026, 11, 3, 14, 2, tzinfo=UTC)
DIALOGS = [
    ("d",), ("e",), ("w",), ("p",), ("x",), ("x", "e"), ("x", "r"), ("x", "d"), ("enter",), ("n",), ("s",), ("y",),
    ("x", "n"), ("a",), ("m",), ("at",), ("ctrl+q",), ("question_mark",), ("colon",),
]  # fmt: skip


async def test_every_dialog_fits_80x24_with_a_username_of_64_characters(at_desk, someone):
    name = someone(LONG, first_name="W" * 50, last_name="W" * 50, city="W" * 100)
    assert len(name) == 64
    async with at_desk() as desk:
        await desk.go_to(name)
        for keys in DIALOGS:
            await desk.press(*keys)
            await soon(f"a dialog for {keys}", lambda: desk.dialog is not None)
            await desk.pilot.pause()
            for button in desk.app.screen.query(Button):
                region = button.region
                assert region.width > 0, keys
                assert region.height == 1, keys
                assert region.right <= 80, keys
                assert region.bottom <= 24, keys
            forms = [widget for name in ("#form", "#menu") for widget in desk.app.screen.query(name)]
            assert all(form.region.height <= 24 and form.region.y >= 0 for form in forms), keys
            while desk.dialog is not None:
                await desk.press("escape")


async def test_the_whole_username_stands_in_the_dialog_that_acts_on_it(at_desk, someone):
    name = someone(LONG)
    async with at_desk() as desk:
        await desk.go_to(name)
        for keys in (("d",), ("x", "d"), ("p",)):
            await desk.press(*keys)
            await soon("a form", lambda: desk.app.screen.query("#form-name"))
            await desk.pilot.pause()
            assert name in "".join(line.strip() for line in desk.screen_text())
            await desk.press("escape")


async def test_a_paste_into_a_field_is_made_harmless(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("d")
        await desk.opened("Disable sending")
        desk.field("reason").post_message(Paste("a\x1b]52;c;eA==\x07b\u202ec\nsecond line"))
        await soon("it is there", lambda: desk.field("reason").value)
        assert desk.field("reason").value == "a␛]52;c;eA==␇b\ufffdc"


@pytest.fixture
def trap(sandbox):
    """A customer whose username and address are meant for a shell; gone afterwards: XML cannot carry it."""
    name = "zz\nreboot\n"
    sandbox.plant("zz1", username=name, email="a\u202eb\x1b[31m", active="true")
    yield name
    sandbox.bury(name)


async def test_what_is_copied_runs_nothing_where_it_is_pasted(at_desk, trap):
    name = trap
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("c")
        await desk.told("sent to your terminal's clipboard, as it is shown")
        assert desk.app.clipboard == "zz reboot "
        await desk.press("y", "e")
        await soon("it is copied", lambda: desk.app.clipboard == "a\ufffdb␛[31m")
        await desk.press("y", "j")
        await soon("it is copied", lambda: desk.app.clipboard.startswith("{"))
        assert json.loads(desk.app.clipboard)["username"] == name
        assert desk.app.clipboard.isascii()


def harmless(text: str) -> bool:
    return all(
        unicodedata.category(char) not in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
        and char not in "\u200b\u202e\u2066\u2067\u2068\u2069\ufeff"
        for char in text
    )


def spec_texts(spec: FormSpec) -> list[str]:
    return [
        spec.title,
        spec.profile,
        *spec.lines,
        *(row.label for row in spec.fields),
        *(row.hint for row in spec.fields),
    ]


def job_words(item, text):
    """Return all that the screen says of plans and jobs, with a text in every place."""
    plan = Plan(text, text, text, NOW, NOW, 5, [item], 1, [text], [text])
    counts = {Outcome.REJECTED: 1, None: 2}
    operator = Operator(text, text, text)
    job = Job(7, text, text, text, "", "", operator, text, NOW, JobState.PAUSED, text, 3, counts, text, text)
    return [
        *job_presenter.plan_lines(RESELLER_V2, plan, marked=9, changed=2, now=NOW),
        job_presenter.result_line(RESELLER_V2, JobItem(0, item, Outcome.REJECTED, text)),
        job_presenter.job_line(job, NOW),
        job_presenter.title(job, counts, text, 5.0, 100.0),
        job_presenter.counts_line(counts),
        job_presenter.hint(job, is_here=False),
        job_presenter.ended(job).line,
    ]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_every_line_about_a_hostile_customer_is_harmless(text):
    values = dict.fromkeys(("email", *DETAIL_FIELDS), text)
    customer = a_customer(f"h-{text}", sending=Switch.ON, extra={text[:50]: text}).with_values(values)
    change = Change("city", text, text)
    operator = Operator(text, text, text)
    entry = Entry("id", NOW, "acme", "account", Operation.SET, text, (change,), operator, {}, text, None,
                  Outcome.UNKNOWN, text)  # fmt: skip
    result = Result(text, Operation.SET, Outcome.REJECTED, text, "id", (change,))
    item = Item(Operation.SET, text, {"city": text}, {"city": text})
    note = Note(customer.username, text, f"{text}\n{text}", operator, NOW)
    facts = Facts(RESELLER_V2, customer, "list of 14:02", NOW, [entry], note, alarms=(text,))
    lines = [
        *map(text_of, short_lines(facts, 80)),
        *map(text_of, wide_lines(facts, 40)),
        *(fit(customer, column) for column in columns(RESELLER_V2, 160)),
        *(fit(customer, column, note) for column in columns(RESELLER_V2, 200, ("label", "note"))),
        title_words("h", 80, note),
        spoken(RESELLER_V2, customer, note, is_marked=False, needs_you=False),
        entry_line(entry, NOW, with_username=True),
        *job_words(item, text),
        as_command(RESELLER_V2, Operation.SET, text, (change,), "acme") or "",
    ]
    for spec in (
        texts.switch_form(
            RESELLER_V2,
            Operation.DISABLE,
            customer,
            "P",
            read_at="",
            typed=text,
            reason_required=False,
            now=NOW,
        ),
        texts.delete_form(RESELLER_V2, customer, "P", reason_required=True),
        texts.one_field_form(RESELLER_V2, Operation.RENAME, customer, "P", typed=text, reason_required=True),
        texts.one_field_form(RESELLER_V2, Operation.EMAIL, customer, "P", typed=None, reason_required=True),
        texts.password_form(RESELLER_V2, customer, "P", typed=text, reason_required=True),
        customer_forms.editor_form(RESELLER_V2, customer, "P"),
        note_form(OpenedNote(customer, note, 0), "P", "note", written_words(note, NOW), {"label": text}),
    ):
        lines += spec_texts(spec)
    assert [line for line in lines if not harmless(line)] == []
    assert all(len(line) < 20_000 for line in lines)
    assert result_note(RESELLER_V2, result, NOW).line


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({Outcome.APPLIED: 3}, "3 applied"),
        ({None: 3}, "3 to do"),
        ({Outcome.APPLIED: 2, Outcome.REJECTED: 1}, "2 applied, 1 rejected"),
        ({Outcome.UNKNOWN: 3}, "3 unknown"),
    ],
)
def test_a_line_of_the_list_of_jobs_says_what_became_of_its_customers(counts, words):
    job = Job(7, "acme", "a", "12 marked", "", "", Operator("kim", "here"), "", NOW, JobState.STOPPED, "", 3, counts,
              verbs=("disable",))  # fmt: skip
    line = job_presenter.job_line(job, NOW)
    assert f"{words} of 3" in line
    assert "disable" in line
    heads, lines = job_presenter.job_table([job, job], NOW)
    assert heads.index("FROM") == lines[0].index("12 marked")
    assert len(lines[0]) <= 78, "where it is from is seen at 80 columns"
