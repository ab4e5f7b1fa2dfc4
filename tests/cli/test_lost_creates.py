"""A create whose answer was lost, at both services of today, while other operators open customers: by commands."""

import pytest

from tests.harness.clock import HurriedClock
from tests.harness.elsewhere import PRO, account_opened, subuser_opened
from tests.harness.sandbox import running
from tui_reseller.domain.operation import Operation
from tui_reseller.wiring import services

FREE = "org.ei.free.v1"
MAIL = "lost@x.example"


@pytest.fixture(scope="module")
def service():
    with running(customers=12) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def taciturn_service():
    """A service that tells nothing on an account's behalf."""
    with running("--no-accounts-on-behalf", customers=3) as sandbox:
        yield sandbox


@pytest.fixture
def at(consoles, monkeypatch):
    """Hand out a console at a provider of a service, ten minutes after all that was opened there; waiting is short."""
    monkeypatch.setattr(services, "SystemClock", lambda: HurriedClock(least=1))

    def made(sandbox, provider):
        console, ready = consoles(), sandbox.ready
        sandbox.start_anew()
        sandbox.advance(600)
        console.sandbox = sandbox
        console.environment |= {
            "TUI_RESELLER_PROVIDER": provider, "TUI_RESELLER_BASE_URL": ready["v3_base_url"],
            "TUI_RESELLER_API_USER": "boss", "TUI_RESELLER_API_KEY": ready["v3_api_key"],
        }  # fmt: skip
        return console

    return made


def lose(console, fault, *wanted):
    console.sandbox.fault(fault, operation="create", times=1)
    lost = console("create", *wanted, "--yes")
    assert (lost.code, lost.row["outcome"]) == (10, "unknown"), lost.err
    console.sandbox.clear()
    return lost


# --- Accounts: the service gives the key, and it was in the answer ----------------------------------------------------


def test_a_lost_account_is_found_again(at, service):
    console = at(service, "accounts-v3")
    known = console("create", f"package={PRO}", f"email={MAIL}", "--yes").row["username"]
    lost = lose(console, "drop-after", f"package={PRO}", f"email={MAIL}", "addons=org.ei.dedicated_ip.v1:2")
    assert "Not safe: create it again" in lost.err
    again = console("create", f"package={PRO}", f"email={MAIL}", "--yes")
    assert (again.code, lost.row["id"] in again.err) == (11, True)
    found = console("verify", lost.row["id"])
    assert (found.code, found.row["outcome"]) == (0, "verified_applied"), found.err
    opened = [row["username"] for row in service.for_clients()]
    assert opened[0] == known
    assert len(opened) == 2
    assert opened[1] in found.row["message"]
    (entry,) = console("audit", "list", "--username", opened[1]).rows
    assert (entry["operation"], entry["outcome"]) == ("create", "verified_applied")
    assert console("show", opened[1]).row["addons"] == "org.ei.dedicated_ip.v1:2"
    assert console("create", f"package={PRO}", f"email={MAIL}", "--yes").row["outcome"] == "applied"


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ((), "nobody was opened"),
        ((("other@x.example", PRO),), 'its e-mail address is "other@x.example"'),
        (((MAIL, FREE),), "but it shows another package"),
        (((MAIL, PRO), ("other@x.example", PRO)), "and not known here: "),
    ],
)
def test_an_account_that_was_not_opened_is_never_taken_for_one_of_others(at, service, others, words):
    console = at(service, "accounts-v3")
    lost = lose(console, "drop-before", f"package={PRO}", f"email={MAIL}")
    theirs = [account_opened(service, *one) for one in others]
    checked = console("verify", lost.row["id"])
    assert (checked.code, checked.row["outcome"]) == (10, "unverifiable"), checked.err
    assert words in checked.row["message"]
    assert all(one in checked.row["message"] for one in theirs)
    assert [console("audit", "list", "--username", one).rows for one in theirs] == [[] for _ in theirs]
    again = console("create", f"package={PRO}", f"email={MAIL}", "--yes")
    assert (again.code, lost.row["id"] in again.err) == (11, True)
    assert console("resolve", lost.row["id"], "--note", "looked at the vendor's").row["outcome"] == "resolved"


