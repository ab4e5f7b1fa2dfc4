"""Who is at the keyboard: the operating system tells, the environment only claims."""

import json
import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.sandbox import running
from tui_reseller.domain.audit import Operator
from tui_reseller.system.current_operator import account_name, login_uid, this_operator

NAME = pwd.getpwuid(os.getuid()).pw_name


@pytest.mark.parametrize("variable", ["LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER"])
def test_no_variable_changes_who_did_it(variable: str) -> None:
    found = this_operator({variable: "the.boss"})
    assert (found.user, found.uid) == (NAME, os.getuid())
    assert found.claims == ({variable: "the.boss"} if variable in {"LOGNAME", "USER", "SUDO_USER"} else {})
    assert found.is_same_person(this_operator({"SSH_CLIENT": "203.0.113.9 1 22"}))


def test_what_is_as_the_system_says_is_no_claim() -> None:
    assert this_operator({"LOGNAME": NAME, "USER": NAME, "SUDO_USER": ""}).claims == {}
    assert len(this_operator({"USER": "x" * 10_000}).claims["USER"]) == 64


def test_an_account_without_a_name_is_its_number() -> None:
    assert account_name(os.getuid()) == NAME
    assert account_name(2_000_000_001) == "2000000001"


@pytest.mark.parametrize(("text", "uid"), [("1001", 1001), ("0", 0), ("4294967295", None), ("", None), ("x", None)])
def test_the_uid_that_logged_in_is_known_where_the_system_tells(tmp_path: Path, text: str, uid: int | None) -> None:
    (tmp_path / "loginuid").write_text(text)
    assert login_uid(tmp_path / "loginuid") == uid
    assert login_uid(tmp_path / "none") is None


A = Operator("kim", "bastion", None, 1000)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Operator("kim", "jump", "203.0.113.9", 1000), True),
        (Operator("renamed", "bastion", None, 1000), True),
        (Operator("kim", "bastion", None, 1001), False),
        (Operator("kim", "jump"), True),  # an entry of an earlier version has no number
        (Operator("eve", "bastion"), False),
    ],
)
def test_a_person_is_an_account_over_whatever_line_it_came(other: Operator, same: bool) -> None:
    assert A.is_same_person(other) is same
    assert other.is_same_person(A) is same


def test_claims_are_told_as_claims() -> None:
    found = Operator("root", "bastion", "203.0.113.9", 0, 1001, {"SUDO_USER": "ann", "LOGNAME": "the.boss"})
    assert found.words == (
        "root on bastion, logged in as uid 1001; "
        "claims to be ann (SUDO_USER), to be the.boss (LOGNAME), to come from 203.0.113.9"
    )
    assert A.words == "kim on bastion"


def test_an_operator_is_read_as_it_was_written_now_and_before() -> None:
    found = Operator("root", "bastion", "203.0.113.9", 0, 1001, {"SUDO_USER": "ann"})
    assert Operator.from_dict(json.loads(json.dumps(found.as_dict()))) == found
    assert Operator.from_dict({"user": "kim", "host": "b", "ssh_from": None}) == Operator("kim", "b")
    for wrong in ({}, {"user": 1, "host": "b", "ssh_from": None}, {**found.as_dict(), "claims": "x"}):
        with pytest.raises((KeyError, TypeError)):
            Operator.from_dict(wrong)


def test_the_audit_log_names_the_account_and_work_over_another_line_is_mine(tmp_path: Path) -> None:
    with running(customers=3) as sandbox:
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8",
            "TUI_RESELLER_BASE_URL": sandbox.base_url, "TUI_RESELLER_API_USER": sandbox.api_user,
            "TUI_RESELLER_API_KEY": sandbox.api_key,
        }  # fmt: skip

        def run(*argv: str, **more: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, "-m", "tui_reseller", *argv], env=environment | more, check=True, capture_output=True,
                text=True, timeout=60, cwd=tmp_path,
            )  # fmt: skip

        run("disable", "user1", "--yes", LOGNAME="the.boss", SSH_CLIENT="203.0.113.9 1 22")
        row = json.loads(run("audit", "list", "--me").stdout)
        assert row["operator"] == {
            "user": NAME, "host": row["operator"]["host"], "ssh_from": "203.0.113.9", "uid": os.getuid(),
            "login_uid": login_uid(), "claims": {"LOGNAME": "the.boss"},
        }  # fmt: skip
        assert run("audit", "list", "--operator", "the.boss").stdout == ""
        report = run("audit", "report", "--me", LOGNAME="the.boss").stdout
        assert f"By: {NAME} on " in report
        assert "claims to be the.boss (LOGNAME)" in report
        assert "Disable sending: 1 (1 applied)" in report
