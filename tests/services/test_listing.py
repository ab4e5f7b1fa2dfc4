"""Reading the list: pieces, what breaks off, what is held back, what it says of the one before."""

import pytest

from tests.harness.consent import carry_out
from tests.harness.v2 import a_customer, changed, parse_filter
from tests.services.fakes import ANA, CALLS, LUZ, customers_in, put_list, shown
from tests.services.lists import MANY, events
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
from tui_reseller.domain.listing import ListQuery, RefreshCounts
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.switch import Switch
from tui_reseller.services import listing
from tui_reseller.services.listing import Arrived


async def test_without_an_old_list_rows_are_shown_as_they_arrive(fresh, service, clock):
    service.pieces = [[MANY[:4], MANY[4:]]]
    seen = []
    async for event in listing.refresh(fresh):
        seen.append((type(event).__name__, [customer.username for customer in shown(fresh)], fresh.held.is_partial))
        clock.passed += listing.SHOW_SECONDS * 1.1
    names = [customer.username for customer in MANY]
    assert seen == [("Arrived", names[:4], True), ("Arrived", names, True), ("Refreshed", names, False)]


async def test_arriving_rows_are_shown_only_so_often_but_the_first_at_once(fresh, service, clock):
    service.pieces = [[[], MANY[:2], MANY[2:4], MANY[4:5], MANY[5:]]]
    seen = []
    async for _event in listing.refresh(fresh):
        seen.append(fresh.customers.total)
        clock.passed += listing.SHOW_SECONDS * 0.6
    assert seen == [0, 2, 2, 5, 5, 10]


async def test_pieces_tell_rows_and_bytes_and_the_end_tells_all(fresh, service, clock):
    service.pieces = [[MANY[:4], MANY[4:]]]
    *pieces, done = await events(fresh)
    assert pieces == [Arrived(4, 400), Arrived(10, 1000)]
    assert (done.read_at, done.total, done.previous, done.held, done.not_kept) == (clock.now(), 10, 0, False, "")
    assert shown(fresh) == MANY
    assert fresh.held.read_at == clock.now()


async def test_an_old_list_stays_until_the_new_one_is_whole(session, service, clock):
    service.pieces = [[MANY[:4], MANY[4:]]]
    seen = []
    async for _event in listing.refresh(session):
        seen.append(session.customers.total)
        clock.passed += 10
    assert seen == [2, 2, 10]


@pytest.mark.parametrize("error", [AnswerLost("cut"), UnusableAnswer("odd"), NotSent("no name")])
async def test_a_list_that_breaks_off_is_read_again_and_then_given_up_with_the_old_one_kept(
    session, service, clock, error
):
    service.pieces = [[MANY, error]] * 4 + [[MANY]]
    read_at = session.held.read_at
    with pytest.raises(type(error)):
        await events(session)
    assert (len(service.pieces), len(clock.slept)) == (1, 3)
    assert session.customers.usernames() == ["luz", "ana"]
    assert (session.held.read_at, session.held.is_partial) == (read_at, False)


async def test_rows_of_a_list_that_broke_off_are_not_counted_twice(fresh, service):
    service.pieces = [[MANY[:4], AnswerLost("cut")], [MANY]]
    found = await events(fresh)
    assert found[-1].total == len(MANY)
    assert shown(fresh) == MANY


async def test_a_first_list_that_breaks_off_for_good_is_said_to_be_partial(fresh, service):
    service.pieces = [[MANY[:4], AnswerLost("cut")]] * 4
    with pytest.raises(AnswerLost):
        await events(fresh)
    assert (fresh.customers.total, fresh.held.is_partial, fresh.held.read_at) == (4, True, None)


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
        await listing.read_all(session)
        assert shown(session) == MANY
    else:
        with pytest.raises(RateLimited):
            await listing.read_all(session)
    assert len(service.pieces) == (0 if asked_again else 1)


@pytest.mark.parametrize(("left", "held"), [(10, False), (8, False), (7, True), (0, True), (12, False)])
async def test_a_list_that_lost_more_than_a_fifth_is_held_back(session, service, snapshot, left, held):
    await put_list(session, MANY)
    service.pieces = [[[a_customer(f"u{number}") for number in range(left)]]]
    done = await listing.read_all(session)
    assert (done.held, done.previous, done.total) == (held, 10, left)
    assert session.customers.total == (10 if held else left)
    assert (await snapshot.load(session.account) is None) == held


async def test_a_held_list_is_taken_over_when_accepted(session, service, snapshot):
    await put_list(session, MANY)
    service.pieces = [[MANY[:1]]]
    taken = await listing.accept(session, await listing.read_all(session))
    assert (taken.held, session.customers.total) == (False, 1)
    assert await customers_in(await snapshot.load(session.account)) == MANY[:1]


