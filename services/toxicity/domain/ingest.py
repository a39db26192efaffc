"""Folds events about one link into what is kept of it, so that their order and number don't matter."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.toxicity.domain.sight import link_facts
from shared.events import LinkAdopted, LinkChecked
from shared.vocabulary import NOT_OBSERVED, Outcome, Reason

_TELLING = NOT_OBSERVED | {Reason.PARKED, Reason.CLOAKED}


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is kept of the checks of one link: the newest, and the newest that found it."""

    link_id: UUID
    workspace_id: UUID
    site_id: UUID
    page_id: UUID
    check_seq: int = 0
    checked_at: datetime | None = None
    last_reasons: tuple[str, ...] = ()
    found_seq: int = 0
    found_at: datetime | None = None
    facts: str | None = None
    facts_digest: UUID | None = None
    tracked_seq: int = 0
    failed_looks: int = 0
    """Looks in a row, up to the newest, that observed nothing; too few rather than too many."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database has of a link already."""

    check_seq: int
    found_seq: int
    facts_digest: UUID | None
    last_reasons: tuple[str, ...]
    page_id: UUID | None
    scored: bool


def fold(events: Iterable[LinkChecked | LinkAdopted]) -> dict[UUID, Sighting]:
    """Return one sighting for each link of a batch, whatever the order of its events."""
    sightings: dict[UUID, Sighting] = {}
    for event in events:
        if event.site_id is None or event.workspace_id is None:
            continue
        known = sightings.get(event.link_id)
        if known is None:
            known = Sighting(
                event.link_id, event.workspace_id, event.site_id, event.observation.page_id
            )
        sightings[event.link_id] = _with(known, event)
    return sightings


def _with(known: Sighting, event: LinkChecked | LinkAdopted) -> Sighting:
    seen = event.observation
    if event.tracked_seq > known.tracked_seq:
        known = replace(known, tracked_seq=event.tracked_seq)
    if seen.check_seq > known.check_seq:
        known = replace(
            known,
            page_id=seen.page_id,
            check_seq=seen.check_seq,
            checked_at=seen.checked_at,
            last_reasons=tuple(sorted(_TELLING.intersection(seen.reasons))),
            failed_looks=known.failed_looks + 1 if seen.outcome is Outcome.UNKNOWN else 0,
        )
    facts = link_facts(seen)
    if facts is not None and seen.check_seq > known.found_seq:
        text = canonical(facts.to_json())
        known = replace(
            known,
            found_seq=seen.check_seq,
            found_at=seen.checked_at,
            facts=text,
            facts_digest=digest(text),
        )
    return known


def is_news(sighting: Sighting, kept: Kept | None) -> bool:
    """Whether a score may become another by this; most re-checks see what the last one saw."""
    if kept is None or not kept.scored:
        return True
    newer = sighting.check_seq > kept.check_seq
    if newer and (sighting.last_reasons, sighting.page_id) != (kept.last_reasons, kept.page_id):
        return True
    return sighting.found_seq > kept.found_seq and sighting.facts_digest != kept.facts_digest


def canonical(value: Mapping[str, Any]) -> str:
    """Return JSON that is the same text for the same value."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def digest(text: str) -> UUID:
    return UUID(bytes=hashlib.blake2b(text.encode(), digest_size=16).digest())
