"""Checks kept evidence against its own digests: what was stored must be what was written."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from services.crawler.domain.evidence.draft import Capture, heads_of, told_asides
from services.crawler.domain.evidence.packing import unpacked


def fault_of(row: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a stored row, None if it is as written or was emptied."""
    if row["expired_at"] is not None:
        return None
    try:
        text, body = unpacked(row["statement"]), unpacked(row["body"])
        heads = heads_of(row["heads"])
        statement = orjson.loads(text)
        told, shown = statement["captures"], statement["shown_sha256"]
        asked = [one["request_sha256"] for one in told]
        answered = [one["response_sha256"] for one in told]
        beside = told_asides(heads.asides, body)
        others = statement.get("asides", [])
    except (ValueError, KeyError, TypeError):
        return "Its content cannot be read."
    if hashlib.sha256(text).digest() != row["sha256"]:
        return "Its statement is not the one that its digest was taken of."
    if statement.get("evidence_id") != str(row["evidence_id"]):
        return "Its statement is of other evidence."
    if statement.get("number") != row["number"]:
        return "It stands at another place of the chain than it says."
    if hashlib.sha256(body).digest() != row["body_sha256"]:
        return "Its body is not the one that its digest was taken of."
    received = _digests(_blocks(heads.captures, body))
    if asked != _digests(one.request for one in heads.captures) or answered != received:
        return "What was asked or answered is not what its statement tells of."
    if others != beside:
        return "What was asked or answered besides is not what its statement tells of."
    if (shown or None) != (_digests([heads.shown])[0] if heads.shown else None):
        return "The page as its scripts left it is not the one that its statement tells of."
    return None


def _blocks(captures: tuple[Capture, ...], body: bytes) -> Iterable[bytes]:
    last = len(captures) - 1
    return (one.response + (body if number == last else b"") for number, one in enumerate(captures))


def _digests(blocks: Iterable[bytes]) -> list[str]:
    return [hashlib.sha256(block).hexdigest() for block in blocks]
