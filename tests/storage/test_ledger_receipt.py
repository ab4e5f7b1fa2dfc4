"""What is kept of a ledger outside of it: rows that were cut off, an older copy and a new ledger are missed."""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from tui_reseller.domain.audit import AuditQuery, Operator
from tui_reseller.domain.errors import InvalidInput, LedgerUnavailable
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.vault import Anchor
from tui_reseller.storage.ledger.receipt import Receipt
from tui_reseller.storage.ledger.rows import COLUMNS, LedgerRow
from tui_reseller.storage.ledger.sqlite.connection import LedgerConnection
from tui_reseller.storage.ledger.sqlite.ledger import Ledger
from tui_reseller.storage.ledger.sqlite.rows_table import append, head
from tui_reseller.storage.ledger.sqlite.vault import Vault

KIM = Operator("kim", "bastion")


@pytest.fixture
def config(tmp_path):
    return tmp_path / "config"


@pytest.fixture
async def opened(folder, config):
    """Open the ledger as a new run of the program does; what was open is closed."""
    ledgers = []

    async def open_one(state=folder):
        for ledger in ledgers:
            await ledger.aclose()
        ledgers.append(Ledger(state, receipts=config))
        return ledgers[-1]

    yield open_one
    for ledger in ledgers:
        await ledger.aclose()


async def write(ledger, intent, count, name="u"):
    for number in range(count):
        await ledger.finish(await ledger.begin(intent(username=f"{name}{number}")), Outcome.APPLIED, "ok")


def receipt_in(config):
    (found,) = config.glob("ledger-receipt-*")
    return found


def last_row(folder):
    with closing(sqlite3.connect(folder / "ledger.sqlite3")) as connection:
        return head(connection)


async def test_it_is_the_last_row_after_every_write_and_private(folder, config, opened, intent):
    ledger = await opened()
    for number in range(3):
        entry = await ledger.begin(intent(username=f"u{number}"))
        assert Receipt(config, folder / "ledger.sqlite3").last() == last_row(folder)
        await ledger.finish(entry, Outcome.APPLIED, "ok")
        assert Receipt(config, folder / "ledger.sqlite3").last() == last_row(folder)
    assert last_row(folder).number == 6
    assert receipt_in(config).stat().st_mode & 0o777 == 0o600
    assert str(folder / "ledger.sqlite3") in receipt_in(config).read_text()
    assert ledger.complaint() == ""


async def test_what_is_taken_back_within_a_group_is_not_in_it(folder, config, opened, intent):
    ledger = await opened()
    await ledger.begin(intent(username="u"))

    def works(connection):
        connection.append_note("note", "n", {})
        raise ValueError

    answers = await ledger.run(lambda connection: connection.run_group([works, LedgerConnection.recover]))
    assert isinstance(answers[0], ValueError)
    assert Receipt(config, folder / "ledger.sqlite3").last() == last_row(folder)
    assert last_row(folder).number == 1


def cut_off(folder, backup):
    with closing(sqlite3.connect(folder / "ledger.sqlite3", isolation_level=None)) as connection:
        connection.executescript("DROP TRIGGER no_delete; DELETE FROM rows WHERE number > 6")


def older_copy(folder, backup):
    shutil.copyfile(backup, folder / "ledger.sqlite3")


def moved_away(folder, backup):
    folder.rename(folder.with_name("old-state"))


def rewritten(folder, backup):
    """The whole chain anew, from another first row: it is whole."""
    with closing(sqlite3.connect(folder / "ledger.sqlite3", isolation_level=None)) as connection:
        rows = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM rows ORDER BY number").fetchall()
        connection.executescript("DROP TRIGGER no_delete; DELETE FROM rows")
        for row in (LedgerRow(*columns) for columns in rows):
            changed = replace(row, body=row.body.replace("Bergen", "Berlin"))
            append(connection, lambda _number, row=changed: row)


WAYS = {
    cut_off: r"ends with row 6, but row 10 was written",
    older_copy: r"ends with row 6, but row 10 was written",
    moved_away: r"ends with row 0, but row 10 was written",
    rewritten: r"row 10 is not the one that was written",
}


@pytest.fixture
async def doubted(folder, config, opened, intent, tmp_path, request):
    """A ledger of ten rows to which something was done, of which six are in the backup."""
    ledger = await opened()
    await write(ledger, intent, 3)
    await Vault(ledger, folder).back_up(tmp_path / "backup")
    await write(ledger, intent, 2, "later")
    await ledger.aclose()
    assert (await ledger.check()).is_whole
    await ledger.aclose()
    request.param(folder, tmp_path / "backup")
    return await opened()


