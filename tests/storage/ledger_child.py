"""A process with a ledger, for tests that kill it or starve it."""

import asyncio
import os
import resource
import signal
import sys
import tempfile
from pathlib import Path

from tui_reseller.domain.audit import Intent, Operator
from tui_reseller.domain.changes import Change
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.storage.ledger.sqlite.ledger import Ledger


def say(*words):
    sys.stdout.write("".join(f"{word}\n" for word in words))
    sys.stdout.flush()


def _intent(username, operation=Operation.SET):
    change = Change("city", "Oslo", "B" * 300)
    return Intent("acme", "https://api.sendgrid.com|acme", operation, username, (change,), Operator("kim", "bastion"))


async def many(folder, name, count):
    ledger = Ledger(folder)
    for number in range(count):
        entry = await ledger.begin(_intent(f"{name}-{number}"))
        await ledger.finish(entry, Outcome.APPLIED, "ok")
    await ledger.aclose()


async def hang(folder, operation):
    ledger = Ledger(folder)
    entry = await ledger.begin(_intent("user1", Operation(operation)))
    say(entry)
    await asyncio.sleep(60)


async def fill(folder):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    ledger = Ledger(folder)
    await ledger.begin(_intent("first"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    written = 0
    try:
        while True:
            await ledger.begin(_intent(f"user-{written}"))
            written += 1
    except ResellerError as error:
        say(type(error).__name__, written, error.message)


async def refused(folder):
    # Modules that are loaded on first use lie where another account may not read.
    with tempfile.TemporaryDirectory() as other:
        ledger = Ledger(Path(other) / "state")
        await ledger.check()
        await ledger.aclose()
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    try:
        await Ledger(folder).begin(_intent("user1"))
    except ResellerError as error:
        say(type(error).__name__, error.message)


async def look(folder, entry):
    """Say what is known of an operation, from here, and how many were given up."""
    ledger = Ledger(folder)
    lost = await ledger.recover()
    found = await ledger.get(entry)
    say(found.outcome.value if found.outcome else "in flight", lost)
    await ledger.aclose()


VERBS = {"many": many, "hang": hang, "fill": fill, "refused": refused, "look": look}

if __name__ == "__main__":
    verb, folder, *rest = sys.argv[1:]
    asyncio.run(VERBS[verb](Path(folder), *(int(word) if word.isdigit() and len(word) < 10 else word for word in rest)))
