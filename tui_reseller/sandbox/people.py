"""Invented customers: the same ones for the same seed, on any machine and whatever their number.

Customer `i` depends on the seed and on the customers before it only, so that a larger sandbox begins with exactly the
customers of a smaller one. The first two are the ones of the documentation's own sample.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, NamedTuple

from tui_reseller.sandbox.data import (
    COMPANY_PATTERNS,
    COUNTRIES,
    DOMAINS,
    ODD_VALUES,
    PACKAGES,
    ROLES,
    TOP_LEVEL_DOMAINS,
    TRADES,
    Country,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_SENDING_OFF = 7  # of a hundred customers
_ODD_EVERY, _ODD_AT = 41, 11
_LONG_EVERY, _LONG_AT = 331, 97
_PICKS = struct.Struct("<16H")


class Person(NamedTuple):
    """One invented customer, in the order of the record of the documentation."""

    username: str
    email: str
    active: str
    first_name: str
    last_name: str
    address: str
    city: str
    state: str
    zip: str
    country: str
    phone: str
    website: str
    company: str
    package: str


_SAMPLE = tuple(
    Person(name, mail, active, first, "doe", "555 any street", "any city", "CA", "91234", "US", "555-555-5555",
           "example.com", "", "")
    for name, mail, active, first in (
        ("user1", "example1@example.com", "true", "john"),
        ("user2", "example2@example.com", "false", "jane"),
    )
)  # fmt: skip


def people(count: int, seed: int) -> Iterator[Person]:
    """Yield the first `count` customers of a seed."""
    yield from _SAMPLE[:count]
    plain_names = {person.username for person in _SAMPLE}
    for number in range(len(_SAMPLE), count):
        yield _person(number, seed, plain_names)


def _picks(seed: int, number: int) -> tuple[int, ...]:
    """Sixteen small random numbers. A digest, because it is the same everywhere and 10 times faster than `Random`."""
    return _PICKS.unpack(hashlib.blake2b(b"%d:%d" % (seed, number), digest_size=32).digest())


def _person(number: int, seed: int, plain_names: set[str]) -> Person:
    pick = _picks(seed, number)
    country = COUNTRIES[pick[0] % len(COUNTRIES)]
    city = country.cities[pick[1] % len(country.cities)]
    first = country.first_names[pick[2] % len(country.first_names)]
    which = pick[3] % len(country.last_names)
    last, handle = country.last_names[which], country.handles[which]
    trade = TRADES[pick[4] % len(TRADES)]
    domain = f"{handle}-{trade.lower()}.{TOP_LEVEL_DOMAINS[pick[5] % 2]}"
    username, email = _names(number, pick, country, handle, domain, plain_names)
    pattern = COMPANY_PATTERNS[pick[8] % len(COMPANY_PATTERNS)]
    person = Person(
        username,
        email,
        "false" if pick[9] % 100 < _SENDING_OFF else "true",
        first,
        last,
        country.streets[pick[10] % len(country.streets)] % (pick[11] % 180 + 1),
        city.name,
        city.state,
        city.zip_pattern % (pick[12] % city.codes),
        country.code,
        country.phone % (pick[13] % 100),
        f"www.{domain}" if pick[14] % 3 else f"https://{domain}/",
        pattern.format(last=last, first=first, city=city.name, trade=trade),
        PACKAGES[pick[15] % len(PACKAGES)],
    )
    return _with_oddity(number, person)


def _names(
    number: int, pick: tuple[int, ...], country: Country, handle: str, domain: str, plain_names: set[str]
) -> tuple[str, str]:
    """Make a username of one of five forms, and an e-mail address.

    A name without digits is taken by the first customer that draws it; all later ones get their own number into it.
    That number is the only run of digits in a name, which is what makes usernames unique.
    """
    role = ROLES[pick[6] % len(ROLES)]
    form = pick[7] % 5
    if form == 0:
        before, after = f"{handle}.{role}", ""
    elif form == 1:
        before, after = handle, f"@{DOMAINS[pick[5] % len(DOMAINS)]}"
    elif form == 2:
        before, after = f"{role}-{country.code.lower()}-", ""
    elif form == 3:
        before, after = role, f"@{domain}"
    else:
        before, after = f"{handle}_{domain.partition('.')[0].rpartition('-')[2]}", ""
    username = before + after
    if before.endswith("-") or username in plain_names:
        username = f"{before}{number}{after}"
    else:
        plain_names.add(username)
    if after and pick[8] % 2:
        return username, username
    return username, f"{role}@{domain}"


def _with_oddity(number: int, person: Person) -> Person:
    """Give some customers values that are allowed, but long, empty or awkward."""
    if number % _ODD_EVERY == _ODD_AT:
        field, value = ODD_VALUES[number // _ODD_EVERY % len(ODD_VALUES)]
        return person._replace(**{field: value})
    if number % _LONG_EVERY == _LONG_AT:
        turn = number // _LONG_EVERY % 3
        if turn == 0:
            return person._replace(username=f"{'long-username-' * 5}"[: 64 - len(str(number))] + str(number))
        if turn == 1:
            return person._replace(website=f"https://{person.username}.example/{'path/' * 60}"[:255])
        return person._replace(username=f"-dash-{number}")
    return person
