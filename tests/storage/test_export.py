"""Files of an export: every form says what the plain way says, and a file is there whole or not at all."""

import asyncio
import contextlib
import csv
import io
import json
import os
import re
import resource
import stat
import time
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness.v2 import COLUMNS, FIELDS, SWITCH_FIELDS, a_customer, frame_from
from tui_reseller.domain.csv_cells import cell_of, json_cell
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import BadConfig, InvalidInput
from tui_reseller.domain.export import ExportFormat, format_of
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.switch import Switch
from tui_reseller.domain.text import clean, formula_safe
from tui_reseller.domain.view import checked_columns
from tui_reseller.storage import export, export_text
from tui_reseller.storage.export import Exporter
from tui_reseller.storage.frames import schema_of

CSV, JSON_LINES, PARQUET = ExportFormat.CSV, ExportFormat.JSON_LINES, ExportFormat.PARQUET
FORMS = pytest.mark.parametrize("form", list(ExportFormat))
HOSTILE = [
    "=1+1", " =1", "\u3000=1", "\u200b=1", "\ufeff@x", "+34 1", "-1", "\t=1", "\r=1", "\n=1", "\uff1d1", "'", '"', ",",
    "a,b", 'a"b', "\x1b]0;owned\x07", "\x9b2J", "\u202ekcab", "a" + "\u0301" * 6, "\x7f", "\x00", "\u2028",
    "\U000e0041", "", " ", "null", "\\", "\\n", "\ufffe", "日本語", "Łódź", "한국어", "…", "\U0001f600",
    "[bold]x[/]", "\x1f",
]  # fmt: skip
TEXT = st.none() | st.sampled_from(HOSTILE) | st.text(max_size=8) | st.text("=+-@ '\",a\t\u200b", max_size=4)
CUSTOMERS = st.builds(
    a_customer,
    username=TEXT.map(lambda text: text or ""),
    email=TEXT,
    sending=st.sampled_from(Switch),
    website_access=st.sampled_from(Switch),
    city=TEXT,
    website=TEXT,
    extra=st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2),
)
LISTS = st.lists(CUSTOMERS, max_size=6)
CHOSEN = st.just(()) | st.lists(st.sampled_from(FIELDS), min_size=1, max_size=4, unique=True).map(tuple)


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def cell(customer: Customer, name: str) -> str:
    """A cell as the command writes it without columns: cli/output.py."""
    if name in SWITCH_FIELDS:
        return customer.text(name)
    if name == "extra":
        return json_cell(json.dumps(dict(customer.extra))) if customer.extra else ""
    return cell_of(customer.text(name))


def plain_csv(customers, columns=()):
    names = columns or (COLUMNS if any(customer.extra for customer in customers) else FIELDS)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([cell(customer, name) for name in names] for customer in customers)
    return out.getvalue()


def plain_json(customers, columns=()):
    found = (customer.as_dict() for customer in customers)
    return [{name: row[name] for name in columns} if columns else row for row in found]


def text_of(customers, form, columns=(), limit=None):
    return "".join(Exporter().texts(frame_from(customers), form, columns, limit))


@given(LISTS, CHOSEN)
@settings(max_examples=300, deadline=None)
def test_csv_is_what_the_plain_way_says(customers, columns):
    def packed(text):  # JSON in a cell may be spaced in another way
        rows = csv.reader(io.StringIO(text, newline=""))
        return [[cell.replace(" ", "") if cell.startswith("{") else cell for cell in row] for row in rows]

    told = text_of(customers, CSV, columns)
    assert packed(told) == packed(plain_csv(customers, columns))


@given(LISTS, CHOSEN)
@settings(max_examples=300, deadline=None)
def test_json_lines_are_what_the_plain_way_says(customers, columns):
    told = text_of(customers, JSON_LINES, columns)
    lines = told.splitlines(keepends=True)
    expected = plain_json(customers, columns)
    assert told.isascii()
    assert [json.loads(line, object_pairs_hook=list) for line in lines] == [_pairs(row) for row in expected]
    for line, row in zip(lines, expected, strict=True):
        if "extra" not in row:
            assert line == json.dumps(row) + "\n"


def _pairs(row):
    return [(key, list(value.items()) if isinstance(value, dict) else value) for key, value in row.items()]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_values_one_by_one(text):
    customers = [a_customer(text, city=text, extra={text: text}), a_customer("x" + text, phone=text)]
    assert list(csv.reader(io.StringIO(text_of(customers, CSV, FIELDS)))) == [
        list(FIELDS), *([cell(customer, name) for name in FIELDS] for customer in customers)
    ]  # fmt: skip
    assert list(map(json.loads, text_of(customers, JSON_LINES).splitlines())) == plain_json(customers)


