"""Sending to an address that somebody else gave us: never to a machine that only we can reach.

The name is looked up here, every address that it has is judged, and the connection goes to the judged address
itself, so that a name which answers differently the second time leads nowhere else. Redirects are not followed.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
#: Seconds for a whole try. A timeout of a connection begins anew with every byte that arrives.
DEADLINE = 10.0
#: Networks in which an address of another kind is hidden: NAT64 and its local form.
TRANSLATING = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48")))
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(Exception):
    """We do not send there; `str(error)` says why, for the person who gave the address."""


class NotTaken(Exception):
    """The receiver could not be reached or did not take it; `status` is its answer, where it gave one."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


def check(url: str) -> list[Address]:
    """The addresses behind the URL, all of which may be sent to. `Refused` says what is wrong with it."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        raise Refused(_("This is no address.")) from None
    if parsed.scheme not in {"https", "http"} or not parsed.host or parsed.userinfo:
        raise Refused(_("Give an address that begins with https:// and names no user."))
    try:
        found = socket.getaddrinfo(parsed.host, parsed.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(_("There is no machine of the name %(host)s.") % {"host": parsed.host}) from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    for address in addresses:
        if not _may_be_reached(address):
            raise Refused(
                _("%(host)s lies in a private network, to which nothing is sent from here.")
                % {"host": parsed.host}
            )
        if parsed.scheme == "http" and not _is_ours(address):
            raise Refused(_("Outside of the government's own network only https:// is sent to."))
    return addresses


def _may_be_reached(address: Address) -> bool:
    if _is_ours(address):
        return True
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in network for network in TRANSLATING):
            return False
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner:
            return _may_be_reached(inner)
    return address.is_global and not address.is_multicast


def _is_ours(address: Address) -> bool:
    """Whether the operator allowed this private network by name."""
    return any(
        address in network
        for network in map(ipaddress.ip_network, settings.WEBHOOK_PRIVATE_NETWORKS)
        if network.version == address.version
    )


def post(url: str, content: bytes, headers: Mapping[str, str]) -> int:
    """Send and give the status of the answer, which is in the two hundreds.

    Raises:
        Refused: the address may not be sent to, by what its name means today.
        NotTaken: no connection, no answer in time, or an answer that says no.
    """
    addresses = check(url)
    named = httpx.URL(url)
    direct = named.copy_with(host=str(addresses[0]))
    sending = _post(direct, content, {**headers, "Host": named.netloc.decode()}, named.host)
    try:
        # A thread of its own: the caller's may have an event loop that runs already.
        with ThreadPoolExecutor(1) as thread:
            status = thread.submit(asyncio.run, sending).result()
    except TimeoutError as problem:
        raise NotTaken(f"No answer within {DEADLINE:.0f} seconds") from problem
    except (httpx.HTTPError, ssl.SSLError, OSError) as problem:
        raise NotTaken(f"{type(problem).__name__}: {problem}") from problem
    if not httpx.codes.is_success(status):
        raise NotTaken(f"HTTP {status}", status)
    return status


async def _post(url: httpx.URL, content: bytes, headers: Mapping[str, str], named: str) -> int:
    async with (
        asyncio.timeout(DEADLINE),
        httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, follow_redirects=False) as client,
        client.stream(
            "POST", url, content=content, headers=headers, extensions={"sni_hostname": named}
        ) as answer,
    ):
        # What the answer says beyond its status is never read: it could be endless.
        return answer.status_code
