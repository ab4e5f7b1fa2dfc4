"""What is measured with: the same customers as list bodies, as rows for other programs, and as the program's snapshot.

The sandbox makes the customers once; bodies, rows and facts stay in the data folder and are taken again. Snapshots are
always made anew by the program itself, from the prepared bodies.
"""

import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import children

from tui_reseller.domain.searching import folded

WORD = "garc"
"""Typed letter by letter; each letter leaves fewer of the sandbox's customers, at any size."""
SEARCHED = ("username", "email", "first_name", "last_name", "address", "city", "phone", "website")
LISTED = "garcia"
SORTED_BY = "email"
_FACTS = 5
"""Counted up when what is prepared changes."""


@dataclass(frozen=True)
class Facts:
    """What must be on the screen: right counts and first rows, and between whom the first customer stands when sorted.

    Our filter ignores accents (domain/searching.py), the other programs do not: theirs are the exact ones. Rates are
    of the real sandbox, in bytes/s.
    """

    version: int
    first: str
    counts: list[int]
    firsts: list[str]
    listed: int
    exact_counts: list[int]
    exact_firsts: list[str]
    exact_listed: int
    second: str
    sorted_first: str
    sorted_around: list[str]
    json_rate: float
    xml_rate: float


@dataclass(frozen=True)
class Prepared:
    """All of one size. Quiet is a home whose service is a closed port, live one whose service answers from a file."""

    size: int
    folder: Path
    homes: Path
    facts: Facts
    live_port: int
    quiet_port: int

    @property
    def quiet(self) -> Path:
        return self.homes / f"quiet-{self.size}"

    @property
    def live(self) -> Path:
        return self.homes / f"live-{self.size}"

    @property
    def json_body(self) -> Path:
        return self.folder / "list.json"

    @property
    def xml_body(self) -> Path:
        return self.folder / "list.xml"

    @property
    def rows(self) -> Path:
        return self.folder / "rows.tsv"

    @property
    def parquet(self) -> Path:
        """The list in the quiet home's snapshot."""
        found = sorted((self.quiet / "cache").rglob("*.parquet"))
        if not found:
            raise children.ChildError("the snapshot holds no Parquet file")
        return max(found, key=lambda path: path.stat().st_size)

    def url(self, port: int | None = None) -> str:
        return f"http://127.0.0.1:{port or self.live_port}/{self.size}"

    def forget(self, home: Path) -> None:
        """Put back what the program remembers beside the list: filter and order of its last run."""
        for name in ("config", "state"):
            kept, used = home / f"{name}-as-prepared", home / name
            if kept.exists():
                shutil.rmtree(used, ignore_errors=True)
                shutil.copytree(kept, used)

    def environment(self, home: Path) -> dict[str, str]:
        """Return the environment of the program in a home."""
        port = self.quiet_port if home == self.quiet else self.live_port
        return children.environment(
            home, TUI_RESELLER_BASE_URL=self.url(port), TUI_RESELLER_API_USER="reseller", TUI_RESELLER_API_KEY="key"
        )


@contextmanager
def prepared(sizes: list[int], data: Path) -> Iterator[dict[int, Prepared]]:
    """Prepare all sizes in a folder; homes are temporary, and the server of bodies runs until the end."""
    facts = {size: _facts(size, data / str(size)) for size in sizes}
    serve = children.python(str(children.HERE / "served.py"), str(data))
    with ExitStack() as stack:
        homes = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tui-reseller-bench-")))
        live = int(stack.enter_context(children.serving(serve, children.environment(homes))))
        with children.serving(serve, children.environment(homes)) as line:
            found = {size: Prepared(size, data / str(size), homes, facts[size], live, int(line)) for size in sizes}
            for one in found.values():
                _take_snapshot(one, one.quiet)
                _take_snapshot(one, one.live)
        held = stack.enter_context(socket.socket())  # nobody listens there, and nobody else can
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", int(line)))
        yield found


