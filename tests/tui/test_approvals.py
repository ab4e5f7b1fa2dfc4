"""Four eyes on the screen: what needs approval says so before anything is typed, is proposed, judged and started."""

import pytest

from tests.harness.waiting import soon
from tests.tui.desk import open_desk
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.providers.accounts_v3 import ACCOUNTS_V3
from tui_reseller.services.policy import Policy
from tui_reseller.storage.ledger.encoding import escaped
from tui_reseller.system.clock import SystemClock
from tui_reseller.tui.commands import COMMANDS
from tui_reseller.tui.presenters.commands import why_not
from tui_reseller.tui.view_state import ViewState

SET = "SET search_path = reseller; "


@pytest.fixture
def desk_of(sandbox, tmp_path, team_cluster):
    def open_as(role):
        (tmp_path / role).mkdir()
        return open_desk(sandbox, tmp_path / role, size=(120, 40), ledger=team_cluster.address(role))

    return open_as


@pytest.fixture
def may_approve(team_cluster):
    team_cluster.ask(f"{SET}SELECT member_add('sam', '*', '{{approve}}')")
    yield
    team_cluster.ask(f"{SET}SELECT member_remove('sam', '*')")


async def ask_for_approval(cluster, desk):
    """Set it for the account, and wait until the screen knows."""
    policy, name = desk.main.context.session.policy, escaped(desk.main.context.session.account)
    known = f"INSERT INTO accounts (name) VALUES ('{name}') ON CONFLICT DO NOTHING"
    cluster.ask(f"{SET}{known}; UPDATE accounts SET approvals = 1")
    await desk.main.context.session.catch_up()
    assert policy.approvals == 1


async def palette(desk, words):
    await desk.press("colon")
    await desk.opened("Commands")
    await desk.write(words)
    await desk.press("enter")


async def test_one_proposes_another_approves_and_the_first_starts_it(
    desk_of, sandbox, someone, team_cluster, may_approve
):
    name = someone()
    async with desk_of("ann") as ann, desk_of("sam") as sam:
        await ask_for_approval(team_cluster, ann)
        await ann.go_to(name)
        await ann.press("d")
        await ann.opened("Disable sending")
        assert "Another person must approve first: it is proposed, not sent." in ann.words()
        ann.field("reason").focus()
        await ann.write("ticket 4711")
        await ann.read_then("ctrl+s")
        await ann.told("Proposed as 1: nothing was sent.")
        assert sandbox.log() == []
        await palette(sam, "Approvals")
        await sam.opened("Approvals")
        assert "open" in sam.lines()[0]
        assert "ann" in sam.lines()[0]
        await sam.press("enter")
        await sam.opened("Proposal 1")
        assert name in sam.words()
        await sam.press("a")
        await sam.opened("Approve of proposal 1")
        sam.field("why").focus()
        await sam.write("read it")
        await sam.read_then("ctrl+s")
        await sam.told("Proposal 1: approved.")
        await palette(ann, "Approvals")
        await ann.opened("Approvals")
        await ann.press("enter")
        await ann.opened("Proposal 1")
        await ann.press("s")
        await ann.opened("Plan: disable sending for 1 customer")
        assert "it is proposed" not in ann.words()
        await ann.read_then("ctrl+s")
        await soon("it is sent", lambda: len(sandbox.log()) == 1)
        await soon("the job is over", lambda: ann.main.context.run is None)


async def test_marked_customers_are_proposed_as_one_plan_and_a_password_is_not(desk_of, sandbox, someone, team_cluster):
    from tui_reseller.tui.flows.marking import mark_pasted  # noqa: PLC0415 - the screen is loaded with the desk

    names = [someone(), someone()]
    async with desk_of("ann") as ann:
        await ask_for_approval(team_cluster, ann)
        await ann.go_to(names[0])
        await ann.press("p")
        await ann.told("no proposal holds a password")
        mark_pasted(ann.main.context, "\n".join(names))
        await ann.go_to(names[0])
        await ann.press("d")
        await ann.opened("Plan: disable sending for 2")
        assert "Another person must approve first" in ann.words()
        ann.field("reason").focus()
        await ann.write("both")
        if ann.app.screen.query("#field-typed"):
            ann.field("typed").focus()
            await ann.write("2 acme")
        await ann.read_then("ctrl+s")
        await ann.told("Proposed as 1")
        assert sandbox.log() == []
        assert team_cluster.ask("SELECT items FROM reseller.proposals") == [(2,)]


async def test_without_a_team_it_says_so(at_desk):
    async with at_desk() as desk:
        await palette(desk, "Approvals")
        await desk.told("Nobody approves in a ledger of your own")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("customer.sign-in", "no proposal holds a link"),
        ("customer.password", "no proposal holds a password"),
        ("sending.disable", None),
    ],
)
def test_what_cannot_be_proposed_says_so_before_anything_is_typed(name, words):
    profile = Profile("acme", api_user="a", base_url="https://api.example.com/v3", provider=ACCOUNTS_V3.id)
    policy = Policy(profile, SystemClock())
    command = next(one for one in COMMANDS if one.id == name)
    if name != "customer.sign-in":
        policy = Policy(Profile("acme", api_user="a"), SystemClock())
    assert why_not(command, ViewState(), policy, has_customer=True) is None
    policy.approvals = 2
    why = why_not(command, ViewState(), policy, has_customer=True)
    assert why is None if words is None else "2 other persons must approve first" in why and words in why
