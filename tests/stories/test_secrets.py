"""A key and passwords that can be searched for are nowhere but where the operator has asked for them."""

import signal
import sys
from pathlib import Path

import pytest

from tests.harness.terminal import BACK_TAB, ENTER, ESCAPE, RIGHT, TAB, Terminal, environment, processes_with, program
from tests.harness.waiting import until

pytestmark = pytest.mark.terminal
TYPED = "cAnary-tYped-83641"
CRASHING = '''
"""The application with a clock that breaks when a file appears, while a key lies in a local variable."""
import sys
from dataclasses import replace
from pathlib import Path

from tui_reseller.wiring.screen import show
from tui_reseller.wiring.services import build
from tui_reseller.cli.entry_points import ScreenOptions
from tui_reseller.system.clock import SystemClock
from tui_reseller.credentials.credentials import Credentials
from tui_reseller.domain.profile import Profile, Store
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.secret import Secret
from tui_reseller.storage.paths import Paths

class BreakingClock(SystemClock):
    def now(self):
        key = sys.argv[3]
        if Path("break").exists():
            raise RuntimeError("broken with " + key)
        return super().now()

root = Path.cwd()
profile = Profile("canary", sys.argv[2], base_url=sys.argv[1], store=Store.NONE)
credentials = Credentials()
credentials.remember(profile, Credential(Secret(sys.argv[3])))
paths = Paths(root / "config", root / "state", root / "cache")
built = build(paths, credentials)
services = replace(built, clock=BreakingClock())
sys.exit(show(services.profiles.load(), lambda: services, paths, profile, ScreenOptions())[0])
'''


@pytest.fixture
def service(sandboxes):
    shared = sandboxes("secrets", customers=40)
    shared.start_anew()
    return shared


def files_with(folder: Path, word: str) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and word.encode() in file.read_bytes()]


def test_key_and_passwords_are_in_no_file_stream_argument_or_child(service, home, opened):
    key, user = service.api_key, service.api_user
    assert len(key) > 10
    env = environment(
        home, TUI_RESELLER_API_USER=user, TUI_RESELLER_API_KEY=key, TUI_RESELLER_BASE_URL=service.base_url
    )
    service.plant("user1", password="oLd-cAnary-57201")
    terminal = opened(program("--debug"), env)
    terminal.sees("complete", "user1")
    assert [line for _, line in processes_with(str(home)) if key in line] == []

    terminal.press("p")
    terminal.sees("Reset password")
    terminal.press(BACK_TAB, BACK_TAB, RIGHT, TAB)
    terminal.sees("Once more")
    terminal.type(TYPED)
    terminal.press(ENTER)
    terminal.type(TYPED)
    terminal.press(b"\x1b[1;2H", b"\x03", b"\x18", b"\x05")  # select to the beginning, copy, cut, end of the line
    terminal.press(ENTER, ENTER)
    terminal.by_hand("user1")
    terminal.commit()
    terminal.sees("Applied", "password")
    assert service.applied() == [("password", "user1")]

    terminal.press("p")
    terminal.sees("Reset password")
    terminal.by_hand("user1")
    terminal.commit()
    terminal.sees("New password of", "********")
    hidden = len(terminal.raw)
    terminal.waits(0.6)
    terminal.press(BACK_TAB, ENTER)
    terminal.loses("********")
    lines = [line.strip(" █") for line in terminal.text.splitlines()]
    generated = next(line for line in lines if len(line) == 24 and " " not in line)
    terminal.press(ESCAPE)
    terminal.loses("New password of")
    terminal.press("a")
    terminal.sees("Activity of")
    terminal.press(ESCAPE)
    terminal.loses("Activity of")
    terminal.press("q")
    assert terminal.ends() == 0

    assert generated.encode() not in terminal.raw[:hidden]
    assert generated.encode() in terminal.raw[hidden:], "only where it was asked for"
    for word in (key, TYPED, "oLd-cAnary-57201"):
        assert word.encode() not in terminal.raw
    for word in (key, TYPED, generated, "oLd-cAnary-57201"):
        assert files_with(home, word) == []


def test_the_environment_of_a_child_holds_no_key(service, home, opened):
    key = service.api_key
    env = environment(
        home, TUI_RESELLER_API_USER="x", TUI_RESELLER_API_KEY=f"{key}-own", TUI_RESELLER_BASE_URL=service.base_url
    )
    terminal = opened(program("demo", "--port", "0", "--customers", "10"), env)
    terminal.sees("complete")
    children = Path(f"/proc/{terminal.child.pid}/task/{terminal.child.pid}/children").read_text().split()
    assert children
    for child in children:
        assert f"{key}-own".encode() not in Path(f"/proc/{child}/environ").read_bytes()
        assert key.encode() not in Path(f"/proc/{child}/cmdline").read_bytes()
    terminal.press("q")
    assert terminal.ends() == 0


