"""Asks the name servers what the system's resolver does not tell: is a name gone, who serves it, what does it say of mail."""

import asyncio
import secrets
import struct
from pathlib import Path

from typing_extensions import override

_NO_ERROR = 0
_NXDOMAIN = 3
_CODE = 0x000F
_TRUNCATED = 0x0200
_A = 1
_NS = 2
_SOA = 6
_MX = 15
_TXT = 16
_HEADER = struct.Struct(">HHHHHH")
_RECORD = struct.Struct(">HHIH")
_LENGTH = struct.Struct(">H")
_PREFERENCE_BYTES = 2
_MAX_NAME_PARTS = 128
_MAX_SERVERS = 8
RESOLV_CONF = Path("/etc/resolv.conf")


def nameservers(path: Path = RESOLV_CONF) -> tuple[str, ...]:
    """Return the name servers that this machine is told to use."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    words = [line.split() for line in lines]
    return tuple(w[1] for w in words if len(w) > 1 and w[0] == "nameserver")[:3]


async def is_gone(host: str, servers: tuple[str, ...], *, timeout_s: float = 3.0) -> bool:
    """Return whether a name server says, with the zone's SOA record, that the name does not exist.

    A negative answer of an authority carries the SOA (RFC 2308, section 2.1). Resolvers that are cut
    off, filter or guess say NXDOMAIN without one: from those we learn nothing about the name.
    """
    for server in servers:
        reply = await _ask(host, server, timeout_s=timeout_s)
        if reply is not None:
            return says_gone(reply)
    return False


async def name_servers_of(
    domain: str, servers: tuple[str, ...], *, timeout_s: float = 2.0
) -> tuple[str, ...]:
    """Return the name servers of a domain, sorted; empty if nobody tells."""
    for server in servers:
        reply = await _ask(domain, server, timeout_s=timeout_s, kind=_NS)
        if reply is not None:
            return name_servers_in(reply)
    return ()


async def texts_of(
    name: str, servers: tuple[str, ...], *, timeout_s: float = 3.0
) -> tuple[str, ...] | None:
    """Return the TXT records of a name; None if nobody answers, which says nothing about the name."""
    found = await _records(name, servers, kind=_TXT, timeout_s=timeout_s)
    return None if found is None else tuple(_joined(reply, at, end) for reply, at, end in found)


async def mail_hosts_of(
    domain: str, servers: tuple[str, ...], *, timeout_s: float = 3.0
) -> tuple[str, ...] | None:
    """Return the hosts that take mail for a domain (MX); None if nobody answers."""
    found = await _records(domain, servers, kind=_MX, timeout_s=timeout_s)
    if found is None:
        return None
    try:
        names = {_name_at(reply, at + _PREFERENCE_BYTES) for reply, at, _ in found}
    except (IndexError, UnicodeDecodeError):
        return None
    return tuple(sorted(names - {""}))  # "." is the null MX (RFC 7505): it takes no mail


def encode_question(host: str, query_id: int, kind: int = _A) -> bytes:
    """Return a DNS query about a host (ASCII, punycode); for its IPv4 address unless told else."""
    labels = host.removesuffix(".").encode("ascii").split(b".")
    if not all(0 < len(label) < 64 for label in labels):
        raise ValueError("not a DNS name")
    name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return _HEADER.pack(query_id, 0x0100, 1, 0, 0, 0) + name + struct.pack(">HH", kind, 1)


def says_gone(reply: bytes) -> bool:
    """Return whether a reply is an NXDOMAIN with a SOA record in its authority section."""
    try:
        _, flags, questions, answers, authorities, _ = _HEADER.unpack_from(reply)
        if flags & _CODE != _NXDOMAIN:
            return False
        at = _HEADER.size
        for _ in range(questions):
            at = _after_name(reply, at) + 4
        for index in range(answers + authorities):
            at = _after_name(reply, at)
            kind, _, _, length = _RECORD.unpack_from(reply, at)
            if index >= answers and kind == _SOA:
                return True
            at += _RECORD.size + length
    except (struct.error, IndexError):
        return False
    return False


def name_servers_in(reply: bytes) -> tuple[str, ...]:
    """Return the names in the NS records of a reply's answer; empty for one that makes no sense."""
    try:
        found = {_name_at(reply, at) for at, _ in _answers(reply, _NS)}
    except (struct.error, IndexError, UnicodeDecodeError):
        return ()
    return tuple(sorted(found - {""}))[:_MAX_SERVERS]