@pytest.mark.parametrize(("doubted", "words"), WAYS.items(), indirect=["doubted"], ids=[way.__name__ for way in WAYS])
async def test_nothing_is_sent_until_it_is_accepted(folder, config, doubted, words, intent, opened):
    ledger = doubted
    assert (await ledger.check()).is_whole, "the chain by itself shows nothing"
    kept = receipt_in(config).read_bytes()
    told = ledger.complaint()
    assert "nothing is sent" in told
    assert "ledger restore" in told
    assert ledger.complaint() == "", "said once"
    for refused in (ledger.begin(intent(username="new")), ledger.already(intent(username="new"), "so")):
        with pytest.raises(LedgerUnavailable, match=words) as caught:
            await refused
        assert "may be forgotten" in caught.value.message
        assert "ledger accept" in caught.value.hint
    assert ledger.complaint() == "", "it was in the error"
    before = len(await ledger.entries(AuditQuery()))
    assert await ledger.recover() == 0
    assert receipt_in(config).read_bytes() == kept
    last = await Vault(ledger, folder).accept("the disk was lost", KIM)
    assert last == last_row(folder)
    entry = await ledger.begin(intent(username="new"))
    ledger = await opened()
    assert len(await ledger.entries(AuditQuery())) == before + 1
    assert (await ledger.get(entry)).id == entry
    assert (await ledger.check()).is_whole
    ((kind, body),) = await ledger.run(
        lambda connection: list(connection.select("SELECT kind, body FROM rows WHERE number = ?", last.number))
    )
    assert kind == "accepted"
    assert all(f'"{word}"' in body for word in ("the disk was lost", "kim", "receipt", "head"))


@pytest.mark.parametrize("doubted", [cut_off], indirect=True)
async def test_an_acceptance_that_was_killed_before_its_receipt_holds(folder, config, doubted, intent, opened):
    kept = receipt_in(config).read_bytes()
    await Vault(doubted, folder).accept("known", KIM)
    receipt_in(config).write_bytes(kept)
    ledger = await opened()
    assert await ledger.begin(intent(username="new"))
    assert "was accepted at" in ledger.complaint()
    ledger = await opened()
    await ledger.check()
    assert ledger.complaint() == ""


async def test_there_is_nothing_to_accept_where_nothing_speaks_against_it(folder, opened, intent):
    ledger = await opened()
    await write(ledger, intent, 1)
    with pytest.raises(InvalidInput, match="nothing to accept"):
        await Vault(ledger, folder).accept("why not", KIM)
    assert (await ledger.check()).rows == 2


async def test_the_first_start_with_a_ledger_that_is_there_writes_one_and_says_nothing(
    folder, config, ledger, opened, intent
):
    await write(ledger, intent, 2)
    await ledger.aclose()
    again = await opened()
    assert await again.begin(intent(username="new"))
    assert again.complaint() == ""
    assert Receipt(config, folder / "ledger.sqlite3").last().number == 5


async def test_two_state_folders_with_one_config_folder_do_not_meet(tmp_path, config, opened, intent):
    for name in ("one", "two", "one", "two"):
        ledger = await opened(tmp_path / name)
        await write(ledger, intent, 1 if name == "one" else 3)
        assert ledger.complaint() == ""
    assert len([*config.glob("ledger-receipt-*")]) == 2


async def test_another_way_to_the_same_folder_is_the_same_receipt(tmp_path, folder, config, opened, intent):
    await write(await opened(), intent, 1)
    (tmp_path / "link").symlink_to(tmp_path)
    await write(await opened(tmp_path / "link" / "state"), intent, 1)
    assert len([*config.glob("ledger-receipt-*")]) == 1


def no_folder(config):
    config.write_text("a file")


def open_to_others(config):
    config.mkdir()
    config.chmod(0o777)


def a_link(config):
    config.mkdir(mode=0o700)
    receipt = Receipt(config, config.parent / "state" / "ledger.sqlite3")
    receipt.keep(Anchor(1, "0" * 64))
    path = receipt_in(config)
    path.unlink()
    path.symlink_to("elsewhere")


