"""An office: the real services on folders of its own, against a real sandbox over HTTP.

What was really applied is read from the sandbox's own log, never from the program. `Office.agrees()` is the ground rule
of every test here: no verdict of ours contradicts the sandbox, nothing was sent twice, the audit log's chain is whole.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.harness.clock import HurriedClock
from tests.harness.consent import for_job
from tests.harness.sandbox import Sandbox
from tests.harness.v2 import parse_filter
from tui_reseller.credentials.credentials import Credentials
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.listing import ListQuery
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.profile import Format, Profile, Store
from tui_reseller.domain.secret import Secret
from tui_reseller.services import listing, plans
from tui_reseller.services.jobs import JobRun
from tui_reseller.services.ports import Clock
from tui_reseller.services.requested import RequestedChange
from tui_reseller.storage.paths import Paths
from tui_reseller.wiring.services import build


class Office:
    """The services of one operator on one folder."""

    def __init__(
        self,
        folder: Path,
        sandbox: Sandbox,
        *,
        wire: str = "json",
        in_xdg: bool = False,
        ledger: str = "",
        clock: Clock | None = None,
        **profile: Any,
    ) -> None:
        names = ["tui-reseller"] * 3 if in_xdg else ["config", "state", "cache"]
        self.paths = Paths(*(folder / name for name in names))
        for path in (self.paths.config, self.paths.state, self.paths.cache):
            path.mkdir(mode=0o700, exist_ok=True, parents=True)
        self.sandbox = sandbox
        ready = sandbox.ready
        is_v3 = profile.get("provider", "").endswith("-v3")
        if is_v3:
            profile["eu_base_url"] = ready["v3_eu_base_url"]
        self.profile = Profile(
            "env" if in_xdg else "acme",
            ready["api_user"],
            ready["v3_base_url" if is_v3 else "base_url"],
            format=Format(wire),
            store=Store.NONE,
            **profile,
        )
        credentials = Credentials()
        credentials.remember(self.profile, Credential(Secret(ready["v3_api_key" if is_v3 else "api_key"])))
        self.clock = clock or HurriedClock(least=1)
        self.services = replace(build(self.paths, credentials, ledger=ledger), clock=self.clock)
        if ledger:  # in hurried time a process is heard of as often as in the time of a person
            self.services.ledger._clock = self.clock.monotonic
        if not in_xdg and "acme" not in self.services.profiles.load().profiles:
            self.services.profiles.config.put(self.profile)
        self.session = self.services.open(self.profile)
        self.jobs = self.services.jobs

    async def aclose(self) -> None:
        await self.session.aclose()
        await self.services.aclose()

    async def wanting(self, text: str, action: Operation, **fields: str) -> list[RequestedChange]:
        """Return an action on all customers that a filter shows."""
        await listing.refresh_for_many(self.session)
        await self.session.customers.query(ListQuery(parse_filter(text)))
        return [RequestedChange(Call(action, name, fields)) for name in self.session.customers.usernames()]

    async def plan(self, text: str = "", action: Operation = Operation.DISABLE, **fields: str):
        wanted = await self.wanting(text, action, **fields)
        return (await plans.draft(self.session, wanted, origin=f"filter {text}")).plan

    async def job(self, text: str = "", action: Operation = Operation.DISABLE, **fields: str):
        return await self.jobs.add(await self.plan(text, action, **fields), self.session.operator, "ticket 4711")

    def run(self, job, **more: Any) -> JobRun:
        return JobRun(self.session, self.jobs, job, for_job(self.session, job), **more)

    async def items(self, job):
        found, after = [], -1
        while page := await self.jobs.items(job.number, after):
            found += page
            after = page[-1].seq
        return found

    async def agrees(self, job, *, all_sent: bool = False) -> Counter[str]:
        """Compare every verdict with the sandbox's truth; return how many items have which outcome."""
        applied = Counter((row["operation"], row["username"]) for row in self.sandbox.for_clients() if row["changes"])
        twice = {key: count for key, count in applied.items() if count > 1}
        assert not twice, f"applied twice: {twice}"
        for item in await self.items(job):
            key = (item.item.operation.value, item.item.username)
            truth = key in applied
            if item.outcome in {Outcome.APPLIED, Outcome.VERIFIED_APPLIED} and item.entry:
                assert truth, f"said applied, was not: {item}"
            elif item.outcome in {None, Outcome.REJECTED, Outcome.NOT_SENT, Outcome.VERIFIED_NOT_APPLIED}:
                assert item.is_in_flight or not truth, f"said not applied, was: {item}"
        report = await self.services.ledger.check()
        assert report.is_whole
        entries = await self.services.ledger.entries(AuditQuery(batch=job.batch))
        kinds = [(entry.operation, entry.username, entry.outcome) for entry in entries]
        attempts = Counter(kind[:2] for kind in kinds if kind[2] is not Outcome.NOT_SENT)
        verified = {kind[:2] for kind in kinds if kind[2] in {Outcome.VERIFIED_NOT_APPLIED, Outcome.REJECTED}}
        again = {kind for kind, count in attempts.items() if count > 1 and kind not in verified}
        names = {name for _, name in again}
        told = [f"{e.time:%X.%f} {e.outcome} {e.message} {e.settled_at:%X.%f}" for e in entries if e.username in names]
        assert not again, f"sent again on a guess: {again}, {told}"
        counts = Counter(item.outcome.value if item.outcome else "none" for item in await self.items(job))
        if all_sent:
            assert not counts["none"], counts
        return counts
