"""Our folders, files written whole, drafts."""

import os
import stat
from pathlib import Path

import pytest

from tests.harness.v2 import a_customer
from tui_reseller.domain.draft import Draft
from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.switch import Switch
from tui_reseller.storage.drafts import Drafts
from tui_reseller.storage.paths import Paths, account_folder
from tui_reseller.system.files import private_folder, write_whole


def test_folders_follow_xdg(monkeypatch, tmp_path):
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    found = Paths.default()
    assert found == Paths(*(tmp_path / name / "tui-reseller" for name in ("config", "state", "cache")))
    assert not found.config.exists()


@pytest.mark.parametrize("words", [None, "~/.config"], ids=["it raises", "it gives the text back"])
def test_an_account_without_a_home_is_told_what_to_set(monkeypatch, words):
    """Versions of the library differ in what they do then."""

    def no_home(_app):
        if words is None:
            raise RuntimeError
        return Path(words)

    for name in ("config", "state", "cache"):
        monkeypatch.setattr(f"platformdirs.user_{name}_path", no_home)
    with pytest.raises(BadConfig, match="no home folder") as caught:
        Paths.default()
    assert "set HOME, or XDG_CONFIG_HOME" in caught.value.hint


@pytest.mark.parametrize("there", [0, 1, 2], ids=["nothing is there", "its parents are", "it is there, and ours"])
@pytest.mark.parametrize("name", ["CONFIG", "STATE", "CACHE"])
def test_nothing_is_made_in_the_home_of_somebody_else(monkeypatch, tmp_path, name, there):
    for other in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{other}_HOME", str(tmp_path / "ours" / other))
    home = tmp_path / "home"
    folder = home / ".deep" / "er"
    monkeypatch.setenv(f"XDG_{name}_HOME", str(folder))
    for made in ((home,), (home, home / ".deep", folder), (home, home / ".deep", folder, folder / "tui-reseller"))[
        there
    ]:
        made.mkdir()
    theirs, found = {home, home / ".deep", folder}, Path.stat
    monkeypatch.setattr(Path, "stat", lambda path, **how: owned(found(path, **how), 54321 if path in theirs else None))
    if there == 2:
        assert Paths.default()
        return
    with pytest.raises(BadConfig, match="belongs to 54321") as caught:
        Paths.default()
    assert "HOME" in caught.value.hint
    assert not [path for path in home.rglob("*") if path.name == "tui-reseller"]


def owned(found, uid):
    return found if uid is None else os.stat_result((*found[:4], uid, *found[5:10]))


def test_a_folder_is_made_private_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        folder = private_folder(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o755)
    private_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_odd_folders_are_refused(tmp_path):
    (tmp_path / "real").mkdir(0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "file").write_text("")
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o770)
    for name, words in (("link", "symbolic link"), ("file", "not a folder"), ("open", "other accounts")):
        with pytest.raises(BadConfig, match=words):
            private_folder(tmp_path / name)


def test_a_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    private_folder(tmp_path / "x")
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(BadConfig, match="belongs to somebody else"):
        private_folder(tmp_path / "x")


def test_a_file_is_written_whole_and_private_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "x" / "file"
    write_whole(path, b"old")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadConfig, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in path.parent.iterdir()] == ["file"]


def test_names_of_accounts_are_safe_and_readable():
    assert account_folder("https://api.sendgrid.com|bob").startswith("api-sendgrid-com-bob-")
    assert account_folder("../..\0/\ud800").startswith("account-")
    assert account_folder("a") != account_folder("A")


def test_a_draft_survives_and_is_forgotten(tmp_path):
    drafts = Drafts(tmp_path / "state")
    assert drafts.load("acme") is None
    kept = Draft(a_customer("us\ud800er", city="Rom", sending=Switch.OFF), {"city": "Oslo"})
    drafts.save("acme", kept)
    assert Drafts(tmp_path / "state").load("acme") == kept
    assert drafts.load("other") is None
    (file,) = (tmp_path / "state" / "drafts").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    drafts.clear("acme")
    drafts.clear("acme")
    assert drafts.load("acme") is None


def test_a_draft_never_holds_a_password(tmp_path):
    with pytest.raises(ValueError, match="password"):
        Drafts(tmp_path / "state").save("acme", Draft(a_customer("u"), {"password": "canary-hunter2"}))
    assert list(tmp_path.iterdir()) == []


DRAFT = b'{"account":"acme","loaded":{"username":"u"},"fields":{}}'
"""A whole one: what is longer than a draft may be is not read in part."""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"account":"acme"}',
        b'{"account":"acme","loaded":1,"fields":{}}',
        b'{"account":"x"}',
        b"\xff",
        DRAFT + b" " * 1024 * 1024,
    ],
)
def test_an_odd_draft_is_no_draft(tmp_path, content):
    drafts = Drafts(tmp_path / "state")
    drafts.save("acme", Draft(a_customer("u"), {}))
    (file,) = (tmp_path / "state" / "drafts").iterdir()
    file.write_bytes(content)
    assert drafts.load("acme") is None
