"""Every command that any verb prints for hostile customers is run in real shells: it does what it says, nothing else.

The verbs come out of the command tree, what each is given from the names of its parameters: a new verb is in it by
itself, and one with an unknown parameter fails until somebody says what it is to be given.
"""

import ast
import itertools
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from tests.harness.sandbox import Sandbox
from tests.harness.shells import SHELLS, words_in
from tui_reseller.cli.main import root
from tui_reseller.domain import printed

PACKAGE = Path(printed.__file__).parents[1]

_ACTS = (
    "touch P", "$(touch P)", "`touch P`", ";touch P;", "'; touch P; '", '"; touch P; "', "\\'; touch P #",
    '\\"; touch P #', "| touch P", "& touch P &", "&& touch P", "|| touch P", ">P", ">>P", "<(touch P)", "(touch P)",
    "{touch,P}", "\ntouch P\n", "\rtouch P", "\ttouch P", "$'\\x27;touch P;\\x27'", "!!", "!$", "!touch", "~", "~root",
    "*", "?", "[a-z]", "{a,b}", "{1..9}", "#", " #", "=ls", "=(touch P)", "$HOME", "${IFS}touch", "%s", "%n", "%self",
    "^a^b", "\\", "\\\\", "\\n", "\\x27", "'", '"', "''", '""', "’", "‘touch P’", "“touch P”", "＇; touch P; ＇",
    "\x1b[2J", "\x1b]52;c;UA==\x07", "\x07", "\x7f", "\x01", "\u202e", "\u200b", "\u2028touch P", "\x85touch P", "é",
    "ｔｏｕｃｈ", "\U0001f600", "\u0301\u0301\u0301\u0301\u0301",
)  # fmt: skip
"""What a shell, a terminal or an eye would act on."""
OPTIONS = ("-", "--", "-x", "--yes", "--dry-run", "--profile", "-h", "--help", "-rf", "+x", "@x", ".", "..")
MADE = [made for text in _ACTS for made in (text, f"a{text}", f"{text}b")]
NAMES = tuple(dict.fromkeys([*OPTIONS, "garcia.mail", "A@b.c+d_e-f", *MADE]))
PATHS = (
    "stop.plan", "sp ace.plan", "-x.plan", "--yes", "é.plan", "a';touch P;'.plan", "$(touch P).plan", "`touch P`.plan",
    "b\\.plan", "new\nline.plan", "!!.plan", "./~", "{a,b}", "\x1b[2J.plan", "\u202eplan", '"; touch P; ".plan',
)  # fmt: skip


