"""What is known about a link when it is judged; None and empty mean "not observed", never "bad"."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, Self

from services.toxicity.domain.layer import NO_LAYER, Layer
from services.toxicity.domain.source import UNKNOWN, Source
from shared.vocabulary import UNFOLLOWED_RELS, AnchorFlag, AnchorKind, LinkKind, Position, Reason


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What the last check that found the link saw of it."""

    anchor_text: str = ""
    image_alt: str | None = None
    rel: frozenset[str] = frozenset()
    kind: LinkKind = LinkKind.TEXT
    position: Position = Position.UNKNOWN
    hidden: bool = False
    context: str = ""
    occurrence_count: int = 1
    page_followed: bool | None = None
    outlinks_external: int | None = None
    redirect_domains: tuple[str, ...] = ()
    reasons: frozenset[Reason] = frozenset()
    indexable: bool | None = None
    # Judged from the text with the site's names and keywords, so not a part of what was seen.
    anchor_kind: AnchorKind = AnchorKind.OTHER
    anchor_flags: frozenset[AnchorFlag] = frozenset()

    @property
    def qualified(self) -> bool:
        """Whether the page tells search engines not to count the link."""
        return bool(self.rel & UNFOLLOWED_RELS) or self.page_followed is False

    def to_json(self) -> dict[str, Any]:
        """Return what was seen as the database keeps it; the same facts give the same text."""
        return {
            "anchor_text": self.anchor_text,
            "image_alt": self.image_alt,
            "rel": sorted(self.rel),
            "kind": self.kind.value,
            "position": self.position.value,
            "hidden": self.hidden,
            "context": self.context,
            "occurrence_count": self.occurrence_count,
            "page_followed": self.page_followed,
            "outlinks_external": self.outlinks_external,
            "redirect_domains": list(self.redirect_domains),
            "reasons": sorted(self.reasons),
            "indexable": self.indexable,
        }

    @classmethod
    def from_json(
        cls,
        values: Mapping[str, Any],
        *,
        anchor_kind: AnchorKind = AnchorKind.OTHER,
        anchor_flags: frozenset[AnchorFlag] = frozenset(),
    ) -> Self:
        return cls(
            anchor_text=values["anchor_text"],
            image_alt=values["image_alt"],
            rel=frozenset(values["rel"]),
            kind=LinkKind(values["kind"]),
            position=Position(values["position"]),
            hidden=values["hidden"],
            context=values["context"],
            occurrence_count=values["occurrence_count"],
            page_followed=values["page_followed"],
            outlinks_external=values["outlinks_external"],
            redirect_domains=tuple(values["redirect_domains"]),
            reasons=frozenset(map(Reason, values["reasons"])),
            indexable=values.get("indexable"),
            anchor_kind=anchor_kind,
            anchor_flags=anchor_flags,
        )


@dataclass(frozen=True, slots=True)
class PageView:
    """What the page that carries the link shows about itself."""

    url: str
    referring_domain: str
    title: str = ""
    lang: str | None = None
    word_count: int = 0
    visible_chars: int = 0
    anchor_chars: int = 0
    compression_ratio: float | None = None
    outlinks_internal: int = 0
    outlinks_external: int = 0
    hidden_links: int = 0
    has_contact: bool = False
    has_legal: bool = False
    ad_scripts: int = 0
    hidden_chars: int = 0
    frame_chars: int = 0
    injected_blocks: int = 0
    spam_words: int = 0
    top_word_share: float | None = None
    title_is_toxic: bool = False
    comment_domains: int | None = None

    @property
    def anchor_share(self) -> float | None:
        """Return how much of the visible text is link text.

        Texts of hidden links are in the first figure and not in the second: a share above one says
        that the two don't fit, and is no share.
        """
        share = self.anchor_chars / self.visible_chars if self.visible_chars else None
        return share if share is not None and share <= 1 else None

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        known = {field.name for field in fields(cls)}
        found = {name: value for name, value in values.items() if name in known}
        return cls(**{**found, "title": found.get("title") or ""})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the other links of the same site say; counted by followed referring domains."""

    domains: int = 0
    exact_domains: int = 0
    anchor_domains: int = 0
    """Referring domains that use this very anchor."""
    links_of_domain: int = 0
    """Links to the site that this link's referring domain has."""


class Decision(StrEnum):
    """What a person decided in the review."""

    KEEP = "keep"
    ASK_REMOVAL = "ask_removal"
    DISAVOW = "disavow"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision in force for a link, or for its whole referring domain."""

    decision: Decision
    decided_on: date
    whole_domain: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that one score is made of."""

    link: LinkFacts | None = None
    page: PageView | None = None
    around: Surroundings = Surroundings()
    verdict: Verdict | None = None
    holds: tuple[str, ...] = ()
    """Codes of the guard list for the referring domain."""
    last_reasons: frozenset[Reason] = frozenset()
    """Reasons of the newest check, whether it found the link or not."""
    days_unseen: int = 0
    """Whole days since a check last found the link."""
    lost: bool = False
    source: Source = UNKNOWN
    """What is known of the referring domain beyond this page."""
    layer: Layer = NO_LAYER
    """Fitted to the decisions of the site's people; changes nothing before there are enough."""
