"""A proxy with a password, on the screen: what is missing is asked for in a hidden field, and nothing else."""

from dataclasses import replace

import pytest

from tests.harness.http_proxy import HttpProxy
from tests.harness.waiting import soon
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.secret import Secret

PASSWORD = "canary-pr0xy"


@pytest.mark.parametrize("has_key", [True, False])
async def test_what_is_missing_is_asked_for(at_desk, sandbox, has_key):
    with HttpProxy.started("kim", PASSWORD, service=sandbox.port) as proxy:
        settings = {"base_url": proxy.base_url, "ca_file": proxy.ca_file, "proxy": proxy.address}
        async with at_desk(**settings, proxy_password=Secret(PASSWORD)) as desk:
            assert proxy.let_through
            read = len(sandbox.requests())
            session, credentials = desk.main.context.session, desk.services.credentials
            session.policy.profile = replace(session.profile, proxy_password=None)
            if has_key:
                credentials.remember(session.profile, Credential(Secret(sandbox.ready["api_key"])))
            else:
                credentials._remembered.clear()
            await desk.press("r")
            await desk.opened("no password for the proxy" if has_key else "no key for profile")
            await desk.press("1")
            await desk.opened("Key of acme")
            fields = [field.id for field in desk.dialog.query("Input")]
            if not has_key:
                desk.field("key").value = sandbox.ready["api_key"]
            desk.field("proxy_password").value = PASSWORD
            assert desk.field("proxy_password").password
            assert (len(fields) == 1) == has_key
            await desk.press("f2")
            await soon(
                "the list was read over the proxy", lambda: len(sandbox.requests()) > read and desk.dialog is None
            )
            assert proxy.refused == []
            assert PASSWORD not in "\n".join(desk.screen_text())
