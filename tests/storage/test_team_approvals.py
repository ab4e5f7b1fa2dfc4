"""Four eyes: what the database refuses to whoever writes without the approval of others, and what it lets through."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.storage.operations import done
from tui_reseller.domain.approval import USUAL, Standing, Verdict
from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import InvalidInput, LedgerUnavailable, RefusedHere
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.plan import Item, Plan, plan_text
from tui_reseller.storage.ledger.encoding import escaped
from tui_reseller.storage.ledger.postgresql.approvals import TeamApprovals
from tui_reseller.storage.ledger.postgresql.jobs import TeamJobs

KIM = Operator("kim", "bastion")
WHEN = datetime(2026, 11, 28, 12, tzinfo=UTC)
SET = "SET search_path = reseller; "
NOW = datetime.now(UTC)


def plan_of(account, *names, operation=Operation.DISABLE):
    items = tuple(Item(operation, name, before={"sending": True}) for name in names)
    return Plan("acme", account, "file x.csv", WHEN, WHEN, 10, items)


@pytest.fixture
def guarded(team_cluster, account):
    """Let the account ask for one approval; bob may approve, too, and sam may do nothing else."""
    name = escaped(account)
    team_cluster.ask(f"{SET}INSERT INTO accounts (name, approvals) VALUES ('{name}', 1)")
    team_cluster.ask(f"{SET}SELECT member_add('bob', '*', '{{approve}}'), member_add('sam', '*', '{{approve}}')")
    yield team_cluster
    team_cluster.ask(
        f"{SET}SELECT member_remove('sam', '*'), member_remove('bob', '*'), member_remove('ann', '*'), "
        "member_add('bob', '*', '{write}'), member_add('ann', '*', '{write}')"
    )


async def proposed(ledger, plan, reason="ticket"):
    return await TeamApprovals(ledger).propose(plan, reason, USUAL)


async def test_a_plan_that_another_one_approved_becomes_a_job_once_and_nothing_else_does(guarded, of, intent, account):
    ann, bob, sam, plan = of("ann"), of("bob"), of("sam"), plan_of(account, "a", "b", "ü")
    jobs = TeamJobs(ann)
    with pytest.raises(RefusedHere, match="this plan was not approved"):
        await jobs.add(plan, KIM, "")
    found = await proposed(ann, plan, 'tïcket "1"')
    assert (found.role, found.reason, found.items, found.needed) == ("ann", 'tïcket "1"', 3, 1)
    assert (await proposed(ann, plan)).number == found.number
    assert await TeamApprovals(sam).plan_of(found.number) == plan
    with pytest.raises(RefusedHere, match="this plan was not approved"):
        await jobs.add(plan, KIM, "")
    reviewed = await TeamApprovals(sam).review(found.number, Verdict.APPROVE, plan.digest, "read all")
    assert (reviewed.given, reviewed.standing(NOW)) == (1, Standing.APPROVED)
    with pytest.raises(RefusedHere, match="this plan was not approved"):
        await jobs.add(plan_of(account, "a", "b"), KIM, "")
    job = await jobs.add(plan, KIM, "")
    with pytest.raises(RefusedHere, match=f"applied already, as job {job.number}"):
        await TeamJobs(bob).add(plan, KIM, "")
    assert (await TeamApprovals(bob).get(found.number)).standing(NOW) is Standing.APPLIED
    with pytest.raises(RefusedHere, match="it is over"):
        await proposed(ann, plan)
    async with jobs.owning(job.number, KIM):
        await done(ann, intent(Operation.DISABLE, "a", batch=job.batch, item=(job.number, 0)))
        with pytest.raises(RefusedHere, match="asks for the approval of others"):
            await ann.begin(intent(Operation.DELETE, "b", batch=job.batch, item=(job.number, 1)))
        with pytest.raises(RefusedHere, match="asks for the approval of others"):
            await ann.begin(intent(Operation.DISABLE, "c", batch=job.batch, item=(job.number, 1)))
        with pytest.raises(RefusedHere, match="asks for the approval of others"):
            await ann.begin(intent(Operation.DISABLE, "b"))
        await done(ann, intent(Operation.DISABLE, "b", batch=job.batch, item=(job.number, 1)))
    kinds = guarded.ask("SELECT kind, role, body FROM reseller.rows WHERE number <= 3 ORDER BY number")
    assert [(kind, role) for kind, role, _body in kinds] == [("proposal", "ann"), ("review", "sam"), ("job", "ann")]
    assert json.loads(kinds[0][2])["digest"] == json.loads(kinds[1][2])["digest"] == plan.digest
    assert (await ann.check()).is_whole


async def test_what_nobody_may_say_of_a_proposal(guarded, of, account):
    ann, bob, sam = of("ann"), of("bob"), of("sam")
    plan = plan_of(account, "a")
    number = (await proposed(bob, plan)).number
    with pytest.raises(RefusedHere, match="a plan of your own"):
        await TeamApprovals(bob).review(number, Verdict.APPROVE, plan.digest, "mine")
    with pytest.raises(LedgerUnavailable, match="may not"):
        await TeamApprovals(ann).review(number, Verdict.APPROVE, plan.digest, "no right")
    with pytest.raises(RefusedHere, match="not the plan that was proposed"):
        await TeamApprovals(sam).review(number, Verdict.APPROVE, "0" * 64, "other")
    with pytest.raises(InvalidInput, match="no proposal 99"):
        await TeamApprovals(sam).review(99, Verdict.APPROVE, plan.digest, "?")
    await TeamApprovals(sam).review(number, Verdict.APPROVE, plan.digest, "yes")
    with pytest.raises(RefusedHere, match="you have said what you think"):
        await TeamApprovals(sam).review(number, Verdict.DENY, plan.digest, "no")
    guarded.ask(f"{SET}SELECT member_remove('sam', '*')")
    assert (await TeamApprovals(ann).get(number)).given == 0
    with pytest.raises(RefusedHere, match="was not approved"):
        await TeamJobs(bob).add(plan, KIM, "")


async def test_who_approved_does_not_apply_and_one_no_or_the_end_of_time_is_enough(guarded, of, account):
    ann, bob, sam = of("ann"), of("bob"), of("sam")
    own = plan_of(account, "a")
    number = (await proposed(ann, own)).number
    await TeamApprovals(bob).review(number, Verdict.APPROVE, own.digest, "yes")
    with pytest.raises(RefusedHere, match="was not approved"):
        await TeamJobs(bob).add(own, KIM, "")
    await TeamApprovals(sam).review(number, Verdict.DENY, own.digest, "no")
    with pytest.raises(RefusedHere, match="was not approved"):
        await TeamJobs(ann).add(own, KIM, "")
    late = plan_of(account, "b")
    number = (await TeamApprovals(ann).propose(late, "t", timedelta(minutes=1))).number
    await TeamApprovals(sam).review(number, Verdict.APPROVE, late.digest, "yes")
    guarded.ask(f"UPDATE reseller.proposals SET until = now() - interval '1 second' WHERE id = {number}")
    with pytest.raises(RefusedHere, match="was not approved"):
        await TeamJobs(ann).add(late, KIM, "")
    with pytest.raises(RefusedHere, match="it is over"):
        await TeamApprovals(bob).review(number, Verdict.APPROVE, late.digest, "late")


async def test_breaking_the_glass_is_a_right_of_its_own_and_a_row(guarded, of, intent, account):
    ann = of("ann")
    with pytest.raises(LedgerUnavailable, match="may not"):
        await ann.break_glass(account, "fire")
    guarded.ask(f"{SET}SELECT member_add('ann', '*', '{{break-glass}}')")
    with pytest.raises(RefusedHere):
        await ann.begin(intent())
    await ann.break_glass(account, "fire")
    await done(ann, intent())
    await TeamJobs(ann).add(plan_of(account, "a"), KIM, "")
    ((role, body),) = guarded.ask("SELECT role, body FROM reseller.rows WHERE kind = 'break-glass'")
    assert (role, json.loads(body)) == ("ann", {"reason": "fire"})
    await ann.aclose()
    with pytest.raises(RefusedHere):
        await ann.begin(intent(username="later"))


def psql(cluster, role, statement):
    return cluster.psql(f"{SET}{statement}", role).stderr


def test_psql_is_refused_what_the_application_is(guarded, account):
    name, plan = escaped(account), plan_of(account, "a")
    text = plan_text(plan).replace("'", "''")

    def session(role):
        ((found,),) = guarded.ask("SELECT reseller.hello('{}')::text", role)
        return found

    ann, bob, sam = session("ann"), session("bob"), session("sam")

    def write(op, role="ann", of=ann):
        ops = json.dumps([op]).replace("'", "''")
        return psql(guarded, role, f"SELECT write('{name}', '{of}', '{ops}')")

    item = [escaped("a"), plan.items[0].line_text]
    job = {"do": "add_job", "digest": plan.digest, "body": "{}", "chained": "{}", "items": [item]}
    single = {"do": "begin", "operation": "disable", "username": "a", "profile": "p", "body": "{}"}
    assert "not approved" in write(single)
    assert "not approved" in write({**single, "do": "already", "message": "x"})
    assert "not approved" in write(job)
    propose = "SELECT propose('{}', '{}', '{}', 'why', 600)"
    assert "no right" in psql(guarded, "sam", propose.format(name, sam, text))
    assert "no plan of this account" in psql(guarded, "ann", propose.format("other", ann, text))
    assert psql(guarded, "ann", propose.format(name, ann, text)) == ""
    ((number,),) = guarded.ask("SELECT id FROM reseller.proposals")
    review = f"SELECT review({number}, '{{}}', 'approve', '{plan.digest}', 'yes')"
    assert "no right approve" in psql(guarded, "ann", review.format(ann))
    assert "another plan" in psql(guarded, "sam", review.format(sam).replace(plan.digest, "0" * 64))
    assert "session is over" in psql(guarded, "sam", review.format(bob))
    assert "no text" in psql(guarded, "sam", review.format(sam).replace("'yes'", '\'x","verdict":"deny\'')) or (
        "invalid" in psql(guarded, "sam", review.format(sam).replace("'yes'", '\'x","verdict":"deny\''))
    )
    assert psql(guarded, "sam", review.format(sam)) == ""
    assert "a second vote" in psql(guarded, "sam", review.format(sam))
    other = plan_of(account, "b").items[0].line_text
    assert "another plan was approved" in write({**job, "items": [["b", other]]})
    assert "another plan was approved" in write({**job, "items": [["b", item[1]]]})
    assert write(job, "bob", bob) == ""  # who neither proposed nor approved
    assert write(job) == ""  # answered: applied
    assert guarded.ask("SELECT count(*) FROM reseller.jobs") == [(1,)]
    assert "not approved" in write({**single, "item": [1, 0]}) or guarded.ask(
        "SELECT count(*) FROM reseller.rows WHERE kind = 'intent'"
    ) == [(0,)]
    for statement in (
        "UPDATE accounts SET approvals = 0",
        "INSERT INTO reviews (proposal, verdict, digest, reason) VALUES (1, 'approve', 'x', '')",
        "UPDATE proposals SET until = 'infinity'",
        "DELETE FROM reviews",
        "INSERT INTO glass VALUES ('a', gen_random_uuid(), '')",
        "ALTER TABLE rows DISABLE TRIGGER approved",
        "SELECT member_add('ann', '*', '{approve,break-glass}')",
        f"SELECT account_set('{name}', '{ann}', '{{\"approvals\": 0}}')",
        "SET session_replication_role = replica",
        f"SELECT break_glass('{name}', '{ann}', 'x')",
    ):
        ran = psql(guarded, "ann", statement)
        assert "permission denied" in ran or "must be owner" in ran or "no right" in ran, (statement, ran)


async def test_what_is_refused_does_not_spoil_what_is_written_with_it(guarded, of, intent, account):
    ann = of("ann")
    await ann.note(account, "rules", "acme", {"n": 0})
    waiting = [
        ann.note(account, "rules", "acme", {"n": 1}),
        ann.begin(intent()),
        ann.note(account, "rules", "acme", {"n": 2}),
    ]
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in found] == [type(None), RefusedHere, type(None)]
    assert len(await ann.notes("rules", "acme")) == 3
    assert (await ann.check()).is_whole


async def test_where_nobody_has_to_approve_nothing_is_asked(team_cluster, of, intent, account):
    ann = of("ann")
    assert await ann.approvals(account) == 0
    await done(ann, intent())
    await TeamJobs(ann).add(plan_of(account, "a"), KIM, "")
    assert await TeamApprovals(ann).all(account) == []
