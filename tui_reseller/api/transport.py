"""The connections of a profile: its proxy and its CA, nothing of the environment."""

import os
import ssl

import httpcore
import httpx

from tui_reseller.api.network import Network
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.proxy import user_in
from tui_reseller.domain.secret import Secret
from tui_reseller.system.files import at_home

KEEPALIVE_SECONDS = 4.0
"""A write goes over a connection that was idle for less than 5 s, or over a fresh one (N13)."""
MAX_CONNECTIONS = 16


class _Transport(httpx.AsyncHTTPTransport):
    """The transport of httpx, on connections of our own."""

    def __init__(self, pool: httpcore.AsyncConnectionPool) -> None:
        self._pool = pool


def transport_for(profile: Profile, proxy_password: Secret | None) -> httpx.AsyncBaseTransport:
    """Return the transport of a profile.

    Raises OSError, ssl.SSLError for its CA file, and ValueError, httpx.InvalidURL for its proxy.
    """
    is_secure = profile.base_url.startswith("https:")
    tls = _tls(profile.ca_file) if is_secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    network = Network(only_here=not is_secure)
    if profile.is_proxied:
        return _Transport(_proxy(profile.proxy, proxy_password, tls, network))
    return _Transport(
        httpcore.AsyncConnectionPool(
            tls, max_connections=MAX_CONNECTIONS, keepalive_expiry=KEEPALIVE_SECONDS, network_backend=network
        )
    )


def _proxy(address: str, password: Secret | None, tls: ssl.SSLContext, network: Network) -> httpcore.AsyncHTTPProxy:
    """Return connections through a proxy. Raises ValueError, httpx.InvalidURL if the address is not of one."""
    proxy = httpx.Proxy(address)
    if proxy.url.scheme not in {"http", "https"}:
        raise ValueError("only HTTP proxies are spoken to")
    if password is not None:
        proxy.auth = (user_in(address) or "", password.reveal())
    return httpcore.AsyncHTTPProxy(
        httpcore.URL(
            scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=proxy.url.raw_path
        ),
        proxy_auth=proxy.raw_auth,
        ssl_context=tls,
        proxy_ssl_context=tls if proxy.url.scheme == "https" else None,
        max_connections=MAX_CONNECTIONS,
        keepalive_expiry=KEEPALIVE_SECONDS,
        network_backend=network,
    )


def _tls(ca_file: str) -> ssl.SSLContext:
    # Building a context reads this variable, also where the library is told to trust nothing in the environment.
    os.environ.pop("SSLKEYLOGFILE", None)
    return ssl.create_default_context(cafile=at_home(ca_file)) if ca_file else httpx.create_ssl_context(trust_env=False)
