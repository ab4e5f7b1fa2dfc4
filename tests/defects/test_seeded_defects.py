"""Test the tests: a reliability defect is put into a copy of the program, and the tests named beside it must fail.

The small size takes every fifth, the same ones each day; all: `TUI_RESELLER_DEFECTS=all python -m pytest tests/defects
-m long`, or `make defects`.
"""
# ruff: noqa: E501 - a table of exact lines of code

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]


class Defect(NamedTuple):
    """A change of one file, and the tests that must notice it, chosen by options among those of these files."""

    name: str
    file: str
    old: str
    new: str
    tests: str
    options: str = ""


DEFECTS = (
    Defect("a lost answer is sent again", "services/retry.py", "REPEATABLE_WRITE = (NotSent, RateLimited)",
           "REPEATABLE_WRITE = (NoAnswer, RateLimited)", "tests/services/test_write.py"),
    Defect("a lost answer is called not sent", "services/sending.py", "            return Outcome.UNKNOWN\n",
           "            return Outcome.NOT_SENT\n", "tests/services/test_write.py"),
    Defect("bytes behind an answer answer the next call", "api/http.py", "return bool(left)", "return False",
           "tests/reliability/test_fault_matrix.py"),
    Defect("what is there already outlasts the deadline", "api/http.py", "        if within <= 0:", "        if False:",
           "tests/api/test_faults.py"),
    Defect("a large answer is read on", "api/http.py", "if self.received > cap", "if False",
           "tests/api/test_faults.py"),
    Defect("an absence needs no control", "services/verify.py", "not all(r.is_controlled for r in readings)", "False",
           "tests/services/test_verify_absence.py"),
    Defect("what cannot differ is called not applied", "services/observations.py", "return State.EITHER if",
           "return State.BEFORE if", "tests/services/test_verify.py"),
    Defect("already exists is believed at once", "services/resend.py", "if attempts == 1 and", "if attempts and",
           "tests/services/test_write_repeated.py"),
    Defect("repetitions cost nothing", "services/retry.py", " or not budget.pay(error)", "",
           "tests/services/test_retry.py"),
    Defect("a check opens what was closed", "storage/ledger/rules.py", "not entry.outcome.needs_you:\n        if is_answer",
           "False:\n        if is_answer", "tests/storage/test_ledger.py"),
    Defect("intents are not synced", "storage/ledger/sqlite/opening.py", 'synchronous = FULL")\n    check_kind(',
           'synchronous = NORMAL")\n    check_kind(', "tests/storage/test_ledger_file.py"),
    Defect("the write lock is taken late", "storage/ledger/sqlite/connection.py", '"BEGIN IMMEDIATE"', '"BEGIN DEFERRED"',
           "tests/storage/test_ledger_processes.py tests/storage/test_ledger.py"),
    Defect("an open outcome locks nobody", "storage/ledger/rules.py", "        refuse_if_locked(intent, ", "        tuple(",
           "tests/storage/test_ledger.py"),
    Defect("an item is taken twice", "storage/ledger/sqlite/connection.py", "return claimed.rowcount == 1", "return True",
           "tests/jobs/test_jobs.py"),
    Defect("the ledger can be changed", "storage/ledger/sqlite/schema.py", "CREATE TRIGGER no_update BEFORE UPDATE ON rows",
           "CREATE TRIGGER no_update BEFORE UPDATE ON jobs", "tests/storage/test_ledger.py tests/storage/test_ledger_file.py"),
    Defect("the chain leaves the hash before out", "storage/ledger/chain.py", 'f"{previous}\\n{content}"', 'f"{content}"',
           "tests/storage/test_ledger_file.py"),
    Defect("a password is written down", "storage/ledger/rows.py", 'name.lower().startswith("password")', 'name == "pw"',
           "tests/storage/test_ledger.py"),
    Defect("absence counts at once", "services/verify.py", "SETTLE = 60.0", "SETTLE = 0.0", "tests/services/test_verify.py"),
    Defect("a filter of the service is believed", "api/reseller_v2/client.py", 'if record.get("username") == username', "if record",
           "tests/api"),
    Defect("where a redirect leads is not said", "api/answer_words.py", "300 <= ", "999 <= ", "tests/api/test_replies.py"),
    Defect("control characters pass", "domain/text.py", "return chr(0x2400 + code)", "return char", "tests/domain/test_text.py"),
    Defect("bidi controls pass", "domain/text.py", "if code in _HIDDEN else char", "if code in () else char",
           "tests/domain/test_text.py"),
    Defect("formulas run", "domain/text.py", "\"'\" + text if _FORMULA.match(text) else text", "text",
           "tests/domain/test_text.py"),
    Defect("a secret prints itself", "domain/secret.py", "def __repr__(self) -> str:\n        return MASK",
           "def __repr__(self) -> str:\n        return self._value", "tests/domain/test_secret.py"),
    Defect("a stale edit overwrites", "domain/changes.py", "name not in unseen and loaded.value(name) != now.value(name)", "False",
           "tests/services/test_write_refusals.py"),
    Defect("our own account can be changed", "services/policy.py", "if why := self.why_own(name):",
           "if False:", "tests/services/test_policy_and_checks.py"),
    Defect("read-only is not looked at", "services/policy.py", "        if why is None:\n            return None\n        may",
           "        if why is None or True:\n            return None\n        may", "tests/services/test_policy_and_checks.py"),
    Defect("many need nothing typed", "services/policy.py", "MANY = 25", "MANY = 25_000",
           "tests/services/test_policy_and_checks.py"),
    Defect("a held key commits", "tui/commit_guard.py", "SAME_KEY_SECONDS = 0.25", "SAME_KEY_SECONDS = 0.0",
           "tests/tui/test_commit_guard.py"),
    Defect("a form commits unread", "services/policy.py", "READ_SECONDS = 0.5", "READ_SECONDS = 0.0",
           "tests/tui/test_commit_guard.py"),
    Defect("a small list is taken over", "services/absence.py", "SUSPICIOUS_LOSS = 0.2", "SUSPICIOUS_LOSS = 1.0",
           "tests/services/test_listing.py"),
    Defect("a job begins with all at once", "services/jobs.py", "STAGES = (1, 10, None)", "STAGES = (None,)",
           "tests/jobs/test_jobs.py"),
    Defect("a job does not brake", "services/failure_threshold.py", "REJECTED_IN_A_ROW = 3", "REJECTED_IN_A_ROW = 300",
           "tests/jobs/test_jobs.py"),
    Defect("the breaker stays closed", "services/throttle.py", "BREAKS_AT = 5", "BREAKS_AT = 500", "tests/jobs/test_jobs.py"),
    Defect("a moved customer is written all the same", "services/job_items.py",
           "if moved := wanted.moved(session.provider, before):", "if moved := ():", "tests/jobs/test_jobs_meet_others.py"),
    Defect("two processes run one job", "storage/ledger/sqlite/job_lock.py", "fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)\n            except",
           "pass\n            except", "tests/jobs/test_jobs.py"),
    Defect("a plan is applied twice", "storage/ledger/sqlite/job_tables.py", "        refuse_applied(connection, digest)\n", "",
           "tests/jobs/test_jobs.py"),
    Defect("an edited plan is taken", "storage/plan_files.py", 'if plan.digest != head["digest"]:', "if False:",
           "tests/cli/test_plans_and_jobs.py"),
    Defect("a session that is over writes", "storage/ledger/postgresql/sql/006_writing.sql",
           "    PERFORM refuse_dead(mine);", "    PERFORM 1;", "tests/storage/test_team_connection.py tests/storage/test_team_rights.py"),
    Defect("who may not write in an account does", "storage/ledger/postgresql/sql/006_writing.sql",
           "IF NOT may(which, 'write') THEN", "IF false THEN", "tests/storage/test_team_rights.py"),
    Defect("anybody changes rows", "storage/ledger/postgresql/sql/003_rights.sql", "GRANT SELECT ON meta",
           "GRANT ALL ON rows TO reseller_auditor; GRANT SELECT ON meta", "tests/storage/test_team_rights.py"),
    Defect("everybody reads every account", "storage/ledger/postgresql/sql/003_rights.sql",
           "ALTER TABLE rows ENABLE ROW LEVEL SECURITY;", "", "tests/storage/test_team_rights.py"),
    Defect("what may have been done is begun again", "storage/ledger/postgresql/sql/013_workers.sql",
           "AND outcome_of(i) IN ('not_sent', 'verified_not_applied', 'rejected')", "", "tests/jobs/test_team_jobs.py"),
    Defect("two machines run one job", "storage/ledger/postgresql/sql/016_second_calls.sql",
           "IF j.owner <> mine AND lives(j.owner) THEN", "IF false THEN", "tests/jobs/test_team_jobs.py"),
    Defect("workers join before the first ones are sent", "storage/ledger/postgresql/sql/016_second_calls.sql",
           "AND NOT (j.is_open AND j.state = 'running'", "AND NOT (j.state = 'running'", "tests/jobs/test_workers.py"),
    Defect("what a worker took is begun by another", "storage/ledger/postgresql/sql/016_second_calls.sql",
           "AND (i.session IS NULL OR i.session = mine OR NOT lives(i.session))\n            ORDER", "ORDER",
           "tests/jobs/test_workers.py"),
    Defect("a worker begins items of a job that was halted", "storage/ledger/postgresql/sql/016_second_calls.sql",
           "(j.owner = mine OR (j.is_open AND j.state = 'running'))", "true", "tests/jobs/test_workers.py"),
    Defect("who lost a job says what became of it", "storage/ledger/postgresql/sql/016_second_calls.sql",
           "AND (x.owner IS NULL OR x.owner = mine OR NOT lives(x.owner))", "", "tests/jobs/test_workers.py"),
    Defect("each machine has the rate for itself", "storage/ledger/postgresql/sql/016_second_calls.sql",
           "greatest(r.next_at, start) + gap * found", "start + gap * found", "tests/jobs/test_workers.py"),
    Defect("an intent that nobody was told of stays open", "storage/ledger/postgresql/writer.py", "                if ops:",
           "                if False:", "tests/storage/test_team_connection.py"),
    Defect("who was not heard of sends", "services/sending.py", "        until = await self._refuse_late()\n",
           "        until = float('inf')\n",
           "tests/services/test_write_locks.py"),
    Defect("a chain whose end is missing is written on", "storage/ledger/postgresql/writer.py",
           "        if self._doubts[account]:", "        if False:", "tests/storage/test_team_receipt.py"),
    Defect("a plan is applied by who approved it", "storage/ledger/postgresql/sql/010_approvals.sql",
           "AND v.role NOT IN (p.role, applier)", "", "tests/storage/test_team_approvals.py"),
    Defect("other items than those that were approved become a job", "storage/ledger/postgresql/sql/010_approvals.sql",
           "        RAISE EXCEPTION 'another plan was approved' USING ERRCODE = 'TR012';", "", "tests/storage/test_team_approvals.py"),
    Defect("what nobody approved of is begun", "storage/ledger/postgresql/sql/010_approvals.sql",
           "    IF needed = 0 THEN RETURN NEW; END IF;", "    RETURN NEW;", "tests/storage/test_team_approvals.py"),
    Defect("an archive is taken for whole", "storage/ledger/postgresql/archive.py", "ends.get(name) != {head.text}", "False",
           "tests/storage/test_ledger_move.py"),
    Defect("a file that was moved is written on", "storage/ledger/sqlite/moved.py",
           "    set_aside(folder, note.kept)\n    return True", "    return True", "tests/storage/test_ledger_move.py"),
    Defect("a move that was about to be committed is not waited for", "storage/ledger/postgresql/sql/011_archives.sql",
           "    LOCK TABLE arriving_rows IN ACCESS SHARE MODE;\n", "", "tests/storage/test_ledger_move.py"),
    Defect("an older dump at another address is not told", "storage/ledger/postgresql/receipts.py",
           'f"/ledger of a team/{link.ledger_id}"', 'f"/{self._place}/{link.ledger_id}"', "tests/storage/test_team_receipt.py"),
    Defect("it is sent from a machine whose clock is far off", "storage/ledger/postgresql/link.py",
           "if abs(self.clock_ahead) > CLOCK_SECONDS:", "if False:", "tests/cli/test_team_troubles.py"),
    Defect("a pooler lends for a transaction", "storage/ledger/postgresql/pooled.py", "    if is_lent:\n", "    if False:\n",
           "tests/storage/test_team_pooler.py"),
    Defect("a body that is late leaves behind its head", "api/network.py", "        refuse_late(has_begun=has_begun)\n",
           "        if not has_begun:\n            refuse_late(has_begun=False)\n", "tests/api/test_last_look.py"),
    Defect("what became late behind the last look leaves", "api/network.py", "made = WatchfulSocket(", "made = socket.socket(",
           "tests/api/test_last_look.py"),
    Defect("a server elsewhere proves nothing", "storage/ledger/postgresql/link.py", '{"sslmode": "verify-full", **authority}',
           "{**authority}", "tests/cli/test_team_ledger.py"),
    Defect("a damaged log is not looked at", "storage/ledger/sqlite/wal.py", "if ends >= 2 else", "if ends >= 2000 else",
           "tests/storage/test_ledger_wal.py"),
    Defect("a suspect ledger is not proved", "storage/ledger/sqlite/connection.py", "            if self.is_suspect:\n",
           "            if False:\n", "tests/storage/test_ledger_reading.py"),
    Defect("missing rows are not missed", "storage/ledger/receipt.py", "    if chain.holds(last):", "    if True:",
           "tests/storage/test_ledger_receipt.py"),
    Defect("a receipt is ahead of the ledger", "storage/ledger/sqlite/connection.py", "last = head(self.database)\n                self",
           "last = head(self.database)\n                self.receipt.keep(last)\n                last = type(last)(last.number + 1, last.hash)\n                self",
           "tests/storage/test_ledger_receipt.py"),
    Defect("a backup is not checked", "storage/ledger/sqlite/backup.py", "why, last = damage(copy), head(copy)", 'why, last = "", head(copy)',
           "tests/storage/test_ledger_restore.py"),
    Defect("a ledger in use is replaced", "storage/ledger/sqlite/in_use.py", "if numbers or _is_open_elsewhere(folder / LEDGER):",
           "if numbers:", "tests/storage/test_ledger_restore.py"),
    Defect("a broken off restore is left as it is", "storage/ledger/sqlite/unfinished_restore.py", '    for suffix in (*SIDE_FILES, ""):\n        if os.path.lexists(side_file(path, suffix)):',
           "    for suffix in ():\n        if os.path.lexists(side_file(path, suffix)):", "tests/storage/test_ledger_restore.py"),
    Defect("every undo in words is a link", "storage/ledger/sqlite/migration.py", "and _is_opposite(operation, content, was)", "and True",
           "tests/storage/test_ledger_migration.py"),
    Defect("an old spelling locks nobody", "domain/account.py", "return named == _folded(name) and", "return False and",
           "tests/storage/test_ledger_migration.py"),
    Defect("stopped again is lifted all the same", "services/lifting.py", "if now.replaced_by is not None:", "if False:",
           "tests/services/test_suspensions.py"),
    Defect("an older end is lifted", "services/suspensions.py", "if self.until <= now else", "if self.until else",
           "tests/services/test_suspensions.py"),
    Defect("an undo overwrites newer changes", "services/undo.py", "now.value(change.field) != change.after", "False",
           "tests/jobs/test_jobs_meet_others.py"),
    Defect("a dialog sends to whoever has the name", "services/write.py", "UNKNOWN if loaded is None else seen_of(provider, loaded)",
           "UNKNOWN", "tests/tui/test_another_customer.py"),
    Defect("a mark is whoever has the name", "services/plan_checks.py", "if why := why_another(name, one.meant, now):",
           'if why := "":', "tests/tui/test_another_customer.py", "-m long -k three"),
    Defect("a review is not followed by a reading", "tui/flows/plans.py", ", is_final=True", "",
           "tests/tui/test_another_customer.py", "-m long -k three"),
    Defect("a suspension that is over is no news", "services/suspended.py", 'if one.state(now) == "due"', "if False",
           "tests/services/test_suspended.py"),
    Defect("F2 behind fg commits", "tui/everywhere.py", "            self._keys.all_hidden()\n", "            pass\n",
           "tests/tui/test_commit_guard.py"),
    Defect("unknown outcomes are forgotten on going on", "services/jobs.py", "        if ours:\n", "        if False:\n",
           "tests/jobs/test_jobs.py"),
    Defect("a note is shown on another customer", "domain/note.py", "found is not None and found.means(customer)", "found is not None",
           "tests/domain/test_note.py"),
    Defect("a filter finds the note of another customer", "storage/noted_rows.py", "    if others:\n", "    if False:\n",
           "tests/storage/test_customer_list.py"),
    Defect("a note outlives its customer", "storage/ledger/note_rows.py", "note = found.pop(applied.username, None)", "note = found.get(applied.username)",
           "tests/storage/test_ledger.py"),
    Defect("a note is written over the one of a colleague", "storage/ledger/sqlite/connection.py",
           "            self.refuse_overtaken(account, note, seen)\n", "", "tests/services/test_notes.py"),
    Defect("a repeat reaches whoever has the name", "storage/ledger/rules.py",
           "if are_of_two(entry.fingerprint, intent.fingerprint):", "if False:", "tests/services/test_write_locks.py"),
    Defect("a team's repeat reaches whoever has the name", "storage/ledger/postgresql/sql/015_who_is_meant.sql",
           "AND is_on_another(o.entry, op->'meant')", "AND false", "tests/storage/test_team_ledger.py"),
    Defect("accents alone choose everybody", "domain/filters.py", "is_blank=not word, **span), end", "**span), end",
           "tests/domain/test_filters.py"),
    Defect("a cell that lost letters is a wish", "services/files/doubts.py", "if _is_but_for_lost(value, present):", "if False:",
           "tests/cli/test_doubtful_cells.py"),
    Defect("a name may hold what nothing draws", "domain/confusables.py", "for at in unseen_in(name):", "for at in ():",
           "tests/cli/test_new_names.py"),
    Defect("a note takes control characters", "domain/note.py", "if odd := _REFUSED[name].search(text)", "if odd := None",
           "tests/domain/test_note.py"),
)  # fmt: skip


