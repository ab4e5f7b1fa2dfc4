"""Read a list by the program's own services over HTTP, until a filter is answered: read_list.py URL FORMAT WORD.

Nothing is kept on disk. A small list is read first, so that no import is counted.
"""

import asyncio
import json
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.harness.v2 import parse_filter
from tui_reseller.credentials.credentials import Credentials
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.listing import ListQuery
from tui_reseller.domain.profile import Format, Profile, Store
from tui_reseller.domain.secret import Secret
from tui_reseller.services import listing
from tui_reseller.services.services import Services
from tui_reseller.storage.paths import Paths
from tui_reseller.wiring.services import build

WARM, URL, FORMAT, WORD = sys.argv[1:]


async def read(services: Services, profile: Profile) -> dict[str, float]:
    services.credentials.remember(profile, Credential(Secret("key")))
    session = services.open(profile)
    session.retention = timedelta(0)
    began, found = time.perf_counter(), dict[str, float]()
    async for event in listing.refresh(session):
        if getattr(event, "rows", 0):
            found.setdefault("first", time.perf_counter() - began)
    await session.customers.query(ListQuery(parse_filter(WORD)))
    found["whole"] = time.perf_counter() - began
    found["matches"], found["customers"] = len(session.customers), session.customers.total
    await session.aclose()
    return found


async def main(folder: Path) -> None:
    paths = Paths(folder / "config", folder / "state", folder / "cache")
    services = build(paths, Credentials())
    profile = Profile("bench", "reseller", base_url=URL, format=Format(FORMAT), store=Store.NONE)
    await read(services, replace(profile, base_url=WARM))
    print(json.dumps(await read(services, profile)), flush=True)
    await services.aclose()


with tempfile.TemporaryDirectory() as name:
    asyncio.run(main(Path(name)))
