"""Helpers that run beside the measured programs: servers that announce themselves in one line, and short scripts."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LONGEST = 900.0


class ChildError(Exception):
    """A helper did not do its part; says which and why."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment without any profile, key, folder or colour of the person who runs this."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {
        **kept, "LANG": "C.UTF-8", "HOME": str(home), "PYTHONPATH": str(ROOT),
        "XDG_CONFIG_HOME": str(home / "config"), "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"), "XDG_RUNTIME_DIR": str(home),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", **more,
    }  # fmt: skip


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def peer(name: str, *arguments: str) -> list[str]:
    """Return the command of a script in the folder peers."""
    return python(str(HERE / "peers" / name), *arguments)


def told(command: Sequence[str], folder: Path) -> dict[str, float]:
    """Run a script in a process of its own; return what it printed as JSON."""
    done = subprocess.run(
        command, env=environment(folder), capture_output=True, text=True, timeout=LONGEST, check=False
    )
    if done.returncode:
        raise ChildError(f"{Path(command[1]).name} failed: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


@contextmanager
def serving(command: Sequence[str], env: Mapping[str, str]) -> Iterator[str]:
    """Run a server; yield the line that it prints when it is ready."""
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        try:
            line = child.stdout.readline()
            if not line:
                raise ChildError(f"{command[-1]} did not start: {child.stderr.read().strip()[-500:]}")
            yield line
        finally:
            child.terminate()
