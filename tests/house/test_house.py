"""The house itself: styles in the wheel, keys in the documents, nothing heavy on the way to the first painting."""

import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pexpect
import pytest

from tests.harness.v2 import a_customer, frame_from
from tui_reseller.storage.snapshot import Snapshots
from tui_reseller.tui.commands import COMMANDS
from tui_reseller.tui.keys import key_word
from tui_reseller.tui.stylesheets import stylesheet_folder, stylesheets

ROOT = Path(__file__).parents[2]


SHELLS = ROOT / "tui_reseller" / "cli" / "shells"
COMPLETIONS = [("zsh/site-functions", "_tui-reseller"), ("fish/vendor_completions.d", "tui-reseller.fish")]


def test_a_checkout_uses_its_own_stylesheets() -> None:
    assert stylesheet_folder() == ROOT / "styles"
    assert {path.name for path in stylesheets()} == {"main.tcss", "dialogs.tcss", "pages.tcss", "plain.tcss"}


@pytest.mark.slow
def test_the_wheel_carries_stylesheets_completions_and_the_manual_page(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", str(tmp_path), "."], cwd=ROOT, check=True, capture_output=True, timeout=120)
    wheel = zipfile.ZipFile(next(tmp_path.glob("*.whl")))
    names = wheel.namelist()
    schema = ROOT / "tui_reseller/storage/ledger/postgresql/sql"
    assert {f"{schema.relative_to(ROOT)}/{path.name}" for path in schema.iterdir()} <= set(names)
    assert {f"tui_reseller/styles/{path.name}" for path in stylesheets()} <= set(names)
    assert "tui_reseller/py.typed" in names
    shared = {name.partition(".data/data/")[2]: wheel.read(name) for name in names if ".data/data/" in name}
    assert shared == {
        "share/man/man1/tui-reseller.1": (ROOT / "docs" / "tui-reseller.1").read_bytes(),
        **{f"share/{place}/{name}": (SHELLS / name).read_bytes() for place, name in COMPLETIONS},
    } | {"share/bash-completion/completions/tui-reseller": (SHELLS / "tui-reseller.bash").read_bytes()}


def test_every_command_is_in_the_documents() -> None:
    page = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
    for command in COMMANDS:
        for key in command.keys if len(command.keys) < 5 else ():
            assert f"`{key_word(key)}`" in page, command.id
        assert f"`{command.id}`" in page


def imported_by(code: str) -> set[str]:
    lines = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"],
        capture_output=True, text=True, check=True, timeout=60, cwd=ROOT,
    ).stdout  # fmt: skip
    return set(lines.splitlines())


HEAVY = {"httpx", "keyring", "secretstorage", "email_validator", "tomlkit", "sqlite3", "psycopg"}
HEAVY |= {"starlette", "uvicorn", "polars", "numpy", "pyarrow", "importlib.metadata"}


def test_nothing_heavy_is_imported_before_the_first_painting() -> None:
    ours = ("wiring.services", "cli.main", "tui.screens.main", "tui.app")
    assert not imported_by("import " + ", ".join(f"tui_reseller.{name}" for name in ours)) & HEAVY


@pytest.mark.parametrize("argv", [["--help"], ["list", "--help"], ["--version"], ["no-such-verb"]])
def test_help_and_complaints_import_nothing_heavy(argv: list[str]) -> None:
    found = imported_by(f"import tui_reseller.__main__ as m\ntry:\n m.main({argv!r})\nexcept SystemExit: pass")
    assert "tui_reseller.cli.main" in found
    assert not found & (HEAVY | {"textual", "rich"})


