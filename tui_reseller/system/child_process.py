"""Our own processes: they run the package that runs here, and no other.

`python -m` looks into the current folder before anything else, so that a file `uvicorn.py` there would run in our name.
A child is therefore isolated (`-I`: neither the current folder nor PYTHON* variables count), lives in `/`, and finds
our package where it lies, be that a checkout, an editable install or an installed wheel. This file is also what such an
interpreter is given to run; until it has our package it imports nothing but the standard library.
"""

import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

PACKAGE = Path(__file__).resolve().parents[1]
FOLDER = "/"
_OURS = ("TUI_RESELLER_", "PYTHON")
"""Variables that are not inherited: credentials and choices of ours, and what an interpreter obeys."""
_FOLDERS = ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
"""Variables that name folders: relative ones would be others in the child's folder."""


def start(
    module: str,
    arguments: Sequence[str],
    *,
    stdout: int,
    stderr: int,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a module of ours in a session of its own, with a pipe on its standard input. Raises OSError.

    Paths among the arguments must be absolute. *Environment* is added to what is inherited.
    """
    command = [sys.executable, "-I", str(PACKAGE / "system" / "child_process.py"), _user_site(), module, *arguments]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    inherited |= {name: str(Path(inherited[name]).absolute()) for name in _FOLDERS if inherited.get(name)}
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, stdin=subprocess.PIPE, stdout=stdout, stderr=stderr, env={**inherited, **(environment or {})},
        start_new_session=True, cwd=FOLDER,
    )  # fmt: skip


def start_again(*, without: Collection[str]) -> NoReturn:
    """Become the same command once more, in an interpreter that does not see some variables."""
    environment = {name: value for name, value in os.environ.items() if name not in without}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606 - our own interpreter


def _user_site() -> str:
    """Return the folder of packages in the home of this account if we run on it, else an empty text: -I leaves it out,
    but `pip install --user` may have put there what we are made of.
    """
    import site  # noqa: PLC0415 - for children only

    return site.USER_SITE if site.USER_SITE and site.USER_SITE in sys.path else ""


def _run(user_site: str, module: str, arguments: Sequence[str]) -> None:
    import importlib.util  # noqa: PLC0415 - in the child only
    import runpy  # noqa: PLC0415

    name = PACKAGE.name
    found = importlib.util.spec_from_file_location(
        name, PACKAGE / "__init__.py", submodule_search_locations=[str(PACKAGE)]
    )
    if found is None or found.loader is None:
        raise ImportError(f"{PACKAGE} is not our package any more")
    if user_site:
        sys.path.append(user_site)
    package = importlib.util.module_from_spec(found)
    sys.modules[name] = package
    found.loader.exec_module(package)
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _run(sys.argv[1], sys.argv[2], sys.argv[3:])
