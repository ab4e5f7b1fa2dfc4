"""The scanner that looks for secrets finds one in every kind of artefact, in every spelling."""

import gzip
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.harness.canary import Canaries, ProcessWatch, Scanner, forms_of
from tests.harness.waiting import until


class Planted:
    """Leaks of one canary, each in another kind of artefact and another spelling."""

    def __init__(self, folder: Path, core: str) -> None:
        self.folder = folder
        self.spelt = dict(forms_of(core))
        self.core = core

    def write(self, name: str, spelling: str) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_bytes(b"\x00\xff..." + self.spelt[spelling] + b"...")

    def database(self) -> sqlite3.Connection:
        """A deleted row stays in a free page; the last one is in the WAL alone."""
        found = sqlite3.connect(self.folder / "ledger.sqlite3", isolation_level=None)
        found.executescript("PRAGMA journal_mode=WAL; PRAGMA secure_delete=OFF; CREATE TABLE t (a)")
        found.executemany("INSERT INTO t VALUES (?)", [(f"{self.core}|" * 300,), ("x" * 9000,)])
        found.executescript("DELETE FROM t; PRAGMA wal_checkpoint(TRUNCATE)")
        assert self.core.encode() in (self.folder / "ledger.sqlite3").read_bytes()
        found.execute("INSERT INTO t VALUES (?)", (self.core[::-1],))
        return found


def test_the_scanner_finds_a_leak_in_every_kind_of_artefact(tmp_path):
    canaries = Canaries("key", "other")
    planted = Planted(tmp_path, canaries.core("key"))
    scanner = Scanner(canaries)
    for name, spelling in (
        ("tui-reseller.log", "utf-16-le"), ("journal", "hex"), ("head", "base64 at 0"), ("drafts.json", "base64 at 1"),
        ("crash-1.txt", "urlsafe base64 at 2"), ("export.csv", "upper case"), ("export.jsonl", "as it is"),
        ("config.toml", "base32 at 3"), ("temporary", "utf-32-be"), ("views.json", "HEX"),
        ("passwords/new.csv", "as it is"),
    ):  # fmt: skip
        planted.write(name, spelling)
    pl.DataFrame({"a": [canaries.core("key")] * 3}).write_parquet(tmp_path / "rows.parquet", compression="zstd")
    (tmp_path / "kept.gz").write_bytes(gzip.compress(f"x{canaries['key']}y".encode()))
    (tmp_path / f"file-{canaries.core('key')}").touch()
    database = planted.database()
    try:
        scanner.folder(tmp_path)
    finally:
        database.close()
    scanner.data("stdout", "a", f"?api_key={canaries['key'].replace('/', '%2F').replace('&', '%26')}")
    scanner.data("stderr", "b", json.dumps({"m": f"\u00fc{canaries['key']}"}))
    scanner.stream(
        "terminal", "c", "".join(f"\x1b[3{at % 8}m{s}" for at, s in enumerate(canaries.core("key"))).encode()
    )

    class Talkative(Exception):
        __module__ = "tui_reseller.somewhere"

    held = Talkative(canaries["key"])
    assert scanner.objects() > 0
    with ProcessWatch(scanner, str(tmp_path)) as watch:
        waits = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]
        env = {**os.environ, "HERE": str(tmp_path)}
        for argv, more in ((["--api-key", canaries["key"]], {}), ([], {"LEAK": canaries["key"]})):
            with subprocess.Popen(
                [*waits, *argv], env={**env, **more}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            ) as child:
                assert child.stdout is not None
                child.stdout.readline()
                until("it is seen", lambda child=child: child.pid in watch.processes)
                assert child.stdin is not None
                child.stdin.close()
    assert held.args
    kinds = {
        "log", "snapshot journal", "snapshot head", "draft", "crash report", "CSV", "JSON Lines", "config",
        "other file", "views", "Parquet", "name", "ledger", "ledger WAL", "stdout", "stderr", "terminal", "repr",
        "command line", "environment", "new passwords",
    }  # fmt: skip
    assert {hit.kind for hit in scanner.hits} == kinds
    assert {hit.canary for hit in scanner.hits} == {"key"}
    assert {Path(hit.place).name for hit in scanner.hits if hit.kind == "other file"} == {"temporary", "kept.gz"}


@pytest.mark.parametrize("form", [form for form, _ in forms_of("x" * 20)])
def test_every_spelling_is_found_wherever_it_stands(form):
    canaries = Canaries("key")
    spelt = dict(forms_of(canaries.core("key")))[form]
    assert len(spelt) >= len(canaries.core("key"))
    assert [name for name, _ in canaries.look(b"\x00" * 7 + spelt + b"\xff")] != []
    assert list(canaries.look(b"\x00" * 7 + spelt[:-4])) == []
