"""The canary scanner: secrets that can be searched for, and a search that misses no place and no spelling (T15, I9).

A test makes Canaries: one unique value for each secret of a run (the reseller's API key, his password, a customer's old
password, new ones that are typed). It lets the program run, end or be killed, and then asks the scanner about
everything that was left: streams, files, processes, live objects. The one answer that is allowed is no hit.

What is looked for. Each canary has a core of letters and digits, between signs that every encoding writes in another
way (`&`, `/`, a blank). The core is looked for as it is, which finds the value in URLs, JSON, XML, HTML and quoted
text; in base64 (both alphabets, in each of the three positions in which it can stand in something longer); in base32
(five positions); in hex of either case; in UTF-16 and UTF-32, either end first; reversed; and in other letter cases. A
terminal's stream is also read without its escape sequences, because a text may be painted sign by sign.

Where. `bytes` of anything; files, each as its raw bytes (so that the free pages of a database and its WAL are in it)
and, where the bytes are packed, as what they unpack to (Parquet, gzip, zlib, zip); names of files; command line and
environment of every process that belongs to a run (ProcessWatch, every 50 ms); `repr`, `str` and `format` of every live
object of a type of ours, and of the exceptions and tracebacks that are held somewhere.

That the scanner can find is itself tested: tests/reliability/test_canary.py plants a leak in every kind of artefact.
"""

import base64
import binascii
import gc
import gzip
import io
import os
import re
import secrets
import threading
import traceback
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

