"""Four machines send items of one job, over lines with a delay, and are killed, stopped and cut off; afterwards the
ledger, the sandbox's own log and a screen on a fifth machine say the same: nothing lost, nothing twice.

* killed: by SIGKILL, some or all of them, at any moment;
* stopped: by SIGSTOP past their lease. The job is brought to its end by another one meanwhile; then they go on;
* cut off: the line of one is down for a while, and some are killed meanwhile.

A lease is six seconds here, so that it can be waited for. Small sizes by default; larger ones, and the real lease:

    TUI_RESELLER_KILLS=1000 TUI_RESELLER_STOPS=200 TUI_RESELLER_CUT_OFF=200 python -m pytest -m long -n0 -s
        tests/jobs/test_killed_hosts.py
    TUI_RESELLER_KILLS=0 TUI_RESELLER_STOPS=3 TUI_RESELLER_CUT_OFF=0 TUI_RESELLER_LEASE=120 python -m pytest ...
"""

import asyncio
import contextlib
import os
import random
import signal
from collections import Counter

import pytest

from tests.harness.sandbox import Sandbox
from tests.harness.team_hosts import Place, team_net
from tests.harness.terminal import ENTER, ESCAPE
from tests.harness.waiting import until
from tests.jobs.children import Child
from tests.jobs.office import Office
from tui_reseller.domain.operation import Operation

pytestmark = [pytest.mark.long, pytest.mark.terminal]
PROVIDERS = ("reseller-v2", "subusers-v3", "accounts-v3")
WANTED = {
    "kills": int(os.environ.get("TUI_RESELLER_KILLS", "24")) // len(PROVIDERS),
    "stops": int(os.environ.get("TUI_RESELLER_STOPS", "6")) // len(PROVIDERS),
    "cut off": int(os.environ.get("TUI_RESELLER_CUT_OFF", "3")) // len(PROVIDERS),
}
LEASE = int(os.environ.get("TUI_RESELLER_LEASE", "6"))
CUSTOMERS = 240
CERTAIN = {"applied", "verified_applied", "already_so"}


class Machines:
    """The four machines, a fifth one with a screen, and somebody on the hub who looks after the job."""

    def __init__(self, team, folder, provider, chance) -> None:
        self.team, self.folder, self.provider, self.chance = team, folder, provider, chance
        self.hosts = [team.net.host(name) for name in "abcd"]
        self.place = Place(team, team.net.host("eye"), "eve", folder, provider)
        self.done: Counter[str] = Counter()
        self.ready = {**team.ready, "provider": provider, "ledger": team.ledger("bob")}
        self._runs = 0
        (folder / "ann").mkdir()
        self.ann = Office(folder / "ann", _over(team), ledger=team.ledger("ann"), provider=provider, **_ca(team))

    async def send(self, number: int) -> list[Child]:
        """Let all of them send: the first one owns the job, the others have joined it or are about to."""
        self._runs += 1
        order = self.chance.sample(self.hosts, len(self.hosts))
        children = []
        for host in order:
            joins = {"joins": "yes"} if children else {}
            ready = {**self.ready, "namespace": host.namespace, **joins}
            folder = self.folder / f"run{self._runs}-{host.port}"
            children.append(await asyncio.to_thread(Child, folder, ready, number, host.namespace))
            if len(children) == 1:
                await asyncio.to_thread(children[0].until, 12)
        await asyncio.sleep(self.chance.uniform(0.1, 1.2))
        return children

    async def killed(self, number: int) -> None:
        """Kill some, then the rest."""
        children = await self.send(number)
        for child in self.chance.sample(children, len(children)):
            await asyncio.to_thread(child.kill)
            await asyncio.sleep(self.chance.uniform(0, 0.2))
        self.done["kills"] += len(children)
        self.team.cluster.ask("UPDATE reseller.sessions SET until = now() WHERE role = 'bob'")
        await self.ann.services.ledger.recover()

    async def cut_off(self, number: int) -> None:
        """Cut the line of one, kill some meanwhile, and mend it again. What was on the line may arrive late."""
        children = await self.send(number)
        host = self.chance.choice(self.hosts)
        host.cut()
        for child in self.chance.sample(children, self.chance.choice((0, 1, 2))):
            await asyncio.to_thread(child.kill)
            self.done["kills"] += 1
        await asyncio.sleep(self.chance.uniform(0.2, 1.2))
        host.mend()
        self.done["cut off"] += 1
        await asyncio.sleep(2)
        for child in children:
            await asyncio.to_thread(child.kill)
        await asyncio.sleep(LEASE + 0.5)
        await self.ann.services.ledger.recover()

    async def stopped(self, number: int) -> None:
        """Stop some past their lease, let another one bring the job to its end, and let them go on."""
        children = await self.send(number)
        some = self.chance.sample(children, self.chance.choice((1, 2, 3, 4)))
        for child in some:
            os.kill(child.process.pid, signal.SIGSTOP)
        self.done["stops"] += len(some)
        for child in children:
            if child not in some:
                await asyncio.to_thread(child.kill)
        await asyncio.sleep(LEASE + 0.5)
        await self.end(number)
        for child in some:
            os.kill(child.process.pid, signal.SIGCONT)
        await asyncio.sleep(2)
        for child in children:
            await asyncio.to_thread(child.kill)

    async def end(self, number: int) -> None:
        """Bring the job to its end from the hub."""
        for _ in range(6):
            await self.ann.services.ledger.recover()
            if (await self.ann.run(await self.ann.jobs.get(number)).run()).is_finished:
                return
        raise AssertionError("it does not end")