def test_a_defect_leaves_a_report_without_values_and_a_whole_terminal(service, home, opened):
    key = service.api_key
    (home / "crashing.py").write_text(CRASHING)
    terminal = opened([sys.executable, "crashing.py", service.base_url, service.api_user, key], environment(home))
    terminal.sees("complete", "user1")
    (home / "break").touch()
    terminal.press("m")
    assert terminal.ends() == 1
    assert terminal.stuck_modes() == []
    assert key.encode() not in terminal.raw
    assert b"a defect ended the application" in terminal.raw
    assert b"Traceback" not in terminal.raw
    reports = list((home / "state").glob("crash-*.txt"))
    assert len(reports) == 1
    assert reports[0].stat().st_mode & 0o077 == 0
    text = reports[0].read_text()
    assert "RuntimeError" in text
    assert "crashing.py" in text
    assert key not in text
    until("nothing is left", lambda: not [line for _, line in processes_with(str(home)) if "crashing" in line])


def reset(terminal: Terminal, username: str) -> None:
    """Reset the password of the customer under the cursor, until the dialog shows the mask of the new one."""
    terminal.press("p")
    terminal.sees("Reset password")
    terminal.by_hand(username)
    terminal.commit()
    terminal.sees("New password of", "********")


def create(terminal: Terminal, username: str) -> None:
    """Open a customer on the screen, until the dialog shows the mask of its password."""
    terminal.press("n")
    terminal.sees("New customer")
    for value in (username, "neu@x.example", "N", "E", "A", "C", "S", "1", "ES", "1", "x.example"):
        terminal.type(value)
        terminal.press(ENTER)
    terminal.commit()
    terminal.sees("Review new customer")
    terminal.commit()
    terminal.sees("New password of", "********")


@pytest.mark.in_turn(6)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
@pytest.mark.parametrize("verb", [create, reset], ids=lambda verb: verb.__name__)
def test_a_password_that_nobody_has_seen_survives_the_screen(service, home, opened, verb, number):
    env = environment(
        home, TUI_RESELLER_API_USER=service.api_user, TUI_RESELLER_API_KEY=service.api_key,
        TUI_RESELLER_BASE_URL=service.base_url,
    )  # fmt: skip
    username = "user1" if verb is reset else f"neu.{number.name.lower()}"
    terminal = opened(program(), env, (100, 40))
    terminal.sees("complete", "user1")
    verb(terminal, username)
    terminal.child.kill(number)
    terminal.ends()
    (kept,) = (home / "state").rglob("passwords/*.csv")
    rows = [line.split(",") for line in kept.read_text().splitlines()[1:]]
    assert [(name, state) for name, _, state in rows] == [(username, "applied")]
    assert service.takes(username, rows[0][1])
    if number == signal.SIGTERM:
        assert str(kept) in terminal.raw.decode().replace("\r\n", "")
    assert rows[0][1].encode() not in terminal.raw
    again = opened(program(), env, (220, 40))
    again.sees("Passwords that nobody has seen are in", kept.name)
    again.press("q")
    again.ends()
    assert kept.exists()


def test_a_dialog_that_was_closed_leaves_no_file(service, home, opened):
    """Seen and closed, or closed twice: in either way it was wanted."""
    env = environment(
        home, TUI_RESELLER_API_USER=service.api_user, TUI_RESELLER_API_KEY=service.api_key,
        TUI_RESELLER_BASE_URL=service.base_url,
    )  # fmt: skip
    terminal = opened(program(), env)
    terminal.sees("complete", "user1")
    for seen in (True, False):
        reset(terminal, "user1")
        assert len(list((home / "state").rglob("passwords/*.csv"))) == 1
        if seen:
            terminal.waits(0.6)
            terminal.press(BACK_TAB, ENTER)
            terminal.loses("********")
        else:
            terminal.press(ESCAPE)
            terminal.sees("You have not seen it yet")
            assert len(list((home / "state").rglob("passwords/*.csv"))) == 1
            terminal.waits(1)
        terminal.press(ESCAPE)
        terminal.loses("New password of")
        until("it is gone", lambda: not list((home / "state").rglob("passwords/*.csv")))
    terminal.press("q")
    terminal.ends()