SAMPLE_SECONDS = 0.05
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[()#][0-9A-Za-z]|[ -~])")
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
_OURS = "tui_reseller"


@dataclass(frozen=True)
class Hit:
    """A canary where it must not be: which, in what spelling, in which kind of artefact, and where."""

    canary: str
    form: str
    kind: str
    place: str


def forms_of(core: str) -> Iterator[tuple[str, bytes]]:
    """Yield every spelling of a core by name."""
    plain = core.encode()
    yield "as it is", plain
    yield "reversed", plain[::-1]
    yield "other case", core.swapcase().encode()
    yield "lower case", core.lower().encode()
    yield "upper case", core.upper().encode()
    for charset in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        yield charset, core.encode(charset)
    yield "hex", binascii.hexlify(plain)
    yield "HEX", binascii.hexlify(plain).upper()
    for name, encode, bits in (("base64", base64.b64encode, 6), ("base32", base64.b32encode, 5)):
        for shift in range(3 if bits == 6 else 5):
            whole = encode(b"\0" * shift + plain + b"\0" * 5)
            first, last = -(-8 * shift // bits), 8 * (shift + len(plain)) // bits
            yield f"{name} at {shift}", whole[first:last]
            if bits == 6:
                yield f"urlsafe {name} at {shift}", whole[first:last].translate(bytes.maketrans(b"+/", b"-_"))


class Canaries:
    """The secrets of a run. Values are new in each run: nothing of another run can be found."""

    def __init__(self, *names: str) -> None:
        self._cores = {name: f"cAnary{secrets.token_hex(5)}Xq{at}" for at, name in enumerate(names)}
        self._needles = [
            (name, form, needle) for name, core in self._cores.items() for form, needle in dict(forms_of(core)).items()
        ]

    def __getitem__(self, name: str) -> str:
        """Return the value of a secret."""
        return f"9&/{self._cores[name]}/&8"

    def core(self, name: str) -> str:
        """Return the part of a value that no encoding changes."""
        return self._cores[name]

    def add(self, name: str, value: str) -> None:
        """Look for one more secret, which somebody else made."""
        self._cores[name] = value
        self._needles += [(name, form, needle) for form, needle in dict(forms_of(value)).items()]

    def look(self, data: bytes, but: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
        """Yield name and spelling of every secret in bytes; those in *but* may be there."""
        allowed = set(but)
        for name, form, needle in self._needles:
            if name not in allowed and needle in data:
                yield name, form


@dataclass
class Scanner:
    """Looks through artefacts. Hits are gathered in *hits*; kinds that were looked through are counted in *looked*."""

    canaries: Canaries
    hits: list[Hit] = field(default_factory=list)
    looked: dict[str, int] = field(default_factory=dict)

    def data(self, kind: str, place: str, data: bytes | str, but: Iterable[str] = ()) -> None:
        """Look through bytes or text."""
        found = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        self.looked[kind] = self.looked.get(kind, 0) + 1
        for each in unpacked(found):
            self.hits += [Hit(name, form, kind, place) for name, form in self.canaries.look(each, but)]

    def stream(self, kind: str, place: str, data: bytes, but: Iterable[str] = ()) -> None:
        """Look through what went to a terminal, with and without escape sequences."""
        self.data(kind, place, data, but)
        self.data(kind, f"{place} without sequences", _SEQUENCE.sub(b"", data), but)

    def folder(self, folder: Path, but: Iterable[str] = ()) -> None:
        """Look through every file below a folder, and through the names."""
        for path in sorted(folder.rglob("*")):
            self.data("name", str(path), path.name, but)
            if path.is_file() and not path.is_symlink():
                self.data(kind_of(path), str(path), path.read_bytes(), but)

    def objects(self) -> int:
        """Look through what all live objects of our types say of themselves; return how many there were."""
        seen = 0
        for thing in gc.get_objects():
            # isinstance() would ask an object itself; some that others hold answer with an error.
            kind = type(thing)
            if issubclass(kind, BaseException):
                self.data("repr", kind.__name__, "".join(traceback.format_exception(thing)))
            elif not str(kind.__module__).startswith(_OURS) or kind is type:
                continue
            seen += 1
            self.data("repr", f"{kind.__module__}.{kind.__qualname__}", f"{thing!r}\0{thing!s}")
        return seen


def kind_of(path: Path) -> str:
    """Say what kind of artefact a file is."""
    name = path.name
    if path.parent.name == "passwords":
        return "new passwords"
    for part, kind in (
        ("-wal", "ledger WAL"), ("-shm", "ledger shared memory"), (".sqlite3", "ledger"), (".log", "log"),
        ("crash-", "crash report"), ("draft", "draft"), (".parquet", "Parquet"), (".csv", "CSV"),
        (".jsonl", "JSON Lines"), (".toml", "config"), ("journal", "snapshot journal"), ("head", "snapshot head"),
        ("views", "views"),
    ):  # fmt: skip
        if part in name:
            return kind
    return "other file"


def unpacked(data: bytes) -> Iterator[bytes]:
    """Yield bytes, and what they hold in packed form."""
    yield data
    if data[:4] == b"PAR1":
        import polars as pl  # noqa: PLC0415 - only where there is such a file

        yield pl.read_parquet(io.BytesIO(data)).write_ndjson().encode()
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    for found in _ZLIB.finditer(data):
        try:
            piece = data[found.start() :]
            is_gzip = piece[:2] == b"\x1f\x8b"
            yield gzip.decompress(piece) if is_gzip else zlib.decompressobj().decompress(piece, 1 << 22)
        except (OSError, EOFError, zlib.error):
            continue


class ProcessWatch:
    """Looks at command line and environment of the processes of a run while it lasts: those in whose environment or
    arguments *mark* stands (the run's own folder), and their children.
    """

    def __init__(self, scanner: Scanner, mark: str) -> None:
        self._scanner = scanner
        self._mark = mark.encode()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.samples = 0
        self.processes: set[int] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.sample()

    def _watch(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            self.sample()

    def sample(self) -> None:
        """Look once."""
        self.samples += 1
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                told = [(folder / name).read_bytes() for name in ("cmdline", "environ")]
                parent = int((folder / "stat").read_bytes().rpartition(b")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            pid = int(folder.name)
            if pid == os.getpid() or not (self._mark in told[0] + told[1] or parent in self.processes):
                continue
            self.processes.add(pid)
            for kind, data in zip(("command line", "environment"), told, strict=True):
                self._scanner.data(kind, f"process {pid}", data)