def _over(team) -> Sandbox:
    """Return the sandbox as it is reached over the line; its own log is read beside it."""
    return _Seen(team)


class _Seen(Sandbox):
    def __init__(self, team) -> None:
        super().__init__(team.sandbox.ready)
        self.ready = team.ready
        self._truth = team.sandbox

    def for_clients(self, since=None):
        return self._truth.for_clients(since)


def _ca(team) -> dict[str, str]:
    return {"ca_file": team.ready["ca_file"]}


@pytest.fixture(params=PROVIDERS)
def machines(tmp_path, request, monkeypatch):
    seed = int(os.environ.get("TUI_RESELLER_SEED", "0")) or random.randrange(1 << 32)
    print(f"seed {seed}")
    with team_net(tmp_path, customers=CUSTOMERS, delay=0.005) as team:
        monkeypatch.setenv("PGSSLROOTCERT", str(team.authority))
        team.cluster.ask(f"UPDATE reseller.meta SET lease_seconds = {LEASE}")
        yield Machines(team, tmp_path, request.param, random.Random(seed))


async def test_nothing_is_lost_and_nothing_done_twice(machines):
    sandbox, ann, told = machines.team.sandbox, machines.ann, Counter()
    actions = [Operation.DISABLE, Operation.ENABLE]
    number = 0
    with contextlib.closing(_Screen(machines)) as screen:
        while kinds := [kind for kind, most in WANTED.items() if machines.done[kind] < most]:
            sandbox.start_anew()
            job = await ann.job("", actions[number % 2])
            number += 1
            sandbox.fault("latency", ms=150, operation=actions[number % 2 - 1].value, times=100_000)
            while not (await ann.jobs.get(job.number)).is_finished:
                kind = machines.chance.choice(kinds)
                await {"kills": machines.killed, "stops": machines.stopped, "cut off": machines.cut_off}[kind](
                    job.number
                )
                if (await ann.jobs.get(job.number)).not_begun < 30:
                    break
            sandbox.clear()
            await machines.end(job.number)
            counts = await ann.agrees(job, all_sent=True)
            sent = Counter(row["username"] for row in sandbox.for_clients())
            assert set(sent.values()) == {1}, f"done twice: {sent.most_common(3)}"
            assert sum(counts.values()) == job.total
            assert set(counts) <= CERTAIN | ({"not_sent"} if machines.provider == "accounts-v3" else set()), counts
            told += counts
            await asyncio.to_thread(screen.agrees, job, counts, actions[number % 2 - 1])
            print(f"job {number}: {dict(machines.done)} {dict(told)}", flush=True)
    await ann.aclose()


class _Screen:
    """A screen on a machine of its own that has been open all the time."""

    def __init__(self, machines) -> None:
        self._truth, self._provider = machines.team.sandbox, machines.provider
        self._terminal = machines.place.screen()
        self._terminal.sees("complete", seconds=60)

    def agrees(self, job, counts, action) -> None:
        """What it shows of the job, and of the customers, is what the ledger and the service say."""
        self._terminal.press("b")
        until(f"{counts} of job {job.number}\n{self._terminal.text}", lambda: self._shows(job, counts))
        self._terminal.press(ESCAPE)
        self._terminal.loses("Plans and jobs")
        if self._provider == "accounts-v3":
            return  # whose list does not tell who is off
        self._terminal.type(f"/sending:{'off' if action is Operation.DISABLE else 'on'}")
        self._terminal.press(ENTER)
        self._terminal.sees(f"{CUSTOMERS} of {CUSTOMERS}")
        self._terminal.press(ESCAPE)

    def _shows(self, job, counts) -> bool:
        lines = self._terminal.text.splitlines()
        found = next((line for line in lines if line.split()[:1] == [str(job.number)]), "")
        return " finished " in found and f" {counts['applied']} applied" in found

    def close(self) -> None:
        self._terminal.kill()
