"""What the crawler saw."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.envelope import Event, LinkEvent
from shared.events.parts import Hop, Observation, Occurrence, PageFacts, PersonSeen
from shared.vocabulary import DiscoveryReason, Reason


class LinkChecked(LinkEvent):
    """What the crawler saw when it looked for one link. The streak is the crawler's (seams.md 2)."""

    name: ClassVar[str] = "link.checked"
    publisher: ClassVar[str] = "crawler"
    consumers: ClassVar[tuple[str, ...]] = ("profile", "toxicity")
    packed: ClassVar[bool] = True

    observation: Observation
    missing_streak: int = 0
    missing_since: datetime | None = None
    next_check_at: datetime | None = None
    targets: Annotated[tuple[Occurrence, ...], Field(max_length=50)] = ()
    """Links to the same site on the page, in document order: all of them when the watch has no
    target yet; when the target is missing, those that no other watch of this page has."""
    tracked_seq: int = 0
    """Of the `link.tracked` in force: a look made before a `link.untracked` may come after it."""


class LinkDiscovered(Event):
    """A link to a watched site that nobody tracks yet, with the observation that found it."""

    name: ClassVar[str] = "link.discovered"
    publisher: ClassVar[str] = "crawler"
    consumers: ClassVar[tuple[str, ...]] = ("profile",)
    outward: ClassVar[bool] = True

    reason: DiscoveryReason
    referring_url: str
    page_key: UUID
    target_url: str
    target_key: UUID
    observation: Observation

    about: ClassVar[tuple[str, str]] = ("page", "observation.page_id")


class PageRead(Event):
    """What a page looks like, sent when its body changed or the facts are older than 30 days."""

    name: ClassVar[str] = "page.read"
    publisher: ClassVar[str] = "crawler"
    consumers: ClassVar[tuple[str, ...]] = ("toxicity", "outreach")
    packed: ClassVar[bool] = True

    page_id: UUID
    page_key: UUID
    facts_seq: int
    read_at: datetime
    facts: PageFacts

    about: ClassVar[tuple[str, str]] = ("page", "page_id")


class TargetChecked(Event):
    """How a page of a watched site answers: sent about once a day for each target that links have.

    `broken` is None where the look failed (wall, timeout, robots): not a word about the page.
    `http_status` and `final_url` are those of the end of the redirects.
    """

    name: ClassVar[str] = "target.checked"
    publisher: ClassVar[str] = "crawler"
    consumers: ClassVar[tuple[str, ...]] = ("profile",)

    target_url: str
    target_key: UUID
    check_seq: int
    checked_at: datetime
    broken: bool | None = None
    reasons: tuple[Reason, ...] = ()
    http_status: int | None = None
    final_url: str | None = None
    redirects: tuple[Hop, ...] = ()

    about: ClassVar[tuple[str, str]] = ("target", "target_key")


class DomainRead(Event):
    """What the home page of a domain and a few pages that it names say: asked for by `reading.requested`.

    With a `failure` nothing was seen, which is nothing against the domain.
    """

    name: ClassVar[str] = "domain.read"
    publisher: ClassVar[str] = "crawler"
    consumers: ClassVar[tuple[str, ...]] = ("outreach",)

    domain: str
    read_at: datetime
    failure: Reason | None = None
    http_status: int | None = None
    facts: PageFacts | None = None
    """Of the home page."""
    indexable: bool | None = None
    headings: Annotated[tuple[str, ...], Field(max_length=40)] = ()
    words: dict[str, int] = Field(default_factory=dict, max_length=300)
    """The most frequent words of all pages read, folded, without those that have no subject."""
    pages: Annotated[tuple[str, ...], Field(max_length=4)] = ()
    list_pages: Annotated[tuple[str, ...], Field(max_length=5)] = ()
    """Pages that the home page names as lists of links, or as where the site publishes."""
    people: Annotated[tuple[PersonSeen, ...], Field(max_length=20)] = ()
    form_url: str | None = None
    """A page of contact that shows a form."""

    about: ClassVar[tuple[str, str]] = ("domain", "domain")


class RegistrationRead(Event):
    """What the registry of a domain tells by RDAP; it is about the domain, whoever watches it.

    What is None or empty was not told, which is nothing against the domain.
    """

    name: ClassVar[str] = "registration.read"
    publisher: ClassVar[str] = "crawler"
    consumers: ClassVar[tuple[str, ...]] = ("toxicity",)

    domain: str
    read_at: datetime
    expires_at: datetime | None = None
    registered_at: datetime | None = None
    states: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    """In the words of RFC 8056, such as `redemption period` or `pending delete`."""

    about: ClassVar[tuple[str, str]] = ("domain", "domain")


class SitemapRead(Event):
    """Pages that a site's own sitemap names: one part of a reading; all parts have its moment.

    A reading that is `whole` names every page: what older readings named and this one does not is gone.
    """

    name: ClassVar[str] = "sitemap.read"
    publisher: ClassVar[str] = "crawler"
    consumers: ClassVar[tuple[str, ...]] = ("profile",)

    read_at: datetime
    part_no: int
    parts: int
    whole: bool
    urls: Annotated[tuple[str, ...], Field(max_length=300)]

    about: ClassVar[tuple[str, str]] = ("site", "site_id")
