"""By whom a customer was changed, as it is told: an account, and beside it what was only claimed."""

from dataclasses import replace

import pytest

from tui_reseller.domain.audit import Intent, Operator
from tui_reseller.domain.changes import Change
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.services.attribution import attribution_words

ROOT = Operator("root", "bastion", None, 0)


@pytest.mark.parametrize(
    ("me", "author", "words"),
    [
        (ROOT, ROOT, "you (root) on bastion at "),
        (ROOT, replace(ROOT, ssh_from="203.0.113.9", host="jump"), "you (root) from 203.0.113.9 at "),
        (ROOT, Operator("ben", "bastion", "10.1.2.3", 1000), "ben from 10.1.2.3 at "),
        (
            ROOT,
            replace(ROOT, claims={"SUDO_USER": "ann", "LOGNAME": "ann", "USER": "the.boss"}),
            "you (root) (claims to be ann, the.boss) on bastion at ",
        ),
    ],
)
async def test_an_author_is_an_account_and_claims_are_claims(session, ledger, me, author, words):
    session.operator = me
    change = (Change("city", "a", "b"),)
    entry = await ledger.begin(Intent("acme", session.account, Operation.SET, "luz", change, author))
    await ledger.finish(entry, Outcome.APPLIED, "")
    found = await ledger.get(entry)
    assert attribution_words(found, session).startswith(words)