def test_signs_that_are_called_harmless_are():
    called = re.compile(f"[{export_text.HARMLESS}]")
    signs = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000 and called.match(chr(code))]
    assert clean("".join(signs), longest=len(signs)) == "".join(signs)
    assert [sign for sign in signs if clean(sign * 6) != sign * 6] == []
    assert [sign for sign in signs if sign.isspace()] == [" "]
    assert {sign for sign in signs if formula_safe(sign) != sign} == set("=+-@")


def test_a_long_cell_is_whole():
    long = "é" * 1_000_001
    assert text_of([a_customer("a", city=long)], CSV, ("city",)) == f"city\n{long}\n"
    assert json.loads(text_of([a_customer("a", city=long)], JSON_LINES))["city"] == long


def test_foreign_objects_in_extra_stay_on_one_line():
    frame = frame_from([a_customer("a"), a_customer("b")])
    frame = frame.with_columns(pl.Series("extra", ['{\n "é": "\\u0000"}', "{}"]))
    lines = "".join(Exporter().texts(frame, JSON_LINES, ())).splitlines()
    assert [json.loads(line).get("extra") for line in lines] == [{"é": "\0"}, None]


def test_a_limit_and_an_empty_list():
    customers = [a_customer(str(number)) for number in range(5)]
    assert text_of(customers, CSV, ("username",), 2) == "username\n0\n1\n"
    assert text_of([], CSV, ("username", "city")) == "username,city\n"
    assert text_of([], JSON_LINES) == ""


def write(path, customers, form=CSV, columns=(), **more):
    settled = {"overwrite": False, **more}
    return asyncio.run(Exporter().write(frame_from(customers), path, form, columns, **settled))


PEOPLE = [
    a_customer("a", sending=Switch.ON, city="=x", extra={"id": "1"}),
    a_customer("b", sending=Switch.OFF, website_access=Switch.ON, city=""),
    a_customer("c"),
]


@FORMS
def test_a_file_is_private_and_whole(tmp_path, form):
    path = tmp_path / "out"
    size = write(path, PEOPLE, form)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_size == size
    assert names_in(tmp_path) == ["out"]
    if form is PARQUET:
        found = pl.read_parquet(path)
        assert dict(found.schema) == schema_of(RESELLER_V2)
        assert found.equals(frame_from(PEOPLE))
    else:
        assert path.read_bytes() == text_of(PEOPLE, form).encode()


def test_parquet_has_the_columns_that_were_chosen_and_extra_only_where_some_is(tmp_path):
    write(tmp_path / "chosen", PEOPLE, PARQUET, ("city", "username"))
    assert pl.read_parquet(tmp_path / "chosen").columns == ["city", "username"]
    write(tmp_path / "none", PEOPLE[1:], PARQUET)
    assert pl.read_parquet(tmp_path / "none").columns == list(FIELDS)
    write(tmp_path / "empty", [], PARQUET)
    assert pl.read_parquet(tmp_path / "empty").shape == (0, len(FIELDS))


@FORMS
def test_many_slices_are_one_file(tmp_path, form, monkeypatch):
    monkeypatch.setattr(export, "SLICE", 7)
    monkeypatch.setattr(export, "ROW_GROUP", 20)
    customers = [a_customer(f"c{number}", city="=x" if number % 3 else "Łódź") for number in range(50)]
    told = []
    write(tmp_path / "out", customers, form, progress=lambda *counts: told.append(counts))
    assert told == [*((start, 50) for start in range(0, 50, 7)), (50, 50)]
    if form is PARQUET:
        assert pl.read_parquet(tmp_path / "out").equals(frame_from(customers).select(FIELDS))
    else:
        plain = plain_csv(customers) if form is CSV else "".join(json.dumps(c.as_dict()) + "\n" for c in customers)
        assert (tmp_path / "out").read_text() == plain


def test_a_file_that_is_there_is_replaced_only_if_it_may_be(tmp_path):
    path = tmp_path / "out"
    path.write_text("mine")
    with pytest.raises(InvalidInput, match="there already"):
        write(path, PEOPLE)
    assert path.read_text() == "mine"
    write(path, PEOPLE, overwrite=True)
    assert path.read_text() == plain_csv(PEOPLE).replace('""id"": ', '""id"":')
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_came_meanwhile_is_not_replaced(tmp_path):
    path = tmp_path / "out"

    async def race():
        await Exporter().write(frame_from(PEOPLE), path, CSV, (), overwrite=False, progress=lambda *_: None)

    before = export._texts

    def late(*given):
        yield from before(*given)
        path.write_text("somebody's")

    export._texts = late
    try:
        with pytest.raises(InvalidInput, match="there already"):
            asyncio.run(race())
    finally:
        export._texts = before
    assert path.read_text() == "somebody's"
    assert names_in(tmp_path) == ["out"]