@pytest.mark.parametrize("spoil", [no_folder, open_to_others, a_link])
async def test_where_none_can_be_kept_it_is_said_once_and_all_goes_on(folder, config, opened, intent, spoil):
    spoil(config)
    ledger = await opened()
    await write(ledger, intent, 3)
    assert ledger.complaint().count("no receipt of the ledger can be kept") == 1
    await write(ledger, intent, 1, "more")
    assert ledger.complaint() == ""
    assert not (config.parent / "elsewhere").exists()


async def test_one_that_can_only_be_read_is_compared_all_the_same(folder, config, opened, intent, monkeypatch):
    await write(await opened(), intent, 2)
    await (await opened()).check()
    allowed = os.open

    def refusing(path, flags, *more, **given):
        if "ledger-receipt" in str(path) and flags & os.O_RDWR:
            raise PermissionError(13, "Permission denied")
        return allowed(path, flags, *more, **given)

    await (await opened()).aclose()
    cut = folder / "ledger.sqlite3"
    with closing(sqlite3.connect(cut, isolation_level=None)) as connection:
        connection.executescript("DROP TRIGGER no_delete; DELETE FROM rows WHERE number > 2")
    monkeypatch.setattr(os, "open", refusing)
    with pytest.raises(LedgerUnavailable, match="ends with row 2, but row 4"):
        await (await opened()).begin(intent(username="new"))


@pytest.mark.parametrize("spoilt", [b"", b"\0" * 300, b"nonsense" * 30, "torn"])
async def test_one_that_is_damaged_blocks_nothing_and_is_written_anew(folder, config, opened, intent, spoilt):
    ledger = await opened()
    await write(ledger, intent, 2)
    await ledger.aclose()
    path = receipt_in(config)
    content = path.read_bytes()
    path.write_bytes(content[:30] + b"77" + content[32:] if spoilt == "torn" else spoilt)
    ledger = await opened()
    assert await ledger.begin(intent(username="new"))
    assert ("was damaged" in ledger.complaint()) is bool(spoilt.strip("\0" if spoilt == "torn" else b"\0"))
    assert Receipt(config, folder / "ledger.sqlite3").last().number == 5


def test_it_never_goes_back_but_by_an_operator(tmp_path, config):
    one, two = (Receipt(config, tmp_path / "x") for _ in "ab")
    one.keep(Anchor(7, "a" * 64))
    two.keep(Anchor(5, "b" * 64))
    assert Receipt(config, tmp_path / "x").last() == Anchor(7, "a" * 64)
    two.keep(Anchor(5, "b" * 64), anew=True)
    assert one.last() == Anchor(5, "b" * 64)
    one.keep(Anchor(0, "0" * 64))
    assert one.last() == Anchor(5, "b" * 64)
    one.close()
    two.close()


async def test_a_ledger_that_can_only_be_read_is_compared_too(folder, config, opened, intent, monkeypatch):
    await write(await opened(), intent, 2)
    await (await opened()).aclose()
    cut_off_rows = folder / "ledger.sqlite3"
    with closing(sqlite3.connect(cut_off_rows, isolation_level=None)) as connection:
        connection.executescript("DROP TRIGGER no_delete; DELETE FROM rows WHERE number > 2")
    allowed = os.access

    def access(path, mode):
        return not (mode & os.W_OK and str(path).startswith(str(folder))) and allowed(path, mode)

    monkeypatch.setattr(os, "access", access)
    ledger = await opened()
    assert len(await ledger.entries(AuditQuery())) == 1
    assert "ends with row 2, but row 4" in ledger.complaint()


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
@pytest.mark.parametrize("kind", ["link", "dangling", "folder", "pipe"])
async def test_what_is_no_plain_file_beside_the_ledger_is_refused(folder, ledger, intent, suffix, kind, tmp_path):
    await ledger.begin(intent())
    await ledger.aclose()
    beside, target = folder / f"ledger.sqlite3{suffix}", tmp_path / "target"
    if kind == "link":
        target.write_bytes(b"")
    if kind in {"link", "dangling"}:
        beside.symlink_to(target)
    else:
        (beside.mkdir if kind == "folder" else lambda: os.mkfifo(beside))()
    with pytest.raises(LedgerUnavailable, match=f"ledger.sqlite3{suffix} is not a plain file"):
        await ledger.begin(intent(Operation.ENABLE, username="other"))
    assert not target.exists() or target.read_bytes() == b""
