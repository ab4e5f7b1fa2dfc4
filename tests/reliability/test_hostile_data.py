"""T13: hostile texts in every field, through every sink: nothing breaks, nothing acts, a row stays a row.

Texts are those of tests/harness/hostile.py: 579 in 36 classes. Each stands in all ten fields of one customer (and in
its username, where it can), and each customer goes through each sink: rows of the list at four widths, detail, all
dialogs, what became of a write, the shell command that `y` copies, search, sort and filter of the list, the command's
four forms of output, exports in three forms, log, audit log in its four forms, errors that quote the text, the window's
title, and the whole screen. Here 60 texts, each class in turn; all of them with

    TUI_RESELLER_FULL=1 python -m pytest tests/reliability/test_hostile_data.py -n0

What the terminal really receives is seen in tests/stories/test_hostile.py.
"""

import csv
import io
import json
import logging
import os
import shlex
import time
from contextlib import suppress
from datetime import UTC, datetime

import polars as pl
import pytest
from rich.cells import cell_len

from tests.harness import hostile
from tests.harness.shells import SHELLS, words_in
from tests.harness.v2 import DETAIL_FIELDS, FIELDS, a_customer, frame_from, new_list, parse_filter
from tests.harness.waiting import soon
from tests.tui.desk import open_desk
from tui_reseller.api.reply import Reply
from tui_reseller.api.request import Request
from tui_reseller.api.reseller_v2.replies import verdict
from tui_reseller.api.surrogates import without_surrogates
from tui_reseller.cli.arguments import Common, Start
from tui_reseller.cli.console import Console
from tui_reseller.cli.output import Output
from tui_reseller.cli.verbs.audit import COLUMNS as AUDIT_COLUMNS
from tui_reseller.cli.verbs.audit import TABLE_COLUMNS, _for_table
from tui_reseller.cli.verbs.details import set_details
from tui_reseller.cli.verbs.switches import disable
from tui_reseller.cli.verbs.typed import delete, rename
from tui_reseller.domain.audit import AuditQuery, Entry, Intent, Operator
from tui_reseller.domain.changes import Change
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import InvalidFilter, ResellerError
from tui_reseller.domain.export import ExportFormat
from tui_reseller.domain.job import JobItem
from tui_reseller.domain.listing import ListQuery
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.plan import Item
from tui_reseller.domain.printed import is_plain
from tui_reseller.domain.profile import Format
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.switch import Switch
from tui_reseller.domain.text import clean
from tui_reseller.services.result import Result
from tui_reseller.storage.export import Exporter
from tui_reseller.storage.ledger.sqlite.ledger import Ledger
from tui_reseller.system import logs
from tui_reseller.tui.dialogs import customer_forms, texts
from tui_reseller.tui.presenters import job as job_presenter
from tui_reseller.tui.presenters.detail import Facts, wide_lines
from tui_reseller.tui.presenters.entry import entry_line
from tui_reseller.tui.presenters.outcome import as_command, result_note
from tui_reseller.tui.presenters.parts import text_of
from tui_reseller.tui.presenters.rows import columns, fit, spoken
from tui_reseller.tui.presenters.short_detail import short_lines
from tui_reseller.tui.terminal import WindowTitle

FULL = bool(os.environ.get("TUI_RESELLER_FULL"))
CHOSEN = list(hostile.ALL) if FULL else hostile.few(60)
NOW = datetime(2026, 11, 3, 14, 2, tzinfo=UTC)
VERBS = {
    Operation.SET: set_details, Operation.DELETE: delete, Operation.RENAME: rename, Operation.DISABLE: disable,
}  # fmt: skip
PLAIN = ("garcia.mail", "A@b.c+d_e-f", "1")
csv.field_size_limit(2_000_000)
ON_SCREEN = 20_000
"""A text that is longer is left out of what is planted in the sandbox: a record has at most 1 MiB."""


def customer(number: int, text: str) -> Customer:
    """A text in every field; the adapters let no half of a character through."""
    known = without_surrogates(text)
    values = dict.fromkeys(("email", *DETAIL_FIELDS), known)
    return a_customer(f"h{number:03}-{known}", sending=Switch.ON, extra={known[:50]: known}).with_values(values)


CUSTOMERS = [customer(number, text) for number, (_, text) in enumerate(CHOSEN)]