@pytest.mark.parametrize("email", [MAIL, "other@x.example"])
def test_among_five_of_the_same_minute_a_person_is_asked(at, service, email):
    console = at(service, "accounts-v3")
    theirs = [account_opened(service, email) for _ in range(2)]
    lost = lose(console, "drop-after", f"package={PRO}", f"email={MAIL}")
    theirs += [account_opened(service, email) for _ in range(2)]
    checked = console("verify", lost.row["id"])
    assert (checked.code, checked.row["outcome"]) == (10, "unverifiable"), checked.err
    opened = [row["username"] for row in service.for_clients()]
    assert len(opened) == 5
    assert all(one in checked.row["message"] for one in opened)
    assert "Safe: check; or look for an account created at that time" in console("needs-you").err


@pytest.mark.parametrize("fault", ["drop-after", "drop-before"])
def test_one_of_no_known_address_is_not_taken_for_ours(at, taciturn_service, fault):
    console = at(taciturn_service, "accounts-v3")
    lost = lose(console, fault, f"package={PRO}", f"email={MAIL}")
    if fault == "drop-before":
        account_opened(taciturn_service, MAIL)
    checked = console("verify", lost.row["id"])
    assert (checked.code, checked.row["outcome"]) == (10, "unverifiable"), checked.err
    assert "the service does not tell its e-mail address" in checked.row["message"]
    console("resolve", lost.row["id"], "--note", "looked at the vendor's")
    nameless = lose(at(taciturn_service, "accounts-v3"), "drop-after", f"package={PRO}")
    assert "no e-mail address was asked for" in console("verify", nameless.row["id"]).row["message"]
    console("resolve", nameless.row["id"], "--note", "looked at the vendor's")


# --- Subusers: the name is ours to choose -----------------------------------------------------------------------------


def wanted_of(name):
    return (f"username={name}", f"email={name}@x.example", "ips=203.0.113.1", "--generate-password")


def test_a_lost_subuser_is_found_again_among_those_of_others(at, service):
    console, name = at(service, "subusers-v3"), service.fresh_name()
    subuser_opened(service, f"{name}0", f"{name}@x.example")
    lost = lose(console, "drop-after", *wanted_of(name))
    subuser_opened(service, f"{name}1", f"{name}@x.example")
    assert console("disable", name, "--yes").code == 11, "nothing else is sent before that is settled"
    found = console("verify", lost.row["id"])
    assert (found.code, found.row["outcome"]) == (0, "verified_applied"), found.err
    assert service.times_applied(name, Operation.CREATE) == 1
    assert service.takes(name, lost.row["password"])


def test_a_subuser_that_was_not_opened_is_said_to_be_so(at, service):
    console, name = at(service, "subusers-v3"), service.fresh_name()
    lost = lose(console, "drop-before", *wanted_of(name))
    subuser_opened(service, f"{name}1", f"{name}@x.example")
    found = console("verify", lost.row["id"])
    assert found.row["outcome"] == "verified_not_applied", found.err
    assert console("create", *wanted_of(name), "--yes").row["outcome"] == "applied"
    assert service.times_applied(name, Operation.CREATE) == 1


def test_a_subuser_of_that_name_that_somebody_else_opened_is_not_taken_for_ours(at, service):
    console, name = at(service, "subusers-v3"), service.fresh_name()
    lost = lose(console, "drop-before", *wanted_of(name))
    subuser_opened(service, name, "theirs@x.example")
    checked = console("verify", lost.row["id"])
    assert checked.row["outcome"] == "conflict", checked.err
    assert "maybe not by us" in checked.row["message"]
