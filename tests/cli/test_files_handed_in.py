"""Files of every kind, through every door: the same rows, or the same refusal in the same words."""

import pytest

from tests.harness.handed_in import FIELDS, REFUSED, ROWS, TAKEN, Kind
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.services.files.options import ReadingOptions
from tui_reseller.services.files.reading import read_file

NAMES = [row[0] for row in ROWS]
WANTED = {row[0]: {name: value for name, value in zip(FIELDS, row, strict=True) if name not in {"username", "password"}}
          for row in ROWS}  # fmt: skip


def bare(fields, kind):
    """Return the values as they are wanted, where a kind of file cannot hold all of their signs."""
    return {name: value.replace("Šimić", "Simic") for name, value in fields.items()} if "encoding" in kind else fields


def options_of(kind: Kind) -> ReadingOptions:
    pairs = dict(zip(kind.options[::2], kind.options[1::2], strict=True))
    renamed = dict([pairs["--map"].split("=")]) if "--map" in pairs else {}
    ignored = pairs.get("--ignore-columns", "").split(",") if "--ignore-columns" in pairs else ()
    return ReadingOptions(pairs.get("--encoding", ""), renamed, ignored)


def doors(tmp_path, kind):
    """Yield the command lines by which a file of new customers comes in, and their standard input."""
    path = tmp_path / "handed.in"
    path.write_bytes(kind.content)
    for verb in (("plan", "new", "--action", "create"), ("create", "--yes", "--dry-run")):
        yield [*verb, "--from", str(path), *kind.options], b""
        yield [*verb, "--from", "-", *kind.options], kind.content


@pytest.mark.parametrize("name", TAKEN)
def test_every_kind_has_the_same_rows(name):
    found = read_file(RESELLER_V2, TAKEN[name].content, Operation.CREATE, options_of(TAKEN[name]))
    assert found.refusals == []
    assert [row.call.username for row in found.wanted] == NAMES
    for row, source in zip(found.wanted, ROWS, strict=True):
        values = {field: value.strip() for field, value in row.call.fields.items()}
        simple = "Simic" in values["last_name"]
        assert values == {n: v.replace("Šimić", "Simic") if simple else v for n, v in WANTED[source[0]].items()}
        assert row.call.password.reveal() == source[-1]
    assert found.kind.startswith("JSON" if "JSON" in name else "CSV with ")


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("name", [name for name in TAKEN if "CSV, " not in name or name.endswith("LF")])
def test_every_door_takes_it(desk, tmp_path, name):
    kind = TAKEN[name]
    for argv, stdin in doors(tmp_path, kind):
        ran = desk(*argv, stdin=stdin)
        assert ran.code == 0, (argv, ran.err)
        if argv[0] == "plan":
            shown = desk("plan", "show", ran.row["plan"])
            assert ran.row["items"] == 3
        rows = shown.rows if argv[0] == "plan" else ran.rows
        assert [row["username"] for row in rows] == NAMES
        for row in rows:
            given = {field: change["after"] for field, change in row["changes"].items() if field != "username"}
            assert {**given, "last_name": ""} == {**WANTED[row["username"]], "last_name": ""}
    assert desk.service.sent == []


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("name", REFUSED)
def test_every_door_refuses_it_in_the_same_words(desk, tmp_path, name):
    bad = REFUSED[name]
    said = set()
    for argv, stdin in doors(tmp_path, bad):
        ran = desk(*argv, stdin=stdin)
        assert ran.code == 2, (argv, ran.err)
        assert bad.words in ran.err
        said.add(ran.err.split("no plan was made")[0].split("nothing was sent")[0])
    assert len(said) == 1, said
    assert desk.service.sent == []
