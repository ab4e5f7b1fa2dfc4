"""A username that the service lists more than once does not tell who is meant: nothing is sent, also where the list
came to be so after the plan was made.
"""

import pytest

from tui_reseller.domain.errors import CredentialsRefused
from tui_reseller.domain.operation import Operation


@pytest.fixture
def twice(desk):
    """Let the service list somebody else under a name that there is already; the list on disk is too old by now."""

    def happens(name):
        desk.service.customers["once more"] = desk.service.customers[name].with_values({"email": "eve@x.example"})
        desk.clock.passed += 601

    return happens


@pytest.fixture
def plan(desk, tmp_path):
    path = str(tmp_path / "a.plan")
    assert desk("plan", "new", "--all", "--action", "disable", "--out", path).code == 0
    return path


def sent(desk):
    return [call.username for call in desk.service.sent]


def test_a_plan_is_stale_where_a_name_came_to_stand_twice(desk, plan, twice):
    twice("c1")
    confirmed = ("plan", "apply", plan, "--confirm", "3 acme")
    refused = desk(*confirmed)
    assert (refused.code, '"c1"' in refused.err, sent(desk)) == (11, True, [])
    assert desk(*confirmed, "--skip-changed").code == 0
    assert sorted(sent(desk)) == ["c2", "c3"]


@pytest.mark.parametrize("how", ["resume", "retry"])
def test_a_job_that_goes_on_leaves_such_a_name_alone(desk, plan, twice, how):
    desk.service.errors[Operation.DISABLE] = CredentialsRefused("no")
    desk("plan", "apply", plan, "--confirm", "3 acme")
    desk.service.errors.clear()
    desk.service.sent.clear()
    twice("c1")
    ran = desk("job", how, "1", "--yes")
    assert "c1" not in sent(desk)
    rows = {row["username"]: row for row in desk("job", "results", "1").rows}
    assert rows["c1"]["outcome"] == "conflict", ran.err
    assert 'lists "c1" more than once' in rows["c1"]["message"]
