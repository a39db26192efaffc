"""Who serves a domain, as a name server's answer tells it."""

import struct

import pytest

from services.crawler.adapters.host_facts import NameServers
from shared.dns import encode_question, name_servers_in

NS = 2


def labels(name: str) -> bytes:
    return b"".join(bytes([len(one)]) + one.encode() for one in name.split(".")) + b"\0"


def answer(*records: bytes) -> bytes:
    question = labels("example.org") + struct.pack(">HH", NS, 1)
    head = struct.pack(">HHHHHH", 7, 0x8180, 1, len(records), 0, 0)
    return head + question + b"".join(records)


def record(data: bytes) -> bytes:
    return b"\xc0\x0c" + struct.pack(">HHIH", NS, 1, 300, len(data)) + data


def test_names_are_read_with_their_pointers() -> None:
    reply = answer(record(labels("NS2.host.net")), record(b"\x03ns1\xc0\x0c"))
    assert name_servers_in(reply) == ("ns1.example.org", "ns2.host.net")


@pytest.mark.parametrize("reply", [b"", b"\0" * 11, answer(record(b"\xc0\xff"))[:-1]])
def test_a_broken_answer_names_nobody(reply: bytes) -> None:
    assert name_servers_in(reply) == ()


def test_a_pointer_that_points_at_itself_ends() -> None:
    head = answer()
    loop = bytes([0xC0, len(head) + 12])
    assert name_servers_in(answer(record(loop))) == ()


def test_the_question_asks_for_name_servers() -> None:
    assert encode_question("example.org", 7, NS).endswith(struct.pack(">HH", NS, 1))


async def test_a_domain_is_asked_once_for_all_its_hosts() -> None:
    asked: list[str] = []

    async def lookup(domain: str) -> tuple[str, ...]:
        asked.append(domain)
        return ("ns1.host.net",)

    servers = NameServers(lookup)
    found = [await servers.of(host) for host in ("www.example.org", "blog.example.org")]
    assert found == [("ns1.host.net",)] * 2
    assert await servers.of("192.0.2.1") == ()
    assert asked == ["example.org"]
