import pytest

from tests.jobs.office import Office


@pytest.fixture
def sandbox(sandboxes, request):
    """One sandbox with 60 customers for a module."""
    shared = sandboxes(request.node.module.__name__, customers=60)
    shared.start_anew()
    return shared


@pytest.fixture
async def office(tmp_path, sandbox):
    opened = Office(tmp_path, sandbox)
    yield opened
    await opened.aclose()


@pytest.fixture
async def of(tmp_path, sandbox, team_cluster):
    """Open the office of somebody in a team, in a folder of the role or another one."""
    opened = []

    def open_of(role, folder=""):
        opened.append(Office(tmp_path / (folder or role), sandbox, ledger=team_cluster.address(role)))
        return opened[-1]

    yield open_of
    for office in opened:
        await office.aclose()


@pytest.fixture
def planted(sandbox):
    """Customers whose sending is on, for one test alone."""

    def make(count, stem):
        for number in range(count):
            sandbox.plant(f"{stem}{number:03}", active=True, email=f"{stem}{number}@example.com", deleted=False)

    return make
