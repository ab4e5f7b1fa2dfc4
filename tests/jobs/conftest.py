import pytest

from tests.jobs.office import Office, Sandbox


@pytest.fixture(scope="module")
def served():
    """One sandbox with 60 customers for a module."""
    sandbox = Sandbox("--customers", "60")
    yield sandbox
    sandbox.close()


@pytest.fixture
def sandbox(served):
    served.start_anew()
    return served


@pytest.fixture
async def office(tmp_path, sandbox):
    opened = Office(tmp_path, sandbox)
    yield opened
    await opened.aclose()