def entry(number: int, text: str) -> Entry:
    operator = Operator(text, text, text)
    change = Change("city", text, text)
    return Entry(f"id{number}", NOW, "acme", "account", Operation.SET, text, (change,), operator, {}, text, text,
                 Outcome.UNKNOWN, text)  # fmt: skip


def bad(lines: list[str]) -> list[str]:
    return [line[:200] for line in lines if not hostile.is_harmless(line)]


def test_there_are_enough_of_them():
    assert len(hostile.CLASSES) >= 25
    assert len(hostile.ALL) >= 500
    assert len({text for _, text in hostile.ALL}) >= 500
    assert {name for name, _ in hostile.few(60)} == set(hostile.CLASSES)
    assert sum(not hostile.is_harmless(text) for _, text in hostile.ALL) > 250


def test_a_row_of_the_list_stays_in_its_columns():
    odd = []
    for one in CUSTOMERS:
        for width in (60, 80, 120, 200):
            shown = columns(RESELLER_V2, width, narrow=width < 80)
            cells = [fit(one, column) for column in shown]
            row = " ".join(cells)
            assert [cell_len(cell) for cell in cells] == [column.width for column in shown]
            known = hostile.columns(row)
            if not hostile.is_harmless(row) or known not in {None, sum(column.width + 1 for column in shown) - 1}:
                odd.append((one.username, row, known))
        assert bad([spoken(RESELLER_V2, one, is_marked=True, needs_you=True)]) == []
    assert odd == []


def test_detail_dialogs_and_outcomes_show_it_harmlessly():
    for number, one in enumerate(CUSTOMERS):
        text = CHOSEN[number][1]
        done = entry(number, text)
        result = Result(text, Operation.SET, Outcome.REJECTED, text, "id", done.changes)
        item = Item(Operation.SET, text, {"city": text}, {"city": text})
        usual = {"reason_required": False}
        specs = [
            texts.switch_form(RESELLER_V2, Operation.DISABLE, one, "P", read_at="", typed=None, now=NOW, **usual),
            texts.switch_form(
                RESELLER_V2, Operation.WEBSITE_ENABLE, one, "P", read_at="", typed=text, now=NOW, **usual
            ),
            texts.delete_form(RESELLER_V2, one, "P", **usual),
            texts.one_field_form(RESELLER_V2, Operation.RENAME, one, "P", typed=text, **usual),
            texts.one_field_form(RESELLER_V2, Operation.EMAIL, one, "P", typed=None, **usual),
            texts.password_form(RESELLER_V2, one, "P", typed=text, **usual),
            customer_forms.editor_form(RESELLER_V2, one, "P"),
        ]
        facts = Facts(RESELLER_V2, one, "list of 14:02", NOW, [done])
        lines = [
            *map(text_of, short_lines(facts, 80)),
            *map(text_of, wide_lines(facts, 40)),
            entry_line(done, NOW, with_username=True),
            job_presenter.result_line(RESELLER_V2, JobItem(0, item, Outcome.REJECTED, text)),
            clean(result_note(RESELLER_V2, result, NOW).line),  # as the message line does
            *(
                line
                for spec in specs
                for line in (
                    spec.title,
                    spec.who,
                    text_of(spec.change),
                    *spec.lines,
                    *(row.label for row in spec.fields),
                )
            ),
        ]
        assert bad(lines) == []
        assert all(len(line) < ON_SCREEN for line in lines)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_copied_command_is_one_command_for_every_shell(shell, tmp_path):
    """Where the texts may stand in it at all; in English names and in plain ones they may."""
    commands, expected = [], []
    for text in (*(text for _, text in CHOSEN), *PLAIN):
        for operation in (Operation.SET, Operation.DELETE, Operation.RENAME, Operation.CREATE, Operation.DISABLE):
            field = "username" if operation is Operation.RENAME else "city"
            until = NOW if operation is Operation.DISABLE else None
            line = as_command(
                RESELLER_V2, operation, text, (Change(field, "x", text),), "acme", until=until, reason="ticket 4711"
            )
            assert (line is not None) is (is_plain(text) or (not text and operation is Operation.CREATE))
            if line is None:
                continue
            words = shlex.split(line)
            if operation is not Operation.CREATE:
                given = VERBS[operation].make_context(operation.value, words[2:], obj=Start(None, Common())).params
                assert given.get("username", text) == text
                assert given.get("usernames", (text,)) == (text,)
                assert given.get("new", text) == text
                assert given.get("confirm") in {None, text}
                assert given["reason"] == "ticket 4711"
            commands.append(line)
            expected.append(words[1:])
    assert len(commands) >= 5 * len(PLAIN)
    assert words_in(shell, commands, tmp_path) == expected


