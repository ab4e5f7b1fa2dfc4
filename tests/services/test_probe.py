from tests.services.fakes import LUZ
async def test_x(session, written):
    assert await session.find("luz") == LUZ