def _take_snapshot(one: Prepared, home: Path) -> None:
    print(f"{one.size:,} customers: taking the snapshot ({home.name})", flush=True)
    home.mkdir(mode=0o700)
    command = children.python("-m", "tui_reseller", "list", "--limit", "1", "--output", "jsonl")
    done = subprocess.run(
        command, env=one.environment(home), capture_output=True, text=True, cwd=children.ROOT,
        timeout=children.LONGEST, check=False,
    )  # fmt: skip
    if done.returncode:
        raise children.ChildError(f"tui-reseller list failed with {done.returncode}: {done.stderr.strip()[-500:]}")
    for name in ("config", "state"):
        (home / name).mkdir(mode=0o700, exist_ok=True)
        shutil.copytree(home / name, home / f"{name}-as-prepared")


def _facts(size: int, folder: Path) -> Facts:
    path = folder / "facts.json"
    if path.exists():
        kept = json.loads(path.read_text())
        if kept["version"] == _FACTS:
            return Facts(**kept)
    folder.mkdir(parents=True, exist_ok=True)
    rates = _fetch(size, folder)
    found = _written(size, folder, rates)
    path.write_text(json.dumps(vars(found)))
    return found


def _fetch(size: int, folder: Path) -> dict[str, float]:
    """Get both bodies from a sandbox; return how fast they came."""
    print(f"{size:,} customers: starting a sandbox", flush=True)
    command = children.python("-m", "tui_reseller", "sandbox", "--port", "0", "--customers", str(size))
    rates = {}
    with tempfile.TemporaryDirectory() as home, children.serving(command, children.environment(Path(home))) as line:
        ready = json.loads(line)
        form = {"api_user": ready["api_user"], "api_key": ready["api_key"], "method": "profile", "task": "get"}
        for kind in ("json", "xml"):
            print(f"{size:,} customers: fetching the {kind} body", flush=True)
            began, path = time.perf_counter(), folder / f"list.{kind}"
            url = f"{ready['base_url']}/reseller.manage.{kind}"
            with urlopen(url, urlencode(form).encode(), timeout=children.LONGEST) as body, path.open("wb") as file:
                while piece := body.read(1 << 18):
                    file.write(piece)
            rates[kind] = path.stat().st_size / (time.perf_counter() - began)
    return rates


def _written(size: int, folder: Path, rates: dict[str, float]) -> Facts:
    """Write the rows for other programs; count on the way what filters must show."""
    print(f"{size:,} customers: writing rows", flush=True)
    matches, exact = _Matches(), _Matches()
    keys: list[tuple[str, int, str]] = []
    with (folder / "rows.tsv").open("w", encoding="utf-8") as rows:
        for record in _records(folder / "list.json"):
            keys.append((record[SORTED_BY].lower(), len(keys), record["username"]))
            text = "\t".join(" ".join(record[name].split()) for name in SEARCHED)
            rows.write(text + "\n")
            matches.note(folded(text), record["username"])
            exact.note(text.lower(), record["username"])
    if len(keys) != size:
        raise children.ChildError(f"the sandbox listed {len(keys)} customers, not {size}")
    smallest = min(key for key in keys if key[0])[2]
    around = [
        max((key for key in keys if key < keys[0]), default=("", 0, ""))[2],
        min((key for key in keys if key > keys[0]), default=("", 0, ""))[2],
    ]
    return Facts(
        _FACTS, keys[0][2], matches.counts, matches.firsts, matches.listed, exact.counts, exact.firsts, exact.listed,
        keys[1][2], smallest, around, rates["json"], rates["xml"],
    )  # fmt: skip


class _Matches:
    """How many rows have each beginning of the word, and whose row is the first."""

    def __init__(self) -> None:
        self.counts, self.firsts, self.listed = [0] * len(WORD), [""] * len(WORD), 0

    def note(self, text: str, username: str) -> None:
        for at in range(len(WORD)):
            if WORD[: at + 1] not in text:
                break
            self.counts[at] += 1
            self.firsts[at] = self.firsts[at] or username
        self.listed += LISTED in text


def _records(path: Path) -> Iterator[dict[str, str]]:
    """Yield the customers of a JSON body one by one: a million dicts at once are 2 GB."""
    text = path.read_text(encoding="utf-8")
    decode, place = json.JSONDecoder().raw_decode, 1
    while place < len(text) - 1:
        record, place = decode(text, place)
        yield {name: value if isinstance(value, str) else "" for name, value in record.items()}
        place += 1
