"""Property tests: the same examples every time in CI, new ones on every other run. A busy machine is no failure.

Of a large matrix the default run takes every n-th case, the longer run the others: `@pytest.mark.in_turn(n)`.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, settings

from tests.harness.command import Terminal
from tests.harness.postgres import Cluster
from tests.harness.sandbox import Sandbox, running

pytest.register_assert_rewrite("tests.api.contract")
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    seen: Counter[str] = Counter()
    for item in items:
        mark = item.get_closest_marker("in_turn")
        if mark is None:
            continue
        name = item.nodeid.partition("[")[0]
        if seen[name] % mark.args[0]:
            item.add_marker(pytest.mark.long)
        seen[name] += 1


@pytest.fixture(scope="session")
def sandboxes() -> Iterator[Callable[..., Sandbox]]:
    """Share sandboxes among the tests of one process: `sandboxes("room", "--dialect", "2014", customers=40)`.

    There is one for each room, options and size. What a test plants stays; faults are its own affair.
    """
    made: dict[tuple[object, ...], Sandbox] = {}
    with ExitStack() as stack:

        def shared(room: str, *options: str, customers: int = 0) -> Sandbox:
            wanted = (room, *options, customers)
            if wanted not in made:
                made[wanted] = stack.enter_context(running(*options, customers=customers))
            return made[wanted]

        yield shared
        for sandbox in made.values():  # all at once: each takes a moment
            sandbox.ends()


@pytest.fixture
def new_sandbox() -> Iterator[Callable[..., Sandbox]]:
    """Start sandboxes of a test's own."""
    with ExitStack() as stack:
        yield lambda *options, customers=0: stack.enter_context(running(*options, customers=customers))


@pytest.fixture(scope="session")
def a_cluster() -> Iterator[Cluster]:
    """Share a PostgreSQL with a team's ledger in it among the tests of one process."""
    with Cluster.running() as cluster:
        cluster.make_ledger()
        yield cluster


@pytest.fixture
def team_cluster(a_cluster: Cluster) -> Cluster:
    """Return it with an empty ledger."""
    a_cluster.empty()
    return a_cluster


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Run commands in this process."""
    return Terminal(capsys, monkeypatch)