def verbs(command: click.Command = root, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every verb of the command tree, with its path."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from verbs(found, (*path, name))


APART = {
    ("demo",), ("sandbox",), ("completion",), ("audit", "salvage"), ("snapshot", "purge"), ("job", "watch"),
    ("config", "edit"), ("man",), ("ledger", "dev"), ("worker",),
}  # fmt: skip
"""Verbs that know no customer, and those that wait."""


@dataclass
class State:
    """What there is to name: a customer, an operation, a job, a plan."""

    name: str = ""
    entry: str = "0000000000"
    plan: str = "000000000000"


GIVEN: dict[str, Callable[[State], list[str]]] = {
    "username": lambda state: [state.name],
    "usernames": lambda state: [state.name],
    "new": lambda state: [f"{state.name}.new"],
    "address": lambda _: ["new@example.com"],
    "addresses": lambda _: ["203.0.113.1"],
    "kind": lambda _: ["unlimited"],
    "amount": lambda _: [],
    "package": lambda _: ["org.ei.pro.v1"],
    "addons": lambda _: [],
    "pairs": lambda state: [f"city={state.name}"],
    "named": lambda state: [state.entry],
    "entry_id": lambda state: [state.entry],
    "number": lambda _: ["1"],
    "name": lambda state: [state.plan],
    "file": lambda state: [f"{state.entry}.sqlite3"],
    "role": lambda state: [state.name],
}
"""What an argument is given, by its name."""
PERSON = ["email=n@example.com", "first_name=A", "last_name=B", "address=x", "city=c", "state=S", "zip=1", "country=ES",
          "phone=1", "website=http://x.example"]  # fmt: skip
OWN: dict[tuple[str, ...], Callable[[State], list[str]]] = {
    ("ledger", "account", "set"): lambda state: ["--per-second", "5", "--", state.name],
    ("ledger", "member", "add"): lambda state: ["--may", "write", "--", state.name],
    ("create",): lambda state: ["--generate-password", "--", f"username={state.name}.2", *PERSON],
    ("plan", "new"): lambda _: ["--action", "password", "--from", "rows.csv"],
    ("plan", "propose"): lambda state: ["--reason", "why", "--", state.plan],
    ("approval", "approve"): lambda _: ["1", "--reason", "why", "--digest", "0123456789ab"],
    ("approval", "deny"): lambda _: ["1", "--reason", "why", "--digest", "0123456789ab"],
    ("plan", "apply"): lambda state: ["--passwords-to", f"{state.entry}.csv", "--", state.plan],
}
"""Verbs that need more than their arguments."""


def wanted() -> list[tuple[tuple[str, ...], click.Command]]:
    return [(path, verb) for path, verb in verbs() if path not in APART and path[0] != "profile"]


def argv_of(path: tuple[str, ...], verb: click.Command, state: State, option: str) -> list[str]:
    arguments = [parameter for parameter in verb.params if isinstance(parameter, click.Argument)]
    words = ["--", *(word for one in arguments for word in GIVEN[str(one.name)](state))]
    known = {name for parameter in verb.params for name in parameter.opts}
    return [
        *path,
        *([option] if option.split("=", maxsplit=1)[0] in known else []),
        *(OWN[path](state) if path in OWN else words),
    ]


def test_every_verb_of_the_tree_is_in_it() -> None:
    for path, verb in wanted():
        unknown = {str(one.name) for one in verb.params if isinstance(one, click.Argument)} - set(GIVEN)
        assert path in OWN or not unknown, path


def words_of(word: printed.Word) -> str:
    if isinstance(word, str):
        return word
    return word.behind + word.text if isinstance(word, printed.Foreign) else word.text


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Every text that the printing function returned, with the words that it was given."""
    found: dict[str, list[str]] = {}
    original = printed.line

    def line(*words: printed.Word) -> str | None:
        text = original(*words)
        if text is not None:
            found[text] = [words_of(word) for word in words]
        return text

    assert list(verbs())  # now all of them are imported
    for module in [m for n, m in list(sys.modules.items()) if n.startswith("tui_reseller")]:
        if getattr(module, "line", None) is original:
            monkeypatch.setattr(module, "line", line)
    return found


def constants() -> set[str]:
    """Ends of lines that are ours word by word, from the first command in them."""
    texts = [
        node.value for path in PACKAGE.rglob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]  # fmt: skip
    return {end for text in texts for line in text.splitlines() if (end := from_command(line))}


def from_command(line: str) -> str:
    """The end of a line from its first command or confirmation on."""
    found = [at for mark in ("tui-reseller ", "--confirm") if (at := line.find(mark)) >= 0]
    return line[min(found) :] if found else ""


@pytest.fixture
def started(sandboxes) -> Callable[[str], Sandbox]:
    """In the place of the sandbox that other tests share: what is planted here is no business of theirs."""
    return lambda _name: sandboxes("printed commands", customers=5)


@pytest.fixture
def office(consoles, told, tmp_path, monkeypatch):
    """A console in an empty folder."""
    here = tmp_path / "office"
    here.mkdir()
    monkeypatch.chdir(here)
    return consoles("seed")


def plant(office, name: str) -> None:
    office.sandbox.plant_person(name, city="Vigo", active=True, deleted=False)


def said_by(ran) -> list[str]:
    return (ran.out + ran.err).splitlines()


def everything_said(office, names: list[str], verbs_each: int) -> set[str]:
    """Do something to every customer with so many of the verbs, in turns; return all lines of it."""
    lines: set[str] = set()
    state = State()
    turns = itertools.cycle(itertools.product(wanted(), ("--confirm=x", "--yes", "--confirm=1 env")))
    for number, name in enumerate(names):
        state.name = name
        plant(office, name)
        rows_file(name)
        if number % 20 == 0:
            office.sandbox.fault("drop-after", operation="disable", times=1)
        stopped = office("disable", "--yes", "--", name)
        planned = office("plan", "new", "--from", "rows.csv", "--action", "delete")
        lines |= {*said_by(stopped), *said_by(planned), *said_by(office("delete", "--", name))}
        state.entry = stopped.row["id"] if stopped.code in {0, 10} else state.entry
        state.plan = planned.row["plan"] if planned.code == 0 else state.plan
        for (path, verb), option in itertools.islice(turns, verbs_each):
            lines |= set(said_by(office(*argv_of(path, verb, state, option))))
    return lines


def rows_file(name: str) -> None:
    cell = name.replace('"', '""')
    Path("rows.csv").write_text(f'username\n"{cell}"\n', encoding="utf-8", newline="")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("share", "verbs_each"), [pytest.param(5, 5, id="a fifth"), pytest.param(1, 2, id="all", marks=pytest.mark.long)]
)
def test_what_is_printed_for_hostile_customers_does_what_it_says(office, told, tmp_path, share, verbs_each):
    assert len(NAMES) >= 200
    names = NAMES[::share]
    assert verbs_each * len(names) >= 3 * len(wanted()), "every verb, with each of the options"
    lines = everything_said(office, names, verbs_each)
    fixed = constants()
    ends = sorted(end for line in lines if (end := from_command(line)) and end not in fixed)
    assert [end for end in ends if end not in told] == [], "printed by something else, or not at the end of its line"
    assert {"undo", "verify", "plan", "job", "1 env"} <= {told[end][1] for end in ends}
    commands = [end if end.startswith(printed.PROGRAM) else f"{printed.PROGRAM} {end}" for end in ends]
    meant = [told[end][1:] if end.startswith(printed.PROGRAM) else told[end] for end in ends]
    for shell in SHELLS:
        assert words_in(shell, commands, tmp_path) == meant
    assert not Path("P").exists()


HEAD = "action,username,email,first_name,last_name,address,city,state,zip,country,phone,website"
NEW = "create,new-%d,n@x.example,A,B,x,c,S,1,ES,1,http://x.example"
NEXT = {
    "one odd name": ("rows.csv", "action,username\ndisable,a'; touch P; '\n"),
    "one plain name": ("rows.csv", "action,username\ndelete,garcia.mail\n"),
    "no password anywhere": ("rows.csv", f"{HEAD}\n{NEW % 1}\n"),
    "a password in the file": ("rows.csv", f"{HEAD},password\n{NEW % 2},canary-1A\n"),
    "one password of two": ("rows.csv", f"{HEAD},password\n{NEW % 3},canary-1A\n{NEW % 4},\n"),
    "a file with a password and an odd name": ("-x $(touch P).csv", f"{HEAD},password\n{NEW % 5},canary-1A\n"),
}


@pytest.mark.parametrize("kind", NEXT)
def test_the_next_step_of_a_plan_runs_as_it_is_printed(office, told, tmp_path, kind):
    source, content = NEXT[kind]
    plant(office, "garcia.mail")
    plant(office, "a'; touch P; '")
    Path(source).write_text(content, encoding="utf-8")
    made = office("plan", "new", f"--from={source}")
    assert made.code == 0, made.err
    end = from_command(made.err.splitlines()[-1])
    (argv,) = words_in("bash", [end], tmp_path)
    assert argv == told[end][1:]
    ran = office(*argv)
    assert ran.code == 0, ran.err
    assert {row["outcome"] for row in ran.rows} == {"applied"}


@pytest.mark.parametrize("path", PATHS)
def test_a_plan_of_any_path_is_applied_as_it_is_printed(office, told, tmp_path, path):
    rows_file("garcia.mail")
    plant(office, "garcia.mail")
    before = office("show", "garcia.mail").row["sending"]
    made = office("plan", "new", "--from", "rows.csv", "--action", "disable" if before else "enable", f"--out={path}")
    assert made.code == 0, made.err
    assert Path(path).is_file()
    end = from_command(made.err.splitlines()[-1])
    for shell in SHELLS:
        (argv,) = words_in(shell, [end], tmp_path)
        assert argv == told[end][1:]
    assert office(*argv).code == 0
    assert not Path("P").exists()


def test_a_digest_names_our_plan_whatever_file_has_that_name(office):
    plant(office, "garcia.mail")
    plant(office, "A@b.c+d_e-f")
    rows_file("garcia.mail")
    digest = office("plan", "new", "--from", "rows.csv", "--action", "delete").row["plan"]
    rows_file("A@b.c+d_e-f")
    assert office("plan", "new", "--from", "rows.csv", "--action", "delete", "--out", digest).code == 0
    assert [row["username"] for row in office("plan", "show", digest).rows] == ["garcia.mail"]


def test_a_file_that_is_called_as_another_plan_is_named_as_a_file(office, told, tmp_path):
    plant(office, "garcia.mail")
    plant(office, "A@b.c+d_e-f")
    rows_file("garcia.mail")
    digest = office("plan", "new", "--from", "rows.csv", "--action", "delete").row["plan"]
    rows_file("A@b.c+d_e-f")
    for path in (digest, digest[:8]):
        made = office("plan", "new", "--from", "rows.csv", "--action", "delete", "--out", path)
        folder = tmp_path / f"shell-{len(path)}"
        folder.mkdir()
        (argv,) = words_in("bash", [from_command(made.err.splitlines()[-1])], folder)
        Path(argv[2]).rename("moved.plan")
        assert office(*argv).code == 2, "the file is gone, and no other plan is taken for it"
        Path("moved.plan").rename(argv[2])
        assert [row["username"] for row in office("plan", "show", argv[2]).rows] == ["A@b.c+d_e-f"]
    ran = office(*argv)
    assert [(row["username"], row["outcome"]) for row in ran.rows] == [("A@b.c+d_e-f", "applied")]


def test_a_plan_with_passwords_out_of_stdin_is_told_in_words(office):
    rows = f"{HEAD},password\n{NEW % 6},canary-1A\n"
    made = office("plan", "new", "--from", "-", stdin=rows)
    assert made.code == 0, made.err
    assert from_command(made.err) == ""
    assert made.err.endswith(f"plan {made.row['plan']}; its passwords are in your file: name it to apply with --from\n")
    ran = office("plan", "apply", made.row["plan"], "--yes", "--confirm=new-6", "--from", "-", stdin=rows)
    assert ran.row["outcome"] == "applied", ran.err


def test_a_file_called_as_stdin_is_read_and_named_as_a_file(office, tmp_path):
    Path("-").write_text(f"{HEAD},password\n{NEW % 7},canary-1A\n", encoding="utf-8")
    made = office("plan", "new", "--from", "./-", stdin="username\n")
    assert made.code == 0, made.err
    (argv,) = words_in("bash", [from_command(made.err.splitlines()[-1])], tmp_path)
    ran = office(*argv, stdin="username\n")
    assert ran.row["outcome"] == "applied", ran.err


@pytest.fixture
def branch(office):
    """Two profiles of two accounts: a command that names none is refused."""
    box = office.sandbox
    for name, user in (("loc", box.api_user), ("other", f"{box.api_user}-2")):
        own = ("--base-url", box.base_url, "--api-user", user, "--secret-command", f"echo {box.api_key}")
        added = office("profile", "add", name, "--provider", "reseller-v2", *own)
        assert added.code == 0, added.err
    office.environment = {}
    plant(office, "garcia.mail")
    plant(office, "A@b.c+d_e-f")
    refused = office("disable", "--yes", "garcia.mail")
    assert "none named" in refused.err, refused
    return office


def run_as_printed(office, err: str, folder: Path, *more: str):
    folder.mkdir()
    (argv,) = words_in("bash", [from_command(err.splitlines()[-1])], folder)
    return argv, office(*argv, *more)


BOTH = ("--yes", "--confirm", "2 loc", "garcia.mail", "A@b.c+d_e-f")


def test_the_next_step_of_one_profile_of_several_runs_as_it_is_printed(branch, tmp_path):
    one = branch("disable", "--profile", "loc", "--yes", "garcia.mail")
    argv, undone = run_as_printed(branch, one.err, tmp_path / "one", "--yes")
    assert (argv[0], undone.code) == ("undo", 0), undone.err
    many = branch("disable", "--profile", "loc", *BOTH)
    argv, undone = run_as_printed(branch, many.err, tmp_path / "many", "--confirm", "2 loc")
    assert (argv[0], undone.code) == ("undo", 0), undone.err


def test_a_lost_answer_of_one_profile_of_several_is_checked_as_it_is_printed(branch, tmp_path):
    branch.sandbox.fault("drop-after", operation="disable", times=1)
    lost = branch("disable", "--profile", "loc", "--yes", "garcia.mail")
    argv, checked = run_as_printed(branch, lost.err, tmp_path / "lost")
    assert (lost.code, argv[0], checked.code) == (10, "verify", 0), checked.err
    argv, undone = run_as_printed(branch, checked.err, tmp_path / "checked", "--yes")
    assert (argv[0], undone.code) == ("undo", 0), undone.err


def test_a_job_of_one_profile_of_several_goes_on_as_it_is_printed(branch, tmp_path):
    rows_file("garcia.mail")
    made = branch("plan", "new", "--profile", "loc", "--from", "rows.csv", "--action", "disable")
    branch.sandbox.fault("drop-after", operation="disable", times=1)
    argv, lost = run_as_printed(branch, made.err, tmp_path / "made")
    assert lost.code == 10, lost.err
    argv, resumed = run_as_printed(branch, lost.err, tmp_path / "lost")
    assert (argv[:2], resumed.code) == (["job", "resume"], 0), resumed.err
    argv, undone = run_as_printed(branch, branch("job", "show", "1").err, tmp_path / "shown", "--yes")
    assert (argv[0], undone.code) == ("undo", 0), undone.err


@pytest.mark.parametrize("name", ["a'; touch P; '", "-x", "a\ntouch P\n", "a\u202e"])
def test_a_customer_of_an_odd_name_is_confirmed_by_name_or_by_count_and_profile(office, name):
    for confirm in (name, "1 env"):
        plant(office, name)
        assert office("delete", "--confirm=2 env", "--", name).code == 11
        ran = office("delete", f"--confirm={confirm}", "--", name)
        assert ran.code == 0, ran.err


def test_no_other_module_puts_a_value_into_a_command() -> None:
    """Neither into a command of ours, nor behind an option, nor into one of another program."""
    pattern = re.compile(r"tui-reseller [a-z]|--[a-z][a-z-]+[ =]['\"]?\{\}|profile set \{\}|chmod \d+ \{\}")
    found = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
                texts = [line for line in text.splitlines() if "{}" in line]
            elif isinstance(node, ast.BinOp) and isinstance(node.left, ast.Constant):
                texts = [f"{node.left.value}{{}}"]
            else:
                continue
            found += [
                (path.name, text) for text in texts if (at := pattern.search(text)) and "{}" in text[at.start() :]
            ]
    assert found == []
