"""A name is gone only when an authority says so; everything else says nothing about it."""

import asyncio
import socket
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler.adapters.names import NameFailedError, NameGoneError, Names
from shared import dns
from shared.wall import Guard

NXDOMAIN = 0x8183
SERVFAIL = 0x8182
QUESTION = dns.encode_question("gone.example", 7)[12:]
SOA = b"\xc0\x11" + struct.pack(">HHIH", 6, 1, 900, 4) + b"data"
A_RECORD = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 900, 4) + bytes(4)


def reply(flags: int, *, answers: bytes = b"", authority: bytes = b"") -> bytes:
    counts = (1, int(bool(answers)), int(bool(authority)), 0)
    return struct.pack(">HHHHHH", 7, flags, *counts) + QUESTION + answers + authority


def test_an_nxdomain_with_the_zones_soa_means_gone() -> None:
    assert dns.says_gone(reply(NXDOMAIN, authority=SOA))


@pytest.mark.parametrize(
    "answer",
    [
        reply(NXDOMAIN),
        reply(NXDOMAIN, answers=SOA),
        reply(NXDOMAIN, authority=A_RECORD),
        reply(SERVFAIL, authority=SOA),
        reply(0x8180, authority=SOA),
        b"",
    ],
    ids=["bare", "soa as answer", "no soa", "servfail", "no error", "empty"],
)
def test_anything_else_does_not(answer: bytes) -> None:
    assert not dns.says_gone(answer)


@given(st.binary(max_size=300), st.integers(0, 60))
def test_no_reply_makes_the_reader_fail(noise: bytes, cut: int) -> None:
    whole = reply(NXDOMAIN, authority=SOA)
    assert dns.says_gone(whole + noise)
    assert not dns.says_gone(noise[:11])  # less than a header
    assert dns.says_gone(whole[: 12 + cut] + noise) in {True, False}


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..example", ""])
def test_a_host_that_is_no_dns_name_is_not_asked_for(host: str) -> None:
    with pytest.raises(ValueError, match="not a DNS name"):
        dns.encode_question(host, 1)


def test_the_name_servers_of_the_machine_are_used(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text("# comment\nsearch x\nnameserver 192.0.2.1\nnameserver ::1 \nnameserver\n")
    assert dns.nameservers(file) == ("192.0.2.1", "::1")
    assert dns.nameservers(tmp_path / "absent") == ()


async def find(error: OSError | None, *, gone: bool, found: tuple[str, ...] = ()) -> object:
    async def lookup(_host: str) -> tuple[str, ...]:
        if error is not None:
            raise error
        return found

    async def is_gone(_host: str) -> bool:
        return gone

    names = Names(Guard(), lookup=lookup, is_gone=is_gone)
    return (await names.find("pub.example", 80)).found


NO_NAME = socket.gaierror(socket.EAI_NONAME, "no such name")
TRY_AGAIN = socket.gaierror(socket.EAI_AGAIN, "try again")


async def test_a_name_that_an_authority_denies_is_gone() -> None:
    with pytest.raises(NameGoneError):
        await find(NO_NAME, gone=True)


@pytest.mark.parametrize(
    ("error", "gone"),
    [(NO_NAME, False), (TRY_AGAIN, True), (TimeoutError(), True), (None, True)],
    ids=["no authority", "try again", "timeout", "no addresses"],
)
async def test_a_resolver_that_fails_says_nothing(error: OSError | None, *, gone: bool) -> None:
    with pytest.raises(NameFailedError):
        await find(error, gone=gone)


async def test_answers_are_kept_for_a_while() -> None:
    asked = 0

    async def lookup(_host: str) -> tuple[str, ...]:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return ("93.184.216.34",)

    names = Names(Guard(), lookup=lookup)
    await names.find("pub.example", 80)
    await names.find("pub.example", 443)
    assert asked == 1