def chosen():
    if os.environ.get("TUI_RESELLER_DEFECTS") == "all":
        return DEFECTS
    return DEFECTS[::5]


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name.replace(" ", "-"))
def test_each_defect_can_still_be_put_in(defect):
    program = (ROOT / "tui_reseller" / defect.file).read_text(encoding="utf-8")
    assert defect.old in program, f"{defect.file} has no {defect.old!r} any more: mend this list"
    assert all((ROOT / test).exists() for test in defect.tests.split()), defect.tests


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the program and its tests."""
    folder = tmp_path_factory.mktemp("defects") / "tree"
    leave = shutil.ignore_patterns(".git", ".venv", "__pycache__", "*.png", "*.svg", ".hypothesis", ".mypy_cache")
    shutil.copytree(ROOT, folder, ignore=leave)
    return folder


def run(folder, tests, options=""):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-n0",
        "-p",
        "no:cacheprovider",
        "-m",
        "not long or in_turn",
        *tests.split(),
        *options.split(),
    ]
    ours = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "CI": "true", "PYTEST_ADDOPTS": ""}
    environment = {**os.environ, **ours}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
    )


@pytest.mark.long
@pytest.mark.parametrize("defect", chosen(), ids=lambda defect: defect.name.replace(" ", "-"))
def test_the_tests_notice(copy, defect):
    path = copy / "tui_reseller" / defect.file
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace(defect.old, defect.new, 1), encoding="utf-8")
    try:
        done = run(copy, defect.tests, defect.options)
    finally:
        path.write_text(good, encoding="utf-8")
    assert done.returncode == 1, f"{defect.name}: nobody noticed\n{done.stdout[-2000:]}{done.stderr[-500:]}"
    assert "error" not in done.stdout.splitlines()[-1] or " failed" in done.stdout.splitlines()[-1], done.stdout[-2000:]
