"""What profile asks the crawler to watch, sorted out of a batch of events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared import urls
from shared.events import LinkTracked, LinkUntracked


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """One link to watch."""

    link_id: UUID
    page_key: UUID
    url: str
    host: str
    site_id: UUID
    workspace_id: UUID
    target_key: UUID | None
    target_url: str | None
    hosts: tuple[str, ...]
    value: float
    contract: bool
    ever_live: bool
    known_since: datetime
    tracked_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedTarget:
    """A page of a site that a watched link points at."""

    site_id: UUID
    workspace_id: UUID
    page_key: UUID
    url: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Untracked:
    """One link that is no longer watched."""

    link_id: UUID
    tracked_seq: int


def newest_tracked(events: Iterable[LinkTracked]) -> list[Tracked]:
    """Return the newest terms of each link that can be looked for, in the order of their ids."""
    newest: dict[UUID, LinkTracked] = {}
    for event in events:
        known = newest.get(event.link_id)
        if known is None or known.tracked_seq < event.tracked_seq:
            newest[event.link_id] = event
    found = (_tracked(newest[link_id]) for link_id in sorted(newest))
    return [link for link in found if link is not None]


def newest_untracked(events: Iterable[LinkUntracked]) -> list[Untracked]:
    """Return the newest word about each link, in the order of their ids."""
    newest: dict[UUID, int] = {}
    for event in events:
        newest[event.link_id] = max(event.tracked_seq, newest.get(event.link_id, 0))
    return [Untracked(link_id=link_id, tracked_seq=newest[link_id]) for link_id in sorted(newest)]


def targets_of(links: Sequence[Tracked]) -> list[TrackedTarget]:
    """Return the distinct targets on their sites, whose health is watched too."""
    found: dict[tuple[UUID, UUID], TrackedTarget] = {}
    for link in links:
        if link.target_key is None or link.target_url is None:
            continue
        url = urls.resolve(link.target_url)
        if (
            url is None
            or not urls.is_http(url)
            or not urls.same_site(urls.host_of(url), link.hosts)
        ):
            continue
        found[link.site_id, link.target_key] = TrackedTarget(
            site_id=link.site_id,
            workspace_id=link.workspace_id,
            page_key=link.target_key,
            url=url,
            host=urls.domain_or_host(urls.host_of(url)),
        )
    return [found[key] for key in sorted(found)]


def _tracked(event: LinkTracked) -> Tracked | None:
    if event.site_id is None or event.workspace_id is None:
        return None
    url = urls.resolve(event.referring_url) or event.referring_url
    return Tracked(
        link_id=event.link_id,
        page_key=event.page_key,
        url=url,
        host=urls.domain_or_host(urls.host_of(url)),
        site_id=event.site_id,
        workspace_id=event.workspace_id,
        target_key=event.target_key,
        target_url=event.target_url,
        hosts=event.hosts,
        value=event.value,
        contract=event.contract,
        ever_live=event.ever_live,
        known_since=event.known_since,
        tracked_seq=event.tracked_seq,
    )
