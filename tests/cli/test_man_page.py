"""The manual page: every verb and option in it, no sign lost, read by man and mandoc without a complaint."""

import re
import shutil
import subprocess
from pathlib import Path

import click

from tests.harness.waiting import missing
from tui_reseller.cli.exit_codes import MEANINGS, ExitCode
from tui_reseller.cli.main import verbs

PAGE = Path(__file__).parents[2] / "docs" / "tui-reseller.1"


def read_by_man(*options: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("man") is None:
        missing("man")
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MANWIDTH": "80", "MAN_KEEP_FORMATTING": ""}
    return subprocess.run(
        ["man", *options, "-l", str(PAGE)], env=environment, capture_output=True, text=True, check=True, timeout=60
    )


def test_the_page_in_the_repository_is_what_the_verb_prints(desk):
    ran = desk("man")
    assert ran.code == 0
    assert ran.out == PAGE.read_text(encoding="utf-8"), "make man writes it again"


def test_man_shows_it_without_a_warning():
    ran = read_by_man("--warnings=w")
    assert ran.stderr == ""
    assert "tui-reseller - look after" in ran.stdout


def test_mandoc_finds_nothing_but_the_date_that_is_not_told():
    if shutil.which("mandoc") is None:
        missing("mandoc")
    found = subprocess.run(["mandoc", "-Tlint", str(PAGE)], capture_output=True, text=True, check=False, timeout=60)
    assert [line for line in found.stdout.splitlines() if "missing date" not in line] == []


def test_every_verb_option_and_exit_code_is_shown():
    shown = " ".join(read_by_man().stdout.replace("\N{HYPHEN}\n", "").split())
    for path, command, _ in verbs():
        assert re.search(rf"\b{re.escape(' '.join(path))}\b", shown), path
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert option.opts[-1] in shown, (path, option.opts)
    assert set(MEANINGS) == set(ExitCode)


def test_examples_can_be_copied_as_they_stand():
    shown = read_by_man().stdout
    for example in (
        "tui-reseller --profile acme list --filter 'sending:off country:es'",
        "tui-reseller list --filter 'sending:off -country=es' --sort email",
        "tui-reseller completion zsh > ~/.zfunc/_tui-reseller",
        "email~^info@",
    ):
        assert example in shown
