"""The wall around all that goes out to addresses of others: sockets open only to public addresses, or to the routes of CONNECT_TO."""

import asyncio
import re
import socket
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from aiohttp.abc import ResolveResult

from shared import addresses, urls
from shared.vocabulary import Reason

AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]

_HOSTS = 4_096
_ROUTE = re.compile(
    r"(?P<host>[^:\s]+):(?P<port>\d{1,5})=(?P<address>\[[^\]]+\]|[^:\s]+):(?P<to>\d{1,5})"
)


class AddressNotAllowedError(OSError):
    """A connection was about to be opened to an address or port that is closed to this product.

    An OSError, so that happy eyeballs goes on to the next address of the same name.
    """


@dataclass(frozen=True, slots=True)
class Route:
    """Requests for `host:port` (`*` is any host) are connected to `address:to_port` instead."""

    host: str
    port: int
    address: str
    to_port: int

    def matches(self, host: str, port: int) -> bool:
        return self.port == port and self.host in {"*", host}


def parse_routes(text: str) -> tuple[Route, ...]:
    """Return the routes in a CONNECT_TO setting: `blog.example:80=127.0.0.1:18080,*:443=...`."""
    return tuple(_parse_route(part) for part in map(str.strip, text.split(",")) if part)


def _parse_route(text: str) -> Route:
    found = _ROUTE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not host:port=address:port")
    address = found["address"].strip("[]")
    try:
        ip_address(address)
    except ValueError:
        raise ValueError(f"{address!r} in {text!r} must be an IP address, not a name") from None
    host = found["host"] if found["host"] == "*" else urls.host_of(f"http://{found['host']}/")
    ports = int(found["port"]), int(found["to"])
    if not host or not all(0 < port < 65_536 for port in ports):
        raise ValueError(f"{text!r} holds a host or port that does not exist")
    return Route(host, ports[0], address, ports[1])


def resolved(host: str, found: Iterable[str], port: int) -> list[ResolveResult]:
    """Return addresses that were found for a host as aiohttp wants them of a resolver."""
    return [
        ResolveResult(
            hostname=host,
            host=address,
            port=port,
            family=socket.AF_INET6 if ":" in address else socket.AF_INET,
            proto=socket.IPPROTO_TCP,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for address in found
    ]


class Guard:
    """Decides about every socket, at the last moment: after redirects, after DNS, after caches."""

    def __init__(
        self,
        *,
        ports: Collection[int] = addresses.DEFAULT_PORTS,
        routes: Sequence[Route] = (),
    ) -> None:
        self._ports = frozenset(ports)
        self._routes = tuple(routes)
        self._exempt = frozenset((str(ip_address(r.address)), r.to_port) for r in routes)
        self._route_of = lru_cache(maxsize=_HOSTS)(self._find_route)

    def route(self, host: str, port: int) -> Route | None:
        """Return where CONNECT_TO sends requests for this host and port; the first match wins."""
        return self._route_of(host, port)

    def _find_route(self, host: str, port: int) -> Route | None:
        return next((route for route in self._routes if route.matches(host, port)), None)

    def fault(self, url: str) -> Reason | None:
        """Return why this resolved URL may not be asked; names are judged when they connect."""
        if not urls.is_http(url) or len(url) > addresses.MAX_URL_LENGTH:
            return Reason.ADDRESS_NOT_ALLOWED
        host, port = urls.host_of(url), addresses.port_of(url)
        if not host or addresses.is_closed_host(host):
            return Reason.ADDRESS_NOT_ALLOWED
        if port not in self._ports and self.route(host, port) is None:
            return Reason.ADDRESS_NOT_ALLOWED
        return None

    def allows(self, address: str, port: int) -> bool:
        """Return whether a socket may be opened to this address and port."""
        try:
            written = str(ip_address(address))
        except ValueError:
            return False
        if (written, port) in self._exempt:
            return True
        return port in self._ports and addresses.is_public(written)

    def open_socket(self, info: AddressInfo) -> socket.socket:
        """Make the socket for a connection that may be made; aiohttp's `socket_factory`."""
        family, kind, protocol, _, target = info
        if family not in {socket.AF_INET, socket.AF_INET6} or not self.allows(target[0], target[1]):
            # Never the address: this text may reach the person who asked.
            raise AddressNotAllowedError("address not allowed")
        return socket.socket(family=family, type=kind, proto=protocol)


async def connect(guard: Guard, host: str, port: int) -> socket.socket:
    """Open a connection to a host by its name, for protocols other than HTTP.

    CONNECT_TO first, then the system's resolver. Raises AddressNotAllowedError if the wall allows none
    of its addresses, and the OSError of the last one that it could not reach.
    """
    loop = asyncio.get_running_loop()
    route = guard.route(host, port)
    place = (host, port) if route is None else (route.address, route.to_port)
    trouble: OSError = AddressNotAllowedError("address not allowed")
    for info in await loop.getaddrinfo(*place, type=socket.SOCK_STREAM):
        try:
            found = guard.open_socket(info)
        except AddressNotAllowedError:
            continue
        try:
            found.setblocking(False)
            await loop.sock_connect(found, info[4])
        except OSError as error:
            found.close()
            trouble = error
        except BaseException:
            found.close()
            raise
        else:
            return found
    raise trouble