FIRST_PAINTING = """
import sys
from pathlib import Path
from tui_reseller.cli.entry_points import ScreenOptions
from tui_reseller.domain.profile import Profile
from tui_reseller.storage.paths import Paths
from tui_reseller.tui import run
from tui_reseller.wiring.config import config_in
from tui_reseller.wiring.screen import show
folder = Path(sys.argv[1])
imported = []
def begin(self, **_more):
    imported.append(set(sys.modules))  # the application is about to run
    from tui_reseller.services import listing
    session = self.services.open(self.profile)
    assert listing.first_rows(session).total == 3
    assert [customer.username for customer in session.customers.window(0, 9)] == ["u0", "u1", "u2"]
    imported.append(set(sys.modules))
    raise SystemExit
before = run._application
def application(*given, **named):
    app = before(*given, **named)
    type(app).run = begin
    return app
run._application = application
paths = Paths(folder / "config", folder / "state", folder / "cache")
def built():
    imported.append(set(sys.modules))  # painted, and the services are about to be built
    from tui_reseller.credentials.credentials import Credentials
    from tui_reseller.wiring.services import build
    return build(paths, Credentials())
try:
    show(config_in(paths).load(), built, paths, Profile("acme", "bob"), ScreenOptions())
finally:
    for number, names in enumerate(imported):
        (folder / str(number)).write_text("\\n".join(sorted(names)))
"""


@pytest.mark.terminal
async def test_the_first_rows_of_a_snapshot_are_painted_without_anything_heavy(tmp_path: Path) -> None:
    frame = frame_from([a_customer(f"u{number}", city="Oslo") for number in range(3)])
    await Snapshots(tmp_path / "cache").save(
        "reseller-v2|https://api.sendgrid.com:443/apiv2|bob", datetime.now(UTC), frame
    )
    command = [sys.executable, "-c", FIRST_PAINTING, str(tmp_path)]
    environment = {**os.environ, "TERM": "xterm"}
    child = pexpect.spawn(command[0], command[1:], cwd=ROOT, env=environment, dimensions=(24, 80), timeout=30)
    child.expect("u0.*u1.*u2")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before
    painted, built, shown = ((tmp_path / str(number)).read_text().split() for number in range(3))
    assert "tui_reseller.storage.snapshot_head" in painted
    assert not {"textual", "asyncio", "tui_reseller.services.services", "tui_reseller.services.session"} & set(painted)
    assert "textual" in built
    assert "tui_reseller.storage.customer_list" in shown
    assert not {*painted, *built, *shown} & HEAVY


def test_a_single_customer_is_changed_without_the_list(tmp_path: Path) -> None:
    """A script that changes one customer does not pay for the library that long lists need."""
    code = f"""
import asyncio
from pathlib import Path
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.storage.customer_list import CustomerList
from tui_reseller.storage.snapshot import Snapshots
async def work():
    rows = CustomerList(RESELLER_V2)
    changes = [("a", Customer.of(RESELLER_V2, "a"))]
    rows.apply(changes)
    await rows.tidy()
    await Snapshots(Path({str(tmp_path)!r}) / "cache").note("acme", changes)
asyncio.run(work())
"""
    assert not imported_by(code) & HEAVY


def test_a_script_does_not_import_the_screen() -> None:
    found = imported_by("import tui_reseller.wiring.services, tui_reseller.cli.main")
    assert not found & {"textual", "rich"}


@pytest.mark.terminal
async def test_what_was_painted_is_cleared_where_the_services_cannot_be_built(tmp_path: Path) -> None:
    """Before the second screen is left: some terminals have none, and customers would stay."""
    account = "reseller-v2|https://api.sendgrid.com:443/apiv2|bob"
    await Snapshots(tmp_path / "cache").save(account, datetime.now(UTC), frame_from([a_customer("u0")]))
    code = FIRST_PAINTING.replace("    from tui_reseller.wiring.services import build\n", "    raise SystemExit(3)\n")
    environment = {**os.environ, "TERM": "xterm"}
    child = pexpect.spawn(
        sys.executable, ["-c", code, str(tmp_path)], cwd=ROOT, env=environment, dimensions=(24, 80), timeout=30
    )
    child.expect("u0")
    child.expect_exact("\x1b[H\x1b[2J\x1b[?1049l")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 3