async def test_an_empty_account_is_fine(fresh, service):
    service.kept.clear()
    done = await listing.read_all(fresh)
    assert (done.total, done.held, fresh.held.is_partial, shown(fresh)) == (0, False, False, [])


async def test_a_snapshot_that_cannot_be_saved_is_said_and_the_list_is_shown(session, monkeypatch):
    async def refuse(*_arguments):
        raise BadConfig("the disk is full")

    monkeypatch.setattr(session.snapshot, "save", refuse)
    done = await listing.read_all(session)
    assert (done.not_kept, shown(session), done.held) == ("the disk is full", [LUZ, ANA], False)


async def test_website_access_comes_from_what_was_set_here(session, service, services):
    await carry_out(session, CALLS[Operation.WEBSITE_DISABLE])
    other = services.open(session.profile)
    await listing.read_all(other)
    known = changed(LUZ, website_access=Switch.OFF)
    assert (shown(other), other.customers.get("luz")) == ([known, ANA], known)
    again = services.open(session.profile)
    await listing.load(again)
    assert again.customers.get("luz") == known


async def test_what_the_service_tells_of_website_access_stands(session):
    session.last_set.values = {"luz": {"website_access": False}}
    assert session.last_set.fill(changed(LUZ, website_access=Switch.ON)).switch("website_access") is Switch.ON
    assert session.last_set.fill(ANA) == ANA


async def test_there_is_no_list_before_the_first(fresh):
    assert listing.first_rows(fresh) is None
    assert await listing.load(fresh) is None
    assert listing.age(fresh) is None


async def test_a_refresh_counts_what_came_went_and_changed(session, service):
    await put_list(session, MANY)
    new = [a_customer("u1", city="Oslo"), *MANY[2:], a_customer("v1"), a_customer("v2")]
    service.pieces = [[new[:5], new[5:]], [new]]
    await listing.read_all(session)
    assert session.customers.refreshed == RefreshCounts(new=2, gone=1, changed=1)
    await listing.read_all(session)
    assert not session.customers.refreshed


async def test_neither_a_first_list_nor_the_snapshot_counts_as_a_change(fresh, services, service, clock):
    service.pieces = [[MANY[:4], MANY[4:]]]
    async for _event in listing.refresh(fresh):
        clock.passed += 1
    assert not fresh.customers.refreshed
    later = services.open(fresh.profile)
    await listing.load(later)
    assert not later.customers.refreshed
    service.pieces = [[MANY[:9]]]
    await listing.read_all(later)
    assert later.customers.refreshed == RefreshCounts(gone=1)


async def test_a_held_list_leaves_counts_and_list_alone(session, service):
    await put_list(session, MANY)
    version = session.customers.version
    service.pieces = [[MANY[:2]]]
    done = await listing.read_all(session)
    assert (done.held, session.customers.version) == (True, version)
    assert not session.customers.refreshed
    taken = await listing.accept(session, done)
    assert (taken.held, taken.total, session.customers.refreshed) == (False, 2, RefreshCounts(gone=8))


async def test_first_rows_alone_are_enough_to_hold_a_small_list_back(fresh, services, service):
    service.pieces = [[MANY], [MANY[:2]]]
    await listing.read_all(fresh)
    later = services.open(fresh.profile)
    listing.first_rows(later)
    done = await listing.read_all(later)
    assert (done.held, done.previous) == (True, 10)


async def test_the_question_stays_over_a_refresh(session, service):
    await session.customers.query(ListQuery(parse_filter("city:o"), "username"))
    service.kept["zoe"] = a_customer("zoe", city="Oslo")
    await listing.read_all(session)
    assert session.customers.usernames() == ["ana", "zoe"]


async def test_a_list_without_an_end_is_an_error(session, monkeypatch):
    async def endless(_session):
        yield Arrived(1, 1)

    monkeypatch.setattr(listing, "refresh", endless)
    with pytest.raises(ResellerError, match="without an end"):
        await listing.read_all(session)


async def test_the_credentials_are_proved_by_the_cheapest_read(session, service, clock):
    service.reads = [NotSent("closed port"), None]
    assert list((await listing.test(session)).seen) == ["luz"]
    assert len(clock.slept) == 1


async def test_a_profile_without_a_user_is_not_tested(services, credentials):
    with pytest.raises(MissingCredentials, match='profile "acme" names no api user'):
        await listing.test(services.open(Profile("acme", "")))
    assert credentials.gets == 0
