"""What the crawler saw on pages of others that may link to a site, and what outreach wants looked at again."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.envelope import Event, Part
from shared.opportunities import OutlinkState
from shared.vocabulary import Reason


class PageSurveyed(Event):
    """A page that somebody wanted to be searched for ways to a link, for one site.

    With a `failure` nothing was seen, which is nothing against the page.
    """

    name: ClassVar[str] = "page.surveyed"
    publisher: ClassVar[str] = "crawler"
    consumers: ClassVar[tuple[str, ...]] = ("outreach",)

    page_url: str
    page_key: UUID
    domain: str
    read_at: datetime
    failure: Reason | None = None
    title: str | None = None
    description: str | None = None
    language: str | None = None
    headings: Annotated[tuple[str, ...], Field(max_length=40)] = ()
    words: dict[str, int] = Field(default_factory=dict, max_length=300)
    """The most frequent words of the page, folded, without those that have no subject."""
    word_count: int = 0
    indexable: bool | None = None
    outlinks: int = 0
    """Links to other domains, each address once."""
    outlink_domains: int = 0
    listed_domains: int = 0
    """Other domains that links in lists or tables lead to."""
    list_word: str | None = None
    """The word of title, first heading or address that says: this is a list of links."""
    links_to_site: bool = False

    about: ClassVar[tuple[str, str]] = ("page", "page_key")


class TargetLook(Part):
    """One look at the address that a link leads to."""

    at: datetime
    http_status: int | None = None
    final_url: str | None = None
    reasons: tuple[Reason, ...] = ()


class OutlinkJudged(Event):
    """What became of a link from a page of others to another domain, for one site that may replace it.

    `dead` only after two looks; `first` and `last` are both. `removed`: the page has it no more.
    """

    name: ClassVar[str] = "outlink.judged"
    publisher: ClassVar[str] = "crawler"
    consumers: ClassVar[tuple[str, ...]] = ("outreach",)

    page_url: str
    page_key: UUID
    domain: str
    outlink_url: str
    outlink_key: UUID
    outlink_domain: str
    anchor_text: str = ""
    left_context: str = ""
    right_context: str = ""
    followed: bool = True
    state: OutlinkState
    first: TargetLook | None = None
    last: TargetLook | None = None
    page_seen_at: datetime | None = None
    judged_at: datetime

    about: ClassVar[tuple[str, str]] = ("page", "page_key")


class OutlinkDoubted(Event):
    """Somebody is about to write about a dead link: page and address are to be looked at once more."""

    name: ClassVar[str] = "outlink.doubted"
    publisher: ClassVar[str] = "outreach"
    consumers: ClassVar[tuple[str, ...]] = ("crawler",)

    page_url: str
    page_key: UUID
    outlink_url: str
    outlink_key: UUID

    about: ClassVar[tuple[str, str]] = ("page", "page_key")


class MentionFound(Event):
    """A page was seen to name a site or its brand without a link; `is_there` is false when it no longer does."""

    name: ClassVar[str] = "mention.found"
    publisher: ClassVar[str] = "crawler"
    consumers: ClassVar[tuple[str, ...]] = ("outreach",)

    page_url: str
    page_key: UUID
    domain: str
    seen_at: datetime
    is_there: bool = True
    title: str | None = None
    term: str = ""
    sentence: str = ""

    about: ClassVar[tuple[str, str]] = ("page", "page_key")
