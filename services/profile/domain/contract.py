"""What was agreed about a link, and where the link that was seen differs from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from services.profile.domain.facts import Facts, same_text
from shared.events import PlacementTerms
from shared.urls import page_id
from shared.vocabulary import UNFOLLOWED_RELS, Position, Reason

# Standing facts of a page that take away what was paid for, whatever else was agreed.
HARMFUL = frozenset(
    {
        Reason.NOINDEX_META,
        Reason.NOINDEX_HEADER,
        Reason.NOT_CANONICAL,
        Reason.CANONICAL_CROSS_DOMAIN,
        Reason.ROBOTS_DISALLOWS_GOOGLE,
        Reason.LINK_HIDDEN_CSS,
        Reason.LINK_IN_COMMENT,
        Reason.LINK_IN_NOSCRIPT,
        Reason.LINK_IN_IFRAME,
        Reason.MENTION_ONLY,
        Reason.SITEWIDE,
        Reason.CLOAKED,
    }
)
SITEWIDE_PAGES = 10
"""A link that was agreed for one page is sitewide when it stands on so many others as well."""
PAGE_NOFOLLOW = frozenset({Reason.PAGE_NOFOLLOW_META, Reason.PAGE_NOFOLLOW_HEADER})
REL_REASONS = {
    "nofollow": Reason.NOFOLLOW_ADDED,
    "sponsored": Reason.SPONSORED_ADDED,
    "ugc": Reason.UGC_ADDED,
}


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one placement; None means that nothing was agreed about it."""

    placement_id: UUID
    terms_seq: int
    target_url: str | None = None
    target_key: UUID | None = None
    anchor_text: str | None = None
    rel: tuple[str, ...] | None = None
    position: Position | None = None
    max_outlinks: int | None = None
    go_live_on: date | None = None
    until_on: date | None = None


def terms_of(event: PlacementTerms) -> Terms:
    """Return what was agreed, as the link's row keeps it."""
    return Terms(
        placement_id=event.placement_id,
        terms_seq=event.terms_seq,
        target_url=event.target_url,
        target_key=page_id(event.target_url) if event.target_url else None,
        anchor_text=event.anchor_text,
        rel=event.rel,
        position=event.position,
        max_outlinks=event.max_outlinks,
        go_live_on=event.go_live_on,
        until_on=event.until_on,
    )


def mismatches(terms: Terms, seen: Facts) -> tuple[Reason, ...]:
    """Return the reasons for which the link that was seen is not the link that was agreed."""
    return tuple(_mismatches(terms, seen))


def _mismatches(terms: Terms, seen: Facts) -> Iterator[Reason]:
    if terms.target_key is not None and seen.target_key != terms.target_key:
        yield Reason.WRONG_LANDING_PAGE
    if terms.anchor_text is not None and same_text(terms.anchor_text) != same_text(spoken(seen)):
        yield Reason.ANCHOR_CHANGED if spoken(seen) else Reason.ANCHOR_EMPTY
    if terms.rel is not None:
        yield from rel_difference(terms.rel, seen.rel)
    if terms.position is Position.CONTENT and seen.position not in {
        Position.CONTENT,
        Position.UNKNOWN,
    }:
        yield Reason.POSITION_WORSE
    if terms.max_outlinks is not None and (seen.outlinks_external or 0) > terms.max_outlinks:
        yield Reason.OUTLINKS_EXCESS
    must_be_followed = terms.rel is not None and UNFOLLOWED_RELS.isdisjoint(terms.rel)
    for reason in seen.reasons:
        if reason in HARMFUL or (reason in PAGE_NOFOLLOW and must_be_followed):
            yield reason


def rel_difference(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Reason]:
    """Yield what was added to, or taken from, the rel tokens that stop a link being followed."""
    was, now = UNFOLLOWED_RELS.intersection(before), UNFOLLOWED_RELS.intersection(after)
    for token, reason in REL_REASONS.items():
        if token in now and token not in was:
            yield reason
    if was > now:
        yield Reason.REL_RESTORED


def spoken(facts: Facts) -> str:
    """Return what stands for the anchor: its text, or the picture's words where it has none."""
    return facts.anchor_text or facts.image_alt or ""


def encode_terms(terms: Terms | None) -> str | None:
    """Return the JSON text in which a row keeps terms."""
    return None if terms is None else orjson.dumps(terms).decode()


def decode_terms(text: str | None) -> Terms | None:
    """Return the terms in the JSON text of a row."""
    if text is None:
        return None
    stored: dict[str, Any] = orjson.loads(text)
    return Terms(
        placement_id=UUID(stored["placement_id"]),
        terms_seq=stored["terms_seq"],
        target_url=stored["target_url"],
        target_key=None if stored["target_key"] is None else UUID(stored["target_key"]),
        anchor_text=stored["anchor_text"],
        rel=None if stored["rel"] is None else tuple(stored["rel"]),
        position=None if stored["position"] is None else Position(stored["position"]),
        max_outlinks=stored["max_outlinks"],
        go_live_on=_day(stored["go_live_on"]),
        until_on=_day(stored["until_on"]),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
