"""What one link adds to the counts of its site, and what a batch of links changes in them; pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from services.toxicity.domain.facts import LinkFacts
from shared import urls
from shared.vocabulary import AnchorKind

_REPEATABLE = frozenset({AnchorKind.EXACT, AnchorKind.PARTIAL, AnchorKind.OTHER})


@dataclass(frozen=True, slots=True)
class Share:
    """What one link adds; only links that were found and are not lost add anything."""

    domain: str
    followed: bool
    exact: bool
    anchor: UUID | None


@dataclass(frozen=True, slots=True)
class DomainDelta:
    links: int = 0
    followed: int = 0
    exact: int = 0

    def plus(self, share: Share, sign: int) -> "DomainDelta":
        return DomainDelta(
            self.links + sign,
            self.followed + sign * share.followed,
            self.exact + sign * (share.exact and share.followed),
        )


@dataclass(slots=True)
class Deltas:
    """Changes of the counts, by their keys."""

    domains: dict[tuple[UUID, str], DomainDelta] = field(default_factory=dict)
    anchors: dict[tuple[UUID, UUID, str], int] = field(default_factory=dict)


def share_of(facts: LinkFacts | None, *, domain: str | None, lost: bool) -> Share | None:
    """Return what a link adds to the counts of its site, or None if nothing."""
    if facts is None or domain is None or lost:
        return None
    followed = not facts.qualified
    repeatable = followed and facts.anchor_kind in _REPEATABLE and bool(facts.anchor_text)
    return Share(
        domain=domain,
        followed=followed,
        exact=facts.anchor_kind is AnchorKind.EXACT,
        anchor=anchor_key(facts.anchor_text) if repeatable else None,
    )


def anchor_key(text: str) -> UUID:
    """Return the key under which equal link texts meet, whatever their case and blanks."""
    return urls.key_id(" ".join(text.casefold().split()))


def deltas(changes: Iterable[tuple[UUID, Share | None, Share | None]]) -> Deltas:
    """Return what (site, before, after) of a batch of links change; nothing for equal shares."""
    domains: dict[tuple[UUID, str], DomainDelta] = defaultdict(DomainDelta)
    anchors: dict[tuple[UUID, UUID, str], int] = defaultdict(int)
    for site_id, before, after in changes:
        if before == after:
            continue
        for share, sign in ((before, -1), (after, 1)):
            if share is None:
                continue
            domains[site_id, share.domain] = domains[site_id, share.domain].plus(share, sign)
            if share.anchor is not None:
                anchors[site_id, share.anchor, share.domain] += sign
    return Deltas(
        domains={key: delta for key, delta in domains.items() if delta != DomainDelta()},
        anchors={key: delta for key, delta in anchors.items() if delta},
    )


def crossed_zero(after: int, delta: int) -> int:
    """Return +1 if a count left zero by this delta, -1 if it came back to it, else 0."""
    before = after - delta
    return int(before <= 0 < after) - int(after <= 0 < before)
