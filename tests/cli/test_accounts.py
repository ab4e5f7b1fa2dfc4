"""Two accounts behind one host that differ in the path share nothing; spellings of one account share its locks."""

from dataclasses import dataclass, field

import pytest

from tests.cli.conftest import fakes
from tui_reseller.domain.errors import AnswerLost
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.profile import Profile

A, B = "https://gw.example/a/apiv2", "https://gw.example/b/apiv2"


@dataclass
class Tenants:
    """Services by base URL, each with the same usernames."""

    desk: object
    services: dict = field(default_factory=dict)

    def add(self, name: str, base_url: str, of: str = "") -> None:
        self.desk.services(None, False).profiles.config.put(Profile(name, "acme", base_url))
        service = self.services.get(of) or fakes.FakeService(fakes.people(3))
        self.services[name] = service

    def run(self, profile: str, *argv: str, **more):
        self.desk.service = self.services[profile]
        return self.desk(*argv, "--profile", profile, **more)


@pytest.fixture
def tenants(desk):
    made = Tenants(desk)
    made.add("one", A)
    made.add("two", B)
    return made


def test_a_list_of_one_tenant_is_not_the_list_of_the_other(tenants):
    assert tenants.run("one", "list").code == 0
    assert tenants.run("two", "list", "--offline").code == 3, "no list of this account on disk"


def test_a_plan_of_one_tenant_is_refused_by_the_other(tenants, tmp_path):
    plan = str(tmp_path / "a.plan")
    assert tenants.run("one", "plan", "new", "--filter", "c", "--action", "disable", "--out", plan).code == 0
    ran = tenants.run("two", "plan", "apply", plan, "--confirm", "3 two")
    assert (ran.code, tenants.services["two"].sent) == (11, [])
    assert "made for another account" in ran.err


def test_a_job_of_one_tenant_is_refused_by_the_other(tenants, tmp_path):
    tenants.services["one"].errors[Operation.DISABLE] = AnswerLost("cut")
    tenants.run("one", "disable", "c1", "c2", "--yes")
    ran = tenants.run("two", "job", "resume", "1")
    assert (ran.code, tenants.services["two"].sent) == (11, [])
    assert "belongs to another account" in ran.err


def test_an_unknown_outcome_of_one_tenant_locks_nothing_of_the_other(tenants):
    tenants.services["one"].errors[Operation.SET] = AnswerLost("cut")
    assert tenants.run("one", "set", "c1", "city=Rom", "--yes").code == 10
    assert tenants.run("two", "set", "c1", "city=Rom", "--yes").code == 0
    assert tenants.run("two", "needs-you").rows == []
    assert tenants.run("two", "undo", tenants.run("one", "needs-you").row["id"], "--yes").code == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://api.sendgrid.com/apiv2", "https://sendgrid.com/apiv2"),
        ("https://api.sendgrid.com/apiv2", "https://API.SENDGRID.COM:443/apiv2/"),
        ("http://localhost:8025/apiv2", "http://127.0.0.1:8025/apiv2"),
        ("http://localhost:8025/apiv2", "http://[::1]:8025/apiv2"),
    ],
)
def test_an_unknown_outcome_locks_its_customer_under_every_spelling(tenants, first, second):
    tenants.add("three", first)
    tenants.add("four", second, of="three")
    tenants.services["three"].errors[Operation.SET] = AnswerLost("cut")
    assert tenants.run("three", "set", "c1", "city=Rom", "--yes").code == 10
    tenants.services["three"].errors.clear()
    ran = tenants.run("four", "set", "c1", "city=Oslo", "--yes")
    assert (ran.code, "must be settled first" in ran.err) == (11, True)
    assert len(tenants.run("four", "needs-you").rows) == 1


def test_the_strictest_rules_of_all_profiles_of_an_account_hold(tenants):
    config = tenants.desk.services(None, False).profiles.config
    config.put(Profile("strict", "acme", "https://GW.example:443/a/apiv2/", max_rows=1, protected=True))
    ran = tenants.run("one", "disable", "c1", "c2", "--confirm", "2 one")
    assert (ran.code, tenants.services["one"].sent) == (11, [])
    assert tenants.run("two", "disable", "c1", "c2", "--yes").code == 0, "another account"