def unusual(folder: Path, kind: str) -> Path:
    path = folder / "target"
    match kind:
        case "a symbolic link":
            (folder / "real").write_text("mine")
            path.symlink_to(folder / "real")
        case "a folder":
            path.mkdir()
        case "no plain file":
            os.mkfifo(path)
        case "there is no folder":
            return path / "missing" / "out"
        case _:
            return folder / ("x" * 300)
    return path


@pytest.mark.parametrize(
    "kind", ["a symbolic link", "a folder", "no plain file", "there is no folder", "cannot be written"]
)
def test_what_is_no_place_for_a_file_is_refused_in_words(tmp_path, kind):
    path = unusual(tmp_path, kind)
    before = names_in(tmp_path)
    for overwrite in (False, True):
        with pytest.raises(InvalidInput, match=kind) as caught:
            write(path, PEOPLE, overwrite=overwrite)
        assert caught.value.hint
    assert names_in(tmp_path) == before
    with pytest.raises(InvalidInput):
        Exporter().check(Path("/dev/null"), overwrite=True)
    with pytest.raises(InvalidInput):
        Exporter().check(Path("a\0b"), overwrite=True)


def test_a_folder_that_cannot_be_written(tmp_path):
    folder = tmp_path / "shut"
    folder.mkdir(mode=0o500)
    if os.geteuid() == 0:  # nothing is shut for root, but for what the kernel shows
        folder = Path("/sys/kernel")
        if not folder.is_dir():
            pytest.skip("no folder that root cannot write")
    with pytest.raises(InvalidInput, match="cannot be written"):
        write(folder / "out", PEOPLE)


@contextlib.contextmanager
def full_disk(size):
    """No file of this process grows beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@FORMS
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, form):
    path = tmp_path / "out"
    path.write_text("mine")
    customers = [a_customer(os.urandom(8).hex(), city=os.urandom(8).hex()) for _ in range(2000)]
    with full_disk(4096), pytest.raises(BadConfig, match="File too large") as caught:
        write(path, customers, form, overwrite=True)
    assert "disk" in caught.value.hint
    assert path.read_text() == "mine"
    assert names_in(tmp_path) == ["out"]


@FORMS
async def test_cancelled_in_the_middle_it_leaves_nothing(tmp_path, form, monkeypatch):
    monkeypatch.setattr(export, "SLICE", 10)
    frame = frame_from([a_customer(f"c{number}", city="é=x") for number in range(2000)])
    seen = asyncio.Event()
    work = asyncio.create_task(
        Exporter().write(frame, tmp_path / "out", form, (), overwrite=False, progress=lambda *_: seen.set())
    )
    await seen.wait()
    began = time.monotonic()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert time.monotonic() - began < 1
    assert names_in(tmp_path) == []


def test_a_progress_that_fails_is_no_matter_of_the_file(tmp_path):
    async def run():
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        await Exporter().write(
            frame_from(PEOPLE), tmp_path / "out", CSV, (), overwrite=False, progress=lambda *_: 1 / 0
        )

    asyncio.run(run())
    assert names_in(tmp_path) == ["out"]


def test_a_defect_of_ours_is_not_called_a_full_disk(tmp_path, monkeypatch):
    def broken(*_given):
        raise pl.exceptions.SchemaError("ours")

    monkeypatch.setattr(export, "_texts", broken)
    with pytest.raises(pl.exceptions.SchemaError):
        write(tmp_path / "out", PEOPLE)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.csv", CSV), ("a.b.JSONL", JSON_LINES), ("a.ndjson", JSON_LINES), ("a.parquet", PARQUET)],
)
def test_the_ending_names_the_form(name, form):
    assert format_of(Path(name)) is form


@pytest.mark.parametrize("name", ["a", "a.txt", ".csv", "a.csv.gz", ""])
def test_another_ending_is_refused_naming_the_three(name):
    with pytest.raises(InvalidInput, match=r"\.csv.*\.jsonl.*\.parquet"):
        format_of(Path(name))


def test_columns_are_known_and_stand_once():
    assert checked_columns(["city", "extra", "city"], COLUMNS) == ("city", "extra")
    with pytest.raises(InvalidInput) as caught:
        checked_columns(["ctiy"], COLUMNS)
    assert caught.value.hint == "did you mean city?"
