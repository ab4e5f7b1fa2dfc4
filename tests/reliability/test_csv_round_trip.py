"""T26: a CSV export runs nowhere and comes back as it was.

Customers hold 300 things that a spreadsheet could run, and hostile and ordinary texts, in every field. Their export is
read as spreadsheets read it, with the comma, the semicolon and the tab as separators: no cell may begin a formula. Then
it is read as a file of an operator: each value is exactly the original. Here 5,000 rows; 100,000 with

    TUI_RESELLER_FULL=1 python -m pytest tests/reliability/test_csv_round_trip.py -n0
"""

import csv
import os
import random
from pathlib import Path

from tests.harness import hostile
from tests.harness.v2 import DETAIL_FIELDS, a_customer, frame_from
from tui_reseller.api.surrogates import without_surrogates
from tui_reseller.cli.output import Output
from tui_reseller.domain.csv_cells import cell_of
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.export import ExportFormat
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.services.files.reading import read_file
from tui_reseller.storage.export import Exporter

ROWS = 100_000 if os.environ.get("TUI_RESELLER_FULL") else 5_000
NAMES = ("username", "email", *DETAIL_FIELDS)
ORDINARY = (
    "Ana",
    "Łódź",
    "日本",
    "Calle 1; 2º",
    "O'Neil",
    'Rue "A"',
    "a, b",
    "+34 91 123",
    "-",
    "'quoted'",
    "",
    "1.5",
    "x;y;z",
)
TEXTS = [*hostile.formulas(), *ORDINARY, *(without_surrogates(text) for _, text in hostile.ALL if len(text) <= 2000)]
BLANKS = ' \t\r\n\u00a0\u3000\ufeff\u200b\u200c\u200d\u2060\ufe0e\ufe0f"' + "".join(map(chr, range(0x2000, 0x200B)))
SIGNS = "=+-@＝＋－＠"


def customers() -> list[Customer]:
    chance = random.Random(26)
    found = []
    for number in range(ROWS):
        values = {name: chance.choice(TEXTS) for name in NAMES[1:]}
        found.append(a_customer(f"{TEXTS[number % len(TEXTS)]}{number}").with_values(values))
    return found


def dangerous(path: Path) -> list[str]:
    """Return the cells that a spreadsheet would run, whichever separator it takes the file to have."""
    found = []
    for separator in ",;\t":
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, delimiter=separator):
                found += [cell for cell in row if cell.lstrip(BLANKS)[:1] and cell.lstrip(BLANKS)[0] in SIGNS]
    return found


def check(path: Path, written: list[Customer]) -> None:
    assert dangerous(path) == []
    found = read_file(RESELLER_V2, path.read_bytes(), Operation.CREATE)
    assert found.refusals == []
    assert len(found.wanted) == len(written)
    for row, one in zip(found.wanted, written, strict=True):
        assert row.call.username == one.username
        for name in NAMES[1:]:
            value = row.call.fields.get(name, "")
            assert value == (one.text(name) if cell_of(one.text(name)).strip() else "")


def test_there_are_enough_of_them():
    assert len(set(hostile.formulas())) >= 200


def test_the_checker_finds_what_is_planted(tmp_path):
    path = tmp_path / "bad.csv"
    for bad in ("=1", " =1", '"=1"', "\u200b+1", "x;=1", 'x;"@1', "＝1", "x\t-1"):
        path.write_text(f"a,b\n{bad},1\n", encoding="utf-8")
        assert dangerous(path) != [], bad
    path.write_text("a,b\n'=1,x;'+1\n", encoding="utf-8")
    assert dangerous(path) == []


async def test_an_export_runs_nowhere_and_comes_back(tmp_path):
    written = customers()
    path = tmp_path / "all.csv"
    await Exporter().write(frame_from(written), path, ExportFormat.CSV, NAMES, overwrite=False)
    check(path, written)


def test_what_the_command_writes_runs_nowhere_and_comes_back(tmp_path, capsys):
    written = customers()[: ROWS // 5]
    with Output("csv").rows(NAMES) as rows:
        for one in written:
            rows.add(one.as_dict())
    path = tmp_path / "all.csv"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    check(path, written)