async def test_search_sort_and_filter_find_it_and_never_break():
    rows = new_list()
    incoming = rows.incoming()
    await incoming.add(frame_from(CUSTOMERS))
    await rows.take(incoming, {})
    for sort in FIELDS:
        assert await rows.query(ListQuery(parse_filter(""), sort, descending=False))
        assert len(rows) == len(CUSTOMERS)
        assert {one.username for one in rows.window(0, len(rows))} == {one.username for one in CUSTOMERS}
    for number, (_, text) in enumerate(CHOSEN):
        for typed in (text, f'"{text}"', f"city~{text}", f"city:{text}", f'city="{text}"', f"-{text}"):
            with suppress(InvalidFilter):
                assert await rows.query(ListQuery(parse_filter(typed), "", descending=False))
                assert len(rows) <= len(CUSTOMERS)
        known = without_surrogates(text)
        if known and '"' not in known and known.lower() != known.upper():
            assert await rows.query(ListQuery(parse_filter(f'"{known}"'), "", descending=False))
            assert rows.row_of(CUSTOMERS[number].username) is not None
    await rows.query(ListQuery(parse_filter(""), "", descending=False))
    assert [rows.get(one.username) for one in CUSTOMERS] == CUSTOMERS


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_the_command_writes_a_row_for_each(capsys, form):
    with Output(form).rows(FIELDS) as rows:
        for one in CUSTOMERS:
            rows.add(one.as_dict())
    out = capsys.readouterr().out
    check_rows(out, form, FIELDS, [one.as_dict() for one in CUSTOMERS])
    for one in CUSTOMERS[:: 1 if FULL else 6]:
        Output(form).item(one.as_dict())
        assert bad(capsys.readouterr().out.split("\n")) == []


def check_rows(out: str, form: str, names, expected) -> None:
    """Look at what the command wrote, in any of its forms."""
    assert bad(out.split("\n")) == []
    if form == "json":
        assert json.loads(out) == expected
    elif form == "jsonl":
        assert [json.loads(line) for line in out.split("\n")[:-1]] == expected
    elif form == "csv":
        found = list(csv.reader(io.StringIO(out, newline="")))
        assert out.count("\n") == len(expected) + 1
        assert {len(row) for row in found} == {len(names)}
    else:
        lines = out.split("\n")[:-1]
        assert len(lines) == len(expected) + 1


@pytest.mark.parametrize("form", ExportFormat)
async def test_an_export_has_a_row_for_each(tmp_path, form):
    path = tmp_path / f"all.{form.value}"
    await Exporter().write(frame_from(CUSTOMERS), path, form, FIELDS, overwrite=False)
    expected = [{name: one.value(name) for name in FIELDS} for one in CUSTOMERS]
    if form is ExportFormat.PARQUET:
        assert pl.read_parquet(path).to_dicts() == expected
        return
    check_rows(path.read_text("utf-8"), form.value, FIELDS, expected)


def test_a_line_of_the_log_stays_a_line(tmp_path):
    logs.start(tmp_path, debug=True)
    logger = logging.getLogger("tui_reseller.hostile")
    for _, text in CHOSEN:
        logger.warning("said %s", text)
    lines = (tmp_path / logs.FILE).read_text("utf-8").split("\n")[:-1]
    assert bad(lines) == []
    assert sum(" WARNING tui_reseller.hostile said " in line for line in lines) == len(CHOSEN)
    assert all(line[:2] == "  " or line[:2] == "20" for line in lines)


