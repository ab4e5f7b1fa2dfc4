"""What a shell makes of a printed line: real bash, zsh and fish, with a program on the path that writes down its words.

All lines of a test go through one process a shell, in an empty folder. What a line did beside calling the program is
seen there: the folder must stay empty.

    assert words_in("fish", ["tui-reseller undo 3k2m4n5p6q"], tmp_path) == [["undo", "3k2m4n5p6q"]]
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

SHELLS = ("bash", "zsh", "fish")
_START = {
    # History and patterns as in an interactive shell, where people paste.
    "bash": (["bash", "--norc", "--noprofile"], "set -o history -o histexpand\nshopt -s extglob\n"),
    "zsh": (["zsh", "-f"], "setopt EXTENDED_GLOB MAGIC_EQUAL_SUBST INTERACTIVE_COMMENTS\n"),
    "fish": (["fish", "--no-config"], ""),
}
_PROGRAM = """#!/bin/sh
for word do printf '%s\\0' "$word"; done >>"$WORDS_HEARD"
printf '\\001\\0' >>"$WORDS_HEARD"
"""


def words_in(shell: str, lines: Sequence[str], folder: Path) -> list[list[str]]:
    """Run lines in a shell; return the words that each call of the program got. Fails if anything else was done."""
    tools, home, here, heard = (folder / f"{shell}-{name}" for name in ("tools", "home", "here", "heard"))
    for path in (tools, home, here):
        path.mkdir()
    program = tools / "tui-reseller"
    program.write_text(_PROGRAM)
    program.chmod(0o755)
    command, start = _START[shell]
    script = folder / f"{shell}-script"
    script.write_text(start + "\n".join(lines) + "\n", encoding="utf-8")
    environment = {"PATH": f"{tools}:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", "WORDS_HEARD": str(heard)}
    done = subprocess.run(
        [*command, str(script)], cwd=here, env=environment, capture_output=True, check=False, timeout=300,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert not list(here.iterdir()), shell
    assert (done.returncode, done.stderr, done.stdout) == (0, b"", b""), shell
    calls = (heard.read_text(encoding="utf-8") if heard.exists() else "").split("\1\0")[:-1]
    return [call.split("\0")[:-1] for call in calls]
