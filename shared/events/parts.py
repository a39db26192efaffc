"""Values that several events carry: occurrences, hops, observations, page facts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.envelope import Part
from shared.vocabulary import HostRole, LinkKind, Outcome, Position, Reason, RenderState


class Hop(Part):
    """One answered request of a redirect chain, in order."""

    url: str
    status: int | None = None
    location: str | None = None


class Occurrence(Part):
    """One `<a>` (area, image link, frame ...) of a link on its page, as a browser sees it."""

    target_url: str
    target_key: UUID
    anchor_text: str = ""
    rel: tuple[str, ...] = ()
    kind: LinkKind = LinkKind.TEXT
    position: Position = Position.UNKNOWN
    hidden: bool = False
    in_noscript: bool = False
    in_iframe: bool = False
    image_alt: str | None = None
    left_context: str = ""
    right_context: str = ""


class SiteHost(Part):
    host: str
    role: HostRole = HostRole.MAIN


class Rendering(Part):
    """What the page's bytes alone said about a link, and what they said after its scripts had run."""

    state: RenderState
    raw_outcome: Outcome
    raw_reasons: tuple[Reason, ...] = ()
    outcome: Outcome | None = None
    reasons: tuple[Reason, ...] = ()
    requests: int = 0
    refused: int = 0
    elapsed_ms: int = 0


class Observation(Part):
    """What one fetch of a page says about one link; absolute facts only (seams.md 5)."""

    page_id: UUID
    check_id: UUID
    check_seq: int
    checked_at: datetime
    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    http_status: int | None = None
    final_url: str | None = None
    redirects: tuple[Hop, ...] = ()
    indexable: bool | None = None
    page_followed: bool | None = None
    canonical: str | None = None
    meta_robots: tuple[str, ...] = ()
    x_robots_tag: tuple[str, ...] = ()
    title: str | None = None
    lang: str | None = None
    ip: str | None = None
    """The address that served the page, of the last hop."""
    platform: str | None = None
    outlinks_internal: int | None = None
    outlinks_external: int | None = None
    occurrences: Annotated[tuple[Occurrence, ...], Field(max_length=50)] = ()
    occurrence_count: int = 0
    elapsed_ms: int = 0
    evidence_id: UUID | None = None
    rendering: Rendering | None = None


class PageFacts(Part):
    """What a page shows about itself; bounded so that one event stays below 16 kB."""

    url: str
    final_url: str
    referring_domain: str
    host: str
    http_status: int
    title: str | None = None
    description: str | None = None
    lang: str | None = None
    charset: str | None = None
    word_count: int = 0
    visible_chars: int = 0
    anchor_chars: int = 0
    markup_bytes: int = 0
    compression_ratio: float | None = None
    outlinks_internal: int = 0
    outlinks_external: int = 0
    outlink_domains: Annotated[tuple[str, ...], Field(max_length=500)] = ()
    outlink_domains_more: int = 0
    hidden_links: int = 0
    nofollow_links: int = 0
    ad_scripts: int = 0
    text_fingerprint: str | None = None
    template_fingerprint: str | None = None
    tracker_ids: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    platform: str | None = None
    server: str | None = None
    ip: str | None = None
    has_contact: bool = False
    has_legal: bool = False
    emails: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    feeds: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    hops: int = 0
    redirect_domains: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    """Other registrable domains on the way from `url` to `final_url`, in order."""
    name_servers: Annotated[tuple[str, ...], Field(max_length=8)] = ()
    """Of the registrable domain, in order of the alphabet; empty where not known."""
    tls_issuer: str | None = None
    published_on: str | None = None
    """The day that the page itself names, YYYY-MM-DD."""
    text_language: str | None = None
    """Told by the words of the text; `lang` is what the markup declares."""
    hidden_chars: int = 0
    """Letters of the text that the page's own styles hide."""
    frame_chars: int = 0
    """Letters of the text in navigation, header, footer and sidebar."""
    injected_blocks: int = 0
    """Hidden boxes that lead to three or more other sites, or whose link texts are spam words."""
    spam_words: int = 0
    """Words of adult, gambling, pharmacy and scam pages among the first 5,000."""
    top_word_share: float | None = None
    """Share of the most frequent word with a subject; null below 100 words."""
    outlink_sketch: str | None = None
    """MinHash of the domains linked to, without those that all link to: 32 words of 8 digits."""
    outlinks_unfollowed: int | None = None
    """Of the links to other domains, those marked nofollow, ugc or sponsored; null: not counted."""
    comment_domains: int | None = None
    """Other domains that links in comments lead to, without such a mark; null: not counted."""


class PersonSeen(Part):
    """An address that a page shows, and what the page says of whose it is."""

    email: str
    name: str | None = None
    role: str | None = None
    source_url: str