async def test_the_audit_log_keeps_it_and_shows_it_harmlessly(tmp_path, capsys):
    tmp_path.chmod(0o700)
    ledger = Ledger(tmp_path)
    # Two halves side by side are a character, and come back as one.
    said = [text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass") for _, text in CHOSEN]
    said = [text for text in said if len(text) <= ON_SCREEN]
    for number, text in enumerate(said):
        operator = Operator("me", "here", None)
        intent = Intent("acme", "account", Operation.SET, f"{number}{text}", (Change("city", text, text),), operator,
                        {"city": text}, text, text)  # fmt: skip
        await ledger.finish(await ledger.begin(intent), Outcome.REJECTED, text)
    entries = (await ledger.entries(AuditQuery()))[::-1]
    assert [(found.username, found.reason, found.message) for found in entries] == [
        (f"{number}{text}", text, text) for number, text in enumerate(said)
    ]
    assert (await ledger.check()).is_whole
    for form in ("table", "json", "jsonl", "csv"):
        names = TABLE_COLUMNS if form == "table" else AUDIT_COLUMNS
        told = [_for_table(found) if form == "table" else found.as_dict() for found in entries]
        with Output(form).rows(names) as rows:
            for row in told:
                rows.add(row)
        check_rows(capsys.readouterr().out, form, names, told)
    await ledger.aclose()


def test_an_error_that_quotes_it_is_harmless(capsys):
    for _, text in CHOSEN:
        for body in (
            json.dumps({"message": "error", "errors": [text]}),
            json.dumps({"error": {"code": 400, "message": text}}),
            json.dumps([text]),
            text,
        ):
            answer = verdict(
                Reply(200, (), body.encode("utf-8", "surrogatepass")), Format.JSON, Request("POST", "x.json")
            )
            if answer == "success":  # one of the texts is exactly that
                assert body == '{"message":"success"}'
                continue
            assert isinstance(answer, ResellerError)
            assert bad([answer.message]) == []
            assert len(answer.message) < 1000
            Console().warn(f"{answer.message}\n{text}")
    assert bad(capsys.readouterr().err.split("\n")) == []


def test_a_title_of_the_window_is_one_title():
    for _, text in CHOSEN:
        written: list[str] = []
        title = WindowTitle(written.append)
        title.set("first")
        title.set(text)
        assert written[1].startswith("\x1b]2;")
        assert written[1].endswith("\x07")
        assert bad([written[1][4:-1]]) == []


async def test_the_whole_screen_with_all_of_them(tmp_path, new_sandbox):
    """Every row, the detail of every customer, and all dialogs on a part of them."""
    sandbox = new_sandbox(customers=2)
    # In every field at once, written as JSON: more than a megabyte would be refused as no customer.
    fits = [len(json.dumps(text)) * len(hostile.FIELDS) < 1_000_000 for _, text in CHOSEN]
    planted = [(number, text) for number, (_, text) in enumerate(CHOSEN) if fits[number]]
    for number, text in planted:
        username = f"h{number:03}-{without_surrogates(text)}"
        sandbox.plant(f"h{number:03}", username=username, **dict.fromkeys(hostile.FIELDS, text))
    async with open_desk(sandbox, tmp_path, size=(120, 40)) as desk:
        assert desk.state.total == len(planted) + 2
        for at in range(0, desk.state.total, 1 if FULL else 5):
            desk.main.list.move(at)
            await desk.pilot.pause()
            lines = desk.screen_text()
            assert bad(lines) == []
            assert {cell_len(line) for line in lines} == {120}
            if at % 30 == 15:
                for keys in (("enter",), ("d",), ("x", "d"), ("x", "r"), ("p",), ("a",), ("y",)):
                    await desk.press(*keys)
                    await soon(" ".join(keys), lambda: desk.dialog is not None and not desk.app.opening)
                    assert bad(desk.screen_text()) == []
                    while desk.dialog is not None:
                        await desk.press("escape")


def test_a_detail_of_a_hundred_thousand_signs_is_folded_at_once():
    """A customer with long texts must not hold up the list: D01."""
    for sign in ("M", "日", "a b ", "e\u0301\u0301\u0301\u0301", "a\u200d", "\u0301"):
        long = (sign * 100_000)[:100_000]
        one = a_customer("x").with_values(dict.fromkeys(("email", *DETAIL_FIELDS), long))
        began = time.process_time()
        lines = [text_of(line) for line in wide_lines(Facts(RESELLER_V2, one, "list of 14:02", NOW), 48)]
        assert time.process_time() - began < 5, "it took half a minute when each sign was measured again"
        assert max(map(cell_len, lines)) <= 48
        if len(sign) == 1 and sign.isalpha():
            assert "".join(lines).count(sign) >= 10 * 4095, "nothing is lost"
