"""Options that say how a file is meant: refused where there is no file or they cannot be, and repeated where the same
file is read once more. The matrix is made from the command tree: a new verb is in it.
"""

import shlex

import pytest

from tui_reseller.cli.main import verbs

FIELDS = {
    "username": "ann", "email": "ann@x.example", "first_name": "Ann", "last_name": "L", "address": "A", "city": "C",
    "state": "S", "zip": "1", "country": "ES", "phone": "1", "website": "x.example",
}  # fmt: skip
PASSWORD = "Secret-word-1234"
OPTIONS = {
    "--encoding": ["--encoding", "cp1252"], "--map": ["--map", "Town=city"], "--blank": ["--blank", "clear"],
    "--ignore-columns": ["--ignore-columns", "Score"], "--accept-doubtful": ["--accept-doubtful"],
}  # fmt: skip


OPTIONS_OF = {
    path: {word for parameter in command.params for word in parameter.opts} for path, command, _writes in verbs()
}
FILE_VERBS = [path for path, options in OPTIONS_OF.items() if "--encoding" in options]
WITHOUT_A_FILE = {
    ("create",): [f"{name}={value}" for name, value in FIELDS.items()] + ["--generate-password", "--yes"],
    ("plan", "new"): ["--all", "--action", "disable"],
    ("plan", "apply"): ["PLAN", "--confirm", "3 acme"],
    ("job", "resume"): ["1"],
    ("job", "retry"): ["1"],
}
READING_ANEW = [path for path in FILE_VERBS if path[0] != "job"]
"""What a job needs of its file is read as plan apply reads it."""


def test_every_verb_that_reads_files_takes_all_options_for_them():
    assert (
        {path for path, options in OPTIONS_OF.items() if "--from" in options} == set(FILE_VERBS) == set(WITHOUT_A_FILE)
    )
    for path, options in OPTIONS_OF.items():
        assert set(OPTIONS) <= options or not set(OPTIONS) & options, path


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("path", FILE_VERBS, ids=" ".join)
def test_one_without_a_file_is_refused_and_nothing_is_read_or_sent(desk, path, option):
    plan = desk("plan", "new", "--all", "--action", "disable").row["plan"]
    reads, lists = desk.service.reads, desk.service.lists
    ran = desk(*path, *[plan if word == "PLAN" else word for word in WITHOUT_A_FILE[path]], *OPTIONS[option])
    assert (ran.code, "options for a file go with --from" in ran.err, ran.out) == (2, True, "")
    assert (desk.service.sent, desk.service.reads, desk.service.lists) == ([], reads, lists)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--map", "Town"], "--map 'HEAD=FIELD'"),
        (["--map", "=city"], "--map 'HEAD=FIELD'"),
        (["--map", "Town="], "--map 'HEAD=FIELD'"),
        (["--map", "Town=citty"], "did you mean city?"),
        (["--ignore-columns", "Town,Score", "--map", "Towm=company"], "did you mean Town?"),
        (["--ignore-columns", "Town,Score,Scroe"], "did you mean Score?"),
        (["--encoding", "cp9999"], "cp9999"),
        (["--blank", "empty"], "keep"),
    ],
)
@pytest.mark.parametrize("path", READING_ANEW, ids=" ".join)
def test_one_that_cannot_be_is_refused_and_names_what_is_near(desk, tmp_path, path, given, said):
    file = written(tmp_path, "new.csv", [*FIELDS, "Town", "Score", "password"], [*FIELDS.values(), "", "", PASSWORD])
    right = ["--ignore-columns", "Town,Score"]
    plan = desk("plan", "new", "--from", str(file), "--action", "create", *right).row["plan"]
    arguments = {
        ("create",): ["--yes"], ("plan", "new"): ["--action", "create"], ("plan", "apply"): [plan, "--yes"],
    }[path]  # fmt: skip
    ran = desk(*path, "--from", str(file), *arguments, *given)
    assert (ran.code, said in ran.err, desk.service.sent) == (2, True, []), ran.err


def written(folder, name, heads, *rows, encoding="utf-8"):
    path = folder / name
    lines = [",".join(heads), *(",".join(row) for row in rows)]
    path.write_bytes("\n".join([*lines, ""]).encode(encoding))
    return path


def a_file(folder, *wanted):
    """Write new customers with passwords so that the file can only be read with these options."""
    columns = dict(FIELDS)
    if "--encoding" in wanted:
        columns["city"] = "M\u00e1laga"
    if "--map" in wanted:
        columns = {("Town" if name == "city" else name): value for name, value in columns.items()}
    if "--ignore-columns" in wanted:
        columns["Score"] = "7"
    columns["password"] = PASSWORD
    return written(
        folder, "new ones.csv", columns, columns.values(), encoding="cp1252" if "--encoding" in wanted else "utf-8"
    )


READ_WITH = [
    (), ("--encoding",), ("--map",), ("--ignore-columns",), ("--blank",),
    ("--encoding", "--map", "--ignore-columns", "--blank"), ("--map", "--accept-doubtful"),
]  # fmt: skip


def next_step(ran):
    """Return the command that a plan ends with, as a shell takes it apart."""
    return shlex.split(ran.err.splitlines()[-1].partition(" - tui-reseller ")[2])


@pytest.mark.parametrize("wanted", READ_WITH, ids=lambda wanted: " ".join(wanted) or "none")
def test_the_next_step_reads_the_file_as_it_was_read(desk, tmp_path, wanted):
    file = a_file(tmp_path, *wanted)
    given = [word for option in wanted for word in OPTIONS[option]]
    made = desk("plan", "new", "--from", str(file), "--action", "create", *given)
    assert made.code == 0, made.err
    command = next_step(made)
    for option in wanted:
        assert (option in command) == (option != "--accept-doubtful"), "of cells only passwords are read again"
    assert set(command) & set(OPTIONS) <= set(wanted)
    ran = desk(*command)
    assert (ran.code, desk.service.sent[0].password.reveal()) == (0, PASSWORD), ran.err


@pytest.mark.parametrize("option", ["--encoding", "--map", "--ignore-columns"])
def test_without_the_option_the_same_file_would_not_be_read(desk, tmp_path, option):
    file = a_file(tmp_path, option)
    made = desk("plan", "new", "--from", str(file), "--action", "create", *OPTIONS[option])
    command = next_step(made)
    at = command.index(option)
    ran = desk(*command[:at], *command[at + 2 :])
    assert (ran.code, desk.service.sent) == (2, []), ran.err


def test_an_option_that_no_shell_can_be_given_is_asked_for_in_words(desk, tmp_path):
    columns = {("Owner's town" if name == "city" else name): value for name, value in FIELDS.items()}
    file = written(tmp_path, "new.csv", [*columns, "password"], [*columns.values(), PASSWORD])
    mapped = ["--map", "Owner's town=city"]
    made = desk("plan", "new", "--from", str(file), "--action", "create", *mapped)
    digest = made.row["plan"]
    said = "its passwords are in your file: name it to apply with --from and the options that it was read with"
    assert made.err.splitlines()[-1].endswith(f"plan {digest}; {said}")
    assert desk("plan", "apply", digest, "--from", str(file), *mapped, "--yes").code == 0
