"""The list: the old one at once, the new one only if whole, held back if too small, website access filled in."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.fakes import ANA, CALLS, LUZ
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import (
    AnswerLost,
    BadConfig,
    CredentialsRefused,
    MissingCredentials,
    NotSent,
    RateLimited,
    ResellerError,
    UnusableAnswer,
)
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.switch import Switch
from tui_reseller.services import listing
from tui_reseller.services.listing import Arrived, Refreshed
from tui_reseller.services.write import carry_out

MANY = [Customer(f"u{number}") for number in range(10)]


@pytest.fixture
def fresh(services):
    """A session that has no list yet."""
    return services.open(Profile("acme", "acme-api"))


async def events(session):
    return [event async for event in listing.refresh(session)]


async def test_without_an_old_list_rows_are_shown_as_they_arrive(fresh, service):
    service.pieces = [[MANY[:4], MANY[4:]]]
    shown = [(type(event).__name__, fresh.customers.total, fresh.is_partial) async for event in listing.refresh(fresh)]
    assert shown == [("Arrived", 4, True), ("Arrived", 10, True), ("Refreshed", 10, False)]


async def test_pieces_tell_rows_and_bytes_and_the_end_tells_all(fresh, service, clock):
    service.pieces = [[MANY[:4], MANY[4:]]]
    assert await events(fresh) == [
        Arrived(4, 400),
        Arrived(10, 1000),
        Refreshed(clock.now(), MANY, previous=0, held=False),
    ]
    assert fresh.read_at == clock.now()


async def test_an_old_list_stays_until_the_new_one_is_whole(session, service):
    service.pieces = [[MANY[:4], MANY[4:]]]
    shown = [session.customers.total async for _event in listing.refresh(session)]
    assert shown == [2, 2, 10]


@pytest.mark.parametrize("error", [AnswerLost("cut"), UnusableAnswer("odd"), NotSent("no name")])
async def test_a_list_that_breaks_off_is_read_again_and_then_given_up_with_the_old_one_kept(
    session, service, clock, error
):
    service.pieces = [[MANY, error]] * 4 + [[MANY]]
    read_at = session.read_at
    with pytest.raises(type(error)):
        await events(session)
    assert (len(service.pieces), len(clock.slept)) == (1, 3)
    assert session.customers.usernames() == ["luz", "ana"]
    assert (session.read_at, session.is_partial) == (read_at, False)


async def test_rows_of_a_list_that_broke_off_are_not_counted_twice(fresh, service):
    service.pieces = [[MANY[:4], AnswerLost("cut")], [MANY]]
    found = await events(fresh)
    assert found[-1].customers == MANY
    assert fresh.customers.usernames() == [customer.username for customer in MANY]


async def test_a_first_list_that_breaks_off_for_good_is_said_to_be_partial(fresh, service):
    service.pieces = [[MANY[:4], AnswerLost("cut")]] * 4
    with pytest.raises(AnswerLost):
        await events(fresh)
    assert (fresh.customers.total, fresh.is_partial, fresh.read_at) == (4, True, None)


async def test_a_list_that_is_left_early_is_no_longer_read_and_leaves_the_old_one(session, service):
    service.pieces = [[MANY[:4], MANY[4:]]]
    reading = listing.refresh(session)
    assert await anext(reading) == Arrived(4, 400)
    assert service.reading == 1
    await reading.aclose()
    assert service.reading == 0
    assert session.customers.usernames() == ["luz", "ana"]


async def test_what_the_service_says_no_to_is_not_asked_again(session, service, clock):
    service.pieces = [[CredentialsRefused("not you")], [MANY]]
    with pytest.raises(CredentialsRefused):
        await events(session)
    assert (len(service.pieces), clock.slept) == (1, [])


@pytest.mark.parametrize(("retry_after", "asked_again"), [(19.0, True), (30.0, False)])
async def test_a_busy_service_is_waited_for_unless_it_takes_too_long(session, service, retry_after, asked_again):
    service.pieces = [[RateLimited("slowly", retry_after=retry_after)], [MANY]]
    if asked_again:
        assert (await listing.read_all(session)).customers == MANY
    else:
        with pytest.raises(RateLimited):
            await listing.read_all(session)
    assert len(service.pieces) == (0 if asked_again else 1)


@pytest.mark.parametrize(("left", "held"), [(10, False), (8, False), (7, True), (0, True), (12, False)])
async def test_a_list_that_lost_more_than_a_fifth_is_held_back(session, service, snapshot, left, held):
    session.customers.replace(MANY)
    service.pieces = [[[Customer(f"u{number}") for number in range(left)]]]
    done = await listing.read_all(session)
    assert (done.held, done.previous, len(done.customers)) == (held, 10, left)
    assert session.customers.total == (10 if held else left)
    assert (await snapshot.load(session.account) is None) == held


async def test_a_held_list_is_taken_over_when_accepted(session, service, snapshot):
    session.customers.replace(MANY)
    service.pieces = [[MANY[:1]]]
    taken = await listing.accept(session, await listing.read_all(session))
    assert (taken.held, session.customers.total) == (False, 1)
    assert (await snapshot.load(session.account))[1] == MANY[:1]


async def test_an_empty_account_is_fine(fresh, service):
    service.kept.clear()
    done = await listing.read_all(fresh)
    assert (done.customers, done.held, fresh.is_partial) == ([], False, False)


async def test_a_snapshot_that_cannot_be_saved_is_said_and_the_list_is_shown(session, monkeypatch):
    async def refuse(*_arguments):
        raise BadConfig("the disk is full")

    monkeypatch.setattr(session.snapshot, "save", refuse)
    done = await listing.read_all(session)
    assert (done.not_kept, done.customers, done.held) == ("the disk is full", [LUZ, ANA], False)


async def test_website_access_comes_from_what_was_set_here(session, service, services):
    await carry_out(session, CALLS[Operation.WEBSITE_DISABLE])
    other = services.open(session.profile)
    done = await listing.read_all(other)
    shown = replace(LUZ, website_access=Switch.OFF)
    assert (done.customers, other.customers.get("luz")) == ([shown, ANA], shown)
    again = services.open(session.profile)
    await listing.load(again)
    assert again.customers.get("luz") == shown


async def test_what_the_service_tells_of_website_access_stands(session):
    session.website = {"luz": Switch.OFF}
    assert session.with_website(replace(LUZ, website_access=Switch.ON)).website_access is Switch.ON
    assert session.with_website(ANA) == ANA


async def test_there_is_no_list_before_the_first(fresh):
    assert listing.first_rows(fresh) is None
    assert await listing.load(fresh) is None
    assert listing.age(fresh) is None


async def test_the_last_list_is_there_again_at_the_next_start_with_its_age(fresh, services, clock):
    await listing.read_all(fresh)
    clock.passed += 90
    later = services.open(fresh.profile)
    info = await listing.load(later)
    assert (info.total, later.read_at, later.is_partial) == (2, fresh.read_at, False)
    assert later.customers.usernames() == ["luz", "ana"]
    assert listing.age(later) == timedelta(seconds=90)


@pytest.mark.parametrize(("rows", "partial"), [(1, True), (2, False)])
async def test_the_first_rows_are_shown_at_once_and_said_to_be_partial(fresh, services, monkeypatch, rows, partial):
    await listing.read_all(fresh)
    monkeypatch.setattr(listing, "FIRST_ROWS", rows)
    later = services.open(fresh.profile)
    assert listing.first_rows(later).total == 2
    assert (later.customers.total, later.is_partial) == (rows, partial)


async def test_a_list_without_an_end_is_an_error(session, monkeypatch):
    async def endless(_session):
        yield Arrived(1, 1)

    monkeypatch.setattr(listing, "refresh", endless)
    with pytest.raises(ResellerError, match="without an end"):
        await listing.read_all(session)


async def test_the_credentials_are_proved_by_the_cheapest_read(session, service, clock):
    service.reads = [NotSent("closed port"), None]
    assert await listing.test(session) == ["luz"]
    assert len(clock.slept) == 1


async def test_a_profile_without_a_user_is_not_tested(services, credentials):
    with pytest.raises(MissingCredentials, match='profile "acme" names no api user'):
        await listing.test(services.open(Profile("acme", "")))
    assert credentials.gets == 0