def _answers(reply: bytes, wanted: int) -> list[tuple[int, int]]:
    """Return from where to where the data of the answer's records of a kind go."""
    found = []
    _, _, questions, answers, _, _ = _HEADER.unpack_from(reply)
    at = _HEADER.size
    for _ in range(questions):
        at = _after_name(reply, at) + 4
    for _ in range(answers):
        at = _after_name(reply, at)
        kind, _, _, length = _RECORD.unpack_from(reply, at)
        at += _RECORD.size
        if kind == wanted:
            found.append((at, at + length))
        at += length
    return found


def _joined(reply: bytes, at: int, end: int) -> str:
    """Return the text of a TXT record: its strings, one after the other."""
    parts = []
    while at < end:
        length = reply[at]
        parts.append(reply[at + 1 : min(at + 1 + length, end)])
        at += 1 + length
    return b"".join(parts).decode("utf-8", "replace")


async def _records(
    name: str, servers: tuple[str, ...], *, kind: int, timeout_s: float
) -> list[tuple[bytes, int, int]] | None:
    """Return the records of the first server that answers: the reply, and where their data are."""
    for server in servers:
        reply = await _ask(name, server, timeout_s=timeout_s, kind=kind)
        if reply is None:
            continue
        try:
            _, flags, *_ = _HEADER.unpack_from(reply)
            if flags & _TRUNCATED:
                reply = await _ask_by_tcp(name, server, timeout_s=timeout_s, kind=kind)
                _, flags, *_ = _HEADER.unpack_from(reply)
            if flags & _CODE in {_NO_ERROR, _NXDOMAIN}:
                return [(reply, at, end) for at, end in _answers(reply, kind)]
        except (struct.error, IndexError, OSError, ValueError):
            continue
    return None


def _name_at(reply: bytes, at: int) -> str:
    labels: list[str] = []
    for _ in range(_MAX_NAME_PARTS):
        length = reply[at]
        if length == 0:
            return ".".join(labels).lower()
        if length >= 0xC0:
            at = (length & 0x3F) << 8 | reply[at + 1]
            continue
        labels.append(reply[at + 1 : at + 1 + length].decode("ascii"))
        at += 1 + length
    raise IndexError("name without end")


def _after_name(reply: bytes, at: int) -> int:
    for _ in range(_MAX_NAME_PARTS):
        length = reply[at]
        if length == 0:
            return at + 1
        if length >= 0xC0:  # a pointer ends the name (RFC 1035, 4.1.4)
            return at + 2
        at += 1 + length
    raise IndexError("name without end")


async def _ask_by_tcp(host: str, server: str, *, timeout_s: float, kind: int) -> bytes:
    """Ask again for an answer that was too long for a datagram (RFC 7766)."""
    question = encode_question(host, secrets.randbits(16), kind)
    async with asyncio.timeout(timeout_s):
        reader, writer = await asyncio.open_connection(server, 53)
        try:
            writer.write(_LENGTH.pack(len(question)) + question)
            (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
            return await reader.readexactly(length)
        except asyncio.IncompleteReadError as error:
            raise ConnectionError("the name server broke off") from error
        finally:
            writer.close()


async def _ask(host: str, server: str, *, timeout_s: float, kind: int = _A) -> bytes | None:
    query_id = secrets.randbits(16)
    try:
        question = encode_question(host, query_id, kind)
    except ValueError:
        return None
    loop = asyncio.get_running_loop()
    reply: asyncio.Future[bytes] = loop.create_future()
    try:
        async with asyncio.timeout(timeout_s):
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Reply(reply, query_id), remote_addr=(server, 53)
            )
            try:
                transport.sendto(question)
                return await reply
            finally:
                transport.close()
    except OSError:  # TimeoutError is one
        return None


class _Reply(asyncio.DatagramProtocol):
    def __init__(self, reply: "asyncio.Future[bytes]", query_id: int) -> None:
        self._reply = reply
        self._id = query_id.to_bytes(2, "big")

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | bytes, int]) -> None:
        if data[:2] == self._id and not self._reply.done():
            self._reply.set_result(data)

    @override
    def error_received(self, exc: Exception) -> None:
        if not self._reply.done():
            self._reply.set_exception(exc)
