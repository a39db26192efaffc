"""What one look said about one link, reduced to what can be compared and stored."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from shared.events import Observation, Occurrence
from shared.vocabulary import UNFOLLOWED_RELS, LinkKind, Position, Reason

_POSITION_RANK = {
    Position.CONTENT: 0,
    Position.UNKNOWN: 1,
    Position.HEADER: 2,
    Position.NAV: 3,
    Position.SIDEBAR: 4,
    Position.FOOTER: 5,
    Position.COMMENT: 6,
}

# A menu that repeats a link on one page more often than this is no evidence of anything.
_MAX_COPIES = 20
_KINDS = {kind.value: kind for kind in LinkKind}
_POSITIONS = {position.value: position for position in Position}


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a link that was seen. The text around it is not one of them (seams.md 6)."""

    target_url: str | None = None
    target_key: UUID | None = None
    anchor_text: str = ""
    image_alt: str | None = None
    rel: tuple[str, ...] = ()
    kind: LinkKind = LinkKind.TEXT
    position: Position = Position.UNKNOWN
    hidden: bool = False
    page_followed: bool = True
    indexable: bool = True
    reasons: tuple[Reason, ...] = ()
    copies: tuple[int, ...] = ()
    """The marks of the other places of the page that link to the same target."""
    # Moves with every edit of the page; only a contract that limits it looks at it.
    outlinks_external: int | None = field(default=None, compare=False)

    @property
    def mark(self) -> int:
        """Return a number by which this place of the page is known again, whatever its rel."""
        return _mark(self)

    @property
    def followed(self) -> bool:
        """Say whether neither the link nor its page takes it out of "followed"."""
        return self.page_followed and not UNFOLLOWED_RELS.intersection(self.rel)

    @property
    def counts(self) -> bool:
        """Say whether the link, being present, counts for SEO."""
        return self.followed and self.indexable


def facts_of(
    observation: Observation,
    occurrences: Sequence[Occurrence],
    reasons: tuple[Reason, ...] = (),
    *,
    agreed: str | None = None,
) -> Facts:
    """Return the facts of a link that occurs on the page in these places.

    Of several the one with the `agreed` words speaks, else the one that is worth most.
    """
    best = occurrences[0] if len(occurrences) == 1 else _best(occurrences, agreed)
    return Facts(
        target_url=best.target_url,
        target_key=best.target_key,
        anchor_text=best.anchor_text,
        image_alt=best.image_alt,
        rel=tuple(sorted(best.rel)),
        kind=best.kind,
        position=best.position,
        hidden=best.hidden,
        page_followed=observation.page_followed is not False,
        indexable=observation.indexable is not False,
        reasons=reasons,
        copies=() if len(occurrences) == 1 else _copies(best, occurrences),
        outlinks_external=observation.outlinks_external,
    )


def same_text(text: str) -> str:
    """Return the form in which two texts are the same to a reader."""
    return " ".join(text.split()).casefold()


def _copies(best: Occurrence, occurrences: Sequence[Occurrence]) -> tuple[int, ...]:
    marks = {_mark(place) for place in occurrences if place is not best}
    return tuple(sorted(marks - {_mark(best)})[:_MAX_COPIES])


def _mark(place: Facts | Occurrence) -> int:
    words = (same_text(place.anchor_text), same_text(place.image_alt or ""))
    return zlib.crc32(" | ".join((*words, place.kind, place.position)).encode())


def _best(occurrences: Sequence[Occurrence], agreed: str | None) -> Occurrence:
    wanted = None if agreed is None else same_text(agreed)
    right = [o for o in occurrences if same_text(o.anchor_text or o.image_alt or "") == wanted]
    return min(right or occurrences, key=_worth)


def _worth(occurrence: Occurrence) -> tuple[bool, bool, bool, int]:
    """Order the places of one link: the one that is worth most speaks for it; ties keep page order."""
    return (
        occurrence.hidden or occurrence.in_noscript,
        not UNFOLLOWED_RELS.isdisjoint(occurrence.rel),
        occurrence.in_iframe,
        _POSITION_RANK[occurrence.position],
    )


def encode_facts(facts: Facts | None) -> str | None:
    """Return the JSON text in which a row keeps facts."""
    return None if facts is None else orjson.dumps(facts).decode()


def decode_facts(text: str | None) -> Facts | None:
    """Return the facts in the JSON text of a row."""
    if text is None:
        return None
    stored: dict[str, Any] = orjson.loads(text)
    key = stored["target_key"]
    return Facts(
        target_url=stored["target_url"],
        target_key=None if key is None else UUID(key),
        anchor_text=stored["anchor_text"],
        image_alt=stored["image_alt"],
        rel=tuple(stored["rel"]),
        kind=_KINDS[stored["kind"]],
        position=_POSITIONS[stored["position"]],
        hidden=stored["hidden"],
        page_followed=stored["page_followed"],
        indexable=stored["indexable"],
        reasons=tuple(map(Reason, stored["reasons"])) if stored["reasons"] else (),
        # Rows of before there were copies have none.
        copies=tuple(stored.get("copies", ())),
        outlinks_external=stored["outlinks_external"],
    )
